"""planner calibrate"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from planner.commands.arguments import Arguments
from planner.commands.output import Answer

FITS = {"training": "training", "inference": "serving"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=list(FITS), metavar="KIND", help=", ".join(FITS))
    parser.add_argument(
        "cases", metavar="CASES", nargs="?", type=Path, help="a file of cases instead of the shipped one"
    )
    parser.add_argument("-o", "--output", dest="calibration", type=Path, help="write the fitted calibration file here")


def run(args: Arguments) -> Answer:
    from planner.evidence.validation import validation

    module = importlib.import_module(f"planner.evidence.calibration.{FITS[args.kind]}")
    summary = module.calibrate(args.cases, args.calibration)
    return Answer(text=lambda: validation.text(summary), data=lambda: summary)
