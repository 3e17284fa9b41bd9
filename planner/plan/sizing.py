"""From given values to results: size the cluster, choose the parallel strategy, evaluate the equations.

One scenario (floats) and many (arrays, scenario axis last) take the same path.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from planner import glossary
from planner.errors import one
from planner.model import wiring
from planner.model.scopes import Figure, Scope, Shape, of_shape, scope_of, written
from planner.plan import layout_search
from planner.plan.serving_layout import SERVING
from planner.plan.training_layout import TRAINING
from planner.scenario.scenario import Resolved

SIZE = "accelerators"
PERIOD = "analysis_period"
_LEFT = "what is left after the start"
UNIT_OF_SIZE = "system_accelerators"
# Workload -> how its layouts are searched.
_LAYOUTS = {"training": TRAINING, "inference": SERVING}
_MOST_SYSTEMS = 2**24

S = TypeVar("S", bound=Scope)


def asked(workload: str) -> list[str]:
    """Every quantity with an equation that this workload asks for, room by room."""
    rows, computed = glossary.quantities(), wiring.alternatives()
    names = [name for room in glossary.rooms().values() for name in room]
    return [name for name in names if name in computed and rows[name].workload in (None, workload)]


def wanted(whole: Scope) -> list[Figure]:
    """Every figure that a scenario asks for: of the whole first, then of each site and pool."""
    return list(_wanted(whole.shape(())))


@functools.lru_cache(maxsize=64)
def _wanted(shape: Shape) -> tuple[Figure, ...]:
    rows = glossary.quantities()
    figures: dict[Figure, None] = {}
    for scope in sorted(of_shape(shape).walk(), key=lambda scope: len(scope.place)):
        place, pools = scope.place, scope.pools
        if scope.parts:
            figures[Figure(place, SIZE)] = None
        nowhere = wiring.elsewhere(scope)
        for workload in dict.fromkeys(pool.options["workload"] for pool in pools):
            for name in asked(workload):
                if name not in nowhere and (len(pools) == 1 or rows[name].combine != "none"):
                    figures[Figure(place, name)] = None
    return tuple(figures)


def targets(scope: Scope) -> dict[str, dict[str, str]]:
    """What the scenario says of a scope that can size it, with what it is sized by."""
    rows = glossary.quantities()
    return {name: sizes for name in scope.given if name in scope.said and (sizes := rows[name].sizes)}


def with_size_and_strategies(resolved: Resolved) -> tuple[Resolved, dict[Figure, Any]]:
    """The scenario with the size and strategies found that it leaves open, and what each sizing target would give."""
    decided, by_target = sized(with_periods(resolved), resolved.scenario.place)
    return with_strategies(decided), by_target


def with_periods(resolved: Resolved) -> Resolved:
    """The scenario where pools that start later have what is left of the analysis period then."""
    if not any(scope.ends_with_others for scope in resolved.walk()):
        return resolved
    delayed = resolved.copied()
    shortest = glossary.quantities()[PERIOD].low or 0.0
    for scope in delayed.walk():
        if scope.ends_with_others and PERIOD in scope.given:
            period, delay = scope.given[PERIOD], scope["start_delay"]
            fact = scope.facts[PERIOD]
            low, high = (None if end is None else np.maximum(end - delay, shortest) for end in (fact.low, fact.high))
            left = replace(fact, value=np.maximum(period - delay, shortest), low=low, high=high, note=_LEFT)
            scope.know(PERIOD, left)
        scope.ends_with_others = False
    return delayed


def run(
    wanted: Iterable[str | Figure], given: Scope | Mapping[str, Any], options: Mapping[str, str] | None = None
) -> Scope:
    """The scope with the strategies chosen that it leaves open, and every step that leads to what is wanted."""
    return wiring.evaluate(wanted, with_strategies(scope_of(given, options)))


def with_strategies(scope: S) -> S:
    """The scope with the parallel strategies that its pools leave open; a pool without a size waits for one."""
    decided = scope.copied()
    for pool in decided.pools:
        description = _LAYOUTS.get(pool.options.get("workload", ""))
        if description is not None and SIZE in pool:
            alone = pool.alone()
            pool.given |= layout_search.chosen(description, alone.given, alone.options)
    return decided


def sized(whole: S, place: str = "scenario") -> tuple[S, dict[Figure, Any]]:
    """The scenario with the size of every pool that has none, and what each target alone would give.

    The targets that a pool states size it; without one of its own, it takes what those of its site or of the whole
    leave, provided that it alone has no size.  InputError where a pool cannot be sized.
    """
    decided = whole.copied()
    by_target: dict[Figure, Any] = {}
    unsized = [pool for pool in decided.pools if SIZE not in pool.given]
    for pool in sorted(unsized, key=lambda pool: not targets(pool)):
        scope, sizing = pool, targets(pool)
        while not sizing and scope.within is not None:
            scope = scope.within
            alone = [each for each in scope.pools if SIZE not in each.given] == [pool]
            sizing = targets(scope) if alone else {}
        _check_sizing(pool, scope, sizing, place)
        accelerators, allowed = size(pool, [Figure(scope.place, name) for name in sizing])
        if np.ndim(accelerators) == 0 and not accelerators >= 1:
            raise one(place, written((*pool.place, "set")), f"no whole system meets {_texts(scope, sizing)}")
        pool.given[SIZE] = accelerators
        by_target |= allowed
    return decided, by_target


def _check_sizing(pool: Scope, scope: Scope, sizing: Mapping[str, dict[str, str]], place: str) -> None:
    """InputError where a pool cannot be sized by the targets of a scope, with what it lacks."""
    if not sizing or UNIT_OF_SIZE not in pool:
        ways = sorted(name for name, row in glossary.quantities().items() if row.sizes)
        what = "it" if pool.place else "the scenario"
        message = f"{what} has no size: set accelerators, or one of {', '.join(ways)}"
        if sizing:
            message = f"{_texts(scope, sizing)} is met by whole systems: choose a system"
        elif UNIT_OF_SIZE not in pool:
            message += "; and choose a system"
        raise one(place, written((*pool.place, "set")), message)
    trial = scope.copied()
    for each in trial.whole.pools:
        each.given.setdefault(SIZE, pool[UNIT_OF_SIZE])
    # With a size the search finds the strategy that the scenario leaves open.
    trial = with_strategies(trial.whole).at(scope.place)
    for name, rule in sizing.items():
        figure = Figure(scope.place, rule["quantity"])
        lacking = wiring.route((figure,), trial).missing
        row, workload = glossary.quantities()[rule["quantity"]], pool.options["workload"]
        if lacking and row.workload not in (None, workload):
            message = f"sizes a cluster for {row.workload}: the workload is {workload}"
            raise one(place, f"set.{_texts(scope, [name])}", message)
        if lacking:
            message = f"cannot size the cluster: {rule['quantity']} lacks {', '.join(lacking[str(figure)])}"
            raise one(place, f"set.{_texts(scope, [name])}", message)


def _texts(scope: Scope, names: Iterable[str]) -> str:
    return ", ".join(str(Figure(scope.place, name)) for name in names)


def size(pool: Scope, sizing: Iterable[Figure]) -> tuple[Any, dict[Figure, Any]]:
    """Accelerators of a pool that meet the targets, in whole systems, and what each target alone would give.

    Demands (users, a deadline) ask for the smallest cluster that meets them all; limits (megawatts, a budget)
    for the largest that keeps within all.  With both, demands set the size and the limits become checks.
    A pool can be sized by what is left of the whole's limit as well as by a target of its own.
    """
    rows = glossary.quantities()
    by_target = {target: whole_systems(pool, target) for target in sizing}
    demands = [by_target[t] for t in by_target if rows[t.name].sizes["want"] == "smallest"]  # type: ignore[index]
    systems = np.maximum.reduce(demands) if demands else np.minimum.reduce(list(by_target.values()))
    per_system = pool[UNIT_OF_SIZE]
    return systems * per_system, {target: count * per_system for target, count in by_target.items()}


def whole_systems(pool: Scope, target: Figure) -> Any:
    """The number of systems at which a target is just met; 0 where one is already too many, NaN where none suffice."""
    rule = glossary.quantities()[target.name].sizes or {}
    scope, quantity, largest = pool.whole.at(target.place), rule["quantity"], rule["want"] == "largest"
    bound = np.asarray(scope.given[target.name], dtype=float)
    below = np.zeros(bound.shape)
    above = np.full(bound.shape, float(_MOST_SYSTEMS))

    def of_size(systems: Any) -> Scope:
        """The scope of the target with so many systems in the pool."""
        trial = scope.copied()
        trial.whole.at(pool.place).given[SIZE] = systems * pool[UNIT_OF_SIZE]
        return trial

    one_system = of_size(1)
    # What a cluster costs and draws holds whatever the strategy: then none is searched for at each trial.
    needs = wiring.inputs_of(quantity, with_strategies(one_system))
    searched = any(need.name not in one_system.whole.at(need.place).given for need in needs)

    def holds(systems: Any) -> Any:
        """True on the small side of the edge: within the limit, or the demand not yet met."""
        trial = of_size(systems)
        got = wiring.evaluate((quantity,), with_strategies(trial) if searched else trial)[quantity]
        met = got <= bound if rule["at"] == "most" else got >= bound
        return met if largest else ~np.asarray(met, dtype=bool)

    while np.any(above - below > 1):
        # Doubling from below first: whole programmes need few systems compared with the bound of the search.
        middle = np.where(above == _MOST_SYSTEMS, np.minimum(2 * below + 1, above - 1), np.floor((below + above) / 2))
        middle = np.maximum(middle, 1)
        small = holds(middle)
        below = np.where(small & (above - below > 1), np.maximum(middle, below), below)
        above = np.where(~np.asarray(small, dtype=bool) & (middle > below), middle, above)
    count = below if largest else np.where(above == _MOST_SYSTEMS, np.nan, above)
    return float(count) if count.shape == () else count
