"""How a quantity combines over the pools of a scenario."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from planner.equations.facility.phases import in_service


def _sum_over_pools(*parts: Any) -> Any:
    """Sum over the pools.

    Σ over pools
    """
    return functools.reduce(operator.add, parts)


def _weighted_sum_over_pools(*parts: Any) -> Any:
    """Sum over the pools, each weighted.

    Σ w · x over pools
    """
    values, weights = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    return functools.reduce(operator.add, (w * x for x, w in zip(values, weights, strict=True)))


def _largest_of_pools(*parts: Any) -> Any:
    """The largest of the pools.

    max over pools
    """
    return functools.reduce(np.maximum, parts)


def _smallest_of_pools(*parts: Any) -> Any:
    """The smallest of the pools.

    min over pools
    """
    return functools.reduce(np.minimum, parts)


def _peak_over_pools(*parts: Any) -> Any:
    """The most that the pools have in service together.

    max over the pools' starts of Σ x · s(t)

    What is in service only grows while no pool ends, so the most falls on the end of some pool's start and ramp.
    """
    count = len(parts) // (1 + len(IN_SERVICE))
    values, *when = (parts[i * count : (i + 1) * count] for i in range(1 + len(IN_SERVICE)))
    # The ends of starts and ramps along a new first axis, all at once; the axes of the values follow.
    shape = np.broadcast_shapes(*map(np.shape, parts))
    times = np.stack([np.broadcast_to(start + ramp, shape) for start, ramp in zip(when[0], when[1], strict=True)])
    shares = [in_service(times, *pool) for pool in zip(*when, strict=True)]
    return np.max(functools.reduce(operator.add, (x * share for x, share in zip(values, shares, strict=True))), axis=0)


def _mean_over_pools(*parts: Any) -> Any:
    """Weighted mean over the pools.

    x_1 + Σ w · (x − x_1) / Σ w

    Written as a difference from the first pool, so that equal values give exactly that value.
    """
    values, weights = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    total = functools.reduce(operator.add, weights)
    apart = functools.reduce(operator.add, (w * (x - values[0]) for x, w in zip(values, weights, strict=True)))
    return values[0] + apart / np.where(total == 0, 1, total)


# How a quantity combines over pools, as the glossary's `combine` says it; "mean" and "weigh" are followed by a weight.
COMBINATIONS = {
    "sum": _sum_over_pools,
    "peak": _peak_over_pools,
    "weigh": _weighted_sum_over_pools,
    "max": _largest_of_pools,
    "min": _smallest_of_pools,
    "mean": _mean_over_pools,
}
# The rule for what a single part has, and the one that depends on when parts are in service; what that depends on:
# the inputs of the share in service beside the time.
ONE_PART, PEAK = "sum", "peak"
IN_SERVICE = ("start_delay", "ramp_time", "analysis_period")
