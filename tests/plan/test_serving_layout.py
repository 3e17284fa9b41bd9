"""The search of serving configurations, and the ranking of accelerators."""

import numpy as np
import pytest

from planner.errors import InputError
from planner.plan import layout_search, sizing
from planner.plan.planning import plan
from planner.plan.serving_layout import SERVING
from planner.scenario import scenario_file
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario
from planner.studies import ranking
from tests.conftest import CATALOG


def values_of(served="llama-3.1-70b", accelerators=64.0, **settings):
    resolved = resolve(
        Scenario("test", "inference", choose={"system": "hgx-h100", "model": served}, set=settings), CATALOG
    )
    return {**resolved, "accelerators": accelerators}, resolved.options


def test_no_other_candidate_within_the_limits_gives_more_tokens():
    values, options = values_of()
    layouts = layout_search.search(SERVING, values, options)
    rate = layouts.reached["replica_output_rate"] / layouts.reached["replica_accelerators"]
    assert rate[layouts.order()[0]] == rate[layouts.feasible].max()
    assert 10 < layouts.feasible.sum() < len(rate)


def test_the_choice_keeps_memory_and_both_limits():
    values, options = values_of(ttft_limit="1 s", tpot_limit="30 ms")
    best = {n: float(v[0]) for n, v in layout_search.search(SERVING, values, options).best().items()}
    got = sizing.run(("ttft_p95", "tpot", "serving_memory_margin"), {**values, **best}, options)
    assert got["ttft_p95"] <= 1
    assert got["tpot"] <= 0.030
    assert got["serving_memory_margin"] >= 0


def test_tighter_limits_cost_tokens():
    rates = []
    for limit in ("100 ms", "30 ms", "15 ms"):
        values, options = values_of(tpot_limit=limit)
        got = sizing.run(("replica_output_rate", "replica_accelerators"), values, options)
        rates.append(got["replica_output_rate"] / got["replica_accelerators"])
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 1.5 * rates[2]


def test_latency_as_the_goal_is_faster_for_one_user():
    values, options = values_of()
    plenty = sizing.run(("tpot",), values, options)["tpot"]
    quick = sizing.run(("tpot",), values, {**options, "serving_goal": "latency"})["tpot"]
    assert quick < plenty / 2


def test_cost_as_the_goal_leaves_fewer_accelerators_idle():
    # The best replica has eight ranks and would leave four of twelve accelerators idle.
    values, options = values_of("qwen3-235b-a22b", accelerators=12.0, tpot_limit="20 ms")
    names = ("output_tokens_per_second", "replica_accelerators")
    most, cheapest = (sizing.run(names, values, {**options, "serving_goal": g}) for g in ("throughput", "cost"))
    assert (most["replica_accelerators"], cheapest["replica_accelerators"]) == (8, 4)
    assert cheapest["output_tokens_per_second"] > most["output_tokens_per_second"]
    layouts = layout_search.search(SERVING, values, {**options, "serving_goal": "cost"})
    reached = layouts.reached["output_tokens_per_second"]
    assert reached[layouts.order()[0]] == reached[layouts.feasible].max() > 0


def test_what_the_scenario_sets_is_not_searched():
    values, options = values_of(tensor_parallel="4", concurrency="32")
    chosen = layout_search.chosen(SERVING, values, options)
    assert set(chosen) == {"pipeline_parallel", "expert_parallel", "attention_parallel"}


def test_a_model_that_fits_nowhere_is_a_result_with_reasons():
    the_plan = plan(
        Scenario(
            "too large",
            "inference",
            choose={"system": "hgx-h100", "model": "deepseek-r1"},
            set={"accelerators": "8 accelerator", "weight_precision": "bf16"},
        ),
        CATALOG,
        bands=False,
    )
    checks = {check.name: check for check in the_plan.checks}
    assert not checks["serving_memory"].ok
    assert "GB" in checks["serving_memory"].message


