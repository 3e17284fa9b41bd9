"""The fit of the few named training parameters to published step times, and what it is worth on rows left out."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner import files, glossary
from planner.catalog.catalog import Catalog
from planner.evidence.calibration.fitting import Prior, left_out, prior, robust_fit, written
from planner.evidence.validation import training
from planner.evidence.validation.training import Replay

_STEP = 1e-5


def fit(replay: Replay, measured: Any, weights: Any, documents: Any, beliefs: Prior) -> dict[str, float]:
    """Parameters of the smallest robust error, held near their starting values where rows say little of them.

    Each document has an offset of its own in the fit, which no prediction has: what is particular to one machine
    does not bend the parameters of all.
    """
    names, labels, settings = list(beliefs.start), np.unique(documents), beliefs.settings
    count = len(names)
    centre = np.concatenate([beliefs.logs("start"), np.zeros(len(labels))])
    spread = np.concatenate([beliefs.logs("factor"), np.full(len(labels), np.log(settings["document"]))])
    errors, derivatives = _residuals(replay, measured, weights, names)
    own = (documents[:, None] == labels) * np.sqrt(weights / weights.mean())[:, None]
    # Rows of one family repeat each other: the family as a whole counts against the starting values.
    hold = settings["trust"] * np.sqrt(len(measured) / weights.sum()) / spread
    logs = robust_fit(
        lambda logs: np.concatenate([errors(logs[:count]) + own @ logs[count:], hold * (logs - centre)]),
        centre,
        settings["robust"],
        jac=lambda logs: np.concatenate([np.hstack([derivatives(logs[:count]), own]), np.diag(hold)]),
        x_scale=np.minimum(1, 1 / hold),
        xtol=1e-5,
        ftol=1e-5,
    )
    return dict(zip(names, np.exp(logs[:count]).tolist(), strict=True))


def fit_with_strategies(
    replay: Replay, measured: Any, weights: Any, documents: Any, beliefs: Prior
) -> dict[str, float]:
    """The same, where rows that leave their strategy open take the best under the parameters found."""
    replay.choose_strategies(fit(replay, measured, weights, documents, beliefs))
    return fit(replay, measured, weights, documents, beliefs)


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
        times = np.log(replay.predict(("step_time",), parameters)["step_time"])
        return scale[:, None] * ((times[1:] - times[0]) / _STEP).T

    return errors, derivatives


def calibrate(catalog: Catalog, path: Path | None = None, output: Path | None = None) -> dict[str, Any]:
    """Fit to the published runs; the summary as `validate` gives it with parameters and left-out errors added."""
    cases, beliefs = training.load(catalog, path), prior(catalog, "training")
    scored = [case for case in cases if training.is_scored(case) and case.measured_step_time]
    replay = Replay(scored, catalog)
    measured = np.array([case.measured_step_time for case in scored], dtype=float)
    weights = np.array([case.number("eval_weight") or 1.0 for case in scored])
    families = np.array([case.family for case in scored])
    documents = np.array([case.document for case in scored])
    parameters = fit_with_strategies(replay, measured, weights, documents, beliefs)

    def unseen(own: Any) -> Any:
        seen, rest = replay.subset(~own), replay.subset(own)
        fitted = fit_with_strategies(seen, measured[~own], weights[~own], documents[~own], beliefs)
        rest.choose_strategies(fitted)
        return rest.predict(("step_time",), fitted)["step_time"]

    errors = {
        "fitted": replay.predict(("step_time",), parameters)["step_time"],
        "left_out_family": left_out(families, unseen),
        "left_out_document": left_out(documents, unseen),
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
    result = training.report(scored, errors["fitted"], measured, summary)
    result["parameters"] = {
        name: {"value": value, "start": beliefs.start[name], "unit": glossary.parameter(name).unit}
        for name, value in parameters.items()
    }
    return result


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
    residuals = {}
    for name in sorted(set(documents)):
        own = documents == name
        mean = {
            key: round(float(np.average(np.log(predicted[own] / measured[own]), weights=weights[own])), 4)
            for key, predicted in errors.items()
        }
        residuals[name] = {"rows": int(own.sum()), **mean}
    return residuals


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
    lines += [f"{name} = {written(name, value, 4)}" for name, value in parameters.items()]
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
