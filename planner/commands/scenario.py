"""planner scenario list | show | new"""

from __future__ import annotations

import argparse
from pathlib import Path

from planner.commands import arguments


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    arguments.add_common(actions.add_parser("list", help="shipped scenarios and your own"))
    show = actions.add_parser("show", help="print a scenario file")
    arguments.add_common(show)
    show.add_argument("name", metavar="NAME")
    new = actions.add_parser("new", help="write a commented scenario to start from")
    arguments.add_common(new)
    new.add_argument("file", metavar="FILE", type=Path)
    new.add_argument("--from", dest="source", metavar="NAME", help="start from a shipped scenario")
    new.add_argument("--workload", choices=["training", "inference", "capacity"], default="training")


def run(args: argparse.Namespace) -> int:
    return {"list": _list, "show": _show, "new": _new}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    from planner.scenario import scenario_file
    from planner.tables import Table

    catalog = arguments.catalog(args)
    loaded = {name: scenario_file.load(path) for name, path in sorted(scenario_file.shipped_names(catalog).items())}
    if args.json:
        rows = [{"name": name, "title": found.name, "workload": found.workload} for name, found in loaded.items()]
        arguments.print_json(rows)
    else:
        print(Table(["name", "workload", "title"], [[n, f.workload, f.name] for n, f in loaded.items()]).text())
    return 0


def _show(args: argparse.Namespace) -> int:
    from planner.scenario import scenario_file

    catalog = arguments.catalog(args)
    path = scenario_file.load(args.name, catalog).path
    if path is not None:
        print(path.read_text(encoding="utf-8"), end="")
    return 0


def _new(args: argparse.Namespace) -> int:
    import sys

    from planner.errors import one
    from planner.files import write_atomically
    from planner.scenario import scenario_file

    if args.file.exists():
        raise one(str(args.file), "", "exists already; nothing was written")
    if args.source:
        path = scenario_file.load(args.source, arguments.catalog(args)).path
        text = path.read_text(encoding="utf-8") if path else ""
    else:
        text = scenario_file.template(args.file.stem.replace("-", " "), args.workload)
    write_atomically(args.file, text, expected="")
    print(f"wrote {args.file}; next: planner plan {args.file}", file=sys.stderr)
    return 0
