"""planner materials"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    add_table(parser, "the bill")


def run(args: Arguments) -> Answer:
    from planner.reports import bill_of_materials

    the_plan = args.plan()
    return Answer(
        text=lambda: f"{the_plan.scenario.name}\n\n{bill_of_materials.table(the_plan).text()}",
        table=lambda: bill_of_materials.table(the_plan),
        data=lambda: bill_of_materials.to_json(the_plan),
    )
