"""Evidence from the planner's own model: quantities of scenarios, alone or compared, over ranges and in cases."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.entries import value_of
from planner.errors import InputError
from planner.evidence.claims import from_records
from planner.evidence.claims.checks import Check, worded
from planner.evidence.claims.runs import Bench, Evidence, MissingError, Run, compared, formed
from planner.plan import plan, rules

# Points at which a check looks when an input ranges; how near it comes to an edge, as a share of their distance.
_POINTS = 9
_NEAR = 2.0**-40


def gather(bench: Bench, check: Check) -> Evidence:
    """The evidence for a check; MissingError where something it needs is not there."""
    try:
        return _GATHER[check.kind](bench, check)
    except InputError as error:
        raise MissingError("; ".join(str(problem) for problem in error.problems)) from None
    except units.UnitError as error:
        raise MissingError(str(error)) from None


def _modelled(bench: Bench, check: Check) -> Evidence:
    """A quantity of a run, alone or against another quantity or run; at one point, over ranges, in several cases."""
    given = check.given
    pair = _pair(bench, given)
    value = _figure(check, pair, {})
    runs = [(pair.run, given["quantity"])]
    if pair.other is not None:
        runs.append((pair.other, pair.second))
    evidence = Evidence(value, _described(check, pair.run), compared(check, value), runs=runs)
    if "vary" in given:
        _over_ranges(check, pair, evidence)
    if "cases" in given:
        _over_cases(bench, check, evidence)
    return evidence


@dataclass(frozen=True)
class _Pair:
    """A run, and what it is compared with: another quantity of the same run, or the same of another run."""

    run: Run
    other: Run | None
    second: str
    # What the other run sets for itself stays as it is there while inputs range.
    own: frozenset[str]


def _pair(bench: Bench, given: Mapping[str, Any]) -> _Pair:
    sized = "scenario" in given or "choose" in given
    run = bench.run(given, sized)
    against = given.get("against")
    if against is None:
        return _Pair(run, run if "over" in given else None, given.get("over", ""), frozenset())
    other = bench.run(_merged(given, against), sized)
    return _Pair(run, other, given.get("over", given["quantity"]), frozenset(against.get("set", ())))


def _merged(given: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A run with some choices and settings changed."""
    merged = {**given, **changes}
    for part in ("choose", "set"):
        merged[part] = {**given.get(part, {}), **changes.get(part, {})}
    return merged


def _figure(check: Check, pair: _Pair, changes: Mapping[str, float]) -> float:
    """The value that the check compares, with some inputs changed."""
    one = pair.run.value(check.given["quantity"], changes)
    if pair.other is None:
        return one
    elsewhere = {name: value for name, value in changes.items() if name not in pair.own}
    return formed(check, one, pair.other.value(pair.second, elsewhere))


def _over_cases(bench: Bench, check: Check, evidence: Evidence) -> None:
    """Look at the check in each named case too; where the answers differ, say in which it holds."""
    holding = {"as said": evidence.holds}
    said = [f"{'holds' if evidence.holds else 'does not hold'} as said"]
    for name, changes in check.given["cases"].items():
        value = _figure(check, _pair(bench, _merged(check.given, changes)), {})
        holding[name] = compared(check, value)
        said.append(f"{'holds' if holding[name] else 'does not hold'} for {name} ({worded(value, check.unit)})")
    words = "; ".join(said)
    if len(set(holding.values())) > 1:
        evidence.depends = words
    else:
        evidence.how += f", {words}"


def _over_ranges(check: Check, pair: _Pair, evidence: Evidence) -> None:
    """Look at the check over the ranges it names; where the answer changes, say at which values."""
    rows = glossary.quantities()
    across = {
        name: [value_of(text, rows[name]) for text in texts] for name, texts in check.given.get("across", {}).items()
    }
    others = [{name: value} for name, values in across.items() for value in values] or [{}]
    holding: list[bool] = []
    said: list[str] = []
    values: list[float] = []
    for name, ends in check.given["vary"].items():
        low, high = (value_of(text, rows[name]) for text in ends)
        for fixed in others:
            points = [float(point) for point in np.linspace(low, high, _POINTS)]
            figures = [_figure(check, pair, {**fixed, name: point}) for point in points]
            held = [compared(check, value) for value in figures]
            values += figures
            holding += held
            at = "".join(f" at {key} {plan.shown(key, value)}" for key, value in fixed.items())
            said.append(_ranges(name, points, held, functools.partial(_holds_at, check, pair, fixed, name)) + at)
    ends = " to ".join(units.text(end, check.unit) for end in (min(values), max(values)))
    evidence.how += f", {ends} over {', '.join(check.given['vary'])}"
    evidence.depends = "" if len(set(holding)) == 1 else "; ".join(said)
    evidence.holds = all(holding)


