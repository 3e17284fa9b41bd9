"""What was asked on the command line, and the catalog, scenarios and plans that it names."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog
    from planner.plan.plan import Plan
    from planner.scenario.scenario import Scenario

# More than these are not listed where none of them was given.
_MOST_CHOICES = 10
WORKLOADS = ("training", "inference", "capacity")


class Parser(argparse.ArgumentParser):
    """argparse that says what is nearest to a word that it does not take, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        refused = re.match(r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)$", message, re.DOTALL)
        if refused:
            from planner.errors import unknown

            choices = re.findall(r"[\w-]+", refused[3])
            what = f"value of {refused[1]}" if refused[1].startswith("-") else refused[1].lower()
            message = unknown(what, refused[2].strip("'\""), choices)
            if len(choices) <= _MOST_CHOICES:
                message += f" (takes {', '.join(choices)})"
        print(f"planner: {message}\n{self.format_usage().rstrip()}", file=sys.stderr)
        raise SystemExit(2)


class Arguments(argparse.Namespace):
    """The parsed arguments; what they name is read where a command asks for it."""

    def check(self) -> None:
        """Refuse a directory of --catalogs that does not exist and a file of an unknown ending, before any work."""
        from planner.errors import InputError, Problem

        problems = []
        if self.catalogs is not None and not self.catalogs.is_dir():
            problems.append(Problem(str(self.catalogs), "--catalogs", "no such directory"))
        if self.output is not None and (ending := self.output.suffix.lower()) not in self.endings:
            message = f"{self.written} are written as {', '.join(self.endings)}, not as '{ending}'"
            problems.append(Problem(str(self.output), "-o", message))
        if problems:
            raise InputError(problems)

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog with the directory of --catalogs on top."""
        from planner import paths
        from planner.catalog.catalog import Catalog

        for directory in paths.left_out():
            print(f"PLANNER_CATALOGS: {directory} is no directory that can be read; left out", file=sys.stderr)
        return Catalog(paths.catalog_layers(self.catalogs))

    def scenario(self, file: str | None = None, choose: Sequence[str] | None = None) -> Scenario:
        """The scenario of FILE with the changes of --set, --choose and --workload, or another file or choices."""
        from planner.errors import one
        from planner.scenario import scenario as scenarios
        from planner.scenario import scenario_file

        file = self.file if file is None else file
        choose = self.choose if choose is None else choose
        if file is None and not (self.set or choose):
            raise one("planner", "FILE", "name a scenario file or a shipped scenario (planner scenario list)")
        base = (
            scenarios.Scenario("command line", place="command line")
            if file is None
            else scenario_file.load(file, self.catalog)
        )
        if self.workload:
            base = replace(base, workload=self.workload)
        return scenarios.changed(base, pairs(choose, "--choose"), pairs(self.set, "--set"))

    def plan(self, bands: bool = False) -> Plan:
        """The plan of the scenario; with P10 and P90 of its figures where `bands`."""
        from planner.plan import planning

        return planning.plan(self.scenario(), self.catalog, bands=bands)

    def plans(self, bands: bool = False) -> list[Plan]:
        """The plans of several FILEs; the problems of all are reported."""
        from planner.errors import InputError, Problem, gathered
        from planner.plan import planning

        plans: list[Plan] = []
        problems: list[Problem] = []
        for file in self.file:
            with gathered(problems):
                plans.append(planning.plan(self.scenario(file), self.catalog, bands=bands))
        if problems:
            raise InputError(problems)
        return plans


def add_common(parser: Parser, json: bool = True) -> None:
    """--catalogs and --json of a command or an action; they may stand before an action as well as after it."""
    parser.add_argument(
        "--catalogs", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="a further directory of catalog entries"
    )
    if json:
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def add_scenario(parser: Parser, many: bool = False) -> None:
    """FILE with --set and --choose on top; --set and --choose alone make a scenario."""
    text = "a scenario file, or the name of a shipped scenario"
    parser.add_argument("file", metavar="FILE", nargs="+" if many else "?", help=text)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="set a quantity or an option")
    parser.add_argument("--choose", action="append", default=[], metavar="ROLE=ENTRY", help="choose a catalog entry")
    parser.add_argument("--workload", choices=WORKLOADS, help="what the cluster is for")


def pairs(given: Sequence[str], flag: str) -> dict[str, str]:
    """NAME=VALUE texts as a table; every malformed one is reported."""
    from planner.errors import InputError, Problem

    problems = [Problem(flag, "", f"'{text}' is not NAME=VALUE") for text in given if "=" not in text]
    if problems:
        raise InputError(problems)
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in given)}


def names(text: str | None) -> list[str]:
    """NAME,NAME,... as a list."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]
