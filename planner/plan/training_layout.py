"""The parallel strategy: every way to divide the work that a scenario leaves open, evaluated at once.

Strategies are a leading axis: each degree is a column (S, 1), scenarios are the last axis.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.model import wiring
from planner.plan import layout_search

# Degree -> the values that are tried where the scenario does not set it.
CANDIDATES: dict[str, tuple[int, ...]] = {
    "tensor_parallel": (1, 2, 4, 8, 16),
    "context_parallel": (1, 2, 4, 8, 16),
    "pipeline_parallel": (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 32, 35, 40, 48, 64),
    "virtual_stages": (1, 2, 3, 4, 5, 6, 7, 8, 10, 12),
    "expert_parallel": (1, 2, 4, 8, 16, 32, 64, 128),
    "micro_batch": (1, 2, 4, 8),
    # Optimizer states shared alone, or gradients and weights too (FSDP).  How much is recomputed is no candidate:
    # left open, each strategy repeats what its memory asks for, from nothing to whole layers.
    "zero_stage": (1, 3),
}
# Rule -> what to say of a strategy that breaks it.
REASONS = {
    "heads": "tensor parallelism does not divide the attention heads",
    "layers": "the pipeline stages do not divide the layers",
    "sequence": "context parallelism cuts the sequence unevenly or below 1,024 tokens",
    "experts": "expert parallelism does not divide the experts or the data-parallel ranks",
    "size": "a replica is larger than the cluster, or leaves more than 5 % of it idle",
    "batch": "the batch has too few sequences for the replicas and micro-batches",
    "memory": "does not fit in memory",
}
GOALS = ("predicted_step_time", "memory_margin")
_SHORTEST_PIECE = 1024
_LARGEST_IDLE = 0.05
# Elements of one block of strategies and scenarios: its columns stay in the cache.
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Search:
    """Strategies of some scenarios: degrees as columns, what each takes and which rules each breaks."""

    degrees: dict[str, Any]
    step_time: Any
    memory_margin: Any
    broken: dict[str, Any]

    @property
    def feasible(self) -> Any:
        """True where no rule is broken."""
        return ~np.logical_or.reduce(list(self.broken.values()))

    def order(self) -> Any:
        """Strategies by worth for each scenario: feasible ones by time, then the others by how little they miss."""
        others = np.sum([broken for name, broken in self.broken.items() if name != "memory"], axis=0)
        lacking = np.where(self.broken["memory"], -self.memory_margin, 0)
        return np.lexsort((self.step_time, lacking, others), axis=0)

    def failures(self) -> list[tuple[str, int, int | None]]:
        """Rule, how many strategies break it, and the fastest one that breaks no other; of the first scenario."""
        found = []
        for name, broken in self.broken.items():
            others = np.logical_or.reduce([flag for other, flag in self.broken.items() if other != name])[:, 0]
            alone = np.flatnonzero(broken[:, 0] & ~others)
            fastest = int(alone[np.argmin(self.step_time[alone, 0])]) if alone.size else None
            found.append((name, int(broken[:, 0].sum()), fastest))
        return found

    def best(self) -> dict[str, Any]:
        """The degrees of the best strategy, one value for each scenario."""
        first = self.order()[0]
        return {name: column[first, 0] for name, column in self.degrees.items()}


def left_open(values: Mapping[str, Any]) -> list[str]:
    """The degrees that the scenario leaves to the search."""
    return [name for name in CANDIDATES if name not in values]


def grid(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every combination of the open degrees that could suit the model, as columns."""
    most = {
        "tensor_parallel": _most(values, "model_heads"),
        "pipeline_parallel": _most(values, "model_layers"),
        "virtual_stages": _most(values, "model_layers"),
        "context_parallel": _most(values, "sequence_length") / _SHORTEST_PIECE,
        "expert_parallel": _most(values, "model_experts"),
        "micro_batch": _most(values, "global_batch"),
        # No published run of a mixture model shares its weights: that is for users to set.
        "zero_stage": 1 if _most(values, "model_experts") else 3,
    }
    names = left_open(values)
    return _grid(tuple((n, tuple(c for c in CANDIDATES[n] if c <= max(1, most.get(n, c)))) for n in names))


