"""The engine: compiled programs agree with plain evaluation; chunks are the same whoever runs them."""

import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from planner import glossary, sampling
from planner.catalog.catalog import Catalog
from planner.errors import InputError, Problem
from planner.model import compiled, wiring
from planner.model.scopes import figure
from planner.plan import plan, planning, sizing
from planner.scenario import scenario, scenario_file
from planner.studies.sweep import engine, sweep, workers
from tests.conftest import planned

VARIED = {
    "cloud_price": "2:5:40 USD/accelerator/h",
    "pue": "1.1:1.5:40",
    "system_price": "200:400:25 kUSD/system",
    "cooling": "air,direct-to-chip",
    "residual_method": "exponential,straight-line",
}


@pytest.fixture(scope="module")
def task(catalog):
    return sweep.task(scenario_file.load("own-8000-h100"), VARIED, catalog)


def same(one, other) -> bool:
    return one.keys() == other.keys() and all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_a_program_gives_what_plain_evaluation_gives(catalog):
    the_plan = planned("own-8000-h100")
    wanted = sizing.asked("capacity")
    columns = {"pue": np.linspace(1.1, 1.5, 7), "cloud_price": np.linspace(1e-3, 2e-3, 7)}
    plain = wiring.evaluate(wanted, the_plan.whole.giving(columns))
    route = compiled.compiled(wanted, the_plan.whole, map(figure, columns))
    results = route.run({figure(name): column for name, column in columns.items()})
    assert results.keys() == {name for name in wanted if name in plain}
    for name, values in results.items():
        np.testing.assert_array_equal(values, plain[name], err_msg=name)
    # Only what the varied inputs reach is left to run.
    everything = wiring.route(wanted, the_plan.whole).steps
    assert 0 < len(route.instructions) < len(everything)


def test_a_program_lets_go_of_what_nobody_reads_again(catalog):
    the_plan = planned("own-8000-h100")
    route = compiled.compiled(["tco", "pue"], the_plan.whole, [figure("pue"), figure("system_price")])
    freed = [register for step in route.instructions for register in step.frees]
    assert len(freed) == len(set(freed)) > 5
    assert not set(freed) & set(route.wanted.values())
    for number, step in enumerate(route.instructions):
        later = {register for each in route.instructions[number + 1 :] for register in each.reads}
        assert later.isdisjoint(step.frees)


def test_each_row_of_a_sweep_is_the_plan_of_its_scenario(task, catalog):
    columns = engine.chunk(task, 0)
    for row in np.random.default_rng(1).integers(0, task.length(0), 12):
        chosen = {name: texts[columns[name][row]] for name, texts in task.texts.items()}
        resolved = task.resolved(chosen)
        the_plan = plan.plan_resolved(resolved, bands=False)
        varied = {name: columns[name][row] for name in task.numbers}
        plain = wiring.evaluate(task.watch, the_plan.whole.giving(varied))
        for name in task.watch:
            expected = plain.get(name, np.nan)
            np.testing.assert_allclose(columns[name][row], expected, rtol=1e-12, err_msg=name)


