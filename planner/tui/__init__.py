"""The terminal app: screens over the same core as the command line, without arithmetic of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from planner.errors import one


def run(scenario_path: str | None = None, catalog_dir: Path | None = None) -> int:
    """Open the app on a scenario file or shipped scenario, with a further catalog directory; the exit status."""
    # Served in a browser, the app talks to the server instead of a terminal.
    if "TEXTUAL_DRIVER" not in os.environ and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise one("planner tui", "", "needs a terminal: use planner plan, or planner serve for a browser")
    from planner.tui.app import PlannerApp
    from planner.tui.session import open_session

    app = PlannerApp(open_session(scenario_path, catalog_dir))
    app.run()
    return app.return_code or 0
