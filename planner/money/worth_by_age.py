"""What systems are worth as they age: book value against the market curves, and the cost of an hour by their life."""

from __future__ import annotations

import numpy as np

from planner import glossary, units
from planner.model import wiring
from planner.plan.plan import Plan
from planner.tables import Cell, Table

YEARS = (0, 1, 2, 3, 4, 5, 6)


def table(the_plan: Plan) -> Table:
    """One row a year of age: worth by each curve, and the levelised hour of systems kept so long and then sold."""
    year = units.read("1 year", "s")
    ages = np.array(YEARS) * year
    rows: list[list[Cell]] = []
    methods = glossary.options()["residual_method"].choices
    for pool in the_plan.whole.pools:
        curves = []
        for method in methods:
            aged = pool.giving({"final_age": ages}).choosing({"residual_method": method})
            known = wiring.evaluate(("residual_share",), aged)
            share = known.get("residual_share", np.nan)
            curves.append(100 * np.broadcast_to(np.asarray(share, dtype=float), ages.shape))
        name = "cost_per_useful_accelerator_hour"
        # A period of nothing has no hours.
        kept = wiring.evaluate((name,), pool.giving({"analysis_period": ages[1:]})).get(name, np.nan)
        hours = np.concatenate([[np.nan], np.broadcast_to(np.asarray(kept, dtype=float), ages[1:].shape) * 3600])
        for index, age in enumerate(YEARS):
            shares = [float(curve[index]) if np.isfinite(curve[index]) else None for curve in curves]
            rows.append([pool.path, float(age), *shares, float(hours[index])])
    columns = ["pool", "age, years", *(f"{method}, %" for method in methods), "USD by useful hour if sold then"]
    title = "Worth of systems as a share of their price; straight-line is the book value over the service life"
    return Table(columns, rows, frozenset(range(1, len(columns))), title).without_empty("pool")
