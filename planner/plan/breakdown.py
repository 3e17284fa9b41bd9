"""How a total is made up, and how far a figure has moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from planner import glossary
from planner.model import wiring
from planner.model.scopes import figure
from planner.plan.plan import Plan


@dataclass(frozen=True)
class Part:
    """One addend of a total, with its share of it."""

    name: str
    value: float
    share: float


def parts(plan: Plan, total: str) -> list[Part]:
    """The positive addends of a computed total, the largest first; none where its equation is no sum of them."""
    whole = plan.value(total)
    if not whole:
        return []
    shares = [Part(name, addend, addend / whole) for name, addend in addends(plan, total).items() if addend > 0]
    return sorted(shares, key=lambda part: -part.value)


def addends(plan: Plan, total: str) -> dict[str, float]:
    """What a computed sum is made of: the direct inputs of its equation that have its unit, where they add up to it."""
    whole, sum_of_all = plan.whole, plan.value(total)
    steps = wiring.route([figure(total)], whole).steps
    if not sum_of_all or not steps or str(steps[-1].figure) != total:
        return {}
    rows = glossary.quantities()
    same = [need for need in steps[-1].needs if rows[need.name].unit == rows[steps[-1].figure.name].unit]
    values = {str(need): float(whole.value(need)) for need in same}
    return values if abs(sum(values.values()) - sum_of_all) <= 1e-6 * abs(sum_of_all) else {}


def ratio(now: float | None, before: float | None) -> float | None:
    """How many times its former value a figure is; None where either is missing or there is nothing to divide by."""
    if now is None or before is None or before == 0 or not (math.isfinite(now) and math.isfinite(before)):
        return None
    return now / before