def test_many_scenarios_choose_as_each_alone():
    values, options = values_of()
    limits = np.array([0.02, 0.05, 0.2])
    together = layout_search.chosen(SERVING, {**values, "tpot_limit": limits}, options)
    for index, limit in enumerate(limits):
        alone = layout_search.chosen(SERVING, {**values, "tpot_limit": float(limit)}, options)
        assert {name: float(column[index]) for name, column in together.items()} == alone


def test_experts_are_placed_only_where_ranks_divide_them():
    values, options = values_of("qwen3-235b-a22b")
    layouts = layout_search.search(SERVING, values, options)
    placed = layouts.degrees["expert_parallel"][layouts.feasible[:, 0], 0]
    assert set(np.mod(128, placed)) == {0}


# The ranking


def ranked(order):
    base = scenario_file.load("enterprise-8-gpu", CATALOG)
    return [place for place in ranking.rank(base, CATALOG, order).places if not place.lacks and not place.breaks]


@pytest.mark.parametrize("order", list(ranking.ORDERS))
def test_an_order_follows_its_figure(order):
    figures = [p.values[ranking.ORDERS[order]] for p in ranked(order) if ranking.ORDERS[order] in p.values]
    assert figures == sorted(figures, reverse=True)
    # Few chips stand in a system with a price.
    assert len(figures) >= (10 if order == "total" else 25)


def test_a_dollar_of_all_buys_less_than_a_dollar_of_chip():
    costs = {"accelerator_tokens_per_dollar", "accelerator_tokens_per_total_dollar"}
    both = [place.values for place in ranked("total") if costs <= set(place.values)]
    assert len(both) >= 8
    assert all(v["accelerator_tokens_per_total_dollar"] < v["accelerator_tokens_per_dollar"] for v in both)


def test_the_ranking_says_what_its_orders_count():
    text = ranking.text(ranking.rank(scenario_file.load("enterprise-8-gpu", CATALOG), CATALOG))
    assert set(ranking.HEADINGS) == set(ranking.ORDERS)
    for _, counted in ranking.HEADINGS.values():
        assert counted in text


def test_a_ranked_chip_has_the_domain_of_its_system():
    ranked = ranking.rank(scenario_file.load("reasoning-100x", CATALOG), CATALOG, "rate")
    degrees = {place.entry.key: place.values for place in ranked.places if "tensor_parallel" in place.values}
    ranks = {key: values["tensor_parallel"] * values["attention_parallel"] for key, values in degrees.items()}
    assert max(ranks[chip] for chip in ("h100-sxm", "h200-sxm", "b200", "mi300x")) <= 8
    assert 8 < ranks["gb200"] <= 72


def test_the_order_of_peaks_is_not_the_order_of_what_is_served():
    by_peak = [place.entry.key for place in ranked("peak")]
    by_watt = [place.entry.key for place in ranked("watt")]
    assert by_peak[:10] != by_watt[:10]


def test_chips_without_a_measured_row_are_estimates():
    kinds = {place.entry.key: place.kind for place in ranked("watt")}
    assert kinds["h100-sxm"] == "derived"
    assert kinds["rubin"] == "estimate"


def test_a_chip_without_the_format_multiplies_in_16_bits():
    precisions = {place.entry.key: place.precision for place in ranked("rate")}
    assert precisions["a100-sxm-80gb"] == "w8a16"
    assert precisions["h100-sxm"] == "fp8"


def test_a_ranking_needs_a_model():
    with pytest.raises(InputError, match="needs a model"):
        ranking.rank(Scenario("empty", "inference"), CATALOG)


def test_the_ranking_of_configurations_says_why_others_fail():
    from planner.studies import layouts

    ranked = layouts.of_scenario(scenario_file.load("enterprise-8-gpu", CATALOG), CATALOG, 5)
    assert ranked.tried > ranked.feasible > len(ranked.ranking.rows) == 5
    assert SERVING.reasons["tpot"] in {row[0] for row in ranked.failures.rows}
