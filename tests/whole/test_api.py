"""The planner from Python: documented examples run, nothing heavy is imported before it is needed."""

import doctest
import subprocess
import sys

import pytest

import planner
from planner.errors import InputError
from planner.studies import study


def test_the_examples_of_the_documentation_run():
    results = doctest.testmod(study)
    assert results.failed == 0 and results.attempted > 15


def test_importing_the_planner_imports_nothing_heavy():
    code = (
        "import sys, planner\n"
        "print(sorted({'numpy', 'pint', 'pandas', 'scipy', 'textual', 'distributed'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_scenario_from_text_and_a_changed_copy():
    base = planner.loads('[choose]\nsystem = "dgx-h100"\n[set]\naccelerators = "64 accelerator"')
    assert base.plan().results["systems"].value == 8
    larger = base.changed({"accelerators": "128 accelerator"}, cooling="air")
    assert larger.plan().results["systems"].value == 16
    assert base.plan().results["systems"].value == 8
    assert base.compare(larger, names=["capex"]).names == ["capex"]


def test_the_same_numbers_from_python_and_from_the_command(run):
    import io

    import pandas as pd

    table = planner.load("own-8000-h100").sweep({"pue": "1.1:1.3:3"}, watch=["tco"])
    printed = pd.read_csv(
        io.StringIO(run("sweep", "own-8000-h100", "--vary", "pue=1.1:1.3:3", "--watch", "tco", "--csv").out)
    )
    pd.testing.assert_frame_equal(printed, table, check_exact=True)


def test_bad_input_is_one_error_with_every_problem():
    with pytest.raises(InputError) as caught:
        planner.load("own-8000-h100").sweep({"puee": "1,2", "cooling": "airr"})
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="no such directory"):
        planner.load("own-8000-h100", catalogs="nowhere-at-all")
