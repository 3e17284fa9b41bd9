"""The best choices: every combination tried, continuous quantities refined, constraints priced.

Choices and lists are enumerated exactly.  Ranges without steps are sampled with every combination, and the best
points are refined by drawing around them in ever smaller boxes.  Several objectives give the Pareto front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.errors import InputError, Problem, gathered, unknown
from planner.glossary import conditions
from planner.glossary.conditions import Condition
from planner.model.scopes import Figure, figure
from planner.plan import dates
from planner.plan.plan import displayed, shown
from planner.scenario.scenario import Scenario
from planner.studies.frontier import Available, Frontier, Limit, Objective
from planner.studies.sweep import axes, engine, frames, workers
from planner.tables import Table

if TYPE_CHECKING:
    import pandas as pd

# Samples of the ranges with each combination of choices.
SAMPLES = 1024
_SHOWN = 50


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
        return frames.to_frame(self.task, self.best)


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
        with gathered(problems):
            constraints.append(conditions.parse(text))
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
    frontier = Frontier(task, objectives, limits, len(constraints))
    done = 0
    for number, columns in workers.finished(task, range(task.chunks), jobs):
        frontier.add(columns)
        done += task.length(number)
        if progress is not None:
            progress(done)
    frontier.refine()
    columns = dict.fromkeys([*task.texts, *task.numbers, *[o.name for o in objectives], *[c.name for c in constraints]])
    columns |= dict.fromkeys(watch)

    def chosen(rows: dict[str, Any], count: int | None) -> dict[str, Any]:
        return {name: rows[name][:count] for name in columns}

    return Optimum(
        task,
        objectives,
        limits,
        chosen(frontier.best(), 1 if len(objectives) == 1 else None),
        frontier.tried,
        frontier.feasible,
        frontier.costs(),
        None if frontier.feasible or frontier.nearest is None else chosen(frontier.nearest, 1),
        () if frontier.feasible else frontier.missed(),
    )


def _available(task: engine.Task) -> Available:
    """Which of the varied entries can be ordered, each tried alone."""
    first = {name: texts[0] for name, texts in task.texts.items()}
    entries: dict[str, Any] = {}
    brought: set[str] = set()
    for role, names in task.texts.items():
        place, plain = figure(role)
        kind = glossary.roles().get(plain)
        if kind is None:
            continue
        # What an entry brings along counts with it, unless it is varied itself.
        brings = {str(Figure(place, target)) for target in glossary.kinds()[kind].references.values()}
        own = {role, *(brings - task.texts.keys())}
        brought |= own
        late = [dates.unavailable(task.resolved({**first, role: name})) for name in names]
        entries[role] = np.array([own.isdisjoint(each) for each in late])
    return Available(entries, not set(dates.unavailable(task.resolved(first))) - brought)


def text(optimum: Optimum) -> str:
    """The best scenarios, and what the constraints cost."""
    objectives = " and ".join(o.text for o in optimum.objectives)
    head = f"{optimum.tried:,} scenarios tried for {objectives}; {optimum.feasible:,} meet every constraint"
    if optimum.nearest is not None:
        missed = ", ".join(f"'{text}'" for text in optimum.missed)
        table = _table(optimum, optimum.nearest)
        return f"{head}\n\nThe nearest misses {missed}:\n{table.text()}{_costs(optimum)}"
    front = "Pareto front: in no row can one objective improve without another\n"
    title = front if len(optimum.objectives) > 1 else ""
    return f"{head}\n\n{title}{_table(optimum, optimum.best).text()}{_costs(optimum)}"


def _table(optimum: Optimum, columns: Mapping[str, Any]) -> Table:
    frame = frames.to_frame(optimum.task, columns)
    rows = [
        [units.number_text(v) if isinstance(v, float) else str(v) for v in row]
        for row in frame.head(_SHOWN).itertuples(index=False)
    ]
    right = frozenset(i for i, heading in enumerate(frame.columns) if heading in frame.attrs["units"])
    return Table(list(frame.columns), rows, right)


def _costs(optimum: Optimum) -> str:
    rows = []
    for constraint, by_objective in optimum.costs.items():
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


def to_json(optimum: Optimum) -> dict[str, Any]:
    """The optimum in display units."""
    rows = glossary.quantities()

    def records(columns: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        if columns is None:
            return []
        frame = frames.to_frame(optimum.task, columns)
        names = [frame.attrs["quantities"].get(heading, heading) for heading in frame.columns]
        return [
            {n: None if isinstance(v, float) and not np.isfinite(v) else v for n, v in zip(names, row, strict=True)}
            for row in frame.itertuples(index=False, name=None)
        ]

    return {
        "objectives": [{"name": o.name, "sense": "max" if o.largest else "min"} for o in optimum.objectives],
        "tried": optimum.tried,
        "feasible": optimum.feasible,
        "best": records(optimum.best),
        "units": frames.to_frame(optimum.task, optimum.best).attrs["units"],
        "nearest": records(optimum.nearest),
        "missed": list(optimum.missed),
        "costs": {
            text: {
                n: {"with": displayed(n, a), "without": displayed(n, b), "unit": rows[n].show}
                for n, (a, b) in row.items()
            }
            for text, row in optimum.costs.items()
        },
    }
