"""Evidence from the planner's own model: quantities of scenarios, alone or compared, over ranges and in cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.entries import value_of
from planner.evidence.claims.runs import FORMS, Bench, Check, Evidence, MissingError, Run
from planner.plan import plan, rules

# Points at which a check looks when an input ranges; how near it comes to an edge, as a share of their distance.
_POINTS = 9
_NEAR = 2.0**-40
_HOLDS = {True: "holds", False: "does not hold"}


@dataclass(frozen=True)
class _Subject:
    """A quantity of a run: alone, or against another quantity of it or one of another run."""

    check: Check
    quantity: str
    run: Run
    second: str
    other: Run | None
    # What the other run sets for itself stays as it is there while inputs range.
    own: frozenset[str]

    def value(self, changes: Mapping[str, float]) -> float:
        """What the check compares with the claim, with some inputs changed."""
        one = self.run.value(self.quantity, changes)
        if self.other is None:
            return one
        elsewhere = {name: value for name, value in changes.items() if name not in self.own}
        return self.check.formed(one, self.other.value(self.second, elsewhere))


def _subject(bench: Bench, check: Check, given: Mapping[str, Any]) -> _Subject:
    sized = "scenario" in given or "choose" in given
    run, against = bench.run(given, sized), given.get("against")
    other = run if "over" in given else None
    if against is not None:
        other = bench.run(_changed(given, against), sized)
    own = frozenset((against or {}).get("set", ()))
    return _Subject(check, given["quantity"], run, given.get("over", given["quantity"]), other, own)


def _changed(given: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A run with some choices and settings changed."""
    return {**given, **changes} | {part: {**given.get(part, {}), **changes.get(part, {})} for part in ("choose", "set")}


def modelled(bench: Bench, check: Check) -> Evidence:
    """A quantity of a run, alone or against another quantity or run; at one point, over ranges, in several cases."""
    subject = _subject(bench, check, check.given)
    value = subject.value({})
    holds, how, depends = check.agrees(value), _described(check.given, subject.run), ""
    if "vary" in check.given:
        holds, over, depends = _over_ranges(subject)
        how += over
    if "cases" in check.given:
        answers, words = _over_cases(bench, check, holds)
        how, depends = (how, words) if len(answers) > 1 else (f"{how}, {words}", depends)
    runs = [(subject.run, subject.quantity)]
    if subject.other is not None:
        runs.append((subject.other, subject.second))
    return Evidence(value, how, holds, depends, tuple(check.given.get("other", ())), tuple(runs))


def _over_cases(bench: Bench, check: Check, as_said: bool) -> tuple[set[bool], str]:
    """The answers in each named case, and in which the check holds."""
    answers, said = {as_said}, [f"{_HOLDS[as_said]} as said"]
    for name, changes in check.given["cases"].items():
        value = _subject(bench, check, _changed(check.given, changes)).value({})
        answers.add(check.agrees(value))
        said.append(f"{_HOLDS[check.agrees(value)]} for {name} ({check.worded(value)})")
    return answers, "; ".join(said)


def _over_ranges(subject: _Subject) -> tuple[bool, str, str]:
    """Whether the check holds over all ranges that it names, the values there, and where the answer changes."""
    check, rows = subject.check, glossary.quantities()
    across = check.given.get("across", {})
    others = [{name: value_of(text, rows[name])} for name, texts in across.items() for text in texts] or [{}]
    values: list[float] = []
    said: list[str] = []
    for name, ends in check.given["vary"].items():
        low, high = (value_of(text, rows[name]) for text in ends)
        for fixed in others:
            at_points, words = _over_range(subject, name, np.linspace(low, high, _POINTS).tolist(), fixed)
            values += at_points
            said.append(words)
    answers = {check.agrees(value) for value in values}
    span = " to ".join(units.text(end, check.unit) for end in (min(values), max(values)))
    depends = "; ".join(said) if len(answers) > 1 else ""
    return all(answers), f", {span} over {', '.join(check.given['vary'])}", depends


