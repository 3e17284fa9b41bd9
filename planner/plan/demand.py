"""Demand over time against what is in service: shortfall, surplus, when to buy next, and what to do about the unknown.

A scenario says its demand in `[[demand]]` tables: a quantity that pools add up to (tokens a second, accelerators),
what is asked for at the start, and its yearly growth in a low, a typical and a high future; or a CSV by month.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner import fields, glossary, units
from planner.catalog.entries import Fact
from planner.errors import InputError, Problem, one, unknown
from planner.fields import At, Field, Form, Takes
from planner.files import read_csv
from planner.model import wiring
from planner.model.scopes import Figure
from planner.months import day_after
from planner.plan import by_month
from planner.plan.by_month import MONTH, YEAR, Timeline
from planner.plan.plan import Plan, shown
from planner.scenario.scenario import Resolved, Scenario
from planner.tables import Table

FUTURES = ("low", "typical", "high")
# Weights of a P10, a P50 and a P90 whose mean is nearest to that of most distributions: Swanson's rule
# (Hurst, Brown, Swanson, "Swanson's 30-40-30 rule", AAPG Bulletin 84, 2000).
PROBABILITIES = (0.3, 0.4, 0.3)


@dataclass(frozen=True)
class Demand:
    """What is asked for of one quantity: by future and month, in base units."""

    quantity: str
    paths: Any
    probability: tuple[float, ...]
    wait: int


@dataclass(frozen=True)
class Balance:
    """Demand and capacity by month in each future."""

    demand: Demand
    capacity: Any
    months: list[datetime.date]

    @property
    def shortfall(self) -> Any:
        """Demand that nothing in service meets, by future and month."""
        return np.maximum(0, self.demand.paths - self.capacity)

    @property
    def utilization(self) -> Any:
        """Share of the capacity that the demand fills, by future; months without capacity count for nothing."""
        return np.array([filled(path, self.capacity) for path in self.demand.paths])

    def first_shortfall(self, future: int) -> int | None:
        """The first month in which demand exceeds what is in service."""
        short = np.flatnonzero(self.shortfall[future] > 0)
        return int(short[0]) if len(short) else None


def filled(path: Any, capacity: Any) -> Any:
    """Share of a capacity by month that a demand by month fills, for each row; NaN where there is no capacity."""
    asked = path.reshape(path.shape + (1,) * (np.ndim(capacity) - 1))
    # Month after month in one order, so that further months without capacity change nothing.
    served, total = (np.cumsum(each, axis=0)[-1] for each in (np.minimum(asked, capacity), capacity))
    known = np.isfinite(total) & (total > 0)
    return np.divide(served, total, out=np.full(np.shape(total), np.nan), where=known)


def read(scenario: Scenario, months: int) -> list[Demand]:
    """The demands of a scenario over so many months; InputError with every problem at once."""
    problems: list[Problem] = []
    demands = []
    for number, row in enumerate(scenario.demand, 1):
        demands.append(_demand(row, months, scenario, At(scenario.place, problems, f"demand {number}")))
    if problems:
        raise InputError(problems)
    return [demand for demand in demands if demand is not None]


def _demand(row: dict[str, Any], months: int, scenario: Scenario, at: At) -> Demand | None:
    before = len(at.problems)
    said = form(str(row.get("quantity")), from_file="csv" in row).values(row, at)
    if len(at.problems) > before:
        return None
    if said["csv"] is not None:
        folder = scenario.path.parent if scenario.path else Path()
        paths = _from_csv(folder, said["csv"], glossary.quantities()[said["quantity"]].unit, months, at)
    else:
        yearly = np.array(said["growth"])[:, None] * YEAR
        paths = np.array(said["now"])[:, None] * (1 + yearly) ** (np.arange(months) * MONTH / YEAR)
    return None if paths is None else Demand(said["quantity"], paths, said["probability"], said["wait"])


def form(name: str, from_file: bool = False) -> Form:
    """What a demand of a quantity says; `from_file` where a file gives it month by month."""
    rows = glossary.quantities()
    addable = [each for each, row in rows.items() if _adds_up(row)]

    def quantity(given: Any, at: At) -> str:
        if given not in rows or not _adds_up(rows[given]):
            raise ValueError(unknown("quantity that adds up over pools", str(given), addable))
        return str(given)

    now = _for_each_future(rows[name].unit) if name in rows else fields.ANYTHING
    shares = _for_each_future(units.DIMENSIONLESS, ordered=False)
    return Form(
        (
            Field(
                "quantity", Takes("a quantity that adds up over pools", quantity), "what is asked for", required=True
            ),
            Field("now", now, "how much at the start", required=not from_file),
            Field("growth", _for_each_future("1/s"), "its growth a year, as 30 %/year", required=not from_file),
            Field("csv", fields.TEXT, "a file with it by month, in place of the two"),
            Field("probability", shares, "how likely each future is", PROBABILITIES),
            Field("wait", fields.whole(1, None, "a whole number of months, at least 1"), "time to buy more", 12),
        ),
        check=_sum_of_shares,
    )


def _adds_up(row: glossary.Quantity) -> bool:
    return row.combine in ("sum", "peak")


def _sum_of_shares(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not np.isclose(sum(said["probability"]), 1):
        yield "probability", f"its values add up to {sum(said['probability']):g}, not to 1"


def _for_each_future(unit: str, ordered: bool = True) -> Takes:
    """A value for each future; one alone holds for all three."""

    def read(given: Any, at: At) -> tuple[float, ...]:
        listed = given if isinstance(given, list) else [given] * len(FUTURES)
        if len(listed) != len(FUTURES):
            raise ValueError
        values = tuple(units.read(item, unit) for item in listed)
        if ordered and list(values) != sorted(values):
            raise ValueError("its values are not in order: low, typical, high")
        return values

    return Takes('one value, or three: ["low", "typical", "high"]', read)


def _from_csv(folder: Path, name: str, unit: str, months: int, at: At) -> Any:
    """Columns low, typical, high (or typical alone) with units in their cells, a row a month; the last row holds on."""
    try:
        header, lines = read_csv(folder / name, name)
    except InputError as error:
        at.below("csv").refuse(f"cannot read '{name}': {error}")
        return None
    file = At(name, at.problems)
    rows = [(number, dict(zip(header, cells, strict=False))) for number, cells in lines]
    if not rows or "typical" not in header:
        file.refuse("needs a header with month, typical and, if known, low and high")
        return None
    value = fields.quantity(unit)
    columns = [
        [
            fields.taken(value, row.get(future) or row.get("typical", ""), file.below(f"line {line}, {future}"))
            for line, row in rows
        ]
        for future in FUTURES
    ]
    if any(cell is None for column in columns for cell in column):
        return None
    paths = np.array(columns)[:, :months]
    return np.pad(paths, ((0, 0), (0, months - paths.shape[1])), mode="edge")


def balances(timeline: Timeline) -> list[Balance]:
    """Each demand of the scenario against what its pools have in service."""
    known = []
    for demand in read(timeline.plan.scenario, len(timeline.months)):
        capacity = timeline.values.get(demand.quantity)
        if capacity is None:
            raise _without(demand.quantity, timeline.plan.scenario, timeline.plan.missing)
        known.append(Balance(demand, capacity, timeline.months))
    return known


def _without(quantity: str, scenario: Scenario, missing: Mapping[str, tuple[str, ...]]) -> InputError:
    lacks = ", ".join(missing.get(quantity, ("what its equation needs",)))
    return one(scenario.place, "demand", f"the pools have no {quantity}: missing {lacks}")


def utilization_facts(whole: Resolved) -> dict[Figure, Fact]:
    """The utilization that typical demand, low and high demand leave, for every pool of a sized scenario.

    For one scenario or many rows of them at once.
    """
    facts: dict[Figure, Fact] = {}
    count = by_month.count_of(whole)
    for demand in read(whole.scenario, count):
        route = wiring.route((demand.quantity,), whole)
        if demand.quantity in route.missing:
            raise _without(demand.quantity, whole.scenario, route.missing)
        computed = wiring.computed(route, whole)
        pools = [pool for pool in computed.pools if demand.quantity in pool.known]
        parts = [by_month.in_service(pool.known[demand.quantity], by_month.share(pool, count)) for pool in pools]
        low, typical, high = (filled(path, _added(parts)) for path in demand.paths)
        note = f"from {demand.quantity}"
        fact = Fact(typical, "1", low, high, kind="derived", origin="demand", note=note)
        facts |= {Figure(pool.place, "utilization"): fact for pool in pools}
    return facts


def _added(parts: list[Any]) -> Any:
    """The sum of what is in service of each pool, the month axis first and the rows, where there are some, last."""
    width = max(np.ndim(part) for part in parts)
    return functools.reduce(operator.add, (part.reshape(part.shape + (1,) * (width - np.ndim(part))) for part in parts))


@dataclass(frozen=True)
class Option:
    """A way to meet the demand: when each pool is bought, if at all; what is short is rented."""

    name: str
    # Present value of owning, and of renting what is short, by future.
    owned: float
    rented: Any

    @property
    def cost(self) -> Any:
        return self.owned + self.rented


def options(the_plan: Plan, balance: Balance) -> list[Option]:
    """Build now, as planned, later, or only what is there from the start and rent the difference."""
    planned = [float(pool["start_delay"]) / MONTH for pool in the_plan.whole.pools]
    wait = balance.demand.wait
    ways: dict[str, list[float | None]] = {
        "build all now": [0.0 for _ in planned],
        "as planned": [*planned],
        f"wait {wait} months": [start + wait if start else start for start in planned],
        "rent the difference": [start if not start else None for start in planned],
    }
    return [_option(the_plan, balance, name, starts) for name, starts in ways.items()]


def _option(the_plan: Plan, balance: Balance, name: str, starts: list[float | None]) -> Option:
    """One way to meet the demand: the month in which each pool starts, nothing where it is never bought."""
    quantity, count = balance.demand.quantity, len(balance.months)
    middle = (np.arange(count) + 0.5) * MONTH
    wanted = ("npv_own", "start_worth", "in_service", "cloud_price", quantity)
    owned, capacity = 0.0, np.zeros(count)
    rent_price = 0.0
    for pool, start in zip(the_plan.whole.pools, starts, strict=True):
        delay = (start or 0) * MONTH
        period = max(count * MONTH - delay, MONTH)
        moved = {"start_delay": np.float64(delay), "analysis_period": np.float64(period), "time": middle}
        values = wiring.evaluate(wanted, pool.giving(moved)).known
        full = values.get(quantity)
        if full and "cloud_price" in values:
            # What a unit of demand costs to rent: the dearest of the pools' accelerators for it.
            rent_price = max(rent_price, float(values["cloud_price"]) * float(pool["accelerators"]) / float(full))
        if start is None:
            continue
        owned -= float(values.get("npv_own", np.nan)) * float(values["start_worth"])
        capacity = capacity + (full or 0.0) * values["in_service"]
    rate = float(wiring.evaluate(["applied_discount_rate"], the_plan.whole.pools[0])["applied_discount_rate"])
    discount = (1 + rate) ** -((np.arange(count) + 1) * MONTH / YEAR)
    short = np.maximum(0, balance.demand.paths - capacity)
    return Option(name, owned, (short * discount).sum(axis=1) * MONTH * rent_price)


def balance_table(balance: Balance) -> Table:
    """Demand in each future and capacity, a row a quarter."""
    row = glossary.quantities()[balance.demand.quantity]
    show = units.readable_unit(float(max(balance.demand.paths.max(), balance.capacity.max())), row.show)

    def number(value: float) -> str:
        return units.number_text(float(units.convert(value, show)))

    body = []
    for month in range(0, len(balance.months), 3):
        demand = [number(float(path[month])) for path in balance.demand.paths]
        typical = float(balance.demand.paths[1][month]) - float(balance.capacity[month])
        state = f"short {number(typical)}" if typical > 0 else f"spare {number(-typical)}"
        body.append([f"{balance.months[month]:%Y-%m}", *demand, number(float(balance.capacity[month])), state])
    head = ["month", *(f"{future} demand [{show}]" for future in FUTURES), f"capacity [{show}]", "typical"]
    return Table(head, body, frozenset(range(1, 5)))


def table(the_plan: Plan) -> Table:
    """Every demand by month in each future, and what there is to meet it, in display units."""
    rows: list[list[str | float | None]] = []
    for balance in balances(by_month.timeline(the_plan)):
        show = glossary.quantities()[balance.demand.quantity].show
        figures = units.convert(np.vstack([balance.demand.paths, balance.capacity]), show)
        for month, column in zip(balance.months, figures.T, strict=True):
            rows.append([balance.demand.quantity, show, f"{month:%Y-%m}", *column.tolist()])
    columns = ["quantity", "unit", "month", *(f"{future} demand" for future in FUTURES), "capacity"]
    return Table(columns, rows, frozenset(range(3, 7)))


def regret_table(ways: list[Option], probability: tuple[float, ...]) -> Table:
    """Present cost of each option in each future, what was lost against the best of that future, and the mean."""
    costs = np.array([option.cost for option in ways])
    regret = costs - costs.min(axis=0)
    body = []
    for option, cost, lost in zip(ways, costs, regret, strict=True):
        cells = [f"{shown('tco', c)} ({shown('tco', r)})" for c, r in zip(cost, lost, strict=True)]
        body.append([option.name, *cells, shown("tco", float(cost @ probability)), shown("tco", float(lost.max()))])
    head = ["option", *(f"{future}: cost (regret)" for future in FUTURES), "expected cost", "largest regret"]
    return Table(head, body, frozenset(range(1, 6)))


def text(the_plan: Plan) -> str:
    """Balances, what is short and when to order, and the options with their regrets."""
    timeline = by_month.timeline(the_plan)
    parts = [the_plan.scenario.name]
    for balance in balances(timeline):
        parts.append(balance_table(balance).text())
        parts.append(_in_words(the_plan, balance))
        ways = options(the_plan, balance)
        if np.all(np.isfinite([option.cost for option in ways])):
            table = regret_table(ways, balance.demand.probability)
            parts.append(f"What to do, present cost over the period, what is short being rented\n{table.text()}")
    return "\n\n".join(parts)


def _in_words(the_plan: Plan, balance: Balance) -> str:
    lines = []
    lead = float(the_plan.whole.get("time_to_service", np.nan))
    for number, future in enumerate(FUTURES):
        month = balance.first_shortfall(number)
        share = f"utilization {float(balance.utilization[number]):.0%}"
        if month is None:
            lines.append(f"  {future}: never short; {share}")
            continue
        words = f"  {future}: short from {balance.months[month]:%Y-%m}; {share}"
        if np.isfinite(lead):
            order = month - int(np.ceil(lead / MONTH))
            when = f"{day_after(balance.months[0], order):%Y-%m}"
            words += f"; order by {when}" if order >= 0 else f"; should have been ordered by {when}"
        lines.append(words)
    return f"Demand of {balance.demand.quantity}\n" + "\n".join(lines)


def to_json(the_plan: Plan) -> dict[str, Any]:
    """Balances and options, values in display units."""
    rows = glossary.quantities()
    timeline = by_month.timeline(the_plan)
    result = []
    for balance in balances(timeline):
        show = rows[balance.demand.quantity].show
        ways = options(the_plan, balance)
        costs = np.array([option.cost for option in ways])
        result.append(
            {
                "quantity": balance.demand.quantity,
                "unit": show,
                "months": [f"{month:%Y-%m}" for month in balance.months],
                "capacity": units.convert(balance.capacity, show).tolist(),
                "demand": {
                    future: units.convert(path, show).tolist()
                    for future, path in zip(FUTURES, balance.demand.paths, strict=True)
                },
                "utilization": dict(zip(FUTURES, balance.utilization.tolist(), strict=True)),
                "options": [
                    {
                        "name": option.name,
                        "cost": [None if not np.isfinite(c) else float(c) for c in cost],
                        "regret": [None if not np.isfinite(c) else float(c) for c in lost],
                    }
                    for option, cost, lost in zip(ways, costs, costs - costs.min(axis=0), strict=True)
                ],
                "probability": list(balance.demand.probability),
                "cost_unit": "USD",
            }
        )
    return {"scenario": the_plan.scenario.name, "demand": result}
