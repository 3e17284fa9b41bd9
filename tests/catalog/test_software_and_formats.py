"""Serving stacks, training software and number formats are entries: a few lines of one's own move what they say."""

import pytest

from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.plan import planning
from planner.scenario import edits, resolve, scenario, scenario_file
from tests.conftest import SHIPPED, asked

MINE = {
    "sources.toml": """
[our-runs]
title = "Runs on our own machines"
""",
    "stacks/ours.toml": """
name = "Our engine"
version = "2.1"
available = 2026-03-01
source = "our-runs"
speed = 1.3
overhead = "0.2 ms"
usable_memory_share = 0.95
""",
    "formats/fp6.toml": """
name = "FP6"
source = "our-runs"
bytes = "0.78 B"
peak = "peak_fp6"
fallback = "w8a16"
serving_efficiency = 0.7
training_efficiency = "85 %"
""",
    "software/ours.toml": """
name = "Our trainer"
source = "our-runs"
kernel_time = 0.8
trails_new_chips = 1
overlap_year = 2026
gather_efficiency = "40 %"
""",
}
OPTIONS = ["serving_stack", "weight_precision", "kv_precision", "training_precision", "training_software"]


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mine")
    for name, text in MINE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def with_mine(mine):
    return Catalog([SHIPPED, mine])


def values(catalog, name, **changes):
    return planning.plan(asked(name, **changes), catalog, bands=False).whole


@pytest.mark.parametrize("name", [name for name in MINE if "/" in name])
def test_an_entry_takes_less_than_ten_lines(name):
    assert len(MINE[name].strip().splitlines()) < 10


def test_a_stack_of_ones_own_moves_what_its_fields_say(with_mine):
    alike = {"tensor_parallel": "4", "pipeline_parallel": "1", "attention_parallel": "1", "concurrency": "32"}
    reference, ours = (
        values(with_mine, "enterprise-8-gpu", serving_stack=name, **alike) for name in ("tensorrt-llm", "ours")
    )
    for rate in ("rank_bandwidth", "rank_rate", "rank_attention_rate"):
        assert ours[rate] == pytest.approx(1.3 * reference[rate])
    assert ours["serving_stack_overhead"] == 0.2e-3
    assert ours["memory_for_sequences"] / reference["memory_for_sequences"] == pytest.approx(
        0.95 / reference["serving_stack_usable_memory_share"]
    )
    assert ours["output_tokens_per_second"] > 1.1 * reference["output_tokens_per_second"]


def test_a_field_that_a_stack_does_not_give_has_the_fitted_default(with_mine):
    entry = with_mine.entry("stacks", "ours")
    assert "engine_memory" not in entry.facts
    facts = resolve.resolve(asked("enterprise-8-gpu", serving_stack="ours"), with_mine).facts
    assert facts["serving_stack_engine_memory"].origin == "calibration/inference"
    assert facts["serving_stack_speed"].origin == "stacks/ours"


def test_a_format_of_ones_own_serves_and_trains_at_the_rate_that_it_names(with_mine):
    on = {"system": "mi355x-platform"}
    eight = values(with_mine, "enterprise-8-gpu", choose=on)
    six = values(with_mine, "enterprise-8-gpu", choose=on, weight_precision="fp6", kv_precision="fp6")
    assert six["gemm_peak"] == six["accelerator_peak_fp6"] != eight["gemm_peak"]
    assert six["kv_bytes"] == 0.78
    embeddings = six["table_parameters"] * (2 - six["model_tied_embeddings"]) * six["bytes_16_bit"]
    in_group = six["tensor_parallel"] * six["pipeline_parallel"]
    assert six["rank_weight_memory"] == pytest.approx((0.78 * six["common_parameters"] + embeddings) / in_group)
    trained = values(with_mine, "llama-3.1-405b", choose=on, training_precision="fp6")
    assert trained["linear_peak"] == trained["accelerator_peak_fp6"]
    assert trained["training_precision_training_efficiency"] == 0.85


