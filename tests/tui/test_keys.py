"""Random keys, clicks and texts: nothing crashes, no edit is lost, and what is shown is what follows from the scenario.

PLANNER_KEY_STEPS sets the number of steps; HYPOTHESIS_PROFILE=random looks for new ones.
"""

import asyncio
import os
import random
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from textual import events

from planner.scenario import edits, scenario_file
from planner.tui.app import PlannerApp
from planner.tui.screens import input_rows, results
from planner.tui.screens.inputs import InputPane
from planner.tui.screens.scenario import ScenarioScreen
from planner.tui.session import Session, open_session
from planner.tui.widgets.lines import LineTable
from tests.tui.conftest import POOLS, SCENARIO

STEPS = int(os.environ.get("PLANNER_KEY_STEPS", "1000"))
EXAMPLE_STEPS = 250
SIZES = [(80, 24), (160, 48), (41, 12)]
# Keys that write files are pressed by actions of their own.
KEYS = [
    *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "enter", "escape", "tab", "shift+tab"),
    *("delete", "backspace", "space", "f1", "f2", "f5", "f6", "ctrl+p", "1", "2", "3", "4", "5", "6", "a", "b", "c"),
    *("d", "e", "g", "G", "h", "i", "j", "k", "m", "n", "o", "p", "slash", "u", "r", "v", "y", "question_mark"),
    *("ctrl+z", "ctrl+k", "q", "ctrl+q"),
]
CHARACTERS = {"space": " ", "slash": "/", "question_mark": "?"}
# What one does, and how often of a hundred times.
OFTEN = {"press": 76, "type_text": 8, "click": 5, "save": 4, "edit": 3, "change_outside": 3, "resize": 1}


def random_text(chance: random.Random) -> str:
    """Figures, units, words, and whatever else a keyboard or a paste can bring."""
    written = ["16", "2.5", " MW", "%", "accelerator", "-", "1e9", "0", ".toml", "/", "[[pool]]", "\t", "\n", "é", "✗"]
    anything = [chr(chance.choice([chance.randrange(32, 127), chance.randrange(0xD800)])) for _ in range(4)]
    return "".join(chance.choices([*written, *anything], k=chance.randrange(5)))


def random_number(chance: random.Random) -> str:
    return f"{8 * chance.randint(1, 400)} accelerator"


GIVEN = {
    "press": lambda chance: (chance.choice(KEYS),),
    "type_text": lambda chance: (random_text(chance),),
    "click": lambda chance: (chance.random(), chance.random()),
    "save": lambda chance: (),
    "edit": lambda chance: (random_number(chance),),
    "change_outside": lambda chance: (random_number(chance),),
    "resize": lambda chance: (chance.choice(SIZES),),
}


class StayingApp(PlannerApp):
    """The app, which does not leave."""

    def exit(self, *given, **named):
        pass


