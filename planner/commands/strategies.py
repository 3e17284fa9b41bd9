"""planner strategies"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--top", type=int, default=10, metavar="N", help="runners-up to print (10)")
    parser.add_argument("--free", action="store_true", help="search the degrees that the scenario sets too")
    add_table(parser, "the ranking")


def run(args: Arguments) -> Answer:
    from planner.studies import layouts

    scenario = args.scenario()
    strategies = layouts.of_scenario(scenario, args.catalog, max(1, args.top), args.free)
    tried, feasible = strategies.tried, strategies.feasible
    return Answer(
        text=lambda: (
            f"{tried:,} strategies tried, {feasible:,} feasible\n\n{strategies.ranking.text()}\n\n"
            f"Why others fail\n\n{strategies.failures.text()}"
        ),
        table=lambda: strategies.ranking,
        data=lambda: {
            "tried": tried,
            "feasible": feasible,
            "strategies": strategies.ranking.records(),
            "failures": strategies.failures.records(),
        },
    )
