"""Hours of the calendar, month by month, and the windows of them in which a charge holds."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import months

MONTHS = tuple(range(1, 13))
DAYS = ("all", "weekdays", "weekends")


class Clock:
    """Month, weekday and hour of every hour from a day on, and the months that they lie in."""

    def __init__(self, start: datetime.date | None, hours: int):
        passed = np.arange(hours)
        self.hour = passed % 24
        if start is None:
            self.month, self.weekday = passed // months.HOURS, passed // 24 % 7
            # Calendar month and hours of each month.
            self.calendar = 1 + np.arange(self.month[-1] + 1) % 12
            self.length = np.full(len(self.calendar), months.HOURS)
            return
        moments = np.datetime64(start, "h") + passed
        number = moments.astype("datetime64[M]").astype(int)
        # The first of January 1970 was a Thursday.
        self.weekday = (moments.astype("datetime64[D]").astype(int) + 3) % 7
        # Counted from the first month on, whatever day it starts.
        self.month = number - number[0]
        begins = np.arange(number[0], number[-1] + 2).astype("datetime64[M]")
        self.calendar = 1 + begins[:-1].astype(int) % 12
        self.length = np.diff(begins.astype("datetime64[h]")).astype(int)

    def by_month(self, holds: Any) -> list[Any]:
        """The hours of each month that are chosen."""
        return [(self.month == month) & holds for month in range(len(self.calendar))]


@dataclass(frozen=True)
class Window:
    """The hours of a year in which a charge holds."""

    months: tuple[int, ...] = MONTHS
    days: str = "all"
    first: int = 0
    last: int = 24

    def holds(self, clock: Clock) -> Any:
        """True in the hours of the window; a window may run past midnight."""
        if self.first < self.last:
            hours = (clock.hour >= self.first) & (clock.hour < self.last)
        else:
            hours = (clock.hour >= self.first) | (clock.hour < self.last)
        every = np.ones(len(clock.hour), dtype=bool)
        days = {"all": every, "weekdays": clock.weekday < 5, "weekends": clock.weekday >= 5}[self.days]
        return np.isin(clock.calendar[clock.month], self.months) & hours & days

    def is_season_beside(self, other: Window) -> bool:
        """Whether two windows are the same hours of the same days in other months."""
        alike = (self.days, self.first, self.last) == (other.days, other.first, other.last)
        return alike and not set(self.months) & set(other.months)
