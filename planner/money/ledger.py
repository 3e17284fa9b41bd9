"""The cash-flow ledger: every amount by month, tagged by pool, side, asset and line.

Rows are months, the scenario axis is last.  Row 0 is the start; what runs is paid at the end of each month; what is
left is settled in the last row.  ledger.toml says which quantity stands on which line.  Present values, rate of
return, payback and levelised costs are derived from the ledger; the equations of the finance room agree with it.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner.model import wiring
from planner.tables import Table

OWN, RENT = "own", "rent"
_LAYOUT = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Line:
    """Where a quantity stands in the ledger."""

    quantity: str
    asset: str
    line: str
    when: str
    side: str = OWN
    sign: int = -1
    escalation: str | None = None
    deduct: bool = False
    part_of: str | None = None
    # Quantity -> line of finer lines that add up to this one.
    split: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Flow:
    """One line of cash: amounts by month, positive where money comes in, and the month of each payment."""

    side: str
    asset: str
    line: str
    quantity: str
    amounts: Any
    times: Any
    pool: str = ""


@dataclass
class Ledger:
    """All flows of one or several pools."""

    flows: list[Flow]
    # Worth today of one dollar a month from now.
    discount_factor: Any
    # Quantities that have a line but could not be computed, with what they lack.
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Side -> quantities whose line is left out: no total of that side is known.
    incomplete: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def months(self) -> int:
        """The last month; rows are this many and the start."""
        return max((np.shape(flow.amounts)[0] for flow in self.flows), default=1) - 1

    def pick(self, **tags: str) -> list[Flow]:
        """Flows whose tags (pool, side, asset, line, quantity) are all as given."""
        return [flow for flow in self.flows if all(getattr(flow, tag) == value for tag, value in tags.items())]

    def amounts(self, **tags: str) -> Any:
        """Sum by month of the flows with these tags."""
        return _added([flow.amounts for flow in self.pick(**tags)], self.months)

    def total(self, **tags: str) -> Any:
        """Sum over all months of the flows with these tags, not discounted."""
        return np.sum(self.amounts(**tags), axis=0)

    def worth(self, **tags: str) -> Any:
        """Present value of the flows with these tags."""
        return sum((np.sum(f.amounts * self.discount_factor**f.times, axis=0) for f in self.pick(**tags)), 0.0)

    def saving(self, without: Iterable[str] = ()) -> Any:
        """What owning brings against renting by month: own flows less rented ones, lines in `without` left out."""
        chosen = [flow for flow in self.flows if flow.quantity not in set(without)]
        own = [flow.amounts for flow in chosen if flow.side == OWN]
        return _added(own, self.months) - _added([flow.amounts for flow in chosen if flow.side == RENT], self.months)

    def table(self) -> Table:
        """One row a line, one column a month, for one scenario."""
        columns = ["pool", "side", "asset", "line", *[str(month) for month in range(self.months + 1)]]
        rows = []
        for flow in self.flows:
            amounts = np.reshape(_padded(flow.amounts, self.months), self.months + 1)
            rows.append([flow.pool, flow.side, flow.asset, flow.line, *[f"{amount:.2f}" for amount in amounts]])
        return Table(columns, rows, frozenset(range(4, len(columns))))


_RENT = "cloud_cost_per_year"
_CONVENTIONS = ("accounting_months", "payment_months", "calendar_month", "discount_factor", "tax_rate")
# What the timing of a line needs beside its amount.
_NEEDS = {
    "financing": ("financing_months",),
    "refresh": ("refresh_interval", "refreshes", "refresh_price_share"),
}
_TAX_INPUTS = (
    "taxable_base",
    "depreciated_share",
    "residual_value",
    "financing_rate",
    "financing_payment",
    "financed_amount",
    "financing_settlement",
    "financing_months",
    "contract_escalation",
    "capex_land",
)


@functools.cache
def layout() -> tuple[Line, ...]:
    """Every line of the ledger."""
    return tuple(Line(**row) for row in tomllib.loads(_LAYOUT.read_text(encoding="utf-8"))["line"])


def ledger(
    values: Mapping[str, Any],
    options: Mapping[str, str],
    sides: Sequence[str] = (OWN, RENT),
    pool: str = "",
    start: int = 0,
) -> Ledger:
    """The ledger of one pool that starts in month `start`, from given values; floats or (n,) arrays.

    A pool that starts later pays the prices of its own months; its capital prices are those given.
    """
    names = {n for line in layout() for n in (line.quantity, line.escalation, line.part_of, *line.split) if n}
    wanted = sorted(names | {need for needs in _NEEDS.values() for need in needs} | set(_CONVENTIONS + _TAX_INPUTS))
    known = wiring.evaluate(wanted, values, options)
    missing = dict(wiring.route(tuple(wanted), values, options).missing)
    if any(name not in known for name in _CONVENTIONS[:4]):
        return Ledger([], known.get("discount_factor", 1.0), missing)
    if _RENT not in known:
        # Services beside a rent that is not known are no cost of renting.
        sides = [side for side in sides if side != RENT]
    calendar = _Calendar(known, start)
    flows: list[Flow] = []
    absent: dict[str, tuple[str, ...]] = {}
    for line in _lines(known, values):
        if line.side not in sides:
            continue
        needs = (line.quantity, line.escalation or line.quantity, *_NEEDS.get(line.when, ()))
        flow = _flow(line, known, calendar, pool) if all(need in known for need in needs) else None
        if flow is not None and np.all(np.isfinite(flow.amounts)):
            flows.append(flow)
            continue
        absent[line.side] = (*absent.get(line.side, ()), line.quantity)
        missing.setdefault(line.quantity, ("a finite value",))
    deductible = {line.quantity for line in layout() if line.deduct} | {"opex_per_year", "cloud_services_per_year"}
    for side in sides:
        taxed = _tax(side, [f for f in flows if f.side == side and f.quantity in deductible], known, options, calendar)
        if taxed is not None:
            flows.append(Flow(side, "tax", "income tax", "tax", taxed, calendar.times, pool))
    return Ledger(flows, known["discount_factor"], missing, absent)


def combined(ledgers: Iterable[Ledger]) -> Ledger:
    """One ledger of several pools; all discount alike."""
    parts = list(ledgers)
    flows = [flow for part in parts for flow in part.flows]
    missing = {name: needs for part in parts for name, needs in part.missing.items()}
    absent = {side: names for part in parts for side, names in part.incomplete.items()}
    return Ledger(flows, parts[0].discount_factor, missing, absent)


class _Calendar:
    """The months of a pool: when each row is paid, how much of its month counts, and the end."""

    def __init__(self, known: Mapping[str, Any], start: int):
        self.period = np.asarray(known["accounting_months"], dtype=float)
        self.calendar_month = known["calendar_month"]
        self.start = start
        last = int(np.ceil(np.max(self.period) - 1e-9))
        # One column for many scenarios at once; none where every figure is a single number.
        self.width = max((np.ndim(known[name]) for name in known), default=0)
        column = np.arange(last + 1, dtype=float).reshape((-1,) + (1,) * self.width)
        # Months since the pool began; the last payment falls on the end of the period.
        self.age = np.minimum(column, self.period)
        self.begins = column == 0
        self.ends = (column >= self.period) & (column - 1 < self.period)
        self.weight = np.where(self.begins, 0.0, np.clip(self.period - (column - 1), 0, 1))
        # What runs may be paid for several months at their end; what is left at the end of the period is paid then.
        apart = np.asarray(known["payment_months"], dtype=float)
        due = np.where(self.ends, self.age - apart * (np.ceil(self.period / apart) - 1), apart)
        self.paid = np.where(self.begins | ((column % apart != 0) & ~self.ends), 0.0, due)
        self.column = column

    @property
    def times(self) -> Any:
        """Months from the ledger's start, with the months before the pool's own start in front."""
        return np.concatenate([self._before(np.arange(self.start, dtype=float)), self.age + self.start])

    def late(self, amounts: Any) -> Any:
        """Amounts with the empty months before the pool's own start in front."""
        amounts = np.broadcast_to(amounts, np.broadcast_shapes(np.shape(amounts), np.shape(self.age)))
        empty = np.zeros((self.start, *np.shape(amounts)[1:]))
        return np.concatenate([empty, amounts])

    def _before(self, months: Any) -> Any:
        return np.broadcast_to(months.reshape((-1,) + (1,) * self.width), (self.start, *np.shape(self.age)[1:]))


