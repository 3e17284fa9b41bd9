"""planner offers"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--any", action="store_true", help="offers of every accelerator, not the scenario's alone")
    arguments.add_table(parser)


def run(args: argparse.Namespace) -> int:
    from planner.money import cloud_offers
    from planner.plan import planning

    catalog = arguments.catalog(args)
    planned = planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    found = cloud_offers.ranked(planned, catalog, any_accelerator=args.any)
    table = cloud_offers.table(found)
    if args.json:
        arguments.print_json({"scenario": planned.scenario.name, "offers": cloud_offers.to_json(found)})
    elif not arguments.put_table(args, table):
        print(f"{planned.scenario.name}\n{table.text()}" if found else "no offer of the catalog rents this accelerator")
    return 0
