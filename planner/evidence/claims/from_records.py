"""Evidence from what is on record: other claims, catalog entries and offers, published and measured figures."""

from __future__ import annotations

import csv
import datetime
import itertools
import math
import statistics
from collections.abc import Callable, Mapping
from typing import Any

from planner import glossary, units
from planner.catalog import browse
from planner.catalog.entries import Entry
from planner.evidence.claims.documents import Claim
from planner.evidence.claims.runs import Bench, Check, Evidence, MissingError, figure
from planner.scenario import scenario_file


def summed(bench: Bench, check: Check) -> Evidence:
    """The sum of several claims' figures."""
    claims = [bench.seeds.claim(name) for name in check.given["claims"]]
    figures = [claim.low for claim in claims if claim.low is not None]
    if len(figures) < len(claims):
        raise MissingError("a figure of one of the claims")
    total = sum(figure(each, check.unit) or 0.0 for each in figures)
    words = " + ".join(units.number_text(each, 6) for each in figures)
    return Evidence(float(total), f"{words} ({', '.join(claim.id for claim in claims)})")


def _reaches(large: float | None, small: float | None) -> bool:
    return large is None or small is None or large >= small


Ends = tuple[float | None, float | None]
# How a claim must stand to others: in words, and as a test of the ends of its figure and of the other's.
RELATIONS: Mapping[str, tuple[str, Callable[[Ends, Ends], bool]]] = {
    "not before": ("cannot be earlier where", lambda mine, other: _reaches(mine[1], other[0])),
    "not below": ("cannot be less where", lambda mine, other: _reaches(mine[1], other[0])),
    "not above": ("cannot be more where", lambda mine, other: _reaches(other[1], mine[0])),
    "covers": ("must reach as far where", lambda mine, other: _reaches(mine[1], other[1])),
    "equals": ("must be the same where", lambda mine, other: mine == other),
}


def ordered(bench: Bench, check: Check) -> Evidence:
    """Whether the claim's figure stands to those of other claims as it must."""
    words, met = RELATIONS[check.given.get("relation", "not before")]
    others = [bench.seeds.claim(name) for name in check.given["other"]]
    ends = [(figure(other.low, check.unit), figure(other.high, check.unit)) for other in others]
    said = "; ".join(f"{other.id} says {other.said}" for other in others)
    holds = all(met((check.low, check.high), each) for each in ends)
    return Evidence(None, f"{words} {said}", holds, others=tuple(check.given["other"]))


def answered(bench: Bench, check: Check) -> Evidence:
    """How the claim's answer to a question compares with those of the other claims asked the same."""
    answers, claim, asks = check.given["answers"], check.claim, check.given["asks"]
    others = {name: bench.seeds.claim(name) for name in answers if name != claim.id}

    def same(name: str) -> bool:
        if answers[claim.id] or answers[name]:
            return bool(answers[claim.id] == answers[name])
        return _overlap(claim, others[name], check.tolerance)

    differing = tuple(name for name in others if not same(name))
    if not differing:
        return Evidence(None, f"{asks} {', '.join(others)}: the same", True)
    said = ", ".join(f"{name} says {answers[name] or others[name].said}" for name in differing)
    return Evidence(None, f"{asks} {said}", False, others=differing)


def _overlap(one: Claim, other: Claim, tolerance: float) -> bool:
    """Whether the figures of two claims have a value in common, within a share of them."""
    low, other_low = one.low or 0, other.low or 0
    high, other_high = (math.inf if claim.high is None else claim.high for claim in (one, other))
    return low <= other_high * (1 + tolerance) and other_low <= high * (1 + tolerance)


def catalogued(bench: Bench, check: Check) -> Evidence:
    """A catalog entry's figure or date."""
    kind, _, key = check.given["entry"].partition("/")
    entry, name = bench.catalog.find(kind, key), check.given["field"]
    fact = entry.facts.get(name)
    if fact is not None:
        title = bench.catalog.sources.get(fact.source, {}).get("title", fact.source)
        return Evidence(fact.value, f"{name} of {entry.origin}, {fact.kind}: {title}")
    return Evidence(figure(_date(entry, name), check.unit), f"{name} of {entry.origin} is {entry.text[name]}")


def _date(entry: Entry, name: str) -> float:
    """A date of an entry as a year with its fraction."""
    date = entry.text.get(name)
    if not isinstance(date, datetime.date):
        raise MissingError(f"{name} of {entry.origin}")
    return date.year + (date.timetuple().tm_yday - 1) / 365


# What is counted of names, some of which an entry of the catalog answers to.
COUNTS: Mapping[str, Callable[[list[str], dict[str, str]], int]] = {
    "found": lambda names, entries: len(entries),
    "absent": lambda names, entries: len(names) - len(entries),
    "distinct": lambda names, entries: len(set(entries.values())),
}


