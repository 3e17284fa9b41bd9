"""A list to choose from, narrowed by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from planner.catalog.entries import folded
from planner.tui.widgets.lines import Column, LineTable, Row

NAME_ALONE = (Column("name"),)
A_FILE = "a file of your own …"


@dataclass(frozen=True)
class Choice:
    """Something to choose: its key, its cells, and further spellings under which it is found."""

    key: str
    cells: tuple[str, ...]
    spellings: tuple[str, ...] = ()

    def matches(self, words: list[str]) -> bool:
        text = folded(" ".join((self.key, *self.cells, *self.spellings)))
        return all(word in text for word in words)


class FilterInput(Input):
    """A field whose arrow keys move in the list below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take"),
        Binding("down", "screen.move(1)", "Down", show=False),
        Binding("up", "screen.move(-1)", "Up", show=False),
        Binding("pagedown", "screen.page(1)", "Page down", show=False),
        Binding("pageup", "screen.page(-1)", "Page up", show=False),
    ]


class Picker(ModalScreen[str | None]):
    """Shows choices, narrows them while one types, gives back the key of the one taken."""

    DEFAULT_CSS = """
    Picker { align: center middle; }
    Picker > Vertical { width: 90%; max-width: 110; height: 85%; max-height: 34; background: $panel; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_none", "Close")]

    def __init__(
        self, title: str, choices: Sequence[Choice], now: str = "", columns: Sequence[Column] = NAME_ALONE
    ) -> None:
        super().__init__()
        self.heading, self.choices, self.now, self.columns = title, choices, now, columns

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self.heading, classes="dialog-title", markup=False)
            yield FilterInput(placeholder="type to filter", compact=True, id="picker-filter")
            yield LineTable(self.columns, id="picker-list")
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._show("")
        self.query_one(LineTable).highlight(self.now)
        self.query_one(FilterInput).focus()

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, text: str) -> None:
        words = [folded(word) for word in text.split() if folded(word)]
        rows = [Row(each.key, each.cells) for each in self.choices if each.matches(words)]
        self.query_one(LineTable).show(rows or [Row("", ("nothing matches: delete some letters",), "note", "dim")])

    def action_move(self, step: int) -> None:
        self.query_one(LineTable).action_move(step)

    def action_page(self, direction: int) -> None:
        self.query_one(LineTable).action_page(direction)

    @on(Input.Submitted)
    @on(LineTable.Selected)
    def _taken(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        row = self.query_one(LineTable).current
        if row is not None and row.form == "value":
            self.dismiss(row.key)
        else:
            self.app.bell()

    def action_dismiss_none(self) -> None:
        self.dismiss(None)
