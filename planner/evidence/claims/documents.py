"""The ledger of the source documents: claims, segments, systems and their sources, loaded and checked."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import paths, units
from planner.errors import InputError, Problem, one, read_toml, unknown

BOUNDS = ("exact", "approximate", "range", "at_least", "at_most", "qualitative")
USES = ("market context", "constraint rule", "scenario preset", "catalog value", "model check", "model default")
NOISE = "noise"
# Units of plain numbers.
PLAIN = ("dimensionless", "count")
_REFERENCE = "claim:"
_COLUMNS = {
    "claims.csv": (
        *("claim_id", "source_id", "section", "line", "topic", "subject", "quantity", "value_low", "value_high"),
        *("unit", "bound", "period_as_of", "paraphrase", "how_used", "check"),
    ),
    "segments.csv": (
        *("source_id", "axis", "member", "parent", "share_pct", "share_year", "cagr_pct", "cagr_period", "rank"),
        *("claim_id", "note"),
    ),
    "systems.csv": ("name", "kind", "vendor", "source_ids", "facts_in_seeds", "planner_use", "noise"),
}


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

    def figure_text(
        self,
        given: Any,
    ) -> Any:
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
    found: list[Problem] = []
    described = {row["id"]: row for row in read_toml(directory / "sources.toml").get("source", [])}
    claims: dict[str, Claim] = {}
    for number, row in _rows(directory / "claims.csv", found):
        claim = _claim(row, f"claims.csv line {number}", described, found)
        if claim is None:
            continue
        if claim.id in claims:
            found.append(Problem(f"claims.csv line {number}", "claim_id", f"'{claim.id}' stands above already"))
        claims[claim.id] = claim
    segments = [
        _segment(row, f"segments.csv line {number}", described, claims, found)
        for number, row in _rows(directory / "segments.csv", found)
    ]
    named = [
        _named(row, f"systems.csv line {number}", described, found)
        for number, row in _rows(directory / "systems.csv", found)
    ]
    if found:
        raise InputError(found)
    return Seeds(described, claims, tuple(segments), tuple(named), directory)


def _rows(path: Path, found: list[Problem]) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of each row; rows with too few or too many cells are problems."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        found.append(Problem(path.name, "", "no such file"))
        return []
    reader = csv.DictReader(text.splitlines())
    lacking = [name for name in _COLUMNS[path.name] if name not in (reader.fieldnames or ())]
    if lacking:
        found.append(Problem(path.name, "", f"has no column {', '.join(lacking)}"))
        return []
    rows = []
    for row in reader:
        if None in row or None in row.values():
            message = f"has not the {len(reader.fieldnames or ())} cells of the heading"
            found.append(Problem(f"{path.name} line {reader.line_num}", "", message))
        else:
            rows.append((reader.line_num, row))
    return rows


def _claim(row: Mapping[str, str], place: str, sources: Mapping[str, Any], found: list[Problem]) -> Claim | None:
    before = len(found)
    low, high = (_number(row, name, place, found) for name in ("value_low", "value_high"))
    for column, taken in (("source_id", sources), ("bound", BOUNDS), ("how_used", USES)):
        if row[column] not in taken:
            found.append(Problem(place, column, unknown(column, row[column], taken)))
    try:
        units.unit(row["unit"])
    except units.UnitError as error:
        found.append(Problem(place, "unit", str(error)))
    if not row["paraphrase"]:
        found.append(Problem(place, "paraphrase", "is empty: say in own words what the source says"))
    if low is not None and high is not None and low > high:
        found.append(Problem(place, "value_low", "is above value_high"))
    if low is None and high is None and row["bound"] != "qualitative":
        found.append(Problem(place, "bound", f"'{row['bound']}' does not go with the values given"))
    if len(found) > before:
        return None
    return Claim(
        row["claim_id"],
        row["source_id"],
        row["section"],
        row["line"],
        row["topic"],
        row["subject"],
        row["quantity"],
        low,
        high,
        row["unit"] if row["unit"] in PLAIN else units.short(row["unit"]),
        row["bound"],
        row["period_as_of"],
        row["paraphrase"],
        row["how_used"],
        row["check"],
    )


def _segment(
    row: Mapping[str, str],
    place: str,
    sources: Mapping[str, Any],
    claims: Mapping[str, Claim],
    found: list[Problem],
) -> Segment:
    if row["source_id"] not in sources:
        found.append(Problem(place, "source_id", unknown("source", row["source_id"], sources)))
    if row["claim_id"] and row["claim_id"] not in claims:
        found.append(Problem(place, "claim_id", unknown("claim", row["claim_id"], claims)))
    share, growth = (_number(row, name, place, found) for name in ("share_pct", "cagr_pct"))
    if share is not None and not 0 <= share <= 100:
        found.append(Problem(place, "share_pct", f"{share} is not a share in per cent"))
    return Segment(
        row["source_id"],
        row["axis"],
        row["member"],
        row["parent"],
        share,
        row["share_year"],
        growth,
        row["cagr_period"],
        row["rank"],
        row["claim_id"],
        row["note"],
    )


def _named(row: Mapping[str, str], place: str, sources: Mapping[str, Any], found: list[Problem]) -> Named:
    said_by = tuple(row["source_ids"].split())
    for source in said_by:
        if source not in sources:
            found.append(Problem(place, "source_ids", unknown("source", source, sources)))
    if (row["noise"] == "yes") != (row["kind"] == NOISE):
        found.append(Problem(place, "noise", f"'{row['noise']}' does not go with the kind '{row['kind']}'"))
    return Named(row["name"], row["kind"], row["vendor"], said_by, row["facts_in_seeds"], row["planner_use"])


def _number(row: Mapping[str, str], column: str, place: str, found: list[Problem]) -> float | None:
    if not row[column]:
        return None
    try:
        return float(row[column])
    except ValueError:
        found.append(Problem(place, column, f"'{row[column][:40]}' is not a number"))
        return None
