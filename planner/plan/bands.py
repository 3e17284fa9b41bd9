"""What is uncertain, and the band of each figure of a plan; size and strategy stay as chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner import glossary, sampling
from planner.catalog.entries import Fact
from planner.errors import one
from planner.model import compiled
from planner.model.scopes import Figure, figure
from planner.scenario.scenario import Resolved

SAMPLES = 256
PERCENTILES = (10, 90)


def spread(
    wanted: Iterable[Figure], whole: Resolved, samples: int = SAMPLES, seed: int = 0
) -> dict[Figure, tuple[float, float]]:
    """P10 and P90 of each wanted figure that depends on an uncertain input."""
    ranges = uncertain(whole)
    if not ranges:
        return {}
    columns = draw(ranges, sampling.stratified(len(ranges), samples, seed), whole)
    sampled = compiled.compiled(wanted, whole, columns).run(columns)
    bands = {}
    for each, column in sampled.items():
        if np.ndim(column) == 1 and np.all(np.isfinite(column)):
            low, high = np.percentile(column, PERCENTILES)
            bands[each] = (float(low), float(high))
    return bands


def uncertain(whole: Resolved) -> dict[Figure, Fact]:
    """The facts that have a range."""
    return {
        each: fact
        for each, fact in whole.all_facts().items()
        if fact.low is not None and fact.high is not None and fact.low < fact.high
    }


def draw(ranges: Mapping[Figure, Fact], uniform: Any, whole: Resolved | None = None) -> dict[Figure, Any]:
    """Values of the ranges at rows of probabilities; correlated as the scenario states where it is given."""
    if whole is not None and whole.scenario.correlate:
        uniform = _correlated(list(ranges), uniform, whole)
    rows = glossary.quantities()
    columns = {}
    for probability, (each, fact) in zip(uniform, ranges.items(), strict=True):
        row = rows[each.name]
        values = sampling.quantile(fact.distribution, probability, fact.low, fact.value, fact.high)
        if row.low is not None or row.high is not None:
            values = np.clip(values, row.low, row.high)
        columns[each] = np.rint(values) if row.whole else values
    return columns


def check_correlations(whole: Resolved) -> None:
    """InputError where the correlations that the scenario states contradict each other."""
    if whole.scenario.correlate:
        ranges = uncertain(whole)
        draw(ranges, sampling.stratified(len(ranges), 1, 0), whole)


def _correlated(drawn: list[Figure], uniform: Any, whole: Resolved) -> Any:
    pairs = [
        (drawn.index(figure(name)), drawn.index(figure(other)), rank)
        for name, others in whole.scenario.correlate.items()
        for other, rank in others.items()
        if figure(name) in drawn and figure(other) in drawn
    ]
    rows = sorted({row for *pair, _ in pairs for row in pair})
    if not rows:
        return uniform
    ranks = np.eye(len(rows))
    for one_row, other_row, rank in pairs:
        place, other_place = rows.index(one_row), rows.index(other_row)
        ranks[place, other_place] = ranks[other_place, place] = rank
    correlated = np.array(uniform)
    try:
        correlated[rows] = sampling.correlated(correlated[rows], ranks)
    except ValueError as error:
        raise one(whole.scenario.place, "correlate", str(error)) from None
    return correlated
