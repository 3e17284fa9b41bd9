"""The schedule of a plan: activities with start and end, the critical path, megawatts by phase."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from planner import units
from planner.errors import one
from planner.plan.plan import Plan
from planner.scenario.scenario import Resolved
from planner.tables import Table

_BAR = 48


@dataclass(frozen=True)
class Activity:
    """One bar of the chart, in seconds from the decision."""

    name: str
    start: float
    end: float
    critical: bool
    note: str = ""


@dataclass(frozen=True)
class Phase:
    """A part of the cluster that goes into service, with what it adds up to."""

    name: str
    service: float
    power: float
    accelerators: float


# What the table needs; without these there is no schedule.
_NEEDS = (
    "hall_time", "gear_time", "gear_install_time", "grid_time", "commissioning_time", "energized_time",
    "hardware_lead_time", "installation_start", "install_time", "acceptance_time", "time_to_service",
)  # fmt: skip


def activities(the_plan: Plan) -> list[Activity]:
    """Activities of each pool in the order of their start; those that set its date of service are critical."""
    return [bar for pool in the_plan.whole.pools for bar in _of_pool(the_plan, pool)]


def _of_pool(the_plan: Plan, pool: Resolved) -> list[Activity]:
    v = _values(the_plan, pool)
    options = pool.options
    tested = v["energized_time"]
    ready = tested - v["commissioning_time"]
    start = v["installation_start"]
    by_hall = _same(tested, start)
    gear = v["gear_time"] + (v["gear_install_time"] if v["gear_time"] > 0 else 0)
    supply, mode = options.get("supply", ""), options.get("facility_mode", "")
    delivered = v["hardware_lead_time"]
    bars = [
        Activity("grid connection", 0, v["grid_time"], by_hall and _same(v["grid_time"], ready)),
        Activity("electrical gear, delivered", 0, v["gear_time"], by_hall and _same(gear, ready)),
        Activity("electrical gear, installed", v["gear_time"], gear, by_hall and _same(gear, ready)),
        Activity("hall", 0, v["hall_time"], by_hall and _same(v["hall_time"], ready), mode),
        Activity("hardware, ordered and delivered", 0, delivered, _same(delivered, start), supply),
        Activity("commissioning of power and cooling", ready, tested, by_hall),
        Activity("installation and cabling", start, start + v["install_time"], True),
        Activity("burn-in and acceptance", start + v["install_time"], v["time_to_service"], True),
    ]
    named = [replace(bar, name=f"{pool.path}: {bar.name}") for bar in bars] if pool.place else bars
    return sorted((bar for bar in named if bar.end > bar.start), key=lambda bar: (bar.start, bar.end))


def phases(the_plan: Plan) -> list[Phase]:
    """When each part of the cluster, or of each pool, is in service, with the power it adds up to."""
    return [phase for pool in the_plan.whole.pools for phase in _phases(the_plan, pool)]


def _phases(the_plan: Plan, pool: Resolved) -> list[Phase]:
    v = _values(the_plan, pool)
    count = int(pool.get("phases", 1) or 1)
    power = float(pool.get("facility_power", math.nan))
    accelerators = float(pool.get("installed_accelerators", math.nan))
    return [
        Phase(
            f"{pool.path} {number}".strip(),
            v["installation_start"] + number / count * v["install_time"] + v["acceptance_time"],
            number / count * power,
            number / count * accelerators,
        )
        for number in range(1, count + 1)
    ]


def _values(the_plan: Plan, pool: Resolved) -> dict[str, float]:
    """What the activities of a pool need, of the pool itself or of all of them together."""
    lacking = [name for name in _NEEDS if name not in pool]
    if lacking:
        reasons = sorted({reason for name in lacking for reason in the_plan.missing.get(name, (name,))})
        raise one(the_plan.scenario.place, "schedule", f"no schedule without {', '.join(reasons)}")
    return {name: float(pool[name]) for name in _NEEDS}


def _same(one_time: float, other: float) -> bool:
    return math.isclose(one_time, other, rel_tol=1e-9, abs_tol=1.0)


def gantt(the_plan: Plan) -> Table:
    """The activities as a table with bars; critical ones are filled."""
    bars = activities(the_plan)
    end = max(bar.end for bar in bars)
    cells = []
    for bar in bars:
        first, last = round(bar.start / end * _BAR), max(round(bar.end / end * _BAR), round(bar.start / end * _BAR) + 1)
        line = " " * first + ("█" if bar.critical else "░") * (last - first)
        name = f"{bar.name} ({bar.note})" if bar.note else bar.name
        cells.append([name, months(bar.start), months(bar.end), "critical" if bar.critical else "", line])
    return Table(["activity", "start [month]", "end [month]", "path", "0 to service"], cells, frozenset({1, 2}))


def phase_table(the_plan: Plan) -> Table:
    """The phases as a table."""
    cells = [
        [phase.name, months(phase.service), f"{phase.power / 1e6:,.2f}", f"{phase.accelerators:,.0f}"]
        for phase in phases(the_plan)
    ]
    columns = ["phase", "in service [month]", "power, cumulative [MW]", "accelerators, cumulative"]
    return Table(columns, cells, frozenset({1, 2, 3}))


def to_json(the_plan: Plan) -> dict[str, Any]:
    """Activities and phases, times in months from the decision, power in megawatts."""

    def month(seconds: float) -> float:
        return float(units.convert(seconds, "month"))

    bars: list[Mapping[str, Any]] = [
        {"name": b.name, "start": month(b.start), "end": month(b.end), "critical": b.critical, "note": b.note}
        for b in activities(the_plan)
    ]
    parts = [
        {"phase": p.name, "service": month(p.service), "power": p.power / 1e6, "accelerators": p.accelerators}
        for p in phases(the_plan)
    ]
    return {"scenario": the_plan.scenario.name, "unit": "month", "activities": bars, "phases": parts}


def months(seconds: float) -> str:
    """A time in months, with one digit after the point."""
    return f"{float(units.convert(seconds, 'month')):.1f}"
