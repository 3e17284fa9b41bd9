"""Renting: terms, lines beside the rent, price paths, hosted tokens."""

import pytest

from planner.equations.finance import cloud
from planner.model import wiring
from planner.plan import planning
from planner.scenario import scenario, scenario_file
from tests.conftest import CATALOG, planned

HOUR = 3600


def test_spot_pays_again_for_what_interruptions_lose():
    """Two interruptions a day that lose 1.2 h each take a tenth of the time."""
    price = cloud.cloud_price__spot(0.9 / HOUR, 2 / 86400, 1.2 * HOUR)
    assert price * HOUR == pytest.approx(1.0)


def test_reserved_against_on_demand():
    """1.90 for 3.50 pays from a use of 54 % on."""
    assert cloud.reserved_break_even_utilization(1.90, 3.50) == pytest.approx(0.54, rel=0.01)


def test_a_commitment_is_paid_used_or_not():
    assert cloud.cloud_cost_per_year(10, 0.5, 2, 0, 1) == 10
    assert cloud.cloud_cost_per_year(10, 0.5, 2, 15, 1) == 15


def test_a_term_by_use_bills_the_hours_of_use_and_a_reservation_all():
    """8 accelerators at 30 % for a year of 8,760 h and 2 USD/h: 42,048 USD by use, 140,160 reserved; 100 % if said."""
    changes = {"accelerators": "8 accelerator", "utilization": "30 %", "analysis_period": "1 year"}
    changes |= {"cloud_price": "2 USD/accelerator/h"}
    for term in ("on-demand", "instance", "spot"):
        bill = planned("enterprise-8-gpu", cloud_term=term, **changes).whole["cloud_cost"]
        assert bill == pytest.approx(42_048)
        bill = planned("enterprise-8-gpu", cloud_term=term, cloud_billed_share="100 %", **changes).whole["cloud_cost"]
        assert bill == pytest.approx(140_160)
    for term in ("reserved-1y", "reserved-3y", "block"):
        assert planned("enterprise-8-gpu", cloud_term=term, **changes).whole["cloud_cost"] == pytest.approx(140_160)


@pytest.mark.parametrize("term", ["on-demand", "reserved-3y", "block", "spot"])
def test_every_term_takes_its_own_price_of_the_offer(term):
    given = scenario_file.load("own-8000-h100", CATALOG)
    given.range.pop("cloud_price")
    plan_values = planning.plan(scenario.changed(given, {}, {"cloud_term": term}), CATALOG, bands=False).whole
    listed = {"on-demand": 6.88, "reserved-3y": 2.9722, "block": 3.9325, "spot": 1.4068}[term]
    assert plan_values["cloud_price"] * HOUR == pytest.approx(listed, rel=0.05 if term == "spot" else 1e-9)


def test_static_and_declining_prices_are_both_given():
    """At −27.6 % a year three years of rent cost 0.79 of the static price, month by month at the new price."""
    values = planned().whole
    factor = (1 - 0.2755640) ** (1 / 12)
    expected = sum(factor**month for month in range(1, 37)) / 36
    decline = values["cloud_price_decline"]
    assert decline == pytest.approx(0.276, abs=1e-3)
    assert values["cloud_cost_declining"] / values["cloud_cost"] == pytest.approx(expected, rel=2e-3)
    assert values["npv_saving_declining"] < values["npv_saving_static"]
    assert values["npv_saving"] == values["npv_saving_static"]
    assert planned(cloud_price_path="declining").whole["npv_saving"] == pytest.approx(values["npv_saving_declining"])


def test_a_term_longer_than_the_period_is_paid_to_its_end():
    """Two years of a three-year term: the third year is owed."""
    values = planned(cloud_term="reserved-3y", analysis_period="2 year").whole
    assert values["cloud_unused_commitment"] == pytest.approx(values["cloud_cost_per_year"] * 365 * 24 * HOUR)
    assert planned(cloud_term="reserved-3y", analysis_period="3 year").whole["cloud_unused_commitment"] == 0
    assert planned(analysis_period="2 year").whole["cloud_unused_commitment"] == 0


def test_services_beside_the_rent_add_up():
    values = planned(egress_traffic="100 TB/month").whole
    names = ("support", "storage", "egress", "debugging", "hosts")
    services = sum(values[f"cloud_{name}_per_year"] for name in names)
    assert values["cloud_services_per_year"] == pytest.approx(services)
    assert values["cloud_bill_per_year"] == pytest.approx(values["cloud_cost_per_year"] + services)
    # 100 TB a month at 0.085 USD/GB.
    assert values["cloud_egress_per_year"] * 730 * HOUR == pytest.approx(8500)


def test_tokens_of_a_hosted_model():
    """50,000 calls a day of 500 and 300 tokens at 0.03 and 0.06 USD a thousand: 1,650 USD a day."""
    given = {
        "hosted_users": 5000.0,
        "hosted_requests_per_user": 10 / 86400,
        "hosted_input_tokens": 500.0,
        "hosted_output_tokens": 300.0,
        "hosted_input_price": 0.03e-3,
        "hosted_output_price": 0.06e-3,
    }
    computed = wiring.evaluate(["hosted_cost_per_year", "hosted_requests"], given)
    assert computed["hosted_requests"] * 86400 == pytest.approx(50_000)
    assert computed["hosted_cost_per_year"] * 86400 == pytest.approx(1650)


# Offers


def test_a_rented_useful_hour_bears_the_same_losses_as_an_owned_one():
    values = planned("llama-3.1-405b").whole
    share = values["rented_cost_per_useful_accelerator_hour"] * values["useful_share"]
    hours = values["accelerators"] * values["accounting_hours_share"]
    assert share * hours == pytest.approx(values["rented_cost_per_year"])
    lost = values["rented_cost_with_goodput_loss_per_year"] - values["rented_cost_per_year"]
    assert lost == pytest.approx((1 - values["goodput"]) * values["cloud_cost_per_year"])
