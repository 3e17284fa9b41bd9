"""planner offers"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--any", action="store_true", help="offers of every accelerator, not the scenario's alone")
    add_table(parser)


def run(args: Arguments) -> Answer:
    from planner.money import cloud_offers

    the_plan = args.plan()
    offers = cloud_offers.ranked(the_plan, args.catalog, any_accelerator=args.any)
    name, table = the_plan.scenario.name, cloud_offers.table(offers)
    return Answer(
        text=lambda: f"{name}\n{table.text()}" if offers else "no offer of the catalog rents this accelerator",
        table=lambda: table,
        data=lambda: {"scenario": name, "offers": cloud_offers.to_json(offers)},
    )
