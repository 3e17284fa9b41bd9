"""The ways of having the capacity side by side, and what systems are worth by age."""

import numpy as np
import pytest

from planner.money import currency, options_to_own, worth_by_age
from planner.plan import planning
from planner.scenario import scenario, scenario_file
from tests.conftest import CATALOG, planned


@pytest.fixture(scope="module")
def side_by_side():
    return {way.name: way for way in options_to_own.compared(planned())}


@pytest.mark.parametrize("mode", ["build", "colocation", "retrofit"])
def test_each_way_of_owning_costs_what_a_plan_of_it_costs(side_by_side, mode):
    for year in (1, 3, 5):
        values = planned(facility_mode=mode, analysis_period=f"{year} year").whole
        assert side_by_side[f"own, {mode}"].worth[year - 1] == pytest.approx(float(values["npv_own"]), rel=1e-12)
    values = planned(facility_mode=mode).whole
    assert side_by_side[f"own, {mode}"].outlay == pytest.approx(float(values["capex"]))
    hour = float(values["cost_per_useful_accelerator_hour"])
    assert side_by_side[f"own, {mode}"].useful_hour == pytest.approx(hour, rel=1e-12)


def test_each_term_of_renting_costs_what_a_plan_of_it_costs(side_by_side):
    given = scenario_file.load("own-8000-h100", CATALOG)
    given.range.pop("cloud_price")
    for term in ("reserved-3y", "block", "spot"):
        values = planning.plan(scenario.changed(given, {}, {"cloud_term": term}), CATALOG, bands=False).whole
        assert side_by_side[f"rent, {term}"].worth[2] == pytest.approx(float(values["npv_cloud"]), rel=1e-12)
    # The scenario sets a price of its own for the term it names.
    own_price = float(planned().whole["npv_cloud"])
    assert side_by_side["rent, on-demand"].worth[2] == pytest.approx(own_price, rel=1e-12)


def test_a_three_year_term_costs_three_years_even_for_one(side_by_side):
    worth = -side_by_side["rent, reserved-3y"].worth
    assert worth[0] > 0.9 * worth[2]


def test_the_mix_is_never_dearer_than_owning_the_peak(side_by_side):
    assert np.all(side_by_side["cheapest mix"].worth >= side_by_side["own, colocation"].worth * (1 + 1e-9))


def test_pools_are_compared_each_for_itself():
    compared = options_to_own.compared(planned("enterprise-refresh"))
    assert len({way.pool for way in compared}) > 1
    assert "pool" in options_to_own.table(compared, currency.Currency()).columns


def test_what_has_no_price_is_left_out():
    assert {way.name for way in options_to_own.compared(planned("facility-30mw"))} == {
        "own, build",
        "own, colocation",
        "own, retrofit",
    }


def test_worth_by_age_starts_at_the_price_and_falls():
    table = worth_by_age.table(planned())
    curves = np.array([list(row[1:6]) for row in table.rows], dtype=float)
    assert curves[0].tolist() == [100, 100, 0, 100, 100]
    assert np.all(np.diff(curves, axis=0) <= 1e-12)
    # 0.14 orders of magnitude a year.
    assert curves[1][0] == pytest.approx(100 * 10**-0.14, rel=1e-6)


def test_a_longer_life_makes_the_useful_hour_cheaper():
    hours = [row[-1] for row in worth_by_age.table(planned()).rows[1:]]
    assert hours == sorted(hours, reverse=True)


@pytest.mark.parametrize("flag", ["--ways", "--values", "--shares"])
def test_the_tables_beside_the_ledger_are_printed_and_written(run, tmp_path, flag):
    assert "8,000 H100" in run("ledger", "own-8000-h100", flag).out
    assert len(run("ledger", "own-8000-h100", flag, "--json").json["rows"]) > 3
    run("ledger", "own-8000-h100", flag, "-o", str(tmp_path / "table.csv"))
    assert (tmp_path / "table.csv").read_text().count("\n") > 3
