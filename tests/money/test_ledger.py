"""The ledger: agrees with the closed forms of the finance room; its measures; its properties."""

import datetime
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.model import wiring
from planner.money import ledger, plan_ledger, returns
from planner.plan import sizing
from planner.scenario import resolve
from tests.conftest import CATALOG, asked, planned

CLOSED = (
    "npv_own",
    "npv_cloud",
    "npv_saving",
    "cost_per_accelerator_hour",
    "cost_per_useful_accelerator_hour",
    "break_even_utilization",
)


def resolved(name="own-8000-h100", **changes):
    the_scenario = resolve.resolve(asked(name, **changes), CATALOG)
    planned, _ = sizing.with_size_and_strategies(the_scenario)
    return planned.given, planned.options


def ledger_of(name="own-8000-h100", **changes):
    values, options = resolved(name, **changes)
    return ledger.ledger(values, options), values, options


VARIANTS = [
    {},
    {"analysis_period": "40.5 month"},
    {"discount_rate": "0 %"},
    {"energy_escalation": "3 %", "staff_escalation": "4 %", "operation_escalation": "1 %"},
    {"cloud_price_path": "declining"},
    {"price_basis": "real"},
    {"facility_mode": "build"},
    {"facility_mode": "retrofit", "residual_method": "straight-line"},
    {"residual_method": "table", "refresh_interval": "18 month", "refresh_price_share": "70 %"},
    {"residual_method": "successor", "refresh_interval": "12 month", "refresh_price_share": "80 %"},
    {"financing": "debt"},
    {"financing": "debt", "debt_term": "5 year", "price_basis": "real"},
    {"financing": "lease"},
    {"tax_rate": "21 %"},
    {"tax_rate": "21 %", "analysis_period": "77 month", "depreciation": "table"},
    {"tax_rate": "21 %", "depreciation": "straight-line", "price_basis": "real"},
    {"tax_rate": "25 %", "depreciation": "immediate", "financing": "debt", "debt_term": "6 year"},
    {"tax_rate": "25 %", "financing": "lease", "facility_mode": "build", "residual_method": "zero"},
    {"tax_rate": "30 %", "refresh_interval": "18 month", "refresh_price_share": "90 %"},
    {"accounting_year": "8766 h"},
    {"accounting_month": "720 h"},
    {"electricity_billing": "itemised"},
    {"cloud_term": "reserved-3y", "cloud_reserved_3y_price": "3 USD/accelerator/h", "analysis_period": "4 year"},
    {
        "cloud_term": "reserved-1y",
        "cloud_price": "3 USD/accelerator/h",
        "analysis_period": "30 month",
        "tax_rate": "20 %",
    },
    {"payment_interval": "1 year", "energy_escalation": "3 %", "tax_rate": "21 %"},
    {"payment_interval": "1 year", "analysis_period": "40.5 month"},
    {"payment_interval": "3 month", "analysis_period": "4 year", "cloud_price_path": "declining"},
]


@pytest.mark.parametrize("changes", VARIANTS, ids=lambda c: ",".join(f"{k}={v}" for k, v in c.items()) or "default")
def test_the_closed_forms_agree_with_the_ledger(changes):
    found, values, options = ledger_of(**changes)
    closed = wiring.evaluate(CLOSED, values, options)
    derived = returns.derived(found, [returns.Member(values, options)])
    for name in CLOSED:
        assert derived[name] == pytest.approx(float(closed[name]), rel=1e-9), name


@pytest.mark.parametrize("changes", [c for c in VARIANTS if not {"financing", "tax_rate"} & set(c)])
def test_the_undiscounted_sums_and_the_rate_of_return_agree(changes):
    """Before financing and tax; a plan with early refreshes has no rate of return in closed form."""
    found, values, options = ledger_of(**changes)
    closed = wiring.evaluate(("tco", "cloud_tco", "irr", "capex", "opex_total"), values, options)
    assert -float(np.sum(found.amounts(side="own"))) == pytest.approx(float(closed["tco"]), rel=1e-9)
    assert -float(np.sum(found.amounts(side="rent"))) == pytest.approx(float(closed["cloud_tco"]), rel=1e-9)
    assert -float(np.reshape(found.amounts(side="own"), -1)[0]) == pytest.approx(float(closed["capex"]), rel=1e-9)
    derived = returns.derived(found, [returns.Member(values, options)])
    if "refresh_interval" in changes:
        assert math.isnan(closed["irr"])
    else:
        assert derived["irr"] == pytest.approx(float(closed["irr"]), rel=1e-6)