def _lines(known: Mapping[str, Any], given: Mapping[str, Any]) -> list[Line]:
    """The layout with each total in place of its parts where it is set itself or a part of it is missing."""
    whole = {}
    for line in layout():
        if line.part_of and (line.part_of in given or line.quantity not in known) and line.part_of in known:
            whole[line.part_of] = replace(line, quantity=line.part_of, line="all", part_of=None, split={})
            whole[line.part_of] = replace(whole[line.part_of], asset=line.part_of.removesuffix("_per_year"))
            if line.escalation:
                whole[line.part_of] = replace(whole[line.part_of], escalation="operation_escalation")
    kept = [line for line in layout() if line.part_of not in whole]
    return [*whole.values(), *(finer for line in kept for finer in _finer(line, known, given))]


def _finer(line: Line, known: Mapping[str, Any], given: Mapping[str, Any]) -> list[Line]:
    """The lines that a line splits into, or itself where they are not known or do not add up."""
    if not line.split or line.quantity in given or any(name not in known for name in line.split):
        return [line]
    if not np.allclose(sum(known[name] for name in line.split), known[line.quantity], rtol=1e-9, atol=0):
        return [line]
    return [replace(line, quantity=name, line=words, split={}) for name, words in line.split.items()]


def _flow(line: Line, known: Mapping[str, Any], calendar: _Calendar, pool: str) -> Flow:
    """The amounts of one line by month."""
    amount = line.sign * np.asarray(known[line.quantity], dtype=float)
    growth = 1 + np.asarray(known[line.escalation], dtype=float) if line.escalation else np.asarray(1.0)
    grown = growth ** ((calendar.age + calendar.start) / 12)
    if line.when == "start":
        by_month = np.where(calendar.begins, amount, 0.0)
    elif line.when == "end":
        by_month = np.where(calendar.ends, amount * grown, 0.0)
    elif line.when == "refresh":
        by_month = amount * _refreshes(known, calendar)
    else:
        weight = calendar.paid
        if line.when == "financing":
            weight = _financed(known, calendar)
        by_month = amount * calendar.calendar_month * weight * grown
    by_month = calendar.late(by_month)
    return Flow(line.side, line.asset, line.line, line.quantity, by_month, calendar.times, pool)


