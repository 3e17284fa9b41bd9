"""The training model: equations worked by hand, limit cases, scalar equals array, checks, the shipped scenario."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.equations.training import attention, collectives, memory, pipeline
from planner.errors import InputError
from planner.model import wiring
from planner.plan import planning, sizing
from planner.scenario import resolve, scenario
from tests.conftest import CATALOG, planned

CHOOSE = {"system": "dgx-h100", "model": "llama-3.1-70b"}
SET = {
    "accelerators": "1024 accelerator",
    "global_batch": "1024",
    "tensor_parallel": "4",
    "pipeline_parallel": "4",
    "context_parallel": "1",
    "virtual_stages": "5",
    "expert_parallel": "1",
    "micro_batch": "1",
}
WANTED = ["step_time", "mfu", "memory_needed", "communication_share", "training_time"]


def values_of(**changes: str) -> tuple[dict, dict]:
    made = scenario.Scenario("t", "training", choose=CHOOSE, set={**SET, **changes})
    resolved = resolve.resolve(made, CATALOG)
    return sizing.with_size_and_strategies(resolved)[0], resolved.options


def evaluated(**changes: str) -> dict:
    values, options = values_of(**changes)
    return wiring.evaluate(WANTED, values, options)


def test_bubbles_of_the_schedules():
    """8 stages, 32 micro-batches: 1F1B 7/39, interleaved by 4 1.75/33.75, ZB1P 7/3/(32 + 7/3)."""
    assert pipeline.pipeline_bubble(pipeline.pipeline_fill__interleaved(8, 1), 32) == pytest.approx(7 / 39)
    assert pipeline.pipeline_bubble(pipeline.pipeline_fill__interleaved(8, 4), 32) == pytest.approx(1.75 / 33.75)
    assert pipeline.pipeline_bubble(pipeline.pipeline_fill__zero_bubble(8), 32) == pytest.approx(7 / (3 * 32 + 7))
    assert pipeline.pipeline_bubble(pipeline.pipeline_fill__interleaved(1, 1), 32) == 0


def test_tensor_parallel_volume():
    """8 ranks, 1 GB of activations, 100 GB/s: 4 all-reduces of 2 · 7/8 GB each take 70 ms; one rank sends nothing."""
    assert collectives.tensor_time(1e9, 8.0, 1e11, 0.0, 8.0, 0.0, 0.0) == pytest.approx(0.07)
    assert collectives.tensor_time(1e9, 1.0, 1e11, 0.0, 8.0, 1e-5, 1e-5) == 0


def test_a_group_beyond_the_domain_shares_the_adapters_of_its_members():
    """16 ranks of which 8 share a domain: 8 · 40 GB/s, below the 360 GB/s of the domain; 72 in one domain: 700 GB/s."""
    assert collectives.data_bandwidth(16.0, 1.0, 8.0, 360e9, 40e9, 1024.0, 10e9) == 320e9
    assert collectives.data_bandwidth(16.0, 8.0, 8.0, 360e9, 40e9, 1024.0, 10e9) == 40e9
    assert collectives.data_bandwidth(72.0, 1.0, 72.0, 700e9, 40e9, 1024.0, 10e9) == 700e9


def test_a_group_larger_than_a_pod_gets_the_rate_of_the_core():
    """2,048 ranks, pods of 1,024, a core of a quarter of 40 GB/s: 8 · 10 GB/s."""
    assert collectives.data_bandwidth(2048.0, 1.0, 8.0, 360e9, 40e9, 1024.0, 10e9) == 80e9


def test_uneven_routing_slows_products_and_dispatch_of_experts_alone():
    made = scenario.Scenario(
        "t", "training", choose={**CHOOSE, "model": "deepseek-v3"}, set={**SET, "expert_parallel": "8"}
    )
    resolved = resolve.resolve(made, CATALOG)
    values, options = sizing.with_size_and_strategies(resolved)[0], resolved.options
    wanted = ["grouped_time", "expert_time", "linear_time", "step_time"]
    even = wiring.evaluate(wanted, values, options)
    uneven = wiring.evaluate(wanted, {**values, "training_imbalance": 1.5}, options)
    assert uneven["grouped_time"] == pytest.approx(1.5 * even["grouped_time"])
    assert uneven["expert_time"] == pytest.approx(1.5 * even["expert_time"])
    assert uneven["linear_time"] == even["linear_time"]
    assert even["step_time"] < uneven["step_time"] < 1.5 * even["step_time"]


def test_oversubscription_of_the_core_slows_large_groups_alone():
    """64 ports, 32 of them down, 400 Gb/s: a pod of 1,024 where there is a core, 2,048 reached without one."""
    values, options = values_of(tensor_parallel="1", pipeline_parallel="1", micro_batch="1", zero_stage="1")
    seen = {}
    for size in (1024.0, 16384.0):
        for core in (1.0, 3.0):
            trial = {**values, "accelerators": size, "core_oversubscription": core}
            seen[size, core] = wiring.evaluate(["data_time", "step_time", "pod_size"], trial, options)
    assert seen[1024.0, 3.0]["pod_size"] == 2048
    assert seen[16384.0, 3.0]["pod_size"] == 1024
    assert seen[1024.0, 3.0]["step_time"] == seen[1024.0, 1.0]["step_time"]
    assert seen[16384.0, 3.0]["data_time"] > 2 * seen[16384.0, 1.0]["data_time"]
    assert seen[16384.0, 3.0]["step_time"] > seen[16384.0, 1.0]["step_time"]


def test_sharding_in_groups_leaves_a_reduction_between_them():
    """1 G weights, 4 groups of 8, 2-byte gradients: 2 · 2 GB / 8 · (1 - 8/32) over 50 GB/s; one group: none."""
    arguments = (2.0, 2.0, 3.0)
    between = collectives.data_time(1e9, 32.0, 1e11, *arguments, 8.0, 50e9, 1024.0, 50e9, 1.0, 8.0, 0.0, 0.0)
    assert between == pytest.approx(2 * 2e9 / 8 * 0.75 / 50e9)
    assert collectives.data_time(1e9, 8.0, 1e11, *arguments, 8.0, 50e9, 1024.0, 50e9, 1.0, 8.0, 0.0, 0.0) == 0


def test_zero_stages_divide_the_states():
    """1 G weights on 8 ranks, 2 + 4 + 12 bytes: 18, 7.5, 4, 2.25 GB."""
    sizes = [memory.state_memory(1e9, 0.0, 8.0, 8.0, 1.0, stage, 2.0, 4.0, 12.0) for stage in (0, 1, 2, 3)]
    assert sizes == pytest.approx([18e9, 7.5e9, 4e9, 2.25e9])


def test_activations_of_korthikanti():
    """GPT with h = 12288, a = 96, s = 2048, t = 8, no recomputation: s b h (32 + 5 a s/h) / t without dropout masks."""
    hidden, heads, sequence = 12288.0, 96.0, 2048.0
    width = memory.token_activation_width(
        hidden, heads, heads, 128.0, 0.0, 128.0, 0.0, 4 * hidden, 0.0, 0.0, 0.0, 0.0, 0.0
    )
    scores = memory.kept_scores(1.0, 1.0, heads, sequence, 1.0)
    stream = memory.stream_memory(sequence * hidden * 2, 8.0, 1.0)
    kept = memory.whole_layer_memory(stream, sequence, width, scores, 2.0, 8.0)
    assert kept == pytest.approx(sequence * hidden / 8 * (32 + 5 * heads * sequence / hidden), rel=0.07)


def test_the_slowest_stage_counts():
    """10 layers of 1 s on 4 stages: 3 on the fullest; the last has 1 layer and the logits."""
    assert pipeline.stage_layers(10.0, 4.0, 1.0) == 3
    assert pipeline.stage_time(3.0, 10.0, 4.0, 1.0, 0.5, 0.0, 0.0) == 3
    assert pipeline.stage_time(3.0, 10.0, 4.0, 1.0, 2.5, 0.0, 0.0) == 3.5


def test_low_precision_speeds_up_linear_layers_only():
    """H100 gains 1.35 to 1.6 in published recipes, not 2."""
    gain = evaluated()["step_time"] / evaluated(training_precision="fp8")["step_time"]
    assert 1.25 < gain < 1.7


def test_one_scenario_and_many_agree():
    values, options = values_of()
    sizes = np.array([512.0, 1024.0, 2048.0])
    many = wiring.evaluate(WANTED, {**values, "accelerators": sizes}, options)
    for place, size in enumerate(sizes):
        one = wiring.evaluate(WANTED, {**values, "accelerators": float(size)}, options)
        for name in WANTED:
            assert np.broadcast_to(many[name], 3)[place] == pytest.approx(one[name], rel=1e-12)


def test_a_utilisation_that_is_known_can_be_set():
    values, options = values_of(mfu="0.4")
    computed = wiring.evaluate(["step_time", "training_time"], values, options)
    operations = computed["training_flop_per_token"] * computed["step_tokens"]
    assert computed["step_time"] == pytest.approx(operations / (0.4 * 1024 * values["accelerator_peak_bf16"]))


@settings(max_examples=25, deadline=None)
@given(st.floats(min_value=1.0, max_value=8.0), st.floats(min_value=0.0, max_value=0.9))
def test_a_worse_network_never_helps(oversubscription, congestion):
    values, options = values_of()
    good = wiring.evaluate(["step_time"], values, options)["step_time"]
    worse = {**values, "oversubscription": oversubscription, "network_congestion": congestion}
    assert wiring.evaluate(["step_time"], worse, options)["step_time"] >= good * (1 - 1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=1, max_value=64), st.integers(min_value=0, max_value=3))
def test_utilisation_is_a_share_and_memory_is_positive(micro_batch, stage):
    values, options = values_of()
    changed = {**values, "micro_batch": float(micro_batch), "zero_stage": float(stage)}
    computed = wiring.evaluate(WANTED, changed, options)
    assert 0 < computed["mfu"] < 1
    assert 0 <= computed["communication_share"] < 1
    assert computed["memory_needed"] > 0


def test_800g_leaves_less_communication_exposed_than_400g():
    slow = evaluated(system_scaleout_bandwidth="400 Gb/s/accelerator")
    fast = evaluated(system_scaleout_bandwidth="800 Gb/s/accelerator")
    assert fast["communication_share"] < slow["communication_share"]
    assert fast["step_time"] < slow["step_time"]


def test_llama_3_1_405b_as_published():
    """41 % MFU on 16,384 H100 with the published strategy (arXiv:2407.21783, table 4), a run that the fit never saw."""
    the_plan = planned("llama-3.1-405b", bands=True)
    assert the_plan.results["mfu"].low < 0.41 < the_plan.results["mfu"].high
    assert the_plan.results["memory_margin"].value > 0
    # All of 15.6 T tokens at 41 % take 68 days: the 54 days often quoted are one period of the run.
    assert the_plan.results["training_time"].value / 86400 == pytest.approx(67, abs=4)


@pytest.mark.xfail(
    strict=True, reason="since the refit of 2026-11-21 the model gives 43.9 %: H100 runs of 2024 are too fast"
)
def test_llama_3_1_405b_within_the_published_range():
    the_plan = planned("llama-3.1-405b")
    assert 0.38 < the_plan.results["mfu"].value < 0.43


@pytest.mark.parametrize(
    ("changes", "check", "words"),
    [
        ({"tensor_parallel": "3"}, "heads", "must divide"),
        ({"pipeline_parallel": "64", "virtual_stages": "8"}, "layers", "cuts"),
        ({"accelerators": "8 accelerator"}, "replica", "tensor 4"),
        ({"global_batch": "16"}, "batch", "16 sequences"),
        ({"micro_batch": "64", "recompute": "none"}, "memory", "fullest accelerator"),
        ({"mfu": "0.88"}, "mfu", "highest published is 71.47 %"),
    ],
)
def test_what_cannot_be_is_said_with_its_reason(changes, check, words):
    made = scenario.Scenario("t", "training", choose=CHOOSE, set={**SET, **changes})
    checks = {c.name: c for c in planning.plan(made, CATALOG, bands=False).checks}
    assert not checks[check].ok
    assert words in checks[check].message


def test_labels_are_taken_by_name_and_others_refused_with_the_nearest():
    values, _ = values_of(attention_kernel="first flash attention", recompute="selective")
    assert (values["attention_kernel"], values["recompute"]) == (2.0, 2.0)
    with pytest.raises(InputError) as error:
        values_of(recompute="selectiv")
    assert "Did you mean 'selective'?" in str(error.value)


def test_a_head_size_that_kernels_do_not_suit_is_slow_without_fused_attention():
    assert attention.head_misalignment(108.0) == 1
    assert attention.head_misalignment(128.0) == 0
