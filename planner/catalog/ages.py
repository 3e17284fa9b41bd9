"""How old a figure is, and whether a price is still one to plan with."""

from __future__ import annotations

import datetime

from planner import units
from planner.catalog.entries import Fact

# Prices of hardware and of cloud offers move by a quarter a year and more.
PRICE_LIFE = datetime.timedelta(days=365)
_YEAR = datetime.timedelta(days=365.25)


def today() -> datetime.date:
    """The day it is."""
    return datetime.date.today()


def is_price(fact: Fact) -> bool:
    """Whether a figure is in money."""
    return any(name == "[currency]" for name, _ in units.unit(fact.unit).dimensions)


def is_stale(fact: Fact, day: datetime.date) -> bool:
    """Whether a figure is a price of more than a year before `day`; one without a date is not called stale."""
    return fact.as_of is not None and day - fact.as_of > PRICE_LIFE and is_price(fact)


def age_text(fact: Fact, day: datetime.date) -> str:
    """'2025-01-31, 1.8 years ago', or an empty text."""
    if fact.as_of is None:
        return ""
    return f"{fact.as_of}, {max((day - fact.as_of) / _YEAR, 0):.1f} years ago"
