"""What the what-if screen asks of the core: sweep, solve, risk and optimise, each answer in growing sharpness."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.scenario.scenario import Scenario
from planner.tables import Table
from planner.tui import words
from planner.tui.widgets.pictures import Picture, Series

if TYPE_CHECKING:
    import pandas as pd

# Steps of a range are thinned by this for the first look.
_THINNED = 6
# Scenarios from which a first look is worth while.
_MANY = 400
_RISK_STAGES = (256, 1024, 4096, 16384)
_MOST_ROWS = 400
_LABELS = 8


@dataclass(frozen=True)
class Answer:
    """What is known so far."""

    picture: Picture | None
    table: Table
    note: str
    # Shares of the work done, 1 with the last answer.
    done: float = 1.0
    # Every scenario with its figures as they are, where the table shows the first alone and rounded.
    frame: pd.DataFrame | None = None


Progress = Callable[[int, int], None]


def varied(text: str) -> dict[str, str]:
    """'NAME=lo:hi:n; NAME=a,b' as names and what they take."""
    settings: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, given = part.partition("=")
        if part.strip() and not sign:
            raise one("what varies", part.strip(), "takes NAME=low:high:steps, NAME=a,b,c or ROLE=*; several with ;")
        if part.strip():
            settings[name.strip()] = given.strip()
    return settings


def names(text: str) -> list[str]:
    """'a, b' as a list."""
    return [name.strip() for name in text.split(",") if name.strip()]


# Sweep


def sweep(
    scenario: Scenario, catalog: Catalog, given: Mapping[str, str], watch: list[str], progress: Progress
) -> Iterator[Answer]:
    """The watched quantity over what varies: first with few steps, then with all."""
    from planner.studies.sweep import sweep

    task = sweep.task(scenario, given, catalog, watch)
    if task.rows >= _MANY and (coarse := thinned(given)) != given:
        frame = sweep.frame(sweep.task(scenario, coarse, catalog, watch))
        yield Answer(
            sweep_picture(frame, watch[0]), frame_table(frame), f"a first look with {len(frame):,} scenarios", 0
        )
    frame = sweep.frame(task, progress=lambda done: progress(done, task.rows))
    yield Answer(sweep_picture(frame, watch[0]), frame_table(frame), f"{len(frame):,} scenarios", frame=frame)


def thinned(given: Mapping[str, str]) -> dict[str, str]:
    """The same ranges in fewer steps."""
    shortened = {}
    for name, text in given.items():
        parts = text.split(":")
        if len(parts) >= 3 and parts[2].split()[0].isdigit():
            steps, *unit = parts[2].split()
            parts[2] = " ".join([str(max(3, int(steps) // _THINNED)), *unit])
        shortened[name] = ":".join(parts)
    return shortened


def sweep_picture(frame: pd.DataFrame, watched: str) -> Picture | None:
    """Lines over one varying number, one for each value of a second; bars over choices; else a heat map."""
    quantities = frame.attrs["quantities"]
    target = next((heading for heading, name in quantities.items() if name == watched), None)
    axes = [heading for heading in frame.columns if heading != target and frame[heading].nunique() > 1]
    axes = [heading for heading in axes if quantities.get(heading) not in (watched,)][:2]
    if target is None or not axes or frame[target].isna().all():
        return None
    frame = frame.dropna(subset=[target])
    numeric = [heading for heading in axes if frame[heading].dtype.kind == "f"]
    title = words.label(watched)
    if len(axes) == 1 and not numeric:
        means = frame.groupby(axes[0], observed=True)[target].mean()
        return Picture(title, x=target, bars=tuple((str(key), float(value)) for key, value in means.items()))
    if len(axes) == 1:
        line = Series("", frame[axes[0]].tolist(), frame[target].tolist())
        return Picture(f"{target} over {axes[0]}", series=(line,))
    if len(numeric) == 2 and frame[numeric[1]].nunique() > _LABELS:
        grid = frame.pivot_table(index=numeric[1], columns=numeric[0], values=target)
        return Picture(
            f"{target}, dark is low: {numeric[1]} over {numeric[0]}",
            heat=grid.to_numpy().tolist(),
            rows=ticks(grid.index),
            columns=ticks(grid.columns),
        )
    by = next((heading for heading in axes if heading not in numeric[:1]), axes[1])
    along = next(heading for heading in axes if heading != by)
    if along not in numeric:
        means = frame.groupby(axes, observed=True)[target].mean()
        return Picture(title, x=target, bars=tuple((" ".join(map(str, k)), float(v)) for k, v in means.items()))
    lines = []
    for key, part in frame.groupby(by, observed=True):
        name = units.number_text(key, 3) if isinstance(key, float) else str(key)
        lines.append(Series(f"{by} {name}", part[along].tolist(), part[target].tolist()))
    return Picture(f"{target} over {along}", series=tuple(lines))


def ticks(index: Any) -> list[str]:
    """Labels of an axis, most of them empty where they would not fit."""
    every = max(1, len(index) // _LABELS)
    return [units.number_text(float(each), 3) if i % every == 0 else "" for i, each in enumerate(index)]


def frame_table(frame: pd.DataFrame) -> Table:
    """The first rows of a table of pandas."""
    rows = [
        [_cell(v) if isinstance(v, float) else str(v) for v in row]
        for row in frame.head(_MOST_ROWS).itertuples(index=False)
    ]
    right = frozenset(i for i, heading in enumerate(frame.columns) if frame[heading].dtype.kind == "f")
    return Table(list(map(str, frame.columns)), rows, right)


def _cell(value: float) -> str:
    return units.number_text(value) if math.isfinite(value) else words.NOT_KNOWN


def whole_table(answer: Answer) -> Table:
    """Everything that was found, for a file: all rows, figures unrounded."""
    frame = answer.frame
    if frame is None:
        return answer.table
    rows = [[v if isinstance(v, int | float) else str(v) for v in row] for row in frame.itertuples(index=False)]
    return Table(list(map(str, frame.columns)), rows, answer.table.right)


# Solve


def solve(
    scenario: Scenario, catalog: Catalog, find: str, so_that: str, between: str | None, progress: Progress
) -> Iterator[Answer]:
    """Where the condition holds, and the quantity around it."""
    from planner.glossary import conditions
    from planner.studies import solve
    from planner.studies.sweep import sweep

    solution = solve.solve(scenario, find, so_that, catalog, between)
    lines = Table([""], [[line] for line in solve.text(solution).splitlines()])
    yield Answer(None, lines, solve.text(solution).splitlines()[0], 0.5)
    at = solution.value if solution.value is not None else solution.nearest
    if at is None:
        return
    low, high = solve.around(solution)
    show = glossary.quantities()[find].show
    spec = f"{units.convert(low, show):.9g}:{units.convert(high, show):.9g}:60 {'' if show == '1' else show}".strip()
    condition = conditions.parse(so_that)
    frame = sweep.frame(sweep.task(scenario, {find: spec}, catalog, [condition.name]))
    picture = sweep_picture(frame, condition.name)
    if picture is not None:
        levels = {}
        if condition.other is None:
            levels["limit"] = float(units.convert(condition.bound, glossary.quantities()[condition.name].show))
        marks = {"solution": float(units.convert(at, show))} if solution.value is not None else {}
        title = f"{picture.title}; the line is the condition"
        picture = Picture(title, series=picture.series, marks=marks, levels=levels)
    yield Answer(picture, lines, solve.text(solution).splitlines()[0])


# Risk


def risk(scenario: Scenario, catalog: Catalog, figure: str, progress: Progress) -> Iterator[Answer]:
    """How sure a figure is and what makes it unsure, with more and more samples."""
    from planner.studies import risk

    for stage, samples in enumerate(_RISK_STAGES, 1):
        outcome = risk.risk(scenario, catalog, samples, watch=[figure])
        if not outcome.uncertain or figure not in outcome.percentiles:
            yield Answer(None, risk.percentile_table(outcome), "no uncertain input reaches this figure")
            return
        show = glossary.quantities()[figure].show
        low, middle, high = (float(units.convert(value, show)) for value in outcome.percentiles[figure])
        picture = Picture(
            f"{words.label(figure)}: {samples:,} samples, lines at P10, P50 and P90",
            f"{words.label(figure)} [{show}]",
            "samples",
            histogram=units.convert(outcome.draws[figure], show).tolist(),
            marks={"P10": low, "P50": middle, "P90": high},
        )
        ends = [words.text(figure, value, 3) for value in outcome.percentiles[figure]]
        note = "P10 {}, P50 {}, P90 {}".format(*ends)
        if outcome.owning_wins is not None:
            note += f"; owning beats renting in {units.text(outcome.owning_wins, '%', 3)} of the samples"
        yield Answer(picture, risk.swing_table(outcome, figure), note, stage / len(_RISK_STAGES))


# Optimise


def optimize(
    scenario: Scenario,
    catalog: Catalog,
    choose: Mapping[str, str],
    minimize: list[str],
    maximize: list[str],
    so_that: list[str],
    progress: Progress,
) -> Iterator[Answer]:
    """The best choices, or the Pareto front of several objectives."""
    from planner.studies import optimize

    optimum = optimize.optimize(
        scenario, choose, minimize, maximize, so_that, catalog, progress=lambda done: progress(done, 0)
    )
    frame = optimum.frame()
    note = optimize.text(optimum).splitlines()[0]
    picture = None
    objectives = [*minimize, *maximize]
    headings = {name: heading for heading, name in frame.attrs["quantities"].items()}
    if len(objectives) > 1 and len(frame):
        x, y = headings[objectives[0]], headings[objectives[1]]
        picture = Picture("Pareto front", x, y, (Series("", frame[x].tolist(), frame[y].tolist(), points=True),))
    if optimum.nearest is not None:
        table = Table(["nothing meets every constraint"], [[line] for line in optimize.text(optimum).splitlines()])
        yield Answer(picture, table, note)
    else:
        yield Answer(picture, frame_table(frame), note, frame=frame)
