"""planner rules"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--all", action="store_true", help="print allowed options too")
    parser.add_argument("--csv", action="store_true", help="print every option as CSV")


def run(args: argparse.Namespace) -> int:
    from planner.plan import planning, rules
    from planner.tables import Table

    catalog = arguments.catalog(args)
    found = planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    own = rules.findings(found.resolved, found.values)
    options = rules.options(found.resolved, catalog)
    if args.json:
        arguments.print_json({"scenario": [asdict(f) for f in own], "options": [asdict(f) for f in options]})
        return 0
    columns = ["option", "verdict", "rule", "reason", "source"]
    cells = [[f.option, f.verdict, f.rule, f.reason, f.source] for f in options]
    if args.csv:
        sys.stdout.write(Table(columns, cells).csv())
        return 0
    print("\n".join(f"{f.rule}: {f.option}: {f.verdict}: {f.reason}" for f in own))
    shown = cells if args.all else [row for row in cells if row[1] != rules.ALLOWED]
    print()
    print(Table(columns, shown).text() if shown else "No option is excluded or needs a licence.")
    return 0
