"""The ways of having the capacity side by side: built, refitted or rented space, each rental term, the cheapest mix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.model import wiring
from planner.money import cloud_offers
from planner.money.currency import Currency
from planner.plan.plan import Plan
from planner.tables import Cell, Table

YEARS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Way:
    """One way in one pool: what is paid first, and the present value of its costs over each number of years."""

    pool: str
    name: str
    outlay: float
    worth: Any
    # Present value of its costs over the scenario's own period, in dollars.
    cost: float
    # Of an accelerator-hour of useful work over the scenario's own period, in dollars a second; None where not known.
    useful_hour: float | None


def compared(the_plan: Plan) -> list[Way]:
    """Every way that the scenario has the figures for, pool by pool; the years are the scenario axis."""
    ways: list[Way] = []
    for pool in the_plan.whole.pools:
        alone = pool.alone()
        options = {name: choice for name, choice in alone.options.items() if name != "ownership"}
        ways += _of_pool(pool.path, alone.given, options)
    return ways


def _of_pool(pool: str, values: dict[str, Any], options: dict[str, str]) -> Iterable[Way]:
    for mode in glossary.options()["facility_mode"].choices:
        chosen = options | {"facility_mode": mode}
        names = ("capex", "npv_own", "cost_per_useful_accelerator_hour")
        yield from _way(pool, f"own, {mode}", names, values, chosen)
    term_of_price = options.get("cloud_term")
    for term, field in cloud_offers.TERMS.items():
        # A rental price that the scenario sets itself holds for its own term.
        given = {n: v for n, v in values.items() if n != "cloud_price" or term == term_of_price}
        if f"cloud_{field}" in given or "cloud_price" in given:
            names = ("cloud_setup_cost", "npv_cloud", "rented_cost_per_useful_accelerator_hour")
            yield from _way(pool, f"rent, {term}", names, given, options | {"cloud_term": term})
    yield from _way(pool, "cheapest mix", ("", "npv_hybrid", ""), values, options)


def _way(
    pool: str, name: str, names: tuple[str, str, str], values: dict[str, Any], options: dict[str, str]
) -> Iterable[Way]:
    """The way, where its present value can be computed."""
    wanted = tuple(quantity for quantity in names if quantity)
    year = units.read("1 year", "s")
    over = wiring.evaluate(wanted, {**values, "analysis_period": np.array(YEARS) * year}, options)
    own = wiring.evaluate(wanted, values, options)
    outlay, worth, useful = names
    if worth not in over or not np.any(np.isfinite(over[worth])):
        return
    worths = np.broadcast_to(np.asarray(over[worth], dtype=float), (len(YEARS),))
    paid = float(own[outlay]) if outlay in own else float("nan")
    yield Way(pool, name, paid, worths, -float(own[worth]), float(own[useful]) if useful in own else None)


def table(ways: list[Way], currency: Currency) -> Table:
    """One row a way; present values of all costs, in millions."""
    unit = f"M{currency.name}"
    rows: list[list[Cell]] = []
    for way in ways:
        worths = [-float(worth) * currency.rate / 1e6 for worth in way.worth]
        hour = None if way.useful_hour is None else way.useful_hour * 3600 * currency.rate
        rows.append([way.pool, way.name, way.outlay * currency.rate / 1e6, *worths, hour])
    years = [f"{year} year{'s' if year > 1 else ''}" for year in YEARS]
    columns = ["pool", "way", f"at the start, {unit}", *years, f"{currency.name} by useful hour"]
    title = f"Present value of all costs over so many years, {unit}"
    return Table(columns, rows, frozenset(range(2, len(columns))), title).without_empty("pool")
