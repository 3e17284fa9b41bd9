"""How long the terminal app takes from a key to updated results, and from start to its first screen.

    python benchmarks/tui_latency.py [SCENARIO ...]

Each key is timed from its arrival until the last change that it causes is drawn, the text for the terminal
included, at 160x48 without a real terminal. "key to results" is the time to the drawing of changed results.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time

from textual import events
from textual._compositor import CompositorUpdate

from planner.plan import sizing
from planner.tui.app import PlannerApp
from planner.tui.session import Session, open_session

SIZE = (160, 48)
KEYS = 80
EVALUATIONS = 40
EVALUATION_LIMIT = 0.005
# Long enough for everything a key causes, shorter than the pause after which uncertainty bands follow.
SETTLED = 0.22
FIRST_SCREEN_LIMIT = 1.5
LIMITS = {"set by the scenario": 0.050, "found by the planner": 0.200}
FIRST_SCREEN = """
import asyncio, time
begin = time.perf_counter()
from planner.tui.app import PlannerApp
from planner.tui.session import open_session
async def first():
    app = PlannerApp(open_session({name!r}))
    async with app.run_test(size={size!r}) as pilot:
        await pilot.pause()
        print(time.perf_counter() - begin)
asyncio.run(first())
"""


def strategy(session: Session) -> str:
    """Whether the scenario leaves the parallel strategy to the planner."""
    plan = session.plan
    found = plan is not None and set(plan.whole.given) - set(plan.whole.facts) - {sizing.SIZE}
    return "found by the planner" if found else "set by the scenario"


class TimedApp(PlannerApp):
    """The app, noting when it last drew something."""

    drawn = 0.0

    def _display(self, screen, renderable):  # type: ignore[no-untyped-def]
        if isinstance(renderable, CompositorUpdate):
            renderable.render_segments(self.console)
        super()._display(screen, renderable)
        self.drawn = time.perf_counter()


async def key_times(name: str) -> tuple[str, list[float]]:
    """Seconds from key to updated results while values of utilization are typed."""
    app = TimedApp(open_session(name))
    found: list[float] = []
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.6)
        while len(found) < KEYS:
            app.screen.edit_input("utilization")  # type: ignore[attr-defined]
            await pilot.pause(0.1)
            for key, character in (*zip("71", "71", strict=True), ("backspace", None), *zip("35", "35", strict=True)):
                begin = time.perf_counter()
                app._driver.send_message(events.Key(key, character))
                await asyncio.sleep(SETTLED)
                found.append(app.drawn - begin)
            await pilot.press("escape")
            # The uncertainty bands that follow a pause are done before the next word is typed.
            await pilot.pause(0.8)
        return strategy(app.session), found


def evaluation_time(name: str) -> float:
    """Processor seconds of one re-evaluation after an edit: resolve, size, evaluate, check."""
    session = open_session(name)
    begin = time.process_time()
    for number in range(EVALUATIONS):
        session.set_value("utilization", f"{50 + number} %")
    return (time.process_time() - begin) / EVALUATIONS


def main(names: list[str]) -> int:
    good = True
    for name in names:
        kind, times = asyncio.run(key_times(name))
        p95 = statistics.quantiles(times, n=20)[-1]
        limit = LIMITS[kind]
        good &= p95 < limit
        median = statistics.median(times)
        took = evaluation_time(name)
        good &= took < EVALUATION_LIMIT
        print(
            f"{name}: strategy {kind}; one re-evaluation {1e3 * took:.2f} ms, "
            f"{took / EVALUATION_LIMIT:.2f} of the limit"
        )
        print(
            f"{name}: key to results median {1e3 * median:.1f} ms, p95 {1e3 * p95:.1f} ms, "
            f"{p95 / limit:.2f} of the limit"
        )
        code = FIRST_SCREEN.format(name=name, size=SIZE)
        runs = [
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)
        ]
        first = min(float(run.stdout) for run in runs)
        good &= first < FIRST_SCREEN_LIMIT
        print(f"{name}: first screen {first:.2f} s, {first / FIRST_SCREEN_LIMIT:.2f} of the limit")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["own-8000-h100", "enterprise-8-gpu"]))
