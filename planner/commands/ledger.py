"""planner ledger"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--shares", action="store_true", help="spending by component at the size of every tier")
    parser.add_argument(
        "--ways", action="store_true", help="build, refit, colocate, rent and mix over one to five years"
    )
    parser.add_argument(
        "--values", action="store_true", help="worth of systems by age, and the useful hour by their life"
    )
    parser.add_argument("--months", action="store_true", help="every line in every month")
    parser.add_argument(
        "--load", type=Path, metavar="FILE", help="demand in accelerators, one number a line, for the mix"
    )
    parser.add_argument(
        "--tariff", metavar="TARIFF", help="bill electricity by this tariff: a file, or a shipped one's name"
    )
    parser.add_argument(
        "--currency",
        metavar="NAME=RATE[@DATE]",
        help="show amounts in another currency at units of it for a dollar, as in EUR=0.92@2026-11-01",
    )
    arguments.add_table(parser, "every line by month; .xlsx is the audit workbook with formulas")


def run(args: argparse.Namespace) -> int:
    from planner import billing, books, currency, hybrid, plan
    from planner.editing import write_atomically

    if args.shares or args.ways or args.values:
        return side_table(args)
    catalog = arguments.catalog(args)
    planned = plan.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    found = books.of_plan(planned)
    shown = currency.read(args.currency) if args.currency else currency.of_plan(planned)
    if args.tariff:
        found = books.with_tariff(found, billing.load(args.tariff))
    load = hybrid.read_load(args.load) if args.load else None
    if args.output is not None and args.output.suffix.lower() == ".xlsx":
        from planner import audit

        write_atomically(args.output, audit.workbook(found, shown))
        print(f"wrote {args.output}", file=sys.stderr)
    elif args.json:
        mix = hybrid.of_plan(planned, load)
        arguments.print_json(books.to_json(found, shown) | {"mix": hybrid.to_json(mix) if mix else None})
    elif not arguments.put_table(args, books.months_table(found, shown)):
        print(books.months_table(found, shown).text() if args.months else books.text(found, shown, load))
    return 0


def side_table(args: argparse.Namespace) -> int:
    """One of the tables beside the ledger: spending by component, the ways side by side, worth by age."""
    from planner import ageing, cost_shares, currency, plan, ways

    catalog = arguments.catalog(args)
    planned = plan.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    shown = currency.read(args.currency) if args.currency else currency.of_plan(planned)
    if args.shares:
        table = cost_shares.table(planned)
    else:
        table = ways.table(ways.compared(planned), shown) if args.ways else ageing.table(planned)
    if args.json:
        arguments.print_json({"scenario": planned.scenario.name, "rows": json.loads(table.json())})
    elif not arguments.put_table(args, table):
        print(f"{planned.scenario.name}\n{cost_shares.text(planned) if args.shares else table.text()}")
    return 0