def test_a_chip_without_the_rate_says_which_one_it_lacks(with_mine):
    found = planning.plan(asked("enterprise-8-gpu", weight_precision="fp6"), with_mine, bands=False)
    assert "accelerator_peak_fp6" in found.missing["output_tokens_per_second"]


def test_training_software_of_ones_own_moves_what_its_fields_say(with_mine):
    usual, ours, early = (
        values(with_mine, "llama-3.1-405b", zero_stage="3", **changes)
        for changes in (
            {},
            {"training_software": "ours", "software_year": "2027"},
            {"training_software": "ours", "software_year": "2025"},
        )
    )
    assert ours["software_factor"] == pytest.approx(0.8 * ours["newness"])
    assert usual["software_factor"] == 1
    assert (ours["communication_overlap"], early["communication_overlap"]) == (1, 0)
    assert ours["training_software_gather_efficiency"] == 0.4


# One mechanism: what holds for any entry holds for these


def test_commands_see_ones_own_entries(mine, run):
    catalogs = ("--catalogs", mine)
    assert run("catalog", "check", *catalogs)
    assert "Our engine" in run("catalog", "list", "stacks", *catalogs).out
    assert "1.3" in run("catalog", "show", "stacks/ours", *catalogs).out
    assert "fp6" in run("catalog", "search", "FP6", "--json", *catalogs).out
    swept = run("sweep", "enterprise-8-gpu", "--vary", "serving_stack=*", "--watch", "tpot", "--csv", *catalogs).out
    assert [line.split(",")[0] for line in swept.splitlines()[1:]] == sorted(Catalog([SHIPPED, mine]).keys("stacks"))
    arguments = ("--choose", "serving_stack=vllm,ours", "--maximize", "output_tokens_per_second", "--json")
    assert '"ours"' in run("optimize", "enterprise-8-gpu", *arguments, *catalogs).out
    first, second = (
        run("plan", "enterprise-8-gpu", flag, "serving_stack=ours", *catalogs).out for flag in ("--set", "--choose")
    )
    assert first == second
    assert "serving_stack ours" in first


def test_a_ranking_takes_the_stack_that_says_it_serves_best(run, tmp_path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "vllm-rocm.toml").write_text("serves_best = []\n", encoding="utf-8")
    (tmp_path / "stacks" / "ours.toml").write_text(
        'source = "planning-estimate"\nspeed = 2\nserves_best = ["amd"]\n', encoding="utf-8"
    )
    shipped, own = (
        {row["entry"]: row for row in run("rank", "enterprise-8-gpu", "--json", *more).json["accelerators"]}
        for more in ((), ("--catalogs", tmp_path))
    )
    rate = "accelerator_output_rate"
    assert own["mi300x"][rate] > 2 * shipped["mi300x"][rate]
    assert own["h100-sxm"][rate] == shipped["h100-sxm"][rate]


def test_formats_fall_back_as_their_entries_say(catalog):
    from planner.studies import ranking

    wanted = scenario.Scenario("test", choose={"weight_precision": "fp4"})
    chips = [catalog.entry("accelerators", name) for name in ("b200", "h100-sxm")]
    assert [ranking.precision(chip, wanted, catalog) for chip in chips] == ["fp4", "w4a16"]


# What was an option may be said as before


@pytest.mark.parametrize("name", OPTIONS)
def test_what_was_an_option_may_be_set_still(name, catalog):
    entry = {"serving_stack": "sglang", "training_software": "fsdp"}.get(name, "fp8")
    written = scenario_file.loads(f'workload = "inference"\n[set]\n{name} = "{entry}"\n')
    given = scenario.changed(scenario.Scenario("test"), {}, {name: entry})
    for made in (written, given):
        assert resolve.resolve(made, catalog).entries[name].key == entry


