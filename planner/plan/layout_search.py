"""A search for each of many scenarios: the distinct ones are searched once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

# What is given and chosen, in an order that makes it a key.
Chosen = Callable[[tuple[tuple[str, float], ...], tuple[tuple[str, str], ...]], dict[str, float]]


def of_each(
    chosen: Chosen, relevant: Mapping[str, Any], options: Mapping[str, str], wanted: Iterable[str]
) -> dict[str, Any]:
    """What `chosen` finds for every scenario, as arrays in the shape of the given ones."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in relevant.values()))
    names = sorted(relevant)
    table = np.stack([np.broadcast_to(relevant[name], shape).ravel() for name in names], axis=1).astype(float)
    distinct, place = np.unique(table, axis=0, return_inverse=True)
    rows = [chosen(tuple(zip(names, row.tolist(), strict=True)), tuple(sorted(options.items()))) for row in distinct]
    return {name: np.array([row[name] for row in rows])[place.ravel()].reshape(shape) for name in wanted}
