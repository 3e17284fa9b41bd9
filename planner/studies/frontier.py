"""The best rows of many, chunk by chunk: what constraints admit, what nothing beats, what each constraint costs.

Several objectives give the Pareto front.  With each constraint left out in turn, the same rows say what it costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, sampling
from planner.glossary.conditions import Condition
from planner.studies.sweep import engine
from planner.studies.sweep.axes import SampledAxis

_ROUNDS = 24
_SHRINK = 0.7
# Points refined together, and draws around each.
_MOST_REFINED = 64
_DRAWS = 64
_MOST_FRONT = 2000


@dataclass(frozen=True)
class Objective:
    """A quantity to make small, or large."""

    name: str
    largest: bool = False

    def score(self, values: Any) -> Any:
        """What is made small; a figure that cannot be computed is worst."""
        return np.nan_to_num(-values if self.largest else values, nan=np.inf)

    @property
    def text(self) -> str:
        return f"{'largest' if self.largest else 'smallest'} {self.name}"


@dataclass(frozen=True)
class Available:
    """The check that every part can be ordered, as a constraint on what is chosen."""

    # Role -> for each of its entries, whether it (or what it brings along) can be ordered.
    entries: dict[str, Any]
    # Whether the parts that do not vary can be.
    others: bool
    text: str = "check parts_available"
    needs: tuple[str, ...] = ()

    def margin(self, columns: Mapping[str, Any]) -> Any:
        """1 where every part can be ordered, -1 where one cannot."""
        orderable: Any = self.others
        for role, available in self.entries.items():
            orderable = orderable & available[columns[role]]
        return np.where(orderable, 1.0, -1.0)

    def scale(self, columns: Mapping[str, Any]) -> float:
        """Missing a part misses the constraint by its whole."""
        return 1.0


Limit = Condition | Available


class Frontier:
    """Keeps the best rows of all chunks: for the whole problem, and with each constraint left out."""

    def __init__(self, task: engine.Task, objectives: tuple[Objective, ...], limits: tuple[Limit, ...], stated: int):
        self.task = task
        self.objectives = objectives
        self.limits = limits
        # The first `stated` limits were asked for; checks that lack an input do not constrain.
        self.stated = stated
        self.tried = self.feasible = 0
        # Left-out constraint (None: none) -> rows that no other row beats in every objective.
        self.fronts: dict[int | None, dict[str, Any]] = {}
        self.nearest: dict[str, Any] | None = None
        self.least = np.inf

    def add(self, columns: Mapping[str, Any]) -> None:
        """Take in the rows of one chunk."""
        met, missed = self._met(columns)
        count = met.shape[1]
        self.tried += count
        everything = met.all(axis=0)
        self.feasible += int(everything.sum())
        failures = met.shape[0] - met.sum(axis=0)
        self._keep(None, columns, everything)
        for number in range(len(self.limits)):
            # Left out, it admits the rows that fail it alone.
            self._keep(number, columns, everything | ((failures == 1) & ~met[number]))
        if not self.feasible:
            closest = int(np.argmin(missed))
            if missed[closest] < self.least:
                self.least = float(missed[closest])
                self.nearest = {name: column[[closest]] for name, column in columns.items()}

    def _met(self, columns: Mapping[str, Any]) -> tuple[Any, Any]:
        """Which limits each row meets, and by which share of the limits it misses them in all."""
        count = len(next(iter(columns.values())))
        computable = np.all([np.isfinite(columns[o.name]) for o in self.objectives], axis=0)
        met = np.ones((max(len(self.limits), 1), count), dtype=bool)
        missed = np.where(computable, 0.0, np.inf)
        for number, limit in enumerate(self.limits):
            margin = np.broadcast_to(limit.margin(columns), (count,))
            absent = np.isnan(margin)
            met[number] = np.where(absent, number >= self.stated, margin >= 0)
            scale = limit.scale(columns) + 1e-300
            missed = missed + np.where(absent, 0.0, np.maximum(-margin, 0) / scale)
        met[0] &= computable
        return met, np.nan_to_num(missed, nan=np.inf)

    def _keep(self, left_out: int | None, columns: Mapping[str, Any], admitted: Any) -> None:
        rows = np.flatnonzero(admitted & np.all([np.isfinite(columns[o.name]) for o in self.objectives], axis=0))
        # First among the new rows by their scores alone: few remain to be compared with what is known.
        rows = rows[not_beaten(self._scores(columns, rows))]
        if not len(rows):
            return
        known = self.fronts.get(left_out)
        new = {name: column[rows] for name, column in columns.items()}
        joined = {name: np.concatenate([known[name], column]) for name, column in new.items()} if known else new
        best = not_beaten(self._scores(joined, slice(None)))[:_MOST_FRONT]
        self.fronts[left_out] = {name: column[best] for name, column in joined.items()}

    def _scores(self, columns: Mapping[str, Any], rows: Any) -> Any:
        return np.array([objective.score(columns[objective.name][rows]) for objective in self.objectives])

    def refine(self) -> None:
        """Draw around the best rows in ever smaller boxes, where ranges leave room between samples."""
        sampled = [axis for axis in self.task.axes if isinstance(axis, SampledAxis)]
        if not sampled:
            return
        ranges = sampled[0].ranges
        radius = 0.5
        for turn in range(_ROUNDS):
            radius *= _SHRINK
            centres = list(self.fronts.values()) or ([self.nearest] if self.nearest else [])
            for front in centres:
                count = min(len(next(iter(front.values()))), _MOST_REFINED)
                picked = np.unique(np.linspace(0, len(next(iter(front.values()))) - 1, count).astype(int))
                self._draw_around({name: column[picked] for name, column in front.items()}, ranges, radius, turn)

    def _draw_around(
        self, centres: dict[str, Any], ranges: Mapping[str, tuple[float, float]], radius: float, turn: int
    ):
        count = len(next(iter(centres.values())))
        drawn = sampling.sobol(np.arange(count * _DRAWS), len(ranges), self.task.seed + turn + 1)
        columns = {name: np.repeat(column, _DRAWS) for name, column in centres.items() if name in self._varied()}
        for share, (name, (low, high)) in zip(drawn, ranges.items(), strict=True):
            width = (high - low) * radius
            values = np.clip(columns[name] + width * (2 * share - 1), low, high)
            columns[name] = np.rint(values) if glossary.quantities()[name].whole else values
        self.add(columns | engine.evaluated(self.task, columns))

    def _varied(self) -> set[str]:
        return {*self.task.texts, *self.task.numbers}

    def best(self) -> dict[str, Any]:
        """The best rows by the first objective; none where nothing meets every constraint."""
        front = self.fronts.get(None)
        if front is None:
            return {name: np.array([], dtype=int) for name in (*self._varied(), *self.task.watch)}
        order = np.argsort(self.objectives[0].score(front[self.objectives[0].name]), kind="stable")
        return {name: column[order] for name, column in front.items()}

    def costs(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Constraint -> objective -> its best with all constraints and without this one, where they differ."""
        costs = {}
        for number, limit in enumerate(self.limits):
            row = {
                objective.name: (_best(objective, self.fronts.get(None)), _best(objective, self.fronts.get(number)))
                for objective in self.objectives
            }
            if not all(np.array_equal(with_all, without, equal_nan=True) for with_all, without in row.values()):
                costs[limit.text] = row
        return costs

    def missed(self) -> tuple[str, ...]:
        """The constraints that the nearest row misses."""
        if self.nearest is None:
            return ()
        met, _ = self._met(self.nearest)
        return tuple(limit.text for number, limit in enumerate(self.limits) if not met[number, 0])


def _best(objective: Objective, front: dict[str, Any] | None) -> float:
    if front is None:
        return np.nan
    values = front[objective.name]
    return float(values[np.argmin(objective.score(values))])


def not_beaten(scores: Any) -> Any:
    """Positions of the columns that no other column is better than or equal to in every row and better in one.

    Of equal columns the first stays.
    """
    order = np.lexsort(scores[::-1])
    ranked = scores[:, order]
    if len(scores) == 1:
        return order[:1]
    if len(scores) == 2:
        before = np.concatenate([[np.inf], np.minimum.accumulate(ranked[1])[:-1]])
        return order[ranked[1] < before]
    kept: list[int] = []
    for column in range(ranked.shape[1]):
        if not kept or not np.any(np.all(ranked[:, kept] <= ranked[:, [column]], axis=0)):
            kept.append(column)
    return order[kept]
