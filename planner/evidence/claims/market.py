"""The market as the source documents see it: sizes, growth and shares by axis and source, never blended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from planner import units
from planner.equations.finance import market
from planner.errors import InputError, Problem, read_toml, unknown
from planner.evidence.claims import checks, documents
from planner.evidence.claims.documents import Seeds
from planner.tables import Cell, Table

# A stated rate counts as recomputed when it lies this near, in points of a per cent.
_NEAR = 0.1
_PARTS_OF_A_WHOLE = 100.0
_GIGA = 1e9


@dataclass(frozen=True)
class Growth:
    """One way in which a source's growth can be recomputed: two sizes, the years between them, the rate stated."""

    source: str
    name: str
    start: str
    end: str
    periods: float
    stated: str
    note: str
    low: float
    high: float
    rate: float
    said: float | None

    @property
    def holds(self) -> bool | None:
        """Whether the rate stated is the one computed; None where none is stated."""
        return None if self.said is None else abs(100 * self.rate - self.said) <= _NEAR


def growths(ledger: Seeds) -> list[Growth]:
    """The growth rates of seeds/market.toml, recomputed from their end points."""
    found: list[Problem] = []
    rows = []
    for name, row in read_toml(ledger.directory / "market.toml").get("growth", {}).items():
        named = [row[key] for key in ("start", "end", "stated") if key in row]
        lacking = [claim for claim in named if claim not in ledger.claims]
        found += [Problem("market.toml", f"growth.{name}", unknown("claim", c, ledger.claims)) for c in lacking]
        if lacking:
            continue
        start, end = (_size(ledger, row[key]) for key in ("start", "end"))
        said = ledger.claims[row["stated"]].low if "stated" in row else None
        rate = market.market_growth(start, end, row["years"])
        rows.append(
            Growth(
                ledger.claims[row["start"]].source,
                name,
                row["start"],
                row["end"],
                row["years"],
                row.get("stated", ""),
                row.get("note", ""),
                start,
                end,
                rate,
                said,
            )
        )
    if found:
        raise InputError(found)
    return rows


def _size(ledger: Seeds, name: str) -> float:
    claim = ledger.claims[name]
    return units.read(f"{claim.low!r} {claim.unit}", "USD")


@dataclass(frozen=True)
class Drift:
    """What a segment's growth does to its share until the horizon of its source."""

    segment: documents.Segment
    market_rate: float
    periods: float
    factor: float

    @property
    def later(self) -> float | None:
        """The share at the horizon, in percent, where the source gives a share."""
        return None if self.segment.share is None else self.segment.share * self.factor


def drifts(ledger: Seeds) -> list[Drift]:
    """Every segment with a growth rate, against the growth of its source's market."""
    horizons = read_toml(ledger.directory / "market.toml").get("horizon", {})
    rows = []
    for segment in ledger.segments:
        if segment.growth is None or segment.source not in horizons:
            continue
        row = horizons[segment.source]
        if row["period"] != segment.growth_period:
            continue
        market_rate = (ledger.claims[row["rate"]].low or 0) / _PARTS_OF_A_WHOLE
        factor = market.market_share_drift(segment.growth / _PARTS_OF_A_WHOLE, market_rate, row["years"])
        rows.append(Drift(segment, market_rate, row["years"], factor))
    return rows


def sums(ledger: Seeds) -> list[tuple[str, str, float, int, int]]:
    """Source, axis, sum of the shares given, members with one, members; axes of one year alone."""
    axes: dict[tuple[str, str], list[documents.Segment]] = {}
    for segment in ledger.segments:
        # A remainder computed for the ledger and a survey by years are no parts of a whole.
        if segment.axis != "adoption" and not segment.member.startswith("("):
            axes.setdefault((segment.source, segment.axis), []).append(segment)
    rows = []
    for (source, axis), members in axes.items():
        shares = [member.share for member in members if member.share is not None]
        if shares:
            rows.append((source, axis, sum(shares), len(shares), len(members)))
    return rows


def tables(ledger: Seeds) -> dict[str, Table]:
    """The whole view as tables by name."""
    return {
        "sizes": _sizes(ledger),
        "growth": _growth(ledger),
        "shares": _shares(ledger),
        "sums": _sums(ledger),
        "drift": _drift(ledger),
        "conflicts": _conflicts(ledger),
        "noise": _noise(ledger),
    }


def _sizes(ledger: Seeds) -> Table:
    rows: list[list[Cell]] = [
        [claim.source, claim.subject, claim.period, _size(ledger, claim.id) / _GIGA, claim.id]
        for claim in _size_claims(ledger)
    ]
    return Table(
        ["source", "market", "year", "size [GUSD]", "claim"], rows, frozenset({3}), "Sizes, each source's own market"
    )


