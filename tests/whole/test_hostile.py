"""Hostile input is planned or refused in words that name the place; nothing else ever happens."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.files import LARGEST_FILE, parse_toml, read_toml
from planner.plan import layout_search
from planner.scenario import resolve, scenario_file
from tests import hostile, hostile_corpus
from tests import hostile_commands as commands
from tests import hostile_files as files

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
        files.judge_entry(*files.entry(rng), files.folder_of(root))


@many(100)
@given(CHANCE)
def test_a_table_to_import_is_read_or_refused(rng):
    with tempfile.TemporaryDirectory() as root:
        files.judge_import(*files.price_table(rng), files.folder_of(root))


@many(100)
@given(CHANCE)
def test_a_file_beside_the_entries_of_a_catalog_is_read_or_refused(rng):
    with tempfile.TemporaryDirectory() as root:
        files.judge_beside(*files.beside(rng), files.folder_of(root))


@many(100)
@given(CHANCE)
def test_a_file_of_any_name_or_a_link_to_anything_stands_in_a_catalog(rng):
    with tempfile.TemporaryDirectory() as root:
        files.judge_name(*files.name(rng), files.folder_of(root))


@many(200)
@given(CHANCE)
def test_a_table_or_a_tariff_is_read_or_refused(rng):
    with tempfile.TemporaryDirectory() as root:
        files.judge_table(*files.table(rng), files.folder_of(root))


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
    with tempfile.TemporaryDirectory() as root:
        commands.judge_command(commands.command(rng), Path(root))


@pytest.mark.parametrize("kind", hostile_corpus.JUDGES)
def test_what_coverage_guided_fuzzing_found_is_still_taken_or_refused(kind, tmp_path):
    kept = sorted((hostile_corpus.CORPUS / kind).iterdir())
    fates = {path.name: hostile_corpus.judge(kind, path.read_bytes(), tmp_path) for path in kept}
    assert len(fates) > 20 and set(fates.values()) == {hostile.PLANNED, hostile.REFUSED}


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/null", ".", "x" * 300, "a\x00b", "~", "//", "\ud800"])
@pytest.mark.parametrize("command", [("plan",), ("catalog", "import")])
def test_what_is_no_file_to_read_is_refused(command, target, tmp_path):
    if command == ("plan",) and target == "/dev/null":
        # A file that says nothing has no size.
        assert hostile.judge_scenario(b"") == hostile.REFUSED
    assert commands.judge_command(([*command, target], {}), tmp_path) == hostile.REFUSED


def test_a_file_of_a_hundred_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "large.toml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(InputError, match=f"is larger than {LARGEST_FILE // 1_000_000} MB"):
        read_toml(path)


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + b"[" * 100_000,
        b"[a" + b".a" * 50_000 + b"]\nb = 1",
        b"a = 1" + b"0" * 10_000,
        b"[[set]]\n[[set]]",
        b"\x00" * 100,
    ],
    ids=["lists", "tables", "digits", "twice", "zeros"],
)
def test_deep_and_endless_texts_are_refused(content):
    assert hostile.judge_scenario(content) == hostile.REFUSED


def test_a_source_that_is_no_text_is_refused(tmp_path):
    judged = files.judge_entry(
        "accelerators", b'source = ["sheet"]\npower = "1 W/accelerator"', files.folder_of(tmp_path)
    )
    assert judged == hostile.REFUSED


def test_a_budget_beyond_any_project_takes_few_searches(monkeypatch):
    """What a cluster costs holds whatever the strategy: none is looked for at each size that is tried."""
    searches, search = [], layout_search.search
    monkeypatch.setattr(layout_search, "search", lambda *given, **more: searches.append(1) or search(*given, **more))
    layout_search._best.cache_clear()
    table = {
        "workload": "training",
        "choose": {"system": "dgx-h100", "model": "llama-4-maverick"},
        "set": {"budget": "1e12 USD", "generator_lead_time": "2e12 s", "facility_mode": "build"},
    }
    assert hostile.judge_table(table) == hostile.PLANNED
    assert 0 < len(searches) <= 3


@pytest.mark.parametrize("table", ["set", "range", "choose", "demand", "site", "pool"])
def test_a_file_of_twenty_thousand_mistakes_is_refused_before_all_are_described(table):
    lines = "".join(f'electricty_prce{number} = "1 USD"\n' for number in range(20_000))
    several = f'[[{table}]]\nname = "us-virgnia"\n' * 20_000
    content = several if table in ("demand", "site", "pool") else f"[{table}]\n{lines}"
    with pytest.raises(InputError) as refused:
        given = scenario_file.from_table(
            parse_toml(content.encode(), "given.toml"), "given.toml", catalog=hostile.shipped()
        )
        resolve.resolve(given, hostile.shipped())
    assert 1 <= len(refused.value.problems) <= 102
