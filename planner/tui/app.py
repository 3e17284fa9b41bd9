"""The app: its screens, the keys that hold everywhere, and the files behind it."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from planner.errors import InputError
from planner.model.scopes import figure
from planner.scenario import scenario_file
from planner.tui import exporting
from planner.tui.frame import SCREENS, PlannerScreen, TopLine
from planner.tui.palette import Palette, PlannerCommands
from planner.tui.screens.scenario import ScenarioScreen
from planner.tui.screens.why import WhyScreen
from planner.tui.session import Session
from planner.tui.widgets.dialogs import Ask, Confirm
from planner.tui.widgets.lines import Column
from planner.tui.widgets.picker import A_FILE, Choice, Picker

_LOOK_AT_FILES = 1.0
_DARK, _LIGHT = "textual-dark", "textual-light"


def _screen(mode: str) -> PlannerScreen:
    """A new screen of a mode; its module is imported when it is first gone to, so that the app starts quickly."""
    module = importlib.import_module(f"planner.tui.screens.{mode}")
    return getattr(module, SCREENS[mode][1])()


class PlannerApp(App[int]):
    """Five screens over one session."""

    TITLE = "planner"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    MODES: ClassVar = {mode: functools.partial(_screen, mode) for mode in SCREENS}
    DEFAULT_MODE = "scenario"
    COMMANDS = App.COMMANDS | {PlannerCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *[
            Binding(str(number), f"go('{mode}')", title, show=False)
            for number, (mode, (title, _)) in enumerate(SCREENS.items(), 1)
        ],
        Binding("ctrl+s", "save", "Save", show=False),
        Binding("ctrl+o", "open", "Open", show=False),
        Binding("x", "export", "Export"),
        Binding("u", "undo", "Undo", show=False),
        Binding("r,ctrl+r", "redo", "Redo", show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("f2", "flip_theme", "Light/dark", show=False),
        Binding("ctrl+p", "command_palette", "Find", priority=True),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+q,ctrl+c", "leave", "Quit", show=False, priority=True),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def action_command_palette(self) -> None:
        """Open the palette."""
        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette())

    def get_system_commands(self, screen: Screen) -> Iterable[SystemCommand]:
        """Of Textual's own commands those that the app does not say better itself."""
        yield SystemCommand("Theme", "choose another look", self.action_change_theme)
        yield SystemCommand(
            "Screenshot", "the screen as an SVG file", lambda: self.set_timer(0.1, self.deliver_screenshot)
        )

    async def action_quit(self) -> None:
        """Ask first where there are unsaved changes."""
        self.action_leave()

    def on_mount(self) -> None:
        self.theme = _DARK
        self.set_interval(_LOOK_AT_FILES, self._look_at_files)

    def action_go(self, mode: str) -> None:
        self.switch_mode(mode)

    def action_flip_theme(self) -> None:
        self.theme = _LIGHT if self.current_theme.dark else _DARK

    def why(self, name: str) -> None:
        """Open the derivation of a quantity over the present screen."""
        self.push_screen(WhyScreen(self.session, name), self.edit_input)

    def show_entry(self, kind: str, key: str) -> None:
        """Go to the catalog screen and show an entry there."""
        self.switch_mode("catalog")
        self.call_after_refresh(self._show_entry, kind, key)

    def _show_entry(self, kind: str, key: str) -> None:
        from planner.tui.screens.catalog import CatalogScreen

        base = self._base()
        if isinstance(base, CatalogScreen):
            base.show_entry(kind, key)

    def action_undo(self) -> None:
        self._step(self.session.undo(), "undo")

    def action_redo(self) -> None:
        self._step(self.session.redo(), "redo")

    def _step(self, done: bool, what: str) -> None:
        if not done:
            self.notify(f"Nothing to {what}.")
        self.show_scenario()

    def show_pool(self, pool: str) -> None:
        """Show and edit a pool of the scenario, or the whole."""
        base = self._base()
        if isinstance(base, ScenarioScreen):
            base.finish_edit()
        self.session.show_pool(pool)
        self.show_scenario()

    def action_pools(self) -> None:
        """Choose, add, rename or remove a pool on the scenario screen."""
        self.switch_mode("scenario")
        self.call_after_refresh(self._choose_pool)

    def _choose_pool(self) -> None:
        base = self._base()
        if isinstance(base, ScenarioScreen):
            base.action_pools()

    def edit_input(self, name: str | None) -> None:
        """Go to the scenario screen and edit an input there, in the pool that its name says."""
        if name is None:
            return
        place, quantity = figure(name)
        self.switch_mode("scenario")
        self.show_pool(self.session.pool_at(place))
        self._base().call_after_refresh(self._edit_input, quantity)

    def _edit_input(self, name: str) -> None:
        base = self._base()
        if isinstance(base, ScenarioScreen):
            base.edit_input(name)

    def scenario_changed(self) -> None:
        """Show on the top line whether the scenario is saved."""
        self._base().query_one(TopLine).refresh()

    def _base(self) -> PlannerScreen:
        """The screen of the present mode, below whatever is on top of it."""
        return next(screen for screen in reversed(self.screen_stack) if isinstance(screen, PlannerScreen))

    def show_scenario(self) -> None:
        """Show the scenario afresh on the present screen."""
        base = self._base()
        base.shown = self.session.revision
        base.query_one(TopLine).refresh()
        base.refresh_plan()

    def say(self, error: InputError, title: str) -> None:
        """Show every problem of an error."""
        self.notify("\n".join(map(str, error.problems[:8])), title=title, severity="error", timeout=8, markup=False)

    # Files

    def action_save(self, then_leave: bool = False) -> None:
        if self.session.writable:
            self.save(None, then_leave)
            return
        self._ask_for_name(then_leave)

    def action_save_as(self) -> None:
        self._ask_for_name()

    def _ask_for_name(self, then_leave: bool = False) -> None:
        stem = self.session.scenario.path.stem if self.session.scenario.path else self.session.scenario.name
        suggested = re.sub(r"[^a-z0-9.]+", "-", stem.casefold()).strip("-") + ".toml"
        where = f"A file of your own, in {Path.cwd()}. Shipped scenarios stay as they are."

        def named(text: str | None) -> None:
            if text is not None:
                path = Path(text).expanduser()
                self.save(path if path.suffix else path.with_suffix(".toml"), then_leave)

        self.push_screen(Ask("Save the scenario as", suggested, where), named)

    def action_open(self) -> None:
        choices = [Choice(A_FILE, (A_FILE, ""))]
        for name, path in scenario_file.shipped_names(self.session.catalog).items():
            choices.append(Choice(name, (name, scenario_file.load(path, self.session.catalog).name)))

        def take(chosen: str | None) -> None:
            if chosen == A_FILE:
                self.push_screen(Ask("Open the scenario in file", ""), self.open_scenario)
            else:
                self.open_scenario(chosen)

        self.push_screen(Picker("Open a scenario", choices, columns=(Column("name", 28), Column("title"))), take)

    def open_scenario(self, file: str | None) -> None:
        """Work on the scenario in a file, or a shipped one; undo brings the one before back."""
        if file is None:
            return
        had_edits = self.session.unsaved
        try:
            self.session.open(scenario_file.load(file, self.session.catalog))
        except InputError as error:
            self.say(error, "Not opened")
            return
        if had_edits:
            self.notify("Unsaved edits of the one before can be had back with u (undo).")
        self.show_scenario()

    def save(self, path: Path | None, then_leave: bool = False) -> None:
        """Write the scenario, and say where."""
        try:
            written = self.session.save(path)
        except InputError as error:
            self.say(error, "Not saved")
            return
        self.notify(f"{written}", title="Saved", markup=False)
        if then_leave:
            self.exit(0)
            return
        self.show_scenario()

    def action_export(self) -> None:
        suggested, formats = self._base().exports()

        def named(text: str | None) -> None:
            if text is not None:
                self.export(Path(text).expanduser(), formats)

        self.push_screen(Ask("Export to", suggested, f"The ending says the format: {', '.join(formats)}."), named)

    @work(thread=True, exit_on_error=False, group="export")
    def export(self, path: Path, formats: exporting.Formats) -> None:
        """Write what the screen shows in the format of the file's ending, beside whatever one does meanwhile."""
        try:
            exporting.write(formats, path)
        except InputError as error:
            self.call_from_thread(self.say, error, "Not exported")
        else:
            self.call_from_thread(self.notify, f"{path}", title="Exported", markup=False)

    def _look_at_files(self) -> None:
        """Take over what was changed outside; where there are unsaved edits, undo brings them back."""
        session = self.session
        if session.catalog_changed():
            session.reload_catalog()
            self.notify("The scenario is computed with it.", title="Your catalog was changed outside")
            self.show_scenario()
        if not session.changed_outside():
            return
        had_edits = session.unsaved
        try:
            session.reload()
        except InputError as error:
            session.seen_outside()
            self.say(error, "The file was changed outside and cannot be read")
            return
        text = "Your edits can be had back with u (undo)." if had_edits else "It is shown as it is now."
        self.notify(text, title="The file was changed outside", severity="warning" if had_edits else "information")
        self.show_scenario()

    def action_leave(self) -> None:
        if not self.session.unsaved:
            self.exit(0)
            return

        def answered(answer: str | None) -> None:
            if answer == "save":
                self.action_save(then_leave=True)
            elif answer == "leave":
                self.exit(0)

        answers = {"save": "Save and quit", "leave": "Quit without saving", "": "Stay"}
        self.push_screen(Confirm("Quit", "The scenario has changes that are in no file.", answers), answered)

    def action_copy(self) -> None:
        text = self._base().copy_text()
        if text:
            self.copy_to_clipboard(text)
            self.notify(text, title="Copied", markup=False)
