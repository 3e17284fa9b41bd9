"""planner materials"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--csv", action="store_true", help="print CSV")


def run(args: argparse.Namespace) -> int:
    from planner.plan import planning
    from planner.reports import bill_of_materials

    catalog = arguments.catalog(args)
    found = planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    if args.json:
        arguments.print_json(bill_of_materials.to_json(found))
    elif args.csv:
        sys.stdout.write(bill_of_materials.table(found).csv())
    else:
        print(f"{found.scenario.name}\n\n{bill_of_materials.table(found).text()}")
    return 0
