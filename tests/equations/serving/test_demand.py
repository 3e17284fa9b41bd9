"""From users to tokens, cost, energy and places: numbers worked by hand."""

import numpy as np
import pytest

from planner.equations.serving import demand, edge, serving_cost
from planner.model import wiring
from tests.conftest import planned

DAY = 86_400.0


# Demand


def test_users_to_tokens_by_hand():
    # 1,000 users asking 86.4 times a day: one request a second; three times that in the peak minute.
    rate = demand.mean_request_rate(1000, 86.4 / DAY)
    assert rate == pytest.approx(1)
    assert demand.peak_request_rate(rate, 2, 1.5) == pytest.approx(3)
    assert demand.output_tokens_demand(rate, 250, 1) == pytest.approx(250)


def test_the_curve_of_a_day_has_its_mean_and_its_peak():
    hours = np.arange(24) * 3600.0
    curve = demand.hour_factor(hours, 14 * 3600.0, DAY, 1.8)
    assert curve.mean() == pytest.approx(1)
    assert curve.max() == curve[14] == pytest.approx(1.8)
    assert demand.hour_factor(2 * 3600.0, 14 * 3600.0, DAY, 3) == 0


def test_spares_and_leftovers_serve_nobody():
    assert demand.replicas(4, 8, 8, 0.25) == 3
    assert demand.replicas(demand.replica_stages(31, 8, 8), 8, 8, 0) == 3


def test_spares_are_whole_replicas_near_their_share():
    assert [demand.replicas(stages, 8, 8, 0.03) for stages in (1, 4, 16, 17, 100)] == [1, 4, 16, 16, 97]


@pytest.mark.parametrize(
    ("accelerators", "domain", "stage", "stages", "share"),
    [(144, 72, 64, 2, 64 / 72), (144, 72, 8, 18, 1), (100, 72, 16, 5, 64 / 72), (16, 8, 16, 1, 1), (4, 8, 4, 1, 1)],
)
def test_no_stage_lies_astride_two_scale_up_domains(accelerators, domain, stage, stages, share):
    assert demand.replica_stages(accelerators, domain, stage) == stages
    assert demand.packed_share(accelerators, domain, stage) == pytest.approx(share)


def test_a_cluster_of_one_replica_serves():
    the_plan = planned("enterprise-8-gpu", tensor_parallel="8")
    assert the_plan.results["replicas"].value == 1
    assert the_plan.results["output_tokens_per_second"].value > 0


def test_users_size_the_cluster_and_one_system_less_is_too_few():
    the_plan = planned("chat-100m-users", users="10 Muser")
    served, asked = the_plan.results["users_served"].value, 10e6
    assert served >= asked
    assert the_plan.results["users_margin"].value >= 0
    fewer = the_plan.whole["accelerators"] - 72
    smaller = planned("chat-100m-users", users="10 Muser", accelerators=f"{fewer:.0f} accelerator")
    assert smaller.results["users_served"].value < asked


def test_a_required_rate_sizes_the_cluster():
    the_plan = planned("reasoning-100x", users="1 user", required_output_tokens_per_second="300000 token/s")
    assert the_plan.results["sustained_output_tokens_per_second"].value >= 300_000
    assert "required_output_tokens_per_second" in the_plan.sized_by


def test_reasoning_costs_more_than_in_proportion():
    one, hundred = (planned("reasoning-100x", reasoning_factor=factor) for factor in ("1", "100"))
    # Longer answers are a hundred times the tokens and longer contexts as well.
    ratio = hundred.whole.given["accelerators"] / one.whole.given["accelerators"]
    assert ratio > 10
    assert hundred.results["output_tokens_demand"].value == pytest.approx(
        100 * one.results["output_tokens_demand"].value
    )


def test_requests_in_flight_by_littles_law():
    assert demand.requests_in_flight(20.0, 0.5, 9.5, 1) == 200


# Cost and energy


def test_half_the_load_doubles_the_cost_of_a_token():
    full, half = (planned("enterprise-8-gpu", utilization=share) for share in ("80 %", "40 %"))
    cost = "cost_per_million_tokens"
    assert half.results[cost].value > 1.9 * full.results[cost].value
    assert half.results["tokens_per_joule"].value < full.results["tokens_per_joule"].value


@pytest.mark.parametrize("pools", ["shared", "disaggregated"])
def test_input_and_output_share_the_whole_cost(pools):
    results = planned("enterprise-8-gpu", serving_pools=pools).results
    if pools == "disaggregated":
        ranks = results["prefill_ranks"].value + results["replica_ranks"].value
        assert results["prefill_cost_share"].value == pytest.approx(results["prefill_ranks"].value / ranks)
    parts = (
        results["cost_per_million_input_tokens"].value * results["served_input_tokens_per_second"].value
        + results["cost_per_million_output_tokens"].value * results["served_output_tokens_per_second"].value
    )
    assert parts == pytest.approx(results["serving_cost_rate"].value)


def test_the_break_even_load_against_a_provider_breaks_even():
    results = planned("enterprise-8-gpu").results
    load = results["api_break_even_load"].value
    # Cost of the cluster is the same at every load, that of bought tokens grows with it.
    rate = results["api_cost_rate"].value / results["serving_load"].value * load
    assert rate == pytest.approx(results["serving_cost_rate"].value)


def test_a_chip_of_its_own_pays_only_beyond_a_volume():
    # 1 µUSD a token saved at half the cost: 500 MUSD are back after 1e15 tokens; never where it saves nothing.
    saving = serving_cost.asic_saving_per_token(1e-6, 0.5)
    assert serving_cost.asic_break_even_tokens(500e6, saving) == pytest.approx(1e15)
    nothing = serving_cost.asic_saving_per_token(np.float64(1e-6), np.float64(1.2))
    with np.errstate(divide="ignore"):
        assert serving_cost.asic_break_even_tokens(np.float64(500e6), nothing) == np.inf


# Places


def test_a_millisecond_reaches_a_hundred_kilometres_of_fibre():
    # Ledger R16: 1 ms there and back with no time for computing.
    budget = edge.network_budget(1e-3, 0.0, 0.0)
    assert edge.allowed_distance(budget, 2e8, 1) == pytest.approx(100_000)
    assert edge.allowed_distance(budget, 2e8, 2) == pytest.approx(50_000)


@pytest.mark.parametrize(("left", "place"), [(-1e-3, 1), (1e-4, 1), (1e-3, 2), (5e-3, 3), (0.1, 4)])
def test_what_is_left_for_the_network_decides_the_place(left, place):
    assert edge.edge_place(left, 0.5e-3, 3e-3, 20e-3) == place


def test_no_place_keeps_a_budget_that_computing_exceeds():
    the_plan = planned("regulated-on-prem", latency_budget="1 ms")
    checks = {check.name: check.ok for check in the_plan.checks}
    assert not checks["latency"]
    assert the_plan.results["edge_place"].value == 1


def test_an_answer_counts_every_token_of_the_budget():
    assert edge.compute_latency(0.3, 0.02, 11, 1) == pytest.approx(0.5)


def test_an_explanation_of_users_served_reaches_the_catalog():
    the_plan = planned("enterprise-8-gpu")
    inputs = wiring.inputs_of("users_served", the_plan.whole)
    sources = {fact.source for each, fact in the_plan.whole.all_facts().items() if each in inputs}
    assert {"inference-fit", "azure-llm-traces"} <= sources
    assert "accelerator_memory_bandwidth" in {each.name for each in inputs}
