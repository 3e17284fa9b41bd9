"""Computes what a check of a claim asks for: by the planner's own model, from its catalogs, from published figures."""

from __future__ import annotations

import csv
import datetime
import functools
import itertools
import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner import browse, chain, glossary, model, paths, plan, scenario, units
from planner.catalog import Catalog, Entry, value_of
from planner.checks import Check, figure, worded
from planner.problems import InputError
from planner.scenario import Resolved, Scenario
from planner.seeds import Seeds

# Points at which a check looks when an input ranges, and how often it halves the interval to an edge.
_POINTS = 9
_HALVINGS = 40
# Sums of decimal fractions miss their whole by this much.
_ROUNDING = 1e-9


class MissingError(ValueError):
    """What a check needs is not there (yet): a quantity, an input, an entry or a file."""


@dataclass(frozen=True)
class Run:
    """One scenario ready to be asked for quantities."""

    resolved: Resolved
    given: Mapping[str, Any]

    def value(self, quantity: str, changes: Mapping[str, float] | None = None) -> float:
        """The quantity in base units, with some inputs changed; MissingError names what it lacks."""
        if quantity not in glossary.quantities():
            raise MissingError(f"{quantity} (no quantity of that name)")
        values = {**self.given, **(changes or {})}
        options = self.resolved.options
        found = chain.run((quantity,), values, options).get(quantity)
        if found is None:
            raise MissingError(", ".join(model.route((quantity,), values, options).missing[quantity]))
        if not np.isfinite(found):
            raise MissingError(f"{quantity} has no finite value here")
        return float(found)


@dataclass
class Evidence:
    """What was computed for a check: base value, how, and the runs that can explain it."""

    value: float | None
    how: str
    # Inputs over which the answer was looked at: "name" -> the edges between holding and not holding, in words.
    holds: bool
    depends: str = ""
    runs: list[tuple[Run, str]] = field(default_factory=list)


class Bench:
    """Runs the scenarios of checks, each one once."""

    def __init__(self, catalog: Catalog, seeds: Seeds):
        self.catalog = catalog
        self.seeds = seeds
        self._runs: dict[str, Run] = {}

    def gather(self, check: Check) -> Evidence:
        """The evidence for a check; MissingError where something it needs is not there."""
        try:
            return _GATHER[check.kind](self, check)
        except InputError as error:
            raise MissingError("; ".join(str(problem) for problem in error.problems)) from None
        except units.UnitError as error:
            raise MissingError(str(error)) from None

    def run(self, given: Mapping[str, Any], sized: bool) -> Run:
        """The scenario that a check describes, resolved; `sized` where it has a cluster."""
        key = json.dumps([{k: given.get(k) for k in ("scenario", "workload", "choose", "set")}, sized], sort_keys=True)
        if key not in self._runs:
            self._runs[key] = self._run(given, sized)
        return self._runs[key]

    def _run(self, given: Mapping[str, Any], sized: bool) -> Run:
        name = given.get("scenario")
        base = scenario.load(name, self.catalog) if name else Scenario("arithmetic", place="checks.toml")
        if "workload" in given:
            base = replace(base, workload=given["workload"])
        settings = {key: self.seeds.figure_text(text) for key, text in given.get("set", {}).items()}
        resolved = scenario.resolve(scenario.changed(base, given.get("choose", {}), settings), self.catalog)
        return Run(resolved, plan.given_values(resolved)[0] if sized else resolved.values)


def compared(check: Check, value: float) -> bool:
    """Whether a computed value is what the claim says, within the tolerance of the check."""
    low, high = check.low, check.high
    slack = check.tolerance + _ROUNDING
    above = low is None or value >= low - abs(low) * slack
    return above and (high is None or value <= high + abs(high) * slack)


def _formed(check: Check, one: float, other: float) -> float:
    """Two values as the ratio, the gain or the cut that the check asks for."""
    if other == 0:
        raise MissingError("what it is compared with is zero")
    return {"ratio": one / other, "gain": one / other - 1, "cut": 1 - one / other}[check.given.get("form", "ratio")]


def _modelled(bench: Bench, check: Check) -> Evidence:
    """A quantity of a run, alone or against another quantity or another run; at one point or over ranges of inputs."""
    given = check.given
    sized = "scenario" in given or "choose" in given
    run = bench.run(given, sized)
    quantity = given["quantity"]
    against = given.get("against")
    other = None
    if against is not None:
        merged = {**given, **against}
        for part in ("choose", "set"):
            merged[part] = {**given.get(part, {}), **against.get(part, {})}
        other = bench.run(merged, sized)
    elif "over" in given:
        other = run
    second = given.get("over", quantity)

    # What the other run sets for itself stays as it is there while inputs range.
    own = set() if against is None else set(against.get("set", {}))

    def computed(changes: Mapping[str, float]) -> float:
        one = run.value(quantity, changes)
        if other is None:
            return one
        elsewhere = {name: value for name, value in changes.items() if name not in own}
        return _formed(check, one, other.value(second, elsewhere))

    value = computed({})
    runs = [(run, quantity)] + ([(other, second)] if other is not None else [])
    evidence = Evidence(value, _described(check, run), compared(check, value), runs=runs)
    if "vary" in given:
        _over_ranges(check, computed, evidence)
    return evidence


