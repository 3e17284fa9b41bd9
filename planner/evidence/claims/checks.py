"""How each claim is checked: seeds/checks.toml and seeds/questions.toml say what to compute, never the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import fields, glossary, paths, units
from planner.errors import InputError, Problem, read_toml, unknown
from planner.evidence.claims.documents import PLAIN, Claim, Seeds
from planner.fields import At, Field, Form, Takes

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


_TABLE = fields.named(lambda name: fields.ANYTHING, "a table")
# What the fields take that take no text.
_TAKES = {
    **dict.fromkeys(("expect", "choose", "set", "vary", "across", "cases", "least"), _TABLE),
    **dict.fromkeys(("quantities", "other", "claims", "names"), fields.TEXTS),
    **dict.fromkeys(("against", "where", "entries", "low", "high"), fields.ANYTHING),
    "form": fields.name_of("form", FORMS),
    "take": fields.name_of("take", TAKES),
    "relation": fields.name_of("relation", RELATIONS),
    "counts": fields.name_of("counts", COUNTS),
    "tolerance": fields.such("a number: a share of the figure said", fields.is_number),
}


_QUESTION = Form(
    (
        Field("asks", fields.TEXT, "the question", required=True),
        Field("answers", _TABLE, "claims with the word that each answers", {}),
        Field("claims", fields.TEXTS, "claims whose figures answer", ()),
        Field("tolerance", _TAKES["tolerance"], "how far the figures may lie apart", 0.05),
    )
)


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
    problems: list[Problem] = []
    checks: dict[str, list[Check]] = {}
    for name, tables in raw.items():
        at = At(f"checks.toml [{name}]", problems)
        if name not in seeds.claims:
            at.refuse(unknown("claim", name, seeds.claims))
        elif not isinstance(tables, list):
            at.refuse(f'takes a list of checks: write [["{name}"]]')
        else:
            read = [_check(seeds.claims[name], table, tolerances, seeds, sources, at) for table in tables]
            checks[name] = [check for check in read if check is not None]
    problems += [Problem("checks.toml", name, "no check for this claim") for name in seeds.claims if name not in raw]
    if problems:
        raise InputError(problems)
    return checks


def questions(seeds: Seeds, directory: Path | None = None) -> list[Question]:
    """What several claims answer; InputError with every problem."""
    problems: list[Problem] = []
    answered = []
    for name, table in read_toml((directory or paths.shipped("seeds")) / "questions.toml").items():
        at = At(f"questions.toml [{name}]", problems)
        said = _QUESTION.read(table, at)
        answers = said["answers"] or dict.fromkeys(said["claims"], "")
        for claim in answers:
            if claim not in seeds.claims:
                at.below(claim).refuse(unknown("claim", claim, seeds.claims))
        if len(answers) < 2:
            at.refuse("takes answers (or claims) of two or more")
        answered.append(Question(name, said["asks"], answers, said["tolerance"]))
    if problems:
        raise InputError(problems)
    return answered


def _check(
    claim: Claim,
    table: object,
    tolerances: Mapping[str, float],
    seeds: Seeds,
    sources: Mapping[str, Any],
    at: At,
) -> Check | None:
    before = len(at.problems)
    if not isinstance(table, Mapping):
        at.refuse("takes a table: { kind = ..., ... }")
        return None
    kind = table.get("kind", "")
    if kind not in KINDS:
        at.below("kind").refuse(unknown("kind of check", str(kind), KINDS))
        return None
    form = Form(tuple(Field(name, _TAKES.get(name, fields.TEXT)) for name in (*_COMMON, *KINDS[kind])))
    given = {name: value for name, value in form.read(table, at).items() if value is not None}
    if kind in ("published", "measured") and given.get("source") not in sources:
        at.below("source").refuse(unknown("source", str(given.get("source")), sources))
    unit = _words(given.get("unit", claim.unit))
    for name, message in _misnamed(given, unit, kind):
        at.below(name).refuse(message)
    expected = Takes("low and high", lambda table, at: _expected(claim, table, unit, seeds))
    low, high = fields.taken(expected, given, at.below("expect"), (None, None))
    if kind != "not checkable" and low is None and high is None:
        at.below("expect").refuse("the claim has no figure: say what it amounts to")
    # What a check says to expect counts as written; a claim's own figure is as firm as its wording.
    usual = 0 if "expect" in given else tolerances.get(claim.bound, 0)
    tolerance = float(given.get("tolerance", usual))
    return Check(claim, kind, given, low, high, unit, tolerance) if len(at.problems) == before else None


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


def _expected(claim: Claim, table: Mapping[str, Any], unit: str, seeds: Seeds) -> tuple[float | None, float | None]:
    """The range that the claim amounts to, in base units: what `expect` says, or the claim's own figures."""
    given = table.get("expect")
    if given is None:
        return figure(claim.low, unit), figure(claim.high, unit)
    low, high = (
        units.read(seeds.figure_text(given[side]), unit) if side in given else None for side in ("low", "high")
    )
    return low, high


def figure(value: float | None, unit: str) -> float | None:
    """A number written in `unit` as a base value."""
    return None if value is None else units.read(f"{value!r} {unit}", unit)


def worded(value: float, unit: str, digits: int = 4) -> str:
    """A base value in a unit; a date is a plain year with its fraction."""
    return f"{units.convert(value, unit):.2f}" if unit == "year" else units.text(value, unit, digits)


def _words(unit: str) -> str:
    """The unit as it is shown: counts and figures without a dimension are plain numbers."""
    return units.DIMENSIONLESS if unit in ("", *PLAIN) else units.short(unit)
