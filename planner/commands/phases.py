"""planner phases"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--months", action="store_true", help="every month, not the changes alone")
    arguments.add_table(parser, "every month")


def run(args: argparse.Namespace) -> int:
    from planner.plan import by_month, planning

    catalog = arguments.catalog(args)
    found = by_month.timeline(planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False))
    if args.json:
        arguments.print_json(by_month.to_json(found))
    elif not arguments.put_table(args, by_month.table(found, every_month=True)):
        print(by_month.text(found, args.months))
    return 0
