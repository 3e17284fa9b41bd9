"""Conditions on results: 'tco <= 500 MUSD', 'tco <= 0.7 * cloud_cost'."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.errors import one, unknown

# A quantity, of a pool where one stands before it: serving/racks.
_NAME = r"(?:[\w-]+/)*[^\W\d]\w*"
_CONDITION = re.compile(rf"\s*(?P<name>{_NAME})\s*(?P<sign><=|>=|==|=|<|>)\s*(?P<bound>.+?)\s*")
_PRODUCT = re.compile(rf"(?:(?P<factor>[-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*(?P<percent>%)?\s*\*\s*)?(?P<name>{_NAME})")


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
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise one(place, f"'{text}'", "is no condition: write 'NAME <= VALUE', with <=, >= or =")
    name, bound = match["name"], match["bound"]
    if name not in rows:
        raise one(place, f"'{text}'", unknown("quantity", name, rows))
    sign = {"<": "<=", ">": ">=", "==": "="}.get(match["sign"], match["sign"])
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
