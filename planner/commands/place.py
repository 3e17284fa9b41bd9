"""planner place"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument(
        "--sites", metavar="SITE,...", help="sites to choose from instead of the scenario's [[site]] tables"
    )
    parser.add_argument(
        "--by", default="npv_own", metavar="NAME", help="what to minimise; a present value is maximised"
    )
    add_table(parser)


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.studies import placement

    scenario = arguments.scenario(args, args.file, catalog)
    placed = placement.place(scenario, arguments.names(args.sites), catalog, args.by)
    return Answer(
        text=lambda: placement.text(placed),
        table=lambda: placement.table(placed),
        data=lambda: placement.to_json(placed),
        status=0 if placed.sites else 1,
    )
