"""Errors of predictions against measurements, in all and by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from planner.evidence.validation.serving_cases import METRICS, Cases


def scores(cases: Cases, predicted: dict[str, Any]) -> dict[str, Any]:
    """Errors of every metric, by source and by accelerator; those of output tokens per second on top."""
    by_metric: dict[str, Any] = {}
    for metric, quantity in METRICS.items():
        errors = np.abs(predicted[quantity] / cases.measured[metric] - 1)
        by_metric[metric] = {
            **error_summary(errors),
            "by_source": grouped(errors, cases.sources),
            "by_accelerator": grouped(errors, cases.accelerators),
        }
    rate = by_metric["output_tokens_per_second"]
    top = {name: rate[name] for name in ("mape", "median_ape", "p90_ape", "by_source", "by_accelerator")}
    return {
        "cases": cases.scorable,
        "predicted": len(cases.ids),
        "coverage": len(cases.ids) / cases.scorable if cases.scorable else None,
        **top,
        "weighted_mape": rate["mape"],
        "metrics": by_metric,
    }


def error_summary(errors: Any) -> dict[str, Any]:
    """Rows, mean, median and ninth decile of the errors that are known."""
    known = errors[np.isfinite(errors)]
    if not known.size:
        return {"rows": 0, "mape": None, "median_ape": None, "p90_ape": None}
    return {
        "rows": int(known.size),
        "mape": float(known.mean()),
        "median_ape": float(np.median(known)),
        "p90_ape": float(np.percentile(known, 90)),
    }


def grouped(errors: Any, labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Errors by label; labels without a known error are left out."""
    column = np.array(labels)
    found = {label: error_summary(errors[column == label]) for label in dict.fromkeys(labels)}
    return {label: row for label, row in found.items() if row["rows"]}
