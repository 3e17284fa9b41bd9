"""What the fits of training and of serving share: beliefs before the fit, rows left out, figures as written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.files import read_toml

_MOST_STEPS = 40


@dataclass(frozen=True)
class Prior:
    """What is believed of the parameters before the fit."""

    # What the fit as a whole is told: how robust it is, what holds the parameters to where they start.
    settings: Mapping[str, Any]
    # Column -> parameter -> its value: where it starts, and by how much it may move.
    columns: Mapping[str, Mapping[str, float]]

    @property
    def start(self) -> Mapping[str, float]:
        return self.columns["start"]

    def logs(self, column: str) -> Any:
        """The logarithms of a column."""
        return np.log(list(self.columns[column].values()))


def prior(catalog: Catalog, kind: str) -> Prior:
    """The starting values and limits of a fit."""
    raw = read_toml(catalog.file(f"calibration/priors/{kind}.toml"))
    settings, rows = raw.pop("fit"), dict(_named(raw))
    columns = {
        column: {
            name: given[column] * 1.0
            if column == "factor"
            else units.read(given[column], glossary.parameter(name).unit)
            for name, given in rows.items()
        }
        for column in next(iter(rows.values()))
    }
    return Prior(settings, columns)


def _named(table: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, Any]]:
    """The tables of parameters by name; figures of catalog entries are called KIND.ENTRY.FIELD."""
    for name, row in table.items():
        if "start" in row:
            yield start + name, row
        else:
            yield from _named(row, f"{start}{name}.")


def robust_fit(errors: Callable[[Any], Any], start: Any, scale: float, **more: Any) -> Any:
    """The point of the smallest errors, where an error beyond `scale` counts less than its square."""
    from scipy.optimize import least_squares

    return least_squares(errors, start, loss="soft_l1", f_scale=scale, max_nfev=_MOST_STEPS, **more).x


def left_out(groups: Any, unseen: Callable[[Any], Any]) -> Any:
    """Predictions of every row by a fit that saw no row of its group.

    `unseen` fits the rows for which its argument is false, and predicts those for which it is true (on the last axis).
    """
    column = np.asarray(groups)
    folds = [(own, unseen(own)) for group in dict.fromkeys(groups) if (own := column == group).any()]
    predicted = np.full((*np.shape(folds[0][1])[:-1], len(column)), np.nan)
    for own, prediction in folds:
        predicted[..., own] = prediction
    return predicted


def written(name: str, value: float, digits: int) -> str:
    """A parameter's value as a calibration file has it."""
    row = glossary.parameter(name)
    return f"{value:.{digits}g}" if row.unit == units.DIMENSIONLESS else f'"{units.text(value, row.show, digits)}"'
