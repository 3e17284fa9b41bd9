"""From given values to results: size the cluster, choose the parallel strategy, evaluate the equations.

One scenario (floats) and many (arrays, scenario axis last) take the same path.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner import glossary
from planner.errors import one
from planner.model import scopes as model_scopes
from planner.model import wiring
from planner.model.scopes import inside
from planner.plan import layout_search
from planner.plan.serving_layout import SERVING
from planner.plan.training_layout import TRAINING

SIZE = "accelerators"
UNIT_OF_SIZE = "system_accelerators"
# Workload -> how its layouts are searched.
_LAYOUTS = {"training": TRAINING, "inference": SERVING}
_MOST_SYSTEMS = 2**24


def asked(workload: str) -> list[str]:
    """Every quantity with an equation that this workload asks for, room by room."""
    rows, computed = glossary.quantities(), wiring.alternatives()
    names = [name for room in glossary.rooms().values() for name in room]
    return [name for name in names if name in computed and rows[name].workload in (None, workload)]


def wanted(options: Mapping[str, str]) -> list[str]:
    """Every quantity that a scenario asks for: of the whole first, then of each site and pool."""
    return list(_wanted(tuple(sorted(options.items()))))


@functools.lru_cache(maxsize=64)
def _wanted(chosen: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    options = dict(chosen)
    scopes = model_scopes.scopes(options)
    found: dict[str, None] = {}
    for scope in sorted(scopes, key=lambda scope: scope.count("/")):
        leaves = [leaf for leaf in scopes if leaf.startswith(scope) and f"{leaf}{model_scopes.POOLS}" not in options]
        several = len(leaves) > 1
        if scope + model_scopes.POOLS in options:
            found[scope + SIZE] = None
        for workload in dict.fromkeys(options[f"{leaf}workload"] for leaf in leaves):
            for name in asked(workload):
                if all(name in wiring.elsewhere(leaf, options) for leaf in leaves):
                    continue
                if not several or glossary.quantities()[name].combine != "none":
                    found[scope + name] = None
    return tuple(found)


def targets(said: Iterable[str], scope: str = "") -> dict[str, dict[str, str]]:
    """Those of the named quantities that can size a pool (or the whole), with what they size it by."""
    rows = glossary.quantities()
    return {
        name: sizes
        for name in said
        if name.rpartition("/")[0] == scope[:-1] and name in rows and (sizes := rows[name].sizes)
    }


def run(names: Iterable[str], values: Mapping[str, Any], options: Mapping[str, str], scope: str = "") -> dict[str, Any]:
    """`values`, the strategies chosen within `scope` and every step that leads to the named quantities."""
    return wiring.evaluate(names, with_strategies(values, options, scope), options)


def with_strategies(values: Mapping[str, Any], options: Mapping[str, str], scope: str = "") -> dict[str, Any]:
    """`values` with the parallel strategies that the scenario, or any of its pools, leaves open; a pool without a size
    waits for one."""
    found = dict(values)
    for pool in model_scopes.pools(options):
        if options[f"{pool}workload"] == "capacity":
            continue
        inner, own = inside(pool, values, options)
        if not pool.startswith(scope) or SIZE not in inner:
            continue
        found |= {pool + name: value for name, value in with_strategy(inner, own).items() if name not in inner}
    return found


def with_strategy(values: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """`values` with the parallel strategy that the scenario leaves open."""
    description = _LAYOUTS.get(options["workload"])
    return {**values, **layout_search.chosen(description, values, options)} if description else dict(values)


def sized(
    values: Mapping[str, Any], said: Iterable[str], options: Mapping[str, str], place: str = "scenario"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`values` with the size of every pool that has none, and what each target alone would give.

    The targets among what the scenario `said` size a pool; without one of its own, a pool takes what the targets of
    its site or of the whole leave, provided that it alone has no size.  InputError where a pool cannot be sized.
    """
    found, said = dict(values), list(said)
    by_target: dict[str, Any] = {}
    unsized = [pool for pool in model_scopes.pools(options) if pool + SIZE not in found]
    for pool in sorted(unsized, key=lambda pool: not targets(said, pool)):
        sizing, outer = targets(said, pool), pool
        while not sizing and outer:
            outer = outer[: outer[:-1].rfind("/") + 1]
            alone = [p for p in unsized if p.startswith(outer) and p + SIZE not in found] == [pool]
            sizing = targets(said, outer) if alone else {}
        _check_sizing(found, pool, sizing, options, place)
        accelerators, allowed = size(found, sizing, options, pool)
        if np.ndim(accelerators) == 0 and not accelerators >= 1:
            asks = ", ".join(sizing)
            raise one(place, f"{pool}set", f"no whole system meets {asks}")
        found[pool + SIZE] = accelerators
        by_target |= allowed
    return found, by_target


