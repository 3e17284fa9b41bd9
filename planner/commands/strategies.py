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
    from planner.studies import layouts

    catalog = arguments.catalog(args)
    scenario = arguments.scenario(args, args.file, catalog)
    ranked = layouts.of_scenario(scenario, catalog, max(1, args.top), args.free)
    if args.json:
        arguments.print_json(as_json(ranked))
    elif args.csv:
        sys.stdout.write(ranked.ranking.csv())
    else:
        print(f"{ranked.tried:,} strategies tried, {ranked.feasible:,} feasible\n")
        print(ranked.ranking.text())
        print("\nWhy others fail\n")
        print(ranked.failures.text())
    return 0


def as_json(ranked: Any) -> dict[str, Any]:
    return {
        "tried": ranked.tried,
        "feasible": ranked.feasible,
        "strategies": [dict(zip(ranked.ranking.columns, row, strict=True)) for row in ranked.ranking.rows],
        "failures": [dict(zip(ranked.failures.columns, row, strict=True)) for row in ranked.failures.rows],
    }
