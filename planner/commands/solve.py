"""planner solve"""

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_text


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--find", required=True, metavar="NAME", help="the input to find")
    parser.add_argument(
        "--so-that",
        required=True,
        metavar="CONDITION",
        help="'NAME <= VALUE', with <=, >= or =; VALUE may be a multiple of a quantity: 'tco <= 0.7 * cloud_cost'",
    )
    parser.add_argument("--between", metavar="LOW:HIGH", help="where to search")
    add_text(parser)


def run(args: Arguments) -> Answer:
    from planner.studies import solve

    scenario = args.scenario()
    solution = solve.solve(scenario, args.find, args.so_that, args.catalog, args.between)
    return Answer(
        text=lambda: solve.text(solution),
        data=lambda: solve.to_json(solution),
        status=0 if solution.value is not None else 1,
    )
