"""planner demand"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_text

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    add_text(parser)


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.errors import one
    from planner.plan import demand, planning

    scenario = arguments.scenario(args, args.file, catalog)
    if not scenario.demand:
        raise one(scenario.place, "demand", "says no demand: write a [[demand]] table (planner scenario show NAME)")
    the_plan = planning.plan(scenario, catalog, bands=False)
    return Answer(text=lambda: demand.text(the_plan), data=lambda: demand.to_json(the_plan))
