"""Present values, residual curves, financing, tax, instalments, delay, training runs: by hand and in the limit."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.equations.facility import delay
from planner.equations.finance import accounting, amortization, break_even, financing, residual, run_cost, tax
from planner.model import wiring
from planner.plan import sizing
from planner.scenario import resolve, scenario_file
from tests.conftest import CATALOG, planned

MONTH = 730 * 3600
YEAR = 12 * MONTH


# Conventions


def test_the_present_worth_of_a_dollar_a_month():
    """1 % a month for three months: 0.990099 + 0.980296 + 0.970590."""
    time = accounting.discounted_time(3, 1, 1 / 1.01, MONTH)
    assert time / MONTH == pytest.approx(0.990099 + 0.980296 + 0.970590, abs=1e-6)


def test_a_rate_of_zero_counts_every_month_once():
    assert accounting.discounted_time(36, 1, 1.0, MONTH) == 36 * MONTH
    assert accounting.discounted_time(36.5, 1, 1.0, MONTH) == 36.5 * MONTH


def test_growth_starts_in_the_first_month():
    """12.68 % a year is 1 % a month: 1.01 + 1.0201."""
    assert accounting.energy_time(2, 1, 1.01**12 - 1, 0, MONTH) / MONTH == pytest.approx(1.01 + 1.0201)


def test_years_of_8766_hours_and_months_of_720():
    year = planned(accounting_year="8766 h").whole
    assert year["accelerator_hours"] / 3600 == pytest.approx(8000 * 3 * 8766)
    month = planned(accounting_month="720 h").whole
    assert month["accelerator_hours"] / 3600 == pytest.approx(8000 * 36 * 720)
    plain = planned().whole
    assert month["electricity_bill_per_year"] == pytest.approx(plain["electricity_bill_per_year"] * 720 / 730)
    # What is paid by the year or month does not follow the hours.
    assert month["staff_per_year"] == plain["staff_per_year"]


def test_real_and_nominal_agree_where_every_price_follows_inflation():
    """Constant prices in real money are prices that rise with inflation in nominal money."""
    grown = dict.fromkeys(("energy_escalation", "staff_escalation", "operation_escalation"), "3 %")
    nominal = planned(inflation="3 %", discount_rate="8 %", **grown).whole
    real = planned(inflation="3 %", discount_rate="8 %", price_basis="real").whole
    assert real["opex_present_worth"] == pytest.approx(nominal["opex_present_worth"], rel=1e-12)
    assert real["opex_total"] < nominal["opex_total"]


def test_undiscounted_saving_and_present_value_may_differ_in_sign():
    """The plan is decided on the present value, and both are given."""
    values = planned(cloud_price="2.4 USD/accelerator/h", discount_rate="60 %").whole
    assert values["saving"] > 0 > values["npv_saving"]


def test_the_cloud_price_that_breaks_even_by_hand():
    """Owning 70; renting 100 at 2 an hour, 10 of it storage: 90 scale with the price, 60 may be rent: 2 · 60 / 90."""
    assert break_even.break_even_cloud_price(-70, -100, 2.0, 6, 3, 1, 1, 0) == pytest.approx(4 / 3)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tax_rate": "25 %", "cloud_price_path": "declining", "cloud_hosts_per_year": "2 MUSD/year"},
        {"cloud_term": "reserved-3y", "analysis_period": "4 year"},
    ],
)
def test_the_cloud_price_at_which_both_cost_the_same(changes):
    price = planned(**changes).whole["break_even_cloud_price"]
    at = planned(**changes, cloud_price=f"{price * 3600:.12g} USD/accelerator/h").whole
    assert at["cloud_storage_per_year"] > 0
    assert at["npv_saving"] == pytest.approx(0, abs=1)
    assert at["break_even_cloud_price"] == pytest.approx(price)


# Break-even and rate of return


def test_break_even_on_cash_flows():
    """833,806 USD against 98.32 USD/h of rent and 0.87 of running: 8,556 h."""
    hours = break_even.break_even_time(833_806, 0, 98.32 / 3600, 0.87 / 3600) / 3600
    assert hours == pytest.approx(8556, rel=1e-4)


def test_the_break_even_utilization_is_that_of_bills_that_are_equal():
    """Owning 5 a second; storage 1, and rent of 8 at 1 a second with 25 % of services: (5 − 1) / 10 = 40 %."""
    full = break_even.full_rent_per_year(8, 1.0, 1, 0.2, 0.05)
    assert full == 10
    assert break_even.break_even_utilization(0.5, 10, 1, 0.5, 0.25, 0.25, full) == pytest.approx(0.4)


def test_at_the_break_even_utilization_rent_and_services_cost_as_much_as_owning():
    use = planned().whole["break_even_utilization"]
    at = planned(cloud_billed_share=f"{100 * use:.15g} %").whole
    assert at["npv_own"] == pytest.approx(-at["cloud_bill_per_year"] * at["discounted_time"], rel=1e-9)


def test_no_break_even_where_renting_costs_less_than_running():
    assert math.isnan(break_even.break_even_time(100.0, 0.0, 1.0, 2.0))
    assert np.isnan(break_even.break_even_time(np.array([100.0, 100.0]), 0.0, np.array([1.0, 3.0]), 2.0)).tolist() == [
        True,
        False,
    ]


def test_the_rate_of_return_in_closed_form():
    """1,200 paid, 100 a month saved for 13 months."""
    rate = accounting.irr(
        1200.0, 100 / MONTH, 0, 0.0, 0.0, 0.0, 0, 0.0, 0, 0.0, 0, 0.0, 0.0, 0.0, 0.0, 13.0, 1, 0, MONTH
    )
    monthly = (1 + float(rate)) ** (1 / 12) - 1
    assert sum(100 / (1 + monthly) ** m for m in range(1, 14)) == pytest.approx(1200, rel=1e-9)


# Residual values


def test_the_exponential_curve_gives_the_published_shares():
    """0.14 orders of magnitude a year: 72, 52, 38, 27 and 20 % after one to five years."""
    decline = residual.value_decline(0.14 * math.log(10))
    shares = [float(residual.residual_share__exponential(year * YEAR, decline, MONTH)) for year in range(1, 6)]
    assert shares == pytest.approx([0.72, 0.52, 0.38, 0.27, 0.20], abs=0.006)


def test_the_straight_line_ends_at_nothing():
    assert residual.residual_share__straight_line(3 * YEAR, 5 * YEAR) == pytest.approx(0.4)
    assert residual.residual_share__straight_line(9 * YEAR, 5 * YEAR) == 0


def test_the_table_is_met_at_its_points_and_straight_between():
    table = (0.65, 0.375, 0.275, 0.15, 0.15)
    for years, share in ((0, 1), (1, 0.65), (1.5, 0.5125), (3, 0.275), (7, 0.15)):
        assert residual.residual_share__table(years * YEAR, *table, MONTH) == pytest.approx(share)


def test_each_successor_is_a_step():
    before = residual.residual_share__successor(23.9 * MONTH, 0.1, 24 * MONTH, 0.6, MONTH)
    after = residual.residual_share__successor(24 * MONTH, 0.1, 24 * MONTH, 0.6, MONTH)
    assert after / before == pytest.approx(0.6, rel=0.01)
    assert residual.residual_share__successor(48 * MONTH, 0, 24 * MONTH, 0.6, MONTH) == pytest.approx(0.36)


@pytest.mark.parametrize("method", ["exponential", "straight-line", "zero", "table", "successor"])
def test_systems_never_gain_value(method):
    values = [
        planned(residual_method=method, analysis_period=f"{y} year").whole["residual_compute"] for y in range(1, 8)
    ]
    assert all(later <= earlier for earlier, later in itertools.pairwise(values))
    assert 0 <= values[0] <= planned().whole["capex_compute"]


def test_early_refresh_buys_again_and_sells_the_old():
    """Every year for three years: two purchases at 80 and 64 %, each less 72 % of the price before."""
    values = planned(refresh_interval="1 year", refresh_price_share="80 %").whole
    price, kept = values["capex_compute"], 1 - values["value_decline"]
    assert values["refreshes"] == 2
    assert values["refresh_total"] == pytest.approx(price * (0.8 - kept) + 0.8 * price * (0.8 - kept))
    assert values["residual_compute"] == pytest.approx(price * 0.64 * kept)


# Financing and tax


def test_a_loan_payment_by_hand():
    """1,000 at 12 % a year over twelve months: 88.85 a month."""
    payment = financing.financing_payment__debt(1000.0, 0.12, 12 * MONTH, MONTH) * MONTH
    assert payment == pytest.approx(88.8488, abs=1e-4)
    owed = financing.financing_settlement__debt(1000.0, payment / MONTH, 0.12, 12, MONTH)
    assert owed == pytest.approx(0, abs=1e-6)
    halfway = financing.financing_settlement__debt(1000.0, payment / MONTH, 0.12, 6, MONTH)
    assert halfway == pytest.approx(sum(payment / 1.01**m for m in range(1, 7)), rel=1e-9)


def test_money_lent_at_the_discount_rate_is_worth_nothing():
    monthly = 1.08 ** (1 / 12) - 1
    for way in ("debt", "lease"):
        changes = {f"{way}_rate": f"{1200 * monthly:.12g} %", "financing": way}
        if way == "lease":
            # The lessor's end is worth what it costs.
            changes["lease_buyout_share"] = "0 %"
        values = planned(**changes).whole
        assert values["financing_present_worth"] == pytest.approx(0, abs=1e-3)


def test_dear_debt_lowers_and_cheap_debt_raises_the_present_value():
    cash, dear, cheap = (
        planned(**changes).whole["npv_own"]
        for changes in ({}, {"financing": "debt", "debt_rate": "14 %"}, {"financing": "debt", "debt_rate": "4 %"})
    )
    assert dear < cash < cheap


def test_the_depreciation_table_by_hand():
    """MACRS over five years on 250,000: 50,000, 80,000, 48,000, 28,800, 28,800, 14,400; the whole base in the end."""
    shares = (0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576)
    claimed = [tax.depreciated_share__table(year * YEAR, *shares, MONTH) for year in range(8)]
    assert np.diff([250_000 * float(share) for share in claimed]).tolist() == pytest.approx(
        [50_000, 80_000, 48_000, 28_800, 28_800, 14_400, 0]
    )


def test_tax_is_off_unless_a_rate_is_set():
    assert planned().whole["tax_present_worth"] == 0
    assert planned(tax_rate="21 %").whole["npv_own"] > planned().whole["npv_own"]


def test_earlier_depreciation_is_worth_more():
    worth = [
        planned(tax_rate="21 %", analysis_period="8 year", depreciation=way, depreciation_life=life).whole[
            "depreciation_worth"
        ]
        for way, life in (("straight-line", "7 year"), ("table", "5 year"), ("immediate", "5 year"))
    ]
    assert worth[0] < worth[1] < worth[2] < 1


def test_where_everything_is_taxed_and_deducted_at_once_tax_scales_the_saving():
    """No residual, deducted after a year at no discount: the saving after tax is (1 − τ) of that before."""
    same = {
        "discount_rate": "0 %",
        "residual_method": "zero",
        "depreciation": "immediate",
        "decommissioning_share": "0 %",
    }
    before, after = (planned(tax_rate=rate, **same).whole["npv_saving"] for rate in ("0 %", "25 %"))
    assert after == pytest.approx(0.75 * before, rel=1e-9)


# Instalments


def test_an_instalment_by_hand():
    """Servers of the textbook's 8 MW case: 66.7 MUSD at 5 % over three years is 2.0 MUSD a month."""
    payment = amortization.compute_instalment(45978 * 1450.0, 0, 0, 0, 0.05, 36 * MONTH, 1, MONTH) * MONTH
    assert payment == pytest.approx(1.998e6, rel=1e-3)
    assert amortization.compute_instalment(3600.0, 0, 0, 0, 0.0, 36 * MONTH, 1, MONTH) * MONTH == pytest.approx(100)