def _financed(known: Mapping[str, Any], calendar: _Calendar) -> Any:
    """How much of each month lies within the term of the financing."""
    term = np.asarray(known["financing_months"], dtype=float)
    return np.minimum(calendar.weight, np.clip(term - (calendar.column - 1), 0, 1) * ~calendar.begins)


def _refreshes(known: Mapping[str, Any], calendar: _Calendar) -> Any:
    """1, c, c², ... in the months in which systems are replaced; replacement falls on whole months."""
    apart = np.asarray(known["refresh_interval"], dtype=float) / calendar.calendar_month
    count = np.asarray(known["refreshes"], dtype=float)
    price = np.asarray(known["refresh_price_share"], dtype=float)
    which = np.round(calendar.column / apart)
    due = (np.round(which * apart) == calendar.column) & (which >= 1) & (which <= count)
    return np.where(due, price ** (which - 1), 0.0)


def _tax(
    side: str, deducted: list[Flow], known: Mapping[str, Any], options: Mapping[str, str], calendar: _Calendar
) -> Any:
    """Tax saved by what is deducted less tax on the sale, by month; None where there is no tax rate."""
    if "tax_rate" not in known or not np.any(known["tax_rate"]):
        return None
    rate = np.asarray(known["tax_rate"], dtype=float)
    rows = np.shape(calendar.times)[0] - 1
    spent = -_added([flow.amounts for flow in deducted], rows)
    if side == RENT or not all(name in known for name in _TAX_INPUTS):
        return rate * spent
    # The depreciation equation of the chosen schedule, asked for every month instead of the end.
    monthly = {**known, "elapsed": calendar.age * calendar.calendar_month}
    monthly.pop("depreciated_share")
    share = wiring.evaluate(["depreciated_share"], monthly, options)["depreciated_share"]
    claimed = np.diff(share, axis=0, prepend=0 * share[:1])
    erosion = (1 + np.asarray(known["contract_escalation"], dtype=float)) ** (calendar.age / 12)
    base = np.asarray(known["taxable_base"], dtype=float)
    book = base * (1 - share) * erosion + known["capex_land"]
    sale = np.where(calendar.ends, known["residual_value"] - book, 0.0)
    deductions = base * claimed * erosion + _interest(known, options, calendar) * erosion - sale
    return rate * (spent + calendar.late(deductions))


def _interest(known: Mapping[str, Any], options: Mapping[str, str], calendar: _Calendar) -> Any:
    """What financing lets the owner deduct, by month: the interest of debt, all of a lease."""
    weight = _financed(known, calendar)
    payment = np.asarray(known["financing_payment"], dtype=float) * calendar.calendar_month
    if options.get("financing") == "lease":
        return payment * weight + np.where(calendar.ends, known["financing_settlement"], 0.0)
    monthly = np.asarray(known["financing_rate"], dtype=float) / 12
    principal = (payment - known["financed_amount"] * monthly) * (1 + monthly) ** (calendar.age - 1)
    return (payment - principal) * weight


def _padded(amounts: Any, months: int) -> Any:
    """Amounts with empty months at the end, up to `months`."""
    amounts = np.asarray(amounts, dtype=float)
    return np.concatenate([amounts, np.zeros((months + 1 - amounts.shape[0], *amounts.shape[1:]))])


def _added(amounts: list[Any], months: int) -> Any:
    return sum((_padded(one, months) for one in amounts), np.zeros(months + 1) if not amounts else 0.0)
