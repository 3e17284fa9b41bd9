"""planner market"""

from planner.commands.arguments import Arguments, Parser
from planner.commands.output import Answer, add_table

TABLES = ("sizes", "growth", "shares", "sums", "drift", "conflicts", "noise")


def configure(parser: Parser) -> None:
    parser.add_argument("table", metavar="TABLE", nargs="?", choices=TABLES, help=f"one of {', '.join(TABLES)}")
    add_table(parser, "one table (shares where none is named)")


def run(args: Arguments) -> Answer:
    from planner.errors import one
    from planner.evidence.claims import documents, market

    if args.catalogs is not None:
        raise one("market", "--catalogs", "changes nothing here: the market view reads the source documents alone")
    ledger = documents.load()
    tables = {name: view.table() for name, view in market.views(ledger).items()}
    shown = [tables[args.table]] if args.table else [table for table in tables.values() if table.rows]
    return Answer(
        text=lambda: "\n\n".join(table.text() for table in shown),
        table=lambda: tables[args.table or "shares"],
        data=lambda: market.to_json(ledger),
    )
