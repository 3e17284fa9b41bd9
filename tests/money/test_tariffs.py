"""Electricity bills: the closed form of the tariff room and the bill by month, worked by hand."""

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.equations.finance import tariff
from planner.errors import InputError
from planner.money import plan_ledger, tariffs
from tests.conftest import planned

KWH = 3.6e6
MONTH = 730 * 3600


def read(text: str) -> tariffs.Tariff:
    import tomllib

    return tariffs.from_table(tomllib.loads(text), "t.toml")


def test_energy_by_time_of_use_and_tier():
    """1 kW: a quarter at 0.20, the rest at 0.10 USD/kWh is 0.125 USD/h; 0.4 kW above the tier at +0.05 adds 0.02."""
    bill = tariff.energy_charge_per_year(1000, 0.25, 0.20 / KWH, 0.10 / KWH, 600, 0.05 / KWH, 1.0)
    assert bill * 3600 == pytest.approx(0.125 + 0.4 * 0.05)
    below = tariff.energy_charge_per_year(500, 0.25, 0.20 / KWH, 0.10 / KWH, 600, 0.05 / KWH, 1.0)
    assert below * 3600 == pytest.approx(0.5 * 0.125)


@pytest.mark.parametrize(
    ("peak", "ratchet", "lookback", "share", "contract", "billed"),
    [(10, 0.8, 10, 0.5, 10, 10), (10, 0.8, 20, 0.5, 10, 16), (10, 0.8, 10, 0.85, 20, 17), (0, 0, 50, 0, 50, 0)],
    ids=["peak", "ratchet", "minimum", "nothing"],
)
def test_the_demand_billed_is_the_largest_of_peak_ratchet_and_minimum(peak, ratchet, lookback, share, contract, billed):
    assert tariff.demand_billed(peak, ratchet, lookback, share, contract) == pytest.approx(billed)


def test_a_minimum_bill_holds_where_the_items_are_less():
    assert tariff.electricity_bill_per_year__itemised(1, 2, 0, 0.5, 3) == 3.5
    assert tariff.electricity_bill_per_year__itemised(1, 1, 0, 0.5, 3) == 3


FLAT = """
fixed = "100 USD/month"
[[energy]]
price = "100 USD/MWh"
[[demand]]
price = "10 USD/kW/month"
"""


def test_a_flat_load_for_a_year():
    """1 MW: 8,760 MWh at 100, 1,000 kW at 10 in twelve months, twelve times 100 USD."""
    items = tariffs.bill(read(FLAT), np.full(8760, 1e6))
    assert items["energy"].sum() == pytest.approx(876_000)
    assert items["demand"].sum() == pytest.approx(120_000)
    assert items["fixed"].sum() == pytest.approx(1200)
    assert items["total"].sum() == pytest.approx(997_200)
    assert items["energy"][1] == pytest.approx(28 * 24 * 100)


def test_many_loads_are_columns():
    loads = np.full((8760, 2), [1e6, 2e6])
    both = tariffs.bill(read(FLAT), loads)["total"]
    for column, power in enumerate((1e6, 2e6)):
        assert np.allclose(both[:, column], tariffs.bill(read(FLAT), np.full(8760, power))["total"])


def test_time_of_use_by_weekday_hour_and_season():
    """2026 has 261 weekdays, 66 of them from June to August: four dear hours each."""
    text = """
    [[energy]]
    months = [6, 7, 8]
    days = "weekdays"
    hours = [16, 20]
    price = "300 USD/MWh"
    [[energy]]
    price = "50 USD/MWh"
    """
    items = tariffs.bill(read(text), np.full(8760, 1e6), datetime.date(2026, 1, 1))
    assert items["energy"].sum() == pytest.approx(66 * 4 * 300 + (8760 - 66 * 4) * 50)


def test_a_window_past_midnight():
    text = '[[energy]]\nhours = [22, 6]\nprice = "10 USD/MWh"\n[[energy]]\nprice = "20 USD/MWh"'
    assert tariffs.bill(read(text), np.full(8760, 1e6))["total"].sum() == pytest.approx(365 * (8 * 10 + 16 * 20))


def test_tiers_by_energy_and_by_hours_of_the_peak():
    by_energy = '[[energy]]\nprice = "40 USD/MWh"\ntiers = [{ up_to = "100 MWh", price = "80 USD/MWh" }]'
    january = tariffs.bill(read(by_energy), np.full(744, 1e6))["total"][0]
    assert january == pytest.approx(100 * 80 + 644 * 40)
    by_hours = '[[energy]]\nprice = "40 USD/MWh"\ntiers = [{ up_to = "200 h", price = "80 USD/MWh" }]'
    january = tariffs.bill(read(by_hours), np.full(744, 2e6))["total"][0]
    assert january == pytest.approx(2 * (200 * 80 + 544 * 40))


def test_a_ratchet_over_the_months_before():
    """2 MW in January, 1 MW after: 80 % of the January peak is billed for eleven months."""
    text = '[[demand]]\nprice = "10 USD/kW/month"\nratchet = 0.8\nlookback = 11'
    load = np.full(8760 * 2, 1e6)
    load[:744] = 2e6
    demand = tariffs.bill(read(text), load)["demand"]
    assert np.allclose(demand[:12], [20_000] + [16_000] * 11)
    assert demand[12] == pytest.approx(10_000)


def test_a_ratchet_over_named_months_and_months_before_the_start():
    text = '[[demand]]\nprice = "10 USD/kW/month"\nratchet = 0.75\nlookback_months = [6, 7, 8]'
    plain = tariffs.bill(read(text), np.full(744, 1e6))["demand"][0]
    known = tariffs.bill(read(text), np.full(744, 1e6), history={7: 4e6, 12: 9e6})["demand"][0]
    assert plain == pytest.approx(10_000)
    assert known == pytest.approx(0.75 * 4000 * 10)


