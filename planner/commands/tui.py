"""planner tui"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from planner.commands.output import Answer

if TYPE_CHECKING:
    from planner.catalog.catalog import Catalog


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="a scenario file, or the name of a shipped scenario")


def run(args: argparse.Namespace, catalog: Catalog) -> Answer:
    from planner.tui import run as run_app

    return Answer(status=run_app(args.file, args.catalogs))
