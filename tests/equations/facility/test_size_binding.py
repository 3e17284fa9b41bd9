"""Which limit binds first, and which next, as each is tightened."""

import pytest

from tests.conftest import planned

TIGHT = [
    ("own-8000-h100", {"site_power_limit": "10 MW"}, "site power"),
    ("own-8000-h100", {"it_power_limit": "5 MW"}, "IT power"),
    ("own-8000-h100", {"site_rack_limit": "5 kW/rack"}, "rack density"),
    ("facility-30mw", {"hall_air_limit": "5 kW/rack"}, "cooling"),
    ("own-8000-h100", {"accelerator_supply": "100 accelerator"}, "accelerator supply"),
    ("own-8000-h100", {"budget": "10 MUSD"}, "budget"),
    ("own-8000-h100", {"fabric_switch_ports": "8 port/switch"}, "fabric ports"),
    ("facility-30mw", {"service_deadline": "10 month", "site_grid_wait": "90 month"}, "grid date"),
    ("facility-30mw", {"service_deadline": "10 month", "site_grid_wait": "1 month"}, "building date"),
    ("own-8000-h100", {"service_deadline": "2 month", "supply": "shortage"}, "hardware lead time"),
    ("llama-3.1-405b", {"storage_write_bandwidth": "0.0001 GB/s/accelerator"}, "storage bandwidth"),
    ("own-8000-h100", {"rack_positions": "10 rack"}, "floor space"),
    ("own-8000-h100", {"floor_load": "10 kg/m**2"}, "floor load"),
]


@pytest.mark.parametrize(("name", "changes", "limit"), TIGHT, ids=[limit for _, _, limit in TIGHT])
def test_the_tightest_limit_binds_first(name, changes, limit):
    before = dict(planned(name).binding)
    the_plan = planned(name, **changes)
    assert the_plan.binding_constraint == limit
    assert the_plan.binding[0][1] > 1
    # The next one is another, and in use no more than the first.
    assert the_plan.binding[1][0] != limit and the_plan.binding[1][1] <= the_plan.binding[0][1]
    assert before.get(limit, 0) < the_plan.binding[0][1]


def test_loosening_the_binding_limit_names_the_next():
    tight = planned("facility-30mw")
    assert tight.binding_constraint == "site power"
    loose = planned("facility-30mw", accelerators="13608 accelerator", site_power_limit="60 MW")
    assert loose.binding_constraint == tight.binding[1][0]
    assert loose.binding[0][1] == tight.binding[1][1]


def test_hall_and_cooling_are_two_limits():
    hall = planned("facility-30mw", site_rack_limit="120 kW/rack")
    assert [name for name, _ in hall.binding[:1]] == ["rack density"] and dict(hall.binding)["cooling"] < 1
    air = planned("facility-30mw", choose={"cooling": "air"})
    assert air.binding_constraint == "cooling" and dict(air.binding)["rack density"] < 1
