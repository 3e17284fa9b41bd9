"""planner plan"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a check fails")
    parser.add_argument("--all", action="store_true", help="every quantity, not the headline figures alone")
    parser.add_argument("--csv", action="store_true", help="print every quantity as CSV")


def run(args: argparse.Namespace) -> int:
    from planner import plan, report

    catalog = arguments.catalog(args)
    found = plan.plan(arguments.scenario(args, args.file, catalog), catalog)
    if args.json:
        arguments.print_json(plan.to_json(found))
    elif args.csv:
        sys.stdout.write(report.quantities(found).csv())
    else:
        print(report.text(found, everything=args.all))
    failed = [check for check in found.checks if not check.ok]
    return 1 if args.strict and failed else 0