def _holds_at(check: Check, pair: _Pair, fixed: Mapping[str, float], name: str, value: float) -> bool:
    return compared(check, _figure(check, pair, {**fixed, name: value}))


def _ranges(name: str, points: list[float], holding: list[bool], holds: Any) -> str:
    """The part of a range in which a check holds, and its edges."""
    ends = f"{name} {plan.shown(name, points[0])} to {plan.shown(name, points[-1])}"
    if all(holding):
        return f"holds for all {ends}"
    if not any(holding):
        return f"holds nowhere for {ends}"
    first = holding.index(True)
    last = len(holding) - 1 - holding[::-1].index(True)
    low = plan.shown(name, _edge(points[first - 1], points[first], holds)) if first else None
    high = plan.shown(name, _edge(points[last + 1], points[last], holds)) if last < len(points) - 1 else None
    if low is None:
        return f"holds for {name} up to {high}"
    return f"holds for {name} from {low}" if high is None else f"holds for {name} {low} to {high}"


def _edge(outside: float, inside: float, holds: Any) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda value: 1 if holds(value) else -1, outside, inside, xtol=abs(inside - outside) * _NEAR))


def _described(check: Check, run: Run) -> str:
    """Quantity, scenario and what was changed, in words."""
    given = check.given
    what = given["quantity"]
    form, second = given.get("form", "ratio"), given.get("over", given["quantity"])
    if "against" in given or "over" in given:
        words = {"ratio": "{a} / {b}", "gain": "{a} / {b} - 1", "cut": "1 - {a} / {b}"}[form]
        what = words.format(a=what, b=second if "over" in given else f"{second} of the other run")
    changes = [f"{k} {v}" for k, v in given.get("choose", {}).items()]
    changes += [f"{k} = {str(v).removeprefix('claim:')}" for k, v in given.get("set", {}).items()]
    if "against" in given:
        other = given["against"]
        moved = [*other.get("choose", {}).values(), *(f"{k} = {v}" for k, v in other.get("set", {}).items())]
        changes.append(f"against {', '.join(map(str, moved)) or other.get('scenario', 'itself')}")
    place = f" in {run.resolved.scenario.place.removesuffix('.toml')}" if "scenario" in given else ""
    return what + place + (f" ({', '.join(changes)})" if changes else "")


def _covered(bench: Bench, check: Check) -> Evidence:
    """How many of the named quantities the model computes for a scenario."""
    run = bench.run(check.given, sized=True)
    lacking = []
    for name in check.given["quantities"]:
        try:
            run.value(name)
        except MissingError:
            lacking.append(name)
    if lacking:
        raise MissingError(", ".join(lacking))
    count = float(len(check.given["quantities"]))
    how = f"{', '.join(check.given['quantities'])} in {run.resolved.scenario.place.removesuffix('.toml')}"
    return Evidence(count, how, compared(check, count), runs=[(run, name) for name in check.given["quantities"]])


def _ranked(bench: Bench, check: Check) -> Evidence:
    """The rank of a quantity among several of one scenario, the largest first."""
    run = bench.run(check.given, sized=True)
    values = {name: run.value(name) for name in check.given["quantities"]}
    ordered = sorted(values, key=lambda name: -values[name])
    rank = float(ordered.index(check.given["quantity"]) + 1)
    words = " > ".join(f"{name} {plan.shown(name, values[name])}" for name in ordered)
    where = run.resolved.scenario.place.removesuffix(".toml")
    return Evidence(rank, f"{words} in {where}", compared(check, rank), runs=[(run, check.given["quantity"])])


def _ruled(bench: Bench, check: Check) -> Evidence:
    """How many sites and offers the rules of a scenario exclude, or put under a licence."""
    run = bench.run(check.given, sized=True)
    verdict = check.given.get("verdict", rules.EXCLUDED)
    options = rules.options(run.resolved, bench.catalog)
    struck = [found for found in options if found.rule == check.given["rule"] and found.verdict == verdict]
    count = float(len(struck))
    first = f", as {struck[0].option}: {struck[0].reason}" if struck else ""
    how = f"options of {len(options)} that rules of {check.given['rule']} give '{verdict}'{first}"
    return Evidence(count, how, compared(check, count))


_GATHER: dict[str, Callable[[Bench, Check], Evidence]] = {
    "model": _modelled,
    "arithmetic": _modelled,
    "contradiction": _modelled,
    "covers": _covered,
    "rank": _ranked,
    "rules": _ruled,
    "sum": from_records.summed,
    "order": from_records.ordered,
    "catalog": from_records.catalogued,
    "names": from_records.named,
    "generations": from_records.generations,
    "presets": from_records.presets,
    "offers": from_records.offered,
    "published": from_records.published,
    "measured": from_records.measured,
}