def test_the_cost_shares_are_shares_of_the_full_cost():
    values = planned(facility_mode="build").whole
    instalments = [
        values[f"{part}_instalment"] for part in ("compute", "network", "storage", "power_and_cooling", "shell")
    ]
    assert values["full_cost_per_year"] == pytest.approx(sum(instalments) + values["opex_per_year"])
    assert 0 < values["energy_cost_share"] < values["compute_cost_share"] < 1


# Unit costs


@settings(max_examples=20, deadline=None)
@given(utilization=st.floats(0.05, 1.0))
def test_a_useful_hour_costs_the_installed_hour_over_its_use(utilization):
    resolved = resolve.resolve(scenario_file.load("own-8000-h100", CATALOG), CATALOG)
    values, _ = sizing.with_size_and_strategies(resolved)
    wanted = ("cost_per_accelerator_hour", "cost_per_useful_accelerator_hour", "useful_share")
    computed = wiring.evaluate(wanted, {**values, "utilization": utilization}, resolved.options)
    assert computed[wanted[1]] * computed["useful_share"] == pytest.approx(computed[wanted[0]])


def test_a_training_run_written_off_by_technical_progress():
    """One published run: 57 M hours of servers worth 14,165 USD, 19 % of the cluster its network, 0.0806 USD/kWh."""
    hours = 57e6 * 3600
    rate = run_cost.value_decline_rate(0.14 * math.log(10), 8766 * 3600 / 12)
    servers = run_cost.run_compute_cost(hours, 14165.0547, rate)
    chips = run_cost.run_accelerator_cost(servers, 1.66)
    assert chips == pytest.approx(17.8866e6, rel=1e-4)
    network = run_cost.run_network_cost(servers, 0.19)
    assert network == pytest.approx(6.9647e6, rel=1e-4)
    energy = run_cost.run_energy_cost(run_cost.run_energy(hours, 400, 2.03125, 0.75, 1.25), 0.0806 / 3.6e6)
    assert run_cost.amortized_run_cost(servers, network, energy) == pytest.approx(40.156e6, rel=1e-4)


