"""The serving configurations of one scenario ranked, and why the others fail, as tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.model import wiring
from planner.plan import plan, serving_layout
from planner.plan.plan import shown
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario
from planner.studies.layouts import Strategies
from planner.tables import Cell, Table

# Heading of each degree, and the figures that are printed with it.
_SHORT = {
    "tensor_parallel": "tensor",
    "pipeline_parallel": "pipeline",
    "attention_parallel": "attention",
    "expert_parallel": "expert",
    "concurrency": "batch",
}
_FIGURES = {
    "replica_accelerators": "replica",
    "accelerator_output_rate": "rate",
    "packed_share": "domain filled",
    "ttft_p95": "TTFT P95",
    "tpot": "TPOT",
    "prefill_load": "prefill",
    "memory_for_sequences": "cache memory",
}


def of_scenario(scenario: Scenario, catalog: Catalog, count: int, free: bool = False) -> Strategies:
    """The ranked configurations of a serving scenario, `free` also in what it sets; InputError where inputs lack."""
    resolved = resolve(scenario, catalog)
    given, _ = plan.given_values(resolved)
    chosen = {name for name in serving_layout.CANDIDATES if free or name not in resolved.facts}
    values = {name: value for name, value in given.items() if name not in chosen}
    lacking = wiring.route(serving_layout.GOALS, [*values, *serving_layout.CANDIDATES], resolved.options).missing
    if lacking:
        names = ", ".join(dict.fromkeys(name for missing in lacking.values() for name in missing))
        raise one(scenario.place, "set", f"the output rate lacks {names}")
    if not chosen:
        raise one(scenario.place, "set", "every degree of the configuration is set; --free searches them all the same")
    found = serving_layout.search(values, resolved.options, everything=True)
    usable = found.feasible[:, 0]
    best = _distinct(found, [int(row) for row in found.order()[:, 0] if usable[row]])[:count]
    return Strategies(
        tried=len(usable),
        feasible=int(usable.sum()),
        ranking=_ranking(values, found, best, resolved.options),
        failures=_failures(found),
    )


def _distinct(found: serving_layout.Search, rows: list[int]) -> list[int]:
    """Rows without those that repeat an earlier one: batches beyond what fits are all cut to the same size."""
    seen: dict[tuple[float, ...], int] = {}
    for row in rows:
        seen.setdefault(tuple(float(column[row, 0]) for column in found.degrees.values()), row)
    return list(seen.values())


def _ranking(values: dict[str, Any], found: serving_layout.Search, rows: list[int], options: dict[str, str]) -> Table:
    degrees = {name: column[rows, 0] for name, column in found.degrees.items()}
    figures = wiring.evaluate(list(_FIGURES), {**values, **degrees}, options)
    cells: list[list[Cell]] = []
    for place in range(len(rows)):
        split = [f"{degrees[name][place] if name in degrees else values[name]:g}" for name in _SHORT]
        reached = [shown(name, np.broadcast_to(figures[name], (len(rows),))[place]) for name in _FIGURES]
        cells.append([*split, *reached])
    columns = [*_SHORT.values(), *_FIGURES.values()]
    return Table(columns, cells, frozenset(range(len(columns))))


def _failures(found: serving_layout.Search) -> Table:
    """Each rule with how many configurations break it, and the best of those that break no other."""
    rules = {name: flag[:, 0] for name, flag in found.broken.items()}
    broken = np.sum(list(rules.values()), axis=0)
    cells: list[list[Cell]] = []
    for name, flag in rules.items():
        alone = np.flatnonzero(flag & (broken == 1))
        best = int(alone[np.argmax(found.rate[alone, 0])]) if alone.size else None
        if flag.any():
            cells.append([serving_layout.REASONS[name], f"{int(flag.sum()):,}", _described(found, best)])
    return Table(["reason", "configurations", "the best that fails for this reason alone"], cells, frozenset({1}))


def _described(found: serving_layout.Search, row: int | None) -> str:
    if row is None:
        return ""
    degrees = ", ".join(f"{_SHORT[name]} {column[row, 0]:g}" for name, column in found.degrees.items())
    reached = [shown(name, found.reached[name][row, 0]) for name in ("ttft_p95", "tpot")]
    return f"{degrees}: first token {reached[0]}, token {reached[1]}"
