"""planner compare"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser, many=True)
    parser.add_argument("--watch", metavar="NAME,...", help="quantities to compare instead of the headline figures")
    parser.add_argument("--all", action="store_true", help="every quantity that differs")
    arguments.add_table(parser)


def run(args: argparse.Namespace) -> int:
    from planner.errors import InputError, Problem, one
    from planner.plan import planning
    from planner.studies import comparison

    if len(args.file) < 2:
        raise one("compare", "FILE", "takes two scenarios or more")
    catalog = arguments.catalog(args)
    problems: list[Problem] = []
    plans = []
    for file in args.file:
        try:
            plans.append(planning.plan(arguments.scenario(args, file, catalog), catalog, bands=False))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    found = comparison.compare(plans, args.watch.split(",") if args.watch else None, args.all)
    if args.json:
        arguments.print_json(comparison.to_json(found))
    elif not arguments.put_table(args, comparison.table(found)):
        print(comparison.text(found))
    return 0