def test_classes_of_training_software_are_taken_by_their_former_labels_and_numbers(catalog):
    for spelled in ("FSDP class", 2, 2.0, "2"):
        made = scenario.Scenario("test", "training", set={"training_software": spelled})
        assert resolve.resolve(made, catalog).entries["training_software"].key == "fsdp"


def test_a_pool_chooses_for_itself_and_a_change_of_the_whole_holds_for_all(catalog):
    text = """
workload = "inference"
[set]
serving_stack = "vllm"
[[pool]]
name = "one"
[pool.set]
serving_stack = "sglang"
[[pool]]
name = "two"
"""
    read = scenario_file.loads(text)
    chosen = {pool.name: pool.entries["serving_stack"].key for pool in resolve.resolve(read, catalog).pools}
    assert chosen == {"one": "sglang", "two": "vllm"}
    for changes in (
        {"choose": {"serving_stack": "gaudi"}, "set": {}},
        {"choose": {}, "set": {"serving_stack": "gaudi"}},
    ):
        whole = resolve.resolve(scenario.changed(read, **changes), catalog)
        assert whole.entries["serving_stack"].key == "gaudi"
    whole = resolve.resolve(scenario.changed(read, {}, {"one/serving_stack": "gaudi"}), catalog)
    assert whole.at(("one",)).entries["serving_stack"].key == "gaudi"


def test_a_choice_below_set_moves_where_it_is_chosen_anew(catalog):
    text = 'workload = "inference"\n[set]\nserving_stack = "vllm"\ninput_tokens = "100 token"\n'
    before = scenario_file.loads(text)
    after = edits.with_value(before, "", "serving_stack", "sglang")
    written = edits.file_text(text, before, after)
    assert scenario_file.loads(written).choose == {"serving_stack": "sglang"}
    assert "vllm" not in written


def test_an_unknown_name_is_refused_with_the_nearest(catalog):
    with pytest.raises(InputError, match="unknown entry of stacks 'vlm'. Did you mean 'vLLM'"):
        resolve.resolve(scenario.Scenario("test", set={"serving_stack": "vlm"}), catalog)
    with pytest.raises(InputError, match="takes the name of a catalog entry"):
        resolve.resolve(scenario.Scenario("test", set={"serving_stack": ["vllm"]}), catalog)


# Calibration


def test_fitted_figures_of_an_entry_give_way_to_its_own_file(tmp_path):
    (tmp_path / "calibration").mkdir()
    (tmp_path / "calibration" / "ours.toml").write_text(
        'source = "planning-estimate"\n[stacks.vllm.speed]\nvalue = 0.5\n', encoding="utf-8"
    )
    layers = [SHIPPED, tmp_path]
    assert Catalog(layers).entry("stacks", "vllm").facts["speed"].value == 0.5
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "vllm.toml").write_text('source = "planning-estimate"\nspeed = 0.6\n', encoding="utf-8")
    assert Catalog(layers).entry("stacks", "vllm").facts["speed"].value == 0.6


def test_what_a_calibration_says_of_no_entry_or_field_is_a_problem(tmp_path):
    (tmp_path / "calibration").mkdir()
    (tmp_path / "calibration" / "ours.toml").write_text(
        'source = "planning-estimate"\nstacks.vlm.speed = 0.5\nstacks.vllm.sped = 0.5\n', encoding="utf-8"
    )
    said = "\n".join(map(str, Catalog([SHIPPED, tmp_path]).problems()))
    assert "unknown entry 'vlm'. Did you mean 'vllm'?" in said
    assert "unknown field 'sped'. Did you mean 'speed'?" in said


def test_a_format_names_a_peak_rate_that_accelerators_have(tmp_path):
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "fp5.toml").write_text('source = "definition"\npeak = "peak_fp5"\n', encoding="utf-8")
    with pytest.raises(InputError, match="unknown peak 'peak_fp5': it is one of peak_bf16.*Did you mean"):
        Catalog([SHIPPED, tmp_path]).entry("formats", "fp5")
