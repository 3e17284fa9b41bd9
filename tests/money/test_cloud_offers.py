"""Offers of the catalog: ranked for a plan, filtered by what it asks for, each for its own accelerator."""

import pytest

from planner.money import cloud_offers
from planner.plan import planning
from planner.scenario import scenario, scenario_file
from tests.conftest import CATALOG, planned

HOUR = 3600


def test_offers_are_ranked_by_cost_and_say_their_age_and_band():
    offers = cloud_offers.ranked(planned(), CATALOG)
    assert len(offers) > 20
    costs = [offer.cost for offer in offers]
    assert costs == sorted(costs)
    assert {offer.entry.references["accelerator"] for offer in offers} == {"h100-sxm"}
    for offer in offers:
        price = offer.price * HOUR
        band = "below band" if price < 2 else "above band" if price > 5 else "in band"
        assert band in offer.flags
        assert ("older than a year" in offer.flags) == (offer.age is not None and offer.age > 365)


def test_an_offer_costs_what_a_plan_that_chooses_it_costs():
    given = scenario_file.load("own-8000-h100", CATALOG)
    given.range.pop("cloud_price")
    offers = {(o.entry.key, o.term): o for o in cloud_offers.ranked(planned(), CATALOG)}
    chosen = planning.plan(scenario.changed(given, {"cloud": "nebius-h100"}, {}), CATALOG, bands=False)
    assert offers["nebius-h100", "on-demand"].cost == pytest.approx(chosen.whole["cloud_tco"], rel=1e-12)
    assert offers["nebius-h100", "on-demand"].npv_saving == pytest.approx(chosen.whole["npv_saving"], rel=1e-12)


def test_all_offers_of_the_catalog_can_be_ranked(run):
    everything = run("offers", "own-8000-h100", "--any", "--json").json["offers"]
    assert len({row["accelerator"] for row in everything}) > 5
    assert {row["tier"] for row in everything} >= {"hyperscaler", "specialist"}


def test_a_scenario_whose_accelerator_nobody_rents_says_so(run):
    run("offers", "facility-30mw", "--choose", "system=vr-nvl72", "--csv")
    run("offers", "edge-retail")


def test_offers_outside_the_jurisdiction_are_ranked_last_with_the_reason():
    offers = cloud_offers.ranked(planned("regulated-hybrid"), CATALOG)
    allowed = [not offer.excluded for offer in offers]
    assert any(allowed) and not all(allowed)
    assert allowed == sorted(allowed, reverse=True)
    assert all("European Union" in offer.excluded for offer in offers if offer.excluded)


def test_pools_are_ranked_each_for_its_own_accelerator(run):
    rows = run("offers", "enterprise-refresh", "--json").json["offers"]
    pools = {row["pool"] for row in rows}
    assert len(pools) > 1
    for pool in pools:
        members = [row for row in rows if row["pool"] == pool]
        assert [row["rank"] for row in members] == list(range(1, len(members) + 1))
        assert len({row["accelerator"] for row in members}) == 1
