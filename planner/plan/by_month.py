"""A site over time: what is in service each month, what binds, and the month in which a limit is passed.

Pools are planned once, at full size.  For the months, what sums over pools is weighted with the share of each pool
in service, and everything that the whole computes again from its sums - demand on the grid, margins, shares of
limits - is evaluated over all months at once, the month axis first.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner import glossary, units
from planner.model import wiring
from planner.model.combine import IN_SERVICE
from planner.model.scopes import AGAIN, Scope, figure
from planner.months import day_after
from planner.plan.plan import Plan, shown
from planner.tables import Table

_ADDED = ("sum", "peak")
MONTH, YEAR = units.read("1 month", "s"), units.read("1 year", "s")

# What is shown of each month, as far as the scenario has it.
SHOWN = (
    "installed_accelerators",
    "peak_performance",
    "output_tokens_per_second",
    "racks",
    "it_power",
    "facility_power",
    "site_power_margin",
)


@dataclass
class Timeline:
    """Quantities of the whole by month."""

    plan: Plan
    months: list[datetime.date]
    # Share of each pool in service, by month.
    in_service: dict[str, Any]
    values: dict[str, Any]
    # The share of a limit in use that is the largest of the month, with its words; empty before anything is in service.
    binding: list[tuple[str, float]]
    # Checks of the whole that fail in some month, with the first such month.
    broken: list[tuple[str, datetime.date, str]] = field(default_factory=list)

    @property
    def changes(self) -> list[int]:
        """The months in which what is in service differs from the month before; the first month always."""
        shares = np.array(list(self.in_service.values()))
        moved = np.any(shares[:, 1:] != shares[:, :-1], axis=0)
        return [0, *(int(month) + 1 for month in np.flatnonzero(moved))]


def timeline(the_plan: Plan) -> Timeline:
    """The whole by month, from the scenario's start to the end of the analysis period."""
    whole = the_plan.whole
    count = count_of(whole)
    shares = {pool.path: share(pool, count) for pool in whole.pools}
    wanted = _of_the_whole(the_plan)
    computed = wiring.evaluate(wanted, _weighted(whole, shares))
    values = {name: np.broadcast_to(np.asarray(computed[name], float), (count,)) for name in wanted if name in computed}
    first = start(the_plan).replace(day=1)
    months = [day_after(first, month) for month in range(count)]
    timeline = Timeline(the_plan, months, shares, values, [])
    timeline.binding = [_binding(values, month) for month in range(count)]
    timeline.broken = _broken(values, months)
    return timeline


def count_of(whole: Scope) -> int:
    """Months from the scenario's start to the end of its last pool, in whichever row that is."""
    ends = [np.max(pool["start_delay"] + pool["analysis_period"]) for pool in whole.pools]
    return max(1, *(round(float(end) / MONTH) for end in ends))


def known_start(the_plan: Plan) -> datetime.date | None:
    """The day on which the scenario starts, as far as one is said: its own, or that of the first of its pools."""
    scenario = the_plan.scenario
    said = [day for day in (scenario.start, *(pool.start for pool in scenario.pools.values())) if day]
    return min(said, default=None)


def start(the_plan: Plan) -> datetime.date:
    """The day on which the scenario starts; where none is said, the start of next year."""
    return known_start(the_plan) or datetime.date(datetime.date.today().year + 1, 1, 1)


def share(pool: Scope, count: int) -> Any:
    """Share of a pool in service in each of so many months, the month axis first."""
    # In the middle of each month: a pool counts from the month it starts in, a ramp with its mean.
    time = (np.arange(count) + 0.5) * MONTH
    width = max(np.ndim(pool[name]) for name in IN_SERVICE)
    time = time.reshape(time.shape + (1,) * width)
    in_service = np.asarray(wiring.evaluate(["in_service"], pool.giving({"time": time}))["in_service"], dtype=float)
    return np.broadcast_to(in_service, np.broadcast_shapes(in_service.shape, time.shape))


def in_service(value: Any, share: Any) -> Any:
    """What is in service of a value by month; before it is in service nothing counts, not even what is without end."""
    width = max(np.ndim(value), np.ndim(share) - 1)
    share = share.reshape(share.shape + (1,) * (width + 1 - np.ndim(share)))
    shape = np.broadcast_shapes(np.shape(value), share.shape)
    return np.multiply(value, share, out=np.zeros(shape), where=share > 0)


