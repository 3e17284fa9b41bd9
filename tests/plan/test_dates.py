"""Parts ordered before they can be had, and prices of more than a year ago, are marked where they carry a plan."""

import datetime

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from planner import glossary, paths
from planner.catalog import ages
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Fact
from planner.errors import InputError
from planner.plan import dates, plan, planning
from planner.scenario import scenario_file
from tests.conftest import CATALOG
from tests.conftest import planned as shipped

SHIPPED = [paths.shipped("catalogs")]

PART = """name = "X900"
source = "definition"
vendor = "me"
status = "announced"
{dates}
power = "1 kW/accelerator"
memory_capacity = "100 GB/accelerator"
"""

SYSTEM = """name = "X900 box"
source = "definition"
accelerator = "x900"
accelerators = "8 accelerator/system"
nodes = "1 node/system"
power = "10 kW/system"
rack_units = "8 rack_unit/system"
air_heat_share = "1"
network_ports = "8 port/system"
scaleout_bandwidth = "400 Gb/s/accelerator"
[price]
value = "300000 USD/system"
as_of = 2024-06-01
"""


def planned(tmp_path, said: str, order: str = "", pools: str = "") -> plan.Plan:
    """A plan with a part of these dates, ordered on a day."""
    for kind, name, text in (("accelerators", "x900", PART.format(dates=said)), ("systems", "x900-box", SYSTEM)):
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / f"{name}.toml").write_text(text)
    catalog = Catalog([*SHIPPED, tmp_path])
    text = f'{order}\n[choose]\nsystem = "x900-box"\n[set]\naccelerators = "64 accelerator"\n{pools}'
    return planning.plan(scenario_file.loads(text), catalog, bands=False)


def availability(found: plan.Plan) -> plan.Check:
    (check,) = [check for check in found.checks if check.name == "parts_available"]
    return check


@pytest.mark.parametrize(
    ("dates", "order", "said"),
    [
        ("available = 2027-03-01", "order = 2027-02-28", "x900 ships from 2027-03-01, the order is of 2027-02-28"),
        ("available = 2027-03-01", "start = 2027-02-28", "x900 ships from 2027-03-01"),
        ("available = 2020-03-01\nend_of_sale = 2024-02-01", "order = 2024-02-01", "x900 is off sale since 2024-02-01"),
        ("", "order = 2027-01-01", "x900 is announced without a date of first shipment"),
    ],
)
def test_a_part_that_cannot_be_had_is_flagged(tmp_path, dates, order, said):
    check = availability(planned(tmp_path, dates, order))
    assert not check.ok
    assert f"accelerator: {said}" in check.message


@pytest.mark.parametrize("order", ["order = 2027-03-01", "order = 2028-01-01", "start = 2027-03-01"])
def test_a_part_ordered_in_time_is_not(tmp_path, order):
    assert availability(planned(tmp_path, "available = 2027-03-01\nend_of_sale = 2029-01-01", order)).ok


def test_an_order_before_the_start_counts(tmp_path):
    the_plan = planned(tmp_path, "available = 2027-03-01", "order = 2027-01-01\nstart = 2027-06-01")
    assert not availability(the_plan).ok


def test_each_pool_is_ordered_on_its_own_day(tmp_path):
    pools = (
        '[[pool]]\nname = "now"\norder = 2026-01-01\n[pool.set]\naccelerators = "8 accelerator"\n'
        '[[pool]]\nname = "later"\norder = 2027-06-01\n[pool.set]\naccelerators = "16 accelerator"\n'
    )
    the_plan = planned(tmp_path, "available = 2027-03-01", pools=pools)
    assert availability(the_plan).message.count("the order is of 2026-01-01") == 1
    assert "2027-06-01" not in availability(the_plan).message


def test_an_order_is_a_date():
    with pytest.raises(InputError, match="order: takes a date"):
        scenario_file.loads('order = "soon"')


