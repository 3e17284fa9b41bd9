"""Months of the calendar: how many lie between two days, which day lies so many after one, how many hours they hold.

Times are counted in months everywhere.  Where a date is known they are months of the calendar, so that half a year
from the first of January ends on the thirtieth of June; where none is known they are equal, of 730 hours each.
"""

from __future__ import annotations

import calendar
import datetime

from planner.errors import one

HOURS = 730
# Digits to which a time in months is kept, so that a rounding error never starts a month: less than a second.
DIGITS = 9


def day_after(first: datetime.date, months: int) -> datetime.date:
    """The same day so many months after (or before); the last of a month that has no such day."""
    year, month = divmod(first.month - 1 + months, 12)
    if not datetime.MINYEAR <= first.year + year <= datetime.MAXYEAR:
        raise one("scenario", "analysis_period", f"ends in the year {first.year + year}, which no calendar has")
    last = calendar.monthrange(first.year + year, month + 1)[1]
    return datetime.date(first.year + year, month + 1, min(first.day, last))


def between(first: datetime.date, day: datetime.date) -> float:
    """Months from one day to a later one: whole ones, then days as a share of the month that they lie in."""
    whole = (day.year - first.year) * 12 + day.month - first.month
    if day_after(first, whole) > day:
        whole -= 1
    begins = day_after(first, whole)
    return whole + (day - begins).days / (day_after(first, whole + 1) - begins).days


def hours_after(first: datetime.date | None, months: float) -> int:
    """Hours in so many months from a day on, rounded; 730 a month where no day is known."""
    if first is None:
        return round(months * HOURS)
    whole, share = divmod(round(months, DIGITS), 1)
    begins, ends = day_after(first, int(whole)), day_after(first, int(whole) + 1)
    return round(24 * ((begins - first).days + share * (ends - begins).days))
