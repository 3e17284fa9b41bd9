"""planner phases"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--months", action="store_true", help="every month, not the changes alone")
    add_table(parser, "every month")


def run(args: Arguments) -> Answer:
    from planner.plan import by_month

    timeline = by_month.timeline(args.plan())
    return Answer(
        text=lambda: by_month.text(timeline, args.months),
        table=lambda: by_month.table(timeline, every_month=True),
        data=lambda: by_month.to_json(timeline),
    )
