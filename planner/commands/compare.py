"""planner compare"""

from planner.commands.arguments import Arguments, Parser, add_scenario, names
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser, many=True)
    parser.add_argument("--watch", metavar="NAME,...", help="quantities to compare instead of the headline figures")
    parser.add_argument("--all", action="store_true", help="every quantity that differs")
    add_table(parser)


def run(args: Arguments) -> Answer:
    from planner.errors import one
    from planner.studies import comparison

    if len(args.file) < 2:
        raise one("compare", "FILE", "takes two scenarios or more")
    compared = comparison.compare(args.plans(), names(args.watch) or None, args.all)
    return Answer(
        text=lambda: comparison.text(compared),
        table=lambda: comparison.table(compared),
        data=lambda: comparison.to_json(compared),
    )
