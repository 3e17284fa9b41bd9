"""planner materials"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    add_table(parser, "the bill")


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.reports import bill_of_materials

    the_plan = arguments.planned(args, catalog)
    return Answer(
        text=lambda: f"{the_plan.scenario.name}\n\n{bill_of_materials.table(the_plan).text()}",
        table=lambda: bill_of_materials.table(the_plan),
        data=lambda: bill_of_materials.to_json(the_plan),
    )
