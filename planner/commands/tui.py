"""planner tui"""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help="a scenario file, or the name of a shipped scenario")


def run(args: argparse.Namespace) -> int:
    from planner.tui import run as run_app

    return run_app(args.file, args.catalogs)
