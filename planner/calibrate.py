"""The fit of the training model's few named parameters to published step times, and what it is worth on rows left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from planner.validation_training import Replay

# Parameter -> where the search starts, and how far (as a factor) it may plausibly lie from there.
START: dict[str, tuple[float, float]] = {
    "bf16_efficiency": (0.95, 1.1),
    "fp8_efficiency": (0.95, 1.15),
    "fp4_efficiency": (0.75, 1.3),
    "grouped_efficiency": (0.95, 1.1),
    "small_expert_tokens": (150, 1.5),
    "small_product_tokens": (50, 2.0),
    "small_product_width": (50, 2.0),
    "attention_efficiency": (0.5, 1.3),
    "first_flash_efficiency": (0.4, 1.3),
    "first_flash_loss": (0.3, 1.3),
    "unfused_efficiency": (0.5, 1.3),
    "score_passes": (5, 1.5),
    "misaligned_cost": (2.5, 1.5),
    "elementwise_passes": (2, 1.5),
    "low_precision_cast": (0.3, 1.5),
    "recompute_cost": (1.0, 1.1),
    "weight_traffic_exposed": (0.5, 1.4),
    "mixture_progress": (0.25, 1.5),
    "layer_launch_time": (350e-6, 1.5),
    "routing_launch_time": (40e-6, 1.5),
    "expert_launch_time": (200e-6, 1.5),
    "mixture_launch_progress": (0.7, 1.3),
    "framework_fsdp": (1.1, 1.1),
    "framework_deepspeed": (1.1, 1.1),
    "framework_xla": (1.0, 1.1),
    "framework_neuron": (1.0, 1.2),
    "software_progress": (0.025, 1.5),
    "new_chip_penalty": (0.2, 1.3),
    "tensor_exposed_tuned": (0.5, 1.3),
    "tensor_exposed_plain": (0.9, 1.2),
    "expert_exposed": (0.6, 1.4),
    "context_exposed": (0.3, 1.5),
    "pipeline_exposed": (0.4, 1.5),
    "data_exposed": (0.3, 1.5),
    "scaleup_efficiency": (0.75, 1.1),
    "network_efficiency": (0.78, 1.1),
    "shard_efficiency": (0.8, 1.3),
    "deepspeed_gather": (0.15, 1.5),
    "straggler_loss": (0.002, 1.5),
}
# Log step-time error beyond which a row pulls less than its square.
_ROBUST = 0.05
_LOSS = "soft_l1"
_TRUST = 0.08


def residual_function(
    replay: Replay, measured: Any, weights: Any, names: Sequence[str]
) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Weighted log errors as a function of log parameters, and their derivatives from one evaluation of all steps."""
    scale = np.sqrt(weights / weights.mean())
    step = 1e-5

    def errors(logs: Any) -> Any:
        parameters = dict(zip(names, np.exp(logs), strict=True))
        return scale * np.log(replay.predict(("step_time",), parameters)["step_time"] / measured)

    def derivatives(logs: Any) -> Any:
        moved = np.exp(logs)[None, :] * np.exp(step * np.eye(len(names) + 1, len(names), -1))
        parameters = {name: moved[:, [column]] for column, name in enumerate(names)}
        found = np.log(replay.predict(("step_time",), parameters)["step_time"])
        return scale[:, None] * ((found[1:] - found[0]) / step).T

    return errors, derivatives


def fit(replay: Replay, measured: Any, weights: Any, start: Mapping[str, float] | None = None, most: int = 30) -> dict[str, float]:
    """Parameters of the smallest robust error, held near their starting values where rows say nothing of them."""
    from scipy.optimize import least_squares

    names = list(START)
    centre = np.log([START[name][0] for name in names])
    spread = np.log([START[name][1] for name in names])
    errors, derivatives = residual_function(replay, measured, weights, names)
    # Rows of one family repeat each other: a family counts as one observation against the starting values.
    families = weights.sum()
    prior = _TRUST * np.sqrt(len(measured) / families) / spread

    def whole(logs: Any) -> Any:
        return np.concatenate([errors(logs), prior * (logs - centre)])

    def slopes(logs: Any) -> Any:
        return np.concatenate([derivatives(logs), np.diag(prior)])

    first = centre if start is None else np.log([start[name] for name in names])
    found = least_squares(whole, first, jac=slopes, loss=_LOSS, f_scale=_ROBUST, max_nfev=most, x_scale=np.minimum(1, 1 / prior))
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))
