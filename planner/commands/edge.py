"""planner edge"""

from __future__ import annotations

import argparse

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    arguments.add_table(parser)


def run(args: argparse.Namespace) -> int:
    from planner.studies import edge_places

    catalog = arguments.catalog(args)
    found = edge_places.sites(arguments.scenario(args, args.file, catalog), catalog)
    if args.json:
        arguments.print_json(edge_places.to_json(found))
    elif not arguments.put_table(args, edge_places.table(found)):
        print(edge_places.table(found).text())
    return 0
