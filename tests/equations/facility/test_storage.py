"""Storage by hand: rates, checkpoints against the write rate, stall, tiers."""

import pytest

from tests.conftest import planned, value


def test_rates_of_a_reference_unit():
    """256 accelerators: 40 GB/s read and 20 GB/s write (DGX H100 SuperPOD, table 6, better)."""
    unit = {"installed_accelerators": "256 accelerator"}
    assert value("storage_read_rate", "GB/s", **unit) == pytest.approx(40)
    assert value("storage_write_rate", "GB/s", **unit) == pytest.approx(20)
    four = {"installed_accelerators": "1024 accelerator"}
    assert value("storage_write_rate", "GB/s", **four) == pytest.approx(80)


def test_write_rate_that_checkpoints_need():
    """2 TB within 5 % of 20 minutes: 2e12 / 60 s = 33.3 GB/s; written beside training 1.67 GB/s do."""
    texts = {"checkpoint_size": "2 TB", "checkpoint_interval": "20 min", "checkpoint_stall_allowed": "5 %"}
    assert value("checkpoint_rate_needed", "GB/s", **texts) == pytest.approx(33.33, abs=0.01)
    beside = value("checkpoint_rate_needed", "GB/s", {"checkpoint_method": "asynchronous"}, **texts)
    assert beside == pytest.approx(1.667, abs=0.001)


def test_stall_shares():
    """One minute for every 19 of work: 5 %; half the read rate needed: half the time."""
    assert value("checkpoint_stall_share", checkpoint_time="1 min", checkpoint_interval="19 min") == pytest.approx(0.05)
    rates = {"ingest_rate": "10 GB/s", "storage_read_rate": "5 GB/s"}
    assert value("ingest_stall_share", **rates) == pytest.approx(0.5)
    assert value("ingest_stall_share", **{**rates, "storage_read_rate": "20 GB/s"}) == 0
    both = {**rates, "checkpoint_time": "1 min", "checkpoint_interval": "19 min"}
    assert value("storage_stall_share", **both) == pytest.approx(1 - 0.95 * 0.5)


def test_a_slow_tier_binds_and_fails_its_check():
    slow = planned("llama-3.1-405b", storage_write_bandwidth="0.001 GB/s/accelerator")
    check = {c.name: c for c in slow.checks}["storage_bandwidth"]
    assert not check.ok
    assert "storage bandwidth" in dict(slow.binding) and dict(slow.binding)["storage bandwidth"] > 1
    fast = planned("llama-3.1-405b")
    assert {c.name: c for c in fast.checks}["storage_bandwidth"].ok
    assert slow.results["goodput"].value < fast.results["goodput"].value


def test_the_chosen_tiers_own_figures_hold():
    the_plan = planned("own-8000-h100")
    entry = the_plan.whole.entries["storage"].facts
    accelerators = the_plan.results["installed_accelerators"].value
    assert the_plan.results["storage_write_rate"].value == pytest.approx(accelerators * entry["write_bandwidth"].value)
    assert the_plan.results["capex_storage"].value == pytest.approx(
        the_plan.results["storage_capacity"].value * entry["price"].value
    )


def test_the_object_tier_adds_power_and_price():
    without = planned("own-8000-h100").results
    results = planned("own-8000-h100", object_capacity_per_accelerator="40 TB/accelerator").results
    assert without["object_capacity"].value == 0
    # 8,000 · 40 TB at 0.9 W/TB and 40.8 USD/TB.
    assert results["storage_power"].value - without["storage_power"].value == pytest.approx(320e3 * 0.9)
    assert results["object_storage_cost"].value == pytest.approx(320e3 * 40.8)
    assert results["capex_it"].value - without["capex_it"].value == pytest.approx(320e3 * 40.8)


def test_125_are_bought_to_use_100():
    assert value("storage_bought", "PB", storage_capacity="100 PB") == pytest.approx(125)


def test_space_for_checkpoints():
    texts = {"checkpoint_size": "5 TB", "checkpoints_kept": "10", "storage_capacity": "40 TB"}
    assert value("storage_capacity_margin", "TB", **texts) == pytest.approx(-10)


def test_ingest_is_faster_by_the_ratio_of_the_links_alone():
    """250 against 100 Gb/s: 2.5 times, for any amount of data (claim s1.case_ingest)."""
    for size in ("1 TB", "50 PB"):
        links = {"dataset_size": size, "local_ingest_rate": "250 Gb/s", "remote_ingest_rate": "100 Gb/s"}
        assert value("ingest_speedup", **links) == pytest.approx(2.5)
    assert value("local_ingest_time", "h", dataset_size="1 PB", local_ingest_rate="250 Gb/s") == pytest.approx(
        8.89, abs=0.01
    )
