"""planner offers"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--any", action="store_true", help="offers of every accelerator, not the scenario's alone")
    add_table(parser)


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.money import cloud_offers

    the_plan = arguments.planned(args, catalog)
    offers = cloud_offers.ranked(the_plan, catalog, any_accelerator=args.any)
    name, table = the_plan.scenario.name, cloud_offers.table(offers)
    return Answer(
        text=lambda: f"{name}\n{table.text()}" if offers else "no offer of the catalog rents this accelerator",
        table=lambda: table,
        data=lambda: {"scenario": name, "offers": cloud_offers.to_json(offers)},
    )
