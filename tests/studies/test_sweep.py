"""Sweeps: what may vary, tables with units, files that survive an interruption."""

import io
import itertools
import os
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from planner.commands.progress import Progress, duration
from planner.errors import InputError
from planner.plan import planning
from planner.scenario import scenario, scenario_file
from planner.studies.sweep import axes, chunk_files, engine, sweep


def values(catalog, name, given, **further):
    (axis,) = axes.parse({name: given}, catalog, **further)
    return axis.columns(np.arange(axis.size), 0)[name].tolist() if axis.numbers else list(axis.texts[name])


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("pue", "1.1,1.2", [1.1, 1.2]),
        ("pue", [1.1, 1.2], [1.1, 1.2]),
        ("pue", np.array([1.1, 1.2]), [1.1, 1.2]),
        ("pue", "1:3:5", [1, 1.5, 2, 2.5, 3]),
        ("pue", 1.25, [1.25]),
        ("system_power", "10 kW/system,12 kW/system", [10e3, 12e3]),
        ("system_power", "10,12 kW/system", [10e3, 12e3]),
        ("system_power", "10:12:3 kW/system", [10e3, 11e3, 12e3]),
        ("system_power", "10 kW/system:12 kW/system:3", [10e3, 11e3, 12e3]),
        ("system_power", "1:100:3:log kW/system", [1e3, 10e3, 100e3]),
        ("utilization", "10 %:90 %:3", [0.1, 0.5, 0.9]),
        ("accelerators", "1:4:7 accelerator", [1, 2, 3, 4]),
        ("system", "dgx-h100,DGX H100", ["dgx-h100", "dgx-h100"]),
        ("facility_mode", "build,colocation", ["build", "colocation"]),
    ],
)
def test_what_varies_is_read(catalog, name, given, expected):
    assert (
        values(catalog, name, given) == pytest.approx(expected)
        if name not in ("system", "facility_mode")
        else (values(catalog, name, given) == expected)
    )


def test_a_star_is_every_entry_of_the_kind(catalog):
    assert values(catalog, "cooling", "*") == catalog.keys("cooling")


@pytest.mark.parametrize(
    ("varied", "says"),
    [
        ({"puee": "1,2"}, "Did you mean 'pue'?"),
        ({"pue": "0.5,1.2"}, "out of range: pue is 1 to 3"),
        ({"pue": "1.1:1.5"}, "a range needs a number of steps"),
        ({"pue": "1.5:1.1:3"}, "give the lower end first"),
        ({"pue": "1.1:1.5:0"}, "one step or more"),
        ({"system_power": "1,2"}, "it takes a unit like 'kW/system'"),
        ({"utilization": "0:1:3:log"}, "lower end above zero"),
        ({"system": "dgx-h10"}, "Did you mean 'dgx-h100'?"),
        ({"facility_mode": "built"}, "Did you mean 'build'?"),
        ({"pue": ""}, "is not a number"),
        ({}, "nothing varies"),
        ({"pue": "1:3:999999999"}, "at most 10,000,000 steps"),
        ({"pue": "1:3:99999", "utilization": "0:1:99999", "discount_rate": "0:1:999"}, "more than the"),
    ],
)
def test_what_cannot_vary_is_refused(catalog, varied, says):
    with pytest.raises(InputError, match=says.replace("?", r"\?")):
        axes.parse(varied, catalog)


