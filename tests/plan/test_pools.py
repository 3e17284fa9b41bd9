"""Pools: several workloads and generations in one scenario, through the same equations."""

import math

import pytest

from planner import glossary
from planner.errors import InputError
from planner.model import derivation
from planner.money import plan_ledger
from planner.plan import planning
from planner.scenario import scenario, scenario_file

SITE = """
name = "one site"
[choose]
system = "dgx-h100"
fabric = "infiniband-ndr-400g"
cooling = "air"
site = "us-virginia"
cloud = "aws-p5"
"""
TWO = (
    SITE
    + """
[[pool]]
name = "training"
[pool.set]
accelerators = "4096 accelerator"
[[pool]]
name = "serving, second phase"
start = 2027-07-01
[pool.choose]
system = "gb200-nvl72"
cooling = "direct-to-chip"
[pool.set]
accelerators = "1152 accelerator"
site_rack_limit = "150 kW/rack"
"""
)


def planned(text, **changes):
    asked_for = scenario_file.loads(text)
    return planning.plan(scenario.changed(asked_for, {}, changes), bands=False)


def test_one_pool_is_the_same_as_none_bit_for_bit():
    pooled = planned(SITE + '[[pool]]\nname = "base"\n[pool.set]\naccelerators = "4096 accelerator"\n')
    plain = planned(SITE + '[set]\naccelerators = "4096 accelerator"\n')
    assert len(plain.results) > 50
    assert {n: r.value for n, r in plain.results.items()} == {n: pooled.results[n].value for n in plain.results}


@pytest.fixture(scope="module")
def two():
    return planned(TWO)


@pytest.mark.parametrize(
    "name", sorted(n for n, row in glossary.quantities().items() if row.combine in ("sum", "peak"))
)
def test_sums_conserve(name, two):
    """The later pool ends with the first, so the most in service together is everything."""
    the_plan = two
    parts = [the_plan.value(f"{pool}/{name}") for pool in ("training", "serving-second-phase")]
    if None in parts:
        assert name not in the_plan.whole
    else:
        assert the_plan.whole[name] == math.fsum(parts)


def test_what_replaces_another_pool_does_not_add_to_the_peak():
    text = TWO.replace('cloud = "aws-p5"', 'cloud = "aws-p5"\n[set]\nanalysis_period = "4 year"').replace(
        'accelerators = "4096 accelerator"', 'accelerators = "4096 accelerator"\nanalysis_period = "1 year"'
    )
    text = text.replace('name = "one site"', 'name = "one site"\nstart = 2026-07-01')
    the_plan = planned(text)
    old, new = (the_plan.value(f"{pool}/facility_power") for pool in ("training", "serving-second-phase"))
    assert the_plan.whole["facility_power"] == max(old, new)
    assert the_plan.whole["capex"] == the_plan.value("training/capex") + the_plan.value("serving-second-phase/capex")


def test_a_rented_pool_stands_elsewhere_and_costs_its_rent():
    text = TWO.replace('accelerators = "1152 accelerator"', 'accelerators = "1152 accelerator"\nownership = "rented"')
    the_plan = planned(text)
    assert the_plan.whole["facility_power"] == the_plan.value("training/facility_power")
    assert "serving-second-phase/racks" not in the_plan.results
    rent = the_plan.value("serving-second-phase/cloud_tco")
    assert the_plan.whole["spend"] == the_plan.value("training/tco") + rent


def test_headline_figures_say_how_they_combine():
    rows = glossary.quantities()
    extensive = {"USD", "USD/s", "W", "rack", "switch", "accelerator", "token/s", "user"}
    silent = [n for n in glossary.headlines() if rows[n].unit in extensive and rows[n].combine == "none"]
    assert silent == ["cost_per_training_run"]