def _over_ranges(check: Check, computed: Any, evidence: Evidence) -> None:
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
            figures = [computed({**fixed, name: point}) for point in points]
            held = [compared(check, value) for value in figures]
            values += figures
            holding += held
            at = "".join(f" at {key} {plan.shown(key, value)}" for key, value in fixed.items())
            said.append(_ranges(name, points, held, functools.partial(_holds_at, check, computed, fixed, name)) + at)
    ends = " to ".join(units.text(end, check.unit) for end in (min(values), max(values)))
    evidence.how += f", {ends} over {', '.join(check.given['vary'])}"
    evidence.depends = "" if len(set(holding)) == 1 else "; ".join(said)
    evidence.holds = all(holding)


def _holds_at(check: Check, computed: Any, fixed: Mapping[str, float], name: str, value: float) -> bool:
    return compared(check, computed({**fixed, name: value}))


def _ranges(name: str, points: list[float], holding: list[bool], holds: Any) -> str:
    """The part of a range in which a check holds, its edges found by halving."""
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
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (outside, middle) if holds(middle) else (middle, inside)
    return inside


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


def _summed(bench: Bench, check: Check) -> Evidence:
    """The sum of several claims' figures."""
    claims = [bench.seeds.claim(name) for name in check.given["claims"]]
    values = [claim.low for claim in claims]
    if None in values:
        raise MissingError("a figure of one of the claims")
    value = float(sum(units.read(f"{v!r} {check.unit}", check.unit) for v in values))
    words = " + ".join(units.number_text(v, 6) for v in values if v is not None)
    return Evidence(value, f"{words} ({', '.join(claim.id for claim in claims)})", compared(check, value))


def _ranked(bench: Bench, check: Check) -> Evidence:
    """The rank of a quantity among several of one scenario, the largest first."""
    run = bench.run(check.given, sized=True)
    values = {name: run.value(name) for name in check.given["quantities"]}
    ordered = sorted(values, key=lambda name: -values[name])
    rank = float(ordered.index(check.given["quantity"]) + 1)
    words = " > ".join(f"{name} {plan.shown(name, values[name])}" for name in ordered)
    where = run.resolved.scenario.place.removesuffix(".toml")
    return Evidence(rank, f"{words} in {where}", compared(check, rank), runs=[(run, check.given["quantity"])])


_RELATION = {
    "not before": "cannot be earlier where",
    "not below": "cannot be less where",
    "not above": "cannot be more where",
    "covers": "must reach as far where",
    "equals": "must be the same where",
}


def _ordered(bench: Bench, check: Check) -> Evidence:
    """Whether the claim's figure stands to those of other claims as it must."""
    relation = check.given.get("relation", "not before")
    holds = True
    words = []
    for name in check.given["other"]:
        other = bench.seeds.claim(name)
        low, high = figure(other.low, check.unit), figure(other.high, check.unit)
        mine_low, mine_high = check.low, check.high
        pairs = {
            "not before": (mine_high, low),
            "not below": (mine_high, low),
            "not above": (high, mine_low),
            "covers": (mine_high, high),
        }
        if relation == "equals":
            met = (low, high) == (mine_low, mine_high)
        else:
            large, small = pairs[relation]
            met = large is None or small is None or large >= small
        holds = holds and met
        words.append(f"{name} says {other.said} {other.unit}")
    return Evidence(None, f"{_RELATION[relation]} {'; '.join(words)}", holds)


def _catalogued(bench: Bench, check: Check) -> Evidence:
    """A catalog entry's figure or date."""
    kind, _, key = check.given["entry"].partition("/")
    entry = bench.catalog.find(kind, key)
    name = check.given["field"]
    fact = entry.facts.get(name)
    if fact is not None:
        title = bench.catalog.sources.get(fact.source, {}).get("title", fact.source)
        return Evidence(fact.value, f"{name} of {entry.origin}, {fact.kind}: {title}", compared(check, fact.value))
    value = units.read(f"{_date(entry, name)!r} {check.unit}", check.unit)
    return Evidence(value, f"{name} of {entry.origin} is {entry.text[name]}", compared(check, value))


def _date(entry: Entry, name: str) -> float:
    """A date of an entry as a year with its fraction."""
    date = entry.text.get(name)
    if not isinstance(date, datetime.date):
        raise MissingError(f"{name} of {entry.origin}")
    return date.year + (date.timetuple().tm_yday - 1) / 365


def _named(bench: Bench, check: Check) -> Evidence:
    """How many of the names the catalog has, lacks, or tells apart."""
    names = check.given["names"]
    counts = check.given.get("counts", "found")
    found = {name: hits[0][0].origin for name in names if (hits := bench.catalog.search(name)[:1])}
    value = {"found": len(found), "absent": len(names) - len(found), "distinct": len(set(found.values()))}[counts]
    listed = ", ".join(dict.fromkeys(found.values())) or "none of them"
    return Evidence(float(value), f"{counts} of {len(names)} names in the catalog ({listed})", compared(check, value))