def test_the_break_even_month_is_that_of_the_running_sum():
    found, values, options = ledger_of()
    closed = float(wiring.evaluate(("break_even_time",), values, options)["break_even_time"])
    derived = returns.derived(found, [returns.Member(values, options)])["break_even_month"]
    assert derived == pytest.approx(closed / values["calendar_month"], rel=1e-9)
    running = np.cumsum(np.reshape(found.saving(without=returns._SETTLED), -1))
    assert running[math.ceil(derived)] >= 0 > running[math.ceil(derived) - 1]


def test_parts_of_a_total_give_way_to_a_total_that_is_set():
    found, _, _ = ledger_of(capex="400 MUSD")
    assert [f.quantity for f in found.flows if float(np.reshape(f.amounts, -1)[0]) < 0 and f.side == "own"] == ["capex"]
    assert float(np.reshape(found.amounts(side="own"), -1)[0]) == -400e6


def test_a_ledger_of_part_of_the_inputs_gives_what_it_can():
    """No cloud offer: the owned side stands, the measures that need both are absent and said to be missing."""
    found, values, options = ledger_of("facility-30mw")
    assert not [flow for flow in found.pick(side="rent") if flow.quantity == "cloud_cost_per_year"]
    assert "cloud_cost_per_year" in found.missing
    derived = returns.derived(found, [returns.Member(values, options)])
    assert derived["npv_own"] < 0
    assert "break_even_utilization" not in derived or derived["break_even_utilization"] is None


def test_a_side_with_a_line_left_out_has_no_total(capsys):
    """Without a price of the systems the other lines stand, and nothing is derived from them."""
    values, options = resolved()
    for name in ("system_price", "accelerator_price"):
        values.pop(name, None)
    books = ledger.ledger(values, options)
    assert "capex_compute" in books.incomplete["own"]
    assert books.pick(quantity="staff_per_year")
    derived = returns.derived(books, [returns.Member(values, options)])
    assert "npv_own" not in derived and "npv_saving" not in derived and derived["npv_cloud"] < 0


def test_many_scenarios_at_once_are_columns():
    values, options = resolved()
    prices = np.array([2.0, 3.5, 5.0]) / 3600
    many = ledger.ledger({**values, "cloud_price": prices}, options)
    assert np.shape(many.worth(side="rent")) == (3,)
    for index, price in enumerate(prices):
        one = ledger.ledger({**values, "cloud_price": float(price)}, options)
        assert many.worth(side="rent")[index] == pytest.approx(float(one.worth(side="rent")), rel=1e-12)


def test_pools_add_up_and_a_later_pool_is_paid_later():
    values, options = resolved()
    first = ledger.ledger(values, options, pool="a")
    second = ledger.ledger(values, options, pool="b", start=12)
    both = ledger.combined([first, second])
    assert both.months == 48
    total = both.amounts(side="own")
    assert total.sum() == pytest.approx(first.amounts(side="own").sum() + second.amounts(side="own").sum(), rel=1e-12)
    assert np.all(second.amounts(side="own")[:12] == 0)
    assert second.amounts(side="own")[12] == first.amounts(side="own")[0]
    later = float(first.worth(side="own")) * float(first.discount_factor) ** 12
    assert float(second.worth(side="own")) == pytest.approx(later, rel=1e-12)
    assert both.amounts(pool="b").sum() == pytest.approx(second.amounts().sum(), rel=1e-12)


# Properties


@settings(max_examples=25, deadline=None)
@given(k=st.floats(0.1, 10))
def test_scaling_all_prices_scales_all_costs(k):
    """Every dollar among the inputs times k gives every amount of the ledger times k."""
    from planner import glossary, units

    values, options = resolved(tax_rate="21 %", financing="debt", energy_escalation="2 %")
    rows = glossary.quantities()
    scaled = {}
    for name, value in values.items():
        power = dict(units.unit(rows[name].unit).dimensions).get("[currency]", 0) if name in rows else 0
        scaled[name] = value * k**power
    plain, dear = ledger.ledger(values, options), ledger.ledger(scaled, options)
    for one, other in zip(plain.flows, dear.flows, strict=True):
        assert np.allclose(other.amounts, k * one.amounts, rtol=1e-9, atol=1e-3), one.line


