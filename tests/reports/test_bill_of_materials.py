"""The bill of materials: counts and prices that agree with the plan."""

import csv
import io

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.plan import schedule
from planner.reports import bill_of_materials
from planner.scenario import scenario_file
from tests.conftest import CATALOG, planned

TWO_POOLS = """
name = "two pools"
[choose]
site = "us-texas"
[[pool]]
name = "train"
[pool.choose]
system = "dgx-h100"
[pool.set]
accelerators = "4096 accelerator"
[[pool]]
name = "serve"
[pool.choose]
system = "gb200-nvl72"
[pool.set]
accelerators = "1152 accelerator"
phases = "2"
"""


def test_the_bill_adds_up_to_the_price_of_the_it_equipment():
    the_plan = planned("own-8000-h100")
    price = sum(line.price for line in bill_of_materials.bill(the_plan) if line.price)
    assert price == pytest.approx(the_plan.results["capex_it"].value)


def test_the_bill_adds_up_to_the_power_of_the_it_equipment():
    the_plan = planned("own-8000-h100")
    power = sum(line.power for line in bill_of_materials.bill(the_plan) if line.power)
    assert power == pytest.approx(the_plan.results["it_power"].value)


def test_the_bill_of_the_dgx_h100_superpod():
    """127 systems in units of 32: 32 leaves, 16 spines, 1,016 node cables and 1,024 between the tiers."""
    the_plan = planned("own-8000-h100", accelerators="1016 accelerator", scalable_unit="32 node")
    count = {(line.part, line.item): line.count for line in bill_of_materials.bill(the_plan)}
    assert count["fabric", "leaf switch"] == 32
    assert count["fabric", "spine switch"] == 16
    assert ("fabric", "core switch") not in count
    assert count["fabric", "fibre cable"] == 2040
    assert count["fabric", "switch optics"] == 2 * 1536
    assert count["fabric", "adapter optics"] == 2 * 508


def test_the_command_prints_csv_and_json(run):
    rows = list(csv.reader(io.StringIO(run("materials", "own-8000-h100", "--csv").out)))
    assert rows[0][:3] == ["part", "item", "count"] and rows[-1][0] == "total"
    lines = run("materials", "own-8000-h100", "--json").json["lines"]
    leaf = next(line for line in lines if line["item"] == "leaf switch")
    assert leaf["count"] == 256 and leaf["unit"] == "switch"


def test_pools_have_lines_of_their_own():
    the_plan = planned(TWO_POOLS)
    lines = bill_of_materials.bill(the_plan)
    systems = {line.part: (line.count, line.name) for line in lines if line.item == "system"}
    assert systems == {"train: compute": (512, "NVIDIA DGX H100"), "serve: compute": (16, "NVIDIA GB200 NVL72")}
    assert sum(line.price for line in lines if line.price) == pytest.approx(the_plan.results["capex_it"].value)
    assert sum(line.power for line in lines if line.power) == pytest.approx(the_plan.results["it_power"].value)


def test_pools_have_schedules_of_their_own():
    the_plan = planned(TWO_POOLS)
    parts = schedule.phases(the_plan)
    assert [part.name for part in parts] == ["train 1", "serve 1", "serve 2"]
    assert parts[0].accelerators == 4096 and parts[2].accelerators == 1152
    assert {bar.name.split(":")[0] for bar in schedule.activities(the_plan)} == {"train", "serve"}


# What is part of the price, and of the power, of all IT equipment.
PRICES = {
    "capex_it": {"compute", "fabric", "storage network", "management", "storage"},
    "capex_network": {"fabric"},
    "capex_auxiliary_networks": {"storage network", "management"},
    "storage_network_cost": {"storage network"},
    "management_network_cost": {"management"},
    "capex_storage": {"storage"},
    "fabric_switch_cost": set(),
    "fabric_cable_cost": set(),
    "object_storage_cost": set(),
}
POWERS = ["network_power", "fabric_power", "storage_network_power", "storage_power", "compute_power"]
COUNTS = {
    "storage_network_switches": "switch",
    "transceivers": "transceiver",
    "storage_capacity": "PB",
    "spare_nodes": "node",
    "management_switches": "switch",
}
AMOUNTS = st.sampled_from([0, 3])
SET = st.dictionaries(st.sampled_from([*PRICES, *POWERS, *COUNTS]), AMOUNTS, max_size=4)
SCENARIOS = st.sampled_from(sorted(scenario_file.shipped_names(CATALOG)))


def texts(amounts):
    """What is set, as a scenario says it."""
    units = dict.fromkeys(PRICES, "MUSD") | dict.fromkeys(POWERS, "MW") | COUNTS
    return {name: f"{amount} {units[name]}" for name, amount in amounts.items()}


def of_sizes_that_are_met(name, amounts):
    """The plan with what is set; a scenario that is sized by a budget may have none."""
    try:
        return planned(name, **texts(amounts))
    except InputError:
        reject()


@settings(max_examples=60, deadline=None)
@given(name=SCENARIOS, amounts=SET)
def test_a_bill_adds_up_to_the_price_of_what_is_bought(name, amounts):
    the_plan = of_sizes_that_are_met(name, amounts)
    lines = bill_of_materials.bill(the_plan)
    price = sum(line.price for line in lines if line.price is not None)
    assert price == pytest.approx(the_plan.whole["capex_it"], rel=1e-9)
    power = sum(line.power for line in lines if line.power is not None)
    left_out = any(amount == 0 and quantity in PRICES for quantity, amount in amounts.items())
    rated = sum(pool["it_power"] for pool in the_plan.whole.pools if "it_power" in pool.known)
    assert power <= rated * (1 + 1e-9)
    assert left_out or power == pytest.approx(rated, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(name=SCENARIOS, amounts=SET)
def test_a_bill_lists_nothing_that_there_is_none_of_or_that_was_left_out(name, amounts):
    lines = bill_of_materials.bill(of_sizes_that_are_met(name, amounts))
    assert all(line.count > 0 for line in lines)
    assert all(line.price != 0 for line in lines if line.unit_price != 0)
    parts = {line.part.rpartition(": ")[2] for line in lines}
    for quantity, amount in amounts.items():
        if amount == 0:
            assert parts.isdisjoint(PRICES.get(quantity, ())), quantity
            assert quantity not in {line.quantity for line in lines}
    if "fabric" not in parts and not parts & {"storage network", "management"}:
        assert "network rack" not in {line.item for line in lines}


def test_the_shops_of_a_chain_buy_no_network():
    """Edge retail sets its networks to cost nothing: the shops' own carry it."""
    lines = bill_of_materials.bill(planned("edge-retail"))
    assert {line.part for line in lines} == {"compute", "racks", "power"}
    assert [line.item for line in lines if line.part == "racks"] == ["accelerator rack"]


def test_an_amount_set_by_hand_is_a_line_of_its_own():
    lines = bill_of_materials.bill(planned("own-8000-h100", capex_network="50 MUSD"))
    assert [(line.price, line.quantity) for line in lines if line.part == "set by hand"] == [(50e6, "capex_network")]
    fabric = [line for line in lines if line.part == "fabric"]
    assert fabric and all(line.price is None and line.power is not None for line in fabric if "switch" in line.item)
