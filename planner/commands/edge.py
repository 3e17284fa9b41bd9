"""planner edge"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    add_table(parser)


def run(args: Arguments) -> Answer:
    from planner.studies import edge_places

    places = edge_places.sites(args.scenario(), args.catalog)
    return Answer(table=lambda: edge_places.table(places), data=lambda: edge_places.to_json(places))
