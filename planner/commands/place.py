"""planner place"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument(
        "--sites", metavar="SITE,...", help="sites to choose from instead of the scenario's [[site]] tables"
    )
    parser.add_argument(
        "--by", default="npv_own", metavar="NAME", help="what to minimise; a present value is maximised"
    )
    parser.add_argument("--csv", action="store_true", help="print the table as CSV")


def run(args: argparse.Namespace) -> int:
    from planner import placement

    catalog = arguments.catalog(args)
    given = arguments.scenario(args, args.file, catalog)
    found = placement.place(given, args.sites.split(",") if args.sites else [], catalog, args.by)
    if args.json:
        arguments.print_json(placement.to_json(found))
    elif args.csv:
        sys.stdout.write(placement.table(found).csv())
    else:
        print(placement.text(found))
    return 0 if found.sites else 1
