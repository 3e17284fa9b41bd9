"""planner validate"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from planner.commands import arguments

# Kind of case -> the module and function that replay it, and the shipped file.
REPLAYS = {
    "training": ("validation_training", "validate_training", "training.csv"),
    "inference": ("validation_inference", "validate_inference", "inference.csv"),
    "fabric": ("validation_facility", "validate_fabric", "fabric.csv"),
    "collectives": ("validation_facility", "validate_collectives", "collectives.csv"),
    "reliability": ("validation_facility", "validate_reliability", "reliability.csv"),
    "tco": ("validation_tco", "validate_tco", "tco.jsonl"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=list(REPLAYS), metavar="KIND", help=", ".join(REPLAYS))
    parser.add_argument(
        "cases", metavar="CASES", nargs="?", type=Path, help="a file of cases instead of the shipped one"
    )
    parser.add_argument("--rows", action="store_true", help="print every row")


def run(args: argparse.Namespace) -> int:
    from planner import paths, validation
    from planner.problems import one

    module, function, file = REPLAYS[args.kind]
    path = args.cases or paths.shipped("catalogs") / "measurements" / file
    if not path.is_file():
        raise one(str(path), "", "no such file")
    found = getattr(importlib.import_module(f"planner.{module}"), function)(path)
    if args.json:
        arguments.print_json(found)
    else:
        print(validation.text(found, args.rows))
    return 0
