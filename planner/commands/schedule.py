"""planner schedule"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import TABLES, Answer, add_file

if TYPE_CHECKING:
    from planner.plan.plan import Plan


PICTURES = (".svg", ".png")


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument("--csv", action="store_true", help="print the activities as CSV")
    add_file(
        parser,
        (*PICTURES, *TABLES),
        "activities",
        "draw the activities: .svg or .png; or write them to a .csv, .md, .html, .json, .parquet or .xlsx",
    )


def run(args: Arguments) -> Answer:
    from planner.plan import schedule

    the_plan = args.plan()
    return Answer(
        text=lambda: "\n\n".join(
            [the_plan.scenario.name, schedule.gantt(the_plan).text(), schedule.phase_table(the_plan).text()]
        ),
        table=lambda: schedule.gantt(the_plan),
        data=lambda: schedule.to_json(the_plan),
        files=dict.fromkeys(PICTURES, lambda path: _draw(the_plan, path)),
    )


def _draw(the_plan: Plan, path: Path) -> None:
    from planner import files
    from planner.reports import pictures

    drawn = pictures.way_to_service(the_plan)
    if drawn is not None:
        files.write_atomically(path, drawn.svg() if path.suffix.lower() == ".svg" else drawn.png())
