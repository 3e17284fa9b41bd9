"""planner place"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument(
        "--sites", metavar="SITE,...", help="sites to choose from instead of the scenario's [[site]] tables"
    )
    parser.add_argument(
        "--by", default="npv_own", metavar="NAME", help="what to minimise; a present value is maximised"
    )
    arguments.add_table(parser)


def run(args: argparse.Namespace) -> int:
    from planner.studies import placement

    catalog = arguments.catalog(args)
    given = arguments.scenario(args, args.file, catalog)
    found = placement.place(given, args.sites.split(",") if args.sites else [], catalog, args.by)
    if args.json:
        arguments.print_json(placement.to_json(found))
    elif not arguments.put_table(args, placement.table(found)):
        print(placement.text(found))
    return 0 if found.sites else 1
