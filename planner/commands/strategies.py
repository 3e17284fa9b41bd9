"""planner strategies"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--top", type=int, default=10, metavar="N", help="runners-up to print (10)")
    parser.add_argument("--free", action="store_true", help="search the degrees that the scenario sets too")
    parser.add_argument("--csv", action="store_true", help="print the ranking as CSV")


def run(args: argparse.Namespace) -> int:
    from planner.studies import layouts, serving_layouts

    catalog = arguments.catalog(args)
    scenario = arguments.scenario(args, args.file, catalog)
    ranked = serving_layouts if scenario.workload == "inference" else layouts
    found = ranked.of_scenario(scenario, catalog, max(1, args.top), args.free)
    if args.json:
        arguments.print_json(as_json(found))
    elif args.csv:
        sys.stdout.write(found.ranking.csv())
    else:
        print(f"{found.tried:,} strategies tried, {found.feasible:,} feasible\n")
        print(found.ranking.text())
        print("\nWhy others fail\n")
        print(found.failures.text())
    return 0


def as_json(found: Any) -> dict[str, Any]:
    return {
        "tried": found.tried,
        "feasible": found.feasible,
        "strategies": [dict(zip(found.ranking.columns, row, strict=True)) for row in found.ranking.rows],
        "failures": [dict(zip(found.failures.columns, row, strict=True)) for row in found.failures.rows],
    }
