"""planner sweep"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.commands.arguments import Arguments, Parser, add_scenario, names, pairs
from planner.commands.output import Answer, add_file

if TYPE_CHECKING:
    import pandas as pd

    from planner.studies.sweep.engine import Task

_MOST_LINES = 200
ENDINGS = (".csv", ".parquet", ".xlsx")


def configure(parser: Parser) -> None:
    add_scenario(parser)
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
    add_file(parser, ENDINGS, "sweeps", "write a .csv, .parquet or .xlsx file")
    parser.add_argument("--restart", action="store_true", help="discard what an interrupted sweep left behind")
    parser.add_argument("--jobs", type=int, metavar="N", help="threads (as many as there are cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run on the workers of a dask scheduler")
    parser.add_argument("--csv", action="store_true", help="print the table as CSV")


def run(args: Arguments) -> Answer:
    from planner import tables
    from planner.commands.progress import Progress
    from planner.studies.sweep import sweep, workers

    scenario = args.scenario()
    files = [Path(text) for text in args.vary if "=" not in text]
    varied = [pair for text in args.vary if "=" in text for pair in pairs([text], "--vary").items()]
    task = sweep.task(scenario, varied, args.catalog, names(args.watch) or None, args.samples, args.seed, files)
    jobs = max(1, args.jobs if args.jobs is not None else workers.cores())
    progress = Progress(task.rows)

    def write(path: Path) -> str:
        try:
            sweep.write(task, path, jobs, args.scheduler, progress, args.restart)
        except KeyboardInterrupt:
            progress.close()
            print(_interrupted(task, path, progress.done), file=sys.stderr)
            raise
        finally:
            progress.close()
        return f": {task.rows:,} rows; {progress.summary()}"

    if args.output is not None:
        return Answer(data=lambda: {"file": str(args.output), "rows": task.rows}, files=dict.fromkeys(ENDINGS, write))
    try:
        frame = sweep.frame(task, jobs, args.scheduler, progress)
    finally:
        progress.close()
    further = 0 if args.json or args.csv else len(frame) - _MOST_LINES
    return Answer(
        text=lambda: _text(frame),
        table=lambda: tables.of_frame(frame),
        data=lambda: _json(frame),
        notes=[f"{further:,} further rows: use --csv or -o FILE"] if further > 0 else [],
    )


def _interrupted(task: Task, output: Path, done: int) -> str:
    return (
        f"{done:,} of {task.rows:,} scenarios are finished and readable in {output.name}.parts; "
        "the same command again continues from there"
    )


def _text(frame: pd.DataFrame) -> str:
    from planner.tables import Table

    rows = frame.head(_MOST_LINES).itertuples(index=False, name=None)
    right = frozenset(i for i, heading in enumerate(frame.columns) if heading in frame.attrs["units"])
    # Units on a line of their own keep the columns narrow.
    names = [heading.partition(" [")[0] for heading in frame.columns]
    shows = [f"[{unit}]" if (unit := frame.attrs["units"].get(h, "1")) != "1" else "" for h in frame.columns]
    return Table(names, [shows, *rows], right).text()


def _json(frame: pd.DataFrame) -> dict[str, Any]:
    units = frame.attrs["units"]
    columns = [
        {"name": frame.attrs["quantities"].get(heading, heading), "heading": heading, "unit": units.get(heading, "")}
        for heading in frame.columns
    ]
    rows = [
        [None if isinstance(v, float) and v - v != 0 else v for v in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    return {"columns": columns, "rows": rows}
