"""The parallel strategies of one scenario ranked, and why the others fail, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.model import wiring
from planner.plan import plan, training_layout
from planner.plan.plan import shown
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario
from planner.tables import Table

# Heading of each degree, and the figures that are printed with it.
_SHORT = {
    "tensor_parallel": "tensor",
    "context_parallel": "context",
    "pipeline_parallel": "pipeline",
    "virtual_stages": "virtual",
    "expert_parallel": "expert",
    "micro_batch": "micro-batch",
    "zero_stage": "ZeRO",
}
_FIGURES = {
    "data_parallel": "data",
    "step_time": "step",
    "mfu": "MFU",
    "memory_needed": "memory",
    "recomputed_share": "recomputed",
    "pipeline_bubble": "bubble",
    "communication_share": "communication",
}


@dataclass(frozen=True)
class Strategies:
    """How many strategies there were, the best of them, and what ruled the others out."""

    tried: int
    feasible: int
    ranking: Table
    failures: Table


def of_scenario(scenario: Scenario, catalog: Catalog, count: int, free: bool = False) -> Strategies:
    """The ranked strategies of a training scenario, `free` also in what it sets; InputError where it lacks inputs."""
    resolved = resolve(scenario, catalog)
    if scenario.workload != "training":
        raise one(scenario.place, "workload", f"'{scenario.workload}' has no parallel strategy: it takes training")
    given, _ = plan.given_values(resolved)
    chosen = {name for name in training_layout.CANDIDATES if free or name not in resolved.facts}
    if not resolved.values.get("model_experts"):
        chosen.discard("expert_parallel")
    values = {name: value for name, value in given.items() if name not in chosen}
    lacking = wiring.route(training_layout.GOALS, [*values, *training_layout.CANDIDATES], resolved.options).missing
    if lacking:
        names = ", ".join(dict.fromkeys(name for missing in lacking.values() for name in missing))
        raise one(scenario.place, "set", f"the step time lacks {names}")
    if not chosen:
        raise one(scenario.place, "set", "every degree of the strategy is set; --free searches them all the same")
    found = training_layout.search(values, resolved.options, everything=True)
    order = found.order()[:, 0]
    usable = found.feasible[:, 0]
    best = [int(row) for row in order if usable[row]][:count]
    return Strategies(
        tried=len(order),
        feasible=int(usable.sum()),
        ranking=_ranking(values, found, best, resolved.options),
        failures=_failures(found),
    )


def _ranking(values: dict[str, Any], found: training_layout.Search, rows: list[int], options: dict[str, str]) -> Table:
    degrees = {name: column[rows, 0] for name, column in found.degrees.items()}
    figures = wiring.evaluate(list(_FIGURES), {**values, **degrees}, options)
    cells = []
    for place in range(len(rows)):
        split = [f"{degrees[name][place]:g}" if name in degrees else f"{values[name]:g}" for name in _SHORT]
        cells.append(split + [shown(name, np.broadcast_to(figures[name], (len(rows),))[place]) for name in _FIGURES])
    columns = [*_SHORT.values(), *_FIGURES.values()]
    return Table(columns, cells, frozenset(range(len(columns))))


def _failures(found: training_layout.Search) -> Table:
    cells = []
    for name, count, fastest in found.failures():
        if count:
            cells.append([training_layout.REASONS[name], f"{count:,}", _described(found, fastest, name)])
    return Table(["reason", "strategies", "the fastest that fails for this reason alone"], cells, frozenset({1}))


def _described(found: training_layout.Search, row: int | None, rule: str) -> str:
    if row is None:
        return ""
    degrees = ", ".join(f"{_SHORT[name]} {column[row, 0]:g}" for name, column in found.degrees.items())
    text = f"{degrees}: {shown('step_time', found.step_time[row, 0])}"
    if rule == "memory":
        text += f", {shown('memory_needed', -found.memory_margin[row, 0])} over"
    return text