def test_a_table_of_scenarios_is_one_axis(catalog, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("system,pue,electricity_price [USD/MWh]\ndgx-h100,1.2,50\ndgx-b200,1.3,70\n\n")
    axis = axes.table(path, catalog)
    assert axis.size == 2 and axis.texts["system"] == ("dgx-h100", "dgx-b200")
    assert axis.numbers["electricity_price"].tolist() == pytest.approx([50 / 3.6e9, 70 / 3.6e9])
    path.write_text("system,puee\ndgx-h100,1.2\ndgx-b200\n")
    with pytest.raises(InputError, match="line 3: has 1 cells, not 2"):
        axes.table(path, catalog)


def test_a_table_has_units_in_headings_and_attributes(catalog):
    task = sweep.task(
        scenario_file.load("own-8000-h100"),
        {"cooling": "air,direct-to-chip", "pue": [1.2, 1.3, 1.4]},
        catalog,
        ["facility_power", "cluster_tier", "racks"],
    )
    table = sweep.frame(task)
    assert list(table.columns) == ["cooling", "pue", "facility_power [MW]", "cluster_tier", "racks [rack]"]
    assert table.attrs["units"]["facility_power [MW]"] == "MW"
    assert table["cooling"].tolist() == ["air"] * 3 + ["direct-to-chip"] * 3
    assert table["cluster_tier"].unique().tolist() == ["tier 3, 2,049 to 16,384"]
    power = table["facility_power [MW]"]
    assert power.min() > 10 and power.iloc[2] / power.iloc[0] == pytest.approx(1.4 / 1.2)


VARIED = {"cloud_price": "2:5:4 USD/accelerator/h", "pue": "1.1:1.5:50", "cooling": "air,direct-to-chip"}


def small(catalog, monkeypatch, rows=90):
    monkeypatch.setattr(engine, "ROWS", rows)
    return sweep.task(scenario_file.load("own-8000-h100"), VARIED, catalog, ["npv_saving", "racks"])


def read(path):
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, float_precision="round_trip")


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_an_interrupted_sweep_continues_from_its_finished_chunks(catalog, tmp_path, monkeypatch, suffix):
    task = small(catalog, monkeypatch)
    whole, output = tmp_path / f"whole{suffix}", tmp_path / f"part{suffix}"
    sweep.write(task, whole)

    def stop(done, resumed=False):
        if done >= 2 * 90:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.write(task, output, progress=stop)
    left = sorted((tmp_path / f"part{suffix}.parts").glob(f"*{suffix}"))
    assert [path.name for path in left] == [f"part-0000000{suffix}", f"part-0000001{suffix}"]
    pd.testing.assert_frame_equal(read(left[1]), read(whole)[90:180].reset_index(drop=True), check_categorical=False)
    assert not output.exists()

    computed = []
    run = engine.chunk
    monkeypatch.setattr(engine, "chunk", lambda found, number: computed.append(number) or run(found, number))
    sweep.write(task, output)
    assert computed == [2, 3, 4]
    assert output.read_bytes() == whole.read_bytes()
    assert not (tmp_path / f"part{suffix}.parts").exists()


