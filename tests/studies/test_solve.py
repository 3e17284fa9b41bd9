"""Solve: the edge of a condition, whole numbers, several stretches, none."""

import numpy as np
import pytest

from planner.errors import InputError
from planner.plan import planning
from planner.scenario import scenario, scenario_file
from planner.studies import solve
from tests.conftest import planned


def found(catalog, find, so_that, name="own-8000-h100", between=None):
    return solve.solve(scenario_file.load(name), find, so_that, catalog, between)


def test_the_cloud_rate_at_which_owning_8000_h100_is_30_percent_cheaper_over_three_years(catalog):
    """Plain costs of three years, and the same in present value; both from the plan at the rate found."""
    for condition, own, cloud in (
        ("tco <= 0.7 * cloud_cost", "tco", "cloud_cost"),
        ("npv_own >= 70 % * npv_cloud", "npv_own", "npv_cloud"),
    ):
        solution = found(catalog, "cloud_price", condition)
        assert solution.value is not None and solution.holds[0][1] == solution.searched[1]
        at = planned(cloud_price=f"{solution.value!r} USD/accelerator/s").whole
        assert at[own] / at[cloud] == pytest.approx(0.7, rel=1e-9)
        # The condition holds above the rate and fails below it.
        cheaper = planned(cloud_price=f"{0.999 * solution.value!r} USD/accelerator/s").whole
        assert cheaper[own] / cheaper[cloud] > 0.7


def test_a_smooth_edge_is_found_to_the_last_digits(catalog):
    it_power = planned().whole["it_power"]
    assert found(catalog, "pue", "facility_power <= 14 MW").value == pytest.approx(14e6 / it_power, rel=1e-11)


def test_whole_quantities_stay_whole(catalog):
    solution = found(catalog, "accelerators", "capex <= 400 MUSD")
    assert solution.value == int(solution.value)
    below, above = (
        planned(accelerators=f"{n:.0f} accelerator").whole["capex"] for n in (solution.value, solution.value + 1)
    )
    assert below <= 400e6 < above


def test_an_equation_has_single_points(catalog):
    solution = found(catalog, "pue", "facility_power = 14 MW")
    assert solution.holds == ((solution.value, solution.value),)
    assert solution.reached["facility_power"] == pytest.approx(14e6, rel=1e-11)


def test_a_jump_over_the_limit_is_no_solution(catalog):
    racks = planned().whole["racks"]
    solution = found(catalog, "system_power", f"racks = {racks + 0.5} rack", between="8 kW/system:20 kW/system")
    assert solution.value is None and solution.nearest is not None


def test_no_solution_names_the_nearest(catalog):
    solution = found(catalog, "pue", "tco <= 100 MUSD")
    assert (solution.value, solution.holds) == (None, ())
    assert solution.nearest == 1.0
    assert solution.reached["tco"] == pytest.approx(planned(pue=1.0).whole["tco"])
    assert "no solution" in solve.text(solution) and "The nearest is pue = 1" in solve.text(solution)


def test_every_stretch_in_which_the_condition_holds_is_found():
    points = np.linspace(0, 10, 201)
    margin = np.sin
    stretches = solve._stretches(margin, points, margin(points), whole=False)
    np.testing.assert_allclose(stretches, [(0, np.pi), (2 * np.pi, 3 * np.pi)], rtol=1e-11)


def test_a_condition_that_always_holds_says_so(catalog):
    solution = found(catalog, "pue", "tco >= 1 MUSD")
    assert solution.holds == (solution.searched,)
    assert "holds for every pue" in solve.text(solution)


def test_a_scenario_without_a_size_is_solved_for_one(catalog):
    base = scenario.Scenario("no size", choose={"system": "dgx-h100"})
    solution = solve.solve(
        base, "accelerators", "facility_power <= 1 MW", catalog, between="1 accelerator:100000 accelerator"
    )
    assert solution.value and solution.value % 8 == 0


