"""The decision in words: own or rent on the term compared with, on the cheapest firm term, on spot."""

import pytest

from planner import decision, plan, scenario, units, ways
from planner.catalog import Catalog


@pytest.fixture(scope="module")
def catalog():
    return Catalog()


def planned(name, catalog, choose=None, **settings):
    return plan.plan(scenario.changed(scenario.load(name), choose or {}, settings), catalog)


def test_other_terms_are_named_where_they_turn_the_decision(catalog):
    found = planned("own-8000-h100", catalog)
    own, firm, spot = decision.own_or_rent(found)
    assert own.startswith("Own: over 3 years owning costs") and "less than renting at aws-p5 on-demand" in own
    assert "reserved-3y, the cheapest firm term" in firm and "less than renting" in firm
    assert "spot price" in spot and "more than renting" in spot


def test_the_saving_against_another_term_is_that_of_a_plan_on_this_term(catalog):
    *_, spot = decision.own_or_rent(planned("llama-3.1-405b", catalog))
    on_spot = planned("llama-3.1-405b", catalog, cloud_term="spot")
    assert units.text(abs(on_spot.values["npv_saving"]), "MUSD") in spot
    assert decision.own_or_rent(on_spot)[0].startswith("Rent: over 3 years owning costs")


def test_the_cost_of_a_way_is_its_present_value_over_the_period(catalog):
    found = planned("own-8000-h100", catalog)
    cost = {way.name: way.cost for way in ways.compared(found)}
    assert cost["rent, on-demand"] - cost["own, colocation"] == pytest.approx(found.values["npv_saving"])


def test_without_an_offer_only_the_outlay_is_said(catalog):
    (words,) = decision.own_or_rent(planned("facility-30mw", catalog))
    assert "no offer was chosen" in words


def test_an_offer_of_another_accelerator_is_a_condition(catalog):
    found = planned("own-8000-h100", catalog, {"cloud": "ovhcloud-h100"})
    (check,) = (check for check in found.checks if check.name == "offer")
    assert check.ok and "ovhcloud-h100 rents h100-pcie, and the plan has h100-sxm" in check.message
    assert not [check for check in planned("own-8000-h100", catalog).checks if check.name == "offer"]
