"""The shipped scenarios reproduce the figures they were made for."""

import json

import pytest

from planner.plan import plan, sizing
from planner.scenario import scenario_file
from tests.conftest import planned


def in_unit(found: plan.Plan, name: str) -> float:
    return plan.to_json(found)["results"][name]["value"]


@pytest.mark.parametrize("name", sorted(scenario_file.shipped_names()))
def test_every_shipped_scenario_is_planned_with_its_headline_figures(name):
    the_plan = planned(name, bands=True)
    text = json.dumps(plan.to_json(the_plan), allow_nan=False)
    assert json.loads(text)["results"]["accelerators"]["value"] >= 1
    for needed in ("racks", "facility_power", "capex", "opex_per_year", "cost_per_useful_accelerator_hour"):
        assert needed in the_plan.results or needed in the_plan.whole.facts, f"{needed}: {the_plan.missing.get(needed)}"
    assert the_plan.binding


def test_8000_h100_over_three_years():
    """Section F of the ledger's arithmetic: 210.2 M accelerator-hours; 420 to 1,051 M USD at 2 to 5 USD an hour."""
    the_plan = planned("own-8000-h100")
    assert the_plan.results["accelerator_hours"].value / 3600 == pytest.approx(210.24e6)
    cheap = planned("own-8000-h100", cloud_price="2 USD/accelerator/h")
    dear = planned("own-8000-h100", cloud_price="5 USD/accelerator/h")
    assert cheap.results["cloud_cost"].value == pytest.approx(420.48e6)
    assert dear.results["cloud_cost"].value == pytest.approx(1051.2e6)


def test_30_mw_of_132_kw_racks():
    """30 MW / 1.2 / 132 kW = 189.4: 189 whole racks of 72."""
    the_plan = planned("facility-30mw")
    assert the_plan.whole.given[sizing.SIZE] == 13608
    assert the_plan.results["racks"].value == 189
    assert the_plan.results["facility_power"].value == pytest.approx(189 * 132e3 * 1.2)
    assert the_plan.binding_constraint == "site power"


def test_132_kw_rack_in_a_120_kw_hall_is_rejected_by_12_kw():
    the_plan = planned("facility-30mw", site_rack_limit="120 kW/rack")
    assert the_plan.results["rack_power_margin"].value == pytest.approx(-12e3)
    check = {c.name: c for c in the_plan.checks}["rack_power"]
    assert not check.ok and "132 kW" in check.message and "120 kW" in check.message
    assert the_plan.binding_constraint == "rack density"


def test_one_server_serves_an_enterprise():
    the_plan = planned("enterprise-8-gpu")
    assert the_plan.results["systems"].value == 1
    assert the_plan.results["nodes"].value == 1
    assert the_plan.results["racks"].value == 1
