"""planner schedule"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--csv", action="store_true", help="print the activities as CSV")


def run(args: argparse.Namespace) -> int:
    from planner import plan, timeline

    catalog = arguments.catalog(args)
    found = plan.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    if args.json:
        arguments.print_json(timeline.to_json(found))
    elif args.csv:
        sys.stdout.write(timeline.gantt(found).csv())
    else:
        print(f"{found.scenario.name}\n\n{timeline.gantt(found).text()}\n\n{timeline.phase_table(found).text()}")
    return 0
