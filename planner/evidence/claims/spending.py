"""Shares of spending by the market's five components and by size of the cluster, beside the shares the sources give."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner import glossary
from planner.evidence.claims import documents
from planner.model import wiring
from planner.plan.plan import Plan
from planner.tables import Table

COMPONENTS = ("compute", "network", "storage", "software", "services")
_TIERS = ("tier_1_accelerators", "tier_2_accelerators", "tier_3_accelerators")
# The claims that give a component's or a tier's share of the revenue of all clusters.
CLAIMS = {"compute": "s0.compute_share", "tier 3": "s0.tier3_share"}


def by_size(found: Plan) -> dict[str, Any]:
    """Component shares of the plan's design at its own size and at the edge of each tier.

    One evaluation over a column of sizes; what the scenario sets for its own size (counts of systems, powers) stays.
    """
    values = found.values
    edges = [float(values[name]) for name in _TIERS if name in values]
    own = float(values["accelerators"])
    # The last tier is open: twice its lower edge stands for it.
    sizes = np.array([own, *edges, 2 * edges[-1]] if edges else [own])
    wanted = [*(f"{component}_spend_share" for component in COMPONENTS), "cluster_tier", "capex"]
    computed = wiring.evaluate(wanted, {**found.given, "accelerators": sizes}, found.resolved.options)
    column = {name: np.broadcast_to(computed[name], sizes.shape) for name in wanted if name in computed}
    return {"accelerators": sizes, **column}


def said() -> dict[str, float]:
    """Shares that the source documents give, by component or tier."""
    shares = {}
    claims = documents.load().claims
    for name, identity in CLAIMS.items():
        claim = claims.get(identity)
        if claim is not None and claim.low is not None:
            shares[name] = claim.low / 100
    return shares


def table(found: Plan) -> Table:
    """One row a size; the last row is what a market report says of the revenue of all clusters."""
    shares = by_size(found)
    labels = glossary.quantities()["cluster_tier"].labels
    rows: list[list[str | float | None]] = []
    for index, size in enumerate(shares["accelerators"]):
        tier = int(shares["cluster_tier"][index]) if "cluster_tier" in shares else 0
        label = labels[tier - 1] if labels and 0 < tier <= len(labels) else f"tier {tier}" if tier else ""
        cells = [100 * float(shares[n][index]) if (n := f"{c}_spend_share") in shares else None for c in COMPONENTS]
        capex = float(shares["capex"][index]) / 1e6 if "capex" in shares else None
        rows.append(["this plan" if index == 0 else "at this size", float(size), label, *cells, capex])
    market = said()
    rows.append(["a market report", None, "all", *(100 * market[c] if c in market else None for c in COMPONENTS), None])
    columns = ["", "accelerators", "tier", *(f"{component}, %" for component in COMPONENTS), "capex, MUSD"]
    return Table(columns, rows, frozenset(range(1, len(columns))) - {2}, "Spending by component")


def text(found: Plan) -> str:
    """The table, and what the sources say of the sizes."""
    tiers = [f"{name}: {100 * share:g} %" for name, share in said().items() if name not in COMPONENTS]
    note = f"Share of the revenue of all clusters by size, as a market report gives it: {', '.join(tiers)}."
    return table(found).text() + (f"\n{note}" if tiers else "")
