"""Speed of the training model: full single evaluations and vectorised strategies per CPU-second, and published peers.

python benchmarks/training_speed.py
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.model import wiring
from planner.plan import layout_search, sizing
from planner.plan.training_layout import TRAINING
from planner.scenario import resolve, scenario

WANTED = ("step_time", "mfu", "hfu", "tokens_per_second", "training_time", "memory_margin", "communication_share")
# Evaluations a second of one process, as measured on a machine of this class.
PEERS = {"Calculon": 132, "llm-analysis": 900, "SimuMax": 5.7}
TARGETS = {"single": 2_000, "strategies": 300_000}
SCENARIO = {"accelerators": "1024 accelerator", "global_batch": "1024", "training_tokens": "15 Ttoken"}
CHOICES = {"system": "dgx-h100", "model": "llama-3.1-70b"}


def given() -> tuple[dict[str, Any], dict[str, str]]:
    """A training scenario's values with its strategy found, and the options."""
    resolved = resolve.resolve(scenario.Scenario("benchmark", "training", choose=CHOICES, set=SCENARIO), Catalog())
    planned, _ = sizing.with_size_and_strategies(resolved)
    return planned.given, resolved.options


def single_evaluations(seconds: float = 1.0) -> float:
    """Scenarios with a given strategy evaluated one after the other."""
    values, options = given()
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        # Another size each time: nothing can be remembered.
        wiring.evaluate(WANTED, {**values, "accelerators": 1024.0 + count}, options)
        count += 1
    return count / (time.process_time() - start)


def vectorised_strategies(seconds: float = 2.0) -> float:
    """Strategies of one scenario evaluated as columns."""
    values, options = given()
    for name in TRAINING.candidates:
        values.pop(name, None)
    degrees = layout_search.grid(TRAINING, {**values, **wiring.evaluate(("global_batch",), values, options)})
    rows = len(next(iter(degrees.values())))
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        layout_search.evaluated(TRAINING, values, degrees, options, (rows, 1))
        count += rows
    return count / (time.process_time() - start)


def search_time() -> float:
    """Seconds of one whole search: rules, evaluation of what keeps them, ranking."""
    values, options = given()
    for name in TRAINING.candidates:
        values.pop(name, None)
    start = time.process_time()
    layout_search.search(TRAINING, values, options).best()
    return time.process_time() - start


def main() -> None:
    single, vectorised = single_evaluations(), vectorised_strategies()
    print(f"single evaluations        {single:12,.0f} /s   target {TARGETS['single']:,}")
    for name, peer in PEERS.items():
        print(f"    over {name:<16} {single / peer:12,.1f} x")
    print(f"strategies, vectorised    {vectorised:12,.0f} /s   target {TARGETS['strategies']:,}")
    for name, peer in PEERS.items():
        print(f"    over {name:<16} {vectorised / peer:12,.0f} x")
    print(f"one search                {1e3 * search_time():12,.1f} ms")


if __name__ == "__main__":
    np.seterr(all="ignore")
    assert sizing.SIZE in glossary.quantities()
    main()
