"""The fit of the serving model's few parameters to published measurements, checked on sources left out."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner import glossary, inference_cases, paths, units
from planner.catalog import Catalog
from planner.inference_cases import METRICS, Cases
from planner.problems import read_toml

RESIDUALS = {"output_tokens_per_second": "output_rate_residual", "tpot": "tpot_residual", "ttft": "ttft_residual"}
PERCENTILES = (10, 90)
_LOST = 3.0
_MOST_STEPS = 40


@dataclass(frozen=True)
class Prior:
    """What is believed of the parameters before the fit."""

    start: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    weight: float
    robust: float
    metrics: dict[str, float]


def prior() -> Prior:
    """The starting values and limits of the fit."""
    raw = read_toml(paths.shipped("catalogs") / "calibration" / "priors" / "inference.toml")
    fit = raw.pop("fit")
    rows = glossary.quantities()
    read = {key: {n: units.read(row[key], rows[n].unit) for n, row in raw.items()} for key in ("start", "low", "high")}
    return Prior(read["start"], read["low"], read["high"], fit["weight"], fit["robust"], fit["metrics"])


def calibrate(path: Path | None = None, output: Path | None = None) -> dict[str, Any]:
    """Fit all cases of a file, and each time without one source; write the calibration file where `output` says."""
    catalog = Catalog()
    cases, beliefs = inference_cases.read(path, catalog), prior()
    others = inference_cases.constants(catalog)
    fitted = fit(cases, beliefs, others)
    inside = inference_cases.predict(cases, {**others, **fitted}, list(METRICS.values()))
    outside = left_out(cases, beliefs, others)
    found = {"kind": "inference", **scores(cases, inside)}
    found["left_out"] = {
        f"{metric} {name}": value
        for metric, of in scores(cases, outside)["metrics"].items()
        for name, value in of.items()
        if isinstance(value, float)
    }
    found["by_left_out_source"] = scores(cases, outside)["metrics"]["output_tokens_per_second"]["by_source"]
    found["left_out_band_coverage"] = {m: band_coverage(cases, outside, m) for m in METRICS}
    found["residual_quantiles"] = {m: quantiles(cases, outside, m) for m in METRICS}
    found["parameters"] = fitted
    if output is not None:
        output.write_text(file_text(cases, fitted, found), encoding="utf-8")
    return found


def fit(cases: Cases, beliefs: Prior, others: dict[str, Any]) -> dict[str, float]:
    """The parameters that predict the cases best, each source with a weight that grows as the root of its rows."""
    from scipy.optimize import least_squares

    names = list(beliefs.start)
    start = np.log([beliefs.start[name] for name in names])
    low, high = (np.log([limit[name] for name in names]) for limit in (beliefs.low, beliefs.high))
    sources = np.array(cases.sources)
    rows = {name: int(np.sum(sources == name)) for name in set(cases.sources)}
    weight = np.array([rows[name] ** -0.5 for name in cases.sources])
    weight /= weight.mean()

    def residuals(point: Any) -> Any:
        parameters = {**others, **dict(zip(names, np.exp(point), strict=True))}
        got = inference_cases.predict(cases, parameters, list(METRICS.values()))
        parts = [(point - start) * beliefs.weight]
        for metric, quantity in METRICS.items():
            known = np.isfinite(cases.measured[metric])
            errors = np.log(got[quantity][known] / cases.measured[metric][known])
            errors = np.nan_to_num(errors, nan=_LOST, posinf=_LOST, neginf=-_LOST)
            parts.append(errors * np.sqrt(beliefs.metrics[metric] * weight[known]))
        return np.concatenate(parts)

    inner = np.clip(start, low + 1e-9, high - 1e-9)
    found = least_squares(
        residuals,
        inner,
        bounds=(low, high),
        loss="soft_l1",
        f_scale=beliefs.robust,
        max_nfev=_MOST_STEPS,
        diff_step=1e-3,
    )
    return dict(zip(names, np.exp(found.x).tolist(), strict=True))


def left_out(cases: Cases, beliefs: Prior, others: dict[str, Any]) -> dict[str, Any]:
    """Predictions of every case by a fit that saw no case of its source."""
    found = {name: np.full(len(cases.ids), np.nan) for name in METRICS.values()}
    sources = np.array(cases.sources)
    for source in dict.fromkeys(cases.sources):
        outside = sources == source
        fitted = fit(cases.part(~outside), beliefs, others)
        got = inference_cases.predict(cases.part(outside), {**others, **fitted}, list(found))
        for name, column in found.items():
            column[outside] = got[name]
    return found


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


def quantiles(cases: Cases, predicted: dict[str, Any], metric: str, used: Any = None) -> tuple[float, float]:
    """P10 and P90 of measured over predicted."""
    used = np.ones(len(cases.ids), dtype=bool) if used is None else used
    ratios = [(cases.measured[metric] / predicted[METRICS[metric]])[used]]
    if metric == "tpot":
        # Few sources print it; the rate of a full batch is made of the same step times, upside down.
        rate = METRICS["output_tokens_per_second"]
        ratios.append((predicted[rate] / cases.measured["output_tokens_per_second"])[used])
    pooled = np.concatenate(ratios)
    low, high = np.percentile(pooled[np.isfinite(pooled)], PERCENTILES)
    return float(low), float(high)


def band_coverage(cases: Cases, predicted: dict[str, Any], metric: str) -> float:
    """Share of left-out rows inside the band that the residuals of the other sources give."""
    ratio = cases.measured[metric] / predicted[METRICS[metric]]
    sources = np.array(cases.sources)
    inside = []
    for source in dict.fromkeys(cases.sources):
        own = (sources == source) & np.isfinite(ratio)
        if own.any():
            low, high = quantiles(cases, predicted, metric, sources != source)
            inside.extend((ratio[own] >= low) & (ratio[own] <= high))
    return float(np.mean(inside))


def file_text(cases: Cases, fitted: dict[str, float], found: dict[str, Any]) -> str:
    """The calibration file: what was fitted to what, how well, and every parameter with its unit."""
    rows = glossary.quantities()
    stacks = sorted({options[inference_cases.OPTIONS.index("serving_stack")] for options in cases.options})
    left = found["left_out"]
    lines = [
        "# Written by `planner calibrate inference -o FILE`; priors/inference.toml says where the fit starts.",
        'source = "inference-fit"',
        'kind = "derived"',
        f"as_of = {datetime.date.today().isoformat()}",
        "",
        "[fit]",
        f"date = {datetime.date.today().isoformat()}",
        'cases = "measurements/inference.csv"',
        f"rows = {len(cases.ids)}",
        f"sources = {_list(sorted(set(cases.sources)))}",
        f"parameters = {len(fitted)}",
        f"stacks = {_list(stacks)}",
        "",
        "# What the fit holds for: elsewhere its parameters are estimates.",
        "[fit.holds_for]",
        f"accelerator = {_list(sorted(set(cases.accelerators)))}",
        "",
        "# Errors of the rows the fit saw.",
        "[fit.in_sample]",
        *[f"{m}_{n} = {found['metrics'][m][n]:.4f}" for m in METRICS for n in ("mape", "median_ape")],
        "",
        "# Errors of rows whose whole source the fit did not see, and the share of them inside the band of the others.",
        "[fit.left_out]",
        *[f"{m}_{n} = {left[f'{m} {n}']:.4f}" for m in METRICS for n in ("mape", "median_ape")],
        *[f"{m}_band_coverage = {found['left_out_band_coverage'][m]:.4f}" for m in METRICS],
        "",
        "# P10 and P90 of measured over predicted, rows of left-out sources.",
        "[fit.residual_quantiles]",
        *[f"{m} = [{low:.4f}, {high:.4f}]" for m, (low, high) in found["residual_quantiles"].items()],
        "",
    ]
    for metric, name in RESIDUALS.items():
        low, high = found["residual_quantiles"][metric]
        spread = [f"low = {min(low, 1):.4f}", f"high = {max(high, 1):.4f}", 'distribution = "lognormal"']
        lines += [f"[{name}]", "value = 1", *spread, ""]
    lines += ["[speed_tensorrt_llm]", "value = 1", 'source = "definition"', 'kind = "rated"', ""]
    for name, value in fitted.items():
        plain = rows[name].unit == units.DIMENSIONLESS
        text = f"{value:.5g}" if plain else f'"{units.text(value, rows[name].show, 5)}"'
        lines += [f"[{name}]", f"value = {text}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _list(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
