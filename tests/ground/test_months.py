"""Months of the calendar."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import months

DAY = datetime.date
DAYS = st.dates(DAY(1990, 1, 1), DAY(2080, 12, 31))


@pytest.mark.parametrize(
    ("first", "day", "count"),
    [
        (DAY(2027, 1, 1), DAY(2027, 8, 1), 7),
        (DAY(2026, 12, 1), DAY(2028, 6, 1), 18),
        (DAY(2027, 1, 1), DAY(2027, 2, 15), 1.5),
        (DAY(2027, 6, 1), DAY(2027, 6, 16), 0.5),
        (DAY(2027, 1, 31), DAY(2027, 2, 28), 1),
        (DAY(2028, 2, 29), DAY(2029, 2, 28), 12),
    ],
    ids=str,
)
def test_months_between_two_days(first, day, count):
    assert months.between(first, day) == count


@pytest.mark.parametrize(
    ("first", "count", "days"),
    [
        (DAY(2027, 1, 1), 6, 181),
        (DAY(2028, 1, 1), 6, 182),
        (DAY(2028, 2, 1), 1, 29),
        (DAY(2027, 2, 1), 0.5, 14),
        (DAY(2027, 1, 15), 12, 365),
    ],
    ids=str,
)
def test_hours_follow_the_calendar(first, count, days):
    assert months.hours_after(first, count) == 24 * days


def test_months_are_equal_where_no_day_is_known():
    assert [months.hours_after(None, count) for count in (1, 2.5, 12)] == [730, 1825, 8760]


@given(first=DAYS, day=DAYS)
def test_the_months_to_a_day_hold_the_hours_to_it(first, day):
    first, day = sorted((first, day))
    assert months.hours_after(first, months.between(first, day)) == 24 * (day - first).days


def test_no_month_follows_the_last_of_the_calendar():
    with pytest.raises(ValueError, match="10000, which no calendar has"):
        months.day_after(DAY(9999, 12, 1), 1)
