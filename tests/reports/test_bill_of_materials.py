"""The bill of materials: counts and prices that agree with the plan."""

import csv
import io

import pytest

from planner.plan import schedule
from planner.reports import bill_of_materials
from tests.conftest import planned

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
