"""What a screen shows as a file: the same reports and tables as the command line writes."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from planner import files
from planner.errors import one
from planner.plan import plan
from planner.plan.plan import Plan
from planner.reports import plan_text
from planner.tables import Table
from planner.tui.session import Session

# Ending of the file -> what writes it.
Formats = Mapping[str, Callable[[Path], None]]


def of_plan(session: Session) -> Formats:
    """The plan of the session with its uncertainty bands: a report, or its quantities as a table."""
    plans = [session.plan] if session.plan is not None and not session.problems else []
    return of_plans(plans, session) | {
        ".csv": lambda path: plan_text.quantities(_planned(plans, session)[0]).write(path),
        ".json": lambda path: files.write_atomically(path, _json(_planned(plans, session)[0])),
    }


def of_plans(plans: list[Plan], session: Session) -> dict[str, Callable[[Path], None]]:
    """A report on one plan, or on several side by side."""

    def write(path: Path) -> None:
        from planner.reports import document, rendering

        planned, today = _planned(plans, session), datetime.date.today()
        if len(planned) == 1:
            content = document.of_plan(planned[0], session.catalog, today)
        else:
            content = document.of_comparison(planned, session.catalog, today)
        rendering.write(content, path)

    return dict.fromkeys((".html", ".md", ".pdf", ".xlsx"), write)


def of_table(table: Callable[[], Table]) -> Formats:
    """A table."""
    return dict.fromkeys((".csv", ".md", ".html", ".json", ".xlsx", ".parquet"), lambda path: table().write(path))


def write(formats: Formats, path: Path) -> None:
    """Write `path` in the format of its ending; a file that exists is left alone."""
    if path.suffix not in formats:
        raise one(str(path), "", f"no format of this ending: take one of {', '.join(formats)}")
    if path.exists():
        raise one(str(path), "", "exists already; nothing was written. Take another name")
    formats[path.suffix](path)


def _planned(plans: list[Plan], session: Session) -> list[Plan]:
    if not plans:
        raise one(session.scenario.name, "", "has no plan to export: see its problems")
    return [replace(each, bands=True) for each in plans]


def _json(the_plan: Plan) -> str:
    return json.dumps(plan.to_json(the_plan), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
