"""What the tables of a scenario say of quantities: settings, ranges and correlations, read into facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from planner import glossary, units
from planner.catalog import DISTRIBUTIONS, Fact, value_of
from planner.problems import Problem, enough, unknown

if TYPE_CHECKING:
    from planner.scenario import Scenario


def misplaced(name: str, what: str, names: Iterable[str]) -> str:
    """What is wrong with a name that has no meaning where it stands: where it belongs, or the nearest that has."""
    if name in glossary.roles():
        return f"'{name}' chooses a catalog entry: write it below [choose]"
    if name in glossary.options() or name in glossary.quantities():
        return f"'{name}' is a value of the scenario: write it below [set]"
    return unknown(what, name, names)


def apply_set(scenario: Scenario, facts: dict[str, Fact], options: dict[str, str], found: list[Problem]) -> None:
    """Put what is set into the facts and options; what is wrong with it into `found`."""
    rows = glossary.quantities()
    for name, given in scenario.set.items():
        if enough(found, scenario.place):
            break
        place = f"set.{name}"
        if name in options:
            choices = glossary.options()[name].choices
            if given in choices:
                options[name] = given
            else:
                message = f"'{given}' is not one of {', '.join(choices)}{units.suggestion(str(given), choices)}"
                found.append(Problem(scenario.place, place, message))
        elif name not in rows:
            message = misplaced(name, "quantity", [*rows, *glossary.options()])
            found.append(Problem(scenario.place, place, message))
        else:
            try:
                value = value_of(given, rows[name])
            except units.UnitError as error:
                several = isinstance(given, list) or units.UNSURE.match(str(given))
                hint = ". A value that is not sure is three under [range]: low, typical, high" if several else ""
                found.append(Problem(scenario.place, place, f"{error}{hint}"))
            else:
                facts[name] = Fact(value, rows[name].unit, kind="set", origin="scenario", field=name)


def apply_ranges(scenario: Scenario, facts: dict[str, Fact], found: list[Problem]) -> None:
    """Put ranges into the facts; what is wrong with them into `found`."""
    rows = glossary.quantities()
    for name, given in scenario.range.items():
        if enough(found, scenario.place):
            break
        place = f"range.{name}"
        if name not in rows:
            found.append(Problem(scenario.place, place, unknown("quantity", name, rows)))
            continue
        if not isinstance(given, list) or len(given) not in (3, 4):
            message = 'takes three values and may name a distribution: ["low", "typical", "high", "lognormal"]'
            found.append(Problem(scenario.place, place, message))
            continue
        distribution = given[3] if len(given) == 4 else DISTRIBUTIONS[0]
        if distribution not in DISTRIBUTIONS:
            message = f"'{distribution}' is not one of {', '.join(DISTRIBUTIONS)}"
            found.append(Problem(scenario.place, place, message + units.suggestion(str(distribution), DISTRIBUTIONS)))
            continue
        read: list[float] = []
        for item in given[:3]:
            try:
                read.append(value_of(item, rows[name]))
            except units.UnitError as error:
                found.append(Problem(scenario.place, place, str(error)))
        if len(read) < 3:
            continue
        low, typical, high = read
        if not low <= typical <= high:
            found.append(Problem(scenario.place, place, "its values are not in order: low, typical, high"))
            continue
        # A value that is set as well wins over the typical one, where it lies within the range.
        said = facts[name].value if name in scenario.set and name in facts else typical
        if not low <= said <= high:
            found.append(Problem(scenario.place, place, "the value set for it lies outside the range"))
            continue
        if distribution == "lognormal" and low <= 0:
            found.append(Problem(scenario.place, place, "a lognormal range starts above zero"))
            continue
        facts[name] = Fact(
            said, rows[name].unit, low, high, kind="set", origin="scenario", field=name, distribution=distribution
        )


def correlation_problems(scenario: Scenario, facts: dict[str, Fact]) -> list[Problem]:
    """What is wrong with the stated correlations: names without a range, figures outside -1 to 1."""
    found: list[Problem] = []
    for name, others in scenario.correlate.items():
        if enough(found, scenario.place):
            break
        if not isinstance(others, dict):
            found.append(Problem(scenario.place, f"correlate.{name}", "takes { OTHER = 0.6 }"))
            continue
        for other, figure in others.items():
            place = f"correlate.{name}.{other}"
            for each in (name, other):
                if each not in facts or facts[each].low is None or facts[each].high is None:
                    found.append(Problem(scenario.place, place, f"'{each}' has no range: give it one under [range]"))
            if isinstance(figure, bool) or not isinstance(figure, int | float) or not -1 <= figure <= 1:
                found.append(Problem(scenario.place, place, f"{figure!r} is not a correlation: it is -1 to 1"))
    return found
