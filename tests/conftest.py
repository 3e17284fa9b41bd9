"""What the tests share: the shipped catalog, plans of what is shipped, single quantities, and the command line.

Hypothesis generates the same examples on every run; HYPOTHESIS_PROFILE=random looks for new ones.
"""

import contextlib
import json
import os
import pickle
import socket
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from planner import cli, glossary, paths, units
from planner.catalog.catalog import Catalog
from planner.model import wiring
from planner.plan import planning
from planner.scenario import resolve, scenario, scenario_file

settings.register_profile("same", derandomize=True)
settings.register_profile("random", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# Every catalog of every test reads the shipped files: each text is parsed once, and every reader gets a copy.
_parse = tomllib.loads
_parsed = lru_cache(2048)(lambda text: pickle.dumps(_parse(text)))
tomllib.loads = lambda text, **how: _parse(text, **how) if how else pickle.loads(_parsed(text))

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
SHIPPED = paths.shipped("catalogs")
CATALOG = Catalog([SHIPPED])


@pytest.fixture(scope="session")
def catalog():
    return CATALOG


# Scenarios and their plans


def asked(name="own-8000-h100", choose=None, **changes):
    """A shipped scenario by its name, or one written as text, with other choices and settings."""
    read = scenario_file.loads(name) if "\n" in name else scenario_file.load(name, CATALOG)
    return scenario.changed(read, choose or {}, changes)


def resolved(name="own-8000-h100", choose=None, **changes):
    """The same, with every choice looked up in the shipped catalog."""
    return resolve.resolve(asked(name, choose, **changes), CATALOG)


def planned(name="own-8000-h100", choose=None, bands=False, **changes):
    """The same, planned; a test that asks again gets the plan that was made."""
    return _planned(name, tuple((choose or {}).items()), bands, tuple(changes.items()))


@lru_cache(maxsize=64)
def _planned(name, choose, bands, changes):
    return planning.plan(asked(name, dict(choose), **dict(changes)), CATALOG, bands=bands)


# Single quantities


def given(**texts):
    """Base values of quantities written as texts; numpy's floats, as a resolved scenario has them."""
    rows = glossary.quantities()
    return {name: np.float64(units.read(text, rows[name].unit)) for name, text in texts.items()}


def defaults():
    """Every default of the shipped catalog."""
    return {name: np.float64(fact.value) for name, fact in CATALOG.defaults.items() if name not in first_choices()}


def first_choices():
    return {name: option.choices[0] for name, option in glossary.options().items()}


def value(name, unit="1", options=None, **texts):
    """A quantity in `unit` from `texts` and the defaults of the catalog."""
    values = wiring.evaluate([name], {**defaults(), **given(**texts)}, {**first_choices(), **(options or {})})
    return units.convert(values[name], unit)


# The command line


@dataclass(frozen=True)
class Printed:
    """What a command wrote."""

    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys):
    """Runs a command line as `run("plan", "own-8000-h100")`; it has to end with `status`."""

    def run(*arguments, status=0):
        capsys.readouterr()
        try:
            ended = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            ended = stop.code or 0
        printed = Printed(*capsys.readouterr())
        assert ended == status, f"planner {' '.join(map(str, arguments))}: ended with {ended}\n{printed.err}"
        return printed

    return run


@contextlib.contextmanager
def nothing_calls_out():
    """Whoever reaches for the network within the block fails."""

    def refuse(*given, **_):
        raise AssertionError(f"called out to {given[1:]}")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto", "bind"):
            patch.setattr(socket.socket, name, refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield


@pytest.fixture(scope="session")
def documentation(tmp_path_factory):
    """The folder of the reference documentation, written once, by its command."""
    folder = tmp_path_factory.mktemp("documentation") / "site"
    with nothing_calls_out():
        assert cli.main(["docs", "-o", str(folder)]) == 0
    return folder
