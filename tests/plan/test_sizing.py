"""Sizes from targets: what a site, a budget or a rack leaves."""

from dataclasses import replace

import pytest

from planner.plan import planning, sizing
from planner.scenario import scenario_file
from tests.conftest import CATALOG, planned


def sized_by(**changes):
    """The shipped 30 MW facility, sized by something else than its connection."""
    base = scenario_file.load("facility-30mw", CATALOG)
    kept = {name: text for name, text in base.set.items() if name != "site_power_limit"}
    return planning.plan(replace(base, set={**kept, **changes}), CATALOG, bands=False)


@pytest.mark.parametrize(
    ("setting", "pue", "racks", "accelerators"),
    [
        ({"site_power_limit": "30 MW"}, "1.1", 206, 14832),
        ({"site_power_limit": "30 MW"}, "1.2", 189, 13608),
        ({"site_power_limit": "30 MW"}, "1.3", 174, 12528),
        ({"site_power_limit": "6 GW"}, "1", 45454, 3272688),
        ({"site_power_limit": "6 GW"}, "1.2", 37878, 2727216),
    ],
)
def test_megawatts_to_accelerators(setting, pue, racks, accelerators):
    """Section F of the ledger's arithmetic."""
    the_plan = planned("facility-30mw", pue=pue, **setting)
    assert the_plan.results["racks"].value == racks
    assert the_plan.whole[sizing.SIZE] == accelerators


@pytest.mark.parametrize(("power", "racks"), [("132 kW/system", 227), ("100 kW/system", 300), ("30 kW/system", 1000)])
def test_30_mw_of_it_power_in_whole_racks(power, racks):
    """30 MW of IT power: 227 racks at 132 kW, 300 at 100, 1,000 at 30."""
    the_plan = sized_by(it_power_limit="30 MW", system_power=power, systems_per_rack="1 system/rack")
    assert the_plan.results["racks"].value == racks


def test_rack_positions_size_the_cluster():
    the_plan = sized_by(rack_positions="100 rack")
    assert the_plan.results["hall_racks"].value <= 100
    assert the_plan.binding_constraint == "floor space"
