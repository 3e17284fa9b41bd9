"""The money in which amounts are shown: dollars, or another currency at a rate that the user states."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

from planner import glossary, units
from planner.errors import one
from planner.plan.plan import Plan
from planner.tables import Cell, Table

_LONGEST_NAME = 8


@dataclass(frozen=True)
class Currency:
    """Units of a currency for a dollar, and the day of that rate."""

    name: str = "USD"
    rate: float = 1.0
    day: str = ""

    @property
    def words(self) -> str:
        if self.name == "USD":
            return "US dollars"
        return f"{self.name} at {self.rate:g} {self.name} for 1 USD" + (f" of {self.day}" if self.day else "")


def of_plan(the_plan: Plan) -> Currency:
    """The currency that the scenario sets; InputError where it gives no rate for it."""
    name = the_plan.whole.options.get("currency", "USD")
    if name == "USD":
        return Currency()
    rate, day = the_plan.whole.given.get("exchange_rate"), the_plan.whole.given.get("exchange_rate_day")
    if rate is None:
        raise one(the_plan.scenario.place, "set.currency", f"needs the rate: set exchange_rate, {name} for one dollar")
    return Currency(name, float(rate), "" if day is None else _date(int(day), the_plan.scenario.place))


def _date(day: int, place: str) -> str:
    """20261101 as 2026-11-01."""
    try:
        return str(datetime.date(day // 10_000, day // 100 % 100, day % 100))
    except ValueError:
        raise one(place, "set.exchange_rate_day", f"{day} is not a day: write it as 20261101") from None


def read(given: str) -> Currency:
    """NAME=RATE[@DATE] as a currency; InputError that says what is taken."""
    name, _, rest = given.partition("=")
    rate, _, day = rest.partition("@")
    try:
        value = float(rate)
        if not (name.isalpha() and 1 < len(name) <= _LONGEST_NAME and value > 0 and math.isfinite(value)):
            raise ValueError
        if day:
            datetime.date.fromisoformat(day)
    except ValueError:
        raise one("--currency", "", f"'{given[:60]}' is not NAME=RATE[@DATE], as in EUR=0.92@2026-11-01") from None
    return Currency(name.upper(), value, day)


def headlines(the_plan: Plan, currency: Currency) -> Table:
    """The headline amounts of money in the currency."""
    rows: list[list[Cell]] = []
    for name in glossary.headlines():
        row = glossary.quantities()[name]
        if name in the_plan.results and units.same_dimensions(row.unit, "USD"):
            rows.append([name, the_plan.results[name].value * currency.rate / 1e6])
    price_year = f", prices of {the_plan.whole['price_year']:.0f}" if "price_year" in the_plan.whole else ""
    return Table(["amount", f"M{currency.name}"], rows, frozenset({1}), f"In {currency.words}{price_year}")
