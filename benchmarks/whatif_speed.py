"""Speed of what-if at scale, as ratios printed in one run.

    python benchmarks/whatif_speed.py [rate|compiled|threads|cluster|memory|strategies]...

rate        scenarios a second on one core: 10 inputs varied, training and cost of ownership whole, strategy fixed
compiled    the same equations fused into one loop by numba (which only this benchmark needs)
threads     two threads against one
cluster     two local dask workers against one (extra `cluster`)
memory      the peak memory of a sweep of 10 million scenarios to Parquet
strategies  scenarios a second where each has a thousand parallel strategies searched

Without an argument all of them run.  What runs on one core is timed in seconds of that core (CPU time), the others by
the clock: other load on the machine counts there, which is why it is printed last.  The best of several runs counts.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from planner import glossary
from planner.model import wiring
from planner.plan import planning
from planner.scenario import scenario, scenario_file
from planner.studies.sweep import chunk_files, engine, sweep, workers
from planner.studies.sweep.runner import Runner

SCENARIO = "llama-3.1-405b"
VARIED = {
    "accelerator_memory_bandwidth": "3:4:5 TB/s/accelerator",
    "system_scaleout_bandwidth": "30:60:5 GB/s/accelerator",
    "training_tokens": "10:20:5 Ttoken",
    "utilization": "50 %:95 %:5",
    "pue": "1.1:1.5:5",
    "electricity_price": "40:120:5 USD/MWh",
    "system_price": "250:400:5 kUSD/system",
    "services_share": "1 %:10 %:5",
    "discount_rate": "3 %:12 %:5",
    "cloud_price": "2:5:5 USD/accelerator/h",
}
RUNS = 5
TARGETS = {
    "scenarios a second on one core": 300_000,
    "share of the rate of the compiled equations": 0.5,
    "two threads against one": 1.7,
    "two dask workers against one": 1.6,
    "GiB of memory for 10 million scenarios to Parquet": 1.0,
    "scenarios a second with a thousand strategies each": 200,
}
SMALLER_IS_BETTER = ("GiB of memory for 10 million scenarios to Parquet",)


def main(names: list[str]) -> int:
    """Run the named benchmarks and print each figure beside its target."""
    known = {f.__name__: f for f in (rate, compiled, threads, cluster, memory, strategies)}
    failed = 0
    for name in names or known:
        for what, value in known[name]().items():
            target = TARGETS.get(what)
            ok = target is None or (value <= target if what in SMALLER_IS_BETTER else value >= target)
            failed += not ok
            aim = "" if target is None else f"   target {target:,}   {'ok' if ok else 'MISSED'}"
            print(f"{name:11} {value:14,.2f}   {what}{aim}", flush=True)
    print(f"load of the machine now: {os.getloadavg()[0]:.1f} on {workers.cores()} cores")
    return 1 if failed else 0


def fixed() -> scenario.Scenario:
    """The scenario with the strategy that the search finds, set."""
    base = scenario_file.load(SCENARIO)
    found = planning.plan(base, bands=False)
    rows = glossary.quantities()
    chosen = {name: float(value) for name, value in found.whole.given.items() if name not in found.whole.facts}
    settings = {
        name: rows[name].labels[int(value) - 1] if rows[name].labels else f"{value!r} {rows[name].unit}"
        for name, value in chosen.items()
    }
    return scenario.changed(base, {}, settings)


@functools.cache
def task() -> engine.Task:
    """Ten inputs at five values each: 9,765,625 scenarios, every headline figure watched."""
    return sweep.task(fixed(), VARIED)


def rivals(*works: Any, runs: int = RUNS, clock: Any = time.process_time) -> list[float]:
    """The shortest time of each, run in turns so that other load on the machine meets all alike."""
    times = [np.inf] * len(works)
    for _ in range(runs):
        for number, work in enumerate(works):
            start = clock()
            work()
            times[number] = min(times[number], clock() - start)
    return times


def program() -> tuple[Runner, Any, dict[str, Any]]:
    """The runner, its compiled program and what varies in one chunk."""
    columns = engine.chunk(task(), 7)
    ((runner, _),) = next(iter(task()._runners.values()))
    given = {place: columns[name] for name, fills in runner.fills.items() for place in fills}
    return runner, next(iter(runner._programs.values())), given


def rate() -> dict[str, float]:
    """One core: chunks one after the other."""
    engine.chunk(task(), 0)
    (seconds,) = rivals(lambda: engine.chunk(task(), 7))
    _, compiled_program, _ = program()
    return {
        "equations run for each scenario": len(compiled_program.instructions),
        "scenarios a second on one core": engine.ROWS / seconds,
    }


def compiled() -> dict[str, float]:
    """The program of the sweep as one loop compiled by numba, against the same program in numpy; both on one core."""
    _, numpy_program, values = program()
    fused, constants = fuse(numpy_program)
    inputs = [*(np.ascontiguousarray(values[name]) for name in numpy_program.inputs), *constants]
    start = time.perf_counter()
    results = fused(*inputs)
    first = time.perf_counter() - start
    expected = numpy_program.run(values)
    for name, result in zip(numpy_program.wanted, results, strict=True):
        np.testing.assert_allclose(result, np.broadcast_to(expected[name], result.shape), rtol=1e-9, err_msg=name)
    of_numba, of_numpy = rivals(lambda: fused(*inputs), lambda: numpy_program.run(values), runs=12)
    return {
        "seconds to compile": first,
        "scenarios a second, compiled": engine.ROWS / of_numba,
        "share of the rate of the compiled equations": of_numba / of_numpy,
    }


def fuse(numpy_program: Any) -> tuple[Any, list[float]]:
    """The instructions of a program as the body of one compiled loop over scenarios, and its constants.

    Constants are arguments, as they must be where what takes half a minute to compile serves more than one scenario.
    """
    import numba

    rooms: dict[str, dict[str, Any]] = {}

    def jitted(function: Any) -> Any:
        if function.__module__ == wiring.__name__:
            # Of a quantity that equals another or a number, as its row in the glossary says.
            formula = function.__doc__.split("\n\n")[1].partition(":")[0]
            needs = ", ".join(re.findall(r"[a-z]\w*", formula))
            return numba.njit(eval(f"lambda {needs}: {formula}"))
        if function.__module__ not in rooms:
            room = rooms[function.__module__] = for_one_scenario(function.__module__)
            # In place: every function of the room then calls the compiled ones.
            room.update({name: numba.njit(each) for name, each in room.items() if inspect.isfunction(each)})
        return rooms[function.__module__][function.__name__]

    space: dict[str, Any] = {"np": np}
    inputs = {register: f"x{register}[i]" for register in numpy_program.inputs.values()}
    written = {step.writes for step in numpy_program.instructions}

    def word(register: int) -> str:
        return f"v{register}" if register in written else inputs.get(register, f"c{register}")

    constants = {
        register: float(value)
        for register, value in enumerate(numpy_program.registers)
        if register not in inputs and register not in written
    }
    arguments = [*(f"x{register}" for register in numpy_program.inputs.values()), *(f"c{c}" for c in constants)]
    body = []
    for number, step in enumerate(numpy_program.instructions):
        space[f"f{number}"] = jitted(step.function)
        body.append(f"        v{step.writes} = f{number}({', '.join(map(word, step.reads))})")
    outputs = list(numpy_program.wanted.values())
    first = next(iter(numpy_program.inputs.values()))
    lines = [
        f"def fused({', '.join(arguments)}):",
        f"    count = len(x{first})",
        *(f"    o{number} = np.empty(count)" for number in range(len(outputs))),
        "    for i in range(count):",
        *body,
        *(f"        o{number}[i] = {word(register)}" for number, register in enumerate(outputs)),
        f"    return ({', '.join(f'o{number}' for number in range(len(outputs)))},)",
    ]
    exec("\n".join(lines), space)
    return numba.njit(nogil=True, error_model="numpy")(space["fused"]), list(constants.values())


class OneScenario(ast.NodeTransformer):
    """np.where and np.any as numba wants them for single numbers, where the array forms would allocate."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = ast.unparse(node.func)
        if called == "np.where":
            return ast.IfExp(*node.args)
        return node.args[0] if called == "np.any" else node


