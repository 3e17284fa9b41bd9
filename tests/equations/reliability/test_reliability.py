"""Failures, checkpoints and spares: hand-worked values, limits, and the ledger's figures."""

import math

import numpy as np
import pytest

from planner.model import wiring
from tests.conftest import defaults, first_choices, given, planned, value

JOB = {"checkpoint_time": "60 s", "restart_time": "600 s", "checkpoint_lag": "0 s"}


@pytest.mark.parametrize(
    ("accelerators", "hours"), [(8000, 6.33), (14000, 3.62), (16384, 3.09), (50000, 1.01), (100000, 0.51)]
)
def test_time_between_failures_by_size(accelerators, hours):
    """Section F of the ledger's arithmetic, from 419 failures of 2,048 nodes in 54 days."""
    watched = {"observed_failures": "419 event", "observed_nodes": "2048 node", "observed_time": "54 d"}
    rate = value("measured_failure_rate", "event/d/node", **watched)
    assert rate == pytest.approx(3.789e-3, rel=1e-3)
    computed = value("job_mtbf", "h/event", node_failure_rate=f"{rate} event/d/node", nodes=f"{accelerators / 8} node")
    assert computed == pytest.approx(hours, abs=0.006)


@pytest.mark.parametrize(
    ("accelerators", "share"), [(8000, 0.93), (14000, 0.90), (16384, 0.90), (50000, 0.82), (100000, 0.74)]
)
def test_first_order_goodput_at_youngs_interval(accelerators, share):
    """Section F: one minute to save, no restart time."""
    options = {"effective_time_model": "first-order", "checkpoint_rule": "young"}
    texts = {**JOB, "restart_time": "0 s", "nodes": f"{accelerators / 8} node"}
    assert value("effective_time_share", "1", options, **texts) == pytest.approx(share, abs=0.006)


def test_saving_for_two_hours_leaves_nothing_at_16384_accelerators():
    """To first order: 1 − √(2 · 2 h / 3.09 h) is below zero (ledger, R11)."""
    options = {"effective_time_model": "first-order"}
    texts = {**JOB, "checkpoint_time": "2 h", "nodes": "2048 node"}
    assert value("effective_time_share", "1", options, **texts) == 0
    assert value("effective_time_share", **texts) < 0.3


def test_a_trillion_parameters_of_16_bytes():
    """16 TB: 2.2 GB/s save it in two hours, 267 GB/s in a minute."""
    texts = {"model_parameters": "1e12", "checkpoint_bytes_per_parameter": "16 B"}
    assert value("checkpoint_size", "TB", **texts) == pytest.approx(16)
    assert value("checkpoint_time", "h", storage_write_rate="2.2222 GB/s", **texts) == pytest.approx(2, rel=1e-3)
    assert value("checkpoint_rate", "GB/s", checkpoint_time="60 s", **texts) == pytest.approx(266.7, abs=0.1)


@pytest.mark.parametrize(("rule", "seconds"), [("young", 1155.9), ("daly", 1116.3)])
def test_intervals_by_rule(rule, seconds):
    texts = {"checkpoint_time": "60 s", "job_mtbf": "11135.1 s/event", "checkpoint_lag": "0 s"}
    assert value("checkpoint_interval", "s", {"checkpoint_rule": rule}, **texts) == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("cost", ["1 s", "60 s", "600 s", "3600 s", "20000 s"])
def test_the_exact_interval_is_the_best_there_is(cost):
    job = {"checkpoint_time": cost, "job_mtbf": "11135.1 s/event", "checkpoint_lag": "0 s", "restart_time": "300 s"}
    best = value("checkpoint_interval", "s", {"checkpoint_rule": "exact"}, **job)
    at_best = value("effective_time_share", checkpoint_interval=f"{best} s", **job)
    for factor in (0.9, 0.99, 1.01, 1.1):
        assert value("effective_time_share", checkpoint_interval=f"{best * factor} s", **job) <= at_best
    # x = 1 − e^(−(x + c)) holds at the optimum.
    share, ratio = best / 11135.1, float(cost.split()[0]) / 11135.1
    assert share == pytest.approx(1 - math.exp(-share - ratio), rel=1e-9)


def test_young_and_daly_come_close_where_saving_is_cheap():
    texts = {"checkpoint_time": "1 s", "job_mtbf": "1e6 s/event", "checkpoint_lag": "0 s"}
    exact, daly, young = (
        value("checkpoint_interval", "s", {"checkpoint_rule": rule}, **texts) for rule in ("exact", "daly", "young")
    )
    assert daly == pytest.approx(exact, rel=1e-4)
    assert young == pytest.approx(exact, rel=2e-3)


def test_dalys_interval_is_the_mtbf_where_saving_costs_more_than_twice_it():
    texts = {"checkpoint_time": "3000 s", "job_mtbf": "1000 s/event", "checkpoint_lag": "0 s"}
    assert value("checkpoint_interval", "s", {"checkpoint_rule": "daly"}, **texts) == pytest.approx(1000)


def test_nothing_is_lost_without_failures_and_checkpoints():
    texts = {"checkpoint_time": "0 s", "checkpoint_lag": "0 s", "restart_time": "0 s", "job_mtbf": "1e15 s/event"}
    for choice in ("exact", "closed-form", "first-order"):
        share = value("effective_time_share", "1", {"effective_time_model": choice}, checkpoint_interval="1 h", **texts)
        assert share == pytest.approx(1)


