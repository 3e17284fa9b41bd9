"""Random keys and random texts: nothing crashes, and no edit that was taken is lost.

PLANNER_KEY_STEPS sets the number of steps (a few hundred here, thousands at night).
"""

import asyncio
import os
import shutil
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from planner import scenario
from planner.tui.app import PlannerApp
from planner.tui.inputs import InputPane
from planner.tui.scenario_screen import ScenarioScreen
from planner.tui.session import open_session

SCENARIO = Path(__file__).parent / "data" / "tui.toml"
STEPS = int(os.environ.get("PLANNER_KEY_STEPS", "300"))
EXAMPLE_STEPS = 60
# Keys that leave the app or write files are rules of their own.
KEYS = [
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "escape", "tab", "shift+tab"),
    *("delete", "backspace", "space", "f1", "f2", "f5", "f6", "ctrl+p", "1", "2", "3", "4", "5", "6", "a", "b", "c"),
    *("d", "e", "g", "G", "h", "i", "j", "k", "m", "n", "o", "slash", "u", "r", "v", "y", "question_mark", "ctrl+z"),
]
NUMBERS = st.integers(1, 400).map(lambda systems: f"{8 * systems} accelerator")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)


class Keys(RuleBasedStateMachine):
    """An app under a pilot in an event loop of its own; the scenario beside it is what must have been kept."""

    @initialize(size=st.sampled_from([(80, 24), (160, 48), (41, 12)]))
    def start(self, size):
        import tempfile

        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        path = Path(shutil.copy(SCENARIO, Path(self.folder.name) / "mine.toml"))
        own = Path(self.folder.name) / "catalogs"
        own.mkdir()
        self.path = path
        self.loop = asyncio.new_event_loop()
        self.asked: asyncio.Queue = asyncio.Queue()
        self.before = Path.cwd()
        os.chdir(self.folder.name)
        self.app = PlannerApp(open_session(str(path), own))
        self.running = self.loop.create_task(self.serve(size))
        self.run(asyncio.sleep(0.1))

    async def serve(self, size):
        """The app's one task: it does what is asked of it, one thing after the other."""
        async with self.app.run_test(size=size) as self.pilot:
            while (asked := await self.asked.get()) is not None:
                awaitable, answer = asked
                try:
                    answer.set_result(await awaitable)
                except BaseException as error:
                    answer.set_exception(error)

    def run(self, awaitable):
        """Run something in the app's task, and stop where the app has."""
        answer = self.loop.create_future()
        self.asked.put_nowait((awaitable, answer))
        self.loop.run_until_complete(asyncio.wait([answer, self.running], return_when=asyncio.FIRST_COMPLETED))
        if self.running.done():
            self.running.result()
        return answer.result()

    def teardown(self):
        if hasattr(self, "running"):
            try:
                self.asked.put_nowait(None)
                self.loop.run_until_complete(self.running)
            finally:
                self.loop.close()
                os.chdir(self.before)
                self.folder.cleanup()

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=8))
    def press(self, keys):
        self.run(self.pilot.press(*keys))

    @rule(text=TEXTS)
    def type_text(self, text):
        """Whatever a keyboard or a paste can bring."""

        async def type_it():
            focused = self.app.focused
            if focused is not None and hasattr(focused, "insert_text_at_cursor"):
                focused.insert_text_at_cursor(text)
            await self.pilot.pause()

        self.run(type_it())

    @rule(text=NUMBERS)
    def edit(self, text):
        """An edit that is taken stays taken, can be undone and done again."""
        self.back_to_the_scenario()
        self.run(self.retype("accelerators", text))
        assert self.app.session.scenario.set["accelerators"] == text
        if text != self.app.session.saved.set.get("accelerators"):
            kept = self.app.session.scenario
            self.run(self.pilot.press("u"))
            assert self.app.session.scenario != kept
            self.run(self.pilot.press("r"))
            assert self.app.session.scenario == kept

    async def retype(self, name, text):
        self.app.session.apply(scenario.changed(self.app.session.scenario, {}, {name: "16 accelerator"}))
        self.app.screen.edit_input(name)
        await self.pilot.pause()
        field = self.app.screen.query_one(InputPane).cell
        field.value = text
        await self.pilot.press("enter")
        await self.pilot.pause()

    def back_to_the_scenario(self):
        """Close every dialog and go to the first screen."""

        async def back():
            while len(self.app.screen_stack) > 1:
                self.app.pop_screen()
                await self.pilot.pause()
            await self.app.switch_mode("scenario")
            await self.pilot.pause()
            self.app.screen.set_focus(self.app.screen.query_one("#inputs"))
            await self.pilot.pause()

        self.run(back())
        assert isinstance(self.app.screen, ScenarioScreen)

    @precondition(lambda self: self.app.session.writable)
    @rule()
    def save(self):
        """What is saved reads back as what is on the screen."""
        self.back_to_the_scenario()
        self.run(self.pilot.press("ctrl+s"))
        self.run(self.pilot.pause())
        read = scenario.load(self.app.session.scenario.path)
        assert (read.set, read.choose, read.range) == (
            self.app.session.scenario.set,
            self.app.session.scenario.choose,
            self.app.session.scenario.range,
        )
        assert not self.app.session.unsaved

    @invariant()
    def it_runs(self):
        if hasattr(self, "app"):
            assert self.app._exception is None
            assert self.app.is_running


def test_random_keys_and_texts():
    run_state_machine_as_test(
        Keys,
        settings=settings(
            max_examples=max(1, STEPS // EXAMPLE_STEPS),
            stateful_step_count=EXAMPLE_STEPS,
            deadline=None,
            derandomize=STEPS <= 300,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
