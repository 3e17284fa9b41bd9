"""Conditions as people write them: 'memory_capacity >= 141 GB', 'source ~ epoch', 'tco <= 0.7 * cloud_cost'.

A filter holds for the value of an entry or a row, or does not; a condition on results has a margin.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.errors import InputError, Problem, one, unknown

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    "~": operator.contains,
    ">": operator.gt,
    "<": operator.lt,
}
# The name that a written one stands for, and its unit: None where it is a text.
Known = Callable[[str], tuple[str, str | None]]
# Signs of conditions on results: a figure that is met from below is met at the limit too.
_SIGNS = {"<": "<=", "<=": "<=", ">": ">=", ">=": ">=", "=": "="}
_WRITTEN = re.compile(r"\s*([^<>=!~]+?)\s*(>=|<=|!=|==|=|~|>|<)\s*(.+?)\s*")
# A quantity, of a pool where one stands before it: serving/racks.
_NAME = r"(?:[\w-]+/)*[^\W\d]\w*"
_PRODUCT = re.compile(rf"(?:(?P<factor>[-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(?P<percent>%)?\s*\*\s*)?(?P<name>{_NAME})")
# What a catalog field is said for one of: where it is in GB/accelerator, a filter may say 141 GB.
_COUNTED = ("accelerator", "system", "rack", "switch", "port", "node", "transceiver", "cable")


def _split(text: str) -> tuple[str, str, str] | None:
    """Name, sign and bound of a condition; None where `text` is none."""
    match = _WRITTEN.fullmatch(text)
    return (match[1], match[2].replace("==", "="), match[3]) if match else None


@dataclass(frozen=True)
class Filter:
    """The values of `name` that are at least, exactly, unlike ... a bound: a base value, or a text."""

    name: str
    sign: str
    bound: float | str

    def holds(self, value: Any) -> bool:
        """Whether a number, a text or one of several texts meets the filter; what is missing does not."""
        if value is None:
            return False
        compares = _COMPARISONS[self.sign]
        if not isinstance(self.bound, str):
            return compares(value, self.bound)
        texts = [str(text).casefold() for text in (value if isinstance(value, list) else [value])] or [""]
        met = [compares(*self._alike(text, self.bound.casefold())) for text in texts]
        return all(met) if self.sign == "!=" else any(met)

    def _alike(self, text: str, bound: str) -> tuple[Any, Any]:
        """Both as numbers where both are, unless a part of a text is looked for."""
        try:
            return (text, bound) if self.sign == "~" else (float(text), float(bound))
        except ValueError:
            return text, bound


def filters(texts: Iterable[str], place: str, what: str, known: Known) -> list[Filter]:
    """The filters written in `texts`; InputError with all that is wrong with them.

    `known` raises UnitError for a name that stands for nothing; `what` is what such names are called.
    """
    read, problems = [], []
    for text in texts:
        try:
            read.append(_filter(text, what, known))
        except units.UnitError as error:
            problems.append(Problem(place, "--where", str(error)))
    if problems:
        raise InputError(problems)
    return read


def _filter(text: str, what: str, known: Known) -> Filter:
    parts = _split(text)
    if parts is None:
        raise units.UnitError(f"'{text}' is not {what} OP VALUE with an operator of {', '.join(_COMPARISONS)}")
    name, unit = known(parts[0])
    sign, bound = parts[1], parts[2].strip("'\"")
    if unit is None:
        return Filter(name, sign, bound)
    if sign == "~":
        raise units.UnitError(f"'{text}' looks for a part of a text, but {name} is a number")
    return Filter(name, sign, _base_value(bound, unit))


def _base_value(bound: str, unit: str) -> float:
    try:
        return units.read(bound, unit)
    except units.UnitError:
        unit_of_all, _, counted = unit.rpartition("/")
        if counted in _COUNTED:
            return units.read(bound, unit_of_all)
        raise


@dataclass(frozen=True)
class Condition:
    """`name` at most, at least or exactly a base value, or a multiple of another quantity."""

    name: str
    sign: str
    bound: float
    other: str | None
    text: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.name,) if self.other is None else (self.name, self.other)

    def limit(self, values: Mapping[str, Any]) -> Any:
        """What `name` is held against."""
        return self.bound if self.other is None else self.bound * np.asarray(values[self.other])

    def margin(self, values: Mapping[str, Any]) -> Any:
        """How far inside the condition, in the unit of `name`: negative where it fails; for '=', value less limit."""
        difference = np.asarray(values[self.name]) - self.limit(values)
        return -difference if self.sign == "<=" else difference

    def scale(self, values: Mapping[str, Any]) -> Any:
        """The size against which a margin is large or small."""
        return np.maximum(np.abs(values[self.name]), np.abs(self.limit(values)))


def parse(text: str, place: str = "--so-that") -> Condition:
    """The condition written in `text`; InputError says what is taken."""
    rows = glossary.quantities()
    parts = _split(text)
    if parts is None or parts[1] not in _SIGNS:
        raise one(place, f"'{text}'", "is no condition: write 'NAME <= VALUE', with <=, >= or =")
    name, sign, bound = parts[0], _SIGNS[parts[1]], parts[2]
    if name not in rows:
        raise one(place, f"'{text}'", unknown("quantity", name, rows))
    product = _PRODUCT.fullmatch(bound)
    if product is None:
        try:
            return Condition(name, sign, units.read(bound, rows[name].unit), None, " ".join(text.split()))
        except units.UnitError as error:
            raise one(place, f"'{text}'", str(error)) from None
    other = product["name"]
    if other not in rows:
        raise one(place, f"'{text}'", unknown("quantity", other, rows))
    if not units.same_dimensions(rows[name].unit, rows[other].unit):
        message = f"compares unlike things: {name} is in {rows[name].show}, {other} in {rows[other].show}"
        raise one(place, f"'{text}'", message)
    factor = float(product["factor"] or 1) / (100 if product["percent"] else 1)
    return Condition(name, sign, factor, other, " ".join(text.split()))
