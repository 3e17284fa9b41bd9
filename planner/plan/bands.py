"""What is uncertain, and the band of each figure of a plan; size and strategy stay as chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner import glossary, sampling
from planner.catalog.entries import Fact
from planner.errors import one
from planner.model import compiled
from planner.scenario.scenario import Resolved

SAMPLES = 256
PERCENTILES = (10, 90)


def bands(
    wanted: Iterable[str], given: Mapping[str, Any], resolved: Resolved, samples: int = SAMPLES, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """P10 and P90 of each wanted quantity that depends on an uncertain input."""
    ranges = uncertain(resolved)
    if not ranges:
        return {}
    columns = draw(ranges, sampling.stratified(len(ranges), samples, seed), resolved)
    sampled = compiled.compiled(wanted, given, columns, resolved.options).run(columns)
    found = {}
    for name, column in sampled.items():
        if np.ndim(column) == 1 and np.all(np.isfinite(column)):
            low, high = np.percentile(column, PERCENTILES)
            found[name] = (float(low), float(high))
    return found


def uncertain(resolved: Resolved) -> dict[str, Fact]:
    """The facts that have a range."""
    return {
        name: fact
        for name, fact in resolved.facts.items()
        if fact.low is not None and fact.high is not None and fact.low < fact.high
    }


def draw(ranges: Mapping[str, Fact], uniform: Any, resolved: Resolved | None = None) -> dict[str, Any]:
    """Values of the ranges at rows of probabilities; correlated as the scenario states where it is given."""
    if resolved is not None and resolved.scenario.correlate:
        uniform = _correlated(list(ranges), uniform, resolved)
    rows = glossary.quantities()
    columns = {}
    for probability, (name, fact) in zip(uniform, ranges.items(), strict=True):
        values = sampling.quantile(fact.distribution, probability, fact.low, fact.value, fact.high)
        if rows[name].low is not None or rows[name].high is not None:
            values = np.clip(values, rows[name].low, rows[name].high)
        columns[name] = np.rint(values) if rows[name].whole else values
    return columns


def _correlated(names: list[str], uniform: Any, resolved: Resolved) -> Any:
    pairs = [
        (name, other, rank)
        for name, others in resolved.scenario.correlate.items()
        for other, rank in others.items()
        if name in names and other in names
    ]
    together = [name for name in names if any(name in pair[:2] for pair in pairs)]
    if not together:
        return uniform
    ranks = np.eye(len(together))
    for name, other, rank in pairs:
        ranks[together.index(name), together.index(other)] = ranks[together.index(other), together.index(name)] = rank
    found = np.array(uniform)
    where = [names.index(name) for name in together]
    try:
        found[where] = sampling.correlated(found[where], ranks)
    except ValueError as error:
        raise one(resolved.scenario.place, "correlate", str(error)) from None
    return found
