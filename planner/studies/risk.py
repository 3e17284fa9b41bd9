"""Risk: how sure the headline figures are, what makes them unsure, and what knowing better would be worth.

Size and strategy are decided now and stay as planned; prices, rates and efficiencies turn out as they may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner import glossary, sampling, units
from planner.catalog.catalog import Catalog, Fact
from planner.errors import InputError, Problem, one, unknown
from planner.model import compiled, wiring
from planner.plan import bands, planning
from planner.plan.plan import Plan, shown
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
    wanted = [name for name in watch or glossary.headlines() if name in base.values]
    for name in watch or ():
        if name not in wanted:
            lacks = ", ".join(base.missing.get(name, ("an equation",)))
            raise one(scenario.place, name, f"cannot be computed: missing {lacks}")
    decision = DECISION in base.results
    margins = [name for name, row in rows.items() if row.check and name in base.results]
    computed = list(dict.fromkeys([*wanted, *margins, *([DECISION] if decision else [])]))
    ranges = _reaching(base, computed)
    if not ranges:
        return Risk(base, 0, {}, {}, {name: float(base.values[name]) for name in wanted}, {})
    options = base.resolved.options
    runs = compiled.compiled(computed, base.given, ranges, options)
    uniform = sampling.sobol(np.arange(samples), len(ranges), seed)
    drawn = bands.draw(ranges, uniform, base.resolved)
    results = _in_blocks(runs, drawn, samples)
    sampled = {name: results[name] for name in wanted if np.ndim(results[name])}
    percentiles = {
        name: tuple(float(p) for p in np.percentile(column[np.isfinite(column)], PERCENTILES))
        for name, column in sampled.items()
        if np.isfinite(column).any()
    }
    found = Risk(
        base,
        samples,
        ranges,
        percentiles,  # type: ignore[arg-type]
        {name: float(base.values[name]) for name in wanted if name not in sampled},
        _swings(runs, ranges, list(sampled), seed),
        checks={name.removesuffix("_margin"): float(np.mean(results[name] >= 0)) for name in margins},
        draws={**drawn, **sampled},
    )
    if decision and np.ndim(results[DECISION]):
        _decide(found, drawn, results[DECISION])
    elif decision:
        found.owning_wins = float(results[DECISION] > 0)
    return found


def _reaching(base: Plan, wanted: Sequence[str]) -> dict[str, Fact]:
    """The uncertain facts that some wanted figure depends on."""
    reach: set[str] = set()
    for name in wanted:
        reach |= wiring.inputs_of(name, base.given, base.resolved.options)
    return {name: fact for name, fact in bands.uncertain(base.resolved).items() if name in reach}


def _in_blocks(runs: compiled.Program, columns: dict[str, Any], count: int, rows: int = 65536) -> dict[str, Any]:
    if count <= rows:
        return runs.run(columns)
    blocks = [
        runs.run({name: column[start : start + rows] for name, column in columns.items()})
        for start in range(0, count, rows)
    ]
    return {n: v if np.ndim(v) == 0 else np.concatenate([block[n] for block in blocks]) for n, v in blocks[0].items()}


def _swings(runs: compiled.Program, ranges: dict[str, Fact], wanted: list[str], seed: int) -> dict[str, list[Swing]]:
    """For each figure, the inputs that move it, the strongest first."""
    count = len(ranges)
    # One row with each input at its P10, one at its P90, the others as planned.
    ends = bands.draw(ranges, np.tile([[0.1, 0.9]], (count, 1)))
    columns = {}
    for row, (name, fact) in enumerate(ranges.items()):
        columns[name] = np.full(2 * count, float(fact.value))
        columns[name][[row, count + row]] = ends[name]
    moved = runs.run(columns)
    first, total = _sobol_indices(runs, ranges, wanted, seed)
    found = {}
    for figure in wanted:
        values = np.broadcast_to(moved[figure], (2 * count,))
        rows = [
            Swing(
                name,
                float(ends[name][0]),
                float(ends[name][1]),
                float(values[i]),
                float(values[count + i]),
                first[figure][i],
                total[figure][i],
            )
            for i, name in enumerate(ranges)
        ]
        largest = max((swing.size for swing in rows if np.isfinite(swing.size)), default=0)
        noticed = [s for s in rows if s.size > _NOTICEABLE * largest or s.total > _NOTICEABLE]
        found[figure] = sorted(noticed, key=lambda swing: -swing.size)
    return found


def _sobol_indices(
    runs: compiled.Program, ranges: dict[str, Fact], wanted: list[str], seed: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """First-order and total indices; inputs are taken as independent.

    S_i = mean(f_B · (f_AB_i − f_A)) / var,  T_i = mean((f_A − f_AB_i)²) / (2 · var)

    Saltelli et al., Comput. Phys. Commun. 181, 2010, table 2, (b) and (f); AB_i is A with column i of B.
    """
    count = len(ranges)
    uniform = sampling.sobol(np.arange(_INDEX_SAMPLES), 2 * count, seed)
    a, b = bands.draw(ranges, uniform[:count]), bands.draw(ranges, uniform[count:])
    shape = (_INDEX_SAMPLES,)
    of_a, of_b = runs.run(a), runs.run(b)
    first: dict[str, list[float]] = {name: [] for name in wanted}
    total: dict[str, list[float]] = {name: [] for name in wanted}
    for name in ranges:
        mixed = runs.run({**a, name: b[name]})
        for figure in wanted:
            at_a, at_b, at_mixed = (np.broadcast_to(each[figure], shape) for each in (of_a, of_b, mixed))
            known = np.isfinite(at_a) & np.isfinite(at_b) & np.isfinite(at_mixed)
            both = np.concatenate([at_a[known], at_b[known]])
            # A power of two takes no digit away and keeps the squares of huge figures finite.
            scale = np.ldexp(1.0, -max(int(np.frexp(np.max(np.abs(both), initial=0.0))[1]), -1000))
            both = both * scale
            variance = float(np.var(both)) if both.size else 0.0
            # Centred first: the mean would otherwise dominate the products.
            centred = at_b[known] * scale - both.mean() if both.size else both
            step = (at_mixed[known] - at_a[known]) * scale
            first[figure].append(float(np.mean(centred * step)) / variance if variance else 0.0)
            total[figure].append(float(np.mean(step**2)) / (2 * variance) if variance else 0.0)
    return first, total


def _decide(found: Risk, drawn: dict[str, Any], saving: Any) -> None:
    """The chance that owning wins, and what knowing inputs before deciding is worth.

    Deciding now earns max(E[s], 0) over renting; knowing input x first earns E[max(E[s | x], 0)].
    """
    known = np.isfinite(saving)
    saving = saving[known]
    found.owning_wins = float(np.mean(saving > 0))
    now = max(float(np.mean(saving)), 0.0)
    found.value_of_knowing_all = float(np.mean(np.maximum(saving, 0))) - now
    for name, column in drawn.items():
        order = np.argsort(column[known], kind="stable")
        means = np.array([part.mean() for part in np.array_split(saving[order], _BINS)])
        sizes = np.array([len(part) for part in np.array_split(saving[order], _BINS)])
        worth = float(np.average(np.maximum(means, 0), weights=sizes)) - now
        found.value_of_knowing[name] = max(worth, 0.0)


def text(found: Risk, figures: Sequence[str] | None = None) -> str:
    """Percentiles, the decision, and for the decision or the named figures what makes them unsure."""
    if not found.uncertain:
        return "nothing is uncertain: no input of these figures has a range"
    parts = [
        f"{found.plan.scenario.name}\n{found.samples:,} samples of {len(found.uncertain)} uncertain inputs",
        percentile_table(found).text(),
    ]
    if found.owning_wins is not None:
        parts.append(f"Owning beats renting in {found.owning_wins:.1%} of the samples ({DECISION} above zero).")
    unsure = [f"{name} {share:.1%}" for name, share in found.checks.items() if share < 1]
    if unsure:
        parts.append(f"Checks that do not always hold, with the share of samples where they do: {', '.join(unsure)}.")
    chosen = figures or [name for name in (DECISION, "tco", "time_to_train") if name in found.swings][:2]
    parts += [
        f"What makes {name} unsure\n{swing_table(found, name).text()}" for name in chosen if found.swings.get(name)
    ]
    if found.value_of_knowing_all:
        parts.append(f"What knowing before deciding to own or rent is worth\n{value_table(found).text()}")
    if found.plan.scenario.correlate:
        parts.append("Percentiles follow the stated correlations; shares of variance take inputs as independent.")
    return "\n\n".join(parts)


def percentile_table(found: Risk) -> Table:
    """P10, P50 and P90 of every figure beside what the plan says."""
    rows = []
    for name, values in found.percentiles.items():
        rows.append([name, shown(name, float(found.plan.values[name])), *(shown(name, v) for v in values)])
    rows += [[name, shown(name, value), "certain", "", ""] for name, value in found.certain.items()]
    return Table(["quantity", "plan", "P10", "P50", "P90"], rows, frozenset({1, 2, 3, 4}))


def swing_table(found: Risk, figure: str) -> Table:
    """The tornado of one figure with shares of its variance."""
    rows = []
    largest = max((s.size for s in found.swings[figure]), default=1) or 1
    for swing in found.swings[figure][:_MOST_ROWS]:
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


def value_table(found: Risk) -> Table:
    """What knowing each input better is worth, at most."""
    ranked = sorted(found.value_of_knowing.items(), key=lambda pair: -pair[1])
    rows = [[name, shown(DECISION, worth)] for name, worth in ranked[:_MOST_ROWS] if worth > 0]
    return Table(
        ["input", "worth"], [["everything", shown(DECISION, found.value_of_knowing_all or 0.0)], *rows], frozenset({1})
    )


def to_json(found: Risk) -> dict[str, Any]:
    """The analysis in display units."""
    rows = glossary.quantities()

    def number(name: str, value: float | None) -> float | None:
        return None if value is None or not np.isfinite(value) else float(units.convert(value, rows[name].show))

    return {
        "scenario": found.plan.scenario.name,
        "samples": found.samples,
        "uncertain": {
            name: {
                "low": number(name, fact.low),
                "typical": number(name, fact.value),
                "high": number(name, fact.high),
                "unit": rows[name].show,
                "distribution": fact.distribution,
                "kind": fact.kind,
                "source": fact.source,
            }
            for name, fact in found.uncertain.items()
        },
        "results": {
            name: {
                "unit": rows[name].show,
                "plan": number(name, float(found.plan.values[name])),
                **{f"p{p}": number(name, v) for p, v in zip(PERCENTILES, values, strict=True)},
            }
            for name, values in found.percentiles.items()
        },
        "certain": {name: {"value": number(name, v), "unit": rows[name].show} for name, v in found.certain.items()},
        "probability_owning_wins": found.owning_wins,
        "probability_check_holds": found.checks,
        "tornado": {
            figure: [
                {
                    "name": s.name,
                    "low": number(s.name, s.low),
                    "high": number(s.name, s.high),
                    "unit": rows[s.name].show,
                    "at_low": number(figure, s.at_low),
                    "at_high": number(figure, s.at_high),
                    "first_order": s.first,
                    "total": s.total,
                }
                for s in swings
            ]
            for figure, swings in found.swings.items()
        },
        "value_of_knowing": {
            "unit": rows[DECISION].show,
            "everything": number(DECISION, found.value_of_knowing_all),
            "inputs": {name: number(DECISION, worth) for name, worth in found.value_of_knowing.items() if worth > 0},
        },
    }
