"""The decision in words: own or rent on the term compared with, on the cheapest firm term, on spot."""

import pytest

from planner import units
from planner.money import options_to_own
from planner.reports import decision
from tests.conftest import planned


def test_other_terms_are_named_where_they_turn_the_decision():
    the_plan = planned("llama-3.1-405b", bands=True)
    own, _, firm, spot, _ = decision.own_or_rent(the_plan)
    assert own.startswith("Own: over 3 years owning costs") and "less than renting at aws-p5 on-demand" in own
    assert "reserved-3y, the cheapest firm term" in firm and "less than renting" in firm
    assert "spot price" in spot and "more than renting" in spot


def test_the_saving_against_another_term_is_that_of_a_plan_on_this_term():
    *_, spot, _ = decision.own_or_rent(planned("llama-3.1-405b", bands=True))
    on_spot = planned("llama-3.1-405b", cloud_term="spot", bands=True)
    assert units.text(abs(on_spot.whole["npv_saving"]), "MUSD") in spot
    assert decision.own_or_rent(on_spot)[0].startswith("Rent: over 3 years owning costs")


def test_the_cost_of_a_way_is_its_present_value_over_the_period():
    the_plan = planned("own-8000-h100", bands=True)
    cost = {way.name: way.cost for way in options_to_own.compared(the_plan)}
    assert cost["rent, on-demand"] - cost["own, colocation"] == pytest.approx(the_plan.whole["npv_saving"])


def test_without_an_offer_only_the_outlay_is_said():
    (words,) = decision.own_or_rent(planned("facility-30mw", bands=True))
    assert "no offer was chosen" in words


def test_an_offer_of_another_accelerator_is_a_condition():
    the_plan = planned("llama-3.1-405b", {"cloud": "ovhcloud-h100"}, bands=True)
    (check,) = (check for check in the_plan.checks if check.name == "cloud")
    assert check.ok and "ovhcloud-h100 rents h100-pcie" in check.message
    assert not [check for check in planned("llama-3.1-405b", bands=True).checks if check.name in ("cloud", "system")]


def test_a_system_sold_with_another_accelerator_fails():
    choose = {"accelerator": "l4"}
    (check,) = (check for check in planned("own-8000-h100", choose, bands=True).checks if check.name == "system")
    assert not check.ok and "dgx-h100 is sold with h100-sxm" in check.message
    own = planned("own-8000-h100", choose, system_price="30 kUSD/system", system_power="1 kW/system", bands=True)
    assert not [check for check in own.checks if check.name == "system"]


def test_what_is_only_rented_cannot_be_ordered():
    the_plan = planned("own-8000-h100", {"system": "tpu-v5p-pod", "accelerator": "tpu-v5p"}, bands=True)
    (check,) = (check for check in the_plan.checks if check.name == "parts_available")
    assert not check.ok and "rented by its maker and not sold" in check.message


def test_the_price_compared_with_is_named():
    own, *rest = decision.own_or_rent(planned("own-8000-h100", bands=True))
    assert "renting at the scenario's 3.5 USD/accelerator/h" in own
    assert any("If rents fall as they have fallen" in words for words in rest)
    assert "The years count from the day of service" in rest[-1]
