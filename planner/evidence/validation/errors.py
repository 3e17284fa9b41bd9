"""Errors of predictions against measurements: the same figures for all rows, and for the rows of a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

FIGURES: Mapping[str, Callable[[Any, Any], Any]] = {
    "rows": lambda errors, weights: int(errors.size),
    "mape": lambda errors, weights: float(errors.mean()),
    "weighted_mape": lambda errors, weights: float(np.average(errors, weights=weights)),
    "median_ape": lambda errors, weights: float(np.median(errors)),
    "p90_ape": lambda errors, weights: float(np.percentile(errors, 90)),
}
SIZE = ("rows", "mape", "median_ape")


def summed_up(errors: Any, names: Sequence[str] = SIZE, weights: Any = None) -> dict[str, Any]:
    """The named figures of the errors that are known; None where no error is known."""
    errors = np.asarray(errors, dtype=float)
    known = np.isfinite(errors)
    counted = np.ones(int(known.sum())) if weights is None else np.asarray(weights, dtype=float)[known]
    lacking = {name: 0 if name == "rows" else None for name in names}
    return {name: FIGURES[name](errors[known], counted) for name in names} if known.any() else lacking


def by_group(
    errors: Any, groups: Sequence[str], names: Sequence[str] = SIZE, weights: Any = None
) -> dict[str, dict[str, Any]]:
    """Figures by group, in the order in which the groups come; groups without a known error are left out."""
    errors, column = np.asarray(errors, dtype=float), np.asarray(groups)
    counted = np.ones(len(errors)) if weights is None else np.asarray(weights, dtype=float)
    known = {group: (column == group) & np.isfinite(errors) for group in dict.fromkeys(groups)}
    return {group: summed_up(errors[own], names, counted[own]) for group, own in known.items() if own.any()}
