"""Layouts of a model that serves: how a replica is divided, and how many sequences it takes at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.model import wiring
from planner.plan.layout_search import Description, Search, most

_ALL_RANKS = math.inf
_CANDIDATES = {
    "tensor_parallel": (1, 2, 4, 8, 16, 32),
    "pipeline_parallel": (1, 2, 4, 8),
    "attention_parallel": (1, 2, 4, 8, 16, 32, 64),
    # Experts placed whole on every rank, or split over all ranks.
    "expert_parallel": (1, _ALL_RANKS),
    "concurrency": tuple(sorted({2.0**k for k in range(15)} | {3 * 2.0**k for k in range(13)})),
}
_LARGEST_REPLICA = math.prod(
    max(_CANDIDATES[name]) for name in ("tensor_parallel", "pipeline_parallel", "attention_parallel")
)


def _largest(values: Mapping[str, Any]) -> dict[str, float]:
    experts = most(values, "model_experts")
    return {
        "tensor_parallel": most(values, "model_heads"),
        "pipeline_parallel": most(values, "model_layers"),
        "attention_parallel": experts,
        "expert_parallel": _ALL_RANKS if experts else 1,
        "concurrency": most(values, "engine_batch") * max(_CANDIDATES["attention_parallel"]),
    }


def _expert_ranks(values: Mapping[str, Any]) -> Any:
    """How many ranks the experts are split over."""
    ranks = values["tensor_parallel"] * values["attention_parallel"]
    return np.where(values["expert_parallel"] == _ALL_RANKS, ranks, values["expert_parallel"])


def _rules(values: Mapping[str, Any]) -> dict[str, Any]:
    t, p = values["tensor_parallel"], values["pipeline_parallel"]
    d, e = values["attention_parallel"], _expert_ranks(values)
    experts = values["model_experts"]
    domain = np.maximum(values["system_scaleup_domain"], 1)
    return {
        "heads": np.mod(values["model_heads"], t) > 0,
        "layers": p > values["model_layers"],
        "experts": ((d > 1) & (experts == 0)) | ((e > 1) & (np.mod(experts, np.maximum(e, 1)) > 0)),
        "domain": t * d * values["accelerators_per_rank"] > domain,
        "size": t * p * d * values["accelerators_per_rank"] > values["accelerators"],
    }


def _cut(values: Mapping[str, Any], degrees: dict[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """Experts over the ranks there are; no batch larger than memory and engine take: the largest one is tried too."""
    if "expert_parallel" in degrees:
        degrees["expert_parallel"] = _expert_ranks({**values, **degrees})
    if "concurrency" in degrees:
        fits = wiring.evaluate(("batch",), {**values, **degrees}, options)["batch"]
        degrees["concurrency"] = np.minimum(degrees["concurrency"], fits)
    return degrees


def _limits(values: Mapping[str, Any], reached: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "memory": reached["serving_memory_margin"] < 0,
        "tpot": reached["tpot"] > values["tpot_limit"],
        "ttft": reached["ttft_p95"] > values["ttft_limit"],
    }


def _misses(search: Search) -> tuple[Any, ...]:
    limits, reached = search.limits, search.reached
    late = limits["tpot"] * reached["tpot"] + limits["ttft"] * reached["ttft_p95"]
    return late, np.where(limits["memory"], -reached["serving_memory_margin"], 0)


def rate(search: Search) -> Any:
    """Output tokens per second of an accelerator, those left over in a scale-up domain counted."""
    reached = search.reached
    return reached["replica_output_rate"] / reached["replica_accelerators"] * reached["packed_share"]


def _worth(search: Search) -> Any:
    """What the option serving_goal asks for."""
    goal = search.options.get("serving_goal", "throughput")
    if goal == "latency":
        return -search.reached["tpot"]
    # The cluster costs the same whatever it serves.
    return search.reached["output_tokens_per_second"] if goal == "cost" else rate(search)


SERVING = Description(
    candidates=_CANDIDATES,
    largest=_largest,
    reasons={
        "heads": "tensor parallelism does not divide the attention heads",
        "layers": "the pipeline has more stages than the model has layers",
        "experts": "attention groups share no experts, or the ranks do not divide them",
        "domain": "the ranks of a stage reach beyond the scale-up network",
        "size": "a replica is larger than the cluster",
        "memory": "weights and one sequence do not fit in memory",
        "tpot": "tokens come slower than the limit allows",
        "ttft": "the first token comes later than the limit allows",
    },
    rules=_rules,
    goals=(
        "replica_output_rate",
        "replica_accelerators",
        "packed_share",
        "output_tokens_per_second",
        "serving_memory_margin",
        "tpot",
        "ttft_p95",
    ),
    limits=_limits,
    read=frozenset(
        {
            *("model_heads", "model_layers", "model_experts", "accelerators", "accelerators_per_rank"),
            *("engine_batch", "system_scaleup_domain", "tpot_limit", "ttft_limit"),
        }
    ),
    worth=_worth,
    misses=_misses,
    cut=_cut,
    # Beyond the largest replica tried, the size of the cluster does not matter.
    enough={"accelerators": _LARGEST_REPLICA},
)
