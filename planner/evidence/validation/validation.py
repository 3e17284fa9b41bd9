"""Errors of replayed published cases: the summary that every kind of case shares, as JSON and as text."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.evidence.validation import errors
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


def replay(kind: str, catalog: Catalog, cases: Path | None = None) -> dict[str, Any]:
    """Predict the catalog's cases of a kind, or those of a file, and sum up the errors."""
    module, function, file = KINDS[kind]
    path = cases or catalog.file(f"measurements/{file}")
    if not path.is_file():
        raise one(str(path), "", "no such file")
    validate = getattr(importlib.import_module(f"planner.evidence.validation.{module}"), function)
    result: dict[str, Any] = validate(catalog, path)
    return result


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
    relative = [_relative_error(row.get("measured"), row.get("predicted")) for row in rows]
    predicted_cases = len({row["case_id"] for row, error in zip(rows, relative, strict=True) if math.isfinite(error)})

    def share(flags: Sequence[bool] | None) -> float | None:
        return None if not flags else float(np.mean(np.asarray(flags, dtype=float)))

    return {
        "kind": kind,
        "cases": cases,
        "predicted": predicted_cases,
        "coverage": predicted_cases / cases if cases else None,
        **errors.summed_up(relative, ("mape", "weighted_mape", "median_ape", "p90_ape"), weights),
        "band_coverage": share(in_band),
        "within_tolerance": share(within),
        "by_source": errors.by_group(relative, sources) if sources else {},
        "rows": [row | {"ape": e if math.isfinite(e) else None} for row, e in zip(rows, relative, strict=True)],
    }


def everything(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """The catalog's cases of every kind, replayed."""
    return {kind: replay(kind, catalog) for kind in KINDS}


def overview(replayed: Mapping[str, dict[str, Any]]) -> Table:
    """All kinds of cases in a row each: how far off, on what the fit saw and on what was left out of it."""
    rows = []
    for kind, result in replayed.items():
        outside = (result.get("left_out_document") or {}).get("weighted_mape")
        rows.append(
            [
                kind,
                f"{result['predicted']} of {result['cases']}",
                percent(result["weighted_mape"]),
                percent(result["median_ape"]),
                percent(outside) or "nothing is fitted",
                percent(result["within_tolerance"]),
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


def text(result: Mapping[str, Any], rows: bool = False) -> str:
    """A validation for people: the summary, then by source and other groups, then each row where asked."""
    parts = ["\n".join(_summary_lines(result)), *(table.text() for table in _group_tables(result))]
    if rows:
        cells = [
            [row["case_id"], row["metric"], _plain(row["measured"]), _plain(row["predicted"]), percent(row["ape"])]
            for row in result["rows"]
        ]
        parts.append(Table(["case", "metric", "measured", "predicted", "error"], cells, frozenset({2, 3, 4})).text())
    if result.get("not_reproduced"):
        reasons = [f"  {case}: {reason}" for case, reason in result["not_reproduced"].items()]
        parts.append("Not reproduced\n" + "\n".join(reasons))
    return "\n\n".join(parts)


def _summary_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """What holds for all rows, then the figures of rows left out of the fit and of other comparisons."""
    yield f"{result['kind']}: {result['predicted']} of {result['cases']} cases predicted"
    yield (
        f"mean error {percent(result['mape'])}, weighted {percent(result['weighted_mape'])}, "
        f"median {percent(result['median_ape'])}, ninth decile {percent(result['p90_ape'])}"
    )
    for key, words in (("band_coverage", "inside the 80 % band"), ("within_tolerance", "within the stated tolerance")):
        if result.get(key) is not None:
            yield f"{percent(result[key])} {words}"
    if "reproduced" in result:
        yield f"{result['reproduced']} of {result['cases']} cases reproduced within their tolerance"
    for key, figures in result.items():
        name = key.replace("_", " ")
        if not isinstance(figures, dict):
            continue
        if key.startswith("left_out"):
            told = [f"{figure} {percent(value)}" for figure, value in figures.items() if isinstance(value, float)]
            yield f"{name}: {', '.join(told)}"
        elif {"rows", "mape"} <= set(figures):
            yield f"{name}: {figures['rows']} rows, mean error {percent(figures['mape'])}"


def _group_tables(result: Mapping[str, Any]) -> Iterator[Table]:
    for key in [name for name in result if name.startswith("by_") and result[name]]:
        cells = [
            [name, str(group["rows"]), percent(group["mape"]), percent(group["median_ape"])]
            for name, group in result[key].items()
        ]
        heading = key.removeprefix("by_").replace("_", " ")
        yield Table([heading, "rows", "mean error", "median"], cells, frozenset({1, 2, 3}))


def percent(value: float | None) -> str:
    """An error in per cent, or an empty text."""
    return "" if value is None else f"{100 * value:.1f} %"


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
