"""planner ledger"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.money.currency import Currency
    from planner.plan.plan import Plan
    from planner.tables import Table


def configure(parser: Parser) -> None:
    add_scenario(parser)
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
    add_table(parser, "every line by month; .xlsx is the audit workbook with formulas")


def run(args: Arguments) -> Answer:
    from planner.money import currency

    the_plan = args.plan()
    shown = currency.read(args.currency) if args.currency else currency.of_plan(the_plan)
    beside = args.shares or args.ways or args.values
    return _table_beside(args, the_plan, shown) if beside else _ledger(args, the_plan, shown)


def _ledger(args: Arguments, the_plan: Plan, shown: Currency) -> Answer:
    from planner.money import mix, plan_ledger, tariffs

    books = plan_ledger.of_plan(the_plan)
    if args.tariff:
        books = plan_ledger.with_tariff(books, tariffs.load(args.tariff, args.catalog.layers))
    load = mix.read_load(args.load) if args.load else None

    def workbook(path: Path) -> None:
        from planner.files import write_atomically
        from planner.reports import workbook

        write_atomically(path, workbook.workbook(books, shown))

    def data() -> dict[str, Any]:
        cheapest = mix.of_plan(the_plan, load)
        return plan_ledger.to_json(books, shown) | {"mix": mix.to_json(cheapest) if cheapest else None}

    def months() -> Table:
        return plan_ledger.months_table(books, shown)

    if args.output is not None and args.output.suffix.lower() == ".xlsx":
        return Answer(data=data, files={".xlsx": workbook})
    return Answer(
        text=lambda: months().text() if args.months else plan_ledger.text(books, shown, load), table=months, data=data
    )


def _table_beside(args: Arguments, the_plan: Plan, shown: Currency) -> Answer:
    """One of the tables beside the ledger: spending by component, the ways side by side, worth by age."""
    from planner.evidence.claims import spending
    from planner.money import options_to_own, worth_by_age

    name = the_plan.scenario.name
    if args.shares:
        table = spending.table(the_plan)
    elif args.ways:
        table = options_to_own.table(options_to_own.compared(the_plan), shown)
    else:
        table = worth_by_age.table(the_plan)
    return Answer(
        text=lambda: f"{name}\n{spending.text(the_plan) if args.shares else table.text()}",
        table=lambda: table,
        data=lambda: {"scenario": name, "rows": table.records()},
    )
