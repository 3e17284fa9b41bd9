"""How a total is made up, and how far a figure has moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from planner import glossary
from planner.model import wiring
from planner.plan.plan import Plan


@dataclass(frozen=True)
class Part:
    """One addend of a total, with its share of it."""

    name: str
    value: float
    share: float


def parts(plan: Plan, total: str) -> list[Part]:
    """The positive addends of a computed total, the largest first; none where its equation is no sum of them."""
    whole = value(plan, total)
    if not whole:
        return []
    found = [Part(name, addend, addend / whole) for name, addend in addends(plan, total).items() if addend > 0]
    return sorted(found, key=lambda part: -part.value)


def addends(plan: Plan, total: str) -> dict[str, float]:
    """What a computed sum is made of: the direct inputs of its equation that have its unit, where they add up to it."""
    steps = wiring.route((total,), plan.given, plan.resolved.options).steps
    if not steps or steps[-1].name != total or total not in plan.values:
        return {}
    rows = glossary.quantities()
    same = {need: float(plan.values[need]) for need in steps[-1].needs if rows[need].unit == rows[total].unit}
    whole = float(plan.values[total])
    return same if whole and abs(sum(same.values()) - whole) <= 1e-6 * abs(whole) else {}


def value(plan: Plan | None, name: str) -> float | None:
    """A quantity of a plan, computed or given; None where it has neither."""
    if plan is None:
        return None
    if name in plan.results:
        return plan.results[name].value
    return float(plan.given[name]) if name in plan.given else None


def ratio(now: float | None, before: float | None) -> float | None:
    """How many times its former value a figure is; None where either is missing or there is nothing to divide by."""
    if now is None or before is None or before == 0 or not (math.isfinite(now) and math.isfinite(before)):
        return None
    return now / before
