"""The way to service by hand: which path is critical and what each choice changes."""

import pytest

from planner import units
from tests.conftest import planned, value

BUILD = {"facility_mode": "build"}
TIMES = {
    "site_grid_wait": "30 month",
    "build_hall_time": "21 month",
    "transformer_lead_time": "20 month",
    "switchgear_lead_time": "10 month",
    "generator_lead_time": "8 month",
    "gear_install_time": "2 month",
    "new_hall_commissioning_time": "2 month",
    "ready_hall_commissioning_time": "1 month",
    "ready_hall_time": "4 month",
    "retrofit_hall_time": "9 month",
    "base_lead_time": "6 month",
    "racks": "350 rack",
    "integration_rate": "350 1/year",
    "integration_lines": "4",
    "acceptance_time": "1 month",
}


@pytest.mark.parametrize(
    ("mode", "changes", "months"),
    [
        # Grid 30 + 2 commissioning, then 350 clusters on 4 lines of 350 a year: 3, and 1.
        ("build", {}, 36),
        # A short wait for the grid leaves gear: 20 + 2 against the hall's 21.
        ("build", {"site_grid_wait": "6 month"}, 28),
        ("build", {"site_grid_wait": "6 month", "transformer_lead_time": "12 month"}, 27),
        # Generation of one's own bridges the wait.
        ("build", {"own_generation_time": "24 month"}, 30),
        # A hall that stands: 4 + 1 against 6 of hardware.
        ("colocation", {}, 10),
        ("colocation", {"base_lead_time": "2 month"}, 9),
        # Refitting: 10 + 2 of switchgear, 2 to commission.
        ("retrofit", {}, 18),
    ],
)
def test_the_critical_path(mode, changes, months):
    computed = value("time_to_service", "month", {"facility_mode": mode}, **{**TIMES, **changes})
    assert computed == pytest.approx(months)


@pytest.mark.parametrize(("supply", "lead", "price"), [("normal", 1, 1), ("tight", 2, 1.1), ("shortage", 3, 1.25)])
def test_price_and_lead_time_move_together(supply, lead, price):
    assert value("supply_lead_factor", "1", {"supply": supply}, **TIMES) == pytest.approx(lead)
    assert value("supply_price_factor", "1", {"supply": supply}, **TIMES) == pytest.approx(price)
    assert value("hardware_lead_time", "month", {"supply": supply}, **TIMES) == pytest.approx(6 * lead)


@pytest.mark.parametrize(("rate", "days", "lines"), [(180, 2.03, 37.5), (520, 0.70, 13.0)])
def test_integration_lines(rate, days, lines):
    """Section F of the ledger's arithmetic: days for each cluster, and lines for 6,750 clusters a year."""
    one = {"racks": "1 rack", "racks_per_cluster": "1 rack", "integration_lines": "1"}
    assert value("install_time", "d", integration_rate=f"{rate} 1/year", **one) == pytest.approx(days, abs=0.005)
    year = {"racks": "6750 rack", "racks_per_cluster": "1 rack", "integration_lines": f"{lines}"}
    assert value("install_time", "year", integration_rate=f"{rate} 1/year", **year) == pytest.approx(1, rel=2e-3)


@pytest.mark.parametrize(("months", "rate"), [(24, 1.25), (26, 1.15)])
def test_30_mw_in_two_years(months, rate):
    computed = value("rollout_power", "MW/month", facility_power="30 MW", install_time=f"{months} month")
    assert computed == pytest.approx(rate, abs=0.005)


def test_small_buyers_wait_longer():
    small = value("hardware_lead_time", "month", buyer_lead_factor="1.5", **TIMES)
    assert small == pytest.approx(9)


def test_a_year_of_delay_of_13608_accelerators():
    """Section F: 238 and 596 M USD of rental value at 2 and 5 USD an hour."""
    texts = {"installed_accelerators": "13608 accelerator", "delay": "1 year"}
    cheap = value("rentable_value_of_delay", "MUSD", cloud_price="2 USD/accelerator/h", **texts)
    dear = value("rentable_value_of_delay", "MUSD", cloud_price="5 USD/accelerator/h", **texts)
    assert cheap == pytest.approx(238, abs=0.5)
    assert dear == pytest.approx(596, abs=0.5)


def test_a_date_of_service_makes_the_grid_bind():
    the_plan = planned(
        "facility-30mw", service_deadline="24 month", own_generation_time="100 year", site_grid_wait="60 month"
    )
    assert not {c.name: c for c in the_plan.checks}["service"].ok
    assert the_plan.binding_constraint == "grid date"
    assert the_plan.binding[1][0] != "grid date"


def test_a_shortage_delays_a_cluster_in_a_hall_that_stands():
    normal = planned("own-8000-h100").results["time_to_service"].value
    short = planned("own-8000-h100", supply="shortage").results["time_to_service"].value
    assert units.convert(short - normal, "week") == pytest.approx(52)


def test_a_shortage_raises_the_price_of_the_systems_with_their_lead_time():
    normal, short = (planned("own-8000-h100", supply=supply).results for supply in ("normal", "shortage"))
    assert short["capex_compute"].value == pytest.approx(1.25 * normal["capex_compute"].value)
    assert short["hardware_lead_time"].value == pytest.approx(3 * normal["hardware_lead_time"].value)


def test_rented_refitted_and_built_halls_side_by_side():
    """Renting is ready first and costs nothing before; building takes longest and costs most (M USD/MW)."""
    modes = ("colocation", "retrofit", "build")
    plans = [planned("own-8000-h100", facility_mode=mode).results for mode in modes]
    times = [results["time_to_service"].value for results in plans]
    prices = [results["capex_facility"].value / results["it_power"].value for results in plans]
    assert times == sorted(times) and times[0] < times[2]
    assert prices == sorted(prices)
    assert prices[0] == 0 and prices[2] == pytest.approx(11.7)


def test_a_refitted_hall_never_costs_less_than_a_ready_one_at_the_same_rent():
    ready = planned("own-8000-h100", facility_mode="colocation", facility_retrofit_price="0 USD/W").results
    refitted = planned("own-8000-h100", facility_mode="retrofit", colocation_fit_out_price="0 USD/W").results
    assert refitted["capex_facility"].value >= ready["capex_facility"].value