def test_parts_of_another_sweep_are_refused_until_discarded(catalog, tmp_path, monkeypatch):
    output = tmp_path / "out.csv"
    task = small(catalog, monkeypatch)
    chunk_files.Parts(output, task).write(0, b"something")
    other = sweep.task(scenario_file.load("own-8000-h100"), {"pue": "1.1:1.5:50"}, catalog, ["racks"])
    with pytest.raises(InputError, match="parts of another sweep"):
        sweep.write(other, output)
    sweep.write(other, output, restart=True)
    assert len(pd.read_csv(output)) == 50
    strange = tmp_path / "strange.csv.parts"
    strange.mkdir()
    (strange / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no sweep"):
        sweep.write(task, tmp_path / "strange.csv", restart=True)
    assert (strange / "letter.txt").read_text() == "mine"


def test_what_a_sweep_depends_on_is_in_its_digest(catalog, monkeypatch):
    base = chunk_files.digest(small(catalog, monkeypatch))
    assert chunk_files.digest(small(catalog, monkeypatch)) == base
    assert chunk_files.digest(small(catalog, monkeypatch, rows=91)) != base
    task = small(catalog, monkeypatch)
    task.scenario = scenario.changed(task.scenario, {}, {"utilization": "51 %"})
    assert chunk_files.digest(task) != base


def test_parquet_fields_carry_units_and_files_hold_the_same_numbers(catalog, tmp_path, monkeypatch):
    import pyarrow.parquet as parquet

    task = small(catalog, monkeypatch)
    table = sweep.frame(task)
    for suffix in (".parquet", ".csv", ".xlsx"):
        sweep.write(task, tmp_path / f"out{suffix}")
    schema = parquet.read_schema(tmp_path / "out.parquet")
    assert schema.field("npv_saving [MUSD]").metadata[b"unit"] == b"MUSD"
    from_parquet, from_csv = read(tmp_path / "out.parquet"), read(tmp_path / "out.csv")
    for heading in ("npv_saving [MUSD]", "pue", "racks [rack]"):
        assert from_parquet[heading].tolist() == table[heading].tolist() == from_csv[heading].tolist()
    assert from_csv["cooling"].tolist() == table["cooling"].tolist()
    assert (tmp_path / "out.xlsx").stat().st_size > 5000


def test_files_that_cannot_be_written_are_refused(catalog, tmp_path, monkeypatch):
    task = small(catalog, monkeypatch)
    with pytest.raises(InputError, match="ends in .csv, .parquet, .xlsx"):
        sweep.write(task, tmp_path / "out.txt")
    with pytest.raises(InputError, match="directory does not exist"):
        sweep.write(task, tmp_path / "none" / "out.csv")
    large = sweep.task(scenario_file.load("own-8000-h100"), {"pue": "1:3:2000000"}, catalog, ["racks"])
    with pytest.raises(InputError, match="do not fit a sheet"):
        sweep.write(large, tmp_path / "out.xlsx")


INTERRUPTED = textwrap.dedent(
    """
    import os, signal, sys, threading, time
    from pathlib import Path
    from planner.studies.sweep import engine
    from planner.cli import main

    engine.ROWS = 50
    run = engine.chunk
    pressed = threading.Event()
    def interrupt(*given):
        pressed.set()
        signal.default_int_handler(*given)
    def slow(found, number):
        if number == 3 and "--slow" in sys.argv:
            # As a person presses Ctrl-C: to the whole process, while a chunk is running and those before are written.
            while not Path("out.csv.parts/part-0000002.csv").exists():
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)
            pressed.wait()
        return run(found, number)
    engine.chunk = slow
    signal.signal(signal.SIGINT, interrupt)
    sys.exit(main([a for a in sys.argv[1:] if a != "--slow"]))
    """
)


def test_ctrl_c_leaves_readable_parts_and_says_how_to_go_on(tmp_path):
    program = tmp_path / "run.py"
    program.write_text(INTERRUPTED)
    output = tmp_path / "out.csv"
    sweep_of_400 = ["sweep", "own-8000-h100", "--vary", "pue=1.1:1.5:400", "--watch", "racks,tco"]
    command = [sys.executable, str(program), *sweep_of_400, "-o", str(output), "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    same = {"capture_output": True, "text": True, "env": environment, "cwd": tmp_path, "timeout": 300}
    stopped = subprocess.run([*command, "--slow"], **same)
    assert stopped.returncode == 130
    assert "150 of 400 scenarios are finished and readable in out.csv.parts" in stopped.stderr
    assert "the same command again continues" in stopped.stderr and "Traceback" not in stopped.stderr
    assert len(read(tmp_path / "out.csv.parts" / "part-0000002.csv")) == 50
    resumed = subprocess.run(command, **same)
    assert resumed.returncode == 0, resumed.stderr
    assert "400 rows; 250 scenarios in" in resumed.stderr
    assert len(read(output)) == 400


def test_the_command_prints_a_table_csv_and_json(run):
    given = (
        "sweep",
        "own-8000-h100",
        "--vary",
        "pue=1.2,1.4",
        "--vary",
        "cooling=air",
        "--watch",
        "facility_power,racks",
    )
    printed = run(*given)
    lines = printed.out.splitlines()
    assert printed.err == "" and "facility_power" in printed.out and "[MW]" in lines[2] and len(lines) == 5
    table = pd.read_csv(io.StringIO(run(*given, "--csv").out))
    assert list(table.columns) == ["pue", "cooling", "facility_power [MW]", "racks [rack]"]
    answer = run(*given, "--json").json
    assert answer["columns"][2] == {"name": "facility_power", "heading": "facility_power [MW]", "unit": "MW"}
    assert [row[0] for row in answer["rows"]] == [1.2, 1.4]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--vary", "pue=1.2", "--watch", "rack"), "Did you mean 'racks'?"),
        (("--vary", "pue"), "no such file"),
        (("--vary", "pue=1:2:3", "--samples", "4"), "draws from ranges"),
        (("--vary", "pue=1:2:3", "--vary", "pue=1"), "varied twice"),
        ((), "nothing varies"),
    ],
)
def test_bad_sweeps_are_refused(run, arguments, says):
    printed = run("sweep", "own-8000-h100", *arguments, status=2)
    assert printed.out == "" and says in printed.err and "Traceback" not in printed.err