@settings(max_examples=50, deadline=None)
@given(
    first=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=24),
    second=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=24),
    factor=st.floats(0.9, 1),
    k=st.floats(-5, 5),
)
def test_present_value_is_linear_in_the_cash_flows(first, second, factor, k):
    def book(*amounts):
        flows = [
            ledger.Flow("own", "a", str(n), "q", np.array(one), np.arange(len(one), dtype=float))
            for n, one in enumerate(amounts)
        ]
        return ledger.Ledger(flows, factor)

    scaled = [k * amount for amount in second]
    together = float(book(first, scaled).worth())
    apart = float(book(first).worth()) + k * float(book(second).worth())
    assert together == pytest.approx(apart, rel=1e-9, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(low=st.floats(0.05, 0.95), more=st.floats(0.01, 0.5))
def test_longer_idle_never_cheapens_a_useful_hour(low, more):
    values, options = resolved()
    high = min(1.0, low + more)
    wanted = ("cost_per_useful_accelerator_hour",)
    idle = wiring.evaluate(wanted, {**values, "utilization": low}, options)[wanted[0]]
    busy = wiring.evaluate(wanted, {**values, "utilization": high}, options)[wanted[0]]
    assert idle >= busy


@settings(max_examples=40, deadline=None)
@given(price=st.floats(1.0, 8.0))
def test_break_even_within_the_period_means_a_positive_running_sum(price):
    values, options = resolved()
    books = ledger.ledger({**values, "cloud_price": price / 3600}, options)
    month = returns.derived(books, [returns.Member(values, options)])["break_even_month"]
    running = np.cumsum(np.reshape(books.saving(without=returns._SETTLED), -1))
    if month is None:
        assert running[-1] < 0
    else:
        assert np.all(running[math.ceil(month) :] >= -1e-3) and (month == 0 or running[math.ceil(month) - 1] < 0)


# Rate of return


def test_the_rate_of_return_by_hand():
    """−100 now and 110 after twelve months: 10 % a year."""
    assert returns.rate_of_return([-100.0, 110.0], [0, 12]) == pytest.approx(0.10, rel=1e-9)


@pytest.mark.parametrize(
    ("amounts", "times"),
    [
        ([-100.0, -5.0], [0, 12]),
        ([100.0, 5.0], [0, 12]),
        ([0.0, 0.0], [0, 12]),
        ([-100.0, 230.0, -132.0], [0, 12, 24]),
        ([-100.0, 1.0], [0, 1]),
    ],
    ids=["only paid", "only received", "nothing", "two rates", "lost beyond the range"],
)
def test_no_rate_of_return_where_there_is_none_or_more_than_one(amounts, times):
    """−100, 230, −132 is worth nothing at 10 % as well as at 20 %."""
    assert returns.rate_of_return(amounts, times) is None


def test_owning_that_never_pays_has_no_rate_of_return():
    found, values, options = ledger_of(cloud_price="0.05 USD/accelerator/h", residual_method="zero")
    assert returns.derived(found, [returns.Member(values, options)])["irr"] is None
    assert returns.derived(found, [returns.Member(values, options)])["break_even_month"] is None
    assert math.isnan(wiring.evaluate(("irr",), values, options)["irr"])


# Command


def test_the_command_prints_lines_years_measures_and_assumptions(run):
    out = run("ledger", "own-8000-h100").out
    for words in ("rent of accelerators", "year 3", "npv_saving", "discount_rate: 8 %", "cheapest mix"):
        assert words in out


def test_amounts_in_another_currency_name_the_rate_and_its_date(run):
    euro = run("ledger", "own-8000-h100", "--json", "--currency", "EUR=0.5@2026-11-01").json
    dollar = run("ledger", "own-8000-h100", "--json").json
    assert euro["currency"] == {"name": "EUR", "per_usd": 0.5, "date": "2026-11-01"}
    assert euro["flows"][0]["amounts"][0] == pytest.approx(dollar["flows"][0]["amounts"][0] / 2)
    assert "0.5 EUR for 1 USD of 2026-11-01" in euro["assumptions"]["currency"]


@pytest.mark.parametrize("given_text", ["EUR", "EUR=", "EUR=-1", "EUR=1@soon", "=1", "E1=2", "EUR=nan"])
def test_a_currency_that_is_none_is_bad_input(given_text, run):
    assert "NAME=RATE" in run("ledger", "own-8000-h100", "--currency", given_text, status=2).err


@pytest.mark.parametrize(
    ("name", "measures"),
    [
        ("own-8000-h100", ("cost_per_accelerator_hour", "cost_per_useful_accelerator_hour", "cost_per_compute")),
        ("own-8000-h100", ("npv_saving_static", "npv_saving_declining")),
        ("llama-3.1-405b", ("cost_per_training_run", "cost_per_useful_accelerator_hour")),
        ("enterprise-8-gpu", ("cost_per_million_tokens", "break_even_utilization")),
    ],
)
def test_unit_costs_of_the_ledger_are_those_of_the_plan(name, measures):
    books = plan_ledger.of_plan(planned(name))
    for measure in measures:
        assert books.measures[measure] == pytest.approx(float(books.plan.whole[measure]), rel=1e-9), measure


def test_the_books_of_a_plan_without_pools_are_those_of_its_values():
    books = plan_ledger.of_plan(planned("own-8000-h100"))
    assert books.measures["npv_saving"] == pytest.approx(float(books.plan.whole["npv_saving"]), rel=1e-9)


POOLS = """
name = "two owned pools and a rented one"
workload = "capacity"
start = 2027-01-01
[choose]
system = "dgx-h100"
site = "us-virginia"
cloud = "aws-p5"
[set]
analysis_period = "4 year"
[[pool]]
name = "a"
[pool.set]
accelerators = "1024 accelerator"
[[pool]]
name = "b"
start = 2028-01-01
[pool.set]
accelerators = "2048 accelerator"
[[pool]]
name = "c"
[pool.set]
accelerators = "256 accelerator"
ownership = "rented"
"""


def test_the_books_of_pools_agree_with_the_plan_of_the_whole():
    books = plan_ledger.of_plan(planned(POOLS))
    assert books.measures["npv_own"] == pytest.approx(float(books.plan.whole["npv_spend"]), rel=1e-6)
    assert -float(books.ledger.total(side="own")) == pytest.approx(float(books.plan.whole["spend"]), rel=1e-6)
    # What is rented anyway saves nothing against renting.
    own, rent = (books.ledger.amounts(side=side, pool="c") for side in ("own", "rent"))
    assert np.array_equal(own, rent) and own.sum() < 0
    assert np.all(books.ledger.amounts(side="own", pool="b")[:12] == 0)
    for tag in ("a", "b", "c"):
        assert np.all(np.isfinite(books.ledger.amounts(pool=tag)))


def test_a_scenario_may_set_its_currency_rate_and_day(run):
    setting = ["--set", "currency=EUR", "--set", "exchange_rate=0.5", "--set", "exchange_rate_day=20261101"]
    out = run("plan", "own-8000-h100", *setting).out
    assert "In EUR at 0.5 EUR for 1 USD of 2026-11-01, prices of 2026" in out and "MEUR" in out
    assert "0.5 EUR for 1 USD of 2026-11-01" in run("ledger", "own-8000-h100", *setting).out
    assert "exchange_rate" in run("plan", "own-8000-h100", "--set", "currency=EUR", status=2).err
    assert "20261101" in run("plan", "own-8000-h100", *setting[:4], "--set", "exchange_rate_day=20261332", status=2).err


CHOICES = {
    "facility_mode": ("build", "colocation", "retrofit"),
    "residual_method": ("exponential", "straight-line", "zero", "table", "successor"),
    "financing": ("cash", "debt", "lease"),
    "depreciation": ("straight-line", "table", "immediate"),
    "price_basis": ("nominal", "real"),
    "cloud_price_path": ("static", "declining"),
    "electricity_billing": ("all-in", "itemised"),
    "cloud_term": ("on-demand", "reserved-1y", "reserved-3y"),
    "payment_interval": ("1 month", "3 month", "1 year"),
    "tax_rate": ("0 %", "25 %"),
    "analysis_period": ("7 month", "24 month", "41.3 month", "84 month"),
    "debt_term": ("12 month", "48 month"),
    "refresh_interval": ("100 year", "12 month", "20 month"),
    "refresh_price_share": ("60 %", "100 %"),
    "discount_rate": ("0 %", "9 %"),
    "energy_escalation": ("-3 %", "4 %"),
    "accounting_month": ("720 h", "730 h"),
}


@settings(max_examples=40, deadline=None)
@given(chosen=st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in CHOICES.items()}))
def test_the_closed_forms_agree_with_the_ledger_under_any_choice(chosen):
    found, values, options = ledger_of(**chosen, cloud_reserved_1y_price="3 USD/accelerator/h")
    closed = wiring.evaluate((*CLOSED, "tco", "cloud_tco"), values, options)
    derived = returns.derived(found, [returns.Member(values, options)])
    for name in CLOSED:
        assert derived[name] == pytest.approx(float(closed[name]), rel=1e-9, abs=1e-3), name
    paid = found.total(side="own") - found.total(side="own", asset="financing") - found.total(side="own", asset="tax")
    assert -float(paid) == pytest.approx(float(closed["tco"]), rel=1e-9)
    rent = found.total(side="rent") - found.total(side="rent", asset="tax")
    assert -float(rent) == pytest.approx(float(closed["cloud_tco"]), rel=1e-9)


