"""Published serving measurements replayed through the equations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from planner.catalog.catalog import Catalog
from planner.evidence.validation import errors, serving_cases
from planner.evidence.validation.serving_cases import METRICS, Cases
from planner.files import read_toml

_SIZES = ("rows", "mape", "median_ape", "p90_ape")


def scores(cases: Cases, predicted: dict[str, Any]) -> dict[str, Any]:
    """Errors of every metric, by source and by accelerator; those of output tokens per second on top."""
    by_metric: dict[str, Any] = {}
    for metric, quantity in METRICS.items():
        relative = np.abs(predicted[quantity] / cases.measured[metric] - 1)
        by_metric[metric] = {
            **errors.summed_up(relative, _SIZES),
            "by_source": errors.by_group(relative, cases.sources, _SIZES),
            "by_accelerator": errors.by_group(relative, cases.accelerators, _SIZES),
        }
    rate = by_metric["output_tokens_per_second"]
    return {
        "cases": cases.scorable,
        "predicted": len(cases.ids),
        "coverage": len(cases.ids) / cases.scorable if cases.scorable else None,
        **{name: rate[name] for name in ("mape", "median_ape", "p90_ape", "by_source", "by_accelerator")},
        "weighted_mape": rate["mape"],
        "metrics": by_metric,
    }


def validate_inference(catalog: Catalog, path: Path | None = None) -> dict[str, Any]:
    """Errors of every case: output tokens per second on top, other metrics below, then the fit's left-out figures."""
    shipped = catalog.file(serving_cases.FILE)
    cases = serving_cases.read(catalog, path)
    predicted = serving_cases.predict(cases, serving_cases.constants(catalog), list(METRICS.values()))
    fit = read_toml(catalog.file("calibration/inference.toml")).get("fit", {})
    bands = fit.get("residual_quantiles", {})
    rows, in_band = [], []
    for metric, quantity in METRICS.items():
        measured = cases.measured[metric]
        relative = np.abs(predicted[quantity] / measured - 1)
        for index in np.flatnonzero(np.isfinite(measured)):
            value, guess, error = float(measured[index]), float(predicted[quantity][index]), float(relative[index])
            known = bool(np.isfinite(guess))
            low, high = (guess * factor for factor in bands.get(metric, (np.nan, np.nan)))
            in_band.append(known and low <= value <= high)
            row = {"case_id": cases.ids[index], "metric": metric, "measured": value}
            told = {"predicted": guess, "low": low, "high": high, "ape": error}
            rows.append(row | (told if known else dict.fromkeys(told)))
    result = {"kind": "inference", **scores(cases, predicted)}
    result["band_coverage"] = float(np.mean(in_band)) if bands and in_band else None
    result["within_tolerance"] = None
    result["by_metric"] = {name: {key: row[key] for key in errors.SIZE} for name, row in result["metrics"].items()}
    # What the fit reached on sources it had not seen; holds for the cases that it saw.
    if path is None or path.resolve() == shipped.resolve():
        result["left_out"] = fit.get("left_out", {})
        result["left_out_document"] = fit.get("left_out_document", {})
    result["unused"] = cases.unused
    result["rows"] = rows
    return result
