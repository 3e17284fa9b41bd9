"""Published training runs replayed through the wired equations, and how far they are off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner import glossary, model, paths, strategy, training_cases
from planner.catalog import Catalog
from planner.training_cases import Case

WANTED = ("step_time", "mfu", "memory_allocated")


class Replay:
    """Cases as arrays, ready to be evaluated again and again with other parameters."""

    def __init__(self, cases: Sequence[Case], catalog: Catalog):
        self.cases = list(cases)
        defaults = catalog.defaults
        choices = {name: option.choices[0] for name, option in glossary.options().items()}
        self.constants = {name: fact.value for name, fact in defaults.items() if name not in choices}
        self.groups: list[tuple[dict[str, str], Any, dict[str, Any]]] = []
        for precision in dict.fromkeys(case.precision for case in self.cases):
            places = np.array([i for i, case in enumerate(self.cases) if case.precision == precision])
            options = {**choices, "training_precision": precision}
            chosen = [self.cases[i] for i in places]
            given = training_cases.stacked(chosen, self.constants)
            self.groups.append((options, places, given))
        self.choose_strategies({})

    def choose_strategies(self, parameters: Mapping[str, float]) -> None:
        """Fill the degrees that rows leave open with the fastest strategy that fits."""
        for options, places, given in self.groups:
            found = {name: np.array(given.get(name, np.full(len(places), np.nan))) for name in strategy.CANDIDATES}
            for row, place in enumerate(places):
                case = self.cases[place]
                values = {**self.constants, **parameters, **case.values}
                for name, value in strategy.chosen(values, options).items():
                    found[name][row] = value
            given.update(found)

    def predict(self, wanted: Sequence[str], parameters: Mapping[str, float] | None = None) -> dict[str, Any]:
        """Each wanted quantity of each case; NaN where it cannot be computed."""
        rows = max((np.shape(value)[:-1] for value in (parameters or {}).values()), default=())
        result = {name: np.full((*rows, len(self.cases)), np.nan) for name in wanted}
        for options, places, given in self.groups:
            values = {**self.constants, **(parameters or {}), **given}
            found = model.evaluate(wanted, values, options)
            for name in wanted:
                if name in found:
                    result[name][..., places] = found[name]
        return result

    def subset(self, keep: Any) -> Replay:
        """The cases at the places where `keep` is true, with the strategies chosen here."""
        part = object.__new__(Replay)
        part.cases = [case for case, kept in zip(self.cases, keep, strict=True) if kept]
        part.constants = self.constants
        new_place = np.cumsum(keep) - 1
        part.groups = []
        for options, places, given in self.groups:
            inside = np.asarray(keep)[places]
            if inside.any():
                chosen = {name: column[inside] for name, column in given.items()}
                part.groups.append((options, new_place[places[inside]], chosen))
        return part


def load(path: Path | None = None, catalog: Catalog | None = None) -> list[Case]:
    """The published runs of a file, or the shipped ones."""
    return training_cases.load(
        path or paths.shipped("catalogs") / "measurements" / "training.csv", catalog or Catalog()
    )
