"""A rented pool does the work of an owned one of its size, and has a bill of its own."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import cli, glossary
from planner.model import derivation, wiring
from planner.money import plan_ledger
from planner.plan import derivation_text
from planner.plan.plan import shown
from planner.reports import bill_of_materials
from planner.scenario import scenario_file
from tests.conftest import CATALOG, planned

RUN = """
name = "one run"
workload = "training"
[choose]
system = "hgx-h100"
model = "llama-3.1-405b"
cloud = "lambda-8x-h100"
[set]
accelerators = "8192 accelerator"
training_tokens = "15.6 Ttoken"
"""
SERVING = """
name = "one service"
workload = "inference"
[choose]
system = "hgx-h100"
model = "llama-3.1-70b"
cloud = "lambda-8x-h100"
[set]
accelerators = "64 accelerator"
"""
POOLS = """
name = "owned and rented"
[choose]
system = "hgx-h100"
cloud = "lambda-8x-h100"
[set]
analysis_period = "3 year"
[[pool]]
name = "own"
[pool.set]
accelerators = "1024 accelerator"
[[pool]]
name = "one year"
[pool.set]
accelerators = "512 accelerator"
analysis_period = "1 year"
ownership = "rented"
[[pool]]
name = "later"
[pool.set]
accelerators = "256 accelerator"
analysis_period = "2 year"
start_delay = "12 month"
ownership = "rented"
"""
PHYSICS = (
    *("step_time", "mfu", "training_time", "goodput", "time_to_train", "tokens_per_second", "run_accelerator_time"),
    *("installed_accelerators", "failure_rate", "peak_performance", "users_served", "output_tokens_per_second"),
    *("time_per_output_token", "npv_cloud", "cloud_tco", "run_cloud_cost"),
)


def both(text, **changes):
    return planned(text, ownership="owned", **changes), planned(text, ownership="rented", **changes)


def agree(owned, rented):
    shared = [name for name in PHYSICS if name in owned.results]
    assert {name: owned.value(name) for name in shared} == {name: rented.value(name) for name in shared}
    assert set(shared) <= set(rented.results)
    return shared


@settings(max_examples=8, deadline=None)
@given(systems=st.sampled_from([128, 256, 384, 512, 1024]), tokens=st.floats(0.5, 20), memory=st.booleans())
def test_a_run_takes_as_long_on_rented_accelerators_as_on_owned_ones(systems, tokens, memory):
    checkpoints = {"checkpoint_method": "in-memory"} if memory else {}
    count = 8 * systems
    owned, rented = both(
        RUN, accelerators=f"{count} accelerator", training_tokens=f"{tokens:.6g} Ttoken", **checkpoints
    )
    assert {"step_time", "mfu", "goodput", "time_to_train", "tokens_per_second"} <= set(agree(owned, rented))
    rent = count * rented.value("time_to_train") * rented.whole["cloud_price"]
    assert rented.value("run_cloud_cost") == pytest.approx(rent, rel=1e-12)
    services = rented.value("run_cloud_services_cost")
    assert rented.value("cost_per_training_run") == pytest.approx(rent + services, rel=1e-12)


@settings(max_examples=6, deadline=None)
@given(systems=st.integers(1, 64), prompt=st.sampled_from([512, 2048, 8192]), answer=st.sampled_from([128, 1024]))
def test_rented_accelerators_serve_what_owned_ones_serve(systems, prompt, answer):
    size = f"{8 * systems} accelerator"
    tokens = {"input_tokens": f"{prompt} token", "output_tokens": f"{answer} token"}
    assert len(agree(*both(SERVING, accelerators=size, **tokens))) > 5


def test_the_rent_of_a_run_by_hand():
    """1,000 hours of 8,192 accelerators at 2 USD are 16.384 MUSD; 3 % of support are 0.49152 MUSD."""
    services = {"cloud_support_share": "3 %", "cloud_debugging_share": "0 %", "cloud_hosts_per_year": "0 USD/year"}
    apart = {"cloud_storage_price": "0 USD/GB/month", "cloud_egress_price": "0 USD/GB"}
    changes = {"time_to_train": "1000 h", "cloud_price": "2 USD/accelerator/h", "ownership": "rented"}
    the_plan = planned(RUN, **changes, **services, **apart)
    assert the_plan.value("cost_per_training_run") == pytest.approx(8192 * 1000 * 2 * 1.03, rel=1e-12)


def test_a_rented_pool_buys_nothing_and_says_so(capsys, tmp_path):
    rented = planned(RUN, ownership="rented")
    for name in ("capex", "npv_own", "tco", "racks", "facility_power", "switches", "time_to_service", "npv_saving"):
        assert name not in rented.results
        assert rented.missing[name] == (wiring.NOT_OWNED,)
    assert bill_of_materials.bill(rented) == []
    path = tmp_path / "rented.toml"
    path.write_text(RUN + 'ownership = "rented"\n', encoding="utf-8")
    assert cli.main(["explain", "npv_own", str(path)]) == 2
    assert f"missing {wiring.NOT_OWNED}" in capsys.readouterr().err


def test_rented_pools_beside_owned_ones_are_paid_for_their_own_periods():
    the_plan = planned(POOLS)
    own = the_plan.value("own/tco")
    for pool, size, years in (("one-year", 512, 1), ("later", 256, 2)):
        alone = planned(POOLS.partition("[[pool]]")[0], accelerators=f"{size} accelerator", ownership="rented")
        assert the_plan.value(f"{pool}/cloud_cost") == pytest.approx(alone.value("cloud_cost") * years / 3, rel=1e-12)
        own += the_plan.value(f"{pool}/cloud_tco")
    assert the_plan.whole["spend"] == pytest.approx(own, rel=1e-12)
    for name in ("systems", "installed_accelerators", "npv_cloud", "npv_own", "racks", "capex"):
        assert the_plan.whole[name] == the_plan.value(f"own/{name}"), name
    assert the_plan.whole["accelerators"] == 1024 + 512 + 256
    assert -plan_ledger.of_plan(the_plan).ledger.worth(side="own") == pytest.approx(-the_plan.whole["npv_spend"])


@pytest.mark.parametrize("name", [*scenario_file.shipped_names(), RUN + 'ownership = "rented"\n', POOLS])
def test_what_is_explained_is_a_number_or_says_that_there_is_none(name):
    the_plan = planned(name)
    seen = set()
    for figure in the_plan.wanted:
        value = the_plan.whole.value(figure)
        if value is None:
            assert the_plan.missing[str(figure)]
            continue
        assert not re.search(r"\bnan\b", shown(figure.name, value)), figure
        if figure.name in glossary.headlines() and not figure.place:
            tree = derivation.derivation(figure, the_plan.whole, seen)
            text = derivation_text.derivation_text(tree, the_plan.whole, CATALOG.sources)
            assert not re.search(r"\bnan\b", text), figure
