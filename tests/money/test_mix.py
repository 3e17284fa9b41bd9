"""The cheapest mix: by hand, against an exhaustive search, and never worse than a pure option."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import units
from planner.errors import InputError
from planner.model import wiring
from planner.money import mix, plan_ledger
from planner.money.currency import Currency
from planner.money.mix import BURST, OWNED, RESERVED, Prices
from planner.plan import planning
from tests.conftest import CATALOG, asked, planned

PRICE = st.floats(0.1, 10)
LOAD = st.lists(st.integers(0, 12), min_size=2, max_size=10).filter(lambda load: max(load) > 0)


def test_the_newsvendor_rule_by_hand():
    """Demand 10 always and 20 in four of ten hours; owning costs 0.5, renting 1: the upper ten are busy too rarely."""
    best = mix.cheapest([10] * 6 + [20] * 4, Prices(owned=0.5, burst=1.0))
    assert best.shares == {OWNED: 0.5, BURST: 0.5}
    assert best.cost == pytest.approx(10 * 0.5 + 10 * 0.4 * 1.0)
    assert best.pure == pytest.approx({OWNED: 10.0, BURST: 14.0})


def test_three_layers_are_ordered_by_how_busy_they_are():
    """Reserved always on, owned with costly energy in the middle, the peak by use."""
    demand = [1, 1, 1, 1, 2, 2, 2, 3, 3, 4]
    best = mix.cheapest(demand, Prices(owned=0.2, running=0.5, reserved=0.6, burst=1.2))
    # Own, reserve, by use: 0.70, 0.60, 1.20; 0.50, 0.60, 0.72; 0.35, 0.60, 0.36; 0.25, 0.60, 0.12 at the top.
    assert best.shares == {OWNED: 0.5, RESERVED: 0.25, BURST: 0.25}
    assert best.cost == pytest.approx(0.6 + 0.5 + 0.35 + 0.12)


@settings(max_examples=60, deadline=None)
@given(load=LOAD, owned=PRICE, running=st.floats(0, 3), reserved=PRICE, burst=PRICE)
def test_no_whole_mix_is_cheaper(load, owned, running, reserved, burst):
    """Every split of whole accelerators into owned and reserved, the rest by use; whichever runs first."""
    demand, peak = np.array(load), max(load)
    best = mix.cheapest(demand, Prices(owned, running, reserved, burst)).cost
    for own in range(peak + 1):
        for kept in range(peak + 1 - own):
            standing = own * owned + kept * reserved
            beyond = np.maximum(0, demand - own - kept).mean() * burst
            first = np.minimum(demand, own).mean()
            after = np.clip(demand - kept, 0, own).mean()
            assert best <= standing + beyond + running * min(first, after) + 1e-9


@settings(max_examples=60, deadline=None)
@given(load=LOAD, owned=PRICE, running=st.floats(0, 3), reserved=PRICE, burst=PRICE)
def test_the_mix_is_never_dearer_than_a_pure_option(load, owned, running, reserved, burst):
    best = mix.cheapest(load, Prices(owned, running, reserved, burst))
    assert best.cost <= min(best.pure.values()) * (1 + 1e-12)
    assert sum(best.shares.values()) == pytest.approx(1)
    # On a grid of shares the curve can only touch the best mix from above; at its ends it is the pure options.
    assert min(cost for _, cost in best.curve) >= best.cost * (1 - 1e-9)
    assert best.curve[-1][1] == pytest.approx(best.pure[OWNED], rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(load=LOAD, owned=PRICE, burst=PRICE, resident=st.floats(0, 1))
def test_residency_keeps_its_share_owned_and_never_cheapens(load, owned, burst, resident):
    free = mix.cheapest(load, Prices(owned, burst=burst))
    bound = mix.cheapest(load, Prices(owned, burst=burst), resident)
    assert bound.shares[OWNED] >= resident - 1e-9
    assert bound.cost >= free.cost * (1 - 1e-12)


def test_a_plan_with_resident_demand_has_no_pure_rented_option():
    best = mix.cheapest([4, 8], Prices(2.0, burst=1.0), resident_share=0.25)
    assert set(best.pure) == {OWNED}
    assert best.shares[OWNED] == pytest.approx(0.25)


def test_residency_without_a_price_of_owning_is_said():
    with pytest.raises(ValueError, match="residency"):
        mix.cheapest([1, 2], Prices(None, burst=1.0), resident_share=0.5)


@settings(max_examples=30, deadline=None)
@given(
    mean=st.floats(0.1, 0.99), owned=PRICE, running=st.floats(0.05, 2), reserved=PRICE, burst=PRICE, m=st.floats(0, 1)
)
def test_the_equations_agree_with_the_slices(mean, owned, running, reserved, burst, m):
    """The closed forms of the hybrid room on the same curve, to the step of the sampled one."""
    given_values = {
        "accelerators": 1000.0,
        "utilization": mean,
        "owned_capacity_price": owned,
        "owned_running_price": running,
        "reserved_price": reserved,
        "burst_price": burst,
        "resident_share": m,
    }
    values = wiring.evaluate(["hybrid_cost_per_year"], given_values)
    best = mix.cheapest(mix.curve_of(1000.0, mean), Prices(owned, running, reserved, burst), m)
    assert float(values["hybrid_cost_per_year"]) == pytest.approx(best.cost, rel=5e-3)


@settings(max_examples=30, deadline=None)
@given(mean=st.floats(0.1, 1), owned=PRICE, running=st.floats(0.05, 2), reserved=PRICE, burst=PRICE)
def test_the_closed_form_never_costs_more_than_a_pure_option(mean, owned, running, reserved, burst):
    wanted = [
        "hybrid_cost_per_year",
        "pure_owned_cost_per_year",
        "pure_reserved_cost_per_year",
        "pure_burst_cost_per_year",
    ]
    values = {"accelerators": 1.0, "utilization": mean, "resident_share": 0.0}
    values |= {"owned_capacity_price": owned, "owned_running_price": running}
    values |= {"reserved_price": reserved, "burst_price": burst}
    found = wiring.evaluate(wanted, values)
    assert float(found[wanted[0]]) <= min(float(found[name]) for name in wanted[1:]) * (1 + 1e-9)


def test_the_curve_has_the_peak_and_the_mean_that_were_asked():
    load = mix.curve_of(1000.0, 0.7)
    assert load.max() == 1000 and load.mean() == pytest.approx(700, rel=2e-3)


def test_a_load_is_read_from_a_file_and_a_broken_one_named(tmp_path):
    good = tmp_path / "load.csv"
    good.write_text("hour,accelerators\n0,10\n1,20\n")
    assert mix.read_load(good).tolist() == [10, 20]
    bad = tmp_path / "bad.csv"
    bad.write_text("10\nmany\n-3\n")
    with pytest.raises(InputError) as error:
        mix.read_load(bad)
    assert "line 2" in str(error.value) and "line 3" in str(error.value)


def test_the_shipped_decision_is_a_mix():
    the_plan = planned("own-8000-h100")
    best = mix.of_plan(the_plan)
    assert 0.5 < best.shares[OWNED] < 1
    assert best.cost < min(best.pure.values())


def test_a_burst_pays_the_price_of_the_plan_where_its_term_is_paid_by_use():
    """4 USD/h set in the scenario, no services, no data to move; the offer lists 6.88 by use."""
    bare = {"cloud_support_share": "0 %", "cloud_debugging_share": "0 %", "cloud_storage_price": "0 USD/GB/month"}
    bare |= {"cloud_price": "4 USD/accelerator/h", "egress_traffic": "0 B/s"}
    for term, hour in (("on-demand", 4.0), ("instance", 4.0), ("spot", 4.0), ("reserved-3y", 6.88), ("block", 6.88)):
        changes = bare | {"cloud_term": term}
        the_plan = planned("own-8000-h100", **changes).whole
        assert the_plan["burst_price"] * 3600 == pytest.approx(hour)


def test_the_decision_names_reserving_all():
    the_plan = planned("own-8000-h100")
    best = mix.of_plan(the_plan)
    worth = best.pure[RESERVED] * the_plan.whole["discounted_time"] / 1e6
    assert f"all reserved {units.number_text(worth)} MUSD" in plan_ledger.decision(
        plan_ledger.of_plan(the_plan), best, Currency()
    )
    owned_only = mix.Mix(best.peak, {OWNED: 1.0}, {OWNED: 1.0}, {OWNED: 1.0}, [], 0.0, "law")
    assert "reserved" not in plan_ledger.decision(plan_ledger.of_plan(the_plan), owned_only, Currency())


def test_an_offer_outside_the_jurisdiction_leaves_owning_alone():
    given_scenario = asked("regulated-hybrid", {"cloud": "aws-p5"}, data_residency="european-union")
    best = mix.of_plan(planning.plan(given_scenario, CATALOG, bands=False))
    assert best.shares == {OWNED: 1.0}
    assert "European Union" in best.excluded and "European Union" in mix.text(best)


def test_the_present_value_of_the_mix_is_at_most_that_of_owning_the_peak():
    for name in ("own-8000-h100", "llama-3.1-405b", "enterprise-8-gpu"):
        values = planned(name).whole
        assert values["npv_hybrid"] >= values["npv_own"] * (1 + 1e-9) - 1


def test_the_picture_of_cost_against_the_owned_share_says_where_it_is_least():
    from planner.reports import pictures

    the_plan = planned("own-8000-h100")
    best = mix.of_plan(the_plan)
    assert f"least at {best.shares[OWNED]:.0%}" in pictures.owned_share(the_plan).alt
    assert pictures.owned_share(planned("facility-30mw")) is None
