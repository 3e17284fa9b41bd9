"""Where a model may stand within a latency budget."""

import pytest

from planner.scenario import scenario, scenario_file
from tests.conftest import CATALOG


def test_places_are_ordered_from_the_device_to_the_region_with_reasons():
    from planner.studies import edge_places

    base = scenario_file.load("edge-retail", CATALOG)
    sites = edge_places.sites(base, CATALOG)
    order = ["in the device", "on site", "metro edge", "region"]
    assert [order.index(site.place) for site in sites.sites] == sorted(order.index(s.place) for s in sites.sites)
    allowed = {(site.place, site.platform) for site in sites.sites if not site.reasons}
    assert ("on site", "Edge server with one L4") in allowed
    tight = edge_places.sites(scenario.changed(base, {}, {"latency_budget": "1 ms"}), CATALOG)
    assert not [site for site in tight.sites if not site.reasons]


def test_a_model_too_large_for_a_box_is_said_so():
    from planner.studies import edge_places

    sites = edge_places.sites(scenario_file.load("regulated-on-prem", CATALOG), CATALOG)
    box = next(site for site in sites.sites if site.platform == "Edge server with one L4")
    assert "the model does not fit in memory" in box.reasons


def test_places_need_a_budget():
    from planner.errors import InputError
    from planner.studies import edge_places

    with pytest.raises(InputError, match="latency_budget"):
        edge_places.sites(scenario_file.load("enterprise-8-gpu", CATALOG), CATALOG)
