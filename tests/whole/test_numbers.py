"""Extreme but legal inputs give finite figures or a reason; what physics and book-keeping promise holds everywhere."""

import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import cli, glossary, units
from planner.errors import InputError
from planner.model import wiring
from planner.money import currency, plan_ledger
from planner.plan import by_month, plan, planning, sizing
from planner.reports import plan_text
from planner.scenario import resolve, scenario, scenario_file
from planner.studies.sweep import engine, sweep
from tests.conftest import CATALOG, planned
from tests.hostile_commands import NOT_A_NUMBER, finite

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
SHIPPED = sorted(scenario_file.shipped_names(CATALOG))
# What each command prints of a scenario in which much is zero.
PRINTED = (
    ("plan", "--all", "--json"),
    ("compare", "enterprise-8-gpu", "--all", "--json"),
    ("explain", "tco", "--json"),
    ("ledger", "--json"),
    ("risk", "--samples", "64", "--json"),
    ("sweep", "--vary", "discount_rate=0,1", "--csv"),
    ("sweep", "--vary", "utilization=0,1", "--json"),
)
few = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("change", EXTREMES, ids=lambda change: " ".join(change.values()))
@pytest.mark.parametrize("name", SHIPPED)
def test_an_extreme_is_planned_in_finite_figures_or_refused_with_the_reason(name, change):
    try:
        the_plan = planned(name, **change)
    except InputError as error:
        # No cluster draws less than a watt; every other extreme leaves one.
        assert change == {"site_power_limit": "1 W"}
        assert "no whole system meets" in str(error)
        return
    assert len(the_plan.results) > 200
    for result in the_plan.results.values():
        assert math.isfinite(result.value), result.name
    # Whatever was asked for is there, or is said to be missing and why.
    for quantity in map(str, sizing.wanted(the_plan.whole)):
        assert quantity in the_plan.results or the_plan.missing.get(quantity), quantity
    json.dumps(plan.to_json(the_plan), allow_nan=False)
    json.dumps(by_month.to_json(by_month.timeline(the_plan)), allow_nan=False)
    json.dumps(plan_ledger.to_json(plan_ledger.of_plan(the_plan), currency.of_plan(the_plan)), allow_nan=False)
    assert not NOT_A_NUMBER.search(plan_text.text(the_plan, everything=True))


@pytest.mark.parametrize("printed", PRINTED, ids=" ".join)
@pytest.mark.parametrize("name", SHIPPED)
def test_no_command_prints_what_is_no_number(name, printed, capsys):
    command, *rest = printed
    given = ["--set", "utilization=0", "--set", "discount_rate=0", "--set", "electricity_price=0 USD/MWh"]
    given = given if command != "sweep" else []
    quantity = [rest.pop(0)] if command == "explain" else []
    status = cli.main([command, *quantity, name, *rest, *given])
    shown = capsys.readouterr()
    assert status == 0, shown.err
    finite(list(printed), shown.out)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_empty_range_changes_nothing(name):
    base = scenario_file.load(name, CATALOG)
    price = "70 USD/MWh"
    still = scenario.changed(base, {}, {"electricity_price": price})
    still.range["electricity_price"] = [price, price, price]
    alone = scenario.changed(base, {}, {"electricity_price": price})
    one, other = planning.plan(still, CATALOG), planning.plan(alone, CATALOG, bands=False)
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
    base = scenario.changed(scenario_file.load(name, CATALOG), {"cooling": cooling}, {"pue": f"{pue:.6f}"})
    the_plan = planning.plan(base, CATALOG, bands=False).whole
    assert the_plan["facility_power"] == pytest.approx(the_plan["it_power"] * pue, rel=1e-5)
    assert the_plan["air_heat"] + the_plan["liquid_heat"] == pytest.approx(the_plan["it_power"], rel=1e-9)


@pytest.mark.parametrize("name", SHIPPED)
def test_accelerators_and_heat_are_conserved_over_the_pools(name):
    """The whole has what its pools have, and every watt that goes in comes out as heat."""
    the_plan = planned(name)
    pools = the_plan.whole.pools
    late = any(each.name == "start_delay" for each in the_plan.whole.figures())
    for quantity in ("accelerators", "installed_accelerators", "systems", "it_power", "capex"):
        parts = [pool.known[quantity] for pool in pools if quantity in pool.known]
        if len(parts) == len(pools) and quantity in the_plan.whole.known and not late:
            assert sum(parts) == pytest.approx(the_plan.whole[quantity], rel=1e-9), quantity
    for pool in pools:
        if "air_heat" in pool.known:
            heat = pool.known["air_heat"] + pool.known["liquid_heat"]
            assert heat == pytest.approx(pool.known["it_power"], rel=1e-9), pool.path


@pytest.mark.parametrize("name", SHIPPED)
def test_money_is_conserved(name):
    """What is paid at the start is the sum of what it is paid for; so is what is paid by the year."""
    rows = glossary.quantities()
    the_plan = planned(name)
    for whole in ("capex", "opex_per_year"):
        if whole in the_plan.whole.known:
            parts = wiring.step(whole, the_plan.whole).needs
            same = [part for part in parts if units.same_dimensions(rows[part.name].unit, rows[whole].unit)]
            paid = [the_plan.whole.value(part) for part in same]
            if any("start_delay" in pool.given for pool in the_plan.whole.pools if pool.place):
                # What is paid by the year is the most of any time: parts may have theirs at different times.
                assert sum(paid) >= the_plan.whole[whole] * (1 - 1e-9), whole
            else:
                assert sum(paid) == pytest.approx(the_plan.whole[whole], rel=1e-9), whole


@pytest.mark.parametrize("count", [1, 3, 1000])
@pytest.mark.parametrize("name", SCENARIOS)
def test_one_scenario_and_many_agree_bit_for_bit_in_every_quantity(name, count):
    resolved = resolve.resolve(scenario_file.load(name, CATALOG), CATALOG)
    planned, _ = sizing.with_size_and_strategies(resolved)
    wanted = sizing.wanted(planned)
    one = wiring.evaluate(wanted, planned)
    arrays = {quantity: np.full(count, float(value)) for quantity, value in planned.items()}
    many = wiring.evaluate(wanted, planned.giving(arrays))
    assert one.keys() == many.keys() and len(one) > 700
    for quantity, value in one.items():
        spread = np.broadcast_to(np.asarray(many[quantity], dtype=float), (count,))
        assert spread.tobytes() == np.full(count, float(value)).tobytes(), quantity


def test_the_order_of_a_sweep_changes_no_figure():
    base = scenario_file.load("own-8000-h100", CATALOG)
    prices = np.linspace(20, 200, 200)
    order = np.random.default_rng(5).permutation(len(prices))
    watch = ["tco", "npv_saving", "facility_power", "break_even_time"]

    def swept(values):
        given_prices = ",".join(f"{value:.6f}" for value in values) + " USD/MWh"
        return engine.chunk(sweep.task(base, {"electricity_price": given_prices}, CATALOG, watch), 0)

    straight, shuffled = swept(prices), swept(prices[order])
    for quantity in watch:
        assert straight[quantity][order].tobytes() == shuffled[quantity].tobytes(), quantity