def test_chunks_cover_every_scenario_once(task, monkeypatch):
    monkeypatch.setattr(engine, "ROWS", 7000)
    assert task.chunks == -(-task.rows // 7000)
    prices = np.concatenate([engine.chunk(task, number)["cloud_price"] for number in range(task.chunks)])
    assert len(prices) == task.rows == 40 * 40 * 25 * 2 * 2
    assert np.unique(prices, return_counts=True)[1].tolist() == [task.rows // 40] * 40


def test_size_is_found_for_each_scenario(catalog):
    varied = {"site_power_limit": "10:60:6 MW", "pue": [1.1, 1.3], "system_power": "120,132 kW/system"}
    task = sweep.task(scenario_file.load("facility-30mw"), varied, catalog, ["accelerators", "facility_power", "racks"])
    columns = engine.chunk(task, 0)
    assert np.all(columns["facility_power"] <= columns["site_power_limit"])
    for row in (0, 7, 23):
        given = {
            name: f"{float(columns[name][row])!r} {glossary.quantities()[name].unit}".removesuffix(" 1")
            for name in varied
        }
        the_plan = planned("facility-30mw", **given)
        assert columns["accelerators"][row] == the_plan.whole.given["accelerators"]


def test_what_cannot_be_sized_is_not_a_number(catalog):
    task = sweep.task(
        scenario_file.load("facility-30mw"), {"site_power_limit": "1 kW,30 MW"}, catalog, ["accelerators", "capex"]
    )
    columns = engine.chunk(task, 0)
    assert columns["accelerators"][1] == 13608
    assert not columns["accelerators"][0] > 0


def test_a_missing_figure_is_missing_not_zero(catalog, tmp_path):
    """A cooling entry without a PUE leaves the site's power unknown."""
    (tmp_path / "cooling").mkdir()
    source = next(iter(catalog.sources))
    (tmp_path / "cooling" / "bare.toml").write_text(f'source = "{source}"\nrack_limit = "40 kW/rack"\n')
    with_bare = Catalog([*catalog.layers, tmp_path])
    watch = ["rack_power", "facility_power"]
    columns = engine.chunk(
        sweep.task(scenario_file.load("own-8000-h100"), {"cooling": "air,bare"}, with_bare, watch), 0
    )
    assert np.isnan(columns["facility_power"]).tolist() == [False, True]
    assert np.isfinite(columns["rack_power"]).all()


def test_a_task_travels_and_gives_the_same_bytes(task):
    assert same(engine.chunk(pickle.loads(pickle.dumps(task)), 0), engine.chunk(task, 0))


def test_a_worker_with_other_equations_is_refused(task, monkeypatch):
    sent = pickle.dumps(task)
    monkeypatch.setattr(engine, "equations_digest", lambda: "other")
    with pytest.raises(InputError, match="other equations"):
        pickle.loads(sent)


def test_a_problem_found_by_a_worker_arrives_whole():
    error = pickle.loads(pickle.dumps(InputError([Problem("place", "field", "message"), Problem("other", "", "more")])))
    assert [str(problem) for problem in error.problems] == ["place: field: message", "other: more"]


def test_one_thread_and_two_give_identical_bytes(task, monkeypatch):
    monkeypatch.setattr(engine, "ROWS", 5000)
    alone = dict(workers.finished(task, range(task.chunks)))
    together = dict(workers.finished(task, reversed(range(task.chunks)), jobs=2))
    assert alone.keys() == together.keys()
    assert all(same(alone[number], together[number]) for number in alone)


def test_sampled_chunks_do_not_depend_on_each_other(catalog, monkeypatch):
    monkeypatch.setattr(engine, "ROWS", 1000)
    varied = {"pue": "1.1:1.5", "cloud_price": "2:5 USD/accelerator/h"}
    task = sweep.task(scenario_file.load("own-8000-h100"), varied, catalog, ["npv_saving"], samples=4096, seed=3)
    backwards = {number: engine.chunk(task, number) for number in reversed(range(task.chunks))}
    pues = np.concatenate([backwards[number]["pue"] for number in range(task.chunks)])
    # Every one of 256 equal intervals holds its 16 points.
    counts = np.histogram(pues, bins=256, range=(1.1, 1.5))[0]
    assert counts.min() == counts.max() == 16
    other = sweep.task(scenario_file.load("own-8000-h100"), varied, catalog, ["npv_saving"], samples=4096, seed=4)
    assert not np.array_equal(engine.chunk(other, 0)["pue"], backwards[0]["pue"])


def test_the_sequence_is_the_published_one():
    from scipy.stats import qmc

    engine_of_scipy = qmc.Sobol(5, scramble=True, bits=30, rng=np.random.default_rng(7))
    expected = engine_of_scipy.random(256).T
    np.testing.assert_allclose(sampling.sobol(np.arange(256), 5, 7), expected, atol=2**-30)
    np.testing.assert_array_equal(sampling.sobol([200, 3], 5, 7), sampling.sobol(np.arange(256), 5, 7)[:, [200, 3]])


CLUSTER = textwrap.dedent(
    """
    import os, signal, sys, time
    from pathlib import Path

    from distributed import LocalCluster
    from planner.catalog.catalog import Catalog
    from planner.scenario import scenario_file
    from planner.studies.sweep import engine, sweep

    if __name__ == "__main__":
        folder, lose_one = Path(sys.argv[1]), sys.argv[2] == "lose"
        varied = {
            "cloud_price": "2:5:40 USD/accelerator/h", "pue": "1.1:1.5:40", "system_price": "200:400:40 kUSD/system",
            "cooling": "air,direct-to-chip", "site": "us-virginia,us-texas,us-ohio,iceland",
        }
        task = sweep.task(scenario_file.load("own-8000-h100"), varied, Catalog(), ["tco", "npv_saving", "racks"])
        assert task.chunks == 5
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster:
            killed = []

            def progress(done, resumed=False):
                if lose_one and done and not killed:
                    killed.append(next(iter(cluster.workers.values())).pid)
                    os.kill(killed[0], signal.SIGKILL)

            sweep.write(task, folder / "cluster.parquet", scheduler=cluster.scheduler_address, progress=progress)
        sweep.write(task, folder / "one.parquet")
        sweep.write(task, folder / "two.parquet", jobs=2)
        print(len(killed), "killed")
    """
)


@pytest.mark.parametrize("fate", ["keep", "lose"])
def test_two_dask_workers_give_identical_bytes_also_when_one_is_killed(tmp_path, fate):
    pytest.importorskip("distributed")
    pytest.importorskip("pyarrow")
    program_file = tmp_path / "cluster.py"
    program_file.write_text(CLUSTER)
    # With one file of results in the way of no other: a process of its own, as workers import the main module.
    done = subprocess.run(
        [sys.executable, str(program_file), str(tmp_path), fate],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{1 if fate == 'lose' else 0} killed" in done.stdout
    one = (tmp_path / "one.parquet").read_bytes()
    assert (tmp_path / "two.parquet").read_bytes() == one
    assert (tmp_path / "cluster.parquet").read_bytes() == one


def test_a_scheduler_that_is_not_there_is_bad_input(task, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(workers, "_PATIENCE", "1s")
    with pytest.raises(InputError, match="cannot be reached"):
        list(workers.finished(task, [0], scheduler="127.0.0.1:9"))


POOLS = """
workload = "training"
[choose]
system = "dgx-h100"
site = "us-virginia"
cooling = "air"
model = "llama-3.1-70b"
[set]
training_tokens = "1 Ttoken"
[[pool]]
name = "training"
[pool.set]
accelerators = "1024 accelerator"
[[pool]]
name = "second"
workload = "capacity"
[pool.set]
accelerators = "512 accelerator"
system_price = "250 kUSD/system"
"""


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("system_price", "300 kUSD/system,400 kUSD/system"),
        ("second/system_price", "300 kUSD/system,400 kUSD/system"),
        ("second/accelerators", "256 accelerator,2048 accelerator"),
        ("second/system", "dgx-h100,dgx-b200"),
        ("pue", "1.2,1.5"),
    ],
)
def test_a_pool_varies_by_itself_and_the_whole_with_its_pools(catalog, name, given):
    base = scenario_file.loads(POOLS)
    watch = ["capex", "racks", "facility_power", "second/capex", "training/mfu"]
    task = sweep.task(base, {name: given}, catalog, watch)
    columns = engine.chunk(task, 0)
    for row, text in enumerate(given.split(",")):
        is_choice = name in task.texts
        changed = scenario.changed(base, {name: text} if is_choice else {}, {} if is_choice else {name: text})
        the_plan = planning.plan(changed, catalog, bands=False)
        for each in watch:
            np.testing.assert_allclose(columns[each][row], the_plan.value(each), rtol=1e-12, err_msg=f"{name} {each}")


def test_strategies_are_found_for_each_scenario_and_only_where_they_depend_on_it(catalog):
    base = scenario_file.load("llama-3.1-405b")
    priced = sweep.task(base, {"system_price": "200:400:5 kUSD/system"}, catalog, ["mfu", "tco"])
    assert priced.shorter == 1
    sized = sweep.task(
        base, {"accelerators": "4096,16384 accelerator"}, catalog, ["mfu", "tensor_parallel", "pipeline_parallel"]
    )
    assert sized.shorter > 1
    columns = engine.chunk(sized, 0)
    for row, accelerators in enumerate(("4096 accelerator", "16384 accelerator")):
        the_plan = planning.plan(scenario.changed(base, {}, {"accelerators": accelerators}), catalog, bands=False)
        assert columns["mfu"][row] == pytest.approx(the_plan.whole["mfu"], rel=1e-12)
        assert columns["pipeline_parallel"][row] == the_plan.whole["pipeline_parallel"]