def test_progress_shows_rate_and_time_left():
    clock = {"now": 0.0}
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system=None, width=120, get_time=lambda: clock["now"])
    progress = Progress(1000, console=console)
    progress(400, resumed=True)
    for clock["now"], done in ((1.0, 500), (3.0, 700)):
        progress(done)
    progress.close()
    text = stream.getvalue()
    assert "70%" in text and "700 of 1,000 scenarios" in text and "100/s" in text and "0:00:03 left" in text
    assert [duration(s) for s in (0.42, 12, 185, 7800)] == ["0.4 s", "12 s", "3 min 05 s", "2 h 10 min"]


def test_short_work_shows_no_progress():
    for terminal in (True, False):
        stream = io.StringIO()
        progress = Progress(1000, console=Console(file=stream, force_terminal=terminal))
        progress(1000)
        progress.close()
        assert stream.getvalue() == ""


def test_the_limit_that_binds_can_be_watched(catalog):
    base = scenario_file.load("facility-30mw")
    varied = {"site_power_limit": "20,40 MW", "accelerators": "5000,12000 accelerator"}
    table = sweep.frame(sweep.task(base, varied, catalog, ["binding_constraint", "racks"]))
    for row in table.itertuples():
        given = {"site_power_limit": f"{row[1]} MW", "accelerators": f"{row[2]} accelerator"}
        the_plan = planning.plan(scenario.changed(base, {}, given), catalog, bands=False)
        assert row.binding_constraint == the_plan.binding_constraint
    assert table["binding_constraint"].nunique() > 1


def test_a_csv_of_scenarios_is_swept(run, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("name_of_no_quantity,pue\n1,1.2\n")
    err = run("sweep", "own-8000-h100", "--vary", path, status=2).err
    assert "unknown quantity, role or option 'name_of_no_quantity'" in err
    path.write_text("cooling,pue\nair,1.2\ndirect-to-chip,1.3\n")
    out = run("sweep", "own-8000-h100", "--vary", path, "--watch", "facility_power", "--csv").out
    assert pd.read_csv(io.StringIO(out))["cooling"].tolist() == ["air", "direct-to-chip"]


@pytest.mark.parametrize("name", sorted(scenario_file.shipped_names()))
def test_every_shipped_scenario_is_swept_as_it_is_planned(catalog, name):
    base = scenario_file.load(name)
    task = sweep.task(base, {"discount_rate": "5 %,9 %"}, catalog)
    assert task.watch
    columns = engine.chunk(task, 0)
    for row, rate in enumerate(("5 %", "9 %")):
        the_plan = planning.plan(scenario.changed(base, {}, {"discount_rate": rate}), catalog, bands=False)
        for each in task.watch:
            expected = the_plan.results[each].value if each in the_plan.results else np.nan
            np.testing.assert_allclose(columns[each][row], expected, rtol=1e-12, err_msg=each)


@pytest.mark.parametrize("names", itertools.permutations(["serving/cloud_price", "cloud_price"]))
def test_what_varies_for_one_pool_wins_over_what_varies_for_all(catalog, names):
    prices = {"serving/cloud_price": "3 USD/accelerator/h", "cloud_price": "5 USD/accelerator/h"}
    given = scenario_file.load("shared-site")
    swept = sweep.frame(
        sweep.task(given, {name: prices[name] for name in names}, catalog, ["npv_saving", "cloud_cost"])
    )
    the_plan = planning.plan(scenario.changed(given, {}, prices), catalog, bands=False)
    for name in ("npv_saving", "cloud_cost"):
        assert swept[f"{name} [MUSD]"][0] * 1e6 == pytest.approx(the_plan.value(name), rel=1e-12)
