"""What every screen has: the line on top, the footer, the keys that hold everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Protocol, cast

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

from planner.errors import InputError
from planner.tui import exporting
from planner.tui.session import Session
from planner.tui.widgets.help import HelpScreen
from planner.tui.widgets.lines import LineTable

# Mode, which is also the name of the screen's module -> the title of the screen, and its class.
SCREENS = {
    "scenario": ("Scenario", "ScenarioScreen"),
    "compare": ("Compare", "CompareScreen"),
    "whatif": ("What-if", "WhatIfScreen"),
    "catalog": ("Catalog", "CatalogScreen"),
    "claims": ("Claims", "ClaimsScreen"),
}
WIDE = 120
# Bindings that every Textual app has, of no use here.
_OF_THE_TOOLKIT = ("screen.copy_text", "help_quit")
_KEY_WIDTH = 10
_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]


class Planner(Protocol):
    """The app, as its screens and its palette know it; the app says what each of these does."""

    session: Session

    def why(self, name: str) -> None: ...
    def edit_input(self, name: str) -> None: ...
    def show_entry(self, kind: str, key: str) -> None: ...
    def show_pool(self, pool: str) -> None: ...
    def show_scenario(self) -> None: ...
    def scenario_changed(self) -> None: ...
    def open_scenario(self, file: str) -> None: ...
    def say(self, error: InputError, title: str) -> None: ...


class TopLine(Widget):
    """The scenario's name, whether it is saved, and the five screens to click on."""

    DEFAULT_CSS = """
    TopLine { height: 1; background: $panel; color: $foreground; }
    TopLine .top--now { background: $primary; color: $text; text-style: bold; }
    TopLine .top--other { color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"top--now", "top--other"}

    def __init__(self, now: str) -> None:
        super().__init__()
        self.now = now
        # Where each screen's name starts and ends.
        self._places: list[tuple[int, int, str]] = []

    def render(self) -> Text:
        session = cast("Planner", self.app).session
        tabs = Text()
        self._places = []
        names = [f" {number} {title} " for number, (title, _) in enumerate(SCREENS.values(), 1)]
        start = max(0, self.size.width - sum(map(len, names)))
        for mode, name in zip(SCREENS, names, strict=True):
            part = "top--now" if mode == self.now else "top--other"
            self._places.append((start + len(tabs), start + len(tabs) + len(name), mode))
            tabs.append(name, self.get_component_rich_style(part))
        mark = "* " if session.unsaved else "  "
        title = Text(f"{mark}{session.scenario.name}", "bold")
        title.truncate(max(0, start - 1), overflow="ellipsis", pad=True)
        title.append(" " * max(0, start - len(title)))
        return Text.assemble(title, tabs, no_wrap=True, overflow="crop")

    def on_click(self, event: events.Click) -> None:
        for first, end, mode in self._places:
            if first <= event.x < end:
                self.app.switch_mode(mode)


class PlannerScreen(Screen[None]):
    """A screen of the app, shown afresh whenever the scenario is another."""

    MODE: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "explain_focus", "Help", priority=True),
        Binding("question_mark", "explain_focus", "Help", show=False),
        Binding("tab", "app.focus_next", "Next pane", show=False),
        Binding("shift+tab", "app.focus_previous", "Previous pane", show=False),
    ]
    # The session's revision that is on the screen.
    shown = -1

    @property
    def planner(self) -> Planner:
        return cast("Planner", self.app)

    @property
    def session(self) -> Session:
        return self.planner.session

    @property
    def wide(self) -> bool:
        return self.size.width >= WIDE

    def compose(self) -> ComposeResult:
        yield TopLine(self.MODE)
        yield from self.body()
        yield Footer(compact=True, show_command_palette=False)

    def body(self) -> ComposeResult:
        """The widgets between the line on top and the footer."""
        raise NotImplementedError

    def on_screen_resume(self) -> None:
        self.query_one(TopLine).refresh()
        if self.shown != self.session.revision:
            self.shown = self.session.revision
            self.refresh_plan()

    def refresh_plan(self) -> None:
        """Show what follows from the scenario as it is now."""

    def focused_quantity(self) -> str:
        """The quantity, option or role that the cursor is on."""
        return ""

    def exports(self) -> tuple[str, exporting.Formats]:
        """The suggested name of an exported file, and what can be exported."""
        stem = (self.session.scenario.path or Path("plan")).stem
        return f"{stem}-plan.html", exporting.of_plan(self.session)

    def copy_text(self) -> str:
        """The row under the cursor as text, with its unit."""
        focused = self.app.focused
        row = focused.current if isinstance(focused, LineTable) else None
        return "  ".join(cell for cell in row.cells if cell.strip()) if row is not None else ""

    def action_explain_focus(self) -> None:
        self.app.push_screen(HelpScreen(self.session, self.focused_quantity(), self._keys()))

    def _keys(self) -> str:
        """Every key that does something here, those of scrolling aside."""
        keys: dict[str, str] = {}
        on_footer: set[str] = set()
        for each in self.active_bindings.values():
            binding = each.binding
            ours = binding.show or each.node in (self, self.app)
            if each.enabled and binding.description and ours and binding.action not in _OF_THE_TOOLKIT:
                # Of several keys the one that the footer shows.
                if binding.description not in keys or (binding.show and binding.description not in on_footer):
                    keys[binding.description] = self.app.get_key_display(binding)
                if binding.show:
                    on_footer.add(binding.description)
        return "\n".join(f"{key:>{_KEY_WIDTH}}  {text}" for text, key in keys.items())
