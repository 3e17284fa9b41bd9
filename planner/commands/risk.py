"""planner risk"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--samples", type=int, default=4096, metavar="N", help="samples to draw (4096)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the samples (0)")
    parser.add_argument("--watch", metavar="NAME,...", help="quantities to follow instead of the headline figures")
    parser.add_argument("--csv", action="store_true", help="print the percentiles as CSV")


def run(args: argparse.Namespace) -> int:
    from planner.studies import risk

    catalog = arguments.catalog(args)
    scenario = arguments.scenario(args, args.file, catalog)
    watch = [name.strip() for name in args.watch.split(",")] if args.watch else None
    found = risk.risk(scenario, catalog, args.samples, args.seed, watch)
    if args.json:
        arguments.print_json(risk.to_json(found))
    elif args.csv:
        sys.stdout.write(risk.percentile_table(found).csv())
    else:
        print(risk.text(found, watch))
    return 0
