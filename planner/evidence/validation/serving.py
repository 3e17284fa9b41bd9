"""Published serving measurements replayed through the equations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from planner import paths
from planner.catalog.catalog import Catalog
from planner.errors import read_toml
from planner.evidence.validation import serving_cases
from planner.evidence.validation.errors import scores
from planner.evidence.validation.serving_cases import METRICS


def validate_inference(path: Path | None = None) -> dict[str, Any]:
    """Errors of every case: output tokens per second on top, other metrics below, then the fit's left-out figures."""
    catalog = Catalog()
    cases = serving_cases.read(path, catalog)
    predicted = serving_cases.predict(cases, serving_cases.constants(catalog), list(METRICS.values()))
    fit = read_toml(paths.shipped("catalogs") / "calibration" / "inference.toml").get("fit", {})
    bands = fit.get("residual_quantiles", {})
    rows, in_band = [], []
    for metric, quantity in METRICS.items():
        measured = cases.measured[metric]
        errors = np.abs(predicted[quantity] / measured - 1)
        for index in np.flatnonzero(np.isfinite(measured)):
            value, guess, error = float(measured[index]), float(predicted[quantity][index]), float(errors[index])
            known = bool(np.isfinite(guess))
            low, high = (guess * factor for factor in bands.get(metric, (np.nan, np.nan)))
            in_band.append(known and low <= value <= high)
            rows.append(
                {
                    "case_id": cases.ids[index],
                    "metric": metric,
                    "measured": value,
                    "predicted": guess if known else None,
                    "low": low if known else None,
                    "high": high if known else None,
                    "ape": error if known else None,
                }
            )
    found = {"kind": "inference", **scores(cases, predicted)}
    found["band_coverage"] = float(np.mean(in_band)) if bands and in_band else None
    found["within_tolerance"] = None
    found["by_metric"] = {
        name: {key: row[key] for key in ("rows", "mape", "median_ape")} for name, row in found["metrics"].items()
    }
    # What the fit reached on sources it had not seen; holds for the shipped cases.
    if path is None or path == paths.shipped("catalogs") / "measurements" / "inference.csv":
        found["left_out"] = fit.get("left_out", {})
        found["left_out_document"] = fit.get("left_out_document", {})
    found["unused"] = cases.unused
    found["rows"] = rows
    return found
