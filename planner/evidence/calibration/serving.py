"""The fit of the serving model's few parameters to published measurements, checked on sources left out."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner import files
from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.evidence.calibration.fitting import Prior, left_out, prior, robust_fit, written
from planner.evidence.validation import serving_cases
from planner.evidence.validation.serving import scores
from planner.evidence.validation.serving_cases import METRICS, Cases

RESIDUALS = {"output_tokens_per_second": "output_rate_residual", "tpot": "tpot_residual", "ttft": "ttft_residual"}
# The share of cases above the band, and below it.
_TAIL = 0.1
# Sources without which there is no spread between the others when one is left out.
_FEWEST_SOURCES = 3
_LOST = 3.0


def calibrate(catalog: Catalog, path: Path | None = None, output: Path | None = None) -> dict[str, Any]:
    """Fit all cases of a file, and each time without one source; write the calibration file where `output` says."""
    cases, beliefs = serving_cases.read(catalog, path), prior(catalog, "inference")
    others = serving_cases.constants(catalog)
    if len(set(cases.sources)) < _FEWEST_SOURCES:
        message = f"the band rests on sources left out: cases of at least {_FEWEST_SOURCES} sources are needed"
        raise one(path.name if path else "cases", "source_id", message)
    fitted = fit(cases, beliefs, others)
    inside = serving_cases.predict(cases, {**others, **fitted}, list(METRICS.values()))

    def unseen(own: Any) -> Any:
        return _predicted(cases, own, fit(cases.part(~own), beliefs, others), others)

    outside, apart = (
        dict(zip(METRICS.values(), left_out(groups, unseen), strict=True))
        for groups in (cases.sources, cases.documents)
    )
    by_document = scores(cases, apart)["metrics"]
    spreads = {metric: spread(residuals(cases, outside, metric)) for metric in METRICS}
    result = {"kind": "inference", **scores(cases, inside)}
    result["left_out"] = {
        f"{metric} {name}": value
        for metric, of in scores(cases, outside)["metrics"].items()
        for name, value in of.items()
        if isinstance(value, float)
    }
    result["left_out_document"] = {
        "weighted_mape": by_document["output_tokens_per_second"]["mape"],
        "median": by_document["output_tokens_per_second"]["median_ape"],
        "tpot_median": by_document["tpot"]["median_ape"],
        "ttft_median": by_document["ttft"]["median_ape"],
    }
    result["by_left_out_source"] = scores(cases, outside)["metrics"]["output_tokens_per_second"]["by_source"]
    result["left_out_band_coverage"] = nested_coverage(cases, outside, beliefs, others)
    result["residual_quantiles"] = {metric: of.band for metric, of in spreads.items()}
    result["residual_spreads"] = {
        metric: {"sources": of.sources, "within": of.within, "between": of.between} for metric, of in spreads.items()
    }
    result["parameters"] = fitted
    if output is not None:
        files.write_atomically(output, file_text(cases, fitted, result))
    return result


def fit(cases: Cases, beliefs: Prior, others: dict[str, Any]) -> dict[str, float]:
    """The parameters that predict the cases best, each source with a weight that grows as the root of its rows."""
    names, settings = list(beliefs.start), beliefs.settings
    start, low, high = (beliefs.logs(column) for column in ("start", "low", "high"))
    sources = np.array(cases.sources)
    rows = {name: int(np.sum(sources == name)) for name in set(cases.sources)}
    weight = np.array([rows[name] ** -0.5 for name in cases.sources])
    weight /= weight.mean()

    def errors_at(point: Any) -> Any:
        parameters = {**others, **dict(zip(names, np.exp(point), strict=True))}
        got = serving_cases.predict(cases, parameters, list(METRICS.values()))
        parts = [(point - start) * settings["weight"]]
        for metric, quantity in METRICS.items():
            known = np.isfinite(cases.measured[metric])
            errors = np.log(got[quantity][known] / cases.measured[metric][known])
            errors = np.nan_to_num(errors, nan=_LOST, posinf=_LOST, neginf=-_LOST)
            parts.append(errors * np.sqrt(settings["metrics"][metric] * weight[known]))
        return np.concatenate(parts)

    inner = np.clip(start, low + 1e-9, high - 1e-9)
    logs = robust_fit(errors_at, inner, settings["robust"], bounds=(low, high), diff_step=1e-3)
    return dict(zip(names, np.exp(logs).tolist(), strict=True))


def _predicted(cases: Cases, chosen: Any, fitted: Mapping[str, float], others: Mapping[str, Any]) -> Any:
    """What a fit predicts for the chosen cases: a row for each metric."""
    predicted = serving_cases.predict(cases.part(chosen), {**others, **fitted}, list(METRICS.values()))
    return np.array([predicted[quantity] for quantity in METRICS.values()])


@dataclass(frozen=True)
class Spread:
    """How log errors spread within a source and between sources, and the band that follows."""

    sources: int
    within: float
    between: float
    band: tuple[float, float]


def residuals(cases: Cases, predicted: dict[str, Any], metric: str, hidden: str | None = None) -> dict[str, Any]:
    """Source -> logarithms of measured over predicted, of every source but the hidden one."""
    pairs = [(metric, 1)]
    if metric == "tpot":
        # Few sources print it; the rate of a full batch is made of the same step times, upside down.
        pairs.append(("output_tokens_per_second", -1))
    sources, errors_of = np.array(cases.sources), {}
    for source in dict.fromkeys(cases.sources):
        own = sources == source
        errors = np.concatenate([sign * np.log(cases.measured[m] / predicted[METRICS[m]])[own] for m, sign in pairs])
        known = errors[np.isfinite(errors)]
        if source != hidden and known.size:
            errors_of[source] = known
    return errors_of


def spread(errors: Mapping[str, Any]) -> Spread:
    """The band in which four of five cases of a source not seen before lie.

    Random effects: log error = mean + effect of the source + rest.  The variance between sources is that of their
    means less what the rest adds to it (DerSimonian, Laird 1986); a new source draws a new effect around a mean that is
    known from K sources only, hence the factor 1 + 1/K and the quantile of Student's distribution (Higgins, Thompson,
    Spiegelhalter, J. R. Stat. Soc. A 172, 2009), its degrees of freedom after Satterthwaite.
    """
    from scipy.stats import t as student

    means = np.array([column.mean() for column in errors.values()])
    rows = np.array([column.size for column in errors.values()])
    free = max(1, int(rows.sum()) - len(rows))
    within = sum(float(np.sum((column - column.mean()) ** 2)) for column in errors.values()) / free
    between = max(0.0, float(means.var(ddof=1)) - within * float(np.mean(1 / rows))) if len(rows) > 1 else 0.0
    new = between * (1 + 1 / len(rows))
    degrees = (within + new) ** 2 / (new**2 / max(1, len(rows) - 1) + within**2 / free)
    reach = float(student.ppf(1 - _TAIL, degrees)) * (within + new) ** 0.5
    centre = float(means.mean())
    return Spread(len(rows), within**0.5, between**0.5, (float(np.exp(centre - reach)), float(np.exp(centre + reach))))


def nested_coverage(
    cases: Cases, outside: dict[str, Any], beliefs: Prior, others: dict[str, Any]
) -> dict[str, float | None]:
    """Share of left-out rows inside a band that has seen nothing of their source.

    For each source, the others' errors come from fits without this source and without their own.
    """
    sources = np.array(cases.sources)
    names = list(dict.fromkeys(cases.sources))
    unseen = {name: np.full((len(METRICS), len(cases.ids)), np.nan) for name in names}
    for pair in itertools.combinations(names, 2):
        fitted = fit(cases.part(~np.isin(sources, pair)), beliefs, others)
        for hidden, judged in (pair, pair[::-1]):
            unseen[hidden][:, sources == judged] = _predicted(cases, sources == judged, fitted, others)
    coverage: dict[str, float | None] = {}
    for metric in METRICS:
        inside: list[Any] = []
        for source in names:
            ratio = cases.measured[metric] / outside[METRICS[metric]]
            own = (sources == source) & np.isfinite(ratio)
            others_errors = dict(zip(METRICS.values(), unseen[source], strict=True))
            rest = residuals(cases, others_errors, metric, hidden=source)
            if own.any() and rest:
                low, high = spread(rest).band
                inside.extend((ratio[own] >= low) & (ratio[own] <= high))
        coverage[metric] = float(np.mean(inside)) if inside else None
    return coverage


def file_text(cases: Cases, fitted: dict[str, float], result: dict[str, Any]) -> str:
    """The calibration file: what was fitted to what, how well, and every parameter with its unit."""
    stacks = sorted({options[serving_cases.OPTIONS.index("serving_stack")] for options in cases.options})
    left = result["left_out"]
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
        *[f"{m}_{n} = {result['metrics'][m][n]:.4f}" for m in METRICS for n in ("mape", "median_ape")],
        "",
        "# Errors of rows whose whole source the fit did not see; the share of them inside a band that is made as the",
        "# one below is, of the other sources' errors in fits that saw neither this source nor their own.",
        "[fit.left_out]",
        *[f"{m}_{n} = {left[f'{m} {n}']:.4f}" for m in METRICS for n in ("mape", "median_ape")],
        *[
            f"{m}_band_coverage = {share:.4f}"
            for m, share in result["left_out_band_coverage"].items()
            if share is not None
        ],
        "",
        "# The same where all tables of one repository are left out together.",
        "[fit.left_out_document]",
        *[f"{name} = {value:.4f}" for name, value in result["left_out_document"].items() if value is not None],
        "",
        "# Log errors of left-out rows: standard deviation within a source and between sources (tpot: as the rate).",
        *[
            f"[fit.residual_spreads.{m}]\nsources = {of['sources']}\nwithin = {of['within']:.4f}\n"
            f"between = {of['between']:.4f}\n"
            for m, of in result["residual_spreads"].items()
        ],
        "# P10 and P90 of measured over predicted that these two spreads give for a source not seen before: the",
        "# prediction interval of a random-effects model (planner/evidence/calibration/serving.py),",
        "# scaled to no row.",
        "[fit.residual_quantiles]",
        *[f"{m} = [{low:.4f}, {high:.4f}]" for m, (low, high) in result["residual_quantiles"].items()],
        "",
    ]
    for metric, name in RESIDUALS.items():
        low, high = result["residual_quantiles"][metric]
        # The value itself lies within its range.
        ends = [f"low = {min(low, 1):.4f}", f"high = {max(high, 1):.4f}", 'distribution = "lognormal"']
        lines += [f"[{name}]", "value = 1", *ends, ""]
    for name, value in fitted.items():
        lines += [f"[{name}]", f"value = {written(name, value, 5)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _list(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
