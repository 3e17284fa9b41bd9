"""The fit of the few named training parameters to published step times, and what it is worth on rows left out."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner import files, glossary, units
from planner.catalog.catalog import Catalog
from planner.evidence.validation import training
from planner.evidence.validation.training import Replay

# Parameter -> where the fit starts, and the factor by which it may plausibly lie off.  Starts were chosen by people who
# had seen the cases: errors of left-out rows are somewhat optimistic for that.
START: dict[str, tuple[float, float]] = {
    "matrix_energy": (0.5e-12, 1.2),
    "bf16_efficiency": (0.95, 1.1),
    "fp8_efficiency": (0.95, 1.15),
    "fp4_efficiency": (0.75, 1.3),
    "grouped_efficiency": (1.0, 1.1),
    "grouped_precision_loss": (0.5, 1.5),
    "small_product_width": (300, 2.0),
    "small_shard_width": (120, 1.5),
    "attention_efficiency": (0.45, 1.3),
    "first_flash_efficiency": (0.4, 1.3),
    "score_passes": (5, 1.5),
    "misaligned_cost": (5, 1.5),
    "elementwise_passes": (2, 1.5),
    "recompute_cost": (1.0, 1.1),
    "weight_traffic_exposed": (0.5, 1.4),
    "mixture_progress": (0.25, 1.5),
    "layer_launch_time": (350e-6, 1.5),
    "routing_launch_time": (40e-6, 1.5),
    "expert_launch_time": (200e-6, 1.5),
    "mixture_launch_progress": (0.9, 1.2),
    "framework_fsdp": (1.0, 1.1),
    "framework_deepspeed": (1.05, 1.1),
    "framework_xla": (1.0, 1.1),
    "framework_neuron": (1.1, 1.2),
    "software_progress": (0.1, 1.3),
    "tensor_exposed_overlapped": (0.5, 1.3),
    "expert_exposed": (0.6, 1.4),
    "pipeline_exposed_overlapped": (0.4, 1.5),
    "scaleup_efficiency": (0.75, 1.1),
    "network_efficiency": (0.78, 1.1),
    "shard_efficiency": (0.8, 1.3),
    "deepspeed_gather": (0.15, 1.5),
}
# Log error of the step time beyond which a row pulls less than its square.
_ROBUST = 0.04
# Log error of one family that weighs as much as a parameter lying off by its factor.
_TRUST = 0.055
_STEP = 1e-5
# The factor by which the machine and the launches of one document may lie off from all others': chips of one kind
# differ by 5 % with cooling and power (stas00/ml-engineering, accelerator README).
_DOCUMENT = 1.05


def fit(replay: Replay, measured: Any, weights: Any, documents: Any) -> dict[str, float]:
    """Parameters of the smallest robust error, held near their starting values where rows say little of them.

    Each document has an offset of its own in the fit, which no prediction has: what is particular to one machine
    does not bend the parameters of all.
    """
    from scipy.optimize import least_squares

    names, labels = list(START), np.unique(documents)
    count = len(names)
    centre = np.concatenate([np.log([START[name][0] for name in names]), np.zeros(len(labels))])
    spread = np.concatenate([np.log([START[name][1] for name in names]), np.full(len(labels), np.log(_DOCUMENT))])
    errors, derivatives = _residuals(replay, measured, weights, names)
    own = (documents[:, None] == labels) * np.sqrt(weights / weights.mean())[:, None]
    # Rows of one family repeat each other: the family as a whole counts against the starting values.
    hold = _TRUST * np.sqrt(len(measured) / weights.sum()) / spread
    found = least_squares(
        lambda logs: np.concatenate([errors(logs[:count]) + own @ logs[count:], hold * (logs - centre)]),
        centre,
        jac=lambda logs: np.concatenate([np.hstack([derivatives(logs[:count]), own]), np.diag(hold)]),
        loss="soft_l1",
        f_scale=_ROBUST,
        x_scale=np.minimum(1, 1 / hold),
        xtol=1e-5,
        ftol=1e-5,
        max_nfev=40,
    )
    return dict(zip(names, np.exp(found.x[:count]).tolist(), strict=True))


def fit_with_strategies(replay: Replay, measured: Any, weights: Any, documents: Any) -> dict[str, float]:
    """The same, where rows that leave their strategy open take the best under the parameters found."""
    replay.choose_strategies(fit(replay, measured, weights, documents))
    return fit(replay, measured, weights, documents)


def _residuals(
    replay: Replay, measured: Any, weights: Any, names: Sequence[str]
) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Weighted log errors as a function of log parameters, and their derivatives from one evaluation of all steps."""
    scale = np.sqrt(weights / weights.mean())

    def errors(logs: Any) -> Any:
        parameters = dict(zip(names, np.exp(logs), strict=True))
        return scale * np.log(replay.predict(("step_time",), parameters)["step_time"] / measured)

    def derivatives(logs: Any) -> Any:
        moved = np.exp(logs + _STEP * np.eye(len(names) + 1, len(names), -1))
        parameters = {name: moved[:, [column]] for column, name in enumerate(names)}
        found = np.log(replay.predict(("step_time",), parameters)["step_time"])
        return scale[:, None] * ((found[1:] - found[0]) / _STEP).T

    return errors, derivatives


def left_out(replay: Replay, measured: Any, weights: Any, documents: Any, groups: Any) -> Any:
    """Each row's step time as predicted by a fit that has seen nothing of its group."""
    predicted = np.full(len(measured), np.nan)
    for group in np.unique(groups):
        outside = groups != group
        seen = replay.subset(outside)
        parameters = fit_with_strategies(seen, measured[outside], weights[outside], documents[outside])
        unseen = replay.subset(~outside)
        unseen.choose_strategies(parameters)
        predicted[~outside] = unseen.predict(("step_time",), parameters)["step_time"]
    return predicted


