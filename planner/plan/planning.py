"""From a scenario to its plan, the demand over time included."""

from __future__ import annotations

from planner.catalog.catalog import Catalog
from planner.plan.plan import Plan, plan_resolved
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Resolved, Scenario


def plan(scenario: Scenario, catalog: Catalog | None = None, bands: bool = True) -> Plan:
    """The plan of a scenario; InputError with all problems where it cannot be planned."""
    return plan_resolved(with_demand(resolve(scenario, catalog or Catalog())), bands)


def with_demand(resolved: Resolved) -> Resolved:
    """The scenario with the utilization that the demand it states leaves."""
    if not resolved.scenario.demand:
        return resolved
    from planner.plan import demand

    served = resolved.copied()
    for each, fact in demand.utilization_facts(plan_resolved(resolved, bands=False)).items():
        served.at(each.place).know(each.name, fact)
    return served
