"""Numbers and names as the screens show them."""

from __future__ import annotations

import math

from planner import glossary, units
from planner.catalog import Fact
from planner.plan import Plan, shown

# Rooms whose name alone does not say what they hold.
_TITLES = {
    "size": "Size",
    "capex": "Capital cost",
    "opex": "Running cost",
    "cloud": "Renting",
    "finance": "Owning against renting",
    "power": "Power and energy",
    "network": "Network",
    "workload": "Model and workload",
    "memory": "Accelerator memory",
    "reliability": "Reliability",
}
NOT_KNOWN = "–"


def label(name: str) -> str:
    """A quantity's name in words."""
    return name.replace("_", " ")


def title(room: str) -> str:
    """The heading of a room of the glossary."""
    return _TITLES.get(room, label(room).capitalize())


def number(name: str, value: float | None, digits: int = 4) -> str:
    """The number of a value in its display unit, or its label."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN
    row = glossary.quantities()[name]
    return shown(name, value) if row.labels else units.number_text(float(units.convert(value, row.show)), digits)


def unit(name: str) -> str:
    """The display unit; nothing for plain numbers and labels."""
    row = glossary.quantities()[name]
    return "" if row.labels or row.show == units.DIMENSIONLESS else row.show


def band(name: str, low: float | None, high: float | None) -> str:
    """'2.5 to 3.1', or nothing where no input is uncertain."""
    if low is None or high is None or low == high:
        return ""
    return f"{number(name, low, 3)} to {number(name, high, 3)}"


def change(value: float | None, base: float | None) -> str:
    """'▲ 3.2 %' against the baseline; nothing where it is the same."""
    if value is None or base is None or value == base or not (math.isfinite(value) and math.isfinite(base)):
        return ""
    sign = "▲" if value > base else "▼"
    if base == 0:
        return f"{sign} from 0"
    share = abs(value / base - 1)
    if share >= 10:
        return f"{sign} ×{units.number_text(abs(value / base), 3)}"
    return f"{sign} {units.number_text(100 * share, 2)} %" if share >= 5e-5 else f"{sign} <0.01 %"


def value_of(plan: Plan | None, name: str) -> float | None:
    """A quantity of a plan, computed or given."""
    if plan is None:
        return None
    if name in plan.results:
        return plan.results[name].value
    return float(plan.given[name]) if name in plan.given else None


def fact_text(name: str, fact: Fact) -> str:
    """A given value with its unit, and its range where it has one."""
    spread = band(name, fact.low, fact.high)
    return shown(name, fact.value) + (f" ({spread})" if spread else "")


def provenance(fact: Fact, sources: dict[str, dict]) -> str:
    """Where a given value comes from: kind, source, place and date."""
    if fact.origin == "scenario":
        return "set by the scenario"
    source = sources.get(fact.source, {}).get("title", fact.source)
    parts = [f"{fact.kind}, {fact.origin}", source, fact.where, str(fact.as_of or "")]
    return "; ".join(part for part in parts if part)