@functools.lru_cache(maxsize=32)
def _grid(choices: tuple[tuple[str, tuple[int, ...]], ...]) -> dict[str, Any]:
    meshes = np.meshgrid(*(np.array(values, dtype=float) for _, values in choices), indexing="ij")
    return {name: mesh.reshape(-1, 1) for (name, _), mesh in zip(choices, meshes, strict=True)}


def _most(values: Mapping[str, Any], name: str) -> float:
    return float(np.max(values[name]))


def broken_rules(values: Mapping[str, Any]) -> dict[str, Any]:
    """Rule -> True where a strategy breaks it; all rules but memory, which has to be evaluated."""
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


def search(values: Mapping[str, Any], options: Mapping[str, str], everything: bool = False) -> Search:
    """The candidate strategies of a scenario, or of scenarios along the last axis, evaluated.

    Strategies that break a rule in every scenario are left out unless `everything` is asked for or none is left.
    """
    found = wiring.evaluate(("global_batch",), values, options)
    degrees = grid(found)
    broken = broken_rules({**found, **degrees})
    rows = len(next(iter(degrees.values()))) if degrees else 1
    scenarios = max((np.shape(value)[-1] for value in values.values() if np.ndim(value)), default=1)
    flags = {name: np.broadcast_to(flag, (rows, scenarios)) for name, flag in broken.items()}
    hopeless = np.logical_or.reduce(list(flags.values())).all(axis=1)
    kept = np.ones(rows, dtype=bool) if everything or hopeless.all() else ~hopeless
    degrees = {name: column[kept] for name, column in degrees.items()}
    flags = {name: flag[kept] for name, flag in flags.items()}
    step_time, margin = evaluated(values, degrees, options, (int(kept.sum()), scenarios))
    return Search(degrees, step_time, margin, {**flags, "memory": margin < 0})


def evaluated(
    values: Mapping[str, Any], degrees: Mapping[str, Any], options: Mapping[str, str], shape: tuple[int, int]
) -> tuple[Any, Any]:
    """Step time and memory margin of every strategy, block by block."""
    found = [np.empty(shape) for _ in GOALS]
    height = max(1, _BLOCK // shape[1])
    for start in range(0, shape[0], height):
        rows = slice(start, start + height)
        block = wiring.evaluate(GOALS, {**values, **{n: column[rows] for n, column in degrees.items()}}, options)
        for whole, name in zip(found, GOALS, strict=True):
            whole[rows] = block[name]
    return found[0], found[1]


def needed(values: Mapping[str, Any], options: Mapping[str, str]) -> set[str] | None:
    """The given quantities that the choice of a strategy depends on; None where the model cannot be evaluated."""
    known = [*values, *CANDIDATES]
    if wiring.route(GOALS, known, options).missing:
        return None
    goals = ("global_batch", *GOALS)
    rules = {"model_heads", "model_layers", "sequence_length", "accelerators", "model_experts"}
    return (rules | set().union(*(wiring.inputs_of(goal, known, options) for goal in goals))) & set(values)


def chosen(values: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """The best strategy's open degrees: floats, or arrays where what it depends on varies over scenarios."""
    names = needed(values, options)
    if names is None or not left_open(values):
        return {}
    relevant = {name: values[name] for name in names}
    if any(np.ndim(value) for value in relevant.values()):
        return layout_search.of_each(_chosen, relevant, options, left_open(relevant))
    found = _chosen(tuple(sorted((n, float(v)) for n, v in relevant.items())), tuple(sorted(options.items())))
    return dict(found)


@functools.lru_cache(maxsize=4096)
def _chosen(relevant: tuple[tuple[str, float], ...], options: tuple[tuple[str, str], ...]) -> dict[str, float]:
    # As numpy's floats, with which a division by zero is infinite and no error.
    values = {name: np.float64(value) for name, value in relevant}
    return {name: float(value[0]) for name, value in search(values, dict(options)).best().items()}
