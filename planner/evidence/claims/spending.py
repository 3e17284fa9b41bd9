"""Shares of spending by the market's five components and by size of cluster, beside the shares the sources give."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner import glossary
from planner.evidence.claims import documents
from planner.model import wiring
from planner.plan.plan import Plan
from planner.tables import Cell, Table

COMPONENTS = ("compute", "network", "storage", "software", "services")
_TIERS = ("tier_1_accelerators", "tier_2_accelerators", "tier_3_accelerators")
# The claims that give a component's or a tier's share of the revenue of all clusters.
CLAIMS = {"compute": "s0.compute_share", "tier 3": "s0.tier3_share"}


def by_size(the_plan: Plan) -> dict[str, Any]:
    """Component shares of the plan's design at its own size and at the edge of each tier.

    One evaluation over a column of sizes; what the scenario sets for its own size (counts of systems, powers) stays.
    """
    edges = [float(the_plan.whole[name]) for name in _TIERS if name in the_plan.whole]
    own = float(the_plan.whole["accelerators"])
    # The last tier is open: twice its lower edge stands for it.
    sizes = np.array([own, *edges, 2 * edges[-1]] if edges else [own])
    wanted = [*(f"{component}_spend_share" for component in COMPONENTS), "cluster_tier", "capex"]
    computed = wiring.evaluate(wanted, the_plan.whole.giving({"accelerators": sizes}))
    columns = {name: np.broadcast_to(computed[name], sizes.shape) for name in wanted if name in computed}
    return {"accelerators": sizes, **columns}


def said() -> dict[str, float]:
    """Shares that the source documents give, by component or tier."""
    claims = documents.load().claims
    figures = {name: claims[identity].low for name, identity in CLAIMS.items() if identity in claims}
    return {name: figure / 100 for name, figure in figures.items() if figure is not None}


def table(the_plan: Plan) -> Table:
    """One row a size; the last row is what a market report says of the revenue of all clusters."""
    shares, market = by_size(the_plan), said()
    labels = glossary.quantities()["cluster_tier"].labels
    rows: list[list[Cell]] = []
    for index, size in enumerate(shares["accelerators"]):

        def share(name: str, index: int = index) -> float | None:
            return float(shares[name][index]) if name in shares else None

        tier = int(share("cluster_tier") or 0)
        label = labels[tier - 1] if 0 < tier <= len(labels) else f"tier {tier}" if tier else ""
        parts = [share(f"{component}_spend_share") for component in COMPONENTS]
        components = [None if part is None else 100 * part for part in parts]
        capex = share("capex")
        of = "at this size" if index else "this plan"
        rows.append([of, float(size), label, *components, None if capex is None else capex / 1e6])
    told = [100 * market[component] if component in market else None for component in COMPONENTS]
    rows.append(["a market report", None, "all", *told, None])
    columns = ["", "accelerators", "tier", *(f"{component}, %" for component in COMPONENTS), "capex, MUSD"]
    return Table(columns, rows, frozenset(range(1, len(columns))) - {2}, "Spending by component")


def text(the_plan: Plan) -> str:
    """The table, and what the sources say of the sizes."""
    tiers = [f"{name}: {100 * share:g} %" for name, share in said().items() if name not in COMPONENTS]
    note = f"Share of the revenue of all clusters by size, as a market report gives it: {', '.join(tiers)}."
    return table(the_plan).text() + (f"\n{note}" if tiers else "")
