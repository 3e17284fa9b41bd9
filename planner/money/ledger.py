"""The cash-flow ledger: every payment with its time, tagged by pool, side, asset and line.

Payments come first, the scenario axis is last.  Time 0 is the start; what runs is paid at the end of each month; what
is left is settled at the end.  By month, row 0 is the start and a payment stands in the month in which it falls.  A
month is one of the calendar where a scenario says its start; amounts by the month do not depend on its days.
ledger.toml says which quantity stands on which line.  Present values, rate of return, payback and levelised costs are
derived from the ledger; the equations of the finance room agree with it.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner.model import wiring
from planner.months import DIGITS

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
    """One line of cash: payments, positive where money comes in, and the time of each in months from the start."""

    side: str
    asset: str
    line: str
    quantity: str
    amounts: Any
    times: Any
    pool: str = ""

    def by_month(self, months: int) -> Any:
        """The payments of each month, after those of the start."""
        rows = np.broadcast_to(np.ceil(np.round(self.times, DIGITS)).astype(int), np.shape(self.amounts))
        paid = np.zeros((months + 1, *rows.shape[1:]))
        np.add.at(paid, (rows, *np.indices(rows.shape)[1:]), self.amounts)
        return paid

    def at(self, times: Any) -> Any:
        """What is paid at each of some times, which hold those of the flow, for one scenario."""
        rows = np.searchsorted(times, np.round(self.times, DIGITS).ravel())
        return np.bincount(rows, np.reshape(self.amounts, -1), len(times))


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
        """The month of the last payment; rows are this many and the start."""
        last = max((float(np.max(flow.times, initial=0.0)) for flow in self.flows), default=0.0)
        return int(np.ceil(np.round(last, DIGITS)))

    @property
    def times(self) -> Any:
        """Every moment at which something is paid, in months from the start."""
        return np.unique(np.concatenate([[0.0], *(np.round(flow.times, DIGITS).ravel() for flow in self.flows)]))

    def pick(self, **tags: str) -> list[Flow]:
        """Flows whose tags (pool, side, asset, line, quantity) are all as given."""
        return [flow for flow in self.flows if all(getattr(flow, tag) == value for tag, value in tags.items())]

    def amounts(self, **tags: str) -> Any:
        """Sum by month of the flows with these tags."""
        months = self.months
        return sum((flow.by_month(months) for flow in self.pick(**tags)), np.zeros(months + 1))

    def total(self, **tags: str) -> Any:
        """Sum over all months of the flows with these tags, not discounted."""
        return sum((np.sum(flow.amounts, axis=0) for flow in self.pick(**tags)), 0.0)

    def worth(self, **tags: str) -> Any:
        """Present value of the flows with these tags."""
        return sum((np.sum(f.amounts * self.discount_factor**f.times, axis=0) for f in self.pick(**tags)), 0.0)

    def saving(self, without: Iterable[str] = ()) -> Any:
        """What owning brings against renting by month: own flows less rented ones, lines in `without` left out."""
        months = self.months
        return self._own_less_rent(without, lambda flow: flow.by_month(months))

    def saving_at_times(self, without: Iterable[str] = ()) -> Any:
        """What owning brings against renting at each of `times`, for one scenario."""
        times = self.times
        return self._own_less_rent(without, lambda flow: flow.at(times))

    def _own_less_rent(self, without: Iterable[str], spread: Callable[[Flow], Any]) -> Any:
        chosen = [flow for flow in self.flows if flow.quantity not in set(without)]
        return sum((spread(flow) if flow.side == OWN else -spread(flow) for flow in chosen), np.zeros(1))


_RENT = "cloud_cost_per_year"
# What a contract fixes, it fixes when a pool starts; other prices change from the start of the scenario.
_CONTRACT = "contract_escalation"
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
    start: float = 0.0,
) -> Ledger:
    """The ledger of one pool that starts `start` months after the scenario, from given values; floats or (n,) arrays.

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
            flows.append(Flow(side, "tax", "income tax", "tax", *taxed, pool))
    return Ledger(flows, known["discount_factor"], missing, absent)


def combined(ledgers: Iterable[Ledger]) -> Ledger:
    """One ledger of several pools; all discount alike."""
    parts = list(ledgers)
    flows = [flow for part in parts for flow in part.flows]
    missing = {name: needs for part in parts for name, needs in part.missing.items()}
    absent = {side: names for part in parts for side, names in part.incomplete.items()}
    return Ledger(flows, parts[0].discount_factor, missing, absent)