def test_the_closed_form_holds_for_small_losses_alone():
    small = {**JOB, "checkpoint_interval": "1200 s", "job_mtbf": "1e6 s/event"}
    exact, closed = (
        value("effective_time_share", "1", {"effective_time_model": name}, **small) for name in ("exact", "closed-form")
    )
    assert closed == pytest.approx(exact, rel=1e-3)
    often = {**JOB, "checkpoint_interval": "1200 s", "job_mtbf": "900 s/event"}
    assert value("effective_time_share", "1", {"effective_time_model": "closed-form"}, **often) == 0


def test_methods_of_saving():
    """5.67 TB from 16,384 accelerators: 4.4 s to storage of 1,280 GB/s, 6 ms to host memory, 7 ms to another node."""
    texts = {
        "checkpoint_size": "5.67 TB",
        "installed_accelerators": "16384 accelerator",
        "storage_write_rate": "1280 GB/s",
        "host_copy_bandwidth": "55.4 GB/s/accelerator",
        "system_scaleout_bandwidth": "50 GB/s/accelerator",
    }
    stall = {m: value("checkpoint_time", "s", {"checkpoint_method": m}, **texts) for m in METHODS}
    lag = {m: value("checkpoint_lag", "s", {"checkpoint_method": m}, **texts) for m in METHODS}
    assert stall["synchronous"] == pytest.approx(4.43, abs=0.01)
    assert stall["asynchronous"] == stall["in-memory"] == pytest.approx(5.67e12 / 16384 / 55.4e9)
    assert lag["synchronous"] == 0
    assert lag["asynchronous"] == pytest.approx(4.43, abs=0.01)
    assert lag["in-memory"] == pytest.approx(5.67e12 / 16384 / 50e9)


METHODS = ("synchronous", "asynchronous", "in-memory")


def test_writing_beside_training_never_overlaps():
    """The interval is at least the time to write one checkpoint out."""
    texts = {"checkpoint_time": "0.01 s", "checkpoint_lag": "500 s", "job_mtbf": "10000 s/event"}
    assert value("checkpoint_interval", "s", **texts) == 500


def test_a_better_way_of_saving_raises_goodput():
    share = {m: planned("llama-3.1-405b", checkpoint_method=m).results["goodput"].value for m in METHODS}
    assert share["synchronous"] < share["asynchronous"] < share["in-memory"]


def test_stragglers_and_manual_restarts_cost_goodput():
    base = planned("llama-3.1-405b").results
    slow = planned("llama-3.1-405b", straggler_loss="10 %").results
    assert slow["goodput"].value == pytest.approx(0.9 * base["goodput"].value)
    manual = planned("llama-3.1-405b", restart_mode="manual").results
    assert manual["job_uptime"].value == pytest.approx(3.09 / (3.09 + 6), abs=0.01)


def test_spares_for_2048_nodes():
    """Mean in repair 2,048 · 3.789e-3 · 7 = 54.3; 72 suffice with 99 %."""
    texts = {"nodes": "2048 node", "node_failure_rate": "3.789e-3 event/d/node", "repair_time": "7 d"}
    assert value("nodes_in_repair", "event", **texts) == pytest.approx(54.3, abs=0.05)
    assert value("spare_nodes", "node", **texts) == 72
    assert value("nodes_to_buy", "node", **texts) == 2120


def test_spares_are_poisson_quantiles_at_every_size():
    from scipy.stats import poisson

    means = np.array([0.0, 0.01, 0.1, 1.0, 5.5, 54.3, 300.0, 2660.0, 50000.0])
    options = first_choices()
    facts = defaults()
    for share in (0.5, 0.9, 0.99, 0.9999):
        values = {**facts, "nodes_in_repair": means, "spare_confidence": share}
        computed = wiring.evaluate(["spare_nodes"], values, options)["spare_nodes"]
        # Below its mode the quantile is the mode: at one half, a spare more at most.
        assert computed == pytest.approx(np.maximum(poisson.ppf(share, means), np.floor(means)))


def test_what_failures_cost():
    """1,000 accelerators at 90 % for a run of 90 h: 100 h · 1,000 − 90 h · 1,000, at 3 USD an hour."""
    texts = {"installed_accelerators": "1000 accelerator", "training_time": "90 h", "goodput": "0.9"}
    price = {"cost_per_accelerator_hour": "3 USD/accelerator/h"}
    assert value("lost_accelerator_hours", "accelerator*h", **texts) == pytest.approx(10_000)
    assert value("failure_cost_per_run", "USD", **texts, **price) == pytest.approx(30_000)
    assert value("lost_accelerators", "accelerator", **texts) == pytest.approx(100)
    assert value("failure_cost_per_year", "USD/h", **texts, **price) == pytest.approx(300)


def test_checkpoints_of_bloom_took_8_hours():
    """720 checkpoints of 40 s in 90 days."""
    texts = {"time_to_train": "90 d", "checkpoint_time": "40 s", "checkpoint_interval": "10760 s"}
    assert value("time_in_checkpoints", "h", **texts) == pytest.approx(8)


def test_many_jobs_at_once_agree_with_each():
    options = {**first_choices(), "checkpoint_rule": "exact"}
    facts = defaults()
    base = {**facts, **given(**JOB)}
    sizes = np.array([1.0, 64, 1000, 12500])
    many = wiring.evaluate(["goodput", "spare_nodes"], {**base, "nodes": sizes}, options)
    for column, size in enumerate(sizes):
        alone = wiring.evaluate(["goodput", "spare_nodes"], {**base, "nodes": size}, options)
        assert alone["goodput"] == many["goodput"][column]
        assert alone["spare_nodes"] == many["spare_nodes"][column]