def test_sized_scenarios_are_sized_again_at_each_trial(catalog):
    solution = found(catalog, "site_power_limit", "accelerators >= 20000 accelerator", "facility-30mw")
    sized = planning.plan(
        scenario.changed(scenario_file.load("facility-30mw"), {}, {"site_power_limit": f"{solution.value!r} W"}),
        catalog,
        bands=False,
    )
    assert sized.whole.given["accelerators"] >= 20000
    assert solution.reached["accelerators"] == sized.whole.given["accelerators"]


@pytest.mark.parametrize(
    ("find", "so_that", "says"),
    [
        ("puee", "tco <= 1 USD", "Did you mean 'pue'"),
        ("system", "tco <= 1 USD", "planner optimize"),
        ("pue", "tco < = 1 USD", "is not a number|is no condition"),
        ("pue", "tcoo <= 1 USD", "Did you mean 'tco'"),
        ("pue", "tco <= 1 MW", "has the wrong unit"),
        ("pue", "tco <= 0.7 * facility_power", "compares unlike things"),
        ("pue", "tco <= 0.7 * cloud_cst", "Did you mean 'cloud_cost'"),
        ("pue", "cloud_cost <= 1 USD", "does not change cloud_cost"),
        ("pue", "training_time <= 1 day", "cannot be computed: missing|unknown quantity"),
    ],
)
def test_bad_questions_are_refused(catalog, find, so_that, says):
    with pytest.raises(InputError, match=says):
        found(catalog, find, so_that)


@pytest.mark.parametrize("between", ["2:5 USD/accelerator/h", "2 USD/accelerator/h:5 USD/accelerator/h"])
def test_where_to_search_may_be_said(catalog, between):
    solution = found(catalog, "cloud_price", "tco <= 0.7 * cloud_cost", between=between)
    assert solution.searched == pytest.approx((2 / 3600, 5 / 3600))
    assert solution.holds[0] == pytest.approx((solution.value, 5 / 3600))


@pytest.mark.parametrize("between", ["2", "2:5 MW", "5:2 USD/accelerator/h", "2:5:7 USD/accelerator/h"])
def test_a_bad_place_to_search_is_refused(catalog, between):
    with pytest.raises(InputError, match="--between"):
        found(catalog, "cloud_price", "tco <= 0.7 * cloud_cost", between=between)


def test_the_command_answers_in_words_and_json(run):
    given = ["solve", "own-8000-h100", "--find", "cloud_price", "--so-that", "tco <= 0.7 * cloud_cost"]
    assert run(*given).out.startswith("cloud_price = ")
    answer = run(*given, "--json").json
    assert answer["solved"] and answer["unit"] == "USD/accelerator/h"
    assert answer["reached"]["tco"]["value"] == pytest.approx(0.7 * answer["reached"]["cloud_cost"]["value"])
    run("solve", "own-8000-h100", "--find", "pue", "--so-that", "tco <= 1 USD", status=1)


def test_a_pool_is_solved_for_by_itself(catalog):
    text = """
    [choose]
    system = "dgx-h100"
    [[pool]]
    name = "first"
    [pool.set]
    accelerators = "512 accelerator"
    [[pool]]
    name = "second"
    [pool.set]
    accelerators = "512 accelerator"
    """
    base = scenario_file.loads(text)
    solution = solve.solve(base, "second/accelerators", "it_power <= 3 MW", catalog)
    assert solution.value == int(solution.value)
    for count, holds in ((solution.value, True), (solution.value + 8, False)):
        changed = scenario.changed(base, {}, {"second/accelerators": f"{count:.0f} accelerator"})
        assert bool(planning.plan(changed, catalog, bands=False).whole["it_power"] <= 3e6) is holds
    half = solve.solve(base, "second/accelerators", "second/racks <= 0.5 * first/racks", catalog)
    assert half.reached["second/racks"] <= 0.5 * half.reached["first/racks"]
