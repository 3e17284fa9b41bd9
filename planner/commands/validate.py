"""planner validate"""

from __future__ import annotations

import argparse
from pathlib import Path

from planner.commands.arguments import Arguments
from planner.commands.output import Answer, add_table

KINDS = ("training", "inference", "fabric", "collectives", "reliability", "tco")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", choices=KINDS, metavar="KIND", nargs="?", help=f"{', '.join(KINDS)}; without one, all in a row each"
    )
    parser.add_argument(
        "cases", metavar="CASES", nargs="?", type=Path, help="a file of cases instead of the shipped one"
    )
    parser.add_argument("--rows", action="store_true", help="print every row")
    add_table(parser, "every row")


def run(args: Arguments) -> Answer:
    from planner import tables
    from planner.evidence.validation import validation

    if args.kind is None:
        overview = validation.overview()
        return Answer(table=lambda: overview)
    summary = validation.replay(args.kind, args.cases)
    return Answer(
        text=lambda: validation.text(summary, args.rows),
        table=lambda: tables.of_records(summary["rows"]),
        data=lambda: summary,
    )
