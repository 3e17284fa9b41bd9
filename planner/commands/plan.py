"""planner plan"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a check fails")
    parser.add_argument("--all", action="store_true", help="every quantity, not the headline figures alone")
    arguments.add_table(parser, "every quantity")


def run(args: argparse.Namespace) -> int:
    from planner.plan import plan, planning
    from planner.reports import plan_text

    catalog = arguments.catalog(args)
    found = planning.plan(arguments.scenario(args, args.file, catalog), catalog)
    if args.json:
        arguments.print_json(plan.to_json(found))
    elif not arguments.put_table(args, plan_text.quantities(found)):
        print(plan_text.text(found, everything=args.all))
    failed = [check for check in found.checks if not check.ok]
    return 1 if args.strict and failed else 0