# Delay


def test_a_day_of_delay_costs_by_its_cause():
    values = planned(facility_mode="build").whole
    capital = values["capex_it"] * values["discount_rate"] / YEAR
    assert values["delay_cost_grid"] - values["delay_cost_supply"] == pytest.approx(capital)
    assert values["delay_cost_grid"] == pytest.approx(values["capacity_value"] - values["avoided_cost"])
    for cause in ("grid", "cooling", "supply"):
        chosen = planned(facility_mode="build", delay_cause=cause).whole
        assert chosen["cost_of_delay_per_day"] == pytest.approx(chosen[f"delay_cost_{cause}"])


def test_a_delay_loses_the_benefit_less_what_is_not_spent():
    """Worth 10 a second less 3 of energy: 7 lost; hardware not yet paid for saves 8 % a year on 25 years' worth: 2."""
    assert delay.delay_cost_grid(10.0, 3.0, 0.0) == delay.delay_cost_cooling(10.0, 3.0) == 7.0
    # A connection that is not there charges nothing for its demand; one that stands idle does.
    assert delay.delay_cost_grid(10.0, 3.0, 1.0) == 6.0
    assert delay.delay_cost_supply(10.0, 3.0, 25 * YEAR, 0.08, MONTH) == pytest.approx(5.0)


