"""What is edited in a scenario or one of its pools reads back from its file, comments kept."""

import datetime
from dataclasses import replace

import pytest

from planner import files
from planner.errors import InputError
from planner.scenario import edits, scenario_file

FILE = """# two pools
name = "two"
workload = "inference"

[choose]
system = "dgx-h100"   # the whole's

[[site]]
name = "us-texas"
[site.set]
site_power_limit = "9 MW"

# the first
[[pool]]
name = "Training"
workload = "training"
start = 2027-01-01
[pool.set]
accelerators = "1024 accelerator"   # small

# the second
[[pool]]
name = "pool 2"
[pool.choose]
system = "dgx-b200"
[pool.set]
accelerators = "512 accelerator"

[set]
# said last
analysis_period = "4 year"
"""


@pytest.fixture
def two():
    return scenario_file.loads(FILE)


def written(before, after) -> str:
    """The file after the change; it reads back as what was changed."""
    text = edits.file_text(FILE, before, after)
    assert scenario_file.loads(text) == after and list(scenario_file.loads(text).pools) == list(after.pools)
    return text


def test_a_value_of_a_pool_is_its_own(two):
    after = edits.with_value(two, "training", "accelerators", "2048 accelerator")
    assert after.set == two.set and after.pools["pool-2"] == two.pools["pool-2"]
    assert 'accelerators = "2048 accelerator"   # small' in written(two, after)
    back = edits.with_value(after, "training", "accelerators", None)
    assert "accelerators" not in back.pools["training"].set


def test_a_value_of_the_whole_leaves_what_pools_say(two):
    after = edits.with_value(two, "", "accelerators", "64 accelerator")
    assert after.pools == two.pools and after.set["accelerators"] == "64 accelerator"
    written(two, after)


def test_choices_and_dates_of_a_pool(two):
    after = edits.with_choice(two, "training", "system", "dgx-h200")
    after = edits.with_value(after, "pool-2", "start", "2028-01-01")
    assert after.pools["pool-2"].start == datetime.date(2028, 1, 1)
    text = written(two, after)
    assert 'system = "dgx-h100"   # the whole' in text and "start = 2028-01-01" in text
    gone = edits.with_choice(two, "pool-2", "system", None)
    assert "dgx-b200" not in written(two, gone)


def test_a_pool_is_added_from_a_copy(two):
    after = edits.with_pool(two, "Second phase", like="training")
    assert list(after.pools) == ["training", "pool-2", "second-phase"]
    text = written(two, after)
    assert text.count("[[pool]]") == 3 and "# the second\n[[pool]]" in text and "# said last" in text
    empty = edits.with_pool(two, "rest")
    assert empty.pools["rest"].set == {} and empty.pools["rest"].workload == "inference"
    written(two, empty)


def test_a_pool_is_renamed_in_its_place(two):
    after = edits.with_pool_renamed(two, "training", "Pre-training")
    assert list(after.pools) == ["pre-training", "pool-2"]
    text = written(two, after)
    assert "# the first\n[[pool]]" in text and "# small" in text


def test_a_pool_is_removed_with_its_comments_and_those_of_others_stay(two):
    after = edits.without_pool(two, "training")
    text = written(two, after)
    assert "# the first" not in text and "# the second\n[[pool]]" in text and "# said last" in text
    nothing = edits.without_pool(after, "pool-2")
    assert "[pool" not in written(two, nothing)


def test_a_pool_comes_back_in_its_place(two):
    first = edits.without_pool(two, "training")
    text = written(two, first)
    back = edits.file_text(text, first, two)
    assert scenario_file.loads(back) == two and list(scenario_file.loads(back).pools) == ["training", "pool-2"]


def test_pools_in_one_line_are_written_anew(two):
    text = 'name = "short"\npool = [{ name = "a" }, { name = "b" }]\n'
    before = scenario_file.loads(text)
    after = edits.without_pool(before, "a")
    assert scenario_file.loads(edits.file_text(text, before, after)) == after


def test_brackets_in_texts_are_no_headers():
    text = 'name = "odd"\n[[pool]]\nname = "a"\ndescription = """\n[set]\n[[pool]]\n"""\n[[pool]]\nname = "b"\n'
    before = scenario_file.loads(text)
    for after in (edits.without_pool(before, "b"), edits.with_pool(before, "c", "a")):
        assert scenario_file.loads(edits.file_text(text, before, after)) == after


def test_another_workload_of_the_whole_leaves_that_of_the_pools(two):
    written(two, replace(two, workload="capacity"))


def test_a_scenario_without_a_file_is_written_whole(two):
    assert scenario_file.loads(edits.file_text("", two, two)).pools == two.pools


@pytest.mark.parametrize("name", ["Pool 2", "  ", "!?"])
def test_a_name_that_no_pool_can_have_is_refused(two, name):
    with pytest.raises(InputError, match="name|letters"):
        edits.with_pool(two, name)
    with pytest.raises(InputError, match="name|letters"):
        edits.with_pool_renamed(two, "training", name)


def test_a_pool_that_is_not_there_is_refused(two):
    with pytest.raises(InputError, match="training"):
        edits.without_pool(two, "trainin")


def test_a_number_in_a_path_counts_tables():
    text = '[[pool]]\nname = "a"\n[[pool]]\nname = "b"   # the second\n'
    after = files.edited(text, {("pool", 1, "name"): "c", ("pool", 0, "set", "pue"): "1.2"}, "x.toml")
    assert 'name = "c"   # the second' in after and scenario_file.loads(after).pools["a"].set == {"pue": "1.2"}
