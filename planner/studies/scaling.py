"""How training speed grows with the number of accelerators: the curve, the marginal gain and the knee."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.model import wiring
from planner.plan import sizing
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario

# Beyond the knee one more accelerator brings less than this share of what one brings at the smallest size.
KNEE = 0.8
# Accelerators of a system where the scenario chooses none.
_SYSTEM = 8
_FIGURES = (
    "step_time",
    "tokens_per_second",
    "mfu",
    "communication_share",
    "training_time",
    "memory_margin",
    "goodput",
    "time_to_train",
)


@dataclass(frozen=True)
class Point:
    """One size of the cluster."""

    accelerators: float
    figures: dict[str, float]
    # Tokens a second that last, of each accelerator added since the size before, over those of each at the smallest.
    marginal_gain: float


@dataclass(frozen=True)
class Curve:
    """Sizes in rising order, and the largest before the gain of further accelerators falls below KNEE."""

    points: list[Point]
    knee: float | None


def curve(scenario: Scenario, catalog: Catalog, sizes: list[float] | None = None, batch: str = "fixed") -> Curve:
    """The scenario at each size, or at doublings around its own, its strategy searched anew.

    The batch is fixed, or grows with the accelerators.
    """
    resolved = resolve(scenario, catalog)
    if scenario.workload != "training":
        raise one(scenario.place, "workload", f"'{scenario.workload}' has no scaling curve: it takes training")
    if scenario.pools:
        raise one(scenario.place, "pool", "a scaling curve is of one cluster: it takes a scenario without pools")
    given, _ = sizing.with_size_and_strategies(resolved)
    base = float(given[sizing.SIZE])
    sequences = float(wiring.evaluate(["global_batch"], resolved).get("global_batch", np.nan))
    if not np.isfinite(sequences):
        raise one(scenario.place, "set", "the scenario gives neither global_batch nor batch_tokens and sequence_length")
    sizes_tried: list[tuple[float, dict[str, float]]] = []
    for size in sorted(set(sizes or sizes_around(base, float(given.get(sizing.UNIT_OF_SIZE, _SYSTEM))))):
        grown = max(1.0, np.rint(sequences * size / base)) if batch == "per-accelerator" else sequences
        trial = resolved.giving({sizing.SIZE: size, "global_batch": grown})
        evaluated = sizing.run(_FIGURES, trial)
        if "tokens_per_second" not in evaluated:
            lacking = wiring.route(("tokens_per_second",), trial).missing
            names = ", ".join(lacking.get("tokens_per_second", ("inputs",)))
            raise one(scenario.place, "set", f"tokens_per_second lacks {names}")
        sizes_tried.append((size, {name: float(evaluated[name]) for name in _FIGURES if name in evaluated}))
    return _curve(sizes_tried)


def _curve(sizes_tried: list[tuple[float, dict[str, float]]]) -> Curve:
    points: list[Point] = []
    knee: float | None = None
    # More accelerators fail more often: where it is known, what failures undo is no speed.
    speed = [figures["tokens_per_second"] * figures.get("goodput", 1.0) for _, figures in sizes_tried]
    first = speed[0] / sizes_tried[0][0]
    for place, (size, figures) in enumerate(sizes_tried):
        gain = 1.0
        if place:
            gain = (speed[place] - speed[place - 1]) / (size - sizes_tried[place - 1][0]) / first
        points.append(Point(size, figures, gain))
    for before_point, point in itertools.pairwise(points):
        if point.marginal_gain < KNEE:
            knee = before_point.accelerators
            break
    return Curve(points, knee)


def sizes_around(accelerators: float, system: float, steps: int = 9) -> list[float]:
    """Doublings from a sixteenth to sixteen times the size, in whole systems."""
    half = steps // 2
    return sorted({max(1.0, np.rint(accelerators * 2.0**power / system)) * system for power in range(-half, half + 1)})
