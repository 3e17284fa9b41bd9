"""The plan as a file: the same texts and tables as the command line prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from planner import editing, plan, report
from planner.plan import Plan, plan_resolved
from planner.problems import one
from planner.tui.session import Session


def _markdown(found: Plan) -> str:
    return f"# {found.scenario.name}\n\n```\n{report.text(found)}\n```\n\n{report.quantities(found).markdown()}\n"


def _json(found: Plan) -> str:
    return json.dumps(plan.to_json(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


FORMATS: dict[str, Callable[[Plan], str]] = {
    ".md": _markdown,
    ".txt": lambda found: report.text(found, everything=True) + "\n",
    ".csv": lambda found: report.quantities(found).csv(),
    ".json": _json,
}


def write(session: Session, path: Path) -> None:
    """Write the plan with its bands to `path`, in the format of its ending; a file that exists is left alone."""
    if path.suffix not in FORMATS:
        raise one(str(path), "", f"no format of this ending: take one of {', '.join(FORMATS)}")
    if session.plan is None or session.problems:
        raise one(session.scenario.name, "", "has no plan to export: see its problems")
    if path.exists():
        raise one(str(path), "", "exists already; nothing was written. Take another name")
    editing.write_atomically(path, FORMATS[path.suffix](plan_resolved(session.plan.resolved)), expected="")
