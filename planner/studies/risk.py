"""Risk: how sure the headline figures are, what makes them unsure, and what knowing better would be worth.

Size and strategy are decided now and stay as planned; prices, rates and efficiencies turn out as they may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner import glossary, sampling
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Fact
from planner.errors import InputError, Problem, one, unknown
from planner.model import compiled, wiring
from planner.model.scopes import Figure
from planner.plan import bands, planning
from planner.plan.plan import Plan, displayed, shown
from planner.scenario.scenario import Scenario
from planner.tables import Table

SAMPLES = 4096
PERCENTILES = (10, 50, 90)
# What owning saves against renting: the decision that risk is measured for.
DECISION = "npv_saving"
# Samples of each of the runs that Sobol indices compare.
_INDEX_SAMPLES = 1024
_MOST_SAMPLES = 2**24
# Bins of an input's samples, within which what is decided may differ.
_BINS = 32
# Inputs that swing a figure by less than this share of the largest swing are not listed.
_NOTICEABLE = 0.01
_MOST_ROWS = 12


@dataclass(frozen=True)
class Swing:
    """What one input does to a figure when it alone goes from its P10 to its P90, in base units."""

    name: str
    low: float
    high: float
    at_low: float
    at_high: float
    # Share of the figure's variance from this input alone, and with everything it acts together with.
    first: float
    total: float

    @property
    def size(self) -> float:
        return abs(self.at_high - self.at_low)


@dataclass
class Risk:
    """Percentiles, the chance that owning wins, and for each figure the inputs that make it unsure."""

    plan: Plan
    samples: int
    uncertain: dict[str, Fact]
    percentiles: dict[str, tuple[float, float, float]]
    # Figures that no uncertain input reaches.
    certain: dict[str, float]
    swings: dict[str, list[Swing]]
    # Share of the samples in which each check of the plan holds.
    checks: dict[str, float] = field(default_factory=dict)
    owning_wins: float | None = None
    # What knowing everything, and each input, before deciding would be worth.
    value_of_knowing_all: float | None = None
    value_of_knowing: dict[str, float] = field(default_factory=dict)
    draws: dict[str, Any] = field(default_factory=dict)


def risk(
    scenario: Scenario,
    catalog: Catalog | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
    watch: Sequence[str] | None = None,
) -> Risk:
    """Sample every input that has a range, and see what becomes of the watched figures (the headlines)."""
    rows = glossary.quantities()
    problems = [Problem("watch", name, unknown("quantity", name, rows)) for name in watch or () if name not in rows]
    if not 16 <= samples <= _MOST_SAMPLES:
        problems.append(Problem("risk", "--samples", f"takes 16 to {_MOST_SAMPLES:,}"))
    if problems:
        raise InputError(problems)
    base = planning.plan(scenario, catalog, bands=False)
    wanted = [name for name in watch or glossary.headlines() if name in base.whole]
    for name in watch or ():
        if name not in wanted:
            lacks = ", ".join(base.missing.get(name, ("an equation",)))
            raise one(scenario.place, name, f"cannot be computed: missing {lacks}")
    decision = DECISION in base.results
    margins = [name for name, row in rows.items() if row.check and name in base.results]
    computed = list(dict.fromkeys([*wanted, *margins, *([DECISION] if decision else [])]))
    ranges = _reaching(base, computed)
    if not ranges:
        return Risk(base, 0, {}, {}, {name: float(base.whole[name]) for name in wanted}, {})
    runs = compiled.compiled(computed, base.whole, ranges)
    uniform = sampling.sobol(np.arange(samples), len(ranges), seed)
    drawn = bands.draw(ranges, uniform, base.whole)
    results = _in_blocks(runs, drawn, samples)
    sampled = {name: results[name] for name in wanted if np.ndim(results[name])}
    percentiles = {
        name: tuple(float(p) for p in np.percentile(column[np.isfinite(column)], PERCENTILES))
        for name, column in sampled.items()
        if np.isfinite(column).any()
    }
    outcome = Risk(
        base,
        samples,
        {str(each): fact for each, fact in ranges.items()},
        percentiles,  # type: ignore[arg-type]
        {name: float(base.whole[name]) for name in wanted if name not in sampled},
        _swings(runs, ranges, list(sampled), seed),
        checks={name.removesuffix("_margin"): float(np.mean(results[name] >= 0)) for name in margins},
        draws={**{str(each): column for each, column in drawn.items()}, **sampled},
    )
    if decision and np.ndim(results[DECISION]):
        _decide(outcome, drawn, results[DECISION])
    elif decision:
        outcome.owning_wins = float(results[DECISION] > 0)
    return outcome


def _reaching(base: Plan, wanted: Sequence[str]) -> dict[Figure, Fact]:
    """The uncertain facts that some wanted figure depends on."""
    reach = {need for name in wanted for need in wiring.inputs_of(name, base.whole)}
    return {each: fact for each, fact in bands.uncertain(base.whole).items() if each in reach}


def _in_blocks(runs: compiled.Program, columns: dict[Figure, Any], count: int, rows: int = 65536) -> dict[str, Any]:
    if count <= rows:
        return runs.run(columns)
    blocks = [
        runs.run({each: column[start : start + rows] for each, column in columns.items()})
        for start in range(0, count, rows)
    ]
    return {n: v if np.ndim(v) == 0 else np.concatenate([block[n] for block in blocks]) for n, v in blocks[0].items()}


def _swings(runs: compiled.Program, ranges: dict[Figure, Fact], wanted: list[str], seed: int) -> dict[str, list[Swing]]:
    """For each figure, the inputs that move it, the strongest first."""
    count = len(ranges)
    # One row with each input at its P10, one at its P90, the others as planned.
    ends = bands.draw(ranges, np.tile([[0.1, 0.9]], (count, 1)))
    columns = {}
    for row, (each, fact) in enumerate(ranges.items()):
        columns[each] = np.full(2 * count, float(fact.value))
        columns[each][[row, count + row]] = ends[each]
    moved = runs.run(columns)
    first, total = _sobol_indices(runs, ranges, wanted, seed)
    swings = {}
    for figure in wanted:
        values = np.broadcast_to(moved[figure], (2 * count,))
        rows = [
            Swing(
                str(each),
                float(ends[each][0]),
                float(ends[each][1]),
                float(values[i]),
                float(values[count + i]),
                first[figure][i],
                total[figure][i],
            )
            for i, each in enumerate(ranges)
        ]
        largest = max((swing.size for swing in rows if np.isfinite(swing.size)), default=0)
        noticed = [s for s in rows if s.size > _NOTICEABLE * largest or s.total > _NOTICEABLE]
        swings[figure] = sorted(noticed, key=lambda swing: -swing.size)
    return swings


def _sobol_indices(
    runs: compiled.Program, ranges: dict[Figure, Fact], wanted: list[str], seed: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """First-order and total indices of each figure, one for each input; inputs are taken as independent."""
    from scipy.stats import sobol_indices

    uniform = sampling.sobol(np.arange(_INDEX_SAMPLES), 2 * len(ranges), seed)
    a, b = bands.draw(ranges, uniform[: len(ranges)]), bands.draw(ranges, uniform[len(ranges) :])

    def figures(columns: dict[Figure, Any]) -> Any:
        results = runs.run(columns)
        return [np.broadcast_to(results[name], (_INDEX_SAMPLES,)) for name in wanted] + [np.zeros(_INDEX_SAMPLES)]

    # The last figure is always zero: a single figure of a single input is more than scipy's function can do.
    every = np.array([figures(a), figures(b), *(figures({**a, each: b[each]}) for each in ranges)])
    known = np.isfinite(every).all(axis=0)
    every = np.where(known, every, 0)
    # A power of two takes no digit away and keeps the squares of huge figures finite.
    every = np.ldexp(every, -np.frexp(np.abs(every).max(axis=(0, 2)))[1][:, None])
    # Samples that do not give every figure stand at the mean, where they count for nothing.
    means = every[:2].sum(axis=(0, 2)) / np.maximum(2 * known.sum(axis=1), 1)
    every = np.where(known, every, means[:, None])
    indices = sobol_indices(func={"f_A": every[0], "f_B": every[1], "f_AB": every[2:]}, n=_INDEX_SAMPLES)
    shape = (len(wanted) + 1, len(ranges))
    first, total = indices.first_order.reshape(shape)[:-1].tolist(), indices.total_order.reshape(shape)[:-1].tolist()
    return dict(zip(wanted, first, strict=True)), dict(zip(wanted, total, strict=True))


def _decide(outcome: Risk, drawn: dict[Figure, Any], saving: Any) -> None:
    """The chance that owning wins, and what knowing inputs before deciding is worth.

    Deciding now earns max(E[s], 0) over renting; knowing input x first earns E[max(E[s | x], 0)].
    """
    known = np.isfinite(saving)
    saving = saving[known]
    outcome.owning_wins = float(np.mean(saving > 0))
    now = max(float(np.mean(saving)), 0.0)
    outcome.value_of_knowing_all = float(np.mean(np.maximum(saving, 0))) - now
    for each, column in drawn.items():
        order = np.argsort(column[known], kind="stable")
        means = np.array([part.mean() for part in np.array_split(saving[order], _BINS)])
        sizes = np.array([len(part) for part in np.array_split(saving[order], _BINS)])
        worth = float(np.average(np.maximum(means, 0), weights=sizes)) - now
        outcome.value_of_knowing[str(each)] = max(worth, 0.0)


def text(outcome: Risk, figures: Sequence[str] | None = None) -> str:
    """Percentiles, the decision, and for the decision or the named figures what makes them unsure."""
    if not outcome.uncertain:
        return "nothing is uncertain: no input of these figures has a range"
    parts = [
        f"{outcome.plan.scenario.name}\n{outcome.samples:,} samples of {len(outcome.uncertain)} uncertain inputs",
        percentile_table(outcome).text(),
    ]
    if outcome.owning_wins is not None:
        parts.append(f"Owning beats renting in {outcome.owning_wins:.1%} of the samples ({DECISION} above zero).")
    unsure = [f"{name} {share:.1%}" for name, share in outcome.checks.items() if share < 1]
    if unsure:
        parts.append(f"Checks that do not always hold, with the share of samples where they do: {', '.join(unsure)}.")
    chosen = figures or [name for name in (DECISION, "tco", "time_to_train") if name in outcome.swings][:2]
    parts += [
        f"What makes {name} unsure\n{swing_table(outcome, name).text()}" for name in chosen if outcome.swings.get(name)
    ]
    if outcome.value_of_knowing_all:
        parts.append(f"What knowing before deciding to own or rent is worth\n{value_table(outcome).text()}")
    if outcome.plan.scenario.correlate:
        parts.append("Percentiles follow the stated correlations; shares of variance take inputs as independent.")
    return "\n\n".join(parts)


def percentile_table(outcome: Risk) -> Table:
    """P10, P50 and P90 of every figure beside what the plan says."""
    rows = []
    for name, values in outcome.percentiles.items():
        rows.append([name, shown(name, float(outcome.plan.whole[name])), *(shown(name, v) for v in values)])
    rows += [[name, shown(name, value), "certain", "", ""] for name, value in outcome.certain.items()]
    return Table(["quantity", "plan", "P10", "P50", "P90"], rows, frozenset({1, 2, 3, 4}))


def swing_table(outcome: Risk, figure: str) -> Table:
    """The tornado of one figure with shares of its variance."""
    rows = []
    largest = max((s.size for s in outcome.swings[figure]), default=1) or 1
    for swing in outcome.swings[figure][:_MOST_ROWS]:
        rows.append(
            [
                swing.name,
                f"{shown(swing.name, swing.low)} to {shown(swing.name, swing.high)}",
                f"{shown(figure, swing.at_low)} to {shown(figure, swing.at_high)}",
                "▇" * max(1, round(20 * swing.size / largest)),
                f"{max(swing.first, 0):.0%}",
                f"{swing.total:.0%}",
            ]
        )
    return Table(["input", "P10 to P90", figure, "swing", "variance alone", "with others"], rows, frozenset({4, 5}))


def value_table(outcome: Risk) -> Table:
    """What knowing each input better is worth, at most."""
    ranked = sorted(outcome.value_of_knowing.items(), key=lambda pair: -pair[1])
    rows = [[name, shown(DECISION, worth)] for name, worth in ranked[:_MOST_ROWS] if worth > 0]
    return Table(
        ["input", "worth"],
        [["everything", shown(DECISION, outcome.value_of_knowing_all or 0.0)], *rows],
        frozenset({1}),
    )


def to_json(outcome: Risk) -> dict[str, Any]:
    """The analysis in display units."""
    rows = glossary.quantities()

    return {
        "scenario": outcome.plan.scenario.name,
        "samples": outcome.samples,
        "uncertain": {
            name: {
                "low": displayed(name, fact.low),
                "typical": displayed(name, fact.value),
                "high": displayed(name, fact.high),
                "unit": rows[name].show,
                "distribution": fact.distribution,
                "kind": fact.kind,
                "source": fact.source,
            }
            for name, fact in outcome.uncertain.items()
        },
        "results": {
            name: {
                "unit": rows[name].show,
                "plan": displayed(name, float(outcome.plan.whole[name])),
                **{f"p{p}": displayed(name, v) for p, v in zip(PERCENTILES, values, strict=True)},
            }
            for name, values in outcome.percentiles.items()
        },
        "certain": {
            name: {"value": displayed(name, v), "unit": rows[name].show} for name, v in outcome.certain.items()
        },
        "probability_owning_wins": outcome.owning_wins,
        "probability_check_holds": outcome.checks,
        "tornado": {
            figure: [
                {
                    "name": s.name,
                    "low": displayed(s.name, s.low),
                    "high": displayed(s.name, s.high),
                    "unit": rows[s.name].show,
                    "at_low": displayed(figure, s.at_low),
                    "at_high": displayed(figure, s.at_high),
                    "first_order": s.first,
                    "total": s.total,
                }
                for s in swings
            ]
            for figure, swings in outcome.swings.items()
        },
        "value_of_knowing": {
            "unit": rows[DECISION].show,
            "everything": displayed(DECISION, outcome.value_of_knowing_all),
            "inputs": {
                name: displayed(DECISION, worth) for name, worth in outcome.value_of_knowing.items() if worth > 0
            },
        },
    }
