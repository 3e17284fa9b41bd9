"""The serving configuration: every way to place a model that a scenario leaves open, evaluated at once.

Configurations are a leading axis: each degree and the batch is a column (S, 1), scenarios are the last axis.
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
CANDIDATES: dict[str, tuple[float, ...]] = {
    "tensor_parallel": (1, 2, 4, 8, 16, 32),
    "pipeline_parallel": (1, 2, 4, 8),
    "attention_parallel": (1, 2, 4, 8, 16, 32, 64),
    # Experts split over all ranks, or placed whole on them.
    "expert_parallel": (1, 0),
    "concurrency": tuple(sorted({2.0**k for k in range(15)} | {3 * 2.0**k for k in range(13)})),
}
# Rule -> what to say of a configuration that breaks it.
REASONS = {
    "heads": "tensor parallelism does not divide the attention heads",
    "layers": "the pipeline has more stages than the model has layers",
    "experts": "attention groups share no experts, or the ranks do not divide them",
    "domain": "the ranks of a stage reach beyond the scale-up network",
    "size": "a replica is larger than the cluster",
    "memory": "weights and one sequence do not fit in memory",
    "tpot": "tokens come slower than the limit allows",
    "ttft": "the first token comes later than the limit allows",
}
GOALS = (
    "replica_output_rate",
    "replica_accelerators",
    "packed_share",
    "output_tokens_per_second",
    "serving_memory_margin",
    "tpot",
    "ttft_p95",
)
_HARD = ("heads", "layers", "experts", "domain", "size")
# Elements of one block of configurations and scenarios: its columns stay in the cache.
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Search:
    """Configurations of some scenarios: degrees as columns, what each reaches and which rules each breaks."""

    degrees: dict[str, Any]
    reached: dict[str, Any]
    broken: dict[str, Any]
    # What the best configuration is best at: a choice of serving_goal.
    goal: str

    @property
    def rate(self) -> Any:
        """Output tokens per second of an accelerator, those left over in a scale-up domain counted."""
        of_replica = self.reached["replica_output_rate"] / self.reached["replica_accelerators"]
        return of_replica * self.reached["packed_share"]

    @property
    def worth(self) -> Any:
        """What the goal asks for, the more the better."""
        if self.goal == "latency":
            return -self.reached["tpot"]
        # The cluster costs the same whatever it serves.
        return self.reached["output_tokens_per_second"] if self.goal == "cost" else self.rate

    @property
    def feasible(self) -> Any:
        """True where no rule is broken."""
        return ~np.logical_or.reduce(list(self.broken.values()))

    def order(self) -> Any:
        """Configurations by worth for each scenario: feasible ones first, then those that break the fewest rules."""
        with np.errstate(divide="ignore", invalid="ignore"):
            # A scenario may set a replica of no accelerators, or times without end.
            return self._order()

    def _order(self) -> Any:
        hard = np.sum([self.broken[name] for name in _HARD], axis=0)
        memory = np.where(self.broken["memory"], -self.reached["serving_memory_margin"], 0)
        late = np.sum(
            [self.broken[name] * self.reached[of] for name, of in (("tpot", "tpot"), ("ttft", "ttft_p95"))], 0
        )
        return np.lexsort((-self.worth, late, memory, hard), axis=0)

    def best(self) -> dict[str, Any]:
        """The degrees of the best configuration, one value for each scenario."""
        first = self.order()[0]
        shape = np.shape(self.broken["memory"])
        return {
            name: np.take_along_axis(np.broadcast_to(column, shape), first[np.newaxis], axis=0)[0]
            for name, column in self.degrees.items()
        }


def left_open(values: Mapping[str, Any]) -> list[str]:
    """The degrees that the scenario leaves to the search."""
    return [name for name in CANDIDATES if name not in values]


def grid(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every combination of the open degrees that could suit the model, as columns."""
    most = {
        "tensor_parallel": _most(values, "model_heads"),
        "pipeline_parallel": _most(values, "model_layers"),
        "attention_parallel": max(1.0, _most(values, "model_experts")),
        "expert_parallel": np.inf if _most(values, "model_experts") else 1.0,
        "concurrency": _most(values, "engine_batch") * max(CANDIDATES["attention_parallel"]),
    }
    names = left_open(values)
    choices = {n: [c for c in CANDIDATES[n] if c <= most[n]] for n in names}
    if most["expert_parallel"] == 1.0 and "expert_parallel" in choices:
        choices["expert_parallel"] = [1.0]
    meshes = np.meshgrid(*(np.array(c, dtype=float) for c in choices.values()), indexing="ij")
    degrees = {name: mesh.reshape(-1, 1) for name, mesh in zip(choices, meshes, strict=True)}
    if "expert_parallel" in degrees:
        known = {**values, **degrees}
        whole = known["tensor_parallel"] * known["attention_parallel"]
        degrees["expert_parallel"] = np.where(degrees["expert_parallel"] == 0, whole, 1.0)
    return degrees


def _most(values: Mapping[str, Any], name: str) -> float:
    return float(np.max(values[name]))


