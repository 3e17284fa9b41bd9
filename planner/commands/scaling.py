"""planner scaling"""

from __future__ import annotations

import argparse
import sys

from planner.commands import arguments

_COLUMNS = ("step_time", "tokens_per_second", "mfu", "communication_share", "goodput", "time_to_train")


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument(
        "--sizes", metavar="N,N,...", help="accelerators to try; doublings around the scenario's if left out"
    )
    parser.add_argument(
        "--batch",
        choices=("fixed", "per-accelerator"),
        default="fixed",
        help="keep the batch, or let it grow with the accelerators",
    )
    parser.add_argument("--csv", action="store_true", help="print the curve as CSV")


def run(args: argparse.Namespace) -> int:
    from planner.plan import plan
    from planner.studies import scaling
    from planner.tables import Table

    catalog = arguments.catalog(args)
    scenario = arguments.scenario(args, args.file, catalog)
    found = scaling.curve(scenario, catalog, _sizes(args.sizes) if args.sizes else None, args.batch)
    if args.json:
        points = [
            {"accelerators": point.accelerators, "marginal_gain": point.marginal_gain, **point.figures}
            for point in found.points
        ]
        arguments.print_json({"points": points, "knee": found.knee, "batch": args.batch})
        return 0
    cells = [
        [f"{point.accelerators:,.0f}"]
        + [plan.shown(name, point.figures[name]) if name in point.figures else "" for name in _COLUMNS]
        + [f"{100 * point.marginal_gain:.0f} %", "yes" if point.figures.get("memory_margin", 0) >= 0 else "no"]
        for point in found.points
    ]
    table = Table(["accelerators", *_COLUMNS, "marginal gain", "fits"], cells, frozenset(range(len(_COLUMNS) + 2)))
    if args.csv:
        sys.stdout.write(table.csv())
    else:
        print(table.text())
        knee = f"{found.knee:,.0f} accelerators" if found.knee else "beyond these sizes"
        print(f"\nThe knee, where a further accelerator brings less than {100 * scaling.KNEE:.0f} %: {knee}")
    return 0


def _sizes(text: str) -> list[float]:
    from planner.errors import one

    try:
        sizes = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise one("--sizes", "", f"'{text}' is not a list of numbers like 1024,2048,4096") from None
    if not sizes or min(sizes) < 1:
        raise one("--sizes", "", "takes numbers of accelerators, at least 1")
    return sizes
