"""Values, ranges and correlations that a scenario states: what each name takes below its header."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from planner import fields, glossary
from planner.catalog.entries import DISTRIBUTIONS, Fact, of_quantity
from planner.errors import Problem, unknown
from planner.fields import At, Takes
from planner.scenario.scenario import Scenario

_UNSURE = ". A value that is not sure is three under [range]: low, typical, high"


def misplaced(name: str, what: str, names: Iterable[str]) -> str:
    """What is wrong with a name that has no meaning where it stands: where it belongs, or the nearest that has."""
    if name in glossary.roles():
        return f"'{name}' chooses a catalog entry: write it below [choose]"
    if name in glossary.options() or name in glossary.quantities():
        return f"'{name}' is a value of the scenario: write it below [set]"
    return unknown(what, name, names)


def chosen_for(role: str) -> Takes:
    """What a role takes below [choose]."""
    if role not in glossary.roles():
        raise ValueError(misplaced(role, "role", glossary.roles()))
    return fields.such("the name of a catalog entry", lambda given: isinstance(given, str))


def apply_set(scenario: Scenario, facts: dict[str, Fact], options: dict[str, str], problems: list[Problem]) -> None:
    """Put what is set into the facts and options; what is wrong with it into the problems."""
    for name, given in fields.each(scenario.set, _setting, At(scenario.place, problems, "set")):
        if name in glossary.options():
            options[name] = given
        else:
            unit = glossary.quantities()[name].unit
            facts[name] = Fact(given, unit, kind="set", origin="scenario", field=name)


def _setting(name: str) -> Takes:
    rows, options = glossary.quantities(), glossary.options()
    if name in options:
        return fields.choice(options[name].choices)
    if name not in rows:
        raise ValueError(misplaced(name, "quantity", [*rows, *options]))
    return of_quantity(rows[name], _UNSURE)


def apply_ranges(scenario: Scenario, facts: dict[str, Fact], problems: list[Problem]) -> None:
    """Put ranges into the facts; what is wrong with them into the problems."""
    at = At(scenario.place, problems, "range")
    for name, fact in fields.each(scenario.range, _range, at):
        # A value that is set as well wins over the typical one, where it lies within the range.
        said = facts[name].value if name in scenario.set and name in facts else fact.value
        if fact.low <= said <= fact.high:
            facts[name] = replace(fact, value=said)
        else:
            at.below(name).refuse("the value set for it lies outside the range")


def _range(name: str) -> Takes:
    """Low, typical and high of a quantity, and how it lies between them, as a Fact."""
    rows = glossary.quantities()
    if name not in rows:
        raise ValueError(unknown("quantity", name, rows))
    value, distribution = of_quantity(rows[name]), fields.choice(DISTRIBUTIONS)

    def read(given: Any, at: At) -> Fact | None:
        if not isinstance(given, list) or len(given) not in (3, 4):
            raise ValueError
        shape = distribution.read(given[3], at) if len(given) == 4 else DISTRIBUTIONS[0]
        before = len(at.problems)
        low, typical, high = (fields.taken(value, each, at) for each in given[:3])
        if len(at.problems) > before:
            return None
        if not low <= typical <= high:
            raise ValueError("its values are not in order: low, typical, high")
        if shape == "lognormal" and low <= 0:
            raise ValueError("a lognormal range starts above zero")
        unit = rows[name].unit
        return Fact(typical, unit, low, high, kind="set", origin="scenario", field=name, distribution=shape)

    return Takes('three values and may name a distribution: ["low", "typical", "high", "lognormal"]', read)


def correlation_problems(correlate: Mapping[str, Any], ranged: Collection[str], place: str) -> list[Problem]:
    """What is wrong with the stated correlations: names without a range, figures outside -1 to 1."""

    def with_others(name: str) -> Takes:
        return fields.named(lambda other: _correlation((name, other), ranged), "{ OTHER = 0.6 }")

    problems: list[Problem] = []
    for _ in fields.each(correlate, with_others, At(place, problems, "correlate")):
        pass
    return problems


def _correlation(names: tuple[str, str], ranged: Collection[str]) -> Takes:
    def read(given: Any, at: At) -> float:
        for name in names:
            if name not in ranged:
                at.refuse(f"'{name}' has no range: give it one under [range]")
        if not fields.is_number(given) or not -1 <= given <= 1:
            raise ValueError(f"{given!r} is not a correlation: it is -1 to 1")
        return float(given)

    return Takes("a correlation from -1 to 1", read)
