"""What varies in a sweep: lists, ranges, samples, catalog entries, options, or a table of scenarios.

A sweep is the product of its axes, the last varying fastest.  An axis holds one name, or several that change
together (the rows of a CSV, the samples of several ranges).  Numbers are base values; entries and options are texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner import fields, glossary, sampling, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import of_quantity, value_of
from planner.errors import InputError, Problem, gathered, one, unknown
from planner.fields import At, Takes
from planner.files import read_csv
from planner.model.scopes import figure

_SPACED = re.compile(r"(?P<low>[^:]+):(?P<high>[^:]+)(?::(?P<count>\d{1,9})(?P<log>:log)?)?(?:\s+(?P<unit>[^\s\d].*))?")
_NUMBER = r"\s*[+-]?[\d._]+(?:[eE][+-]?\d+)?\s*"
_BARE = re.compile(_NUMBER)
_WITH_UNIT = re.compile(_NUMBER + r"(?P<unit>[^\W\d].*|%|1/.*)")
MOST_ROWS = 10**12
_MOST_STEPS = 10**7


@dataclass(frozen=True)
class Axis:
    """Names that change together, with the values they take one after the other."""

    numbers: dict[str, np.ndarray] = field(default_factory=dict)
    # Names of catalog entries by role, and choices by option.
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.texts, *self.numbers)

    @property
    def size(self) -> int:
        return len(next(iter([*self.texts.values(), *self.numbers.values()])))

    def columns(self, index: Any, seed: int) -> dict[str, Any]:
        """Base values at the given positions."""
        return {name: values[index] for name, values in self.numbers.items()}


@dataclass(frozen=True)
class SampledAxis:
    """Ranges sampled together by a scrambled Sobol sequence; values are made when asked for, never stored."""

    ranges: dict[str, tuple[float, float]]
    size: int
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.ranges)

    def columns(self, index: Any, seed: int) -> dict[str, Any]:
        """Base values of the samples with the given numbers."""
        drawn = sampling.sobol(index, len(self.ranges), seed)
        rows = glossary.quantities()
        return {
            name: _whole(rows[name], low + share * (high - low))
            for share, (name, (low, high)) in zip(drawn, self.ranges.items(), strict=True)
        }


def parse(
    varied: Mapping[str, Any] | Sequence[tuple[str, Any]],
    catalog: Catalog,
    samples: int = 0,
    tables: Sequence[Path] = (),
) -> tuple[Axis | SampledAxis, ...]:
    """The axes of a sweep, in the order given; InputError with every problem."""
    problems: list[Problem] = []
    axes: list[Axis | SampledAxis] = []
    ranges: dict[str, tuple[float, float]] = {}
    for path in tables:
        with gathered(problems):
            axes.append(table(path, catalog))
    for name, given in varied.items() if isinstance(varied, Mapping) else varied:
        with gathered(problems):
            axis = _axis(name, given, catalog)
            if isinstance(axis, Axis):
                axes.append(axis)
            elif samples:
                ranges[name] = axis
            else:
                raise one("vary", name, "a range needs a number of steps (NAME=lo:hi:n), or --samples to draw from it")
    if ranges:
        axes.append(SampledAxis(ranges, samples))
    elif samples:
        problems.append(Problem("vary", "--samples", "draws from ranges without a number of steps: NAME=lo:hi"))
    if not axes and not problems:
        problems.append(Problem("vary", "", "nothing varies: give NAME=a,b,c or NAME=lo:hi:n or a CSV of scenarios"))
    names = Counter(name for axis in axes for name in axis.names)
    problems += [Problem("vary", name, "is varied twice") for name in sorted(names) if names[name] > 1]
    if problems:
        raise InputError(problems)
    if rows(axes) > MOST_ROWS:
        raise one("vary", "", f"{rows(axes):,} scenarios are more than the {MOST_ROWS:,} that one sweep may have")
    return tuple(axes)


def is_range(text: str) -> bool:
    """Whether a text gives the two ends of a range and no number of steps."""
    match = _SPACED.fullmatch(text.strip())
    return match is not None and match["count"] is None


def ends(name: str, text: str, place: str) -> tuple[float, float]:
    """The two ends of a range written "low:high", the unit after one or both."""
    match = _SPACED.fullmatch(text.strip())
    if match is None or match["count"]:
        raise one(place, f"'{text}'", f"takes LOW:HIGH with a unit like {glossary.quantities()[name].show}")
    try:
        low_and_high = _spaced(name, match)
    except InputError as error:
        raise InputError([replace(problem, place=place, field=f"'{text}'") for problem in error.problems]) from None
    assert isinstance(low_and_high, tuple)
    return low_and_high


def rows(axes: Sequence[Axis | SampledAxis]) -> int:
    """Scenarios in the product of the axes."""
    count = 1
    for axis in axes:
        count *= axis.size
    return count


def positions(axes: Sequence[Axis | SampledAxis], index: Any) -> list[Any]:
    """For each axis, the position that each scenario number stands for; the last axis varies fastest."""
    positions_by_axis: list[Any] = []
    # Dividing takes several times as long in 64 bits as in the 32 that most sweeps need.
    rest = index.astype(np.int32) if rows(axes) <= np.iinfo(np.int32).max else index
    for axis in reversed(axes):
        quotient = rest // axis.size
        positions_by_axis.append((rest - quotient * axis.size).astype(np.int64))
        rest = quotient
    return positions_by_axis[::-1]


def table(path: Path, catalog: Catalog) -> Axis:
    """A CSV of scenarios as one axis: a column per quantity ("name" or "name [unit]"), role or option."""
    header, lines = read_csv(path)
    if not lines:
        raise one(str(path), "", "takes a heading line and one line for each scenario")
    problems = [
        Problem(path.name, f"line {number}", f"has {len(cells)} cells, not {len(header)}")
        for number, cells in lines
        if len(cells) != len(header)
    ]
    if problems:
        raise InputError(problems)
    numbers: dict[str, np.ndarray] = {}
    texts: dict[str, tuple[str, ...]] = {}
    for column, heading in enumerate(header):
        name, _, unit = heading.strip().removesuffix("]").partition("[")
        cells = [line[column].strip() for _, line in lines]
        if unit.strip() not in ("", units.DIMENSIONLESS):
            cells = [f"{cell} {unit.strip()}" if _BARE.fullmatch(cell) else cell for cell in cells]
        with gathered(problems):
            axis = _listed(name.strip(), cells, catalog, path.name)
            numbers |= axis.numbers
            texts |= axis.texts
    if problems:
        raise InputError(problems)
    return Axis(numbers, texts)


def _axis(name: str, given: Any, catalog: Catalog) -> Axis | tuple[float, float]:
    """One name's values; a bare range (low, high) where only its ends are given."""
    if not isinstance(given, str):
        listed = [given] if isinstance(given, int | float) else list(given)
        plain = [cell.item() if isinstance(cell, np.generic) else cell for cell in listed]
        return _listed(name, plain, catalog, "vary")
    match = _SPACED.fullmatch(given.strip())
    if name in glossary.quantities() and match:
        return _spaced(name, match)
    cells = [cell.strip() for cell in given.split(",")]
    if cells == ["*"] and figure(name).name in glossary.roles():
        cells = [entry.key for entry in catalog.entries(glossary.roles()[figure(name).name])]
    last = _unit(cells[-1])
    if name in glossary.quantities() and last:
        # One unit after the last number holds for all: 40,60,80 USD/MWh.
        cells = [f"{cell} {last}" if _BARE.fullmatch(cell) else cell for cell in cells]
    return _listed(name, cells, catalog, "vary")


