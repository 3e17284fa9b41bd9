"""Conditions as people write them: filters of entries and rows, conditions on results."""

import pytest

from planner import units
from planner.errors import InputError
from planner.glossary import conditions


def known(written):
    if written not in ("memory", "vendor"):
        raise units.UnitError(f"unknown field '{written}'")
    return written, "GB/accelerator" if written == "memory" else None


def holds(text, value):
    return conditions.filters([text], "list", "FIELD", known)[0].holds(value)


@pytest.mark.parametrize(
    ("text", "value", "met"),
    [
        ("memory >= 80 GB/accelerator", 80e9, True),
        ("memory >= 80 GB", 79e9, False),
        ("memory != 80 GB", 81e9, True),
        ("memory < 80 GB", None, False),
        ("vendor = 'NVIDIA'", "nvidia", True),
        ("vendor == nvidia", "AMD", False),
        ("vendor ~ vid", "NVIDIA", True),
        ("vendor ~ 1", "10", True),
        # Texts that are numbers compare as numbers.
        ("vendor < 9", "10", False),
        ("vendor = 1.0", "1", True),
        # Of several texts one must be as is said, or none where it must differ.
        ("vendor = amd", ["NVIDIA", "AMD"], True),
        ("vendor != amd", ["NVIDIA", "AMD"], False),
        ("vendor != amd", ["NVIDIA"], True),
        ("vendor = amd", [], False),
    ],
)
def test_a_filter_holds_for_the_values_that_it_names(text, value, met):
    assert holds(text, value) is met


def test_everything_wrong_with_filters_is_said_at_once():
    texts = ["memory", "price > 3", "memory > 3 MW", "memory ~ 80"]
    with pytest.raises(InputError) as error:
        conditions.filters(texts, "list", "FIELD", known)
    said = [problem.message for problem in error.value.problems]
    assert len(said) == 4 and all(problem.field == "--where" for problem in error.value.problems)
    assert "is not FIELD OP VALUE" in said[0] and "unknown field 'price'" in said[1]
    assert "MW" in said[2] and "a part of a text" in said[3]


def test_conditions_are_read():
    condition = conditions.parse("npv_own >= 70 % * npv_cloud")
    assert (condition.name, condition.sign, condition.bound, condition.other) == ("npv_own", ">=", 0.7, "npv_cloud")
    assert conditions.parse("tco<5 MUSD").bound == 5e6
    assert conditions.parse("pue == 1.2").sign == "="


@pytest.mark.parametrize("text", ["tco != 1 USD", "tco ~ 1", "tco", "<= 1 USD"])
def test_what_is_no_condition_on_results_is_refused(text):
    with pytest.raises(InputError, match="is no condition"):
        conditions.parse(text)
