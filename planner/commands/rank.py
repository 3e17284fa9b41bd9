"""planner rank"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


ORDERS = ("rate", "watt", "dollar", "total", "peak")


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--by", choices=ORDERS, default="watt", help="what the order follows (default: watt)")
    add_table(parser)


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.studies import ranking

    ranked = ranking.rank(arguments.scenario(args, args.file, catalog), catalog, args.by)
    return Answer(
        text=lambda: ranking.text(ranked),
        table=lambda: ranking.table(ranked),
        data=lambda: ranking.to_json(ranked),
    )
