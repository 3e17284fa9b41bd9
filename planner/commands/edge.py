"""planner edge"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    add_table(parser)


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.studies import edge_places

    places = edge_places.sites(arguments.scenario(args, args.file, catalog), catalog)
    return Answer(table=lambda: edge_places.table(places), data=lambda: edge_places.to_json(places))
