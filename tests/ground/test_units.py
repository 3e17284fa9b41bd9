"""Text with a unit in, base floats through, text out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import units


@pytest.mark.parametrize(
    ("text", "unit", "base"),
    [
        ("3.35 TB/s/accelerator", "B/s/accelerator", 3.35e12),
        ("400 Gb/s", "B/s", 50e9),
        ("70 USD/MWh", "USD/J", 70 / 3.6e9),
        ("2 USD/accelerator/h", "USD/accelerator/s", 2 / 3600),
        ("15.6 Ttoken", "token", 15.6e12),
        ("80 GiB/accelerator", "B/accelerator", 80 * 2**30),
        ("30 degC", "K", 303.15),
        ("40 %", "1", 0.4),
        ("3 year", "s", 3 * 8760 * 3600),
        ("1,024 accelerator", "accelerator", 1024),
        ("5 gpu", "accelerator", 5),
        ("0.4", "1", 0.4),
        ("1.1 L/kWh", "m**3/J", 1.1e-3 / 3.6e6),
        ("3.79e-3 event/d/node", "event/s/node", 3.79e-3 / 86400),
    ],
)
def test_text_becomes_the_base_value(text, unit, base):
    assert units.read(text, unit) == pytest.approx(base, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("12 GB", "W", "takes a unit like 'W'"),
        ("5 Kw", "W", "Did you mean 'kW'?"),
        ("5 MW/rack", "W", "wrong unit"),
        ("fast", "W", "is not a number with a unit like 'W'"),
        ("nan", "1", "not a finite number"),
        ("inf W", "W", "is not a number"),
        ("1e999 W", "W", "is not a finite number"),
        ("1e300 YW", "W", "is not a finite number"),
        ("10**10**10 m", "m", "is not a number"),
        ("__import__('os').system('true')", "1", "is not a number"),
        ("1 W" + "*W" * 200, "W", "is not a number"),
        (True, "1", "is not a number"),
        ([1], "W", "is not a number"),
        ("7 W", "1", "takes a plain number"),
    ],
)
def test_bad_text_is_refused_with_what_is_taken(text, unit, says):
    with pytest.raises(units.UnitError, match=says.replace("'", ".").replace("?", ".").replace("(", ".")):
        units.read(text, unit)


def test_counts_are_dimensions():
    assert not units.same_dimensions("W/accelerator", "W/rack")
    assert not units.same_dimensions("B", "FLOP")
    assert units.same_dimensions("USD/MWh", "USD/J")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (132e3, "kW", "132 kW"),
        (70 / 3.6e9, "USD/MWh", "70 USD/MWh"),
        (303.15, "degC", "30 degC"),
        (13608, "accelerator", "13,608 accelerators"),
        (0.4, "1", "0.4"),
        (0.0, "W", "0 W"),
        (1234567.8, "1", "1,234,568"),
    ],
)
def test_base_value_becomes_text(value, unit, text):
    assert units.text(value, unit) == text


@given(st.floats(min_value=1e-12, max_value=1e15), st.sampled_from(["W", "USD/MWh", "TB/s/accelerator", "1", "%"]))
def test_exact_text_reads_back(value, unit):
    base = {"USD/MWh": "USD/J", "TB/s/accelerator": "B/s/accelerator", "%": "1"}.get(unit, unit)
    assert units.read(units.exact_text(value, unit), base) == pytest.approx(value, rel=1e-11)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        assert math.isfinite(units.read(text, "W"))
    except units.UnitError as error:
        assert str(error)
