"""How each claim is checked: seeds/checks.toml and seeds/questions.toml say what to compute, never the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import fields, glossary, paths, units
from planner.errors import InputError, Problem, unknown
from planner.evidence.claims import from_model, from_records
from planner.evidence.claims.documents import PLAIN, Claim, Seeds
from planner.evidence.claims.runs import FORMS, Bench, Check, Evidence, figure
from planner.fields import At, Field, Form, Takes
from planner.files import read_toml

AGREES = "agrees"
DIFFERS = "differs"
REFUTED = "refuted by published measurements"
CONTRADICTS = "contradicts another source"
ITSELF = "contradicts itself"
WRONG = "arithmetic wrong"
DEPENDS = "depends"
UNCHECKED = "cannot be checked"
# Of several findings on one claim the first of these is its verdict.
VERDICTS = (WRONG, REFUTED, ITSELF, CONTRADICTS, DIFFERS, DEPENDS, AGREES, UNCHECKED)


@dataclass(frozen=True)
class Kind:
    """A kind of check: where its evidence comes from, what it means that it fails, and the keys of its own."""

    gather: Callable[[Bench, Check], Evidence] | None
    fails: str
    keys: tuple[str, ...]
    # Whether the computed value is the quantity itself or a ratio.
    valued: bool = False


_SCENARIO = ("scenario", "workload", "choose", "set")
# What tells the run behind a check of the model.
OTHER_SOURCES = "other sources"
RUN = (*_SCENARIO, "quantity", "over", "against", "form", "vary", "across", "cases")
KINDS = {
    "model": Kind(from_model.modelled, DIFFERS, RUN, valued=True),
    "arithmetic": Kind(from_model.modelled, WRONG, RUN, valued=True),
    "contradiction": Kind(from_model.modelled, CONTRADICTS, (*RUN, "other"), valued=True),
    "covers": Kind(from_model.covered, DIFFERS, (*_SCENARIO, "quantities")),
    "rank": Kind(from_model.ranked, DIFFERS, (*_SCENARIO, "quantity", "quantities")),
    "rules": Kind(from_model.ruled, DIFFERS, (*_SCENARIO, "rule", "verdict")),
    "sum": Kind(from_records.summed, WRONG, ("claims",)),
    "order": Kind(from_records.ordered, CONTRADICTS, ("other", "relation")),
    "catalog": Kind(from_records.catalogued, DIFFERS, ("entry", "field")),
    "names": Kind(from_records.named, DIFFERS, ("names", "counts")),
    "generations": Kind(from_records.generations, DIFFERS, ("entries", "field")),
    "offers": Kind(from_records.offered, REFUTED, ("entries", "where", "against", "field", "take", "form")),
    "presets": Kind(from_records.presets, DIFFERS, ("names",)),
    "published": Kind(from_records.published, REFUTED, ("low", "high", "source", "where")),
    "measured": Kind(from_records.measured, REFUTED, ("file", "column", "where", "least", "source")),
    "not checkable": Kind(None, UNCHECKED, ("reason",)),
    # Of a question, and not written as a check.
    OTHER_SOURCES: Kind(from_records.answered, CONTRADICTS, ()),
}
_COMMON = ("kind", "note", "unit", "expect", "tolerance", "fails")
_TABLE = fields.named(lambda name: fields.ANYTHING, "a table")
# What the keys take that take no text.
_TAKES = {
    **dict.fromkeys(("expect", "choose", "set", "vary", "across", "cases", "least"), _TABLE),
    **dict.fromkeys(("quantities", "other", "claims", "names"), fields.TEXTS),
    **dict.fromkeys(("against", "where", "entries", "low", "high"), fields.ANYTHING),
    "fails": fields.name_of("verdict", VERDICTS),
    "form": fields.name_of("form", FORMS),
    "take": fields.name_of("take", from_records.TAKES),
    "relation": fields.name_of("relation", from_records.RELATIONS),
    "counts": fields.name_of("counts", from_records.COUNTS),
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
    for question in questions(seeds):
        for name in question["answers"]:
            checks[name].append(
                Check(seeds.claims[name], OTHER_SOURCES, question, None, None, "", question["tolerance"])
            )
    return checks


def questions(seeds: Seeds, directory: Path | None = None) -> list[dict[str, Any]]:
    """What several claims answer, by figures that must agree or by one of several words; InputError with every problem.

    `answers` has the word of each claim; it is empty where the claim's figure answers.
    """
    problems: list[Problem] = []
    asked = []
    for name, table in read_toml((directory or paths.shipped("seeds")) / "questions.toml").items():
        at = At(f"questions.toml [{name}]", problems)
        said = _QUESTION.read(table, at)
        said["answers"] = said["answers"] or dict.fromkeys(said["claims"], "")
        for claim in said["answers"]:
            if claim not in seeds.claims:
                at.below(claim).refuse(unknown("claim", claim, seeds.claims))
        if len(said["answers"]) < 2:
            at.refuse("takes answers (or claims) of two or more")
        asked.append(said)
    if problems:
        raise InputError(problems)
    return asked


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
    form = Form(tuple(Field(name, _TAKES.get(name, fields.TEXT)) for name in (*_COMMON, *KINDS[kind].keys)))
    given = {name: value for name, value in form.read(table, at).items() if value is not None}
    if kind in ("published", "measured") and given.get("source") not in sources:
        at.below("source").refuse(unknown("source", str(given.get("source")), sources))
    unit = given.get("unit", claim.unit)
    # Counts and figures without a dimension are plain numbers.
    unit = units.DIMENSIONLESS if unit in ("", *PLAIN) else units.short(unit)
    for name, message in _misnamed(given, unit, kind):
        at.below(name).refuse(message)
    expected = Takes("low and high", lambda table, at: _expected(claim, table, unit, seeds))
    low, high = fields.taken(expected, given, at.below("expect"), (None, None))
    if KINDS[kind].gather and low is None and high is None:
        at.below("expect").refuse("the claim has no figure: say what it amounts to")
    # What a check says to expect counts as written; a claim's own figure is as firm as its wording.
    usual = 0 if "expect" in given else tolerances.get(claim.bound, 0)
    tolerance = float(given.get("tolerance", usual))
    return Check(claim, kind, given, low, high, unit, tolerance) if len(at.problems) == before else None


def _misnamed(table: Mapping[str, Any], unit: str, kind: str) -> Iterator[tuple[str, str]]:
    """Names that are no quantities, and a unit in which the quantity cannot be shown."""
    rows, choices = glossary.quantities(), (*glossary.options(), *glossary.roles())
    runs = [table, table.get("against", {}), *table.get("cases", {}).values()]
    named = [(key, table[key]) for key in ("quantity", "over") if key in table]
    named += [(key, name) for key in ("quantities", "vary", "across") for name in table.get(key, ())]
    named += [("set", name) for run in runs if isinstance(run, Mapping) for name in run.get("set", ())]
    for key, name in named:
        if name not in rows and name not in choices:
            yield key, unknown("quantity", name, [*rows, *choices])
    name = table.get("quantity")
    if KINDS[kind].valued and name in rows and "over" not in table:
        compared = "against" in table
        if not units.same_dimensions(unit, units.DIMENSIONLESS if compared else rows[name].unit):
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