def _size_claims(ledger: Seeds) -> list[documents.Claim]:
    claims = ledger.claims.values()
    return [c for c in claims if c.topic == "market_size" and units.same_dimensions(c.unit, "USD")]


def _growth(ledger: Seeds) -> Table:
    said = {True: "as stated", False: "not as stated", None: ""}
    rows = [
        [
            row.source,
            row.name,
            row.low / _GIGA,
            row.high / _GIGA,
            row.periods,
            row.said,
            100 * row.rate,
            said[row.holds],
            row.note,
        ]
        for row in growths(ledger)
    ]
    columns = [
        "source",
        "growth",
        "from [GUSD]",
        "to [GUSD]",
        "years",
        "stated [%]",
        "recomputed [%]",
        "verdict",
        "note",
    ]
    return Table(columns, rows, frozenset({2, 3, 4, 5, 6}), "Growth a year, recomputed from the end points")


def _shares(ledger: Seeds) -> Table:
    rows = [
        [
            segment.source,
            segment.axis,
            f"{segment.member} ({segment.parent})" if segment.parent else segment.member,
            segment.share,
            segment.share_year,
            segment.growth,
            segment.growth_period,
            segment.rank,
            segment.claim,
        ]
        for segment in ledger.segments
    ]
    columns = ["source", "axis", "member", "share [%]", "year", "growth [%]", "period", "rank", "claim"]
    return Table(columns, rows, frozenset({3, 5}), "Shares and growth by axis and source")


def _sums(ledger: Seeds) -> Table:
    rows: list[list[Cell]] = []
    for source, axis, total, given, members in sums(ledger):
        whole = given == members
        missing = _PARTS_OF_A_WHOLE - total
        verdict = "" if not whole else "adds up" if abs(missing) < _NEAR else f"{missing:g} points without a member"
        rows.append([source, axis, total, f"{given} of {members}", verdict])
    return Table(
        ["source", "axis", "sum [%]", "members with a share", "verdict"], rows, frozenset({2}), "Sums of shares"
    )


def _drift(ledger: Seeds) -> Table:
    rows = [
        [
            drift.segment.source,
            drift.segment.axis,
            drift.segment.member,
            drift.segment.growth,
            100 * drift.market_rate,
            drift.periods,
            drift.factor,
            drift.later,
        ]
        for drift in drifts(ledger)
    ]
    columns = ["source", "axis", "member", "growth [%]", "market [%]", "years", "share times", "share then [%]"]
    return Table(columns, rows, frozenset({3, 4, 5, 6, 7}), "What the growth rates do to shares")


def _conflicts(ledger: Seeds) -> Table:
    rows = []
    for question in checks.questions(ledger):
        answers = {name: answer or ledger.claims[name].said for name, answer in question.answers.items()}
        if len(set(answers.values())) > 1:
            rows.append([question.asks, "; ".join(f"{name}: {answer}" for name, answer in answers.items())])
    return Table(["question", "answers"], rows, title="Where the sources answer differently")


def _noise(ledger: Seeds) -> Table:
    rows = [[row.name, row.vendor, " ".join(row.sources), row.facts] for row in ledger.named if row.noise]
    return Table(["name", "what it is", "source", "why it is here"], rows, title="Named as key players, kept out")


def to_json(ledger: Seeds) -> dict[str, Any]:
    """The same view as data: sizes in USD, rates and shares in percent."""
    sizes = [
        {"source": c.source, "market": c.subject, "year": c.period, "usd": _size(ledger, c.id), "claim": c.id}
        for c in _size_claims(ledger)
    ]
    growth = [
        {
            "source": row.source,
            "name": row.name,
            "start": row.start,
            "end": row.end,
            "years": row.periods,
            "stated": row.said,
            "recomputed": 100 * row.rate,
            "as_stated": row.holds,
            "note": row.note,
        }
        for row in growths(ledger)
    ]
    drift = [
        {
            "source": row.segment.source,
            "axis": row.segment.axis,
            "member": row.segment.member,
            "growth": row.segment.growth,
            "market_growth": 100 * row.market_rate,
            "years": row.periods,
            "factor": row.factor,
            "share": row.segment.share,
            "share_then": row.later,
        }
        for row in drifts(ledger)
    ]
    totals = [
        {"source": source, "axis": axis, "sum": total, "given": given, "members": members}
        for source, axis, total, given, members in sums(ledger)
    ]
    conflicts = _conflicts(ledger).rows
    return {
        "sources": ledger.sources,
        "sizes": sizes,
        "growth": growth,
        "shares": [asdict(segment) for segment in ledger.segments],
        "sums": totals,
        "drift": drift,
        "conflicts": [{"question": question, "answers": answers} for question, answers in conflicts],
        "noise": [asdict(row) for row in ledger.named if row.noise],
    }
