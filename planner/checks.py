"""How each claim is checked: read from seeds/checks.toml and seeds/questions.toml, which say what to compute, never the verdict."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import paths, units
from planner.problems import InputError, Problem, read_toml, unknown
from planner.seeds import Claim, Seeds

# Kind of check -> the keys it takes beside those that every kind takes.
_RUN = ("scenario", "workload", "choose", "set", "quantity", "over", "against", "form", "vary", "across")
KINDS = {
    "model": _RUN,
    "arithmetic": _RUN,
    "contradiction": (*_RUN, "other"),
    "covers": ("scenario", "workload", "choose", "set", "quantities"),
    "sum": ("claims",),
    "catalog": ("entry", "field", "names", "fails"),
    "offers": ("entries", "where", "against", "field", "take", "form", "fails"),
    "published": ("low", "high", "source", "where"),
    "measured": ("file", "column", "where", "least", "source"),
    "not checkable": ("reason",),
}
_COMMON = ("kind", "note", "unit", "expect", "tolerance")
FORMS = ("value", "ratio", "gain", "cut")
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
            read = [_check(seeds.claims[name], table, tolerances, sources, place, found) for table in tables]
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
    sources: Mapping[str, Any],
    place: str,
    found: list[Problem],
) -> Check | None:
    before = len(found)
    kind = table.get("kind", "")
    if kind not in KINDS:
        found.append(Problem(place, "kind", unknown("kind of check", str(kind), KINDS)))
        return None
    known = (*_COMMON, *KINDS[kind])
    found.extend(Problem(place, key, unknown("key", key, known)) for key in table if key not in known)
    for key, taken in (("form", FORMS), ("take", TAKES)):
        if table.get(key, taken[0]) not in taken:
            found.append(Problem(place, key, unknown(key, str(table[key]), taken)))
    if kind in ("published", "measured") and table.get("source") not in sources:
        found.append(Problem(place, "source", unknown("source", str(table.get("source")), sources)))
    unit = _words(table.get("unit", claim.unit))
    low, high = _expected(claim, table, unit, place, found)
    if kind != "not checkable" and low is None and high is None:
        found.append(Problem(place, "expect", "the claim has no figure: say what it amounts to"))
    if len(found) > before:
        return None
    tolerance = float(table.get("tolerance", tolerances.get(claim.bound, 0)))
    return Check(claim, kind, table, low, high, unit, tolerance)


def _expected(
    claim: Claim, table: Mapping[str, Any], unit: str, place: str, found: list[Problem]
) -> tuple[float | None, float | None]:
    """The range that the claim amounts to, in base units: what `expect` says, or the claim's own figures."""
    given = table.get("expect")
    try:
        if given is None:
            low, high = (None if v is None else units.read(f"{v!r} {unit}", unit) for v in (claim.low, claim.high))
            return low, high
        return tuple(units.read(given[side], unit) if side in given else None for side in ("low", "high"))  # type: ignore[return-value]
    except units.UnitError as error:
        found.append(Problem(place, "expect", str(error)))
        return None, None


@functools.cache
def _words(unit: str) -> str:
    """The unit as it is shown: '' and 'dimensionless' are plain numbers."""
    return units.DIMENSIONLESS if unit in ("", "dimensionless", "count") else unit