class _Calendar:
    """The months of a pool: when what runs is paid, how much of its month counts, and the end."""

    def __init__(self, known: Mapping[str, Any], start: float):
        period = np.round(np.asarray(known["accounting_months"], dtype=float), DIGITS)
        self.calendar_month = known["calendar_month"]
        self.start = start
        # One column for many scenarios at once; none where every figure is a single number.
        self.width = max((np.ndim(known[name]) for name in known), default=0)
        self.column = column = self.counted(int(np.ceil(np.max(period))))
        # Months since the pool began; the last payment falls on the end of the period.
        self.age = np.minimum(column, period)
        self.begins = column == 0
        self.ends = (column >= period) & (column - 1 < period)
        self.weight = np.where(self.begins, 0.0, np.clip(period - (column - 1), 0, 1))
        # What runs may be paid for several months at their end; what is left at the end of the period is paid then.
        apart = np.asarray(known["payment_months"], dtype=float)
        due = np.where(self.ends, self.age - apart * (np.ceil(period / apart) - 1), apart)
        self.paid = np.where(self.begins | ((column % apart != 0) & ~self.ends), 0.0, due)

    def counted(self, last: int) -> Any:
        """0, 1, 2, ... up to `last` along the first axis."""
        return np.arange(last + 1.0).reshape((-1,) + (1,) * self.width)


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
    """The payments of one line."""
    amount = line.sign * np.asarray(known[line.quantity], dtype=float)
    growth = 1 + np.asarray(known[line.escalation], dtype=float) if line.escalation else np.asarray(1.0)
    grown = growth ** ((calendar.age + (0 if line.escalation == _CONTRACT else calendar.start)) / 12)
    age = calendar.age
    if line.when == "start":
        paid = np.where(calendar.begins, amount, 0.0)
    elif line.when == "end":
        paid = np.where(calendar.ends, amount * grown, 0.0)
    elif line.when == "refresh":
        age, share = _refreshes(known, calendar)
        paid = amount * share
    else:
        weight = _financed(known, calendar) if line.when == "financing" else calendar.paid
        paid = amount * calendar.calendar_month * weight * grown
    paid, times = np.broadcast_arrays(paid, age + calendar.start)
    return Flow(line.side, line.asset, line.line, line.quantity, paid, times, pool)


def _financed(known: Mapping[str, Any], calendar: _Calendar) -> Any:
    """How much of each month lies within the term of the financing."""
    term = np.asarray(known["financing_months"], dtype=float)
    return np.minimum(calendar.weight, np.clip(term - (calendar.column - 1), 0, 1) * ~calendar.begins)


def _refreshes(known: Mapping[str, Any], calendar: _Calendar) -> tuple[Any, Any]:
    """Ages at which systems are replaced, and 1, c, c², ... as the price of each; nothing is paid beyond the last."""
    apart = np.asarray(known["refresh_interval"], dtype=float) / calendar.calendar_month
    count = np.asarray(known["refreshes"], dtype=float)
    price = np.asarray(known["refresh_price_share"], dtype=float)
    which = calendar.counted(int(np.max(count)))
    due = (which >= 1) & (which <= count)
    return np.where(due, which * apart, 0.0), np.where(due, price ** (which - 1), 0.0)


def _tax(
    side: str, deducted: list[Flow], known: Mapping[str, Any], options: Mapping[str, str], calendar: _Calendar
) -> tuple[Any, Any] | None:
    """Tax saved by what is deducted less tax on the sale, and its times; None where there is no tax rate."""
    if "tax_rate" not in known or not np.any(known["tax_rate"]):
        return None
    saved = [(-flow.amounts, flow.times) for flow in deducted]
    if side == OWN and all(name in known for name in _TAX_INPUTS):
        saved.append((_deductions(known, options, calendar), calendar.age + calendar.start))
    if not saved:
        return None
    shape = np.broadcast_shapes(*(np.shape(part)[1:] for pair in saved for part in pair))
    amounts, times = (
        np.concatenate([np.broadcast_to(part, (len(part), *shape)) for part in parts])
        for parts in zip(*saved, strict=True)
    )
    return np.asarray(known["tax_rate"], dtype=float) * amounts, times


def _deductions(known: Mapping[str, Any], options: Mapping[str, str], calendar: _Calendar) -> Any:
    """What the owner deducts beside what is paid, by month: depreciation and interest, less the gain of the sale."""
    # The depreciation equation of the chosen schedule, asked for every month instead of the end.
    monthly = {**known, "elapsed": calendar.age * calendar.calendar_month}
    monthly.pop("depreciated_share")
    share = wiring.evaluate(["depreciated_share"], monthly, options)["depreciated_share"]
    claimed = np.diff(share, axis=0, prepend=0 * share[:1])
    erosion = (1 + np.asarray(known[_CONTRACT], dtype=float)) ** (calendar.age / 12)
    base = np.asarray(known["taxable_base"], dtype=float)
    book = base * (1 - share) * erosion + known["capex_land"]
    sale = np.where(calendar.ends, known["residual_value"] - book, 0.0)
    return base * claimed * erosion + _interest(known, options, calendar) * erosion - sale


def _interest(known: Mapping[str, Any], options: Mapping[str, str], calendar: _Calendar) -> Any:
    """What financing lets the owner deduct, by month: the interest of debt, all of a lease."""
    weight = _financed(known, calendar)
    payment = np.asarray(known["financing_payment"], dtype=float) * calendar.calendar_month
    if options.get("financing") == "lease":
        return payment * weight + np.where(calendar.ends, known["financing_settlement"], 0.0)
    monthly = np.asarray(known["financing_rate"], dtype=float) / 12
    principal = (payment - known["financed_amount"] * monthly) * (1 + monthly) ** (calendar.age - 1)
    return (payment - principal) * weight
