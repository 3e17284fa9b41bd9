"""Heat and water by hand: split, flow, units, free cooling by climate, partial PUE."""

import numpy as np
import pytest

from planner.model import wiring
from tests.conftest import defaults, first_choices, given, planned, value

RACK = {"rack_power": "132 kW/rack", "cooling_liquid_share": "0.871", "cooling_rack_limit": "150 kW/rack"}
VIRGINIA = {"site_dry_bulb_mean": "12.9 degC", "site_dry_bulb_design": "34 degC"}


def test_17_of_132_kw_stay_in_the_air():
    assert value("rack_air_heat", "kW/rack", **RACK) == pytest.approx(17.03, abs=0.01)
    assert value("rack_liquid_heat", "kW/rack", **RACK) == pytest.approx(114.97, abs=0.01)


def test_the_halls_air_is_checked_beside_liquid():
    assert value("air_heat_margin", "kW/rack", hall_air_limit="15 kW/rack", **RACK) == pytest.approx(-2.03, abs=0.01)
    the_plan = planned("facility-30mw", hall_air_limit="10 kW/rack")
    assert not {c.name: c for c in the_plan.checks}["air_heat"].ok
    assert the_plan.binding[0][0] == "cooling"


def test_air_alone_is_bound_by_its_own_limit():
    texts = {"rack_power": "30 kW/rack", "cooling_liquid_share": "0", "cooling_rack_limit": "40 kW/rack"}
    assert value("air_heat_margin", "kW/rack", **texts) == pytest.approx(10)
    assert value("coolant_units", liquid_heat="0 W") == 0


def test_air_is_refused_at_132_kw():
    the_plan = planned("facility-30mw", choose={"cooling": "air"})
    check = {c.name: c for c in the_plan.checks}["rack_power"]
    assert not check.ok and "40 kW" in check.message


def test_a_system_with_cold_plates_cannot_be_cooled_by_air_and_one_without_has_none():
    by_air = planned("facility-30mw", choose={"cooling": "rear-door"})
    check = {c.name: c for c in by_air.checks}["cooling_fit"]
    assert not check.ok and "cold plates" in check.message
    plates = planned("own-8000-h100", choose={"cooling": "direct-to-chip"})
    check = {c.name: c for c in plates.checks}["cooling_fit"]
    assert check.ok and "air-cooled" in check.message
    assert "cooling_fit" not in {c.name for c in planned("facility-30mw").checks}


def test_coolant_for_each_kilowatt():
    """60 / (4.18 · 10) = 1.435 L/min; 115 kW take 165."""
    assert value("rack_coolant_flow", "L/min/rack", rack_liquid_heat="1 kW/rack") == pytest.approx(1.435, abs=0.001)
    assert value("rack_coolant_flow", "L/min/rack", rack_liquid_heat="115 kW/rack") == pytest.approx(165, abs=0.2)
    half = value("rack_coolant_flow", "L/min/rack", rack_liquid_heat="115 kW/rack", coolant_rise="20 K")
    assert half == pytest.approx(165 / 2, abs=0.1)


@pytest.mark.parametrize(("redundancy", "units"), [("n", 12), ("n-plus-1", 15), ("n-plus-2", 18), ("2n", 24)])
def test_distribution_units_with_headroom_derating_and_the_redundancy_of_the_hall(redundancy, units):
    """10 MW · 1.2 / (1.35 MW · 0.8) = 11.1: 12, and a spare one for each four of them at N+1."""
    options = {"redundancy": redundancy}
    assert value("coolant_units", "1", options, liquid_heat="10 MW", redundancy_blocks="4") == units
    assert value("coolant_units", "1", options, liquid_heat="10 MW", spare_coolant_units="1") == 13


def test_free_cooling_by_climate():
    """Water of 25.5 °C from dry coolers at 10 K: below 15.5 °C outside. Stockholm has it, Singapore never."""
    virginia = value("liquid_free_share", **VIRGINIA)
    assert virginia == pytest.approx(0.63, abs=0.02)
    nordic = value("liquid_free_share", site_dry_bulb_mean="7.3 degC", site_dry_bulb_design="27 degC")
    assert 7000 <= 8760 * nordic <= 8760
    desert = value("liquid_free_share", site_dry_bulb_mean="26.5 degC", site_dry_bulb_design="45 degC")
    assert 8760 * desert <= 1000
    singapore = value("liquid_free_share", site_dry_bulb_mean="28 degC", site_dry_bulb_design="33.3 degC")
    assert singapore < 0.01
    assert value("liquid_free_share", coolant_supply_temperature="45 degC", **VIRGINIA) > 0.96


def test_half_of_the_hours_lie_below_the_mean():
    texts = {"facility_water_temperature": "22.9 degC", "dry_cooler_approach": "10 K"}
    assert value("liquid_free_share", **texts, **VIRGINIA) == pytest.approx(0.5)


def test_partial_pue_lies_between_liquid_and_air():
    texts = {"liquid_cooling_energy": "0.05", "air_cooling_energy": "0.25"}
    assert value("cooling_ppue", cooling_liquid_share="1", **texts) == pytest.approx(1.05)
    assert value("cooling_ppue", cooling_liquid_share="0", **texts) == pytest.approx(1.25)
    assert value("cooling_ppue", cooling_liquid_share="0.75", **texts) == pytest.approx(1.10)


def test_a_warm_site_needs_more_energy_to_cool():
    sites = ("sweden", "us-texas", "singapore")
    shares = [planned("facility-30mw", choose={"site": s}).results["cooling_energy_share"].value for s in sites]
    assert shares == sorted(shares) and shares[0] < shares[-1] / 2


@pytest.mark.parametrize(
    ("cooling", "share"), [("air", 0), ("rear-door", 1), ("direct-to-chip", 0.871), ("hybrid", 1), ("immersion", 1)]
)
def test_every_way_of_cooling_gives_its_split(cooling, share):
    the_plan = planned("own-8000-h100", choose={"cooling": cooling})
    liquid, air = (the_plan.results[name].value for name in ("liquid_heat", "air_heat"))
    assert liquid / (liquid + air) == pytest.approx(share)
    assert liquid + air == pytest.approx(the_plan.results["it_power"].value)


def test_water_on_and_off_site():
    """0.1 L/kWh of 10 MW over a year: 8,760 m³; 1.8 L/kWh of 12 MW: 189,216 m³."""
    assert value("water_per_year", "m**3/year", it_mean_power="10 MW", cooling_water="0.1 L/kWh") == pytest.approx(8760)
    off = value("offsite_water_per_year", "m**3/year", energy_per_year="12 MW", site_offsite_water="1.8 L/kWh")
    assert off == pytest.approx(12e3 * 8760 * 1.8 / 1000)


def test_many_climates_at_once():
    options = first_choices()
    facts = defaults()
    means = np.array([280.0, 290.0, 300.0])
    values = {**facts, **given(site_dry_bulb_design="45 degC"), "site_dry_bulb_mean": means}
    shares = wiring.evaluate(["liquid_free_share"], values, options)["liquid_free_share"]
    assert shares.shape == (3,) and np.all(np.diff(shares) < 0)