@pytest.mark.parametrize("sunk", [{"capex_facility": "900 MUSD"}, {"value_decline_rate": "5 %/month"}])
def test_what_is_paid_with_or_without_the_delay_does_not_change_its_cost(sunk):
    plain, dearer = planned(facility_mode="build").whole, planned(facility_mode="build", **sunk).whole
    idle = [v["idle_compute_cost"] + v["idle_facility_cost"] for v in (plain, dearer)]
    assert idle[1] > idle[0]
    assert dearer["delay_cost_grid"] == pytest.approx(plain["delay_cost_grid"])


def test_idle_hardware_loses_value_and_ties_up_capital():
    """100 MUSD at 32 and 8 % a year: 40 MUSD a year."""
    assert delay.idle_compute_cost(100e6, 0.32 / YEAR, 0.08, MONTH) * YEAR == pytest.approx(40e6)


def test_an_idle_connection_is_paid_for_under_a_tariff_with_a_minimum():
    plain, itemised = planned().whole, planned(electricity_billing="itemised").whole
    assert plain["idle_demand_cost"] == 0 < itemised["idle_demand_cost"]
    assert itemised["idle_demand_cost"] == pytest.approx(0.85 * itemised["facility_power"] * itemised["demand_price"])


def test_the_levelised_cost_is_that_of_the_capital_recovery_factor():
    """By the year: (K · CRF − V · (CRF − r) + opex) / (N · 8,760), CRF = r / (1 − (1 + r)^−n)."""
    values = planned(payment_interval="1 year", analysis_period="4 year", discount_rate="10 %").whole
    factor = 0.10 / (1 - 1.10**-4)
    left = values["residual_value"] - values["decommissioning_cost"]
    yearly = values["capex"] * factor - left * (factor - 0.10) + values["opex_per_year"] * YEAR
    hour = yearly / (values["installed_accelerators"] * 8760)
    assert values["cost_per_accelerator_hour"] * 3600 == pytest.approx(hour, rel=1e-9)


def test_hardware_ordered_before_there_is_power_waits_and_costs():
    """Power after 30 months, hardware after 6: two years at 40 MUSD a year."""
    waits = delay.idle_hardware_time(30 * MONTH, 6 * MONTH)
    assert delay.idle_hardware_cost(40e6 / YEAR, waits) == pytest.approx(80e6)
    assert delay.idle_hardware_time(6 * MONTH, 30 * MONTH) == 0
    values = planned(delay="10 d").whole
    assert values["cost_of_delay"] == pytest.approx(10 * 86400 * values["cost_of_delay_per_day"])
