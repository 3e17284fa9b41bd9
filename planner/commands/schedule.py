"""planner schedule"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from planner.commands import arguments

if TYPE_CHECKING:
    from planner.plan.plan import Plan


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument("--csv", action="store_true", help="print the activities as CSV")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="draw the activities: .svg or .png")


def run(args: argparse.Namespace) -> int:
    from planner.errors import one
    from planner.plan import planning, schedule

    if args.output is not None and args.output.suffix.lower() not in (".svg", ".png"):
        raise one(str(args.output), "-o", "pictures are written as .svg or .png")
    catalog = arguments.catalog(args)
    found = planning.plan(arguments.scenario(args, args.file, catalog), catalog, bands=False)
    if args.output is not None:
        _draw(found, args.output)
    if args.json:
        arguments.print_json(schedule.to_json(found))
    elif args.csv:
        sys.stdout.write(schedule.gantt(found).csv())
    else:
        print(f"{found.scenario.name}\n\n{schedule.gantt(found).text()}\n\n{schedule.phase_table(found).text()}")
    return 0


def _draw(found: Plan, path: Path) -> None:
    from planner import files
    from planner.reports import pictures

    drawn = pictures.picture(found)
    if drawn is not None:
        files.write_atomically(path, drawn.svg() if path.suffix.lower() == ".svg" else drawn.png())
        print(f"wrote {path}", file=sys.stderr)