def _listed(name: str, cells: Sequence[Any], catalog: Catalog, place: str) -> Axis:
    """The values of one name as an axis; every cell that cannot be read is reported."""
    if not cells:
        raise one(place, name, "has no values")
    problems: list[Problem] = []
    takes = _takes(name, catalog, place)
    values = [fields.taken(takes, cell, At(place, problems, name)) for cell in cells]
    if problems:
        raise InputError(problems)
    of_texts = figure(name).name in glossary.options() or figure(name).name in glossary.roles()
    return Axis(texts={name: tuple(values)}) if of_texts else Axis({name: np.array(values, dtype=float)})


def _takes(name: str, catalog: Catalog, place: str) -> Takes:
    """What a name takes that varies: a choice of an option, an entry for a role, a value of a quantity."""
    rows, roles, options = glossary.quantities(), glossary.roles(), glossary.options()
    plain = figure(name).name
    if plain in options:
        return fields.choice(options[plain].choices)
    if plain in roles:
        return Takes("the name of a catalog entry", lambda given, at: catalog.find(roles[plain], str(given)).key)
    if name in rows:
        return of_quantity(rows[name])
    raise one(place, name, unknown("quantity, role or option", name, [*rows, *roles, *options]))


def _spaced(name: str, match: re.Match[str]) -> Axis | tuple[float, float]:
    """lo:hi:n as n evenly spaced values, lo:hi:n:log as n of even ratio, lo:hi as the two ends alone."""
    row = glossary.quantities()[name]
    unit = match["unit"] or _unit(match["high"]) or _unit(match["low"])
    try:
        low, high = (
            value_of(f"{end} {unit}" if unit and _BARE.fullmatch(end) else end.strip(), row)
            for end in (match["low"], match["high"])
        )
    except units.UnitError as error:
        raise one("vary", name, str(error)) from None
    if low > high:
        raise one("vary", name, f"runs from {match['low']} down to {match['high']}: give the lower end first")
    if match["count"] is None:
        return low, high
    count = int(match["count"])
    if count > _MOST_STEPS:
        raise one("vary", name, f"takes at most {_MOST_STEPS:,} steps; --samples draws any number from lo:hi")
    if count < 1 or (match["log"] and low <= 0):
        raise one("vary", name, "takes one step or more" if count < 1 else "even ratios need a lower end above zero")
    values = np.geomspace(low, high, count) if match["log"] else np.linspace(low, high, count)
    return Axis({name: np.unique(np.rint(values)) if row.whole else values})


def _unit(text: str) -> str:
    match = _WITH_UNIT.fullmatch(text)
    return match["unit"].strip() if match else ""


def _whole(row: glossary.Quantity, values: Any) -> Any:
    return np.rint(values) if row.whole else values
