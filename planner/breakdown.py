"""How a total is made up, and how far a figure has moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from planner import glossary, model
from planner.plan import Plan


@dataclass(frozen=True)
class Part:
    """One addend of a total, with its share of it."""

    name: str
    value: float
    share: float


def parts(plan: Plan, total: str) -> list[Part]:
    """The positive addends of a computed total, the largest first; none where its equation is no sum of them."""
    rows = glossary.quantities()
    equation = model.equation(total, plan.resolved.options)
    if equation is None or total not in plan.results or not plan.results[total].value > 0:
        return []
    whole = plan.results[total].value
    same = [name for name in equation.needs if name in plan.values and rows[name].unit == rows[total].unit]
    found = [Part(name, float(plan.values[name]), float(plan.values[name]) / whole) for name in same]
    found = [part for part in found if part.value > 0]
    if not found or not math.isclose(sum(part.share for part in found), 1, rel_tol=1e-6):
        return []
    return sorted(found, key=lambda part: -part.value)


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
