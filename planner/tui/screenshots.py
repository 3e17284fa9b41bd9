"""Pictures of every screen as SVG files: python -m planner.tui.screenshots DIR"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from planner.files import write_atomically
from planner.tui.app import PlannerApp
from planner.tui.screens.whatif import WhatIfScreen
from planner.tui.session import open_session

SIZE = (160, 48)
SCENARIO = "own-8000-h100"
# Name of the picture -> keys that lead to it from the start of the app.
SCREENS = {
    "scenario": (),
    "why": ("tab", *["down"] * 14, "enter"),
    "compare": ("2", "a", *"facility", "enter"),
    "whatif": ("3", "f5"),
    "risk": ("3", "f6", "f6", "f5"),
    "catalog": ("4", "slash", *"h100", "enter", "tab"),
    "claims": ("5",),
    "accuracy": ("5", "f6"),
}


async def settled(pilot: Any) -> None:
    """Wait until everything that runs beside the screen is done."""
    await pilot.pause(0.6)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause(0.1)


async def picture(keys: tuple[str, ...]) -> str:
    """The screen that the keys lead to, as SVG."""
    app = PlannerApp(open_session(SCENARIO))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            if isinstance(app.screen, WhatIfScreen) or not key.isalpha():
                await settled(pilot)
        await settled(pilot)
        return app.export_screenshot(title="planner", simplify=True)


def main(folder: Path) -> int:
    """Write every picture into the folder."""
    for name, keys in SCREENS.items():
        path = folder / f"{name}.svg"
        write_atomically(path, asyncio.run(picture(keys)))
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screens")))