class Keys(RuleBasedStateMachine):
    """An app under a pilot in an event loop of its own."""

    # Steps of all runs.
    steps = 0

    @initialize(size=st.sampled_from(SIZES), shown=st.sampled_from([SCENARIO, POOLS]))
    def start(self, size, shown):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        path = Path(shutil.copy(shown, Path(self.folder.name) / "mine.toml"))
        own = Path(self.folder.name) / "catalogs"
        own.mkdir()
        self.loop = asyncio.new_event_loop()
        self.asked: asyncio.Queue = asyncio.Queue()
        self.before = Path.cwd()
        os.chdir(self.folder.name)
        self.app = StayingApp(open_session(str(path), own))
        self.running = self.loop.create_task(self.serve(size))
        self.run(self.quiet())

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

    async def key(self, name):
        """Press a key; what was said before it is still said, or can be had back."""
        kept = self.settled_scenario()
        self.app.post_message(events.Key(name, CHARACTERS.get(name, name if len(name) == 1 else None)))
        await self.quiet()
        self.assert_kept(kept)

    async def quiet(self):
        """Wait until everything that was caused is done, threads aside, without a pause for its own sake."""
        for _ in range(2):
            waiting = 0
            while waiting < 3:
                await asyncio.sleep(0)
                waiting = 0 if self.loop._ready else waiting + 1
            if self.app.is_running:
                self.app.screen._on_timer_update()

    def settled_scenario(self):
        """The scenario without the edit in progress, which Escape may take back."""
        session = self.app.session
        return session._past[-1] if session._open_edit else session.scenario

    def assert_kept(self, kept):
        session = self.app.session
        assert any(kept is each or kept == each for each in [session.scenario, *session._past, *session._future])

    # What one does

    @rule(seed=st.integers(0, 2**32))
    def act(self, seed):
        """One thing that one does; the number of the step is part of the chance, as generated numbers repeat."""
        Keys.steps += 1
        chance = random.Random(f"{seed} {Keys.steps}")
        name = chance.choices(list(OFTEN), list(OFTEN.values()))[0]
        given = GIVEN[name](chance)
        note(f"{name} {given}")
        getattr(self, name)(*given)

    def press(self, key):
        self.run(self.key(key))

    def click(self, across, down):
        """Click somewhere on the screen."""

        async def click_there():
            kept = self.settled_scenario()
            width, height = self.app.size
            await self.pilot.click(offset=(int(across * width), int(down * height)))
            self.assert_kept(kept)

        self.run(click_there())

    def resize(self, size):
        self.run(self.pilot.resize_terminal(*size))

    def type_text(self, text):
        async def type_it():
            kept = self.settled_scenario()
            focused = self.app.focused
            if focused is not None and hasattr(focused, "insert_text_at_cursor"):
                focused.insert_text_at_cursor(text)
            await self.quiet()
            self.assert_kept(kept)

        self.run(type_it())

    def edit(self, text):
        """An edit that is taken stays taken, can be undone and done again."""
        self.back_to_the_scenario()
        session = self.app.session
        before = session.scenario
        self.run(self.retype("accelerators", text))
        said = session.view.said
        assert said.set["accelerators"] == text
        if session.scenario != before:
            after = session.scenario
            self.run(self.key("u"))
            assert session.scenario == before
            self.run(self.key("r"))
            assert session.scenario == after

    async def retype(self, name, text):
        self.app.screen.edit_input(name)
        await self.quiet()
        self.app.screen.query_one(InputPane).cell.value = text
        await self.key("enter")

    def back_to_the_scenario(self):
        """Close every dialog and go to the first screen."""

        async def back():
            await self.app.switch_mode("scenario")
            while len(self.app.screen_stack) > 1:
                self.app.pop_screen()
                await self.quiet()
            await self.quiet()
            self.app.screen.set_focus(self.app.screen.query_one("#inputs"))
            await self.quiet()

        self.run(back())
        assert isinstance(self.app.screen, ScenarioScreen)

    def save(self):
        """What is saved reads back as what is on the screen."""
        if not self.app.session.writable:
            return
        self.back_to_the_scenario()
        self.run(self.key("ctrl+s"))
        session = self.app.session
        assert not session.unsaved
        assert scenario_file.load(session.scenario.path) == session.scenario

    def change_outside(self, text):
        """The file is another all of a sudden: it is taken over, and what was said can be had back."""
        if not self.app.session.writable:
            return

        async def look():
            session = self.app.session
            kept = self.settled_scenario()
            changed = edits.with_value(session.saved, "", "accelerators", text)
            if changed == session.saved:
                return
            path = session.scenario.path
            path.write_text(edits.file_text(path.read_text(), session.saved, changed))
            self.app._look_at_files()
            await self.quiet()
            assert session.scenario == changed
            self.assert_kept(kept)

        self.run(look())

    # What holds at all times

    @invariant()
    def it_runs(self):
        if hasattr(self, "app"):
            assert self.app._exception is None
            assert self.app.is_running

    def opened_afresh(self, session):
        """The scenario in a session of its own; one that was not changed since is opened once."""
        opened = getattr(self, "opened", None)
        if opened is None or opened.catalog is not session.catalog or opened.scenario != session.scenario:
            self.opened = Session(session.catalog, session.scenario)
        return self.opened

    @invariant()
    def what_is_shown_follows_from_the_scenario(self):
        """Plan, figures and inputs are those of the scenario opened afresh."""
        if not hasattr(self, "app"):
            return
        session = self.app.session
        fresh = self.opened_afresh(session)
        assert fresh.problems == session.problems
        if fresh.problems:
            return
        assert fresh.plan.results == session.plan.results and fresh.plan.missing == session.plan.missing
        screen = self.app.screen
        if isinstance(screen, ScenarioScreen) and screen.shown == session.revision:
            fresh.baseline, fresh.bands = session.baseline, session.bands
            fresh.show_pool(session.pool)
            pane = screen.query_one(InputPane)
            rows = screen.query_one("#results", LineTable).rows
            figures = results.figures(fresh, screen.wide)
            assert rows[: len(figures)] == figures
            assert pane.table.rows == input_rows.rows(fresh, pane.wrong, pane.revealed)


def test_random_keys_and_texts():
    run_state_machine_as_test(
        Keys,
        settings=settings(
            max_examples=max(1, STEPS // EXAMPLE_STEPS),
            stateful_step_count=EXAMPLE_STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{Keys.steps} steps")
    assert Keys.steps >= 0.8 * STEPS