def for_one_scenario(module: str) -> dict[str, Any]:
    """The functions of a room of equations, rewritten for single numbers."""
    tree = OneScenario().visit(ast.parse(Path(importlib.import_module(module).__file__ or "").read_text("utf-8")))
    space: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(tree), module, "exec"), space)
    space.update(SCALAR)
    return space


def depreciation_worth__table(months, s1, s2, s3, s4, s5, s6, discount_factor, escalation):  # type: ignore[no-untyped-def]
    yearly = discount_factor**12 * (1 + escalation)
    years = np.floor(months / 12)
    worth = s1 * yearly * (years > 0) + s2 * yearly**2 * (years > 1) + s3 * yearly**3 * (years > 2)
    return worth + s4 * yearly**4 * (years > 3) + s5 * yearly**5 * (years > 4) + s6 * yearly**6 * (years > 5)


# Written out for numba, which compiles no generator; the results are compared all the same.
SCALAR = {"depreciation_worth__table": depreciation_worth__table}


def threads() -> dict[str, float]:
    """Chunks of the sweep in two threads against one."""
    numbers = range(8)

    def run(jobs: int) -> None:
        for _ in workers.finished(task(), numbers, jobs):
            pass

    run(2)
    one, two = rivals(lambda: run(1), lambda: run(2), runs=12, clock=time.perf_counter)
    rows = sum(task().length(number) for number in numbers)
    return {"scenarios a second in two threads": rows / two, "two threads against one": one / two}


