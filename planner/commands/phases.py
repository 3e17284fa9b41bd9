"""planner phases"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--months", action="store_true", help="every month, not the changes alone")
    parser.add_argument("--csv", action="store_true", help="print every month as CSV")


def run(args: argparse.Namespace) -> int:
    from planner import phases, plan

    catalog = arguments.catalog(args)
    found = phases.timeline(plan.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False))
    if args.json:
        arguments.print_json(phases.to_json(found))
    elif args.csv:
        sys.stdout.write(phases.table(found, every_month=True).csv())
    else:
        print(phases.text(found, args.months))
    return 0
