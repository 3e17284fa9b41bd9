"""The layouts of one scenario ranked, and why the others fail, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.model import wiring
from planner.plan import layout_search, serving_layout, sizing, training_layout
from planner.plan.layout_search import Description, Search
from planner.plan.plan import shown
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario
from planner.tables import Table


@dataclass(frozen=True)
class Words:
    """How the layouts of one workload are told."""

    description: Description
    # One layout, several, what ranks first, and what is ranked.
    layout: str
    layouts: str
    first: str
    ranked: str
    # Degree -> its heading, and figure -> its heading.
    degrees: Mapping[str, str]
    figures: Mapping[str, str]
    # Search -> what the best of the layouts that fail for one reason is best at.
    worth: Callable[[Search], Any]
    # Search, layout, the rule that it breaks -> what it reaches.
    reached: Callable[[Search, int, str], str]


def _step(search: Search, row: int, rule: str) -> str:
    text = shown("step_time", search.reached["predicted_step_time"][row, 0])
    if rule == "memory":
        text += f", {shown('memory_needed', -search.reached['memory_margin'][row, 0])} over"
    return text


def _times(search: Search, row: int, rule: str) -> str:
    first, token = (shown(name, search.reached[name][row, 0]) for name in ("ttft_p95", "tpot"))
    return f"first token {first}, token {token}"


WORDS = {
    "training": Words(
        training_layout.TRAINING,
        layout="strategy",
        layouts="strategies",
        first="fastest",
        ranked="step time",
        degrees={
            "tensor_parallel": "tensor",
            "context_parallel": "context",
            "pipeline_parallel": "pipeline",
            "virtual_stages": "virtual",
            "expert_parallel": "expert",
            "micro_batch": "micro-batch",
            "zero_stage": "ZeRO",
        },
        figures={
            "data_parallel": "data",
            "step_time": "step",
            "mfu": "MFU",
            "memory_needed": "memory",
            "recomputed_share": "recomputed",
            "pipeline_bubble": "bubble",
            "communication_share": "communication",
        },
        worth=training_layout.speed,
        reached=_step,
    ),
    "inference": Words(
        serving_layout.SERVING,
        layout="configuration",
        layouts="configurations",
        first="best",
        ranked="output rate",
        degrees={
            "tensor_parallel": "tensor",
            "pipeline_parallel": "pipeline",
            "attention_parallel": "attention",
            "expert_parallel": "expert",
            "concurrency": "batch",
        },
        figures={
            "replica_accelerators": "replica",
            "accelerator_output_rate": "rate",
            "packed_share": "domain filled",
            "ttft_p95": "TTFT P95",
            "tpot": "TPOT",
            "prefill_load": "prefill",
            "memory_for_sequences": "cache memory",
        },
        worth=serving_layout.rate,
        reached=_times,
    ),
}


@dataclass(frozen=True)
class Layouts:
    """How many layouts there were, the best of them, and what ruled the others out."""

    tried: int
    feasible: int
    ranking: Table
    failures: Table


def of_scenario(scenario: Scenario, catalog: Catalog, count: int, free: bool = False) -> Layouts:
    """The best layouts of a scenario, `free` also in what it sets; InputError where it lacks inputs."""
    resolved = resolve(scenario, catalog)
    if scenario.workload not in WORDS:
        raise one(scenario.place, "workload", f"'{scenario.workload}' has no parallel strategy: it takes training")
    words = WORDS[scenario.workload]
    description = words.description
    given, _ = sizing.with_size_and_strategies(resolved)
    searched = {name for name in description.candidates if free or name not in resolved.facts}
    if scenario.workload == "training" and not resolved.get("model_experts"):
        searched.discard("expert_parallel")
    values = {name: value for name, value in given.items() if name not in searched}
    lacking = wiring.route(description.goals, given.giving(dict.fromkeys(description.candidates))).missing
    if lacking:
        names = ", ".join(dict.fromkeys(name for missing in lacking.values() for name in missing))
        raise one(scenario.place, "set", f"the {words.ranked} lacks {names}")
    if not searched:
        message = f"every degree of the {words.layout} is set; --free searches them all the same"
        raise one(scenario.place, "set", message)
    search = layout_search.search(description, values, resolved.options, everything=True)
    usable = search.feasible[:, 0]
    best = _distinct(search, [int(row) for row in search.order()[:, 0] if usable[row]])[:count]
    ranking = _ranking(words, values, search, best)
    return Layouts(len(usable), int(usable.sum()), ranking, _failures(words, search))


def _distinct(search: Search, rows: list[int]) -> list[int]:
    """Rows without those that repeat an earlier one: batches beyond what fits are all cut to the same size."""
    seen: dict[tuple[float, ...], int] = {}
    for row in rows:
        seen.setdefault(tuple(float(column[row, 0]) for column in search.degrees.values()), row)
    return list(seen.values())


def _ranking(words: Words, values: dict[str, Any], search: Search, rows: list[int]) -> Table:
    degrees = {name: column[rows, 0] for name, column in search.degrees.items()}
    figures = wiring.evaluate(list(words.figures), {**values, **degrees}, search.options)
    cells = []
    for place in range(len(rows)):
        split = [f"{degrees[name][place] if name in degrees else values[name]:g}" for name in words.degrees]
        reached = [shown(name, np.broadcast_to(figures[name], (len(rows),))[place]) for name in words.figures]
        cells.append([*split, *reached])
    columns = [*words.degrees.values(), *words.figures.values()]
    return Table(columns, cells, frozenset(range(len(columns))))


def _failures(words: Words, search: Search) -> Table:
    cells = []
    for rule, count, row in search.failures(words.worth(search)):
        told = ""
        if row is not None:
            degrees = ", ".join(f"{words.degrees[name]} {column[row, 0]:g}" for name, column in search.degrees.items())
            told = f"{degrees}: {words.reached(search, row, rule)}"
        if count:
            cells.append([words.description.reasons[rule], f"{count:,}", told])
    return Table(
        ["reason", words.layouts, f"the {words.first} that fails for this reason alone"], cells, frozenset({1})
    )
