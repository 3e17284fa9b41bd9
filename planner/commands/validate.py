"""planner validate"""

from pathlib import Path

from planner.commands.arguments import Arguments, Parser
from planner.commands.output import Answer, add_table

# What a command takes -> the kind that results name; the kinds themselves are taken too.
KINDS = {
    "training": "training",
    "serving": "inference",
    "fabric": "fabric",
    "collectives": "collectives",
    "reliability": "reliability",
    "cost": "tco",
}


def add_cases(parser: Parser, *words: str, otherwise: str = "") -> None:
    """KIND of cases, by the word of commands or of results, and a file of them."""
    parser.add_argument(
        "kind",
        choices=dict.fromkeys([*words, *(KINDS[word] for word in words)]),
        metavar="KIND",
        nargs="?" if otherwise else None,
        help=", ".join(words) + otherwise,
    )
    parser.add_argument(
        "cases", metavar="CASES", nargs="?", type=Path, help="a file of cases instead of the shipped one"
    )


def configure(parser: Parser) -> None:
    add_cases(parser, *KINDS, otherwise="; without one, all in a row each")
    parser.add_argument("--rows", action="store_true", help="print every row")
    add_table(parser, "every row")


def run(args: Arguments) -> Answer:
    from planner import tables
    from planner.evidence.validation import validation

    if args.kind is None:
        overview = validation.overview(validation.everything(args.catalog))
        return Answer(table=lambda: overview)
    summary = validation.replay(KINDS.get(args.kind, args.kind), args.catalog, args.cases)
    return Answer(
        text=lambda: validation.text(summary, args.rows),
        table=lambda: tables.of_records(summary["rows"]),
        data=lambda: summary,
    )
