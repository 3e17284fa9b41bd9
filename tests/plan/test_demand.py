"""Demand against what is in service."""

import numpy as np
import pytest

from planner.errors import InputError
from planner.plan import by_month, demand, planning
from planner.scenario import scenario_file
from tests.conftest import planned

GROWING = """
name = "growing"
start = 2026-07-01
[choose]
system = "dgx-h100"
cooling = "air"
cloud = "aws-p5"
site = "us-virginia"
[[demand]]
quantity = "installed_accelerators"
now = "3000 accelerator"
growth = ["0 %/year", "100 %/year", "200 %/year"]
[[pool]]
name = "base"
[pool.set]
accelerators = "4096 accelerator"
[[pool]]
name = "second phase"
start = 2027-07-01
[pool.set]
accelerators = "4096 accelerator"
"""


def balance(text=GROWING):
    return demand.balances(by_month.timeline(planned(text)))[0]


def test_demand_grows_by_its_rate_and_capacity_steps_with_the_pools():
    growth = balance()
    assert growth.demand.paths[1][0] == 3000 and growth.demand.paths[1][12] == pytest.approx(6000)
    assert growth.demand.paths[2][12] == pytest.approx(9000)
    assert list(growth.capacity[[0, 11, 12, 35]]) == [4096, 4096, 8192, 8192]


def test_the_first_shortfall_is_where_growth_passes_capacity():
    growth = balance()
    # 3000 · 2^(m/12) > 4096 from m = 12 · log2(4096/3000) = 5.4 on.
    assert growth.first_shortfall(1) == 6
    assert growth.first_shortfall(0) is None


def test_utilization_follows_from_demand():
    the_plan = planned(GROWING)
    low = 3000 * 36 / (4096 * 12 + 8192 * 24)
    assert the_plan.whole.parts["base"].facts["utilization"].low == pytest.approx(low)
    assert low < the_plan.value("base/utilization") < 1
    typed = planned(GROWING.replace("[[demand]]", "[[demand]]\nwait = 6"))
    assert typed.whole["utilization"] == the_plan.whole["utilization"]


def test_each_future_has_an_option_without_regret_and_regret_is_never_negative():
    the_plan = planned(GROWING)
    ways = demand.options(the_plan, balance())
    regret = np.array([way.cost for way in ways])
    regret -= regret.min(axis=0)
    assert np.all(regret >= 0) and np.all(regret.min(axis=0) == 0)
    names = [way.name for way in ways]
    assert names == ["build all now", "as planned", "wait 12 months", "rent the difference"]


def test_rent_of_what_is_short_is_discounted_at_the_rate_of_the_price_basis():
    """In real money 8 % with 3 % of inflation are 1.08 / 1.03 − 1, as in the plans that are compared with it."""
    basis = 'start = 2026-07-01\n[set]\ndiscount_rate = "{}"\ninflation = "3 %"\nprice_basis = "{}"\n'
    texts = [
        GROWING.replace("start = 2026-07-01\n", basis.format(rate, kind), 1)
        for rate, kind in (("8 %", "real"), (f"{100 * (1.08 / 1.03 - 1):.15g} %", "nominal"), ("8 %", "nominal"))
    ]
    real, same, nominal = (demand.options(planned(text), balance(text))[-1].rented[1] for text in texts)
    assert real == pytest.approx(same, rel=1e-9)
    assert real > nominal


def test_what_is_never_short_is_never_rented():
    low = demand.options(planned(GROWING), balance())[0].rented[0]
    assert low == 0


def test_a_forecast_by_month_is_read_from_a_csv_and_its_last_row_holds_on(tmp_path):
    (tmp_path / "forecast.csv").write_text("month,typical\n2026-07,2000 accelerator\n2026-08,5 kaccelerator\n")
    text = GROWING.replace('now = "3000 accelerator"\ngrowth = ["0 %/year", "100 %/year", "200 %/year"]', "")
    path = tmp_path / "growing.toml"
    path.write_text(text.replace("[[demand]]", '[[demand]]\ncsv = "forecast.csv"'))
    balance = demand.balances(by_month.timeline(planning.plan(scenario_file.load(path), bands=False)))[0]
    assert list(balance.demand.paths[0][:3]) == [2000, 5000, 5000] and balance.first_shortfall(1) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('quantity = "installed_accelerators"', 'quantity = "instaled_accelerators"', "installed_accelerators"),
        ('quantity = "installed_accelerators"', 'quantity = "pue"', "adds up over pools"),
        ('now = "3000 accelerator"', 'now = "3000 W"', "demand 1.now"),
        ('now = "3000 accelerator"', "", "demand 1.now"),
        ('["0 %/year", "100 %/year", "200 %/year"]', '["9 %/year", "1 %/year", "2 %/year"]', "not in order"),
        ("[[demand]]", "[[demand]]\nprobability = [0.5, 0.5, 0.5]", "add up to 1.5"),
        ("[[demand]]", "[[demand]]\nwait = -1", "whole number of months"),
        ("[[demand]]", '[[demand]]\ncsv = "nowhere.csv"', "cannot read"),
        ("[[demand]]", "[[demand]]\ngrow = 1", "growth"),
    ],
)
def test_a_badly_written_demand_is_refused(old, new, says):
    with pytest.raises(InputError, match=says):
        planned(GROWING.replace(old, new))
