"""planner market"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments

TABLES = ("sizes", "growth", "shares", "sums", "drift", "conflicts", "noise")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", nargs="?", choices=TABLES, help=f"one of {', '.join(TABLES)}")
    parser.add_argument("--csv", action="store_true", help="print one table as CSV (shares where none is named)")


def run(args: argparse.Namespace) -> int:
    from planner import market, seeds

    ledger = seeds.load()
    if args.json:
        arguments.print_json(market.to_json(ledger))
    elif args.csv:
        sys.stdout.write(market.tables(ledger)[args.table or "shares"].csv())
    else:
        chosen = market.tables(ledger)
        shown = [chosen[args.table]] if args.table else [table for table in chosen.values() if table.rows]
        print("\n\n".join(table.text() for table in shown))
    return 0