def _weighted(whole: Scope, shares: Mapping[str, Any]) -> Scope:
    """The scenario where everything that the pools have is given, the parts of sums by month."""
    rows = glossary.quantities()
    by_month = whole.copied()
    for scope in by_month.walk():
        if scope.place:
            scope.given = {n: value for n, value in scope.given.items() if rows[n].combine not in _ADDED}
    for pool, planned in zip(by_month.pools, whole.pools, strict=True):
        share = shares[pool.path]
        # The shares say when pools are in service; their peak is then the plain sum of the month.
        now, ever = np.float64(0), np.float64(np.inf)
        pool.given |= {"start_delay": now, "ramp_time": now, "analysis_period": ever}
        for name, value in planned.known.items():
            combine = rows[name].combine
            if combine in _ADDED:
                pool.given[name] = in_service(value, share)
            elif combine in ("max", "min") or combine.startswith("mean"):
                pool.given[name] = np.where(share > 0, value, 0 if combine == "max" else value)
    return by_month


def _of_the_whole(the_plan: Plan) -> list[str]:
    """Quantities of the whole that follow from what is in service."""
    rows = glossary.quantities()
    combines = {name: rows[name].combine for name in the_plan.results if not figure(name).place}
    return [n for n, rule in combines.items() if rule in (*_ADDED, "max", AGAIN) or rule.startswith("mean")]


def _binding(whole: dict[str, Any], month: int) -> tuple[str, float]:
    rows = glossary.quantities()
    used = [(rows[n].binds or "", float(v[month])) for n, v in whole.items() if rows[n].binds and np.isfinite(v[month])]
    return max(used, key=lambda pair: pair[1], default=("", 0.0))


def _broken(whole: dict[str, Any], months: list[datetime.date]) -> list[tuple[str, datetime.date, str]]:
    rows = glossary.quantities()
    broken = []
    for name, values in whole.items():
        if rows[name].check and np.any(values < 0):
            month = int(np.argmax(values < 0))
            broken.append((name.removesuffix("_margin"), months[month], shown(name, float(values[month]))))
    return broken


# Why a month may hold a part of a rack.
_FIGURES = "Averages of the month: a pool in ramp counts with the share of it that is in service."


def table(timeline: Timeline, every_month: bool = False) -> Table:
    """A row for each change of what is in service, or for every month."""
    rows = glossary.quantities()
    names = [name for name in SHOWN if name in timeline.values]
    shows = [units.readable_unit(float(np.nanmax(np.abs(timeline.values[name]))), rows[name].show) for name in names]
    head = [f"{name} [{show}]" for name, show in zip(names, shows, strict=True)]
    body = []
    for month in range(len(timeline.months)) if every_month else timeline.changes:
        pools = [f"{pool} {share[month]:.0%}" for pool, share in timeline.in_service.items() if share[month] > 0]
        cells = [
            units.number_text(float(units.convert(timeline.values[n][month], s)))
            for n, s in zip(names, shows, strict=True)
        ]
        text, share = timeline.binding[month]
        bound = f"{text} {share:.0%}" if text else ""
        body.append([f"{timeline.months[month]:%Y-%m}", *cells, bound, ", ".join(pools)])
    return Table(["month", *head, "binds first", "in service"], body, frozenset(range(1, 1 + len(names))))


def text(timeline: Timeline, every_month: bool = False) -> str:
    """The table, and the limits that are passed."""
    parts = [f"{timeline.plan.scenario.name}\n{_FIGURES}", table(timeline, every_month).text()]
    if timeline.broken:
        lines = [f"  from {month:%Y-%m}: {name} ({margin} left)" for name, month, margin in timeline.broken]
        parts.append("Limits passed\n" + "\n".join(lines))
    return "\n\n".join(parts)


def to_json(timeline: Timeline) -> dict[str, Any]:
    """By month: shares in service, quantities of the whole in display units, what binds."""
    rows = glossary.quantities()
    return {
        "scenario": timeline.plan.scenario.name,
        "months": [f"{month:%Y-%m}" for month in timeline.months],
        "in_service": {pool: share.tolist() for pool, share in timeline.in_service.items()},
        "quantities": {
            name: {
                "unit": rows[name].show,
                "values": [float(v) if np.isfinite(v) else None for v in units.convert(values, rows[name].show)],
            }
            for name, values in timeline.values.items()
        },
        "binding": [{"constraint": words, "share": share} for words, share in timeline.binding],
        "broken": [
            {"check": name, "month": f"{month:%Y-%m}", "margin": margin} for name, month, margin in timeline.broken
        ],
    }
