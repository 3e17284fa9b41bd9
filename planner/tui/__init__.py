"""The terminal app: screens over the same core as the command line, without arithmetic of their own."""

from __future__ import annotations

from pathlib import Path


def run(scenario_path: str | None = None, catalog_dir: Path | None = None) -> int:
    """Open the app on a scenario file or shipped scenario, with a further catalog directory; the exit status."""
    from planner.tui.app import PlannerApp
    from planner.tui.session import open_session

    app = PlannerApp(open_session(scenario_path, catalog_dir))
    app.run()
    return app.return_code or 0
