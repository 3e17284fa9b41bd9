"""What a screen shows as a file: the same texts and tables as the command line prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from planner import editing, plan, report
from planner.plan import plan_resolved
from planner.problems import one
from planner.table import Table
from planner.tui.session import Session

# Ending of the file -> what makes its text.
Formats = Mapping[str, Callable[[], str]]


def of_plan(session: Session) -> Formats:
    """The plan of the session, with its uncertainty bands."""

    def found() -> plan.Plan:
        if session.plan is None or session.problems:
            raise one(session.scenario.name, "", "has no plan to export: see its problems")
        return plan_resolved(session.plan.resolved)

    def markdown() -> str:
        each = found()
        return f"# {each.scenario.name}\n\n```\n{report.text(each)}\n```\n\n{report.quantities(each).markdown()}\n"

    return {
        ".md": markdown,
        ".txt": lambda: report.text(found(), everything=True) + "\n",
        ".csv": lambda: report.quantities(found()).csv(),
        ".json": lambda: json.dumps(plan.to_json(found()), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
    }


def of_table(table: Callable[[], Table]) -> Formats:
    """A table."""
    return {
        ".csv": lambda: table().csv(),
        ".md": lambda: table().markdown() + "\n",
        ".txt": lambda: table().text() + "\n",
    }


def write(formats: Formats, path: Path) -> None:
    """Write `path` in the format of its ending; a file that exists is left alone."""
    if path.suffix not in formats:
        raise one(str(path), "", f"no format of this ending: take one of {', '.join(formats)}")
    if path.exists():
        raise one(str(path), "", "exists already; nothing was written. Take another name")
    editing.write_atomically(path, formats[path.suffix](), expected="")
