"""Arguments that several commands share, and what they name: the catalog, scenarios and plans."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog
    from planner.plan.plan import Plan
    from planner.scenario.scenario import Scenario


def add_common(parser: argparse.ArgumentParser, json: bool = True) -> None:
    """--catalogs and --json of a command or an action; they may stand before an action as well as after it."""
    parser.add_argument(
        "--catalogs", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="a further directory of catalog entries"
    )
    if json:
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def add_scenario(parser: argparse.ArgumentParser, many: bool = False) -> None:
    """FILE with --set and --choose on top; --set and --choose alone make a scenario."""
    text = "a scenario file, or the name of a shipped scenario"
    parser.add_argument("file", metavar="FILE", nargs="+" if many else "?", help=text)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="set a quantity or an option")
    parser.add_argument("--choose", action="append", default=[], metavar="ROLE=ENTRY", help="choose a catalog entry")
    parser.add_argument("--workload", choices=["training", "inference", "capacity"], help="what the cluster is for")


def catalog(directory: Path | None) -> Catalog:
    """The catalog with the directory of --catalogs on top."""
    from planner import paths
    from planner.catalog.catalog import Catalog
    from planner.errors import one

    if directory is not None and not directory.is_dir():
        raise one(str(directory), "--catalogs", "no such directory")
    return Catalog(paths.catalog_layers(directory))


def scenario(args: argparse.Namespace, file: str | None, the_catalog: Catalog) -> Scenario:
    """The scenario of `file` with the changes of --set, --choose and --workload."""
    from planner.errors import one
    from planner.scenario import scenario as scenarios
    from planner.scenario import scenario_file

    if file is None and not (args.set or args.choose):
        raise one("planner", "FILE", "name a scenario file or a shipped scenario (planner scenario list)")
    base = (
        scenarios.Scenario("command line", place="command line")
        if file is None
        else scenario_file.load(file, the_catalog)
    )
    if args.workload:
        base = replace(base, workload=args.workload)
    return scenarios.changed(base, pairs(args.choose, "--choose"), pairs(args.set, "--set"))


def planned(args: argparse.Namespace, the_catalog: Catalog, bands: bool = False) -> Plan:
    """The plan of the scenario that the arguments name, with P10 and P90 of its figures where `bands`."""
    from planner.plan import planning

    return planning.plan(scenario(args, args.file, the_catalog), the_catalog, bands=bands)


def pairs(given: list[str], flag: str) -> dict[str, str]:
    """NAME=VALUE texts as a table; every malformed one is reported."""
    from planner.errors import InputError, Problem

    problems = [Problem(flag, "", f"'{text}' is not NAME=VALUE") for text in given if "=" not in text]
    if problems:
        raise InputError(problems)
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in given)}


def names(text: str | None) -> list[str]:
    """NAME,NAME,... as a list."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]