LATE = """
name = "a pool that starts later"
workload = "capacity"
start = {first}
[choose]
system = "dgx-h100"
site = "us-virginia"
cloud = "aws-p5"
[set]
analysis_period = "5 year"
{settings}
[[pool]]
name = "first"
set = {{ accelerators = "1024 accelerator" }}
[[pool]]
name = "later"
start = {later}
set = {{ accelerators = "2048 accelerator" }}
"""
LATER_CHOICES = {name: choices for name, choices in CHOICES.items() if name not in ("analysis_period", "cloud_term")}
LATER_CHOICES |= {"staff_escalation": ("0 %", "5 %"), "operation_escalation": ("0 %", "-2 %")}
# Replacement that does not fall on whole months either.
LATER_CHOICES["refresh_interval"] = ("100 year", "17.3 month")


@settings(max_examples=25, deadline=None)
@given(
    chosen=st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in LATER_CHOICES.items()}),
    first=st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31)),
    days=st.integers(1, 1400),
)
def test_the_plan_of_a_pool_that_starts_on_any_day_agrees_with_the_ledger(chosen, first, days):
    """Present values and sums: a later pool pays the prices of its own time, in the plan as in the ledger."""
    said = "\n".join(f'{name} = "{value}"' for name, value in chosen.items())
    text = LATE.format(first=first, later=first + datetime.timedelta(days=days), settings=said)
    found = plan_ledger.of_plan(planned(text))
    for name in ("npv_own", "npv_cloud", "npv_saving"):
        assert found.measures[name] == pytest.approx(float(found.plan.whole[name]), rel=1e-9, abs=1e-3), name
    book = found.ledger
    paid = book.total(side="own") - book.total(side="own", asset="financing") - book.total(side="own", asset="tax")
    assert -float(paid) == pytest.approx(float(found.plan.whole["tco"]), rel=1e-9)
    rent = book.total(side="rent") - book.total(side="rent", asset="tax")
    assert -float(rent) == pytest.approx(float(found.plan.whole["cloud_tco"]), rel=1e-9)
    assert book.months == 60
    assert book.amounts(side="own").sum() == pytest.approx(float(book.total(side="own")), rel=1e-12)


