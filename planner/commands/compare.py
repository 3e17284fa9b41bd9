"""planner compare"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser, many=True)
    parser.add_argument("--watch", metavar="NAME,...", help="quantities to compare instead of the headline figures")
    parser.add_argument("--all", action="store_true", help="every quantity that differs")
    add_table(parser)


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.errors import InputError, Problem, one
    from planner.plan import planning
    from planner.studies import comparison

    if len(args.file) < 2:
        raise one("compare", "FILE", "takes two scenarios or more")
    problems: list[Problem] = []
    plans = []
    for file in args.file:
        try:
            plans.append(planning.plan(arguments.scenario(args, file, catalog), catalog, bands=False))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    compared = comparison.compare(plans, arguments.names(args.watch) or None, args.all)
    return Answer(
        text=lambda: comparison.text(compared),
        table=lambda: comparison.table(compared),
        data=lambda: comparison.to_json(compared),
    )
