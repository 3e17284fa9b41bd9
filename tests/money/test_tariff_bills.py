"""What the ledger pays by a tariff: pools that come and go on one meter, calendar months, ratchets over seasons."""

import calendar
import datetime
import itertools
import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.money import plan_ledger, tariffs
from planner.money.currency import Currency
from tests.conftest import planned

MEGAWATT = 1e6
BILL = "electricity_bill_per_year"
DEMAND = '[[demand]]\nprice = "10 USD/kW/month"\n'
ENERGY = '[[energy]]\nprice = "100 USD/MWh"\n'
TWO_SEASONS = f"{DEMAND}months = [6, 7, 8, 9]\n{DEMAND}months = [1, 2, 3, 4, 5, 10, 11, 12]\n"


def tariff(text):
    return tariffs.from_table(tomllib.loads(text), "tariff.toml")


def scenario(*pools, start="2027-01-01", period="1 year", **setting):
    """Pools that draw so many megawatts steadily: (megawatts, start, period)."""
    said = f"start = {start}\n" if start else ""
    given_too = "".join(f'{name} = "{value}"\n' for name, value in setting.items())
    text = f"""
name = "pools on one meter"
{said}
[choose]
system = "dgx-h100"
site = "us-virginia"
[set]
accelerators = "8 accelerator"
peak_demand = "0 W"
contracted_demand = "0 W"
analysis_period = "{period}"
{given_too}"""
    for number, (power, begins, lasts) in enumerate(pools):
        when = f"start = {begins}\n" if begins else ""
        ends = f'analysis_period = "{lasts}"\n' if lasts else ""
        text += f'[[pool]]\nname = "pool {number}"\n{when}[pool.set]\nenergy_per_year = "{power} MW"\n{ends}'
    return text


def books_of(text, tariff_text):
    return plan_ledger.with_tariff(plan_ledger.of_plan(planned(text)), tariff(tariff_text))


def billed(text, tariff_text, item="total"):
    """Dollars paid by month, the start left out; one item of the bill or all of it."""
    ledger = books_of(text, tariff_text).ledger
    tags = {} if item == "total" else {"line": f"electricity: {item}"}
    return -ledger.amounts(quantity=BILL, **tags)[1:]


# By hand: 1 MW at 10 USD/kW/month is 10,000 USD a month


def test_two_pools_apart_are_billed_one_after_the_other():
    """January to June 1 MW, nothing in July, 2 MW from August."""
    paid = billed(scenario((1, None, "6 month"), (2, "2027-08-01", None)), DEMAND)
    assert paid == pytest.approx([10e3] * 6 + [0] + [20e3] * 5)


def test_pools_that_overlap_add_up_while_they_do():
    """1 MW all year, 2 MW more from March to August."""
    paid = billed(scenario((1, None, None), (2, "2027-03-01", "6 month")), DEMAND)
    assert paid == pytest.approx([10e3] * 2 + [30e3] * 6 + [10e3] * 4)


def test_a_pool_that_takes_over_at_the_turn_of_a_month_is_billed_alone():
    paid = billed(scenario((3, None, "4 month"), (2, "2027-05-01", None)), DEMAND)
    assert paid == pytest.approx([30e3] * 4 + [20e3] * 8)


def test_the_peaks_of_pools_are_billed_while_they_are_in_service():
    """Peaks of 3 and 4 MW over means of 1 and 2: the peak of a pool that has gone is not added."""
    text = scenario((1, None, "6 month"), (2, "2027-05-01", None)).replace('peak_demand = "0 W"\n', "")
    for power, peak in ((1, 3), (2, 4)):
        text = text.replace(
            f'energy_per_year = "{power} MW"', f'energy_per_year = "{power} MW"\npeak_demand="{peak} MW"'
        )
    assert billed(text, DEMAND) == pytest.approx([30e3] * 4 + [70e3] * 2 + [40e3] * 6)


def test_what_is_contracted_is_what_is_in_service():
    """85 % of 10 MW against 1 MW drawn, and of 20 MW in all while the second pool is there."""
    text = scenario((1, None, None), (1, "2027-07-01", "2 month"), contracted_demand="10 MW").replace(
        'contracted_demand = "0 W"\n', ""
    )
    paid = billed(text, '[[contract]]\nprice = "10 USD/kW/month"\nshare = "85 %"')
    assert paid == pytest.approx([75e3] * 6 + [150e3] * 2 + [75e3] * 4)


