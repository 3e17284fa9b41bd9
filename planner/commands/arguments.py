"""Arguments that several commands share."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog
    from planner.scenario.scenario import Scenario
    from planner.tables import Table


def add_common(parser: argparse.ArgumentParser) -> None:
    """--catalogs and --json of an action, which may stand after it as well as before it."""
    parser.add_argument(
        "--catalogs", type=Path, metavar="DIR", default=argparse.SUPPRESS, help="a further directory of catalog entries"
    )
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def add_scenario(parser: argparse.ArgumentParser, many: bool = False) -> None:
    """FILE with --set and --choose on top; --set and --choose alone make a scenario."""
    text = "a scenario file, or the name of a shipped scenario"
    parser.add_argument("file", metavar="FILE", nargs="+" if many else "?", help=text)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="set a quantity or an option")
    parser.add_argument("--choose", action="append", default=[], metavar="ROLE=ENTRY", help="choose a catalog entry")
    parser.add_argument("--workload", choices=["training", "inference", "capacity"], help="what the cluster is for")


def add_table(parser: argparse.ArgumentParser, what: str = "the table") -> None:
    """--csv and -o of a command that prints a table."""
    parser.add_argument("--csv", action="store_true", help=f"print {what} as CSV")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=f"write {what} to a .csv, .md, .html, .json, .parquet or .xlsx",
    )


def put_table(args: argparse.Namespace, table: Table) -> bool:
    """Print or write the table as --csv and -o ask; False where neither does."""
    import sys

    if args.output is not None:
        table.write(args.output)
        print(f"wrote {args.output}", file=sys.stderr)
    elif args.csv:
        sys.stdout.write(table.csv())
    else:
        return False
    return True


def catalog(args: argparse.Namespace) -> Catalog:
    """The catalog with the directory of --catalogs on top."""
    from planner import paths
    from planner.catalog.catalog import Catalog
    from planner.errors import one

    if args.catalogs is not None and not args.catalogs.is_dir():
        raise one(str(args.catalogs), "--catalogs", "no such directory")
    return Catalog(paths.catalog_layers(args.catalogs))


def scenario(args: argparse.Namespace, file: str | None, shipped: Catalog) -> Scenario:
    """The scenario of `file` with the changes of --set, --choose and --workload."""
    from planner.errors import one
    from planner.scenario import scenario as scenarios_scenario
    from planner.scenario import scenario_file

    if file is None and not (args.set or args.choose):
        raise one("planner", "FILE", "name a scenario file or a shipped scenario (planner scenario list)")
    base = (
        scenarios_scenario.Scenario("command line", place="command line")
        if file is None
        else scenario_file.load(file, shipped)
    )
    if args.workload:
        base = replace(base, workload=args.workload)
    return scenarios_scenario.changed(base, pairs(args.choose, "--choose"), pairs(args.set, "--set"))


def pairs(given: list[str], flag: str) -> dict[str, str]:
    """NAME=VALUE texts as a table; every malformed one is reported."""
    from planner.errors import InputError, Problem

    found = [Problem(flag, "", f"'{text}' is not NAME=VALUE") for text in given if "=" not in text]
    if found:
        raise InputError(found)
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in given)}


def print_json(data: Any) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=False, default=str, allow_nan=False))