def _generations(bench: Bench, check: Check) -> Evidence:
    """Mean time between the first shipments of successive products."""
    entries = [bench.catalog.find(*name.split("/", 1)) for name in check.given["entries"]]
    dates = [_date(entry, check.given["field"]) for entry in entries]
    steps = [units.read(f"{later - earlier} year", "s") for earlier, later in itertools.pairwise(dates)]
    value = sum(steps) / len(steps)
    words = ", ".join(f"{entry.key} {entry.text[check.given['field']]}" for entry in entries)
    return Evidence(value, f"mean step between {words}", compared(check, value))


def _preset(bench: Bench, check: Check) -> Evidence:
    """How many of the named scenarios are shipped."""
    shipped = scenario.shipped_names(bench.catalog)
    lacking = [name for name in check.given["names"] if name not in shipped]
    if lacking:
        raise MissingError(f"scenario {', '.join(lacking)}")
    value = float(len(check.given["names"]))
    return Evidence(value, f"shipped scenarios {', '.join(check.given['names'])}", compared(check, value))


def _offered(bench: Bench, check: Check) -> Evidence:
    """A field over the catalog entries that meet conditions: median, ends, count, or the share in the claim's range."""
    given = check.given
    quantity = glossary.kinds()[given["entries"]].fields[given["field"]]

    def taken(conditions: list[list[str]]) -> tuple[float, str]:
        """Entries that meet all conditions of any of the lists."""
        facts = {}
        for every in conditions:
            for entry in browse.matching(bench.catalog, given["entries"], every):
                if given["field"] in entry.facts:
                    facts[entry.key] = entry.facts[given["field"]].value
        if not facts:
            raise MissingError(f"{given['field']} of {given['entries']} with {conditions}")
        values = sorted(facts.values())
        inside = sum(compared(check, value) for value in values)
        take = given.get("take", "median")
        figure = {
            "median": statistics.median(values),
            "lowest": values[0],
            "highest": values[-1],
            "share": inside / len(values),
            "count": float(len(values)),
        }[take]
        ends = " to ".join(units.text(value, quantity.show, 3) for value in (values[0], values[-1]))
        within = "" if "against" in given else f", {inside} of them within the claim"
        return figure, f"{take} {given['field']} of {len(values)} {given['entries']} ({ends}{within})"

    value, how = taken(given["where"])
    if "against" in given:
        other, how_other = taken(given["against"])
        value, how = _formed(check, value, other), f"{how} against {how_other}"
    return Evidence(value, how, compared(check, value))


def _published(bench: Bench, check: Check) -> Evidence:
    """Whether the claim's range meets the published one."""
    given = check.given
    low, high = (units.read(given[side], check.unit) if side in given else None for side in ("low", "high"))
    source = bench.catalog.sources[given["source"]]
    ends = [worded(value, check.unit) for value in (low, high) if value is not None]
    words = " to ".join(dict.fromkeys(ends))
    where = f", {given['where']}" if "where" in given else ""
    return Evidence(None, f"published: {words} ({source['title']}{where})", _meets(check, low, high))


def _measured(bench: Bench, check: Check) -> Evidence:
    """Whether the claim's range meets what the shipped measurements show."""
    given = check.given
    path = paths.shipped("catalogs") / "measurements" / given["file"]
    if not path.is_file():
        raise MissingError(f"measurements/{given['file']}")
    conditions = given.get("where", {})
    values = {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        least = all(float(row[name] or 0) >= bound for name, bound in given.get("least", {}).items())
        if row[given["column"]] and least and all(row[name] == text for name, text in conditions.items()):
            values[row["case_id"]] = units.read(row[given["column"]], check.unit if check.unit == "1" else "1")
    if not values:
        raise MissingError(f"rows of measurements/{given['file']} with {given['column']}")
    best = max(values, key=lambda case: values[case])
    ends = " to ".join(units.text(value, check.unit, 3) for value in (min(values.values()), values[best]))
    how = f"measured: {ends} over {len(values)} published runs, the highest {best}"
    return Evidence(None, how, _meets(check, min(values.values()), values[best]))


def _meets(check: Check, low: float | None, high: float | None) -> bool:
    """Whether the range said and a published range have a point in common, within the tolerance."""
    below = check.low is None or high is None or check.low - abs(check.low) * check.tolerance <= high
    return below and (check.high is None or low is None or check.high + abs(check.high) * check.tolerance >= low)


_GATHER = {
    "model": _modelled,
    "arithmetic": _modelled,
    "contradiction": _modelled,
    "covers": _covered,
    "rank": _ranked,
    "sum": _summed,
    "order": _ordered,
    "catalog": _catalogued,
    "names": _named,
    "generations": _generations,
    "presets": _preset,
    "offers": _offered,
    "published": _published,
    "measured": _measured,
}
