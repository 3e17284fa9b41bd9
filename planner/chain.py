"""From given values to results: size the cluster, choose the parallel strategy, evaluate the equations.

One scenario (floats) and many (arrays, scenario axis last) take the same path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner import glossary, model

SIZE = "accelerators"
_UNIT_OF_SIZE = "system_accelerators"
_MOST_SYSTEMS = 2**24

# Rooms that only one workload asks for; all others are asked for by every scenario.  Claims alone ask for the market's.
WORKLOAD_ROOMS = {
    "training": ("workload", "training", "memory", "collectives", "strategy"),
    "inference": ("inference", "demand", "serving_cost", "edge"),
    "claims": ("market",),
}


def asked(workload: str) -> list[str]:
    """Every quantity with an equation that this workload asks for, room by room."""
    others = {room for other, rooms in WORKLOAD_ROOMS.items() if other != workload for room in rooms}
    others -= set(WORKLOAD_ROOMS.get(workload, ()))
    rows, computed = glossary.quantities(), model.alternatives()
    return [
        name
        for room, names in glossary.rooms().items()
        if room not in others
        for name in names
        if name in computed and rows[name].workload in (None, workload)
    ]


def targets(given: Iterable[str]) -> dict[str, dict[str, str]]:
    """The given quantities that can size the cluster, with what they size it by."""
    rows = glossary.quantities()
    return {name: rows[name].sizes for name in given if name in rows and rows[name].sizes}  # type: ignore[misc]


def run(wanted: Iterable[str], values: Mapping[str, Any], options: Mapping[str, str], workload: str) -> dict[str, Any]:
    """`values`, the chosen strategy and every step that leads to `wanted`."""
    return model.evaluate(wanted, with_strategy(values, options, workload), options)


def with_strategy(values: Mapping[str, Any], options: Mapping[str, str], workload: str) -> dict[str, Any]:
    """`values` with the parallel strategy that the scenario leaves open."""
    return dict(values)


def size(
    values: Mapping[str, Any], sizing: Iterable[str], options: Mapping[str, str], workload: str
) -> tuple[Any, dict[str, Any]]:
    """Accelerators that meet the targets, in whole systems, and what each target alone would give.

    Demands (users, a deadline) ask for the smallest cluster that meets them all; limits (megawatts, a budget)
    for the largest that keeps within all.  With both, demands set the size and the limits become checks.
    """
    rows = glossary.quantities()
    by_target = {name: whole_systems(values, name, options, workload) for name in sizing}
    demands = [by_target[n] for n in by_target if rows[n].sizes["want"] == "smallest"]  # type: ignore[index]
    systems = np.maximum.reduce(demands) if demands else np.minimum.reduce(list(by_target.values()))
    per_system = values[_UNIT_OF_SIZE]
    return systems * per_system, {name: found * per_system for name, found in by_target.items()}


def whole_systems(values: Mapping[str, Any], target: str, options: Mapping[str, str], workload: str) -> Any:
    """The number of systems at which a target is just met; 0 where one is already too many, NaN where none suffice."""
    rule = glossary.quantities()[target].sizes or {}
    quantity, largest = rule["quantity"], rule["want"] == "largest"
    bound = np.asarray(values[target], dtype=float)
    below = np.zeros(bound.shape)
    above = np.full(bound.shape, float(_MOST_SYSTEMS))

    def holds(systems: Any) -> Any:
        """True on the small side of the edge: within the limit, or the demand not yet met."""
        trial = {**values, SIZE: systems * values[_UNIT_OF_SIZE]}
        got = run((quantity,), trial, options, workload)[quantity]
        met = got <= bound if rule["at"] == "most" else got >= bound
        return met if largest else ~np.asarray(met, dtype=bool)

    while np.any(above - below > 1):
        # Doubling from below first: whole programmes need few systems compared with the bound of the search.
        middle = np.where(above == _MOST_SYSTEMS, np.minimum(2 * below + 1, above - 1), np.floor((below + above) / 2))
        middle = np.maximum(middle, 1)
        small = holds(middle)
        below = np.where(small & (above - below > 1), np.maximum(middle, below), below)
        above = np.where(~np.asarray(small, dtype=bool) & (middle > below), middle, above)
    found = below if largest else np.where(above == _MOST_SYSTEMS, np.nan, above)
    return float(found) if found.shape == () else found
