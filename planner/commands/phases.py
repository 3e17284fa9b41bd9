"""planner phases"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--months", action="store_true", help="every month, not the changes alone")
    arguments.add_table(parser, "every month")


def run(args: argparse.Namespace) -> int:
    from planner import phases, plan

    catalog = arguments.catalog(args)
    found = phases.timeline(plan.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False))
    if args.json:
        arguments.print_json(phases.to_json(found))
    elif not arguments.put_table(args, phases.table(found, every_month=True)):
        print(phases.text(found, args.months))
    return 0