def _check_sizing(
    values: Mapping[str, Any], pool: str, sizing: Mapping[str, Any], options: Mapping[str, str], place: str
) -> None:
    """InputError where a pool cannot be sized, with what it lacks."""
    system = model_scopes.source(pool + UNIT_OF_SIZE, values)
    if not sizing or system not in values:
        ways = sorted(name for name, row in glossary.quantities().items() if row.sizes)
        message = f"{'it' if pool else 'the scenario'} has no size: set accelerators, or one of {', '.join(ways)}"
        if sizing:
            message = f"{', '.join(sizing)} is met by whole systems: choose a system"
        elif system not in values:
            message += "; and choose a system"
        raise one(place, f"{pool}set", message)
    trial = {scope + SIZE: values[system] for scope in model_scopes.pools(options) if scope + SIZE not in values}
    # With a size the search finds the strategy that the scenario leaves open.
    given = with_strategies({**values, **trial}, options)
    for name, rule in sizing.items():
        quantity = name[: name.rfind("/") + 1] + rule["quantity"]
        lacking = wiring.route((quantity,), given, options).missing
        row, workload = glossary.quantities()[rule["quantity"]], options[f"{pool}workload"]
        if lacking and row.workload not in (None, workload):
            message = f"sizes a cluster for {row.workload}: the workload is {workload}"
            raise one(place, f"set.{name}", message)
        if lacking:
            message = f"cannot size the cluster: {rule['quantity']} lacks {', '.join(lacking[quantity])}"
            raise one(place, f"set.{name}", message)


def size(
    values: Mapping[str, Any], sizing: Iterable[str], options: Mapping[str, str], pool: str = ""
) -> tuple[Any, dict[str, Any]]:
    """Accelerators that meet the targets, in whole systems, and what each target alone would give.

    Demands (users, a deadline) ask for the smallest cluster that meets them all; limits (megawatts, a budget)
    for the largest that keeps within all.  With both, demands set the size and the limits become checks.
    A pool can be sized by what is left of the whole's limit as well as by a target of its own.
    """
    rows = glossary.quantities()
    by_target = {name: whole_systems(values, name, options, pool) for name in sizing}
    demands = [by_target[n] for n in by_target if rows[n].sizes["want"] == "smallest"]  # type: ignore[index]
    systems = np.maximum.reduce(demands) if demands else np.minimum.reduce(list(by_target.values()))
    per_system = values[model_scopes.source(pool + UNIT_OF_SIZE, values)]
    return systems * per_system, {name: found * per_system for name, found in by_target.items()}


def whole_systems(values: Mapping[str, Any], target: str, options: Mapping[str, str], pool: str = "") -> Any:
    """The number of systems at which a target is just met; 0 where one is already too many, NaN where none suffice."""
    rule = glossary.quantities()[target].sizes or {}
    scope = target[: target.rfind("/") + 1]
    quantity, largest = scope + rule["quantity"], rule["want"] == "largest"
    per_system = values[model_scopes.source(pool + UNIT_OF_SIZE, values)]
    bound = np.asarray(values[target], dtype=float)
    below = np.zeros(bound.shape)
    above = np.full(bound.shape, float(_MOST_SYSTEMS))
    one_system = {**values, pool + SIZE: per_system}
    chosen = set(with_strategies(one_system, options, scope)) - set(one_system)
    # What a cluster costs and draws holds whatever the strategy: then none is searched for at each trial.
    searched = not chosen.isdisjoint(wiring.inputs_of(quantity, {*one_system, *chosen}, options))

    def holds(systems: Any) -> Any:
        """True on the small side of the edge: within the limit, or the demand not yet met."""
        trial = {**values, pool + SIZE: systems * per_system}
        reached = run((quantity,), trial, options, scope) if searched else wiring.evaluate((quantity,), trial, options)
        got = reached[quantity]
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