def test_results_name_the_stale_prices_they_rest_on(tmp_path):
    late = planned(tmp_path, "available = 2023-01-01", "order = 2025-06-02")
    assert "system_price" in late.results["capex_compute"].stale
    assert "system_price" in late.results["capex"].stale
    assert late.results["it_power"].stale == ()
    in_time = planned(tmp_path, "available = 2023-01-01", "order = 2025-06-01")
    assert "system_price" not in in_time.results["capex"].stale


def test_only_prices_grow_stale():
    day = datetime.date(2026, 11, 21)
    price = Fact(1.0, "USD/accelerator", as_of=datetime.date(2025, 11, 20))
    assert ages.is_stale(price, day)
    assert not ages.is_stale(Fact(1.0, "USD/accelerator", as_of=datetime.date(2025, 11, 21)), day)
    assert not ages.is_stale(Fact(1.0, "W/accelerator", as_of=datetime.date(2015, 1, 1)), day)
    assert not ages.is_stale(Fact(1.0, "USD/accelerator"), day)


def test_stale_prices_show_in_text_json_and_catalog(run, monkeypatch):
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 21))
    text = run("plan", "own-8000-h100").out
    assert "stale price" in text and "system_price = 375 kUSD/system: 2025-03-03" in text
    answer = run("plan", "own-8000-h100", "--json").json
    assert "system_price" in answer["results"]["capex"]["stale"]
    assert answer["results"]["switches"]["stale"] == []
    assert {"as_of", "stale"} <= set(answer["defaults"][0])
    assert "2025-03-03; stale price" in run("explain", "capex_compute", "own-8000-h100").out
    assert run("catalog", "show", "dgx-h100", "--json").json["fields"]["price"]["stale"] is True


MONEY = (
    "capex_compute", "capex_network", "capex_storage", "capex_facility", "capex_it", "capex", "opex_per_year", "tco",
    "cloud_price", "purchase_price", "facility_price", "staff_per_year", "electricity_bill_per_year", "npv_cloud",
)  # fmt: skip


def prices(the_plan):
    """The names of the prices of more than a year ago that a plan starts from."""
    day = dates.price_day(the_plan.scenario)
    return {figure.name for figure, fact in the_plan.whole.all_facts().items() if ages.is_stale(fact, day)}


def rests_on(the_plan):
    """The names of all prices on which some result is said to rest."""
    return {name.rpartition("/")[2] for result in the_plan.results.values() for name in result.stale}


@settings(max_examples=40, deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(scenario_file.shipped_names(CATALOG))))
def test_what_is_set_by_hand_is_never_called_stale_nor_what_follows_only_from_it(data, name):
    old = sorted(prices(shipped(name)))
    by_hand = data.draw(st.sets(st.sampled_from([*old, *MONEY]), min_size=1))
    rows = glossary.quantities()
    try:
        the_plan = shipped(name, **{each: f"1234 {rows[each].unit}" for each in sorted(by_hand)})
    except InputError:
        reject()
    assert rests_on(the_plan) <= set(old) - by_hand
    for figure, result in the_plan.results.items():
        assert not result.stale or figure.rpartition("/")[2] not in by_hand
        assert not result.stale or result.value != 0


@pytest.mark.parametrize("name", ["own-8000-h100", "shared-site", "edge-retail"])
def test_a_plan_whose_old_prices_are_all_set_by_hand_rests_on_none(name):
    rows, facts = glossary.quantities(), shipped(name).whole.all_facts()
    values = {figure.name: fact.value for figure, fact in facts.items()}
    the_plan = shipped(name, **{each: f"{values[each]!r} {rows[each].unit}" for each in prices(shipped(name))})
    assert rests_on(the_plan) == set()


def test_what_costs_nothing_rests_on_no_price():
    """Rented space needs no grid connection: its stale price carries nothing."""
    rented, built = shipped(facility_mode="colocation"), shipped(facility_mode="build")
    assert rented.results["capex_grid_connection"].value == 0
    assert "grid_connection_price" not in rests_on(rented)
    assert "grid_connection_price" in built.results["capex"].stale
