"""Uncertainty: inputs with ranges are sampled, and every figure gets its band."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner import model
from planner.scenario import Resolved

SAMPLES = 256
PERCENTILES = (10, 90)


def bands(
    wanted: Iterable[str], given: Mapping[str, Any], resolved: Resolved, samples: int = SAMPLES, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """P10 and P90 of each wanted quantity that depends on an uncertain input; size and strategy stay as chosen."""
    uncertain = {
        name: fact
        for name, fact in resolved.facts.items()
        if fact.low is not None and fact.high is not None and fact.low < fact.high
    }
    if not uncertain:
        return {}
    values = dict(given)
    columns = stratified(len(uncertain), samples, seed)
    for column, (name, fact) in zip(columns, uncertain.items(), strict=True):
        values[name] = triangular(column, fact.low, fact.value, fact.high)
    sampled = model.evaluate(wanted, values, resolved.options)
    found = {}
    for name in wanted:
        column = sampled.get(name)
        if column is not None and np.ndim(column) == 1 and np.all(np.isfinite(column)):
            low, high = np.percentile(column, PERCENTILES)
            found[name] = (float(low), float(high))
    return found


def stratified(inputs: int, samples: int, seed: int) -> Any:
    """A Latin hypercube: `inputs` rows of `samples` numbers in (0, 1), one in each of equal intervals."""
    random = np.random.default_rng(seed)
    within = random.random((inputs, samples))
    order = np.argsort(random.random((inputs, samples)), axis=1)
    return (order + within) / samples


def triangular(uniform: Any, low: Any, typical: Any, high: Any) -> Any:
    """Values of a triangular distribution at the given probabilities."""
    rising = low + np.sqrt(uniform * (high - low) * (typical - low))
    falling = high - np.sqrt((1 - uniform) * (high - low) * (high - typical))
    return np.where(uniform * (high - low) < typical - low, rising, falling)
