"""planner demand"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)


def run(args: argparse.Namespace) -> int:
    from planner.errors import one
    from planner.plan import demand, planning

    catalog = arguments.catalog(args)
    scenario = arguments.scenario(args, args.file, catalog)
    if not scenario.demand:
        raise one(scenario.place, "demand", "says no demand: write a [[demand]] table (planner scenario show NAME)")
    found = planning.plan(scenario, catalog, bands=False)
    if args.json:
        arguments.print_json(demand.to_json(found))
    else:
        print(demand.text(found))
    return 0
