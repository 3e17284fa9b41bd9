"""planner demand"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    add_table(parser, "every month")


def run(args: Arguments) -> Answer:
    from planner.errors import one
    from planner.plan import demand, planning

    scenario = args.scenario()
    if not scenario.demand:
        raise one(scenario.place, "demand", "says no demand: write a [[demand]] table (planner scenario show NAME)")
    the_plan = planning.plan(scenario, args.catalog, bands=False)
    return Answer(
        text=lambda: demand.text(the_plan),
        table=lambda: demand.table(the_plan),
        data=lambda: demand.to_json(the_plan),
    )
