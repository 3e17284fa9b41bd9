"""The serving equations: numbers worked by hand, limit cases, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.equations.serving import batching, decode, inference_links, inference_memory, prefill
from planner.model import wiring
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario
from tests.conftest import CATALOG

LAYOUT = {
    "tensor_parallel": 1.0,
    "pipeline_parallel": 1.0,
    "attention_parallel": 1.0,
    "expert_parallel": 1.0,
    "concurrency": 16.0,
    "accelerators": 8.0,
}


def evaluated(wanted, chip="h100-sxm", served="llama-3.1-70b", options=None, **values):
    resolved = resolve(Scenario("test", "inference", choose={"accelerator": chip, "model": served}), CATALOG)
    computed = wiring.evaluate(wanted, {**resolved, **LAYOUT, **values}, resolved.options | (options or {}))
    return [computed[name] for name in wanted]


# Memory


def test_grouped_query_heads_are_split_down_to_one_and_then_copied():
    channels = [inference_memory.kv_channels(8, 128, 128, 0, 0, tensor) for tensor in (1, 4, 8, 16)]
    assert channels == [2048, 512, 256, 256]


def test_a_latent_cache_lies_whole_on_every_rank():
    channels = [inference_memory.kv_channels(128, 128, 128, 512, 64, tensor) for tensor in (1, 8)]
    assert channels == [576, 576]


def test_cache_of_a_sequence_by_hand():
    # Llama 3.1 70B, 8-bit cache: 2 · 8 heads · 128 channels · 80 layers = 163,840 B a token.
    (memory,) = evaluated(("sequence_memory",), input_tokens=1000.0, output_tokens=1000.0)
    assert memory == pytest.approx(163_840 * 2000)


def test_a_window_caps_the_cache_and_linear_layers_hold_constant_state():
    short, long = (
        inference_memory.sequence_memory(tokens, 256.0, 1.0, 10.0, 30.0, 1024.0, 5e6, 1.0)
        for tokens in (1024.0, 8192.0)
    )
    assert long - short == pytest.approx(256 * 10 * (8192 - 1024))
    assert short == pytest.approx(256 * 40 * 1024 + 5e6)


def test_weights_of_a_70b_model_in_8_bits():
    # 70.6 G parameters, of which the two tables of 128,256 · 8,192 stay in 16 bits.
    (weights,) = evaluated(("rank_weight_memory",))
    tables = 2 * 128_256 * 8192
    assert weights == pytest.approx(70.6e9 + tables, rel=0.01)


def test_attention_groups_copy_attention_and_share_experts():
    one, four = (
        evaluated(("rank_weight_memory",), served="deepseek-r1", attention_parallel=groups)[0] for groups in (1.0, 4.0)
    )
    (routed, common) = evaluated(("routed_parameters", "common_parameters"), served="deepseek-r1")
    assert one - four == pytest.approx(routed * 3 / 4)
    assert four > common


def test_an_80_gb_card_has_the_bytes_its_driver_reports():
    (memory,) = evaluated(("rank_memory",))
    assert memory == 81_559 * 2**20


def test_a_model_too_large_breaks_the_memory_check_with_a_margin():
    (margin, batch) = evaluated(("serving_memory_margin", "memory_batch"), served="llama-3.1-405b")
    assert margin < -250e9
    assert batch == 1


# Steps


def test_decode_reaches_the_bound_of_memory_when_everything_else_is_free():
    # Scaling book, "Inference": (weights + caches) / bandwidth is the least time of a step.
    free = {
        "weight_read_efficiency": 1.0,
        "kv_read_efficiency": 1.0,
        "weight_precision_serving_efficiency": 1e6,
        "operand_rate": 1e24,
        "serving_attention_efficiency": 1e6,
        "layer_overhead": 0.0,
        "sequence_overhead": 0.0,
        "serving_stack_overhead": 0.0,
        "activation_passes": 0.0,
        "all_reduce_latency": 0.0,
    }
    (step, common, tables, traffic) = evaluated(
        ("decode_step_time", "common_parameters", "table_parameters", "sequence_traffic"), **free
    )
    assert step == pytest.approx((common + 2 * tables + 16 * traffic) / 3.35e12, rel=1e-4)


@pytest.mark.parametrize(("batch", "share"), [(1, 8 / 256), (64, 1 - (1 - 1 / 32) ** 64), (1e6, 1)])
def test_share_of_the_experts_that_a_batch_reads(batch, share):
    assert decode.expert_coverage(256, 8, batch, 1, 1) == pytest.approx(share)


def test_a_dense_model_spends_no_time_on_experts():
    assert evaluated(("decode_expert_time", "prefill_gemm_time"))[0] == 0


def test_one_rank_exchanges_nothing_and_two_pay_latency_and_bandwidth():
    assert inference_links.layer_all_reduce_time(8, 1, 16384, 1, 450e9, 1e-6) == 0
    assert inference_links.layer_all_reduce_time(8, 1, 16384, 2, 450e9, 1e-6) == pytest.approx(1e-6 + 8 * 16384 / 450e9)


# 8 accelerators to a domain; 450 GB/s within it, 50 GB/s across; figures of one rank.
TIERS = {"rank_link": 450e9, "rank_network": 50e9, "domain_ranks": 8.0}


@pytest.mark.parametrize(("tensor", "bandwidth"), [(1, 450e9), (8, 450e9), (16, 400e9)])
def test_a_tensor_parallel_group_beyond_the_domain_runs_over_its_network_adapters(tensor, bandwidth):
    assert inference_links.tensor_link(**TIERS, tensor_parallel=tensor) == bandwidth
    latency = inference_links.tensor_latency(1.5e-6, 25e-6, 8.0, tensor)
    assert latency == (25e-6 if tensor > 8 else 1.5e-6)


@pytest.mark.parametrize(("groups", "bandwidth"), [(4, 450e9), (8, 100e9), (64, 50e9 / (1 - 8 / 128))])
def test_tokens_sent_to_experts_of_other_domains_cross_the_network(groups, bandwidth):
    computed = inference_links.dispatch_link(**TIERS, tensor_parallel=2.0, attention_groups=groups)
    assert computed == pytest.approx(bandwidth)


def test_a_cache_moves_over_the_network_unless_both_pools_fit_the_domain():
    assert inference_links.transfer_link(**TIERS, replica_ranks=4.0, prefill_ranks=1.5) == 450e9
    assert inference_links.transfer_link(**TIERS, replica_ranks=8.0, prefill_ranks=1.5) == 50e9


def test_a_group_across_hosts_exchanges_for_longer_than_one_in_a_rack():
    layout = {"tensor_parallel": 16.0, "accelerators": 16.0, "concurrency": 64.0}
    hosts, rack = (
        evaluated(
            ("decode_exchange_time", "prefill_exchange_time"),
            served="llama-3.1-405b",
            system_scaleup_domain=n,
            **layout,
        )
        for n in (8.0, 72.0)
    )
    assert hosts[0] > 3 * rack[0]
    assert hosts[1] > rack[1]


def test_arithmetic_of_attention_counts_each_pair_once_in_prefill_and_decode():
    # A prompt of S tokens in prefill meets S²/2 pairs; S steps of decode behind S/2 tokens on average meet as many.
    tokens = 4000.0
    common = {"flop_per_score": 2.0, "model_heads": 64.0, "tensor_parallel": 1.0, "rank_attention_rate": 1e15}
    layers = {"full_attention_layers": 60.0, "model_window_layers": 20.0, "model_sliding_window": 1e9}
    whole_prompt = prefill.prefill_attention_time(
        **common, **layers, model_head_size=128.0, model_rope_head_size=0.0, model_value_head_size=128.0,
        computed_prompt=tokens, input_tokens=tokens,
    )  # fmt: skip
    step = decode.decode_attention_time(
        **common, **layers, sequence_traffic=1e-9, group_batch=1.0, verified_tokens=1.0, rank_bandwidth=1e15,
        kv_read_efficiency=1.0, decode_score_channels=256.0, mean_context=tokens / 2, roofline_sharpness=1.0,
    )  # fmt: skip
    assert whole_prompt == pytest.approx(2 * tokens**2 / 2 * 256 * 64 * 80 / 1e15)
    assert tokens * step == pytest.approx(whole_prompt)


def test_drafted_tokens_by_the_published_formula():
    # Four drafts at 80 %: (1 − 0.8^5) / 0.2 = 3.3616 tokens a step; none drafted: one.
    assert batching.tokens_per_step(4, 0.8, 1.0) == pytest.approx(3.3616)
    assert batching.tokens_per_step(0, 0.8, 1.0) == pytest.approx(1)


def test_drafting_takes_its_share_of_a_step():
    names = ("decode_step_time",)
    free, paid = (evaluated(names, draft_tokens=4.0, draft_time_share=share)[0] for share in (0.0, 0.05))
    assert paid == pytest.approx(1.2 * free)


def test_the_batch_that_saturates_a_chip_by_hand():
    # 8-bit weights: 1,979 TFLOP/s over 3.35 TB/s are 591 FLOP for each byte read, 2 for each sequence.
    ideal = {"weight_precision_serving_efficiency": 1.0, "operand_rate": 1e24, "weight_read_efficiency": 1.0}
    (batch,) = evaluated(("saturation_batch",), **ideal)
    assert batch == pytest.approx(1979 / 3.35 / 2)


def test_drafting_pays_at_small_batches_and_less_at_large_ones():
    gains = []
    for concurrency in (1.0, 1024.0):
        plain, drafted = (
            evaluated(
                ("replica_output_rate",),
                chip="b200",
                served="llama-3.1-8b",
                concurrency=concurrency,
                input_tokens=100.0,
                draft_tokens=drafts,
            )[0]
            for drafts in (0.0, 4.0)
        )
        gains.append(drafted / plain)
    assert gains[0] > 1.8
    assert gains[1] < gains[0]


def test_a_prefix_in_the_cache_shortens_prefill_but_not_attention_over_it():
    cold, warm = (
        evaluated(("prefill_gemm_time", "prefill_attention_time"), prefix_hit_share=share, input_tokens=8000.0)
        for share in (0.0, 0.5)
    )
    assert warm[0] == pytest.approx(cold[0] / 2)
    # The second half looks back over three quarters of the prompt on average, the whole over one half.
    assert warm[1] == pytest.approx(cold[1] * 0.75)


# Steady state


def test_throughput_and_latencies_of_a_closed_loop_obey_littles_law():
    names = ("replica_output_rate", "ttft", "answer_time", "step_wait_time", "batch")
    rate, first, answer, wait, batch = evaluated(
        names, options={"arrivals": "closed"}, concurrency=8.0, output_tokens=500.0, ttft_residual=1.0
    )
    # The wait until the step in progress ends counts for the user, not for the place in the batch.
    assert rate == pytest.approx(batch * 500 / (first - wait + answer))


def test_the_time_per_token_is_that_of_the_tokens_after_the_first():
    values = {"concurrency": 8.0, "output_tokens": 100.0, "input_tokens": 2000.0}
    per_token, answer, steps = evaluated(("tpot", "answer_time", "steps_per_output"), **values)
    assert per_token * 99 == pytest.approx(answer)
    assert steps == 99


def test_a_request_alone_that_asks_for_one_token_gets_it_from_prefill():
    alone = {"concurrency": 1.0, "output_tokens": 1.0}
    first, prefill, overhead, later = evaluated(("ttft", "prefill_time", "request_overhead", "tpot"), **alone)
    assert first == pytest.approx(prefill + overhead)
    assert later == 0


def test_answers_of_one_token_have_a_rate_from_a_pool_of_its_own_for_prefill():
    options = {"serving_pools": "disaggregated"}
    (rate,) = evaluated(("replica_output_rate",), options=options, concurrency=8.0, output_tokens=1.0)
    assert 0 < rate < np.inf


def test_what_does_not_fit_waits_for_a_place():
    waits, batch = evaluated(("admission_time", "batch"), concurrency=1000.0)
    assert batch < 100
    (cycle,) = evaluated(("cycle_time",), concurrency=1000.0)
    assert waits == pytest.approx((1000 - batch) / batch * cycle)


def test_a_pool_of_its_own_for_prefill_keeps_it_out_of_decode():
    values = {"tensor_parallel": 4.0, "concurrency": 64.0, "input_tokens": 4000.0, "output_tokens": 400.0}
    shared = evaluated(("tpot", "replica_accelerators", "decode_step_time"), **values)
    apart = evaluated(
        ("tpot", "replica_accelerators", "decode_step_time"), options={"serving_pools": "disaggregated"}, **values
    )
    assert shared[0] > apart[0] == pytest.approx(apart[2])
    assert apart[1] > shared[1] == 4


def test_a_static_batch_answers_when_its_last_prompt_is_read():
    options = {"batching": "static", "arrivals": "closed"}
    queue, others = evaluated(("prefill_queue_time", "other_prefill_time"), options=options)
    assert queue == others


def test_half_of_the_requests_are_faster_than_the_slowest_twentieth():
    half, mean, tail = evaluated(("ttft_p50", "ttft", "ttft_p95"), concurrency=64.0, tensor_parallel=4.0)
    assert half < mean < tail


def test_scalars_and_arrays_agree():
    batches = np.array([1.0, 8.0, 64.0])
    many = evaluated(("tpot", "ttft", "output_tokens_per_second"), concurrency=batches)
    for index, batch in enumerate(batches):
        one = evaluated(("tpot", "ttft", "output_tokens_per_second"), concurrency=batch)
        assert [column[index] for column in many] == pytest.approx(one)


@settings(max_examples=60, deadline=None)
@given(
    batch=st.floats(1, 2000),
    prompt=st.floats(16, 60_000),
    answer=st.floats(64, 8000),
    tensor=st.sampled_from([1.0, 2.0, 4.0, 8.0]),
    served=st.sampled_from(["llama-3.1-8b", "llama-3.1-70b", "deepseek-r1", "qwen3-next-80b-a3b", "gemma-3-27b"]),
)
def test_more_memory_bandwidth_never_slows_and_rates_stay_below_the_peak(batch, prompt, answer, tensor, served):
    values = {"concurrency": batch, "input_tokens": prompt, "output_tokens": answer, "tensor_parallel": tensor}
    names = ("tpot", "ttft", "replica_output_rate", "common_parameters")
    slow = evaluated(names, served=served, **values)
    fast = evaluated(names, served=served, accelerator_memory_bandwidth=6.7e12, **values)
    assert fast[0] <= slow[0] * (1 + 1e-9)
    # Under load faster steps leave a larger share to prefill, so a longer queue; alone, the first token comes sooner.
    alone = [
        evaluated(("ttft",), served=served, **values | {"concurrency": 1.0} | more)[0]
        for more in ({}, {"accelerator_memory_bandwidth": 6.7e12})
    ]
    assert alone[1] <= alone[0] * (1 + 1e-9)
    assert fast[2] >= slow[2] * 0.99
    assert all(np.isfinite(value) and value > 0 for value in slow)
    assert slow[2] * (1 + prompt / answer) * 2 * slow[3] <= tensor * 1979e12


@pytest.mark.xfail(strict=True, reason="answers of two tokens: faster steps leave a larger share to prefill")
@pytest.mark.parametrize(
    ("figure", "worse", "tensor", "values"),
    [
        ("tpot", 1, 1.0, {"concurrency": 77.0, "input_tokens": 16.0}),
        ("replica_output_rate", -1, 2.0, {"concurrency": 6.0, "input_tokens": 165.0}),
    ],
)
def test_more_memory_bandwidth_never_slows_the_shortest_answers(figure, worse, tensor, values):
    values = {**values, "output_tokens": 2.0, "tensor_parallel": tensor}
    (slow,) = evaluated((figure,), served="llama-3.1-70b", **values)
    (fast,) = evaluated((figure,), served="llama-3.1-70b", accelerator_memory_bandwidth=6.7e12, **values)
    assert worse * fast <= worse * slow * (1 + worse * 1e-9)


@settings(max_examples=60, deadline=None)
@given(batch=st.integers(1, 500), prompt=st.floats(16, 20_000))
def test_a_larger_batch_gives_more_tokens_and_makes_each_user_wait_longer(batch, prompt):
    small, large = (
        evaluated(
            ("replica_output_rate", "tpot"), chip="b200", concurrency=float(b), input_tokens=prompt, tensor_parallel=8.0
        )
        for b in (batch, 2 * batch)
    )
    assert large[0] >= small[0] * 0.999
    assert large[1] >= small[1] * 0.999
