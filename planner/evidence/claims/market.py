"""The market as the source documents see it: sizes, growth and shares by axis and source, never blended.

Each view is a list of rows, given out as they are in JSON; a table says what of them it shows under which heading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from planner import units
from planner.equations.finance import market
from planner.errors import InputError, Problem, unknown
from planner.evidence.claims import checks
from planner.evidence.claims.documents import Seeds, Segment
from planner.files import read_toml
from planner.tables import Table

# A stated rate counts as recomputed when it lies this near, in points of a per cent.
_NEAR = 0.1
_WHOLE = 100.0
_GIGA = 1e9

Row = dict[str, Any]


@dataclass(frozen=True)
class View:
    """Rows with their title, and the columns of their table: a value's name, or a heading with what stands below it."""

    title: str
    rows: list[Row]
    columns: Sequence[str | tuple[str, str | Callable[[Row], Any]]]

    def table(self) -> Table:
        columns = [(column, column) if isinstance(column, str) else column for column in self.columns]
        cells = [[row[made] if isinstance(made, str) else made(row) for _, made in columns] for row in self.rows]
        numbers = {place for row in cells for place, cell in enumerate(row) if isinstance(cell, int | float)}
        return Table([heading for heading, _ in columns], cells, frozenset(numbers), self.title)


def views(ledger: Seeds) -> dict[str, View]:
    """The whole market by name of the view."""

    def size(key: str) -> Callable[[Row], float]:
        return lambda row: _size(ledger, row[key]) / _GIGA

    def member(row: Row) -> str:
        return f"{row['member']} ({row['parent']})" if row["parent"] else row["member"]

    as_stated = {True: "as stated", False: "not as stated", None: ""}
    size_columns = ("source", "market", "year", ("size [GUSD]", size("claim")), "claim")
    growth_columns = (
        *("source", ("growth", "name"), ("from [GUSD]", size("start")), ("to [GUSD]", size("end")), "years"),
        *(("stated [%]", "stated"), ("recomputed [%]", "recomputed")),
        *(("verdict", lambda row: as_stated[row["as_stated"]]), "note"),
    )
    share_columns = (
        *("source", "axis", ("member", member), ("share [%]", "share"), ("year", "share_year")),
        *(("growth [%]", "growth"), ("period", "growth_period"), "rank", "claim"),
    )
    given = ("members with a share", lambda row: f"{row['given']} of {row['members']}")
    drift_columns = (
        *("source", "axis", "member", ("growth [%]", "growth"), ("market [%]", "market_growth"), "years"),
        *(("share times", "factor"), ("share then [%]", "share_then")),
    )
    shares = [asdict(segment) for segment in ledger.segments]
    noise = [asdict(named) for named in ledger.named if named.noise]
    noise_columns = (
        *("name", ("what it is", "vendor")),
        *(("source", lambda row: " ".join(row["sources"])), ("why it is here", "facts")),
    )
    return {
        "sizes": View("Sizes, each source's own market", sizes(ledger), size_columns),
        "growth": View("Growth a year, recomputed from the end points", growths(ledger), growth_columns),
        "shares": View("Shares and growth by axis and source", shares, share_columns),
        "sums": View(
            "Sums of shares", sums(ledger), ("source", "axis", ("sum [%]", "sum"), given, ("verdict", _adds_up))
        ),
        "drift": View("What the growth rates do to shares", drifts(ledger), drift_columns),
        "conflicts": View("Where the sources answer differently", conflicts(ledger), ("question", "answers")),
        "noise": View("Named as key players, kept out", noise, noise_columns),
    }


def to_json(ledger: Seeds) -> dict[str, Any]:
    """The sources, and the rows of every view: sizes in USD, rates and shares in percent."""
    return {"sources": ledger.sources} | {name: view.rows for name, view in views(ledger).items()}


def _size(ledger: Seeds, name: str) -> float:
    claim = ledger.claims[name]
    return units.read(f"{claim.low!r} {claim.unit}", "USD")


