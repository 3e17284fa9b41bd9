"""planner market"""

from __future__ import annotations

import argparse

from planner.commands import arguments

TABLES = ("sizes", "growth", "shares", "sums", "drift", "conflicts", "noise")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", nargs="?", choices=TABLES, help=f"one of {', '.join(TABLES)}")
    arguments.add_table(parser, "one table (shares where none is named)")


def run(args: argparse.Namespace) -> int:
    from planner.evidence.claims import documents, market

    ledger = documents.load()
    if args.json:
        arguments.print_json(market.to_json(ledger))
        return 0
    chosen = market.tables(ledger)
    if not arguments.put_table(args, chosen[args.table or "shares"]):
        shown = [chosen[args.table]] if args.table else [table for table in chosen.values() if table.rows]
        print("\n\n".join(table.text() for table in shown))
    return 0
