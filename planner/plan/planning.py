"""From a scenario to its plan, the demand over time included."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from planner.catalog.catalog import Catalog
from planner.catalog.entries import Fact
from planner.model.scopes import Figure
from planner.plan import sizing
from planner.plan.plan import Plan, plan_resolved
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Resolved, Scenario

_UTILIZATION = "utilization"


def plan(scenario: Scenario, catalog: Catalog | None = None, bands: bool = True) -> Plan:
    """The plan of a scenario; InputError with all problems where it cannot be planned."""
    return plan_resolved(with_demand(resolve(scenario, catalog or Catalog())), bands)


def with_demand(resolved: Resolved) -> Resolved:
    """The scenario with the utilization that the demand it states leaves; for one scenario or many rows of them."""
    return serving(resolved, shares_of_demand(resolved))


def shares_of_demand(resolved: Resolved) -> dict[Figure, Fact]:
    """The utilization that demand leaves each pool which says none of its own."""
    if not resolved.scenario.demand:
        return {}
    from planner.plan import demand

    planned, _ = sizing.with_size_and_strategies(resolved)
    return {
        each: fact
        for each, fact in demand.utilization_facts(planned).items()
        if not any(_UTILIZATION in scope.said for scope in resolved.at(each.place).outwards())
    }


def serving(resolved: Resolved, shares: Mapping[Figure, Fact]) -> Resolved:
    """The scenario where each pool has what demand leaves it in place of a utilization common to them."""
    if not shares:
        return resolved
    served = resolved.copied()
    served.leave_to_pools(_UTILIZATION)
    for each, fact in shares.items():
        served.at(each.place).know(each.name, fact)
    first, *others = shares.values()
    if len(shares) == len(served.pools) and all(fact is first for fact in others):
        served.given[_UTILIZATION] = np.float64(first.value)
    return served