def cluster() -> dict[str, float]:
    """Two local dask workers against one; each makes the Parquet parts of its chunks."""
    from distributed import LocalCluster

    encode = functools.partial(chunk_files.encoded, suffix=".parquet")
    numbers = range(48)

    def run(address: str) -> None:
        for _ in workers.finished(task(), numbers, scheduler=address, work=encode):
            pass

    def started(count: int) -> Any:
        return LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)

    with started(1) as small, started(2) as large:
        # Once for the workers to import what they need.
        run(small.scheduler_address)
        run(large.scheduler_address)
        addresses = small.scheduler_address, large.scheduler_address
        one, two = rivals(*(functools.partial(run, address) for address in addresses), clock=time.perf_counter)
    rows = sum(task().length(number) for number in numbers)
    return {"scenarios a second on two dask workers": rows / two, "two dask workers against one": one / two}


def memory() -> dict[str, float]:
    """A process of its own writes the whole sweep; its peak memory is what the system says."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, __file__, "--write", str(Path(folder) / "sweep.parquet")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - start
        size = (Path(folder) / "sweep.parquet").stat().st_size
    return {
        "million scenarios written": task().rows / 1e6,
        "scenarios a second to one Parquet file": task().rows / seconds,
        "GB of Parquet": size / 1e9,
        "GiB of memory for 10 million scenarios to Parquet": float(done.stdout) / 2**20,
    }


def write(path: str) -> int:
    """The sweep to a file, in this process; prints the peak memory in KiB."""
    sweep.write(task(), Path(path), jobs=2)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return 0


def strategies() -> dict[str, float]:
    """Every scenario differs in what its strategy depends on, so that each is searched by itself."""
    from planner.plan import layout_search
    from planner.plan.training_layout import TRAINING

    varied = {
        "accelerator_memory_bandwidth": "3:4 TB/s/accelerator",
        "system_scaleout_bandwidth": "30:60 GB/s/accelerator",
    }
    base = scenario_file.load(SCENARIO)
    base = replace(base, set={name: given for name, given in base.set.items() if name not in TRAINING.candidates})
    searched = sweep.task(base, varied, watch=["mfu", "tco", "npv_saving"], samples=4096)
    found = planning.plan(base, bands=False)
    free = {name: value for name, value in found.whole.given.items() if name in found.whole.facts}
    tried = len(layout_search.search(TRAINING, free, found.whole.options).reached["predicted_step_time"])
    (seconds,) = rivals(lambda: engine.chunk(searched, 1), runs=1)
    return {
        "strategies searched for each": tried,
        "scenarios a second with its strategies": searched.length(1) / seconds,
        "scenarios a second with a thousand strategies each": searched.length(1) / seconds * tried / 1000,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        sys.exit(write(sys.argv[2]))
    sys.exit(main(sys.argv[1:]))
