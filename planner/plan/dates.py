"""What the calendar says of a plan: parts ordered before they ship or after they went off sale, prices gone stale."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from planner.catalog.ages import is_stale, today
from planner.catalog.entries import Entry
from planner.model import wiring
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


def stale_inputs(wanted: Iterable[str], given: Mapping[str, Any], resolved: Resolved) -> dict[str, frozenset[str]]:
    """Per quantity the stale prices it rests on; quantities that rest on none are left out."""
    day = price_day(resolved.scenario)
    facts = resolved.facts
    known = {name: frozenset([name]) for name in given if name in facts and is_stale(facts[name], day)}
    if known:
        for step in wiring.route(tuple(wanted), given, resolved.options).steps:
            parts = [known[need] for need in step.needs if need in known]
            if parts:
                known[step.name] = parts[0].union(*parts[1:])
    return known


def unavailable(resolved: Resolved) -> dict[str, str]:
    """Chosen parts that cannot be had on the day of the order, with the reason; by role, under the pool's name."""
    found: dict[str, str] = {}
    for pool, member in (resolved.pools or {"": resolved}).items():
        day = order_day(member.scenario)
        for role, entry in member.entries.items():
            reason = _reason(entry, day)
            if not reason and _RENTED_ONLY in entry.text.get("tags", ()) and role in _BOUGHT and _owned(member):
                reason = f"{entry.key} is rented by its maker and not sold"
            if reason:
                found.setdefault(f"{pool}/{role}" if pool and role not in resolved.entries else role, reason)
    return found


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