def test_the_ledger_of_the_pools_agrees_with_what_they_combine_to(two):
    book = plan_ledger.of_plan(two).ledger
    assert -book.worth(side="own") == pytest.approx(-two.whole["npv_own"], rel=1e-9)
    assert -book.worth(side="rent") == pytest.approx(-two.whole["npv_cloud"], rel=1e-9)


def test_pools_give_what_each_gives_alone():
    the_plan = planned(TWO)
    alone = planned(SITE + '[set]\naccelerators = "4096 accelerator"\n')
    for name, result in alone.results.items():
        assert the_plan.results[f"training/{name}"].value == result.value, name


def test_a_pool_without_a_size_takes_what_the_site_leaves():
    text = TWO.replace('accelerators = "1152 accelerator"', "").replace(
        'cloud = "aws-p5"', 'cloud = "aws-p5"\n[set]\nsite_power_limit = "30 MW"'
    )
    the_plan = planned(text)
    size = the_plan.value("serving-second-phase/accelerators")
    assert size % 72 == 0 and size > 72
    assert the_plan.results["facility_power"].value <= 30e6
    larger = planned(text, **{"serving-second-phase/accelerators": f"{size + 72} accelerator"})
    assert larger.results["facility_power"].value > 30e6


def test_a_plain_change_holds_for_every_pool_and_a_prefixed_one_for_its_own():
    every = planned(TWO, utilization="0.5")
    assert every.results["training/energy_per_year"].value < planned(TWO).results["training/energy_per_year"].value
    own = planned(TWO, **{"training/utilization": "0.5"})
    assert own.results["training/energy_per_year"].value == every.results["training/energy_per_year"].value
    name = "serving-second-phase/energy_per_year"
    assert own.results[name].value == planned(TWO).results[name].value > every.results[name].value


def test_the_derivation_of_a_sum_shows_the_pools():
    the_plan = planned(TWO)
    tree = derivation.derivation("racks", the_plan.whole)
    pools = tree.inputs[:2]
    assert [step.name for step in pools] == ["training/racks", "serving-second-phase/racks"]
    assert tree.value == sum(step.value for step in pools)


def test_the_start_of_a_pool_is_its_delay():
    the_plan = planned(TWO.replace('name = "one site"', 'name = "one site"\nstart = 2026-07-01'))
    assert the_plan.value("serving-second-phase/start_delay") == 365 * 86400


def test_every_problem_of_every_pool_is_told_with_its_pool():
    text = TWO.replace('system = "gb200-nvl72"', 'system = "gb200-nvl27"') + 'racs = "1 rack"\n'
    with pytest.raises(InputError) as caught:
        planned(text)
    message = str(caught.value)
    assert "serving-second-phase/choose.system" in message and "gb200-nvl72" in message
    assert "serving-second-phase/set.racs" in message and "racks" in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pool = 3\n" + SITE, "takes tables"),
        (TWO.replace("start = 2027-07-01", 'start = "soon"'), "takes a date"),
        (TWO.replace('name = "training"', 'name = "serving, second phase"'), "another pool"),
        (TWO.replace('name = "one site"', 'name = "one site"\nstart = 2028-01-01'), "lies before"),
        (TWO.replace("[pool.choose]", "[pool.chose]"), "choose"),
    ],
)
def test_a_badly_written_pool_is_refused(text, says):
    with pytest.raises(InputError, match=says):
        planned(text)


def test_two_pools_without_a_size_are_refused():
    text = TWO.replace('accelerators = "4096 accelerator"', "").replace('accelerators = "1152 accelerator"', "")
    with pytest.raises(InputError, match="no size"):
        planned(text)


def test_pools_on_two_sites_are_summed_by_site():
    the_plan = planned(TWO.replace('system = "gb200-nvl72"', 'system = "gb200-nvl72"\nsite = "us-texas"'))
    by_site = [the_plan.results[f"{site}/facility_power"].value for site in ("us-virginia", "us-texas")]
    assert the_plan.results["facility_power"].value == sum(by_site)
    assert the_plan.results["us-texas/serving-second-phase/racks"].value == 16