def named(bench: Bench, check: Check) -> Evidence:
    """How many of the names the catalog has, lacks, or tells apart."""
    names, counts = check.given["names"], check.given.get("counts", "found")
    entries = {name: hits[0][0].origin for name in names if (hits := bench.catalog.search(name)[:1])}
    listed = ", ".join(dict.fromkeys(entries.values())) or "none of them"
    count = COUNTS[counts](names, entries)
    return Evidence(float(count), f"{counts} of {len(names)} names in the catalog ({listed})")


def generations(bench: Bench, check: Check) -> Evidence:
    """Mean time between the first shipments of successive products."""
    entries = [bench.catalog.find(*name.split("/", 1)) for name in check.given["entries"]]
    dates = [_date(entry, check.given["field"]) for entry in entries]
    steps = [units.read(f"{later - earlier} year", "s") for earlier, later in itertools.pairwise(dates)]
    words = ", ".join(f"{entry.key} {entry.text[check.given['field']]}" for entry in entries)
    return Evidence(sum(steps) / len(steps), f"mean step between {words}")


def presets(bench: Bench, check: Check) -> Evidence:
    """How many of the named scenarios are shipped; all of them must be."""
    names, shipped = check.given["names"], scenario_file.shipped_names(bench.catalog)
    if lacking := [name for name in names if name not in shipped]:
        raise MissingError(f"scenario {', '.join(lacking)}")
    return Evidence(float(len(names)), f"shipped scenarios {', '.join(names)}")


# What is taken of the figures of several entries: of their values, and of how many lie within the claim.
TAKES: Mapping[str, Callable[[list[float], int], float]] = {
    "median": lambda values, inside: statistics.median(values),
    "lowest": lambda values, inside: min(values),
    "highest": lambda values, inside: max(values),
    "share": lambda values, inside: inside / len(values),
    "count": lambda values, inside: float(len(values)),
}


def offered(bench: Bench, check: Check) -> Evidence:
    """A field over the catalog entries that meet conditions: median, ends, count, or the share in the claim's range."""
    given = check.given
    kind, name, take = given["entries"], given["field"], given.get("take", "median")
    show = glossary.kinds()[kind].fields[name].show

    def taken(conditions: list[list[str]]) -> tuple[float, str]:
        """Entries that meet all conditions of any of the lists."""
        entries = [entry for every in conditions for entry in browse.matching(bench.catalog, kind, every)]
        values = list({entry.key: entry.facts[name].value for entry in entries if name in entry.facts}.values())
        if not values:
            raise MissingError(f"{name} of {kind} with {conditions}")
        inside = sum(check.agrees(value) for value in values)
        ends = " to ".join(units.text(value, show, 3) for value in (min(values), max(values)))
        within = "" if "against" in given else f", {inside} of them within the claim"
        return TAKES[take](values, inside), f"{take} {name} of {len(values)} {kind} ({ends}{within})"

    value, how = taken(given["where"])
    if "against" in given:
        other, how_other = taken(given["against"])
        value, how = check.formed(value, other), f"{how} against {how_other}"
    return Evidence(value, how)


def published(bench: Bench, check: Check) -> Evidence:
    """Whether the claim's range meets the published one."""
    given = check.given
    low, high = (units.read(given[side], check.unit) if side in given else None for side in ("low", "high"))
    ends = [check.worded(value) for value in (low, high) if value is not None]
    source = bench.catalog.sources[given["source"]]
    where = f", {given['where']}" if "where" in given else ""
    how = f"published: {' to '.join(dict.fromkeys(ends))} ({source['title']}{where})"
    return Evidence(None, how, check.meets(low, high))


def measured(bench: Bench, check: Check) -> Evidence:
    """Whether the claim's range meets what the catalog's measurements show."""
    given = check.given
    name, column = f"measurements/{given['file']}", given["column"]
    path = bench.catalog.file(name)
    if not path.is_file():
        raise MissingError(name)

    def meant(row: Mapping[str, Any]) -> bool:
        least = all(float(row[key] or 0) >= bound for key, bound in given.get("least", {}).items())
        return bool(row[column]) and least and all(row[key] == text for key, text in given.get("where", {}).items())

    rows = [row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()) if meant(row)]
    if not rows:
        raise MissingError(f"rows of {name} with {column}")
    values = {row["case_id"]: units.read(row[column], check.unit if check.unit == "1" else "1") for row in rows}
    best = max(values, key=lambda case: values[case])
    low, high = min(values.values()), values[best]
    ends = " to ".join(units.text(value, check.unit, 3) for value in (low, high))
    how = f"measured: {ends} over {len(values)} published runs, the highest {best}"
    return Evidence(None, how, check.meets(low, high))
