"""planner risk"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands import arguments
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--samples", type=int, default=4096, metavar="N", help="samples to draw (4096)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the samples (0)")
    parser.add_argument("--watch", metavar="NAME,...", help="quantities to follow instead of the headline figures")
    add_table(parser, "the percentiles")


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.studies import risk

    watch = arguments.names(args.watch) or None
    analysis = risk.risk(arguments.scenario(args, args.file, catalog), catalog, args.samples, args.seed, watch)
    return Answer(
        text=lambda: risk.text(analysis, watch),
        table=lambda: risk.percentile_table(analysis),
        data=lambda: risk.to_json(analysis),
    )
