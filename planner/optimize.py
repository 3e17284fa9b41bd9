"""The best choices: every combination tried, continuous quantities refined, constraints priced.

Choices and lists are enumerated exactly.  Ranges without steps are sampled with every combination, and the best
points are refined by drawing around them in ever smaller boxes.  Several objectives give the Pareto front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import axes, conditions, dating, engine, glossary, sampling, sweep, units, workers
from planner.axes import SampledAxis
from planner.catalog import Catalog
from planner.conditions import Condition
from planner.plan import shown
from planner.problems import InputError, Problem, unknown
from planner.scenario import Scenario
from planner.table import Table

if TYPE_CHECKING:
    import pandas as pd

# Samples of the ranges with each combination of choices.
SAMPLES = 1024
_ROUNDS = 24
_SHRINK = 0.7
# Points refined together, and draws around each.
_MOST_REFINED = 64
_DRAWS = 64
_MOST_FRONT = 2000
_SHOWN = 50


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
        found: Any = self.others
        for role, available in self.entries.items():
            found = found & available[columns[role]]
        return np.where(found, 1.0, -1.0)

    def scale(self, columns: Mapping[str, Any]) -> float:
        """Missing a part misses the constraint by its whole."""
        return 1.0


Limit = Condition | Available


@dataclass
class Optimum:
    """The best scenarios, and what each constraint costs."""

    task: engine.Task
    objectives: tuple[Objective, ...]
    constraints: tuple[Limit, ...]
    # Columns in base units, one row for each best scenario: one, or the Pareto front.
    best: dict[str, Any]
    tried: int
    feasible: int
    # Constraint -> objective -> (best with all constraints, best without this one); NaN where there is none.
    costs: dict[str, dict[str, tuple[float, float]]]
    # Where nothing meets all constraints: the scenario that misses them by least, and the constraints it misses.
    nearest: dict[str, Any] | None = None
    missed: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """The best scenarios as a table in display units."""
        return sweep.to_frame(self.task, self.best)


def optimize(
    scenario: Scenario,
    choose: Mapping[str, Any],
    minimize: Sequence[str] = (),
    maximize: Sequence[str] = (),
    so_that: Sequence[str] = (),
    catalog: Catalog | None = None,
    checks: bool = True,
    watch: Sequence[str] = (),
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Optimum:
    """The combinations of `choose` that make the objectives best and meet every condition and check."""
    catalog = catalog or Catalog()
    rows = glossary.quantities()
    problems = [
        Problem("optimize", name, unknown("quantity", name, rows))
        for name in (*minimize, *maximize)
        if name not in rows
    ]
    if not minimize and not maximize:
        problems.append(Problem("optimize", "", "nothing to optimise: name a quantity to minimize or maximize"))
    constraints: list[Condition] = []
    for text in so_that:
        try:
            constraints.append(conditions.parse(text))
        except InputError as error:
            problems.extend(error.problems)
    problems += [
        Problem("--so-that", c.text, "is met at single points only: use planner solve")
        for c in constraints
        if c.sign == "="
    ]
    if problems:
        raise InputError(problems)
    ranged = any(isinstance(value, str) and axes.is_range(value) for value in choose.values())
    varied = axes.parse(choose, catalog, SAMPLES if ranged else 0)
    objectives = (*(Objective(name) for name in minimize), *(Objective(name, True) for name in maximize))
    margins = [name for name, row in rows.items() if row.check] if checks else []
    passed = [Condition(name, ">=", 0.0, None, f"check {name.removesuffix('_margin')}") for name in margins]
    names = [o.name for o in objectives] + [need for limit in (*constraints, *passed) for need in limit.needs]
    task = engine.task(scenario, catalog, varied, list(dict.fromkeys([*names, *watch])), seed)
    limits: tuple[Limit, ...] = (*constraints, *passed)
    if checks:
        limits += (_available(task),)
    search = _Search(task, objectives, limits, len(constraints))
    done = 0
    for number, columns in workers.finished(task, range(task.chunks), jobs):
        search.add(columns)
        done += task.length(number)
        if progress is not None:
            progress(done)
    search.refine()
    return search.optimum(
        list(dict.fromkeys([o.name for o in objectives] + [c.name for c in constraints] + list(watch)))
    )


def _available(task: engine.Task) -> Available:
    """Which of the varied entries can be ordered, each tried alone."""
    first = {name: texts[0] for name, texts in task.texts.items()}
    entries: dict[str, Any] = {}
    brought: set[str] = set()
    for role, names in task.texts.items():
        kind = glossary.roles().get(role.rpartition("/")[2])
        if kind is None:
            continue
        scope = role[: role.rfind("/") + 1]
        # What an entry brings along counts with it, unless it is varied itself.
        brings = {scope + target for target in glossary.kinds()[kind].references.values()}
        own = {role, *(brings - task.texts.keys())}
        brought |= own
        late = [dating.unavailable(task.resolved({**first, role: name})) for name in names]
        entries[role] = np.array([own.isdisjoint(each) for each in late])
    return Available(entries, not set(dating.unavailable(task.resolved(first))) - brought)


class _Search:
    """Keeps the best rows of all chunks: for the whole problem, and with each constraint left out."""

    def __init__(
        self,
        task: engine.Task,
        objectives: tuple[Objective, ...],
        limits: tuple[Limit, ...],
        stated: int,
    ):
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
        if not admitted.any():
            return
        rows = np.flatnonzero(admitted & np.all([np.isfinite(columns[o.name]) for o in self.objectives], axis=0))
        known = self.fronts.get(left_out)
        joined = {
            name: np.concatenate([known[name], column[rows]]) if known else column[rows]
            for name, column in columns.items()
        }
        scores = np.array([o.score(joined[o.name]) for o in self.objectives])
        best = not_beaten(scores)[:_MOST_FRONT]
        self.fronts[left_out] = {name: column[best] for name, column in joined.items()}

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

    def optimum(self, shown_names: list[str]) -> Optimum:
        """What was found."""
        columns = [*self.task.texts, *self.task.numbers, *shown_names]
        first = self.objectives[0]

        def ordered(front: dict[str, Any] | None) -> dict[str, Any]:
            if front is None:
                return {name: np.array([]) for name in columns}
            order = np.argsort(first.score(front[first.name]), kind="stable")
            order = order if len(self.objectives) > 1 else order[:1]
            return {name: front[name][order] for name in dict.fromkeys(columns)}

        best = ordered(self.fronts.get(None))
        costs: dict[str, dict[str, tuple[float, float]]] = {}
        for number, limit in enumerate(self.limits):
            without = self.fronts.get(number)
            row = {o.name: (_best(o, self.fronts.get(None)), _best(o, without)) for o in self.objectives}
            if any(
                with_all != alone and not (np.isnan(with_all) and np.isnan(alone)) for with_all, alone in row.values()
            ):
                costs[limit.text] = row
        nearest: dict[str, Any] | None = None
        missed: tuple[str, ...] = ()
        if not self.feasible and self.nearest is not None:
            met, _ = self._met(self.nearest)
            missed = tuple(limit.text for limit, ok in zip(self.limits, met[:, 0], strict=False) if not ok)
            nearest = ordered(self.nearest)
        return Optimum(self.task, self.objectives, self.limits, best, self.tried, self.feasible, costs, nearest, missed)


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


def text(found: Optimum) -> str:
    """The best scenarios, and what the constraints cost."""
    objectives = " and ".join(o.text for o in found.objectives)
    head = f"{found.tried:,} scenarios tried for {objectives}; {found.feasible:,} meet every constraint"
    if found.nearest is not None:
        missed = ", ".join(f"'{text}'" for text in found.missed)
        table = _table(found, found.nearest)
        return f"{head}\n\nThe nearest misses {missed}:\n{table.text()}{_costs(found)}"
    title = "" if len(found.objectives) == 1 else "Pareto front: in no row can one objective improve without another\n"
    return f"{head}\n\n{title}{_table(found, found.best).text()}{_costs(found)}"


def _table(found: Optimum, columns: Mapping[str, Any]) -> Table:
    frame = sweep.to_frame(found.task, columns)
    rows = [
        [units.number_text(v) if isinstance(v, float) else str(v) for v in row]
        for row in frame.head(_SHOWN).itertuples(index=False)
    ]
    right = frozenset(i for i, heading in enumerate(frame.columns) if heading in frame.attrs["units"])
    return Table(list(frame.columns), rows, right)


def _costs(found: Optimum) -> str:
    rows = []
    for constraint, by_objective in found.costs.items():
        for name, (with_all, without) in by_objective.items():
            if with_all == without:
                continue
            now = "none" if np.isnan(with_all) else shown(name, with_all)
            alone = "none" if np.isnan(without) else shown(name, without)
            change = f"{without / with_all - 1:+.2%}" if with_all and np.isfinite([with_all, without]).all() else ""
            rows.append([constraint, name, now, alone, change])
    if not rows:
        return ""
    table = Table(["constraint", "objective", "best with it", "best without it", "change"], rows, frozenset({2, 3, 4}))
    return f"\n\nWhat each constraint costs\n{table.text()}"


def to_json(found: Optimum) -> dict[str, Any]:
    """The optimum in display units."""
    rows = glossary.quantities()

    def number(name: str, value: float) -> float | None:
        return float(units.convert(value, rows[name].show)) if np.isfinite(value) else None

    def records(columns: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        if columns is None:
            return []
        frame = sweep.to_frame(found.task, columns)
        names = [frame.attrs["quantities"].get(heading, heading) for heading in frame.columns]
        return [
            {n: None if isinstance(v, float) and not np.isfinite(v) else v for n, v in zip(names, row, strict=True)}
            for row in frame.itertuples(index=False, name=None)
        ]

    return {
        "objectives": [{"name": o.name, "sense": "max" if o.largest else "min"} for o in found.objectives],
        "tried": found.tried,
        "feasible": found.feasible,
        "best": records(found.best),
        "units": sweep.to_frame(found.task, found.best).attrs["units"],
        "nearest": records(found.nearest),
        "missed": list(found.missed),
        "costs": {
            text: {
                n: {"with": number(n, a), "without": number(n, b), "unit": rows[n].show} for n, (a, b) in row.items()
            }
            for text, row in found.costs.items()
        },
    }
