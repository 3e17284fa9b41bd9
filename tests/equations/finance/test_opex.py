"""Running costs, by hand."""

import pytest

from planner.equations.finance import opex
from planner.plan import planning
from planner.scenario import scenario, scenario_file
from tests.conftest import CATALOG, planned

YEAR = 8760 * 3600


def test_rent_of_space_with_extras():
    """8 kW at 150 USD/kW a month and 700 USD of cross connects, bandwidth and hands: 1,900 USD a month."""
    month = YEAR / 12
    rent = opex.facility_per_year__colocation(8000, 150 / 1000 / month, 700 / month)
    assert rent * month == pytest.approx(1900)


def test_staff_grows_from_a_minimum():
    """Two people and one for each hundred of 1,000 nodes, 250,000 USD each: 3 MUSD a year."""
    assert opex.staff_per_year(1000, 0.01, 2, 250_000 / YEAR) * YEAR == pytest.approx(3e6)


def test_energy_of_accelerators_and_hosts():
    """8 of 0.7 kW and 2 kW of host at a PUE of 1.4 and 0.10 USD/kWh: 0.784 and 0.28 USD an hour."""
    price = 0.10 / 3.6e6
    chips = opex.accelerator_energy_cost_per_year(8 * 700, 1, 1.4, price)
    hosts = opex.host_energy_cost_per_year(2000, 1, 1.4, price)
    assert chips * 3600 == pytest.approx(0.784) and hosts * 3600 == pytest.approx(0.28)
    assert opex.compute_energy_cost_per_year(chips, hosts) * 3600 == pytest.approx(1.064)


def test_a_system_whose_power_is_not_published():
    """Eight of 0.7 kW that are 80 % of the system: 7 kW."""
    assert opex.system_power(700, 8, 0.8) == pytest.approx(7000)


@pytest.mark.parametrize("mode", ["build", "colocation", "retrofit"])
def test_the_lines_add_up_to_the_whole(mode):
    values = planned("own-8000-h100", facility_mode=mode, egress_traffic="1 TB/d").whole
    names = (
        "electricity_bill",
        "water_cost",
        "staff",
        "maintenance",
        "software",
        "facility",
        "insurance",
        "property_tax",
    )
    total = sum(values[f"{name}_per_year"] for name in (*names, "transit"))
    assert values["opex_per_year"] == pytest.approx(total, rel=1e-12)
    assert values["transit_per_year"] > 0


def test_hosts_and_accelerators_are_derated_alike():
    """Two systems of 8 at 700 W in 10 kW, capped at 80 %: 16 kW drawn, 8.96 of it by accelerators, 7.04 by hosts."""
    drawn = opex.accelerator_draw(16, 700, 0.8, 16_000)
    assert drawn == pytest.approx(8960)
    assert opex.host_power(16_000, drawn) == pytest.approx(7040)
    # Four accelerators of 1,200 W in a system rated 4 kW: they draw what it allows, its hosts nothing more.
    assert opex.host_power(4000, opex.accelerator_draw(4, 1200, 1, 4000)) == 0


def test_a_power_cap_does_not_make_the_power_of_hosts_negative():
    given = scenario_file.load("own-8000-h100", CATALOG)
    plain = planning.plan(given, CATALOG, bands=False).whole
    capped = planning.plan(scenario.changed(given, {}, {"power_cap": "50 %"}), CATALOG, bands=False).whole
    assert capped["host_power"] == pytest.approx(plain["host_power"] / 2) and plain["host_power"] > 0
    parts = capped["accelerator_energy_cost_per_year"] + capped["host_energy_cost_per_year"]
    whole = capped["compute_power"] * capped["mean_load"] * capped["pue"] * capped["electricity_price"]
    assert parts == pytest.approx(whole)
