"""Layouts of a training run: the parallel strategy and the micro-batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.plan.layout_search import Description, Search, most

_SHORTEST_PIECE = 1024
_LARGEST_IDLE = 0.05


def _largest(values: Mapping[str, Any]) -> dict[str, float]:
    return {
        "tensor_parallel": most(values, "model_heads"),
        "pipeline_parallel": most(values, "model_layers"),
        "virtual_stages": most(values, "model_layers"),
        "context_parallel": most(values, "sequence_length") / _SHORTEST_PIECE,
        "expert_parallel": most(values, "model_experts"),
        "micro_batch": most(values, "global_batch"),
        # No published run of a mixture model shares its weights: that is for users to set.
        "zero_stage": 1 if most(values, "model_experts") else 3,
    }


def _rules(values: Mapping[str, Any]) -> dict[str, Any]:
    t, p, c = values["tensor_parallel"], values["pipeline_parallel"], values["context_parallel"]
    v, e, b = values["virtual_stages"], values["expert_parallel"], values["micro_batch"]
    layers, sequence = values["model_layers"], values["sequence_length"]
    accelerators, experts = values["accelerators"], values["model_experts"]
    replicas = np.floor(accelerators / (t * p * c))
    # Two layers short of even is common practice: embedding and loss take their places.
    uneven = (np.mod(layers, p * v) > 0) & (np.mod(layers + 2, p * v) > 0)
    ranks = replicas * c
    return {
        "heads": np.mod(values["model_heads"], t) > 0,
        "layers": (p > layers) | (p * v > layers + 2) | ((v > 1) & (uneven | (p < 2))),
        "sequence": (c > 1) & ((np.mod(sequence, 2 * c) > 0) | (sequence / c < _SHORTEST_PIECE)),
        "experts": (e > 1) & ((np.mod(experts, e) > 0) | (e > ranks) | (np.mod(ranks, e) > 0)),
        "size": (replicas < 1) | (replicas * t * p * c < (1 - _LARGEST_IDLE) * accelerators),
        "batch": replicas * b > values["global_batch"],
    }


def _limits(values: Mapping[str, Any], reached: Mapping[str, Any]) -> dict[str, Any]:
    return {"memory": reached["memory_margin"] < 0}


def _misses(search: Search) -> tuple[Any, ...]:
    return (np.where(search.limits["memory"], -search.reached["memory_margin"], 0),)


def speed(search: Search) -> Any:
    """The less time a step takes, the better."""
    return -search.reached["predicted_step_time"]


TRAINING = Description(
    candidates={
        "tensor_parallel": (1, 2, 4, 8, 16),
        "context_parallel": (1, 2, 4, 8, 16),
        "pipeline_parallel": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 32, 35, 40, 48, 64),
        "virtual_stages": (1, 2, 3, 4, 5, 6, 7, 8, 10, 12),
        "expert_parallel": (1, 2, 4, 8, 16, 32, 64, 128),
        "micro_batch": (1, 2, 4, 8),
        # Optimizer states shared alone, or gradients and weights too (FSDP).  How much is recomputed is no candidate:
        # left open, each strategy repeats what its memory asks for, from nothing to whole layers.
        "zero_stage": (1, 3),
    },
    largest=_largest,
    reasons={
        "heads": "tensor parallelism does not divide the attention heads",
        "layers": "the pipeline stages do not divide the layers",
        "sequence": "context parallelism cuts the sequence unevenly or below 1,024 tokens",
        "experts": "expert parallelism does not divide the experts or the data-parallel ranks",
        "size": "a replica is larger than the cluster, or leaves more than 5 % of it idle",
        "batch": "the batch has too few sequences for the replicas and micro-batches",
        "memory": "does not fit in memory",
    },
    rules=_rules,
    goals=("predicted_step_time", "memory_margin"),
    limits=_limits,
    read=frozenset({"model_heads", "model_layers", "sequence_length", "accelerators", "model_experts"}),
    worth=speed,
    misses=_misses,
    first=("global_batch",),
)
