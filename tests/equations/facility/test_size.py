"""Racks by power, space and weight; what does not fit is refused, capped or spread; megawatts and accelerators."""

import pytest

from planner import units
from tests.conftest import planned, value

DGX = {
    "system_power": "10.2 kW/system",
    "system_rack_units": "8 rack_unit/system",
    "system_weight": "130 kg/system",
    "system_accelerators": "8 accelerator/system",
    "cooling_rack_limit": "50 kW/rack",
    "site_rack_limit": "45 kW/rack",
}
NVL72 = {
    "system_power": "132 kW/system",
    "system_rack_units": "48 rack_unit/system",
    "system_weight": "1360 kg/system",
    "system_accelerators": "72 accelerator/system",
    "cooling_rack_limit": "150 kW/rack",
    "site_rack_limit": "120 kW/rack",
}


def test_packing_by_power_and_by_space():
    """45 / 10.2 = 4.4; 48 / 8 = 6; at 20 units 2."""
    assert value("systems_per_rack", "system/rack", **DGX) == 4
    assert value("systems_per_rack", "system/rack", **{**DGX, "rack_space": "20 rack_unit/rack"}) == 2


def test_packing_by_weight_where_it_is_asked_for():
    light = {**DGX, "floor_load": "100 kg/m**2", "rack_area": "3 m**2/rack"}
    assert value("systems_per_rack", "system/rack", {"rack_packing": "power-space-and-weight"}, **light) == 2
    assert value("systems_per_rack", "system/rack", **light) == 4
    assert value("rack_weight_margin", "kg/rack", **light) == 300 - 4 * 130


def test_a_132_kw_rack_is_refused_by_12_kw_in_a_120_kw_hall():
    assert value("rack_power_margin", "kW/rack", **NVL72) == pytest.approx(-12)
    assert value("systems_per_rack", "system/rack", **NVL72) == 1


def test_a_rack_above_the_limit_is_capped_where_that_is_allowed():
    derated = {"rack_limit_rule": "derate"}
    assert value("system_derating", "1", derated, **NVL72) == pytest.approx(120 / 132)
    assert value("rack_power_margin", "kW/rack", derated, **NVL72) == pytest.approx(0)
    assert value("compute_power", "kW", derated, accelerators="720 accelerator", **NVL72) == pytest.approx(1200)


def test_a_rack_above_the_limit_is_spread_where_that_is_allowed():
    """132 kW over positions of 50 kW: three each."""
    split = {"rack_limit_rule": "split"}
    texts = {**NVL72, "site_rack_limit": "50 kW/rack"}
    assert value("racks", "rack", split, accelerators="720 accelerator", **texts) == 30
    assert value("rack_power", "kW/rack", split, **texts) == pytest.approx(44)
    assert value("racks", "rack", split, accelerators="720 accelerator", **NVL72) == 20


def test_systems_of_several_racks_take_what_their_maker_says():
    pod = {**NVL72, "system_racks": "16 rack/system", "system_power": "559 kW/system"}
    assert value("systems_per_rack", "system/rack", **pod) == 1 / 16
    assert value("rack_power", "kW/rack", **pod) == pytest.approx(559 / 16)
    assert value("racks", "rack", accelerators="720 accelerator", **pod) == 160


@pytest.mark.parametrize(
    ("hall", "limit"), [("legacy", 12.5), ("common", 20), ("retrofitted", 40), ("ai-ready", 120), ("high-density", 150)]
)
def test_halls_have_their_own_limits(hall, limit):
    assert value("site_rack_limit", "kW/rack", {"hall": hall}) == limit


def test_a_legacy_hall_refuses_a_rack_of_30_kw():
    the_plan = planned("own-8000-h100", hall="legacy", system_power="30 kW/system")
    assert the_plan.results["rack_power_margin"].value == pytest.approx(-17.5e3)
    assert not {c.name: c for c in the_plan.checks}["rack_power"].ok


def test_power_that_whole_systems_leave_unused():
    """Four servers of 10.2 kW in a position of 45 kW leave 4.2 kW; 10 racks leave 42."""
    assert value("stranded_rack_power", "kW", racks="10 rack", **DGX) == pytest.approx(42)


@pytest.mark.parametrize(("accelerators", "tier"), [(256, 1), (257, 2), (2048, 2), (2049, 3), (16384, 3), (16385, 4)])
def test_size_classes_change_above_their_edges(accelerators, tier):
    assert value("cluster_tier", accelerators=f"{accelerators} accelerator") == tier


def test_accelerators_to_megawatts():
    """132 kW / 72 = 1.833 kW of IT power for an accelerator; the edges of the size classes in megawatts and racks."""
    for accelerators, megawatts, racks in ((256, 0.47, 3.6), (2048, 3.75, 28.4), (16384, 30.04, 227.6)):
        share = accelerators / 72
        assert share == pytest.approx(racks, abs=0.06)
        per_accelerator = value("compute_power", "kW", systems="1 system", system_power="132 kW/system") / 72
        assert accelerators * per_accelerator / 1000 == pytest.approx(megawatts, abs=0.006)


def test_a_year_of_a_132_kw_rack_is_1156_mwh():
    assert units.convert(132e3, "MWh/year") == pytest.approx(1156, abs=0.5)


def test_floor_and_density():
    assert value("floor_area", "m**2", racks="100 rack") == 300
    assert value("power_density", "kW/m**2", it_power="13.2 MW", floor_area="300 m**2") == pytest.approx(44)


def test_supply_is_a_limit():
    the_plan = planned("own-8000-h100", accelerator_supply="5000 accelerator")
    check = {c.name: c for c in the_plan.checks}["accelerator_supply"]
    assert not check.ok
    assert the_plan.binding[0] == ("accelerator supply", 1.6)
