"""planner solve"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--find", required=True, metavar="NAME", help="the input to find")
    parser.add_argument(
        "--so-that",
        required=True,
        metavar="CONDITION",
        help="'NAME <= VALUE', with <=, >= or =; VALUE may be a multiple of a quantity: 'tco <= 0.7 * cloud_cost'",
    )
    parser.add_argument("--between", metavar="LOW:HIGH", help="where to search")


def run(args: argparse.Namespace) -> int:
    from planner.studies import solve

    catalog = arguments.catalog(args)
    scenario = arguments.scenario(args, args.file, catalog)
    found = solve.solve(scenario, args.find, args.so_that, catalog, args.between)
    if args.json:
        arguments.print_json(solve.to_json(found))
    else:
        print(solve.text(found))
    return 0 if found.value is not None else 1
