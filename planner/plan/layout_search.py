"""The search for the best layout: every way to divide a model's work that a scenario leaves open, evaluated at once.

Layouts are a leading axis: each open degree is a column (layouts, 1), scenarios are the last axis.  What is tried,
which rules hold and what makes a layout good is a description: training_layout.py and serving_layout.py have one each.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.model import wiring

Values = Mapping[str, Any]
Options = Mapping[str, str]

# Elements of one block of layouts and scenarios: its columns stay in the processor's cache.
_BLOCK = 1 << 16


def _as_they_are(values: Values, degrees: dict[str, Any], options: Options) -> dict[str, Any]:
    return degrees


@dataclass(frozen=True, eq=False)
class Description:
    """What the search has to know of one kind of layout."""

    # Degree -> the values that are tried where the scenario does not set it.
    candidates: Mapping[str, tuple[float, ...]]
    # Scenario -> the largest value of each degree that could suit it.
    largest: Callable[[Values], Mapping[str, float]]
    # Rule or limit -> what to say of a layout that breaks it.
    reasons: Mapping[str, str]
    # Scenario with degrees -> rule -> true where a layout breaks it; these rules need no evaluation.
    rules: Callable[[Values], dict[str, Any]]
    # What is computed for every layout.
    goals: tuple[str, ...]
    # Scenario, what its layouts reach -> limit -> true where a layout breaks it.
    limits: Callable[[Values, Values], dict[str, Any]]
    # The given quantities that rules and limits read.
    read: frozenset[str]
    # Search -> what makes a layout good, the more the better.
    worth: Callable[[Search], Any]
    # Search -> by how much each layout misses its limits, those that matter most last.
    misses: Callable[[Search], tuple[Any, ...]]
    # What has to be computed of a scenario before its rules.
    first: tuple[str, ...] = ()
    # Scenario, degrees, options -> the degrees of the layouts that keep the rules, cut to what fits.
    cut: Callable[[Values, dict[str, Any], Options], dict[str, Any]] = _as_they_are
    # Quantity -> the value beyond which it makes no difference.
    enough: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """Layouts of some scenarios: degrees as columns, what each layout reaches, which rules and limits it breaks."""

    description: Description
    options: Options
    degrees: dict[str, Any]
    reached: dict[str, Any]
    rules: dict[str, Any]
    limits: dict[str, Any]

    @property
    def broken(self) -> dict[str, Any]:
        """Rule or limit -> true where a layout breaks it."""
        return {**self.rules, **self.limits}

    @property
    def feasible(self) -> Any:
        """True where no rule and no limit is broken."""
        return ~np.logical_or.reduce(list(self.broken.values()))

    def order(self) -> Any:
        """Layouts by worth for each scenario: feasible ones first, then those that break the fewest rules."""
        with np.errstate(divide="ignore", invalid="ignore"):
            # A scenario may set a replica of no accelerators, or times without end.
            worth, misses = self.description.worth(self), self.description.misses(self)
        return np.lexsort((-worth, *misses, np.sum(list(self.rules.values()), axis=0)), axis=0)

    def best(self) -> dict[str, Any]:
        """The degrees of the best layout, one value for each scenario."""
        first = self.order()[:1]
        shape = next(iter(self.rules.values())).shape
        return {
            name: np.take_along_axis(np.broadcast_to(column, shape), first, axis=0)[0]
            for name, column in self.degrees.items()
        }

    def failures(self, worth: Any) -> list[tuple[str, int, int | None]]:
        """Each rule, how many layouts break it, and the worthiest that breaks no other; of the first scenario."""
        broken = {name: flag[:, 0] for name, flag in self.broken.items()}
        count = np.sum(list(broken.values()), axis=0)
        rows = []
        for name, flag in broken.items():
            alone = np.flatnonzero(flag & (count == 1))
            rows.append((name, int(flag.sum()), int(alone[np.argmax(worth[alone, 0])]) if alone.size else None))
        return rows


def left_open(description: Description, known: Collection[str]) -> list[str]:
    """The degrees that the scenario leaves to the search, by the names of what is known."""
    return [name for name in description.candidates if name not in known]


def grid(description: Description, values: Values) -> dict[str, Any]:
    """Every combination of the open degrees that could suit the model, as columns."""
    largest = description.largest(values)
    tried = {
        name: tuple(value for value in description.candidates[name] if value <= max(1, largest.get(name, value)))
        for name in left_open(description, values)
    }
    return _columns(tuple(tried.items()))


@functools.lru_cache(maxsize=64)
def _columns(tried: tuple[tuple[str, tuple[float, ...]], ...]) -> dict[str, Any]:
    meshes = np.meshgrid(*(np.array(values, dtype=float) for _, values in tried), indexing="ij")
    return {name: mesh.reshape(-1, 1) for (name, _), mesh in zip(tried, meshes, strict=True)}


def most(values: Values, name: str) -> float:
    """The largest value of a quantity over the scenarios."""
    return float(np.max(values[name]))


def search(description: Description, values: Values, options: Options, everything: bool = False) -> Search:
    """The candidate layouts of a scenario, or of scenarios along the last axis, evaluated.

    Layouts that break a rule in every scenario are left out unless `everything` is asked for or none is left.
    """
    known = wiring.evaluate(description.first, values, options)
    degrees = grid(description, known)
    count = max((len(column) for column in degrees.values()), default=1)
    scenarios = max((np.shape(value)[-1] for value in values.values() if np.ndim(value)), default=1)
    broken = description.rules({**known, **degrees})
    rules = {name: np.broadcast_to(flag, (count, scenarios)) for name, flag in broken.items()}
    hopeless = np.logical_or.reduce(list(rules.values())).all(axis=1)
    kept = np.ones(count, dtype=bool) if everything or hopeless.all() else ~hopeless
    rules = {name: flag[kept] for name, flag in rules.items()}
    degrees = description.cut(values, {name: column[kept] for name, column in degrees.items()}, options)
    reached = evaluated(description, values, degrees, options, (int(kept.sum()), scenarios))
    return Search(description, options, degrees, reached, rules, description.limits(values, reached))


def evaluated(
    description: Description, values: Values, degrees: Values, options: Options, shape: tuple[int, int]
) -> dict[str, Any]:
    """What every layout reaches, block by block."""
    reached = {name: np.empty(shape) for name in description.goals}
    height = max(1, _BLOCK // shape[1])
    for start in range(0, shape[0], height):
        rows = slice(start, start + height)
        given = {**values, **{name: column[rows] for name, column in degrees.items()}}
        block = wiring.evaluate(description.goals, given, options)
        for name, whole in reached.items():
            whole[rows] = block[name]
    return reached


def needed(description: Description, names: Collection[str], options: Options) -> frozenset[str] | None:
    """Those of the given quantities that the choice of a layout depends on; None where it cannot be evaluated."""
    known = [*names, *description.candidates]
    if wiring.route(description.goals, known, options).missing:
        return None
    asked = (*description.first, *description.goals)
    inputs = {figure.name for name in asked for figure in wiring.inputs_of(name, known, options)}
    return description.read.union(description.candidates, inputs).intersection(names)


def chosen(description: Description, values: Values, options: Options) -> dict[str, Any]:
    """The best layout's open degrees: floats, or arrays where what the layout depends on varies over scenarios.

    Distinct scenarios are searched once.
    """
    names = needed(description, values.keys(), options)
    if names is None or not left_open(description, values.keys()):
        return {}
    relevant = {name: values[name] for name in sorted(names)}
    for name in relevant.keys() & description.enough:
        relevant[name] = np.minimum(relevant[name], description.enough[name])
    key = tuple(sorted(options.items()))
    shape = np.broadcast_shapes(*(np.shape(value) for value in relevant.values()))
    if not shape:
        return dict(_best(description, tuple((name, float(value)) for name, value in relevant.items()), key))
    table = np.stack([np.broadcast_to(value, shape).ravel() for value in relevant.values()], axis=1).astype(float)
    distinct, place = np.unique(table, axis=0, return_inverse=True)
    best = [_best(description, tuple(zip(relevant, row.tolist(), strict=True)), key) for row in distinct]
    return {
        name: np.array([degrees[name] for degrees in best])[place.ravel()].reshape(shape)
        for name in left_open(description, relevant)
    }


@functools.lru_cache(maxsize=8192)
def _best(
    description: Description, relevant: tuple[tuple[str, float], ...], options: tuple[tuple[str, str], ...]
) -> dict[str, float]:
    # As numpy's floats, with which a division by zero is infinite and no error.
    values = {name: np.float64(value) for name, value in relevant}
    return {name: float(value[0]) for name, value in search(description, values, dict(options)).best().items()}
