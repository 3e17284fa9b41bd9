"""Extreme but legal inputs give finite figures or a reason; what physics and book-keeping promise holds everywhere."""

import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import chain, engine, glossary, model, plan, scenario, sweep, units
from planner.catalog import Catalog
from planner.problems import InputError

# One shipped scenario of each workload, and a hall.
SCENARIOS = ("own-8000-h100", "llama-3.1-405b", "enterprise-8-gpu", "facility-30mw")
EXTREMES = (
    {"accelerators": "1 accelerator"},
    {"accelerators": "10000000 accelerator"},
    {"site_power_limit": "1 W"},
    {"site_power_limit": "100 GW"},
    {"discount_rate": "0"},
    {"discount_rate": "100 %"},
    {"utilization": "0"},
    {"utilization": "100 %"},
    {"electricity_price": "0 USD/MWh"},
    {"analysis_period": "1 year"},
    {"pue": "1"},
    {"system_price": "0 USD/system"},
    {"accelerators": "1 accelerator", "utilization": "0", "discount_rate": "100 %"},
)
CATALOG = Catalog()
few = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def planned(name, **changes):
    return plan.plan(scenario.changed(scenario.load(name, CATALOG), {}, changes), CATALOG, bands=False)


@pytest.mark.parametrize("change", EXTREMES, ids=lambda change: " ".join(change.values()))
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_extreme_is_planned_in_finite_figures_or_refused_with_the_reason(name, change):
    given_size = {"accelerators"} & set(change) or "site_power_limit" not in change
    try:
        found = planned(name, **change)
    except InputError as error:
        assert not given_size or name == "facility-30mw"
        assert "no whole system meets" in str(error)
        return
    assert len(found.results) > 200
    for result in found.results.values():
        assert math.isfinite(result.value), result.name
    # Whatever was asked for is there, or is said to be missing and why.
    for quantity in chain.wanted(found.resolved.options):
        assert quantity in found.results or found.missing.get(quantity), quantity
    json.dumps(plan.to_json(found), allow_nan=False)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_empty_range_changes_nothing(name):
    base = scenario.load(name, CATALOG)
    price = "70 USD/MWh"
    still = scenario.changed(base, {}, {"electricity_price": price})
    still.range["electricity_price"] = [price, price, price]
    alone = scenario.changed(base, {}, {"electricity_price": price})
    one, other = plan.plan(still, CATALOG), plan.plan(alone, CATALOG, bands=False)
    assert {n: r.value for n, r in one.results.items()} == {n: r.value for n, r in other.results.items()}
    json.dumps(plan.to_json(one), allow_nan=False)


@few
@given(st.sampled_from(["own-8000-h100", "llama-3.1-405b"]), st.integers(1, 20_000), st.integers(1, 20_000))
def test_more_systems_never_draw_less_power_nor_cost_less_to_buy(name, systems, more):
    small, large = (planned(name, accelerators=f"{8 * n} accelerator") for n in (systems, systems + more))
    for quantity in ("it_power", "facility_power", "racks", "capex_compute", "capex", "spare_nodes"):
        if quantity in small.results and quantity in large.results:
            assert large.results[quantity].value >= small.results[quantity].value * (1 - 1e-12), quantity


@few
@given(st.sampled_from(SCENARIOS), st.floats(0, 500), st.floats(0, 500))
def test_dearer_electricity_never_lowers_the_cost_of_owning(name, price, more):
    cheap, dear = (planned(name, electricity_price=f"{each:.6f} USD/MWh") for each in (price, price + more))
    assert dear.results["tco"].value >= cheap.results["tco"].value * (1 - 1e-12)


@few
@given(st.sampled_from(["own-8000-h100", "llama-3.1-405b", "enterprise-8-gpu"]), st.floats(1, 2.5), st.floats(0, 0.5))
def test_a_higher_pue_never_lowers_power_or_energy(name, pue, more):
    low, high = (planned(name, pue=f"{each:.6f}") for each in (pue, pue + more))
    for quantity in ("facility_power", "energy_per_year", "electricity_cost_per_year", "tco"):
        if quantity in low.results:
            assert high.results[quantity].value >= low.results[quantity].value * (1 - 1e-12), quantity


@few
@given(st.sampled_from(SCENARIOS), st.floats(1, 2), st.sampled_from(CATALOG.keys("cooling")))
def test_power_and_heat_are_conserved(name, pue, cooling):
    base = scenario.changed(scenario.load(name, CATALOG), {"cooling": cooling}, {"pue": f"{pue:.6f}"})
    found = plan.plan(base, CATALOG, bands=False).values
    assert found["facility_power"] == pytest.approx(found["it_power"] * pue, rel=1e-5)
    assert found["air_heat"] + found["liquid_heat"] == pytest.approx(found["it_power"], rel=1e-9)


@pytest.mark.parametrize("name", SCENARIOS)
def test_money_is_conserved(name):
    """What is paid at the start is the sum of what it is paid for; so is what is paid by the year."""
    rows = glossary.quantities()
    found = plan.plan(scenario.load(name, CATALOG), CATALOG, bands=False)
    for whole in ("capex", "opex_per_year"):
        if whole in found.values:
            parts = model.equation(whole, found.resolved.options).needs
            paid = [found.values[part] for part in parts if units.same_dimensions(rows[part].unit, rows[whole].unit)]
            assert sum(paid) == pytest.approx(found.values[whole], rel=1e-9), whole


@pytest.mark.parametrize("count", [1, 3, 1000])
@pytest.mark.parametrize("name", SCENARIOS)
def test_one_scenario_and_many_agree_bit_for_bit_in_every_quantity(name, count):
    resolved = scenario.resolve(scenario.load(name, CATALOG), CATALOG)
    given_values, _ = plan.given_values(resolved)
    wanted = chain.wanted(resolved.options)
    one = model.evaluate(wanted, given_values, resolved.options)
    arrays = {quantity: np.full(count, float(value)) for quantity, value in given_values.items()}
    many = model.evaluate(wanted, arrays, resolved.options)
    assert one.keys() == many.keys() and len(one) > 700
    for quantity, value in one.items():
        spread = np.broadcast_to(np.asarray(many[quantity], dtype=float), (count,))
        assert spread.tobytes() == np.full(count, float(value)).tobytes(), quantity


def test_the_order_of_a_sweep_changes_no_figure():
    base = scenario.load("own-8000-h100", CATALOG)
    prices = np.linspace(20, 200, 200)
    order = np.random.default_rng(5).permutation(len(prices))
    watch = ["tco", "npv_saving", "facility_power", "break_even_time"]

    def swept(values):
        given_prices = ",".join(f"{value:.6f}" for value in values) + " USD/MWh"
        return engine.chunk(sweep.task(base, {"electricity_price": given_prices}, CATALOG, watch), 0)

    straight, shuffled = swept(prices), swept(prices[order])
    for quantity in watch:
        assert straight[quantity][order].tobytes() == shuffled[quantity].tobytes(), quantity
