"""planner rank"""

from __future__ import annotations

import argparse

from planner.commands import arguments

ORDERS = ("rate", "watt", "dollar", "total", "peak")


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--by", choices=ORDERS, default="watt", help="what the order follows (default: watt)")
    arguments.add_table(parser)


def run(args: argparse.Namespace) -> int:
    from planner.studies import ranking

    catalog = arguments.catalog(args)
    found = ranking.rank(arguments.scenario(args, args.file, catalog), catalog, args.by)
    if args.json:
        arguments.print_json(ranking.to_json(found))
    elif not arguments.put_table(args, ranking.table(found)):
        print(ranking.text(found))
    return 0
