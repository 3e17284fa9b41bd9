"""planner rules"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--all", action="store_true", help="print allowed options too")
    add_table(parser, "every option")


def run(args: Arguments) -> Answer:
    from dataclasses import asdict

    from planner.plan import rules
    from planner.tables import Table

    the_plan = args.plan()
    own = the_plan.rules.findings(the_plan.whole)
    options = rules.options(the_plan.whole, args.catalog)
    every = Table(
        ["option", "verdict", "rule", "reason", "source"],
        [[each.option, each.verdict, each.rule, each.reason, each.source] for each in options],
    )

    def text() -> str:
        shown = every.rows if args.all else [row for row in every.rows if row[1] != rules.ALLOWED]
        table = Table(every.columns, shown).text() if shown else "No option is excluded or needs a licence."
        lines = [f"{each.rule}: {each.option}: {each.verdict}: {each.reason}" for each in own]
        return "\n".join(lines) + f"\n\n{table}"

    return Answer(
        text=text,
        table=lambda: every,
        data=lambda: {"scenario": [asdict(each) for each in own], "options": [asdict(each) for each in options]},
    )
