"""planner docs"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", required=True, help="the directory to write into")


def run(args: argparse.Namespace) -> int:
    from planner import cli
    from planner.reports import reference

    pages = reference.write(args.output, arguments.catalog(args), cli.parser())
    if args.json:
        arguments.print_json([str(page) for page in pages])
    print(f"wrote {len(pages)} pages; open {args.output / 'index.html'}", file=sys.stderr)
    return 0
