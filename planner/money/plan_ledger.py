"""The ledger of a plan, pool by pool, and what a finance team reads from it."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner import glossary, units
from planner.errors import one
from planner.model import wiring
from planner.model.scopes import Scope
from planner.money import ledger, mix, returns, tariffs
from planner.money.currency import Currency
from planner.money.ledger import OWN, RENT, Flow, Ledger
from planner.plan import by_month
from planner.plan.plan import Plan, shown
from planner.tables import Cell, Table

# Measures in the order they are read, with the quantity whose unit they have.
MEASURES = {
    "npv_own": "npv_own",
    "npv_cloud": "npv_cloud",
    "npv_saving": "npv_saving",
    "npv_saving_static": "npv_saving_static",
    "npv_saving_declining": "npv_saving_declining",
    "saving": "saving",
    "irr": "irr",
    "break_even_month": None,
    "discounted_payback_month": None,
    "break_even_utilization": "break_even_utilization",
    "cost_per_accelerator_hour": "cost_per_accelerator_hour",
    "cost_per_useful_accelerator_hour": "cost_per_useful_accelerator_hour",
    "cost_per_compute": "cost_per_compute",
    "cost_per_training_run": "cost_per_training_run",
    "cost_per_million_tokens": "cost_per_million_tokens",
}
_CONVENTIONS = (
    "analysis_period",
    "accounting_year",
    "accounting_month",
    "discount_rate",
    "inflation",
    "energy_escalation",
    "staff_escalation",
    "operation_escalation",
    "cloud_price_decline",
    "tax_rate",
    "price_year",
)
_HOURS_PER_MONTH = 730
_BILL = "electricity_bill_per_year"
_OPTIONS = (
    "price_basis",
    "residual_method",
    "facility_mode",
    "electricity_billing",
    "cloud_term",
    "cloud_price_path",
    "financing",
    "depreciation",
)


@dataclass
class Books:
    """The ledger of a plan and the pools it is kept for."""

    plan: Plan
    ledger: Ledger
    members: list[returns.Member]
    # Present value of renting by the path of its price.
    rents: dict[str, float]

    @functools.cached_property
    def measures(self) -> dict[str, float | None]:
        """What follows from the ledger."""
        measures = returns.derived(self.ledger, self.members)
        own = measures.get("npv_own")
        if own is not None:
            measures |= {f"npv_saving_{path}": own - worth for path, worth in self.rents.items()}
        return measures


def of_plan(the_plan: Plan) -> Books:
    """The ledger of every pool of a plan, each from the month in which it starts.

    The own side is the plan as it stands: a rented pool pays its rent there too, so that it saves nothing.
    """
    members = [_member(pool) for pool in the_plan.whole.pools]
    parts = []
    for member in members:
        sides = (RENT,) if member.rented else (OWN, RENT)
        part = ledger.ledger(member.values, member.options, sides, member.pool, member.start)
        if member.rented:
            part.flows += [replace(flow, side=OWN) for flow in part.flows]
        parts.append(part)
    book = ledger.combined(parts)
    return Books(the_plan, book, members, _rents(members) if book.pick(side=RENT) else {})


def _member(pool: Scope) -> returns.Member:
    """What a pool sees, and the month in which it starts."""
    alone = pool.alone()
    known = wiring.evaluate(("start_delay", "calendar_month"), alone)
    start = round(known.get("start_delay", 0.0) / known["calendar_month"]) if "calendar_month" in known else 0
    return returns.Member(alone.given, alone.options, start, pool.path)


def _rents(members: Iterable[returns.Member]) -> dict[str, float]:
    """Present value of renting where rents stay, and where they fall."""
    worth = {}
    for path in glossary.options()["cloud_price_path"].choices:
        parts = [
            ledger.ledger(m.values, {**m.options, "cloud_price_path": path}, (RENT,), m.pool, m.start) for m in members
        ]
        worth[path] = float(np.reshape(ledger.combined(parts).worth(side=RENT), -1)[0])
    return worth


def with_tariff(books: Books, tariff: tariffs.Tariff) -> Books:
    """The books with the electricity of all owned pools billed together by a tariff, hour by hour."""
    book, plan = books.ledger, books.plan
    power, peak, contracted = _load(books)
    # Without a day of its own a scenario starts with a year.
    first = by_month.start(plan) if plan.scenario.start else datetime.date(by_month.start(plan).year, 1, 1)
    items = tariffs.bill(tariff, power, first, max(1.0, peak / power.max()), contracted)
    old = book.amounts(quantity=_BILL)
    kept = [flow for flow in book.flows if flow.quantity != _BILL]
    times = np.arange(book.months + 1.0)
    added = [
        Flow(OWN, "operation", f"electricity: {item}", _BILL, _by_month(amounts, book.months), times)
        for item, amounts in items.items()
        if item != "total" and np.any(amounts)
    ]
    change = sum((flow.amounts for flow in added), np.zeros(book.months + 1)) - np.reshape(old, -1)
    rate = float(plan.whole.get("tax_rate", 0.0))
    if rate:
        added.append(Flow(OWN, "tax", "income tax on the tariff's difference", "tax", -rate * change, times))
    changed = Ledger([*kept, *added], book.discount_factor, book.missing, book.incomplete)
    return Books(plan, changed, books.members, books.rents)


def _load(books: Books) -> tuple[Any, float, float]:
    """Mean power by hour of all owned pools, their highest power and their contracted power."""
    power, peak, contracted = np.zeros(round(books.ledger.months * _HOURS_PER_MONTH)), 0.0, 0.0
    wanted = ("energy_per_year", "peak_demand", "contracted_demand", "accounting_months")
    for member in books.members:
        if member.rented:
            continue
        known = wiring.evaluate(wanted, member.values, member.options)
        lacking = wiring.route(wanted, member.values, member.options).missing
        if lacking:
            needs = sorted({need for needs in lacking.values() for need in needs})
            raise one(books.plan.scenario.place, "--tariff", f"the load is not known: missing {', '.join(needs[:6])}")
        ends = member.start + float(known["accounting_months"])
        hours = slice(member.start * _HOURS_PER_MONTH, round(ends * _HOURS_PER_MONTH))
        power[hours] += float(known["energy_per_year"])
        peak += float(known["peak_demand"])
        contracted += float(known["contracted_demand"])
    if not power.any():
        raise one(books.plan.scenario.place, "--tariff", "nothing is owned that draws power")
    return power, peak, contracted


def _by_month(amounts: Any, months: int) -> Any:
    """A bill of calendar months as payments at the end of each month of the ledger."""
    paid = np.zeros(months + 1)
    paid[1 : 1 + min(len(amounts), months)] = -amounts[:months]
    # A start within a month makes the calendar months one more than those of the ledger.
    paid[months] -= amounts[months:].sum()
    return paid


def lines_table(books: Books, currency: Currency) -> Table:
    """Every line with its total and its present value, in millions."""
    rows: list[list[Cell]] = []
    for flow in books.ledger.flows:
        total = float(np.sum(flow.amounts)) * currency.rate
        if total:
            worth = float(np.sum(flow.amounts * books.ledger.discount_factor**flow.times)) * currency.rate
            rows.append([flow.pool, flow.side, flow.asset, flow.line, total / 1e6, worth / 1e6])
    unit = f"M{currency.name}"
    columns = ["pool", "side", "asset", "line", f"total, {unit}", f"present value, {unit}"]
    return Table(columns, rows, frozenset({4, 5})).without_empty("pool")


def years_table(books: Books, currency: Currency) -> Table:
    """Cash by year on both sides, what owning saves, and its running sum, in millions."""
    own, rent = (np.reshape(books.ledger.amounts(side=side), -1) * currency.rate / 1e6 for side in (OWN, RENT))
    running = np.cumsum(own - rent)
    rows: list[list[Cell]] = [["start", own[0], rent[0], own[0] - rent[0], running[0]]]
    for year, first in enumerate(range(1, books.ledger.months + 1, 12), start=1):
        last = min(first + 12, books.ledger.months + 1)
        sums = own[first:last].sum(), rent[first:last].sum()
        rows.append([f"year {year}", *sums, sums[0] - sums[1], running[last - 1]])
    unit = f"M{currency.name}"
    return Table(["", f"own, {unit}", f"rent, {unit}", "own less rent", "running sum"], rows, frozenset({1, 2, 3, 4}))


def months_table(books: Books, currency: Currency) -> Table:
    """Every line in every month: one row a month and line."""
    rows: list[list[Cell]] = []
    for flow in books.ledger.flows:
        for month, amount in enumerate(np.reshape(flow.amounts, -1)):
            if amount:
                rows.append([month, flow.pool, flow.side, flow.asset, flow.line, float(amount) * currency.rate])
    columns = ["month", "pool", "side", "asset", "line", f"amount, {currency.name}"]
    return Table(columns, rows, frozenset({0, 5}))


def measures_text(books: Books, currency: Currency) -> str:
    """What follows from the ledger, one a line."""
    rows = []
    for name, quantity in MEASURES.items():
        if name not in books.measures:
            continue
        value = books.measures[name]
        if value is None:
            words = "none"
        elif quantity is None:
            words = f"month {value:.1f}"
        elif currency.name != "USD" and name.startswith(("npv", "saving")):
            words = f"{value * currency.rate / 1e6:,.2f} M{currency.name}"
        else:
            words = shown(quantity, value)
        rows.append([name, words])
    return Table(["measure", "from the ledger"], rows).text()


def assumptions(books: Books, currency: Currency) -> list[tuple[str, str]]:
    """Conventions, chosen options, currency: what the amounts rest on beside the inputs."""
    values, options = books.plan.whole, books.plan.whole.options
    rows = [(name, shown(name, values[name])) for name in _CONVENTIONS if name in values]
    rows += [(name, options[name]) for name in _OPTIONS if name in options]
    rows.append(("currency", currency.words))
    rows.append(("timing", "purchases at the start, running costs at the end of each month, sales at the end"))
    return rows


def decision(books: Books, cheapest: mix.Mix, currency: Currency) -> str:
    """Owning, reserving, renting as the scenario says, or the cheapest mix: which costs least in present value."""
    worth = float(books.plan.whole.get("discounted_time", np.nan))
    term = books.plan.whole.options.get("cloud_term", "rent")
    shares = ", ".join(f"{100 * share:.0f} % {way}" for way, share in cheapest.shares.items() if share > 0)
    costs = {f"the mix ({shares} of the peak)": cheapest.cost * worth}
    for name, words in (("npv_own", "owning the peak"), ("npv_cloud", f"renting at the {term} price")):
        value = books.measures.get(name)
        if value is not None and not (cheapest.excluded and name == "npv_cloud"):
            costs[words] = -value
    if mix.RESERVED in cheapest.pure:
        costs["all reserved"] = cheapest.pure[mix.RESERVED] * worth
    known = {words: cost for words, cost in costs.items() if np.isfinite(cost)}
    ordered = sorted(known, key=lambda words: known[words])
    amounts = "; ".join(
        f"{words} {units.number_text(known[words] * currency.rate / 1e6)} M{currency.name}" for words in ordered
    )
    return f"Decision, present value of all costs: {amounts}."


def text(books: Books, currency: Currency, load: Any = None) -> str:
    """The ledger for a terminal."""
    parts = [f"{books.plan.scenario.name}\nCash-flow ledger, {books.ledger.months} months; money paid is negative"]
    parts += [lines_table(books, currency).text(), years_table(books, currency).text(), measures_text(books, currency)]
    cheapest = mix.of_plan(books.plan, load)
    if cheapest is not None:
        parts += [mix.text(cheapest), decision(books, cheapest, currency)]
    parts.append("Assumptions\n" + "\n".join(f"  {name}: {words}" for name, words in assumptions(books, currency)))
    for side, names in books.ledger.incomplete.items():
        rows = [f"  {name}: missing {', '.join(books.ledger.missing[name][:6])}" for name in names]
        parts.append(f"Left out of the {side} side, of which no total is known therefore\n" + "\n".join(rows))
    if books.ledger.missing and not books.ledger.flows:
        lacking = sorted({need for needs in books.ledger.missing.values() for need in needs})
        parts.append(f"Not computed: missing {', '.join(lacking[:8])}")
    return "\n\n".join(parts)


def to_json(books: Books, currency: Currency) -> dict[str, Any]:
    """Lines by month in the shown currency, and the measures in base display units."""
    flows = [
        {
            "pool": flow.pool,
            "side": flow.side,
            "asset": flow.asset,
            "line": flow.line,
            "quantity": flow.quantity,
            "amounts": [round(float(a) * currency.rate, 6) for a in np.reshape(flow.amounts, -1)],
        }
        for flow in books.ledger.flows
    ]
    return {
        "scenario": books.plan.scenario.name,
        "currency": {"name": currency.name, "per_usd": currency.rate, "date": currency.day},
        "months": books.ledger.months,
        "flows": flows,
        "measures": _measures_json(books.measures),
        "assumptions": dict(assumptions(books, currency)),
        "incomplete": {side: list(names) for side, names in books.ledger.incomplete.items()},
        "missing": {name: list(needs) for name, needs in books.ledger.missing.items()},
    }


def _measures_json(measures: Mapping[str, float | None]) -> dict[str, Any]:
    rows = glossary.quantities()
    result: dict[str, Any] = {}
    for name, value in measures.items():
        quantity = MEASURES.get(name)
        show = rows[quantity].show if quantity else "month"
        number = value if value is None or quantity is None else float(units.convert(value, show))
        result[name] = {"value": number, "unit": show}
    return result
