"""How many serving configurations the equations evaluate in a second, in one process, and ratios to peers.

    python benchmarks/inference_speed.py [ROWS]

One evaluation is a whole configuration (model, accelerator, layout, batch, lengths) carried from memory fit to
output rate, time per token and time to first token. Times of aiconfigurator 0.12.0 are per estimate, measured once
with its caches warm and once as shipped.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from planner.catalog.catalog import Catalog
from planner.evidence.validation import serving_cases
from planner.model import wiring
from planner.plan import layout_search
from planner.plan.serving_layout import SERVING
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario

TARGET = 50_000
BLOCK = 8_192
AICONFIGURATOR = {"aiconfigurator, caches warm": 9e-3, "aiconfigurator as shipped": 2.4}
WANTED = ("output_tokens_per_second", "tpot", "ttft", "serving_memory_margin")


def throughput(rows: int) -> float:
    """Evaluations per second over a grid of random lengths, layouts and batches."""
    catalog = Catalog()
    scenario = Scenario(
        "benchmark", "inference", choose={"accelerator": "h100-sxm", "model": "qwen3-235b-a22b"}, set={}
    )
    resolved = resolve(scenario, catalog)
    random = np.random.default_rng(0)
    spent = 0.0
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        values = dict(resolved) | {
            "tensor_parallel": 2.0 ** random.integers(0, 4, count),
            "pipeline_parallel": np.ones(count),
            "expert_parallel": np.ones(count),
            "attention_parallel": 2.0 ** random.integers(0, 2, count),
            "concurrency": 2.0 ** random.integers(0, 11, count),
            "input_tokens": random.uniform(100, 20_000, count),
            "output_tokens": random.uniform(100, 4_000, count),
            "accelerators": np.full(count, 64.0),
        }
        begin = time.perf_counter()
        found = wiring.evaluate(WANTED, values, resolved.options)
        spent += time.perf_counter() - begin
        assert np.isfinite(found["tpot"]).all()
    return rows / spent


def replay() -> float:
    """Published cases predicted per second, options and all."""
    catalog = Catalog()
    cases = serving_cases.read(catalog)
    constants = serving_cases.constants(catalog)
    begin = time.perf_counter()
    for _ in range(10):
        serving_cases.predict(cases, constants, WANTED[:3])
    return 10 * len(cases.ids) / (time.perf_counter() - begin)


def search() -> tuple[float, int]:
    """Seconds for the best configuration of one scenario, and how many were compared."""
    catalog = Catalog()
    scenario = Scenario("benchmark", "inference", choose={"system": "hgx-h100", "model": "deepseek-r1"}, set={})
    resolved = resolve(scenario, catalog)
    values = resolved.given | {"accelerators": 1024.0}
    begin = time.perf_counter()
    found = layout_search.search(SERVING, values, resolved.options)
    return time.perf_counter() - begin, len(found.broken["memory"])


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    throughput(BLOCK)
    rate = throughput(rows)
    print(f"{rate:,.0f} evaluations a second in one process ({rows:,} rows): {rate / TARGET:.1f} times the target")
    for name, seconds in AICONFIGURATOR.items():
        print(f"  {rate * seconds:,.0f} times {name} ({seconds:g} s each)")
    print(f"{replay():,.0f} published cases a second")
    seconds, count = search()
    print(f"{count:,} configurations of one scenario searched in {1000 * seconds:.0f} ms")
    return 0 if rate >= TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
