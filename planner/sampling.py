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
