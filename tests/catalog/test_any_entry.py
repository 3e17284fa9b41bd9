"""Whatever is written into an entry: bad ones are refused with a message that helps, good ones come back unchanged."""

from __future__ import annotations

import datetime
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import glossary, units
from planner.catalog import browse
from planner.catalog.catalog import Catalog
from planner.catalog.entries import KINDS, Entry
from planner.errors import InputError

SOURCE = '[sheet]\ntitle = "A data sheet"\n'
# A message names the place and is one line of words, without a trace of the program's inside.
READABLE = re.compile(r"[a-z0-9_-]+/entry\.toml: .{5,400}")
INSIDE = re.compile(r"Traceback|object at 0x|Error\(|<class|NoneType")

relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def loaded(kind: str, document: dict[str, Any]) -> Entry:
    """The entry that this file makes, alone in a catalog."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / kind).mkdir()
        (root / "sources.toml").write_text(SOURCE)
        (root / kind / "entry.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
        return Catalog([root]).entry(kind, "entry")


def refused(kind: str, document: dict[str, Any]) -> list[str]:
    """The messages with which an entry is refused; a test fails where it loads."""
    with pytest.raises(InputError) as caught:
        loaded(kind, document)
    messages = [str(problem) for problem in caught.value.problems]
    for message in messages:
        assert READABLE.fullmatch(message), message
        assert not INSIDE.search(message), message
    return messages


def bounds(quantity: glossary.Quantity) -> tuple[float, float]:
    """Values that are allowed, well inside the range of floats."""
    low = -1e12 if quantity.low is None else quantity.low
    high = max(low + 1, 1e12) if quantity.high is None else quantity.high
    return low, high


@st.composite
def fields(draw: st.DrawFn) -> tuple[str, glossary.Quantity]:
    """A kind of entries and one of its fields."""
    kind = draw(st.sampled_from(sorted(glossary.kinds())))
    return kind, draw(st.sampled_from(list(glossary.kinds()[kind].fields.values())))


@st.composite
def figures(draw: st.DrawFn) -> tuple[str, glossary.Quantity, dict[str, Any], list[float]]:
    """A good figure as a table of its file, with the base values of value, low and high."""
    kind, quantity = draw(fields())
    low, high = bounds(quantity)
    numbers = sorted(draw(st.lists(st.floats(low, high, allow_subnormal=False), min_size=3, max_size=3)))
    if quantity.whole:
        numbers = [float(round(number)) for number in numbers]
    day = draw(st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)))
    table = {
        "value": units.exact_text(numbers[1], quantity.unit),
        "low": units.exact_text(numbers[0], quantity.unit),
        "high": units.exact_text(numbers[2], quantity.unit),
        "kind": draw(st.sampled_from(KINDS)),
        "source": "sheet",
        "where": draw(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40)),
        "as_of": day,
        "note": draw(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=80)),
    }
    return kind, quantity, table, numbers


@given(figures())
@relaxed
def test_a_good_figure_comes_back_as_it_was_written(figure):
    kind, quantity, table, (low, value, high) = figure
    fact = loaded(kind, {"name": "An entry", quantity.name: table}).facts[quantity.name]
    # The text has twelve digits.
    assert fact.value == pytest.approx(value, rel=1e-11, abs=1e-300)
    assert (fact.low, fact.high) == (pytest.approx(low, rel=1e-11), pytest.approx(high, rel=1e-11))
    assert (fact.kind, fact.source, fact.where, fact.as_of, fact.note) == tuple(
        table[key] for key in ("kind", "source", "where", "as_of", "note")
    )


@given(figures())
@relaxed
def test_an_entry_is_shown_and_written_again_without_loss(figure):
    kind, quantity, table, _ = figure
    first = loaded(kind, {"name": "An entry", quantity.name: table})
    fact = first.facts[quantity.name]
    assert table["kind"] in browse.entry_text(first, Catalog([]))
    again = {
        key: units.exact_text(number, quantity.unit)
        for key, number in (("value", fact.value), ("low", fact.low), ("high", fact.high))
    }
    second = loaded(kind, {"name": first.name, quantity.name: table | again})
    assert second.facts[quantity.name] == fact


@given(fields(), st.sampled_from(["low", "high"]))
@relaxed
def test_a_value_outside_its_own_range_is_refused(field, end):
    kind, quantity = field
    low, high = bounds(quantity)
    value, other = (low, high) if end == "low" else (high, low)
    wrong = {"value": units.exact_text(value, quantity.unit), end: units.exact_text(other, quantity.unit)}
    messages = refused(kind, {quantity.name: wrong | {"source": "sheet"}})
    assert any("outside its own low and high" in message for message in messages)


@given(fields(), st.floats(1e-6, 1e6))
@relaxed
def test_a_value_beyond_the_limits_is_refused_with_the_limits(field, beyond):
    kind, quantity = field
    if quantity.high is None and quantity.low is None:
        return
    value = quantity.high + abs(quantity.high) * beyond + beyond if quantity.high is not None else quantity.low - beyond
    text = units.exact_text(value, quantity.unit)
    if units.read(text, quantity.unit) in (quantity.high, quantity.low):
        return
    (message,) = refused(kind, {quantity.name: {"value": text, "source": "sheet"}})
    assert "out of range" in message and quantity.name in message


@given(
    fields(), st.sampled_from(["5 kg", "3 TB/s", "12", "7 USD", "40 degC", "2 accelerator", "1 W/rack", "9 token/s"])
)
@relaxed
def test_a_wrong_unit_is_refused_with_the_right_one(field, text):
    kind, quantity = field
    try:
        units.read(text, quantity.unit)
    except units.UnitError:
        (message,) = refused(kind, {quantity.name: {"value": text, "source": "sheet"}})
        takes = f"like '{quantity.show}'" if units.unit(quantity.unit).dimensions else "plain number"
        assert takes in message


@given(
    fields(),
    st.one_of(
        st.text(max_size=200),
        st.booleans(),
        st.lists(st.integers(-5, 5), max_size=3),
        st.sampled_from(["nan", "inf", "-inf W", "1e999 W", "1 W W", "__import__('os')", "9" * 200, "1 W**9"]),
    ),
)
@relaxed
def test_nonsense_is_refused_and_never_runs(field, nonsense):
    kind, quantity = field
    try:
        units.read(nonsense, quantity.unit)
    except units.UnitError:
        assert refused(kind, {quantity.name: {"value": nonsense, "source": "sheet"}})


@given(fields(), st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"), min_size=1, max_size=20))
@relaxed
def test_an_unknown_field_is_refused(field, name):
    kind, _ = field
    described = glossary.kinds()[kind]
    known = {*described.fields, *described.text, *described.dates, *described.lists, *described.references}
    if name in known | {"name", "aliases", "source", "where", "as_of", "kind", "note"}:
        return
    (message,) = refused(kind, {name: "1"})
    assert f"unknown field '{name}'" in message


@given(figures(), st.sampled_from(["source", "kind", "value", "as_of", "extra", "alternative"]))
@relaxed
def test_a_figure_that_says_too_little_or_too_much_is_refused(figure, broken):
    kind, quantity, table, _ = figure
    wrong: dict[str, Any] = dict(table)
    expected = {
        "source": "no source",
        "kind": "unknown kind 'guess'",
        "value": "has no value",
        "as_of": "is not a date",
        "extra": "unknown key 'extra'",
        "alternative": "alternative: takes tables",
    }[broken]
    if broken in ("source", "value"):
        del wrong[broken]
    else:
        wrong[broken] = {"kind": "guess", "as_of": "soon", "extra": 1, "alternative": "other"}[broken]
    assert any(expected in message for message in refused(kind, {quantity.name: wrong}))


@given(st.sampled_from(sorted(glossary.kinds())), st.binary(max_size=400))
@relaxed
def test_any_bytes_at_all_load_or_are_refused_in_words(kind, content):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / kind).mkdir()
        (root / kind / "entry.toml").write_bytes(content)
        try:
            entry = Catalog([root]).entry(kind, "entry")
        except InputError as error:
            assert error.problems and all(problem.message for problem in error.problems)
            assert not INSIDE.search(str(error))
        else:
            assert entry.key == "entry"
