"""Hostile input is planned or refused in words that name the place; nothing else ever happens."""

import tempfile

import hostile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Hypothesis decides every draw and shrinks what fails; the same inputs on every run.
CHANCE = st.randoms(use_true_random=False)


def many(count):
    suppressed = list(HealthCheck)
    return settings(
        max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=suppressed
    )


@many(500)
@given(CHANCE)
def test_a_scenario_is_planned_or_refused(rng):
    hostile.judge_table(hostile.scenario_table(rng))


@many(300)
@given(CHANCE)
def test_a_changed_scenario_file_is_planned_or_refused(rng):
    hostile.judge_scenario(hostile.mutated(rng, rng.choice(hostile.scenario_texts())))


@many(400)
@given(CHANCE)
def test_a_catalog_entry_loads_or_is_refused(rng):
    with tempfile.TemporaryDirectory() as root:
        hostile.judge_entry(*hostile.entry(rng), hostile.folder_of(root))


@many(100)
@given(CHANCE)
def test_a_table_to_import_is_read_or_refused(rng):
    with tempfile.TemporaryDirectory() as root:
        hostile.judge_import(*hostile.price_table(rng), hostile.folder_of(root))


@many(300)
@given(CHANCE)
def test_what_varies_is_read_or_refused(rng):
    hostile.judge_range(*hostile.vary(rng))


@many(500)
@given(CHANCE)
def test_a_value_is_read_or_refused(rng):
    hostile.judge_unit(*hostile.unit(rng))


@many(60)
@given(CHANCE)
def test_a_command_line_runs_or_is_refused_with_status_2(rng):
    hostile.judge_command(hostile.command(rng))
