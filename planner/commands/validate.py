"""planner validate"""

from __future__ import annotations

import argparse
from pathlib import Path

from planner.commands import arguments

KINDS = ("training", "inference", "fabric", "collectives", "reliability", "tco")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", choices=KINDS, metavar="KIND", nargs="?", help=f"{', '.join(KINDS)}; without one, all in a row each"
    )
    parser.add_argument(
        "cases", metavar="CASES", nargs="?", type=Path, help="a file of cases instead of the shipped one"
    )
    parser.add_argument("--rows", action="store_true", help="print every row")


def run(args: argparse.Namespace) -> int:
    from planner.evidence.validation import validation

    if args.kind is None:
        overview = validation.overview()
        print(overview.json() if args.json else overview.text())
        return 0
    found = validation.replay(args.kind, args.cases)
    if args.json:
        arguments.print_json(found)
    else:
        print(validation.text(found, args.rows))
    return 0