def _over_range(
    subject: _Subject, name: str, points: list[float], fixed: Mapping[str, float]
) -> tuple[list[float], str]:
    """The values at points of a range with another input fixed, and in which part of it the check holds."""

    def value_at(point: float) -> float:
        return subject.value({**fixed, name: point})

    values = [value_at(point) for point in points]
    held = [subject.check.agrees(value) for value in values]
    part = _where(name, points, held, lambda point: subject.check.agrees(value_at(point)))
    return values, part + "".join(f" at {key} {plan.shown(key, value)}" for key, value in fixed.items())


def _where(name: str, points: list[float], held: list[bool], holds: Callable[[float], bool]) -> str:
    """The part of a range in which a check holds, and its edges."""
    ends = f"{name} {plan.shown(name, points[0])} to {plan.shown(name, points[-1])}"
    if all(held):
        return f"holds for all {ends}"
    if not any(held):
        return f"holds nowhere for {ends}"
    first, last = held.index(True), len(held) - 1 - held[::-1].index(True)
    low = plan.shown(name, _edge(points[first - 1], points[first], holds)) if first else None
    high = plan.shown(name, _edge(points[last + 1], points[last], holds)) if last < len(points) - 1 else None
    if low is None:
        return f"holds for {name} up to {high}"
    return f"holds for {name} from {low}" if high is None else f"holds for {name} {low} to {high}"


def _edge(outside: float, inside: float, holds: Callable[[float], bool]) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda value: 1 if holds(value) else -1, outside, inside, xtol=abs(inside - outside) * _NEAR))


def _described(given: Mapping[str, Any], run: Run) -> str:
    """Quantity, scenario and what was changed, in words."""
    what, against = given["quantity"], given.get("against")
    if against is not None or "over" in given:
        second = given.get("over", f"{what} of the other run")
        what = FORMS[given.get("form", "ratio")][0].format(what, second)
    changes = [f"{role} {entry}" for role, entry in given.get("choose", {}).items()]
    changes += [f"{name} = {str(value).removeprefix('claim:')}" for name, value in given.get("set", {}).items()]
    if against is not None:
        moved = [str(entry) for entry in against.get("choose", {}).values()]
        moved += [f"{name} = {value}" for name, value in against.get("set", {}).items()]
        changes.append(f"against {', '.join(moved) or against.get('scenario', 'itself')}")
    place = f" in {run.place}" if "scenario" in given else ""
    return what + place + (f" ({', '.join(changes)})" if changes else "")


def covered(bench: Bench, check: Check) -> Evidence:
    """How many of the named quantities the model computes for a scenario; all of them must be."""
    run, names = bench.run(check.given, sized=True), check.given["quantities"]
    if lacking := [name for name in names if not run.computes(name)]:
        raise MissingError(", ".join(lacking))
    runs = tuple((run, name) for name in names)
    return Evidence(float(len(names)), f"{', '.join(names)} in {run.place}", runs=runs)


def ranked(bench: Bench, check: Check) -> Evidence:
    """The rank of a quantity among several of one scenario, the largest first."""
    run, quantity = bench.run(check.given, sized=True), check.given["quantity"]
    values = {name: run.value(name) for name in check.given["quantities"]}
    ordered = sorted(values, key=lambda name: -values[name])
    words = " > ".join(f"{name} {plan.shown(name, values[name])}" for name in ordered)
    return Evidence(float(ordered.index(quantity) + 1), f"{words} in {run.place}", runs=((run, quantity),))


def ruled(bench: Bench, check: Check) -> Evidence:
    """How many sites and offers the rules of a scenario exclude, or put under a licence."""
    run, rule = bench.run(check.given, sized=True), check.given["rule"]
    verdict = check.given.get("verdict", rules.EXCLUDED)
    options = rules.options(run.resolved, bench.catalog)
    struck = [option for option in options if (option.rule, option.verdict) == (rule, verdict)]
    first = f", as {struck[0].option}: {struck[0].reason}" if struck else ""
    how = f"options of {len(options)} that rules of {rule} give '{verdict}'{first}"
    return Evidence(float(len(struck)), how)
