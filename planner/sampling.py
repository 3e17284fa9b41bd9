"""Random inputs: a scrambled Sobol sequence, the distributions of ranges, correlation.

Any stretch of the sequence is made without the stretches before it, so that chunks of a sweep stay independent
of each other and of the order in which they run.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

_BITS = 30
_LARGEST_DIMENSION = 21201


@functools.lru_cache(maxsize=8)
def _directions(dimensions: int, seed: int, bits: int) -> tuple[Any, Any]:
    """The first point and the `bits` direction numbers of each dimension, as integers.

    Consecutive points of the sequence differ by one direction number: x[2^j] = x[2^j - 1] xor v[j].
    """
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=True, bits=_BITS, rng=np.random.default_rng(seed))
    scale = 2.0**_BITS
    first = previous = (engine.random(1)[0] * scale).astype(np.int64)
    directions = []
    taken = 1
    for bit in range(bits):
        skipped = 2**bit - taken
        if skipped > 0:
            engine.fast_forward(skipped - 1)
            previous = (engine.random(1)[0] * scale).astype(np.int64)
        point = (engine.random(1)[0] * scale).astype(np.int64)
        directions.append(point ^ previous)
        previous = point
        taken = 2**bit + 1
    return first, np.array(directions).reshape(bits, dimensions)


def sobol(index: Any, dimensions: int, seed: int) -> Any:
    """Points of a scrambled Sobol sequence: `dimensions` rows of numbers in (0, 1), one column for each index."""
    index = np.asarray(index, dtype=np.int64)
    bits = max(1, int(index.max(initial=0)).bit_length())
    # Powers of two of the length share one table.
    first, directions = _directions(dimensions, seed, bits)
    gray = index ^ (index >> 1)
    points = np.repeat(first[:, None], len(index), axis=1)
    for bit in range(bits):
        chosen = (gray >> bit) & 1
        points ^= directions[bit][:, None] * chosen
    # The middle of each cell: never 0 or 1, where some distributions are infinite.
    return (points + 0.5) / 2.0**_BITS


# The standard normal deviate of which one value in ten lies above.
_P90 = 1.2815515655446004


def quantile(distribution: str, uniform: Any, low: Any, typical: Any, high: Any) -> Any:
    """Values of a range at the given probabilities.

    double-triangular has half of its values on either side of typical, each side a triangle that ends at low or high;
    triangular and pert end at low and high and peak at typical; lognormal has low, typical and high as its P10,
    P50 and P90, each half with a spread of its own; uniform runs from low to high.
    """
    if distribution == "double-triangular":
        return double_triangular(uniform, low, typical, high)
    if distribution == "uniform":
        return low + uniform * (high - low)
    if distribution == "pert":
        from scipy.special import betaincinv

        rising, falling = 1 + 4 * (typical - low) / (high - low), 1 + 4 * (high - typical) / (high - low)
        return low + (high - low) * betaincinv(rising, falling, uniform)
    if distribution == "lognormal":
        from scipy.special import ndtri

        deviate = ndtri(uniform) / _P90
        return typical * np.where(deviate < 0, typical / low, high / typical) ** deviate
    return triangular(uniform, low, typical, high)


def double_triangular(uniform: Any, low: Any, typical: Any, high: Any) -> Any:
    """Values at the given probabilities of a distribution whose median is `typical`, however lopsided the range."""
    rising = low + (typical - low) * np.sqrt(2 * uniform)
    falling = high - (high - typical) * np.sqrt(2 * (1 - uniform))
    return np.where(uniform < 0.5, rising, falling)


def triangular(uniform: Any, low: Any, typical: Any, high: Any) -> Any:
    """Values of a triangular distribution at the given probabilities."""
    rising = low + np.sqrt(uniform * (high - low) * (typical - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - typical))
    return np.where(uniform * (high - low) < typical - low, rising, falling)


def correlated(uniform: Any, ranks: Any) -> Any:
    """Rows of independent probabilities made to have the rank correlations `ranks`, through normal deviates.

    A rank correlation ρ takes a correlation 2·sin(π·ρ/6) of the deviates.
    """
    from scipy.special import ndtr, ndtri

    deviates = 2 * np.sin(np.pi * ranks / 6)
    np.fill_diagonal(deviates, 1.0)
    strengths, directions = np.linalg.eigh(deviates)
    if strengths.min() < -1e-9:
        raise ValueError("the correlations contradict each other")
    mixing = directions * np.sqrt(np.maximum(strengths, 0))
    return ndtr((mixing @ directions.T) @ ndtri(uniform))


def stratified(inputs: int, samples: int, seed: int) -> Any:
    """A Latin hypercube: `inputs` rows of `samples` numbers in (0, 1), one in each of equal intervals."""
    random = np.random.default_rng(seed)
    within = random.random((inputs, samples))
    order = np.argsort(random.random((inputs, samples)), axis=1)
    return (order + within) / samples
