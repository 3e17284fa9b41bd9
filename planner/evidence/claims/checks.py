"""How each claim is checked: seeds/checks.toml and seeds/questions.toml say what to compute, never the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import glossary, paths, units
from planner.errors import InputError, Problem, read_toml, unknown
from planner.evidence.claims.documents import PLAIN, Claim, Seeds

# Kind of check -> the keys it takes beside those that every kind takes.
_RUN = ("scenario", "workload", "choose", "set", "quantity", "over", "against", "form", "vary", "across", "cases")
KINDS = {
    "model": _RUN,
    "arithmetic": _RUN,
    "contradiction": (*_RUN, "other"),
    "covers": ("scenario", "workload", "choose", "set", "quantities"),
    "rank": ("scenario", "workload", "choose", "set", "quantity", "quantities"),
    "rules": ("scenario", "workload", "choose", "set", "rule", "verdict"),
    "sum": ("claims",),
    "order": ("other", "relation"),
    "catalog": ("entry", "field"),
    "names": ("names", "counts"),
    "generations": ("entries", "field"),
    "offers": ("entries", "where", "against", "field", "take", "form"),
    "presets": ("names",),
    "published": ("low", "high", "source", "where"),
    "measured": ("file", "column", "where", "least", "source"),
    "not checkable": ("reason",),
}
_COMMON = ("kind", "note", "unit", "expect", "tolerance", "fails")
RELATIONS = ("not before", "not above", "not below", "covers", "equals")
COUNTS = ("found", "absent", "distinct")
# Kinds whose computed value is the quantity itself or a ratio.
_VALUED = ("model", "arithmetic", "contradiction")
FORMS = ("ratio", "gain", "cut")
TAKES = ("median", "lowest", "highest", "share", "count")


@dataclass(frozen=True)
class Check:
    """One way of checking one claim; `given` is its table as written."""

    claim: Claim
    kind: str
    given: Mapping[str, Any]
    # What the claim amounts to, in base units; None where that side is open.
    low: float | None
    high: float | None
    unit: str
    tolerance: float


@dataclass(frozen=True)
class Question:
    """Something that several claims answer: by figures that must agree, or by one of several words."""

    name: str
    asks: str
    # Claim -> its answer; the claim's own figure where the text is empty.
    answers: Mapping[str, str]
    tolerance: float


def load(seeds: Seeds, sources: Mapping[str, Any], directory: Path | None = None) -> dict[str, list[Check]]:
    """Claim -> its checks; InputError with every problem, a claim without a check included."""
    raw = dict(read_toml((directory or paths.shipped("seeds")) / "checks.toml"))
    tolerances = raw.pop("tolerance", {})
    found: list[Problem] = []
    checks: dict[str, list[Check]] = {}
    for name, tables in raw.items():
        place = f"checks.toml [{name}]"
        if name not in seeds.claims:
            found.append(Problem(place, "", unknown("claim", name, seeds.claims)))
        elif not isinstance(tables, list):
            found.append(Problem(place, "", f'takes a list of checks: write [["{name}"]]'))
        else:
            read = [_check(seeds.claims[name], table, tolerances, seeds, sources, place, found) for table in tables]
            checks[name] = [check for check in read if check is not None]
    found.extend(Problem("checks.toml", name, "no check for this claim") for name in seeds.claims if name not in raw)
    if found:
        raise InputError(found)
    return checks


def questions(seeds: Seeds, directory: Path | None = None) -> list[Question]:
    """What several claims answer; InputError with every problem."""
    found: list[Problem] = []
    read = []
    for name, table in read_toml((directory or paths.shipped("seeds")) / "questions.toml").items():
        answers = table.get("answers") or dict.fromkeys(table.get("claims", ()), "")
        for claim in answers:
            if claim not in seeds.claims:
                found.append(Problem(f"questions.toml [{name}]", claim, unknown("claim", claim, seeds.claims)))
        if "asks" not in table or len(answers) < 2:
            found.append(Problem(f"questions.toml [{name}]", "", "takes asks, and answers (or claims) of two or more"))
        else:
            read.append(Question(name, table["asks"], answers, float(table.get("tolerance", 0.05))))
    if found:
        raise InputError(found)
    return read


def _check(
    claim: Claim,
    table: Mapping[str, Any],
    tolerances: Mapping[str, float],
    seeds: Seeds,
    sources: Mapping[str, Any],
    place: str,
    found: list[Problem],
) -> Check | None:
    before = len(found)
    if not isinstance(table, Mapping):
        found.append(Problem(place, "", "takes a table: { kind = ..., ... }"))
        return None
    kind = table.get("kind", "")
    if kind not in KINDS:
        found.append(Problem(place, "kind", unknown("kind of check", str(kind), KINDS)))
        return None
    known = (*_COMMON, *KINDS[kind])
    found.extend(Problem(place, key, unknown("key", key, known)) for key in table if key not in known)
    for key, taken in (("form", FORMS), ("take", TAKES), ("relation", RELATIONS), ("counts", COUNTS)):
        if table.get(key, taken[0]) not in taken:
            found.append(Problem(place, key, unknown(key, str(table[key]), taken)))
    if kind in ("published", "measured") and table.get("source") not in sources:
        found.append(Problem(place, "source", unknown("source", str(table.get("source")), sources)))
    unit = _words(table.get("unit", claim.unit))
    found.extend(Problem(place, key, message) for key, message in _misnamed(table, unit, kind))
    low, high = _expected(claim, table, unit, seeds, place, found)
    if kind != "not checkable" and low is None and high is None:
        found.append(Problem(place, "expect", "the claim has no figure: say what it amounts to"))
    if not isinstance(table.get("tolerance", 0), int | float):
        found.append(Problem(place, "tolerance", "takes a number: a share of the figure said"))
    if len(found) > before:
        return None
    # What a check says to expect counts as written; a claim's own figure is as firm as its wording.
    usual = 0 if "expect" in table else tolerances.get(claim.bound, 0)
    tolerance = float(table.get("tolerance", usual))
    return Check(claim, kind, table, low, high, unit, tolerance)


def _misnamed(table: Mapping[str, Any], unit: str, kind: str) -> Iterator[tuple[str, str]]:
    """Names that are no quantities, and a unit in which the quantity cannot be shown."""
    rows, options = glossary.quantities(), glossary.options()
    runs = [table, table.get("against", {}), *table.get("cases", {}).values()]
    named = [(key, table[key]) for key in ("quantity", "over") if key in table]
    named += [("quantities", name) for name in table.get("quantities", ())]
    named += [(key, name) for key in ("vary", "across") for name in table.get(key, ())]
    named += [("set", name) for run in runs if isinstance(run, Mapping) for name in run.get("set", ())]
    for key, name in named:
        if name not in rows and name not in options:
            yield key, unknown("quantity", name, [*rows, *options])
    name = table.get("quantity")
    if kind in _VALUED and name in rows:
        compared = "over" in table or "against" in table
        dimensions = units.DIMENSIONLESS if compared else rows[name].unit
        if "over" not in table and not units.same_dimensions(unit, dimensions):
            yield "unit", f"'{unit}' does not show {name}{' against another run' if compared else ''}"


def _expected(
    claim: Claim, table: Mapping[str, Any], unit: str, seeds: Seeds, place: str, found: list[Problem]
) -> tuple[float | None, float | None]:
    """The range that the claim amounts to, in base units: what `expect` says, or the claim's own figures."""
    given = table.get("expect")
    try:
        if given is None:
            return figure(claim.low, unit), figure(claim.high, unit)
        low, high = (
            units.read(seeds.figure_text(given[side]), unit) if side in given else None for side in ("low", "high")
        )
        return low, high
    except units.UnitError as error:
        found.append(Problem(place, "expect", str(error)))
        return None, None


def figure(value: float | None, unit: str) -> float | None:
    """A number written in `unit` as a base value."""
    return None if value is None else units.read(f"{value!r} {unit}", unit)


def worded(value: float, unit: str, digits: int = 4) -> str:
    """A base value in a unit; a date is a plain year with its fraction."""
    return f"{units.convert(value, unit):.2f}" if unit == "year" else units.text(value, unit, digits)


def _words(unit: str) -> str:
    """The unit as it is shown: counts and figures without a dimension are plain numbers."""
    return units.DIMENSIONLESS if unit in ("", *PLAIN) else units.short(unit)