def broken_rules(values: Mapping[str, Any]) -> dict[str, Any]:
    """Rule -> True where a configuration breaks it; the rules that need no evaluation."""
    t, p = values["tensor_parallel"], values["pipeline_parallel"]
    d, e = values["attention_parallel"], values["expert_parallel"]
    experts = values["model_experts"]
    domain = np.maximum(values["system_scaleup_domain"], 1)
    return {
        "heads": np.mod(values["model_heads"], t) > 0,
        "layers": p > values["model_layers"],
        "experts": ((d > 1) & (experts == 0)) | ((e > 1) & (np.mod(experts, np.maximum(e, 1)) > 0)),
        "domain": t * d * values["accelerators_per_rank"] > domain,
        "size": t * p * d * values["accelerators_per_rank"] > values["accelerators"],
    }


def search(values: Mapping[str, Any], options: Mapping[str, str], everything: bool = False) -> Search:
    """The candidate configurations of a scenario, or of scenarios along the last axis, evaluated.

    Configurations that break a rule in every scenario are left out unless `everything` is asked for or none is left.
    """
    degrees = grid(values)
    flags = broken_rules({**values, **degrees})
    scenarios = max((np.shape(value)[-1] for value in values.values() if np.ndim(value)), default=1)
    rows = max((len(column) for column in degrees.values()), default=1)
    flags = {name: np.broadcast_to(flag, (rows, scenarios)) for name, flag in flags.items()}
    hopeless = np.logical_or.reduce(list(flags.values())).all(axis=1)
    kept = np.ones(rows, dtype=bool) if everything or hopeless.all() else ~hopeless
    degrees = {name: column[kept] for name, column in degrees.items()}
    flags = {name: flag[kept] for name, flag in flags.items()}
    if "concurrency" in degrees:
        degrees["concurrency"] = _as_many_as_fit(values, degrees, options)
    reached = _evaluated(values, degrees, options, (int(kept.sum()), scenarios))
    flags["memory"] = reached["serving_memory_margin"] < 0
    flags["tpot"] = reached["tpot"] > values["tpot_limit"]
    flags["ttft"] = reached["ttft_p95"] > values["ttft_limit"]
    return Search(degrees, reached, flags, options.get("serving_goal", "throughput"))


def _as_many_as_fit(values: Mapping[str, Any], degrees: Mapping[str, Any], options: Mapping[str, str]) -> Any:
    """The tried batches, none larger than what memory and engine take: the largest one is tried too."""
    tried = degrees["concurrency"]
    fits = wiring.evaluate(("batch",), {**values, **degrees}, options)["batch"]
    return np.minimum(tried, fits)


def _evaluated(
    values: Mapping[str, Any], degrees: Mapping[str, Any], options: Mapping[str, str], shape: tuple[int, int]
) -> dict[str, Any]:
    """What every configuration reaches, block by block."""
    found = {name: np.empty(shape) for name in GOALS}
    height = max(1, _BLOCK // shape[1])
    for start in range(0, shape[0], height):
        rows = slice(start, start + height)
        block = wiring.evaluate(GOALS, {**values, **{n: column[rows] for n, column in degrees.items()}}, options)
        for name, whole in found.items():
            whole[rows] = block[name]
    return found


def needed(values: Mapping[str, Any], options: Mapping[str, str]) -> set[str] | None:
    """The given quantities that the choice of a configuration depends on; None where the model cannot be evaluated."""
    known = [*values, *CANDIDATES]
    if wiring.route(GOALS, known, options).missing:
        return None
    rules = {"model_heads", "model_layers", "model_experts", "accelerators", "accelerators_per_rank", "engine_batch"}
    rules |= {"system_scaleup_domain", "tpot_limit", "ttft_limit", *CANDIDATES}
    return (rules | set().union(*(wiring.inputs_of(goal, known, options) for goal in GOALS))) & set(values)


def chosen(values: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """The best configuration's open degrees: floats, or arrays where what it depends on varies over scenarios."""
    names = needed(values, options)
    if names is None or not left_open(values):
        return {}
    relevant = {name: values[name] for name in names}
    if "accelerators" in relevant:
        # Beyond the largest replica tried, the size of the cluster does not matter.
        relevant["accelerators"] = np.minimum(relevant["accelerators"], _largest_replica())
    if any(np.ndim(value) for value in relevant.values()):
        return layout_search.of_each(_chosen, relevant, options, left_open(relevant))
    found = _chosen(tuple(sorted((n, float(v)) for n, v in relevant.items())), tuple(sorted(options.items())))
    return dict(found)


def _largest_replica() -> float:
    most = [max(CANDIDATES[name]) for name in ("tensor_parallel", "pipeline_parallel", "attention_parallel")]
    return float(np.prod(most))


@functools.lru_cache(maxsize=4096)
def _chosen(relevant: tuple[tuple[str, float], ...], options: tuple[tuple[str, str], ...]) -> dict[str, float]:
    # As numpy's floats, with which a division by zero is infinite and no error.
    values = {name: np.float64(value) for name, value in relevant}
    return {name: float(value[0]) for name, value in search(values, dict(options)).best().items()}