@pytest.mark.parametrize(("year", "days"), [(2027, 28), (2028, 29)])
def test_energy_is_billed_for_the_days_of_each_month(year, days):
    paid = billed(scenario((1, None, None), start=f"{year}-01-01"), ENERGY)
    lengths = [31, days, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert paid == pytest.approx([100 * 24 * each for each in lengths])


def test_a_year_from_the_middle_of_a_month_pays_twelve_months():
    """The months of the start and of the end pay their share of what is charged by the month."""
    text = scenario((1, None, None), start="2027-01-15")
    assert billed(text, f'fixed = "100 USD/month"\n{DEMAND}').sum() == pytest.approx(12 * 10_100)
    assert billed(text, ENERGY).sum() == pytest.approx(365 * 24 * 100)
    assert billed(text, DEMAND)[0] == pytest.approx(10e3 * 17 / 31)


def test_the_first_day_of_a_pool_is_the_start_where_the_scenario_says_none():
    text = scenario((1, "2028-02-01", None), start=None)
    assert billed(text, ENERGY)[0] == pytest.approx(29 * 24 * 100)
    summer = f"{ENERGY}months = [4]\n" + '[[energy]]\nprice = "0 USD/MWh"'
    assert np.flatnonzero(billed(text, summer)).tolist() == [2]


RATCHET = f'{DEMAND}ratchet = "80 %"\n'
IN_SEASONS = TWO_SEASONS.replace("months = ", 'ratchet = "80 %"\nmonths = ')
SUMMER = scenario((1, None, None), (2, "2027-07-01", "1 month"), period="2 year")


@pytest.mark.parametrize("text", [RATCHET, IN_SEASONS], ids=["one season", "two seasons"])
def test_a_ratchet_looks_back_over_the_seasons_of_its_charge(text):
    """1 MW, and 3 MW in July 2027: 80 % of that for eleven months; 60 + 30 + 11 x 24 + 60 thousand dollars."""
    paid = billed(SUMMER, text)
    assert paid == pytest.approx([10e3] * 6 + [30e3] + [24e3] * 11 + [10e3] * 6)
    assert paid.sum() == pytest.approx(414e3)


def test_a_ratchet_within_one_season_looks_at_that_season():
    """A charge of July to September alone: what the winter draws is none of its business."""
    text = scenario((1, None, None), (2, "2027-02-01", "1 month"), (1, "2027-07-01", "1 month"), period="2 year")
    paid = billed(text, f'{DEMAND}months = [7, 8, 9]\nratchet = "80 %"')
    assert paid[:12] == pytest.approx([0] * 6 + [20e3, 16e3, 16e3] + [0] * 3)
    # In the next year July still looks back on it, within eleven months only.
    assert paid[12:] == pytest.approx([0] * 6 + [10e3, 10e3, 10e3] + [0] * 3)


def test_tables_of_one_name_are_periods_of_one_charge():
    """By day and by night: the peak of the day holds the night up where both have one name."""
    day, night = "hours = [8, 20]\n", "hours = [20, 8]\n"
    power = np.full(8760, MEGAWATT)
    power[: 31 * 24][np.arange(31 * 24) % 24 == 12] = 3 * MEGAWATT
    for name, second in (("", 10e3), ('name = "peak"\n', 24e3)):
        text = f'{DEMAND}{name}ratchet = "80 %"\n{day}{DEMAND}{name}ratchet = "80 %"\n{night}'
        charges = tariff(text).demand
        assert len(tariffs.seasons(charges)) == (1 if name else 2)
        assert tariffs.bill(tariff(text), power)["demand"][1] == pytest.approx(24e3 + second)


def test_charges_that_share_a_month_are_charges_of_their_own():
    seasonal = tariff(RATCHET + IN_SEASONS).demand
    assert [len(charge) for charge in tariffs.seasons(seasonal)] == [1, 2]


def test_a_month_without_service_pays_nothing():
    """Neither what is fixed nor a ratchet nor a minimum, nor a share of the yearly minimum."""
    text = scenario((1, None, "6 month"), (1, "2027-08-01", None))
    paid = billed(text, f'fixed = "100 USD/month"\nminimum = "50000 USD/month"\n{RATCHET}')
    assert paid == pytest.approx([50e3] * 6 + [0] + [50e3] * 5)
    least = billed(text, f'annual_minimum = "1200000 USD/year"\n{DEMAND}')
    assert least.sum() == pytest.approx(11 * 100e3)


# Against the price that holds for everything


@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"energy_escalation": "4 %"},
        {"payment_interval": "3 month", "energy_escalation": "-2 %"},
        {"period": "40.5 month", "tax_rate": "21 %", "energy_escalation": "3 %"},
        {"period": "40.5 month", "payment_interval": "1 year"},
    ],
    ids=str,
)
def test_one_price_of_energy_is_the_all_in_price_where_months_are_equal(setting):
    """Month by month and in present value; without a date there is no calendar to depart from."""
    lasts = None if "payment_interval" in setting else "10 month"
    text = scenario((1, None, None), (2, None, lasts), start=None, electricity_price="100 USD/MWh", **setting)
    plain = plan_ledger.of_plan(planned(text))
    by_tariff = plan_ledger.with_tariff(plain, tariff(ENERGY))
    paid, all_in = (books.ledger.amounts(quantity=BILL) for books in (by_tariff, plain))
    assert paid == pytest.approx(all_in, rel=1e-9)
    assert by_tariff.ledger.worth(side="own") == pytest.approx(plain.ledger.worth(side="own"), rel=1e-9)


