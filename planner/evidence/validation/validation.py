"""Errors of replayed published cases: the summary that every kind of case shares, as JSON and as text."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner import paths
from planner.errors import one
from planner.tables import Table

# Kind of case -> the module and function that replay it, and the shipped file.
KINDS = {
    "training": ("training", "validate_training", "training.csv"),
    "inference": ("serving", "validate_inference", "inference.csv"),
    "fabric": ("facility", "validate_fabric", "fabric.csv"),
    "collectives": ("facility", "validate_collectives", "collectives.csv"),
    "reliability": ("facility", "validate_reliability", "reliability.csv"),
    "tco": ("costs", "validate_tco", "tco.jsonl"),
}


def replay(kind: str, cases: Path | None = None) -> dict[str, Any]:
    """Predict the shipped cases of a kind, or those of a file, and sum up the errors."""
    module, function, file = KINDS[kind]
    path = cases or paths.shipped("catalogs") / "measurements" / file
    if not path.is_file():
        raise one(str(path), "", "no such file")
    found: dict[str, Any] = getattr(importlib.import_module(f"planner.evidence.validation.{module}"), function)(path)
    return found


def summary(
    kind: str,
    rows: Sequence[dict[str, Any]],
    cases: int,
    weights: Sequence[float] | None = None,
    in_band: Sequence[bool] | None = None,
    within: Sequence[bool] | None = None,
    sources: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The stable JSON shape of `validate --json` from rows of case_id, metric, measured, predicted.

    `cases` counts what can be scored; rows without a finite prediction count against coverage.
    `in_band` and `within` (tolerance) cover the rows that have them, `sources` names each row's source.
    """
    errors = np.array([_relative_error(row.get("measured"), row.get("predicted")) for row in rows])
    usable = np.isfinite(errors)
    weight = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    predicted_cases = len({row["case_id"] for row, used in zip(rows, usable, strict=True) if used})
    by_source: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(sources or []):
        chosen = np.array([source == name for source in sources or []]) & usable
        if chosen.any():
            by_source[name] = {
                "rows": int(chosen.sum()),
                "mape": float(errors[chosen].mean()),
                "median_ape": float(np.median(errors[chosen])),
            }
    good = errors[usable]

    def share(flags: Sequence[bool] | None) -> float | None:
        return None if not flags else float(np.mean(np.asarray(flags, dtype=float)))

    return {
        "kind": kind,
        "cases": cases,
        "predicted": predicted_cases,
        "coverage": predicted_cases / cases if cases else None,
        "mape": float(good.mean()) if good.size else None,
        "weighted_mape": float(np.average(good, weights=weight[usable])) if good.size else None,
        "median_ape": float(np.median(good)) if good.size else None,
        "p90_ape": float(np.percentile(good, 90)) if good.size else None,
        "band_coverage": share(in_band),
        "within_tolerance": share(within),
        "by_source": by_source,
        "rows": [row | {"ape": float(e) if math.isfinite(e) else None} for row, e in zip(rows, errors, strict=True)],
    }


def everything() -> dict[str, dict[str, Any]]:
    """The shipped cases of every kind, replayed."""
    return {kind: replay(kind) for kind in KINDS}


def overview(replayed: Mapping[str, dict[str, Any]] | None = None) -> Table:
    """All kinds of shipped cases in a row each: how far off, on what the fit saw and on what was left out of it."""
    rows = []
    for kind, found in (replayed or everything()).items():
        outside = (found.get("left_out_document") or {}).get("weighted_mape")
        rows.append(
            [
                kind,
                f"{found['predicted']} of {found['cases']}",
                percent(found["weighted_mape"]),
                percent(found["median_ape"]),
                percent(outside) or "nothing is fitted",
                percent(found["within_tolerance"]),
            ]
        )
    columns = ["published cases", "predicted", "mean error", "median", "sources left out of the fit", "in tolerance"]
    return Table(columns, rows, frozenset({1, 2, 3, 4, 5}))


def document(reference: str) -> str:
    """The document series a row comes from: its repository (owner/name) or its article (arXiv number).

    Releases of one table, its archive and other commits share the repository; tables of one article its number.
    """
    article = re.search(r"arXiv:\d{4}\.\d{4,5}", reference)
    if article:
        return article[0]
    repository = re.match(r"\s*([\w.-]+/[\w.-]+)", reference)
    return repository[1] if repository else reference.strip()


def _relative_error(measured: float | None, predicted: float | None) -> float:
    """|predicted / measured − 1|; NaN where either is missing."""
    if measured in (None, 0) or predicted is None or not math.isfinite(predicted):
        return math.nan
    return abs(predicted / measured - 1)  # type: ignore[operator]


def text(found: dict[str, Any], rows: bool = False) -> str:
    """A validation for people: the summary, then by source, then each row where asked."""
    lines = [
        f"{found['kind']}: {found['predicted']} of {found['cases']} cases predicted",
        f"mean error {percent(found['mape'])}, weighted {percent(found['weighted_mape'])}, "
        f"median {percent(found['median_ape'])}, ninth decile {percent(found['p90_ape'])}",
    ]
    for key, words in (("band_coverage", "inside the 80 % band"), ("within_tolerance", "within the stated tolerance")):
        if found.get(key) is not None:
            lines.append(f"{percent(found[key])} {words}")
    if "reproduced" in found:
        lines.append(f"{found['reproduced']} of {found['cases']} cases reproduced within their tolerance")
    for key, value in found.items():
        if key.startswith("left_out") and isinstance(value, dict):
            words = ", ".join(
                f"{name} {percent(number)}" for name, number in value.items() if isinstance(number, float)
            )
            lines.append(f"{key.replace('_', ' ')}: {words}")
        elif isinstance(value, dict) and {"rows", "mape"} <= set(value):
            name = key.replace("_", " ")
            lines.append(f"{name}: {value['rows']} rows, mean error {percent(value['mape'])}")
    parts = ["\n".join(lines)]
    for key in [name for name in found if name.startswith("by_")]:
        cells = [
            [name, str(group["rows"]), percent(group["mape"]), percent(group["median_ape"])]
            for name, group in found[key].items()
        ]
        if cells:
            heading = key.removeprefix("by_").replace("_", " ")
            parts.append(Table([heading, "rows", "mean error", "median"], cells, frozenset({1, 2, 3})).text())
    if rows:
        cells = [
            [row["case_id"], row["metric"], _plain(row["measured"]), _plain(row["predicted"]), percent(row["ape"])]
            for row in found["rows"]
        ]
        parts.append(Table(["case", "metric", "measured", "predicted", "error"], cells, frozenset({2, 3, 4})).text())
    if found.get("not_reproduced"):
        reasons = [f"  {case}: {reason}" for case, reason in found["not_reproduced"].items()]
        parts.append("Not reproduced\n" + "\n".join(reasons))
    return "\n\n".join(parts)


def percent(value: float | None) -> str:
    """An error in per cent, or an empty text."""
    return "" if value is None else f"{100 * value:.1f} %"


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
