"""planner report"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner.commands import arguments

ENDINGS = (".html", ".md", ".pdf", ".xlsx")


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser, many=True)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        required=True,
        help=f"what to write, ending in {', '.join(ENDINGS)}",
    )


def run(args: argparse.Namespace) -> int:
    import datetime

    from planner.errors import one
    from planner.plan import planning
    from planner.reports import document, rendering

    ending = args.output.suffix.lower()
    if ending not in ENDINGS:
        raise one(str(args.output), "", f"reports are written as {', '.join(ENDINGS)}, not as '{ending}'")
    catalog = arguments.catalog(args)
    plans = [planning.plan(arguments.scenario(args, file, catalog), catalog) for file in args.file]
    today = datetime.date.today()
    content = (
        document.of_plan(plans[0], catalog, today) if len(plans) == 1 else document.of_comparison(plans, catalog, today)
    )
    rendering.write(content, args.output)
    if args.json:
        arguments.print_json(document.to_json(content))
    print(f"wrote {args.output}", file=sys.stderr)
    return 0
