"""planner plan"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a check fails")
    parser.add_argument("--all", action="store_true", help="every quantity, not the headline figures alone")
    add_table(parser, "every quantity")


def run(args: Arguments) -> Answer:
    from planner.plan import plan
    from planner.reports import plan_text

    the_plan = args.plan(bands=True)
    failed = [check for check in the_plan.checks if not check.ok]
    return Answer(
        text=lambda: plan_text.text(the_plan, everything=args.all),
        table=lambda: plan_text.quantities(the_plan),
        data=lambda: plan.to_json(the_plan),
        status=1 if args.strict and failed else 0,
    )
