"""Emissions by hand, by location and by market, embodied, and by unit of work."""

import pytest

from tests.conftest import CATALOG, planned, value


def test_operation_by_location_and_by_market():
    """10 MW for a year at 400 g/kWh: 35,040 t; half under contract: 17,520 t by market, the same by location."""
    texts = {"energy_per_year": "10 MW", "site_carbon_intensity": "400 gCO2e/kWh", "clean_energy_share": "50 %"}
    assert value("carbon_per_year", "tCO2e/year", **texts) == pytest.approx(35_040)
    assert value("market_carbon_per_year", "tCO2e/year", **texts) == pytest.approx(17_520)


def test_a_price_of_carbon():
    """35,040 t at 80 USD: 2.8 M USD."""
    texts = {"carbon_per_year": "35040 tCO2e/year", "carbon_price": "80 USD/tCO2e"}
    assert value("carbon_cost_per_year", "MUSD/year", **texts) == pytest.approx(2.8032)


def test_published_training_has_no_market_emissions_under_contract():
    """Llama 3.1: 39.3 M accelerator-hours of 700 W at 414 g/kWh are 11,390 t by location and 0 by market."""
    texts = {"energy_per_year": "27.51 GWh/year", "site_carbon_intensity": "414 gCO2e/kWh"}
    assert value("carbon_per_year", "tCO2e/year", **texts) == pytest.approx(11_390, rel=1e-3)
    assert value("market_carbon_per_year", "tCO2e/year", clean_energy_share="100 %", **texts) == 0


def test_embodied_emissions_of_its_parts():
    texts = {
        "systems": "1000 system",
        "system_embodied_carbon": "7012 kgCO2e/system",
        "switches": "640 switch",
        "storage_network_switches": "60 switch",
        "storage_capacity": "80 PB",
        "storage_embodied_carbon": "160 gCO2e/GB",
        "it_power": "11 MW",
    }
    parts = (7012, 700 * 0.5, 80e6 * 0.16e-3, 11_000)
    assert value("embodied_carbon", "tCO2e", **texts) == pytest.approx(sum(parts))
    yearly = value("embodied_carbon_per_year", "tCO2e/year", service_life="5 year", building_life="20 year", **texts)
    assert yearly == pytest.approx(sum(parts[:3]) / 5 + parts[3] / 20)


def test_the_host_weighs_more_than_the_accelerators():
    """8 H100: 1,312 kg for the board, 5,700 for the host; the entry holds both."""
    grams = planned("own-8000-h100").whole.entries["system"].facts["embodied_carbon"].value
    assert grams / 1e3 == pytest.approx(7012)


def test_by_accelerator_hour_token_and_run():
    texts = {"total_carbon_per_year": "1000 tCO2e/year", "installed_accelerators": "1000 accelerator"}
    assert value("carbon_per_accelerator_hour", "gCO2e/accelerator/h", **texts) == pytest.approx(1e6 / 8760)
    assert value("carbon_per_training_run", "tCO2e", time_to_train="73 d", **texts) == pytest.approx(200)
    training = value(
        "carbon_per_token",
        "gCO2e/token",
        {"workload": "training"},
        tokens_per_second="1e6 token/s",
        goodput="0.5",
        **texts,
    )
    assert training == pytest.approx(1e9 / (8760 * 3600) / 0.5e6)
    serving = value(
        "carbon_per_token",
        "gCO2e/token",
        {"workload": "inference"},
        output_tokens_per_second="1e6 token/s",
        utilization="50 %",
        **texts,
    )
    assert serving == pytest.approx(training)


def test_a_cleaner_grid_emits_less_in_operation_and_the_same_to_make():
    texas = planned("own-8000-h100", choose={"site": "us-texas"}).results
    sweden = planned("own-8000-h100", choose={"site": "sweden"}).results
    assert sweden["carbon_per_year"].value < texas["carbon_per_year"].value / 5
    assert sweden["embodied_carbon"].value == pytest.approx(texas["embodied_carbon"].value)


def test_water_by_accelerator_hour_and_run():
    texts = {"water_per_year": "8760 m**3/year", "offsite_water_per_year": "17520 m**3/year"}
    hour = value("water_per_accelerator_hour", "L/accelerator/h", installed_accelerators="1000 accelerator", **texts)
    assert hour == pytest.approx(3)
    assert value("water_per_training_run", "m**3", time_to_train="10 d", **texts) == pytest.approx(720)


def test_what_has_no_published_footprint_stays_missing():
    unknown = next(
        e.key for e in CATALOG.entries("systems") if not {"embodied_carbon"} & set(e.facts) and "power" in e.facts
    )
    the_plan = planned("facility-30mw", choose={"system": unknown})
    assert "system_embodied_carbon" in the_plan.missing["embodied_carbon"]
