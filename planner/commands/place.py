"""planner place"""

from planner.commands.arguments import Arguments, Parser, add_scenario, names
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument(
        "--sites", metavar="SITE,...", help="sites to choose from instead of the scenario's [[site]] tables"
    )
    parser.add_argument(
        "--by", default="npv_own", metavar="NAME", help="what to minimise; a present value is maximised"
    )
    add_table(parser)


def run(args: Arguments) -> Answer:
    from planner.studies import placement

    scenario = args.scenario()
    placed = placement.place(scenario, names(args.sites), args.catalog, args.by)
    return Answer(
        text=lambda: placement.text(placed),
        table=lambda: placement.table(placed),
        data=lambda: placement.to_json(placed),
        status=0 if placed.sites else 1,
    )
