"""Optimise: agrees with trying everything, Pareto fronts, what constraints cost, nothing feasible."""

import itertools

import numpy as np
import pytest

from planner.errors import InputError
from planner.plan import planning
from planner.scenario import scenario_file
from planner.studies import frontier, optimize
from tests.conftest import asked

CHOOSE = {
    "cooling": "air,direct-to-chip,immersion",
    "facility_mode": "build,colocation",
    "site": "us-virginia,us-texas,us-ohio,iceland",
}


def best(catalog, choose=CHOOSE, name="own-8000-h100", **given):
    return optimize.optimize(scenario_file.load(name), choose, catalog=catalog, **given)


def every_plan(catalog):
    """Each combination planned one by one, without the engine."""
    for cooling, mode, site in itertools.product(*(names.split(",") for names in CHOOSE.values())):
        changed = asked("own-8000-h100", {"cooling": cooling, "site": site}, facility_mode=mode)
        yield (cooling, mode, site), planning.plan(changed, catalog, bands=False)


def test_the_best_is_the_best_of_all_plans(catalog):
    front = best(catalog, minimize=["tco"], so_that=["facility_power <= 16 MW"])
    feasible = [
        (found_plan.whole["tco"], names)
        for names, found_plan in every_plan(catalog)
        if found_plan.whole["facility_power"] <= 16e6 and all(check.ok for check in found_plan.checks)
    ]
    assert front.feasible == len(feasible)
    value, names = min(feasible)
    assert front.best["tco"][0] == pytest.approx(value, rel=1e-12)
    row = front.frame().iloc[0]
    assert (row["cooling"], row["facility_mode"], row["site"]) == names


def test_a_largest_figure_is_found_too(catalog):
    front = best(catalog, maximize=["npv_saving"], checks=False)
    assert front.best["npv_saving"][0] == pytest.approx(
        max(p.whole["npv_saving"] for _, p in every_plan(catalog)), rel=1e-12
    )


def test_the_front_holds_what_nothing_beats(catalog):
    found = best(catalog, minimize=["capex", "opex_per_year"])
    front = np.array([found.best["capex"], found.best["opex_per_year"]])
    everything = np.array(
        [[p.whole["capex"], p.whole["opex_per_year"]] for _, p in every_plan(catalog) if all(c.ok for c in p.checks)]
    )
    assert front.shape[1] > 1
    for point in everything:
        beaten = np.all(front <= point[:, None] * (1 + 1e-12), axis=0).any()
        assert beaten
    for point in front.T:
        assert not (np.all(everything <= point * (1 - 1e-12), axis=1)).any()


@pytest.mark.parametrize("objectives", [1, 2, 3])
def test_not_beaten_agrees_with_the_definition(objectives):
    scores = np.random.default_rng(objectives).integers(0, 12, (objectives, 300)).astype(float)
    kept = frontier.not_beaten(scores)
    points = {tuple(scores[:, i]) for i in range(300)}
    front = {p for p in points if not any(q != p and all(a <= b for a, b in zip(q, p, strict=True)) for q in points)}
    assert {tuple(scores[:, i]) for i in kept} == front
    assert len(kept) == len(front)


def test_what_a_constraint_costs_is_the_best_without_it(catalog):
    free = best(catalog, minimize=["tco"])
    limit = 0.9 * free.best["tco"][0]
    bound = best(catalog, minimize=["capex"])
    assert bound.costs == {}
    front = best(catalog, minimize=["capex"], so_that=["opex_per_year <= 45 MUSD/year"])
    ((with_it, without),) = [row["capex"] for text, row in front.costs.items() if text.startswith("opex")]
    assert without == bound.best["capex"][0] < with_it == front.best["capex"][0]
    assert limit < free.best["tco"][0]


def test_nothing_feasible_is_a_result_with_the_nearest(catalog):
    front = best(catalog, minimize=["tco"], so_that=["facility_power <= 1 MW", "pue <= 2"])
    assert front.feasible == 0 and len(front.best["tco"]) == 0
    assert front.missed == ("facility_power <= 1 MW",)
    least = min(p.whole["facility_power"] for _, p in every_plan(catalog))
    assert front.nearest["facility_power"][0] == pytest.approx(least)
    assert "The nearest misses 'facility_power <= 1 MW'" in optimize.text(front)


def test_a_check_that_fails_is_a_constraint_with_a_price(catalog):
    base = asked("own-8000-h100", budget="510 MUSD")
    best = optimize.optimize(base, {"facility_mode": "build,colocation"}, minimize=["opex_per_year"], catalog=catalog)
    assert best.frame()["facility_mode"].tolist() == ["colocation"]
    assert "check budget" in best.costs
    free = optimize.optimize(
        base, {"facility_mode": "build,colocation"}, minimize=["opex_per_year"], catalog=catalog, checks=False
    )
    assert free.frame()["facility_mode"].tolist() == ["build"]


def test_a_continuous_quantity_goes_to_where_the_constraint_binds(catalog):
    """Utilization lowers the cost of a useful hour and raises energy: the energy limit sets it."""
    front = best(
        catalog,
        {"utilization": "10 %:95 %", "cooling": "air,direct-to-chip"},
        minimize=["cost_per_useful_accelerator_hour"],
        so_that=["energy_per_year <= 8 MW"],
    )
    assert front.best["energy_per_year"][0] == pytest.approx(8e6, rel=1e-3)
    assert front.best["energy_per_year"][0] <= 8e6
    ((with_it, without),) = [row["cost_per_useful_accelerator_hour"] for row in front.costs.values()]
    assert without < with_it


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"minimize": ["tcoo"]}, "Did you mean 'tco'"),
        ({}, "nothing to optimise"),
        ({"minimize": ["tco"], "so_that": ["tco = 1 MUSD"]}, "planner solve"),
        ({"minimize": ["tco"], "so_that": ["tco ! 1"]}, "is no condition"),
    ],
)
def test_bad_problems_are_refused(catalog, given, says):
    with pytest.raises(InputError, match=says):
        best(catalog, **given)


def test_the_command_prints_best_and_costs(run):
    given = [
        "optimize",
        "own-8000-h100",
        "--choose",
        "cooling=air,direct-to-chip",
        "--choose",
        "facility_mode=build,colocation",
    ]
    given += ["--minimize", "capex", "--so-that", "opex_per_year <= 50 MUSD/year", "--watch", "racks"]
    out = run(*given).out
    assert "4 scenarios tried for smallest capex" in out and "What each constraint costs" in out
    answer = run(*given, "--json").json
    assert answer["feasible"] >= 1 and answer["best"][0]["facility_mode"] == "build"
    run(*given, "--so-that", "tco <= 1 MUSD", status=1)