def sizes(ledger: Seeds) -> list[Row]:
    """Every size of a market that a source gives."""
    return [
        {"source": claim.source, "market": claim.subject, "year": claim.period}
        | {"usd": _size(ledger, claim.id), "claim": claim.id}
        for claim in ledger.claims.values()
        if claim.topic == "market_size" and units.same_dimensions(claim.unit, "USD")
    ]


def growths(ledger: Seeds) -> list[Row]:
    """The growth rates of seeds/market.toml, recomputed from their end points; whether the rate stated is that."""
    problems: list[Problem] = []
    rows = []
    for name, given in read_toml(ledger.directory / "market.toml").get("growth", {}).items():
        named = [given[key] for key in ("start", "end", "stated") if key in given]
        if lacking := [claim for claim in named if claim not in ledger.claims]:
            messages = [unknown("claim", claim, ledger.claims) for claim in lacking]
            problems += [Problem("market.toml", f"growth.{name}", message) for message in messages]
            continue
        start, end = (_size(ledger, given[key]) for key in ("start", "end"))
        stated = ledger.claims[given["stated"]].low if "stated" in given else None
        recomputed = 100 * market.market_growth(start, end, given["years"])
        rows.append(
            {"source": ledger.claims[given["start"]].source, "name": name}
            | {key: given[key] for key in ("start", "end", "years")}
            | {"stated": stated, "recomputed": recomputed}
            | {"as_stated": None if stated is None else abs(recomputed - stated) <= _NEAR}
            | {"note": given.get("note", "")}
        )
    if problems:
        raise InputError(problems)
    return rows


def drifts(ledger: Seeds) -> list[Row]:
    """What the growth of every segment does to its share until the horizon of its source's market."""
    horizons = read_toml(ledger.directory / "market.toml").get("horizon", {})
    rows = []
    for segment in ledger.segments:
        horizon = horizons.get(segment.source)
        if segment.growth is None or horizon is None or horizon["period"] != segment.growth_period:
            continue
        rate = (ledger.claims[horizon["rate"]].low or 0) / _WHOLE
        factor = market.market_share_drift(segment.growth / _WHOLE, rate, horizon["years"])
        rows.append(
            {name: getattr(segment, name) for name in ("source", "axis", "member", "growth")}
            | {"market_growth": 100 * rate, "years": horizon["years"], "factor": factor, "share": segment.share}
            | {"share_then": None if segment.share is None else segment.share * factor}
        )
    return rows


def sums(ledger: Seeds) -> list[Row]:
    """The sum of the shares that a source gives along an axis, and how many of its members have one."""
    axes: dict[tuple[str, str], list[Segment]] = {}
    for segment in ledger.segments:
        # A remainder computed for the ledger and a survey by years are no parts of a whole.
        if segment.axis != "adoption" and not segment.member.startswith("("):
            axes.setdefault((segment.source, segment.axis), []).append(segment)
    rows = []
    for (source, axis), members in axes.items():
        shares = [member.share for member in members if member.share is not None]
        if shares:
            rows.append(
                {"source": source, "axis": axis, "sum": sum(shares), "given": len(shares), "members": len(members)}
            )
    return rows


def _adds_up(row: Row) -> str:
    missing = _WHOLE - row["sum"]
    if row["given"] != row["members"]:
        return ""
    return "adds up" if abs(missing) < _NEAR else f"{missing:g} points without a member"


def conflicts(ledger: Seeds) -> list[Row]:
    """Questions that claims answer differently, with the answers."""
    rows = []
    for question in checks.questions(ledger):
        answers = {name: answer or ledger.claims[name].said for name, answer in question["answers"].items()}
        if len(set(answers.values())) > 1:
            said = "; ".join(f"{name}: {answer}" for name, answer in answers.items())
            rows.append({"question": question["asks"], "answers": said})
    return rows
