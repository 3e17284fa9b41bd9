"""Watts by hand: rated, mean, peak, idle; losses, redundancy, reserves, swings; and a published power bill."""

import pytest

from planner import units
from tests.conftest import planned, value

LOAD = {"compute_power": "10 MW", "network_power": "0.5 MW", "storage_power": "0.5 MW"}


def test_mean_peak_and_idle_of_ten_megawatts():
    shares = {"busy_power_share": "0.75", "idle_power_share": "0.2", "utilization": "80 %", "peak_power_share": "0.9"}
    assert value("it_power", "MW", **LOAD) == pytest.approx(11)
    assert value("it_mean_power", "MW", **LOAD, **shares) == pytest.approx(10 * (0.75 * 0.8 + 0.2 * 0.2) + 1)
    assert value("it_peak_power", "MW", **LOAD, **shares) == pytest.approx(10)
    assert value("it_idle_power", "MW", **LOAD, **shares) == pytest.approx(3)


@pytest.mark.parametrize(("workload", "share"), [("training", 0.72), ("inference", 0.67), ("capacity", 0.72)])
def test_measured_shares_of_the_rating_by_workload(workload, share):
    assert value("busy_power_share", "1", {"workload": workload}) == pytest.approx(share)


def test_training_of_8_h100_draws_what_was_measured():
    """Node means of 6.85 to 7.9 kW (MLPerf logs) for a rating of 10.2 kW."""
    share = value("busy_power_share", "1", {"workload": "training"})
    assert 6.85 <= 10.2 * share <= 7.9


def test_a_cap_above_the_busy_share_costs_no_mean_power():
    free = value("it_mean_power", "MW", systems="1000 system", system_power="10 kW/system", **{**LOAD_OF_NOTHING})
    capped = value(
        "it_mean_power", "MW", systems="1000 system", system_power="10 kW/system", power_cap="0.8", **LOAD_OF_NOTHING
    )
    assert capped == pytest.approx(free)


LOAD_OF_NOTHING = {"network_power": "0 W", "storage_power": "0 W"}


def test_a_cap_below_the_busy_share_lowers_mean_and_rated_power():
    texts = {"systems": "1000 system", "system_power": "10 kW/system", "power_cap": "0.5", "utilization": "100 %"}
    assert value("compute_power", "MW", **texts) == pytest.approx(5)
    assert value("it_mean_power", "MW", **texts, **LOAD_OF_NOTHING) == pytest.approx(5)


def test_oversubscription_builds_for_less_and_caps_at_the_peak():
    texts = {**LOAD, "power_oversubscription": "25 %", "peak_power_share": "0.9", "pue": "1.2"}
    oversubscribed = {"power_planning": "oversubscribed"}
    assert value("provisioned_power", "MW", oversubscribed, **texts) == pytest.approx(8.8)
    assert value("facility_power", "MW", oversubscribed, **texts) == pytest.approx(8.8 * 1.2)
    assert value("capping_margin", "MW", oversubscribed, **texts) == pytest.approx(8.8 - 10)
    assert value("capped_share", "1", oversubscribed, **texts) == pytest.approx(0.12)
    assert value("facility_power", "MW", **texts) == pytest.approx(13.2)


def test_losses_of_the_power_chain():
    chain = {"transformer_efficiency": "0.99", "ups_efficiency": "0.96", "distribution_efficiency": "0.99"}
    assert value("power_chain_efficiency", **chain) == pytest.approx(0.940896)
    assert value("electrical_loss_share", **chain) == pytest.approx(1 / 0.940896 - 1)
    assert 0.94 <= value("power_chain_efficiency") <= 0.97


