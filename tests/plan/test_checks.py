"""What is set and contradicts the rest fails a check that names both; what is in order fails none of these checks."""

import dataclasses
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner import cli, glossary, units
from planner.errors import InputError
from planner.model import check
from planner.plan import checks
from planner.scenario import scenario_file
from tests.conftest import CATALOG, planned

ROWS = glossary.quantities()
CONSERVED = sorted(name for name, row in ROWS.items() if row.conserved)
BASES = ("own-8000-h100", "llama-3.1-405b", "enterprise-8-gpu")


def guards(plan):
    """The guards that fail, by name."""
    return {each.name: each.message for each in checks.guards(plan.route, plan.whole)}


def failing(plan):
    return {each.name: each.message for each in plan.checks if not each.ok}


@cache
def computed(base):
    """What a plan computes of the conserved quantities, and does so from something that it is not given."""
    plan = planned(base)
    found = {name: plan.value(name) for name in CONSERVED if name in plan.results and name not in plan.whole.given}
    return {name: value for name, value in found.items() if value}


def texted(name, value):
    return f"{float(units.convert(value, ROWS[name].show))!r} {ROWS[name].show}".removesuffix(" 1")


@pytest.mark.parametrize("name", scenario_file.shipped_names(CATALOG))
def test_no_shipped_scenario_contradicts_itself(name):
    assert guards(planned(name)) == {}


CHOICES = st.fixed_dictionaries(
    {
        "accelerators": st.integers(128, 3000).map(lambda n: f"{8 * n} accelerator"),
        "utilization": st.integers(0, 100).map(lambda n: f"{n} %"),
        "power_cap": st.integers(60, 100).map(lambda n: f"{n} %"),
        "analysis_period": st.integers(1, 10).map(lambda n: f"{n} year"),
        "tax_rate": st.integers(0, 40).map(lambda n: f"{n} %"),
    },
    optional={
        "pue": st.integers(105, 200).map(lambda n: f"{n / 100}"),
        "electricity_price": st.integers(-20, 300).map(lambda n: f"{n} USD/MWh"),
        "cloud_price": st.integers(1, 90).map(lambda n: f"{n / 10} USD/accelerator/h"),
        **{
            name: st.sampled_from(glossary.options()[name].choices)
            for name in ("facility_mode", "financing", "power_planning", "rack_limit_rule", "residual_method", "hall")
            if name in glossary.options()
        },
    },
)


@settings(max_examples=40, deadline=None)
@given(base=st.sampled_from(BASES), changes=CHOICES)
def test_sensible_scenarios_fail_no_guard(base, changes):
    assert guards(planned(base, **changes)) == {}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), base=st.sampled_from(BASES), factor=st.sampled_from((0.1, 0.5, 1.1, 2.0, 10.0)))
def test_a_conserved_quantity_set_to_another_value_fails_a_check_that_names_both(data, base, factor):
    name = data.draw(st.sampled_from(sorted(computed(base))))
    row, right = ROWS[name], computed(base)[name]
    wrong = np.rint(right * factor) if row.whole else right * factor
    instead = {each: texted(each, planned(base).whole[each]) for each in row.instead_of}
    assume(abs(wrong - right) >= 1 or not row.whole)
    try:
        plan = planned(base, **instead, **{name: texted(name, wrong)})
    except InputError as error:
        # Refused when it is read: it is out of the quantity's limits.
        assert name in str(error) and not row.holds(wrong)
        return
    message = failing(plan)[f"{name}_agrees"]
    assert row.text(wrong) in message and f"Set these to match, or leave {name} out" in message


@pytest.mark.parametrize("base", BASES)
def test_a_conserved_quantity_set_to_what_it_is_fails_none(base):
    whole = planned(base).whole
    # A layout is searched for no more: it may be another where a part of it is said.
    layout = {each: texted(each, value) for each, value in whole.given.items() if each not in whole.facts}
    for name, value in computed(base).items():
        plan = planned(base, **layout, **{name: texted(name, value)})
        assert f"{name}_agrees" not in guards(plan), name


def test_each_pool_is_held_against_its_own_size():
    failed = failing(planned("shared-site", **{"training/systems": "5 system"}))
    assert "5 systems" in failed["training/systems_agrees"]
    assert "128 systems" in failed["training/systems_agrees"] and "serving/systems_agrees" not in failed


def test_what_is_ordered_is_not_more_than_what_is_installed():
    message = failing(planned(systems="5 system"))["accelerators_at_most_installed_accelerators"]
    assert message == "accelerators is 8,000 accelerators, which is more than installed_accelerators, 40 accelerators."


def test_a_computed_share_above_one_fails_once_where_it_begins():
    failed = guards(planned("llama-3.1-405b", step_time="1 s", prediction_factor="5 %"))
    assert "mfu comes to" in failed["mfu_within_limits"] and "but is 0 % to 100 %" in failed["mfu_within_limits"]
    assert "hfu_within_limits" not in failed


def test_strict_exits_with_1(capsys):
    assert cli.main(["plan", "own-8000-h100", "--set", "facility_power=1 MW"]) == 0
    assert cli.main(["plan", "own-8000-h100", "--set", "facility_power=1 MW", "--strict"]) == 1
    out = capsys.readouterr().out
    assert "facility_power is set to 1 MW, but what it follows from makes it" in out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("filled_micro_batches", "0"),
        ("fabric_switch_ports", "2000000 port/switch"),
        ("switch_radix", "2000000 port/switch"),
        ("residual_share", "140 %"),
        ("mfu", "140 %"),
        ("draft_acceptance", "100 %"),
        ("storage_rack_power", "0 kW/rack"),
        ("capex", "-5 MUSD"),
        ("one_port", "2 port"),
    ],
)
def test_a_value_out_of_sense_is_refused_with_its_limits(name, text):
    with pytest.raises(InputError, match=f"{name} is (at least|at most|.* to )"):
        planned("llama-3.1-405b", **{name: text})


# Shares that may leave 0 to 1, and why.
BEYOND = {
    "a growth, a return or a fall": "inflation escalation rate irr growth decline cut drift",
    "the use of a limit, or its margin": "_use margin",
    "over or under something else": "saving gap premium price_share break_even above below cooling_energy loss_share",
    "measured against a nominal rate": "efficiency sustained ceiling",
    "power against a rating": "power_share _load peak_demand_share",
    "a negative price": "energy_cost_share",
    "what a climate adds or saves": "climate_energy_share",
    "claims of markets": "market",
}


def test_every_other_share_lies_between_0_and_1():
    beyond = [part for parts in BEYOND.values() for part in parts.split()]
    for name, row in ROWS.items():
        if row.unit == "1" and row.show == "%" and not any(part in name for part in beyond):
            assert row.low is not None and row.high is not None and row.low >= 0 and row.high <= 1.02, name


@pytest.mark.parametrize(
    ("name", "changes", "problem"),
    [
        ("racks", {"at_most": "rackz"}, "'rackz', which is not in the glossary"),
        ("racks", {"at_most": "it_power"}, "'rack' cannot be at most it_power, 'W'"),
        ("accelerators", {"conserved": True}, "is conserved, but nothing computes it"),
    ],
)
def test_a_relation_that_cannot_hold_is_a_problem_of_the_glossary(name, changes, problem):
    row = dataclasses.replace(ROWS[name], **changes)
    (found,) = check._relation_problems({**ROWS, name: row})
    assert f": {name}: " in found and problem in found
