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
    from planner.files import write_atomically
    from planner.money import currency, plan_ledger, tariffs
    from planner.money import mix as hybrid
    from planner.plan import planning

    if args.shares or args.ways or args.values:
        return side_table(args)
    catalog = arguments.catalog(args)
    planned = planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    found = plan_ledger.of_plan(planned)
    shown = currency.read(args.currency) if args.currency else currency.of_plan(planned)
    if args.tariff:
        found = plan_ledger.with_tariff(found, tariffs.load(args.tariff))
    load = hybrid.read_load(args.load) if args.load else None
    if args.output is not None and args.output.suffix.lower() == ".xlsx":
        from planner.reports import workbook

        write_atomically(args.output, workbook.workbook(found, shown))
        print(f"wrote {args.output}", file=sys.stderr)
    elif args.json:
        mix = hybrid.of_plan(planned, load)
        arguments.print_json(plan_ledger.to_json(found, shown) | {"mix": hybrid.to_json(mix) if mix else None})
    elif not arguments.put_table(args, plan_ledger.months_table(found, shown)):
        print(plan_ledger.months_table(found, shown).text() if args.months else plan_ledger.text(found, shown, load))
    return 0


def side_table(args: argparse.Namespace) -> int:
    """One of the tables beside the ledger: spending by component, the ways side by side, worth by age."""
    from planner.evidence.claims import spending
    from planner.money import currency, options_to_own, worth_by_age
    from planner.plan import planning

    catalog = arguments.catalog(args)
    planned = planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    shown = currency.read(args.currency) if args.currency else currency.of_plan(planned)
    if args.shares:
        table = spending.table(planned)
    else:
        table = (
            options_to_own.table(options_to_own.compared(planned), shown) if args.ways else worth_by_age.table(planned)
        )
    if args.json:
        arguments.print_json({"scenario": planned.scenario.name, "rows": json.loads(table.json())})
    elif not arguments.put_table(args, table):
        print(f"{planned.scenario.name}\n{spending.text(planned) if args.shares else table.text()}")
    return 0