def test_pue_from_its_parts_or_as_published():
    parts = {"electrical_loss_share": "0.06", "cooling_energy_share": "0.12", "other_energy_share": "0.02"}
    assert value("pue", "1", {"pue_method": "components"}, cooling_pue="1.4", **parts) == pytest.approx(1.2)
    assert value("pue", cooling_pue="1.4", **parts) == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("redundancy", "factor"),
    [
        ("n", 1),
        ("n-plus-1", 1.25),
        ("n-plus-2", 1.5),
        ("3n-over-2", 1.5),
        ("4n-over-3", 4 / 3),
        ("2n", 2),
        ("2n-plus-2", 2.5),
    ],
)
def test_redundancy_of_four_blocks(redundancy, factor):
    assert value("redundancy_factor", "1", {"redundancy": redundancy}, redundancy_blocks="4") == pytest.approx(factor)
    texts = {"provisioned_power": "9.9 MW", "distribution_efficiency": "0.99", "redundancy_blocks": "4"}
    assert value("ups_power", "MW", {"redundancy": redundancy}, **texts) == pytest.approx(10 * factor)


def test_a_power_chain_from_the_catalog():
    the_plan = planned("own-8000-h100", choose={"power_chain": "tier-4"}, redundancy="by-entry")
    entry = the_plan.whole.entries["power_chain"].facts
    assert the_plan.results["redundancy_factor"].value == entry["installed_over_needed"].value
    assert the_plan.whole["power_chain_efficiency"] == entry["efficiency"].value


def test_reserves_of_a_30_mw_facility():
    """37.5 MW in 15 sets of 2.5 MW; 48 h at 0.262 L/kWh: 377 m³; 5 minutes of 25 MW: 2.08 MWh."""
    assert value("generators", facility_power="30 MW") == 15
    assert value("fuel_on_site", "m**3", facility_power="30 MW") == pytest.approx(30e3 * 48 * 0.262 / 1000)
    energy = value("ups_energy", "MWh", provisioned_power="25 MW", distribution_efficiency="1")
    assert energy == pytest.approx(25 * 5 / 60)


def test_swings_and_the_storage_against_them():
    """10 MW between 40 and 90 %: 5 MW; half of it for one second; 65 J in each of 5,000 accelerators takes 0.325 MJ."""
    texts = {"compute_power": "10 MW", "peak_load": "0.9", "swing_low_share": "0.4", "swing_time": "1 s"}
    training = {"workload": "training"}
    assert value("power_swing", "MW", training, **texts) == pytest.approx(5)
    assert value("swing_energy", "J", training, **texts) == pytest.approx(2.5e6)
    shelf = {"installed_accelerators": "5000 accelerator", "accelerator_energy_storage": "65 J/accelerator"}
    assert value("swing_storage_needed", "J", training, **texts, **shelf) == pytest.approx(2.5e6 - 325e3)
    assert value("power_swing", "MW", {"workload": "inference"}, **texts) == 0


def test_a_published_power_bill():
    """20 MW of IT power, PUE 1.5, 11.5 c/kWh: 30.2 M USD a year (Cushman & Wakefield, APAC guide 2025, p. 5)."""
    texts = {"it_mean_power": "20 MW", "pue": "1.5", "electricity_price": "115 USD/MWh"}
    assert value("energy_cost_per_year", "MUSD/year", **texts) == pytest.approx(30.2, abs=0.05)
    less = value("energy_cost_per_year", "MUSD/year", **{**texts, "pue": "1.4"})
    # The guide rounds 2.01 down to 1.9.
    assert 30.22 - less == pytest.approx(2.01, abs=0.01)


def test_power_balances_in_a_plan():
    results = planned("own-8000-h100").results
    parts = sum(results[name].value for name in ("compute_power", "network_power", "storage_power"))
    assert results["it_power"].value == pytest.approx(parts)
    networks = ("fabric_power", "storage_network_power", "management_network_power")
    assert results["network_power"].value == pytest.approx(sum(results[name].value for name in networks))
    assert results["it_idle_power"].value < results["it_mean_power"].value < results["it_peak_power"].value
    assert results["it_peak_power"].value < results["it_power"].value


def test_facility_power_of_an_h100_is_near_published_all_in_figures():
    """1.73 kW for an H100 with its share of everything (InferenceX constants); the plan stays within a fifth."""
    the_plan = planned("own-8000-h100", pue="1.25")
    kilowatts = units.convert(the_plan.results["facility_power_per_accelerator"].value, "kW/accelerator")
    assert kilowatts == pytest.approx(1.73, rel=0.2)
