"""The ledger of the source documents: claims, segments, systems and their sources, loaded and checked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import fields, paths, units
from planner.errors import InputError, Problem, one, unknown
from planner.fields import At, Field, Form, Takes
from planner.files import read_toml

BOUNDS = ("exact", "approximate", "range", "at_least", "at_most", "qualitative")
USES = ("market context", "constraint rule", "scenario preset", "catalog value", "model check", "model default")
NOISE = "noise"
# Units of plain numbers.
PLAIN = ("dimensionless", "count")
_REFERENCE = "claim:"


@dataclass(frozen=True)
class Claim:
    """What a source says, as one figure or one sentence; low and high in `unit`, None where nothing is said."""

    id: str
    source: str
    section: str
    line: str
    topic: str
    subject: str
    quantity: str
    low: float | None
    high: float | None
    unit: str
    bound: str
    period: str
    paraphrase: str
    used_as: str
    hint: str

    @property
    def has_figure(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def said(self) -> str:
        """The figure with its bound and unit in words; the paraphrase where there is no figure."""
        low, high = (None if value is None else self._written(value) for value in (self.low, self.high))
        if low is None and high is None:
            return self.paraphrase
        unit = "" if self.unit in PLAIN else " " + self.unit
        if high is None:
            return f"at least {low}{unit}"
        if low is None:
            return f"at most {high}{unit}"
        about = "about " if self.bound == "approximate" else ""
        return about + (low if low == high else f"{low} to {high}") + unit

    def _written(self, value: float) -> str:
        return f"{value:g}" if self.unit == "year" else units.number_text(value, 6)


@dataclass(frozen=True)
class Segment:
    """A member of a market axis with its share and growth, in percent; None where the source gives none."""

    source: str
    axis: str
    member: str
    parent: str
    share: float | None
    share_year: str
    growth: float | None
    growth_period: str
    rank: str
    claim: str
    note: str


@dataclass(frozen=True)
class Named:
    """A product, provider or programme that the sources name."""

    name: str
    kind: str
    vendor: str
    sources: tuple[str, ...]
    facts: str
    use: str

    @property
    def noise(self) -> bool:
        """Whether it does not belong to the industry: kept to be refused, never used."""
        return self.kind == NOISE


@dataclass(frozen=True)
class Seeds:
    """The whole ledger."""

    sources: dict[str, dict[str, Any]]
    claims: dict[str, Claim]
    segments: tuple[Segment, ...]
    named: tuple[Named, ...]
    directory: Path

    @property
    def noise(self) -> dict[str, str]:
        """Names that the documents list by mistake, with what each is."""
        return {row.name: row.vendor for row in self.named if row.noise}

    def claim(self, name: str) -> Claim:
        if name not in self.claims:
            raise one("claims", "ID", unknown("claim", name, self.claims))
        return self.claims[name]

    def figure_text(self, given: Any) -> Any:
        """`given`, or the figure it stands for: 'claim:ID', 'claim:ID.high', both also with ' in UNIT'."""
        if not isinstance(given, str) or not given.startswith(_REFERENCE):
            return given
        reference, _, written = given.removeprefix(_REFERENCE).partition(" in ")
        side = "low"
        if reference.endswith((".low", ".high")):
            reference, _, side = reference.rpartition(".")
        claim = self.claim(reference)
        value = getattr(claim, side)
        if value is None:
            raise units.UnitError(f"{reference} gives no {side} figure")
        named = written or claim.unit
        return f"{value!r}{'' if named in PLAIN else ' ' + named}"


def load(directory: Path | None = None) -> Seeds:
    """The ledger of a directory, the shipped one where none is named; InputError with every problem."""
    return _load(directory or paths.shipped("seeds"))


@functools.lru_cache(maxsize=4)
def _load(directory: Path) -> Seeds:
    problems: list[Problem] = []
    described = {row["id"]: row for row in read_toml(directory / "sources.toml").get("source", [])}
    claims: dict[str, Claim] = {}
    for at, claim in fields.rows(directory / "claims.csv", _claim_form(described), problems):
        if claim is not None and claim.id in claims:
            at.below("claim_id").refuse(f"'{claim.id}' stands above already")
        elif claim is not None:
            claims[claim.id] = claim
    segments = fields.rows(directory / "segments.csv", _segment_form(described, claims), problems)
    named = fields.rows(directory / "systems.csv", _named_form(described), problems)
    ledger = Seeds(
        described, claims, tuple(segment for _, segment in segments), tuple(row for _, row in named), directory
    )
    if problems:
        raise InputError(problems)
    return ledger


def _form(
    made: Callable[..., Any],
    columns: str,
    takes: Mapping[str, Takes],
    check: Callable[[Mapping[str, Any]], Iterator[tuple[str, str]]],
) -> Form:
    """Columns in the order of what a row becomes; they take text but where something else is said."""
    row = tuple(Field(name, takes.get(name, fields.TEXT)) for name in columns.split())
    return Form(row, lambda **cells: made(*cells.values()), check=check)


def _claim_form(sources: Mapping[str, Any]) -> Form:
    return _form(
        Claim,
        "claim_id source_id section line topic subject quantity value_low value_high unit bound period_as_of "
        "paraphrase how_used check",
        {
            "source_id": fields.name_of("source", sources),
            "value_low": fields.NUMBER_OR_EMPTY,
            "value_high": fields.NUMBER_OR_EMPTY,
            "unit": Takes("a unit, dimensionless or count", _unit),
            "bound": fields.name_of("bound", BOUNDS),
            "how_used": fields.name_of("use", USES),
        },
        _claim_problems,
    )


def _claim_problems(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    low, high = row["value_low"], row["value_high"]
    if not row["paraphrase"]:
        yield "paraphrase", "is empty: say in own words what the source says"
    if low is not None and high is not None and low > high:
        yield "value_low", "is above value_high"
    if low is None and high is None and row["bound"] not in (None, "qualitative"):
        yield "bound", f"'{row['bound']}' does not go with the values given"


def _unit(given: str, at: At) -> str:
    units.unit(given)
    return given if given in PLAIN else units.short(given)


def _segment_form(sources: Mapping[str, Any], claims: Mapping[str, Any]) -> Form:
    return _form(
        Segment,
        "source_id axis member parent share_pct share_year cagr_pct cagr_period rank claim_id note",
        {
            "source_id": fields.name_of("source", sources),
            "share_pct": fields.NUMBER_OR_EMPTY,
            "cagr_pct": fields.NUMBER_OR_EMPTY,
            "claim_id": fields.name_of("claim", ["", *claims]),
        },
        _segment_problems,
    )


def _segment_problems(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["share_pct"] is not None and not 0 <= row["share_pct"] <= 100:
        yield "share_pct", f"{row['share_pct']} is not a share in per cent"


def _named_form(sources: Mapping[str, Any]) -> Form:
    known = fields.name_of("source", sources)
    return _form(
        lambda *cells: Named(*cells[:-1]),
        "name kind vendor source_ids facts_in_seeds planner_use noise",
        {
            "source_ids": Takes(
                "ids of sources", lambda given, at: tuple(known.read(each, at) for each in given.split())
            ),
            "noise": fields.such("yes or no", lambda given: given in ("yes", "no"), lambda given: given == "yes"),
        },
        _named_problems,
    )


def _named_problems(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row["noise"] != (row["kind"] == NOISE):
        yield "noise", f"does not go with the kind '{row['kind']}'"
