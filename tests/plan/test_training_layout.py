"""The search over parallel strategies: complete, best first, with reasons; one path for one scenario and many."""

import numpy as np
import pytest

from planner.errors import InputError
from planner.plan import layout_search, planning, sizing
from planner.plan.training_layout import TRAINING
from planner.scenario import resolve, scenario
from planner.studies import layouts, scaling
from tests.conftest import CATALOG

MADE = scenario.Scenario(
    "t",
    "training",
    choose={"system": "dgx-h100", "model": "llama-3.1-70b"},
    set={"accelerators": "1024 accelerator", "global_batch": "1024", "training_tokens": "15 Ttoken"},
)
RESOLVED = resolve.resolve(MADE, CATALOG)


def test_the_best_is_feasible_and_no_feasible_one_is_faster():
    layouts = layout_search.search(TRAINING, RESOLVED, RESOLVED.options, everything=True)
    assert len(layouts.reached["predicted_step_time"]) > 1000
    assert layouts.feasible.any()
    best = layouts.order()[0, 0]
    assert layouts.feasible[best, 0]
    assert (
        layouts.reached["predicted_step_time"][best, 0]
        == layouts.reached["predicted_step_time"][layouts.feasible[:, 0], 0].min()
    )


def test_leaving_out_hopeless_strategies_changes_nothing():
    quick = layout_search.search(TRAINING, RESOLVED, RESOLVED.options).best()
    whole = layout_search.search(TRAINING, RESOLVED, RESOLVED.options, everything=True).best()
    assert {n: float(v[0]) for n, v in quick.items()} == {n: float(v[0]) for n, v in whole.items()}


def test_what_the_scenario_sets_is_kept():
    changed = scenario.changed(MADE, {}, {"tensor_parallel": "8", "pipeline_parallel": "2"})
    given, _ = sizing.with_size_and_strategies(resolve.resolve(changed, CATALOG))
    assert (given["tensor_parallel"], given["pipeline_parallel"]) == (8, 2)
    assert {"virtual_stages", "micro_batch"} <= set(given)


def test_the_sharding_is_searched_where_it_is_open_and_kept_where_it_is_set():
    """8 B on 64 accelerators: sharing the weights lets it work without recomputation; a mixture keeps its weights."""
    small = scenario.changed(MADE, {"model": "llama-3.1-8b"}, {"accelerators": "64 accelerator"})
    ranking = layouts.of_scenario(small, CATALOG, 40).ranking
    assert {row[ranking.columns.index("ZeRO")] for row in ranking.rows} == {"1", "3"}
    for stage in (1, 2, 3):
        fixed = scenario.changed(small, {}, {"zero_stage": str(stage)})
        assert sizing.with_size_and_strategies(resolve.resolve(fixed, CATALOG))[0]["zero_stage"] == stage
    mixture = resolve.resolve(scenario.changed(MADE, {"model": "deepseek-v3"}, {}), CATALOG)
    assert sizing.with_size_and_strategies(mixture)[0]["zero_stage"] == 1


def test_every_degree_can_be_set():
    degrees = {"tensor_parallel": 4, "context_parallel": 2, "pipeline_parallel": 2, "virtual_stages": 4}
    degrees |= {"expert_parallel": 1, "micro_batch": 2, "zero_stage": 2, "recompute": 2}
    fixed = scenario.changed(MADE, {}, {name: str(value) for name, value in degrees.items()})
    the_plan = planning.plan(fixed, CATALOG, bands=False).whole
    assert {name: the_plan[name] for name in degrees} == degrees
    assert the_plan["data_parallel"] == 64


def test_many_scenarios_choose_as_each_alone():
    sizes = np.array([64.0, 1024.0, 64.0, 8192.0])
    many = sizing.with_strategies(RESOLVED.giving({"accelerators": sizes}))
    for place, size in enumerate(sizes):
        alone = sizing.with_strategies(RESOLVED.giving({"accelerators": float(size)}))
        for name in TRAINING.candidates:
            assert many[name][place] == alone[name]


def test_a_model_too_large_gets_the_strategy_that_lacks_least_and_says_so():
    large = scenario.changed(MADE, {"model": "llama-3.1-405b"}, {"accelerators": "16 accelerator"})
    the_plan = planning.plan(large, CATALOG, bands=False)
    check = {c.name: c for c in the_plan.checks}["memory"]
    assert not check.ok
    assert "GB" in check.message


def test_other_workloads_have_no_strategy():
    values = sizing.with_strategies(RESOLVED.choosing({"workload": "capacity"}))
    assert not set(TRAINING.candidates) & set(values)


def test_the_table_ranks_and_tells_why_others_fail():
    ranked = layouts.of_scenario(MADE, CATALOG, 5)
    assert ranked.tried > 1000
    assert 0 < ranked.feasible < ranked.tried
    assert len(ranked.ranking.rows) == 5
    times = [float(row[ranked.ranking.columns.index("step")].split()[0]) for row in ranked.ranking.rows]
    assert times == sorted(times)
    reasons = {row[0] for row in ranked.failures.rows}
    assert "does not fit in memory" in reasons
    over = next(row[2] for row in ranked.failures.rows if row[0] == "does not fit in memory")
    assert "GB/accelerator over" in over


def test_the_scaling_curve_bends_and_has_a_knee():
    sizes = [256.0, 1024.0, 4096.0, 16384.0, 65536.0]
    fixed = scaling.curve(MADE, CATALOG, sizes)
    gains = [point.marginal_gain for point in fixed.points]
    assert gains[0] == 1
    assert gains[-1] < gains[1]
    assert fixed.knee in sizes
    growing = scaling.curve(MADE, CATALOG, sizes, batch="per-accelerator")
    assert growing.points[-1].figures["mfu"] > fixed.points[-1].figures["mfu"]


@pytest.mark.parametrize("command", [["strategies", "--free"], ["scaling"]], ids=" ".join)
def test_the_commands_print_json(command, run):
    answer = run(*command, "llama-3.1-405b", "--json").json
    assert answer.get("strategies") or answer.get("points")


@pytest.mark.parametrize("command", ["strategies", "scaling"])
def test_the_commands_refuse_what_is_not_trained(command, run):
    assert "workload" in run(command, "facility-30mw", status=2).err


def test_a_bad_size_is_refused(run):
    assert "not a list of numbers" in run("scaling", "llama-3.1-405b", "--sizes", "many", status=2).err


def test_a_scenario_without_a_model_says_what_it_lacks():
    bare = scenario.Scenario("t", "training", choose={"system": "dgx-h100"}, set={"accelerators": "8 accelerator"})
    with pytest.raises(InputError) as error:
        layouts.of_scenario(bare, CATALOG, 5)
    assert "model_layers" in str(error.value)
