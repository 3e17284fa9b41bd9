"""planner rank"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table

ORDERS = ("rate", "watt", "dollar", "total", "peak")


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--by", choices=ORDERS, default="watt", help="what the order follows (default: watt)")
    add_table(parser)


def run(args: Arguments) -> Answer:
    from planner.studies import ranking

    ranked = ranking.rank(args.scenario(), args.catalog, args.by)
    return Answer(
        text=lambda: ranking.text(ranked),
        table=lambda: ranking.table(ranked),
        data=lambda: ranking.to_json(ranked),
    )
