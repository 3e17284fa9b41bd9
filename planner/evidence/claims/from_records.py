"""Evidence from what is on record: other claims, catalog entries and offers, published and measured figures."""

from __future__ import annotations

import csv
import datetime
import itertools
import statistics

from planner import glossary, paths, units
from planner.catalog import browse
from planner.catalog.entries import Entry
from planner.evidence.claims.checks import Check, figure, worded
from planner.evidence.claims.runs import Bench, Evidence, MissingError, compared, formed
from planner.scenario import scenario_file


def summed(bench: Bench, check: Check) -> Evidence:
    """The sum of several claims' figures."""
    claims = [bench.seeds.claim(name) for name in check.given["claims"]]
    values = [claim.low for claim in claims]
    if None in values:
        raise MissingError("a figure of one of the claims")
    value = float(sum(units.read(f"{v!r} {check.unit}", check.unit) for v in values))
    words = " + ".join(units.number_text(v, 6) for v in values if v is not None)
    return Evidence(value, f"{words} ({', '.join(claim.id for claim in claims)})", compared(check, value))


_RELATION = {
    "not before": "cannot be earlier where",
    "not below": "cannot be less where",
    "not above": "cannot be more where",
    "covers": "must reach as far where",
    "equals": "must be the same where",
}


def ordered(bench: Bench, check: Check) -> Evidence:
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
        words.append(f"{name} says {other.said}")
    return Evidence(None, f"{_RELATION[relation]} {'; '.join(words)}", holds)


def catalogued(bench: Bench, check: Check) -> Evidence:
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


def named(bench: Bench, check: Check) -> Evidence:
    """How many of the names the catalog has, lacks, or tells apart."""
    names = check.given["names"]
    counts = check.given.get("counts", "found")
    found = {name: hits[0][0].origin for name in names if (hits := bench.catalog.search(name)[:1])}
    value = {"found": len(found), "absent": len(names) - len(found), "distinct": len(set(found.values()))}[counts]
    listed = ", ".join(dict.fromkeys(found.values())) or "none of them"
    return Evidence(float(value), f"{counts} of {len(names)} names in the catalog ({listed})", compared(check, value))


def generations(bench: Bench, check: Check) -> Evidence:
    """Mean time between the first shipments of successive products."""
    entries = [bench.catalog.find(*name.split("/", 1)) for name in check.given["entries"]]
    dates = [_date(entry, check.given["field"]) for entry in entries]
    steps = [units.read(f"{later - earlier} year", "s") for earlier, later in itertools.pairwise(dates)]
    value = sum(steps) / len(steps)
    words = ", ".join(f"{entry.key} {entry.text[check.given['field']]}" for entry in entries)
    return Evidence(value, f"mean step between {words}", compared(check, value))


def presets(bench: Bench, check: Check) -> Evidence:
    """How many of the named scenarios are shipped."""
    shipped = scenario_file.shipped_names(bench.catalog)
    lacking = [name for name in check.given["names"] if name not in shipped]
    if lacking:
        raise MissingError(f"scenario {', '.join(lacking)}")
    value = float(len(check.given["names"]))
    return Evidence(value, f"shipped scenarios {', '.join(check.given['names'])}", compared(check, value))


def offered(bench: Bench, check: Check) -> Evidence:
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
        value, how = formed(check, value, other), f"{how} against {how_other}"
    return Evidence(value, how, compared(check, value))


def published(bench: Bench, check: Check) -> Evidence:
    """Whether the claim's range meets the published one."""
    given = check.given
    low, high = (units.read(given[side], check.unit) if side in given else None for side in ("low", "high"))
    source = bench.catalog.sources[given["source"]]
    ends = [worded(value, check.unit) for value in (low, high) if value is not None]
    words = " to ".join(dict.fromkeys(ends))
    where = f", {given['where']}" if "where" in given else ""
    return Evidence(None, f"published: {words} ({source['title']}{where})", _meets(check, low, high))


def measured(bench: Bench, check: Check) -> Evidence:
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
