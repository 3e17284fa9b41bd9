"""What is uncertain, and the band of each figure of a plan; size and strategy stay as chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner import glossary, sampling
from planner.catalog.entries import Fact
from planner.errors import one
from planner.model import compiled
from planner.model.scopes import Figure, Scope, figure
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
    drawn: dict[Any, int] = {}
    for number, (each, fact) in enumerate(ranges.items()):
        # One demand is met by several pools: what is unsure of it is unsure for all of them alike.
        probability = uniform[drawn.setdefault((each.name, fact.note) if fact.origin == "demand" else each, number)]
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
    stated = {
        (drawn.index(one_figure), drawn.index(other_figure)): rank
        for name, others in whole.scenario.correlate.items()
        for other, rank in others.items()
        for one_figure, other_figure in _pairs(figure(name), figure(other), whole)
        if one_figure in drawn and other_figure in drawn
    }
    rows = sorted({row for pair in stated for row in pair})
    if not rows:
        return uniform
    ranks = np.eye(len(rows))
    for (one_row, other_row), rank in (_implied(stated, drawn) | stated).items():
        place, other_place = rows.index(one_row), rows.index(other_row)
        ranks[place, other_place] = ranks[other_place, place] = rank
    correlated = np.array(uniform)
    try:
        correlated[rows] = sampling.correlated(correlated[rows], ranks)
    except ValueError as error:
        raise one(whole.scenario.place, "correlate", str(error)) from None
    return correlated


def _pairs(one_name: Figure, other_name: Figure, whole: Resolved) -> set[tuple[Figure, Figure]]:
    """What a correlation holds between: in each pool what it has of the two, or what two pools have that are named."""
    ones, others = ([pool for pool in whole.pools if _within(pool, name.place)] for name in (one_name, other_name))
    together = [(pool, pool) for pool in ones if pool in others]
    pools = together or [(one_pool, other_pool) for one_pool in ones for other_pool in others]
    return {(one_pool.source(one_name.name), other_pool.source(other_name.name)) for one_pool, other_pool in pools}


def _within(pool: Scope, place: tuple[str, ...]) -> bool:
    """Whether a place names the pool or its site."""
    return place in (pool.place[: len(place)], pool.place[len(pool.place) - len(place) :])


def _implied(stated: Mapping[tuple[int, int], float], drawn: list[Figure]) -> dict[tuple[int, int], float]:
    """Of one quantity in two pools that both follow a third: the product of their correlations with it."""
    partners: dict[int, dict[int, float]] = {}
    for (one_row, other_row), rank in stated.items():
        partners.setdefault(one_row, {})[other_row] = rank
        partners.setdefault(other_row, {})[one_row] = rank
    return {
        (row, other): rank * other_rank
        for by_row in partners.values()
        for row, rank in by_row.items()
        for other, other_rank in by_row.items()
        if row != other and drawn[row].name == drawn[other].name and (other, row) not in stated
    }
