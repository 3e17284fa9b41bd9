"""planner phases"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--months", action="store_true", help="every month, not the changes alone")
    add_table(parser, "every month")


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.plan import by_month

    timeline = by_month.timeline(arguments.planned(args, catalog))
    return Answer(
        text=lambda: by_month.text(timeline, args.months),
        table=lambda: by_month.table(timeline, every_month=True),
        data=lambda: by_month.to_json(timeline),
    )