def test_a_calendar_bills_the_hours_of_its_days_at_the_all_in_price():
    """Two years, one of them a leap year, are 731 days; the accounts count 730."""
    text = scenario((1, None, None), period="2 year", electricity_price="100 USD/MWh")
    plain = plan_ledger.of_plan(planned(text))
    paid = billed(text, ENERGY)
    assert paid.sum() / -plain.ledger.total(quantity=BILL) == pytest.approx(731 / 730, rel=1e-9)
    assert len(paid) == plain.ledger.months == 24


def test_a_rise_that_the_tariff_states_replaces_that_of_the_plan():
    paid = billed(scenario((1, None, None), period="2 year", energy_escalation="5 %"), f'escalation = "10 %"\n{DEMAND}')
    assert paid == pytest.approx([10e3] * 12 + [11e3] * 12)


def test_what_the_months_are_is_said():
    undated = scenario((1, None, None), start=None)
    dated, equal = (dict(plan_ledger.assumptions(books_of(text, DEMAND), Currency())) for text in (SUMMER, undated))
    assert "calendar from 2027-01-01" in dated["months"] and "month of the calendar" in dated["electricity"]
    assert "says no start" in equal["months"] and "730 hours" in equal["months"] and "730" in equal["electricity"]


def test_a_bill_without_a_date_does_not_depend_on_today():
    text = scenario((1, None, None), start=None)
    seasonal = f'{ENERGY}days = "weekdays"\nmonths = [2]\n[[energy]]\nprice = "0 USD/MWh"'
    paid = billed(text, seasonal)
    # Of the 730 hours of February, the first a Wednesday from ten o'clock on.
    hours = [hour for hour in range(730, 1460) if hour // 24 % 7 < 5]
    assert np.flatnonzero(paid).tolist() == [1] and paid[1] == pytest.approx(100 * len(hours))


# Who pays, and for what


TWO_SITES = """
name = "two sites"
start = 2027-01-01
[choose]
system = "dgx-h100"
[set]
accelerators = "8 accelerator"
peak_demand = "0 W"
energy_per_year = "1 MW"
analysis_period = "1 year"
[[pool]]
name = "east"
choose = { site = "us-virginia" }
[[pool]]
name = "west"
choose = { site = "us-oregon" }
[[pool]]
name = "west, later"
start = 2027-07-01
choose = { site = "us-oregon" }
"""


def test_each_site_has_a_meter_of_its_own():
    books = books_of(TWO_SITES, f'fixed = "100 USD/month"\n{DEMAND}')
    fixed = books.ledger.pick(line="electricity: fixed")
    assert [flow.pool for flow in fixed] == ["us-virginia", "us-oregon"]
    assert -books.ledger.total(line="electricity: fixed") == pytest.approx(2 * 1200)
    west = -books.ledger.amounts(line="electricity: demand", pool="us-oregon")[1:]
    assert west == pytest.approx([10e3] * 6 + [20e3] * 6)


def test_electricity_within_a_total_that_is_set_is_not_billed_again():
    with pytest.raises(InputError, match="opex_per_year is set"):
        books_of(scenario((1, None, None), opex_per_year="1 MUSD/year"), DEMAND)


def test_pools_of_different_taxes_cannot_share_a_bill():
    text = scenario((1, None, None), (1, None, None)).replace(
        'name = "pool 1"\n[pool.set]', 'name = "pool 1"\n[pool.set]\ntax_rate = "20 %"'
    )
    with pytest.raises(InputError, match="different values of tax_rate"):
        books_of(text, DEMAND)


def test_taxes_follow_the_bill():
    text = scenario((1, None, None), (2, "2027-07-01", "3 month"), tax_rate="21 %", electricity_price="100 USD/MWh")
    plain, by_tariff = plan_ledger.of_plan(planned(text)).ledger, books_of(text, DEMAND).ledger
    dearer, saved = (
        by_tariff.amounts(**tags) - plain.amounts(**tags) for tags in ({"quantity": BILL}, {"quantity": "tax"})
    )
    assert saved == pytest.approx(-0.21 * dearer, abs=1e-6)


# Properties of bills


START = datetime.date(2027, 1, 1)
PRICES = st.integers(1, 50)
SHARES = st.sampled_from(["0 %", "50 %", "80 %", "100 %"])
LOADS = st.lists(st.integers(0, 5), min_size=4, max_size=4)


def by_month(levels, start=START):
    """Megawatts in each month from January 2027 on."""
    days = itertools.chain.from_iterable([level] * days for level, days in zip(levels, (31, 28, 31, 30), strict=True))
    return np.repeat(list(days), 24) * MEGAWATT


def load_of(*pools):
    """Pools on one meter, each its megawatts by month; no load, no service."""
    power = sum(by_month(levels) for levels in pools)
    return tariffs.Load(power, power, power, power > 0)


@settings(max_examples=40, deadline=None)
@given(levels=LOADS, turn=st.integers(0, 4), energy=PRICES, demand=PRICES, fixed=PRICES)
def test_pools_that_never_overlap_pay_what_each_pays(levels, turn, energy, demand, fixed):
    """The energy and, month by month, the demand and the fixed charge of the pool in service."""
    text = f'fixed = "{fixed} USD/month"\n[[energy]]\nprice = "{energy} USD/MWh"\n'
    text += f'[[demand]]\nprice = "{demand} USD/kW/month"'
    first, second = levels[:turn] + [0] * (4 - turn), [0] * turn + levels[turn:]
    together = tariffs.bill_of_load(tariff(text), load_of(first, second), START)
    apart = [tariffs.bill_of_load(tariff(text), load_of(each), START) for each in (first, second)]
    for item in ("energy", "demand", "fixed", "total"):
        assert together[item] == pytest.approx(apart[0][item] + apart[1][item], rel=1e-12), item
    assert together["demand"] == pytest.approx([1000 * demand * level for level in levels])
    assert together["energy"].sum() == pytest.approx(by_month(levels).sum() / MEGAWATT * energy)


@settings(max_examples=40, deadline=None)
@given(levels=LOADS, cut=st.integers(1, 3), ratchet=SHARES, price=PRICES, least=st.integers(0, 3))
def test_a_season_cut_in_two_of_one_price_changes_nothing(levels, cut, ratchet, price, least):
    said = f'price = "{price} USD/kW/month"\nratchet = "{ratchet}"\nleast = "{least} MW"\n'
    energy = f'[[energy]]\nprice = "{price} USD/MWh"\n'
    whole = f"[[demand]]\n{said}{energy}"
    parts = [list(range(1, cut + 1)), list(range(cut + 1, 13))]
    split = "".join(f"[[demand]]\n{said}months = {months}\n{energy}months = {months}\n" for months in parts)
    one, other = (tariffs.bill_of_load(tariff(text), load_of(levels), START)["total"] for text in (whole, split))
    assert one == pytest.approx(other, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(levels=LOADS, ratchet=SHARES, share=SHARES, prices=st.tuples(PRICES, PRICES, PRICES))
def test_two_equal_pools_are_one_of_twice_the_size(levels, ratchet, share, prices):
    text = f"""
[[energy]]
price = "{prices[0]} USD/MWh"
tiers = [{{ up_to = "100 h", price = "{prices[1]} USD/MWh" }}]
[[demand]]
price = "{prices[1]} USD/kW/month"
ratchet = "{ratchet}"
[[coincident]]
price = "{prices[2]} USD/kW/month"
[[contract]]
price = "{prices[2]} USD/kW/month"
share = "{share}"
"""
    two = tariffs.bill_of_load(tariff(text), load_of(levels, levels), START)
    one = tariffs.bill_of_load(tariff(text), load_of([2 * level for level in levels]), START)
    for item, amounts in two.items():
        assert np.array_equal(amounts, one[item]), item


@settings(max_examples=25, deadline=None)
@given(
    starts=st.lists(st.integers(0, 23), min_size=1, max_size=3),
    lasts=st.lists(st.integers(1, 12), min_size=3, max_size=3),
    powers=st.lists(st.integers(1, 4), min_size=3, max_size=3),
    year=st.integers(2026, 2030),
)
def test_a_bill_is_the_hours_times_the_price_and_the_highest_power_of_each_month(starts, lasts, powers, year):
    """Worked by hand from whole months: who is in service, days of the calendar, price."""
    first = datetime.date(year, 1, 1)
    hours = [24 * calendar.monthrange(year + month // 12, month % 12 + 1)[1] for month in range(36)]
    drawn = np.zeros(36)
    pools = [(1, None, "1 month")]
    drawn[0] += 1
    for begins, length, power in zip(starts, lasts, powers, strict=False):
        drawn[begins : begins + length] += power
        pools.append((power, datetime.date(year + begins // 12, begins % 12 + 1, 1), f"{length} month"))
    text = scenario(*pools, start=first, period="3 year")
    paid = billed(text, ENERGY + DEMAND)
    expected = drawn * (100 * np.array(hours) + 10_000)
    assert paid == pytest.approx(expected[: len(paid)], rel=1e-9)
    assert paid.sum() == pytest.approx(expected.sum(), rel=1e-9)
