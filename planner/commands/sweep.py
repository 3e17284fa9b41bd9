"""planner sweep"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.commands import arguments

if TYPE_CHECKING:
    import pandas as pd

    from planner.studies.sweep.engine import Task

_MOST_LINES = 200


def configure(parser: argparse.ArgumentParser) -> None:
    arguments.add_scenario(parser)
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="NAME=...",
        help="NAME=a,b,c | NAME=lo:hi:n | NAME=lo:hi:n:log | NAME=lo:hi with --samples | ROLE=entry,entry | ROLE=* | "
        "OPTION=a,b | POOL/NAME=... | a CSV file of scenarios; several make a grid",
    )
    parser.add_argument("--watch", metavar="NAME,...", help="quantities to compute instead of the headline figures")
    parser.add_argument("--samples", type=int, default=0, metavar="N", help="draw N samples from the ranges lo:hi")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the samples (0)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write a .csv, .parquet or .xlsx file")
    parser.add_argument("--restart", action="store_true", help="discard what an interrupted sweep left behind")
    parser.add_argument("--jobs", type=int, metavar="N", help="threads (as many as there are cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run on the workers of a dask scheduler")
    parser.add_argument("--csv", action="store_true", help="print the table as CSV")


def run(args: argparse.Namespace) -> int:
    from planner.commands.progress import Progress
    from planner.studies.sweep import sweep, workers

    catalog = arguments.catalog(args)
    scenario = arguments.scenario(args, args.file, catalog)
    tables = [Path(text) for text in args.vary if "=" not in text]
    varied = [pair for text in args.vary if "=" in text for pair in arguments.pairs([text], "--vary").items()]
    watch = [name.strip() for name in args.watch.split(",")] if args.watch else None
    found = sweep.task(scenario, varied, catalog, watch, args.samples, args.seed, tables)
    jobs = max(1, args.jobs if args.jobs is not None else workers.cores())
    progress = Progress(found.rows)
    if args.output is None:
        try:
            table = sweep.frame(found, jobs, args.scheduler, progress)
        finally:
            progress.close()
        _print(args, table)
        return 0
    try:
        sweep.write(found, args.output, jobs, args.scheduler, progress, args.restart)
    except KeyboardInterrupt:
        progress.close()
        print(_interrupted(found, args.output, progress.done), file=sys.stderr)
        raise
    finally:
        progress.close()
    print(f"wrote {args.output}: {found.rows:,} rows; {progress.summary()}", file=sys.stderr)
    return 0


def _interrupted(found: Task, output: Path, done: int) -> str:
    return (
        f"{done:,} of {found.rows:,} scenarios are finished and readable in {output.name}.parts; "
        "the same command again continues from there"
    )


def _print(args: argparse.Namespace, table: pd.DataFrame) -> None:
    from planner.tables import Table

    if args.json:
        arguments.print_json(_json(table))
    elif args.csv:
        table.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        rows = [[_cell(value) for value in row] for row in table.head(_MOST_LINES).itertuples(index=False)]
        right = frozenset(i for i, heading in enumerate(table.columns) if heading in table.attrs["units"])
        # Units on a line of their own keep the columns narrow.
        names = [heading.partition(" [")[0] for heading in table.columns]
        shows = [f"[{unit}]" if (unit := table.attrs["units"].get(h, "1")) != "1" else "" for h in table.columns]
        print(Table(names, [shows, *rows], right).text())
        if len(table) > _MOST_LINES:
            print(f"{len(table) - _MOST_LINES:,} further rows: use --csv or -o FILE", file=sys.stderr)


def _cell(value: Any) -> str:
    from planner import units

    if isinstance(value, float):
        return "" if value != value else units.number_text(value)
    return str(value)


def _json(table: pd.DataFrame) -> dict[str, Any]:
    units = table.attrs["units"]
    columns = [
        {"name": table.attrs["quantities"].get(heading, heading), "heading": heading, "unit": units.get(heading, "")}
        for heading in table.columns
    ]
    rows = [
        [None if isinstance(v, float) and v - v != 0 else v for v in row]
        for row in table.itertuples(index=False, name=None)
    ]
    return {"columns": columns, "rows": rows}