def calibrate(path: Path | None = None, output: Path | None = None) -> dict[str, Any]:
    """Fit to the published runs; the summary as `validate` gives it with parameters and left-out errors added."""
    catalog = Catalog()
    cases = training.load(path, catalog)
    scored = [case for case in cases if training.is_scored(case) and case.measured_step_time]
    replay = Replay(scored, catalog)
    measured = np.array([case.measured_step_time for case in scored], dtype=float)
    weights = np.array([case.number("eval_weight") or 1.0 for case in scored])
    families = np.array([case.family for case in scored])
    documents = np.array([case.document for case in scored])
    parameters = fit_with_strategies(replay, measured, weights, documents)
    errors = {
        "fitted": replay.predict(("step_time",), parameters)["step_time"],
        "left_out_family": left_out(replay, measured, weights, documents, families),
        "left_out_document": left_out(replay, measured, weights, documents, documents),
    }
    ratio = measured / errors["left_out_document"]
    band = weighted_quantiles(ratio, weights, (0.1, 0.9))
    inside = _coverage(ratio, weights, documents)
    summary = {
        "date": datetime.date.today().isoformat(),
        "rows": len(scored),
        "families": len(set(families)),
        "documents": len(set(documents)),
        "parameters": len(parameters),
        "band": [round(float(edge), 4) for edge in band],
        "left_out_band_coverage": round(inside, 4),
        **{name: _figures(predicted / measured - 1, weights) for name, predicted in errors.items()},
        "residuals": _residuals_by_document(errors, measured, weights, documents),
    }
    if output is not None:
        files.write_atomically(output, calibration_file(parameters, summary))
    found = training.report(scored, errors["fitted"], measured, summary)
    found["parameters"] = {
        name: {"value": value, "start": START[name][0], "unit": glossary.quantities()[name].unit}
        for name, value in parameters.items()
    }
    return found


def weighted_quantiles(values: Any, weights: Any, shares: Sequence[float]) -> Any:
    """Quantiles of values that count by weight."""
    order = np.argsort(values)
    reached = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    return np.interp(shares, reached, values[order])


def _coverage(ratio: Any, weights: Any, documents: Any) -> float:
    """Share of left-out rows, by weight, inside the band that the other documents' left-out rows give."""
    inside = np.zeros(len(ratio))
    for name in dict.fromkeys(documents):
        own = documents == name
        low, high = weighted_quantiles(ratio[~own], weights[~own], (0.1, 0.9))
        inside[own] = (ratio[own] >= low) & (ratio[own] <= high)
    return float(np.average(inside, weights=weights))


def _figures(errors: Any, weights: Any) -> dict[str, float]:
    size = np.abs(errors)
    return {
        "weighted_mape": round(float(np.average(size, weights=weights)), 4),
        "median": round(float(np.median(size)), 4),
        "p90": round(float(np.percentile(size, 90)), 4),
    }


def _residuals_by_document(
    errors: Mapping[str, Any], measured: Any, weights: Any, documents: Any
) -> dict[str, dict[str, float]]:
    """Document -> its rows, and the mean logarithm of predicted over measured, fitted and left out."""
    found = {}
    for name in sorted(set(documents)):
        own = documents == name
        mean = {
            key: round(float(np.average(np.log(predicted[own] / measured[own]), weights=weights[own])), 4)
            for key, predicted in errors.items()
        }
        found[name] = {"rows": int(own.sum()), **mean}
    return found


def ends_of(low: float, high: float) -> tuple[float, float]:
    """Ends of the double-triangular distribution around 1 whose P10 and P90 are `low` and `high`."""
    # A tenth of all is a fifth of one side, and its share of the way from the end to the middle is the root of that.
    share = math.sqrt(0.2)
    return (low - share) / (1 - share), (high - share) / (1 - share)


_HEADER = """\
# Parameters of the training model, fitted to catalogs/measurements/training.csv by `planner calibrate training`.
# Low and high of prediction_factor are the ends of the distribution around 1 whose P10 and P90 are those of the
# measured over the predicted step time in documents left out of the fit.
source = "fit"
kind = "derived"
"""


def calibration_file(parameters: Mapping[str, float], summary: Mapping[str, Any]) -> str:
    """The calibration file's text."""
    ends = ends_of(*summary["band"])
    lines = [_HEADER.rstrip(), f"as_of = {summary['date']}", ""]
    lines += [f"{name} = {_toml_value(name, value)}" for name, value in parameters.items()]
    lines += ["", "[prediction_factor]", "value = 1", f"low = {ends[0]:.4g}", f"high = {ends[1]:.4g}"]
    lines += ["", "[fit]", 'data = "catalogs/measurements/training.csv"']
    for key, value in summary.items():
        if key == "residuals":
            continue
        if isinstance(value, Mapping):
            value = _inline(value)
        elif isinstance(value, str):
            value = value if key == "date" else f'"{value}"'
        lines.append(f"{key} = {value}")
    lines += ["", "# Mean logarithm of predicted over measured by document.", "[fit.residuals]"]
    lines += [f'"{name}" = {_inline(mean)}' for name, mean in summary.get("residuals", {}).items()]
    return "\n".join(lines) + "\n"


def _inline(table: Mapping[str, float]) -> str:
    return "{ " + ", ".join(f"{name} = {number}" for name, number in table.items()) + " }"


def _toml_value(name: str, value: float) -> str:
    row = glossary.quantities()[name]
    if row.unit == units.DIMENSIONLESS:
        return f"{value:.4g}"
    return f'"{units.convert(value, row.show):.4g} {row.show}"'
