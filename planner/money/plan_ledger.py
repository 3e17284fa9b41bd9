"""The ledger of a plan, pool by pool, and what a finance team reads from it."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner import glossary, months, units
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
    # Name of the tariff that bills the electricity, where one does.
    tariff: str = ""

    @functools.cached_property
    def measures(self) -> dict[str, float | None]:
        """What follows from the ledger."""
        measures = returns.derived(self.ledger, self.members)
        own = measures.get("npv_own")
        if own is not None:
            measures |= {f"npv_saving_{path}": own - worth for path, worth in self.rents.items()}
        return measures


def of_plan(the_plan: Plan) -> Books:
    """The ledger of every pool of a plan, each from its own start.

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
    """What a pool sees, and after how many months it starts."""
    alone = pool.alone()
    known = wiring.evaluate(("start_delay", "calendar_month"), alone)
    start = known.get("start_delay", 0.0) / known["calendar_month"] if "calendar_month" in known else 0.0
    return returns.Member(alone.given, alone.options, round(float(start), months.DIGITS), pool.path)


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
    """The books with the electricity of the owned pools of each site billed together by a tariff, hour by hour."""
    owned = [member for member in books.members if not member.rented]
    sites: dict[str, list[returns.Member]] = {}
    for member in owned:
        sites.setdefault(member.pool.rpartition("/")[0], []).append(member)
    added = [flow for site, members in sites.items() for flow in _billed(books.plan, tariff, site, members)]
    if not added:
        raise one(books.plan.scenario.place, "--tariff", "nothing is owned that draws power")
    book = books.ledger
    kept = [flow for flow in book.flows if (flow.side, flow.quantity) != (OWN, _BILL)]
    taxed = [*added, *(replace(flow, amounts=-flow.amounts) for flow in book.pick(side=OWN, quantity=_BILL))]
    rate = _tax_rate(books.plan, owned)
    tax = [
        replace(flow, asset="tax", line="income tax on the tariff's difference", quantity="tax", amounts=amounts)
        for flow in taxed
        if np.any(amounts := -rate * flow.amounts)
    ]
    changed = replace(book, flows=[*kept, *added, *tax])
    return replace(books, ledger=changed, tariff=tariff.name)


_LOAD = ("energy_per_year", "peak_demand", "contracted_demand", "accounting_months")
_PAYING = ("payment_months", "energy_escalation")


def _billed(the_plan: Plan, tariff: tariffs.Tariff, site: str, members: list[returns.Member]) -> list[Flow]:
    """The bills of one site, each paid at the end of its month, or with the others of its payment interval.

    Conventions of payment are those of the first of its pools.
    """
    first, loads = by_month.known_start(the_plan), [_load_of(the_plan, member) for member in members]
    ends = [member.start + load["accounting_months"] for member, load in zip(members, loads, strict=True)]
    count = months.hours_after(first, max(ends))
    load = tariffs.Load(np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count, dtype=bool))
    for member, drawn, end in zip(members, loads, ends, strict=True):
        hours = slice(months.hours_after(first, member.start), months.hours_after(first, end))
        load.power[hours] += drawn["energy_per_year"]
        load.peak[hours] += max(drawn["peak_demand"], drawn["energy_per_year"])
        load.contracted[hours] += drawn["contracted_demand"]
        load.in_service[hours] = True
    items = tariffs.bill_of_load(tariff, load, first)
    known = wiring.evaluate(_PAYING, members[0].values, members[0].options)
    apart, times = known["payment_months"], _ends_of_months(first, len(items["total"]))
    times = np.minimum(np.ceil(np.round(times / apart, months.DIGITS)) * apart, max(ends))
    growth = 1.0 if tariff.escalation is not None else (1 + known["energy_escalation"]) ** (times / 12)
    return [
        Flow(OWN, "operation", f"electricity: {item}", _BILL, -amounts * growth, times, site)
        for item, amounts in items.items()
        if item != "total" and np.any(amounts)
    ]


def _load_of(the_plan: Plan, member: returns.Member) -> dict[str, float]:
    """What a pool draws, and for how many months."""
    place = the_plan.scenario.place
    lacking = wiring.route(_LOAD, member.values, member.options).missing
    if lacking:
        needs = sorted({need for needs in lacking.values() for need in needs})
        raise one(place, "--tariff", f"the load is not known: missing {', '.join(needs[:6])}")
    if "opex_per_year" in member.values:
        raise one(place, "--tariff", "opex_per_year is set, and holds electricity that a tariff would bill once more")
    known = wiring.evaluate(_LOAD, member.values, member.options)
    return {name: float(known[name]) for name in _LOAD}


def _ends_of_months(first: datetime.date | None, count: int) -> Any:
    """When each month of a bill ends, in months from the start."""
    if first is None:
        return np.arange(1.0, count + 1)
    begins = first.replace(day=1)
    return np.array([months.between(first, months.day_after(begins, month)) for month in range(1, count + 1)])


def _tax_rate(the_plan: Plan, members: list[returns.Member]) -> float:
    """The rate at which the owned pools save tax on what they pay together."""
    known = [wiring.evaluate(("tax_rate",), member.values, member.options) for member in members]
    rates = {float(each.get("tax_rate", 0.0)) for each in known}
    if len(rates) > 1:
        raise one(the_plan.scenario.place, "--tariff", "pools on one bill have different values of tax_rate")
    return rates.pop() if rates else 0.0


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
        for month, amount in enumerate(np.reshape(flow.by_month(books.ledger.months), -1)):
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
    first = by_month.known_start(books.plan)
    if first is None:
        rows.append(("months", f"equal, of {months.HOURS} hours each, as the scenario says no start"))
    else:
        rows.append(("months", f"those of the calendar from {first} on; amounts by the month are the same in each"))
    if books.tariff:
        hours = "the hours of each month of the calendar" if first else f"{months.HOURS} hours a month"
        rows.append(("electricity", f"billed by the tariff {books.tariff}, for {hours}"))
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
    last = books.ledger.months
    flows = [
        {
            "pool": flow.pool,
            "side": flow.side,
            "asset": flow.asset,
            "line": flow.line,
            "quantity": flow.quantity,
            "amounts": [round(float(a) * currency.rate, 6) for a in np.reshape(flow.by_month(last), -1)],
        }
        for flow in books.ledger.flows
    ]
    return {
        "scenario": books.plan.scenario.name,
        "currency": {"name": currency.name, "per_usd": currency.rate, "date": currency.day},
        "months": last,
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