@pytest.mark.parametrize("rate", ["0 %", "3.7 %", "9 %", "31 %"])
@pytest.mark.parametrize("term", ["12 month", "17 month", "3 year"])
def test_a_loan_that_is_paid_off_ends_at_exactly_nothing(rate, term):
    found, values, options = ledger_of(financing="debt", debt_rate=rate, debt_term=term)
    assert wiring.evaluate(["financing_settlement"], values, options)["financing_settlement"] == 0
    assert float(found.total(line="settlement")) == 0


def test_a_loan_longer_than_the_period_ends_with_what_is_owed():
    """Twelve of sixty payments are left: their worth at the loan's rate."""
    _, values, options = ledger_of(financing="debt", debt_rate="12 %", debt_term="5 year", analysis_period="4 year")
    known = wiring.evaluate(["financing_settlement", "financing_payment"], values, options)
    payment = known["financing_payment"] * values["calendar_month"]
    assert known["financing_settlement"] == pytest.approx(sum(payment / 1.01**m for m in range(1, 13)), rel=1e-9)


def test_a_period_of_whole_months_by_rounding_ends_with_them():
    """35.999999999999996 months are 36: nothing is lost at the end, and no month is added."""
    plain, _, _ = ledger_of(analysis_period="3 year")
    for nudge in (-1e-9, 1e-9):
        values, options = resolved(analysis_period="3 year")
        values["analysis_period"] = values["analysis_period"] * (1 + nudge * 1e-6)
        found = ledger.ledger(values, options)
        assert found.months == plain.months == 36
        assert float(found.worth(side="own")) == pytest.approx(float(plain.worth(side="own")), rel=1e-9)
