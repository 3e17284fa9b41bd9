"""planner calibrate"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from planner.commands import arguments

FITS = {"training": "training", "inference": "serving"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=list(FITS), metavar="KIND", help=", ".join(FITS))
    parser.add_argument(
        "cases", metavar="CASES", nargs="?", type=Path, help="a file of cases instead of the shipped one"
    )
    parser.add_argument("-o", "--output", type=Path, help="write the fitted calibration file here")


def run(args: argparse.Namespace) -> int:
    from planner.evidence.validation import validation

    module = importlib.import_module(f"planner.evidence.calibration.{FITS[args.kind]}")
    found = module.calibrate(args.cases, args.output)
    if args.json:
        arguments.print_json(found)
    else:
        print(validation.text(found))
    return 0