def test_a_seasonal_demand_charge_is_not_raised_outside_its_season():
    text = '[[demand]]\nmonths = [7]\nprice = "10 USD/kW/month"\nratchet = 1.0'
    demand = tariffs.bill(read(text), np.full(8760, 1e6))["demand"]
    assert np.flatnonzero(demand).tolist() == [6] and demand[6] == pytest.approx(10_000)


def test_the_hour_of_the_system_peak():
    """A site that steps back at 17 hours pays for what it draws then."""
    text = '[[coincident]]\nprice = "5 USD/kW/month"\nmonths = [7]\nhour = 17\n[[energy]]\nprice = "0 USD/MWh"'
    load = np.full(8760, 1e6)
    load[17::24] = 0.4e6
    assert tariffs.bill(read(text), load)["coincident"].sum() == pytest.approx(5 * 400)


def test_a_minimum_on_contracted_power_with_a_ramp():
    """AEP Ohio's shares: 85 % of 50, 65, 80, 90 % of 10 MW against 4 MW drawn."""
    text = '[[contract]]\nprice = "10 USD/kW/month"\nshare = 0.85\nramp = [0.5, 0.65, 0.8, 0.9]'
    added = tariffs.bill(read(text), np.full(8760 * 5, 4e6), contracted=10e6)["contract"]
    least = np.array([4.25, 5.525, 6.8, 7.65, 7.65])
    assert np.allclose(added[::12], (least - 4) * 1000 * 10)


def test_minimum_bills_of_a_month_and_of_a_year():
    month = read('minimum = "1000 USD/month"\n[[energy]]\nprice = "1 USD/MWh"')
    assert np.allclose(tariffs.bill(month, np.full(8760, 1e6))["total"], 1000)
    year = read('annual_minimum = "120000 USD/year"\n[[energy]]\nprice = "10 USD/MWh"')
    items = tariffs.bill(year, np.full(8760, 1e6))
    assert items["total"].sum() == pytest.approx(120_000)
    assert items["minimum"][-1] == pytest.approx(120_000 - 87_600)


def test_escalation_starts_with_the_second_year():
    total = tariffs.bill(read('escalation = "10 %"\n[[energy]]\nprice = "100 USD/MWh"'), np.full(8760 * 2, 1e6))[
        "total"
    ]
    assert total[12] == pytest.approx(1.1 * total[0])


@settings(max_examples=20, deadline=None)
@given(k=st.floats(0.1, 10), load=st.lists(st.floats(0, 5e6), min_size=24, max_size=24))
def test_prices_times_k_give_bills_times_k(k, load):
    text = '[[energy]]\nprice = "{} USD/MWh"\n[[demand]]\nprice = "{} USD/kW/month"\nratchet = 0.5'
    power = np.tile(load, 62)
    plain = tariffs.bill(read(text.format(100, 10)), power)["total"]
    dear = tariffs.bill(read(text.format(f"{100 * k:.9g}", f"{10 * k:.9g}")), power)["total"]
    assert np.allclose(dear, k * plain, rtol=1e-6)


@pytest.mark.parametrize("name", ["hendricks-large-commercial", "wiec-large-power", "large-load-minimum"])
def test_every_shipped_tariff_loads_and_bills(name):
    items = tariffs.bill(tariffs.load(name), np.full(8760, 10e6), contracted=20e6)
    assert items["total"].min() > 0


def test_a_broken_tariff_names_everything_wrong():
    with pytest.raises(InputError) as error:
        read('fixd = 1\n[[energy]]\nprice = "10 USD/kg"\nhours = [9, 99]\n[[demand]]\nratchet = 0.8')
    said = str(error.value)
    for words in ("fixd", "'10 USD/kg' has the wrong unit", "hours from 0 to 24", "demand 1.price: is missing"):
        assert words in said


def test_the_ledger_bills_by_a_tariff(run):
    assert "electricity: demand" in run("ledger", "own-8000-h100", "--tariff", "large-load-minimum").out
    assert "wiec-large-power" in run("ledger", "own-8000-h100", "--tariff", "wiec-large-powr", status=2).err


def test_a_tariff_bills_what_the_pools_draw_together():
    """A flat price of energy gives what the all-in price gives: the hours of each pool's own months, no leap year."""
    text = """
    workload = "capacity"
    start = 2029-01-01
    [choose]
    system = "dgx-h100"
    site = "us-virginia"
    [set]
    electricity_price = "100 USD/MWh"
    analysis_period = "3 year"
    [[pool]]
    name = "a"
    set = { accelerators = "1024 accelerator" }
    [[pool]]
    name = "b"
    start = 2030-01-01
    set = { accelerators = "512 accelerator" }
    """
    cash_flows = plan_ledger.of_plan(planned(text))
    billed = plan_ledger.with_tariff(cash_flows, read('[[energy]]\nprice = "100 USD/MWh"'))
    quantity = "electricity_bill_per_year"
    total = float(billed.ledger.total(quantity=quantity))
    assert total == pytest.approx(float(cash_flows.ledger.total(quantity=quantity)), rel=1e-9)
    assert billed.measures["npv_own"] == pytest.approx(cash_flows.measures["npv_own"], rel=1e-3)


def test_a_load_that_is_not_known_is_said(run):
    arguments = ["ledger", "--choose", "accelerator=h100-sxm", "--set", "accelerators=8 accelerator"]
    assert "missing" in run(*arguments, "--tariff", "wiec-large-power", status=2).err
