"""What the calendar says of a plan: parts ordered before they ship or after they went off sale, prices gone stale."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from planner.catalog.ages import is_stale, today
from planner.catalog.entries import Entry, Fact
from planner.model.scopes import Figure, written
from planner.model.wiring import Route
from planner.scenario.scenario import Resolved, Scenario

# Tag of what its maker rents and does not sell, and the roles of what an owner buys.
_RENTED_ONLY = "rent-only"
_BOUGHT = ("accelerator", "system")


def order_day(scenario: Scenario) -> datetime.date:
    """The day on which parts are ordered: as the scenario says, at the latest its start, else today."""
    return scenario.order or scenario.start or today()


def price_day(scenario: Scenario) -> datetime.date:
    """The day for which prices should hold: that of the order, else today."""
    return scenario.order or today()


def stale_inputs(
    route: Route, whole: Resolved, facts: Mapping[Figure, Fact], day: datetime.date
) -> dict[Figure, frozenset[str]]:
    """Per figure of a route the prices stale on a day that it rests on.

    Figures that rest on none are left out, and so are those that are 0: what costs nothing rests on no price.
    """
    known = {each: frozenset([str(each)]) for each, fact in facts.items() if is_stale(fact, day)}
    if known:
        for step in route.steps:
            if whole.value(step.figure) == 0:
                continue
            parts = [known[need] for need in step.needs if need in known]
            if parts:
                known[step.figure] = parts[0].union(*parts[1:])
    return known


def unavailable(whole: Resolved) -> dict[str, str]:
    """Chosen parts that cannot be had on the day of the order, with the reason; by role, under the pool's name."""
    reasons: dict[str, str] = {}
    for pool in whole.pools:
        day = order_day(pool.scenario)
        for role, entry in pool.entries.items():
            reason = _reason(entry, day)
            if not reason and _RENTED_ONLY in entry.text.get("tags", ()) and role in _BOUGHT and _owned(pool):
                reason = f"{entry.key} is rented by its maker and not sold"
            if reason:
                reasons.setdefault(role if role in whole.entries else written((*pool.place, role)), reason)
    return reasons


def _owned(member: Resolved) -> bool:
    return member.options.get("ownership") != "rented"


def _reason(entry: Entry, day: datetime.date) -> str:
    available, ended = entry.text.get("available"), entry.text.get("end_of_sale")
    if available is not None and available > day:
        return f"{entry.key} ships from {available}, the order is of {day}"
    if ended is not None and ended <= day:
        return f"{entry.key} is off sale since {ended}, the order is of {day}"
    if available is None and entry.text.get("status") == "announced":
        return f"{entry.key} is announced without a date of first shipment"
    return ""
