"""The table of inputs and the field in which one of them is edited where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Self

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input

from planner.tui import words
from planner.tui.widgets.lines import Column, EditTable, LineTable, Row

VALUE_WIDTH = 19


class Inputs(EditTable):
    """The table of inputs."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete,backspace", "clear", "Default")]

    def __init__(self, edit: Callable[[Row], None], *, id: str) -> None:
        columns = (Column("", 1), Column("input", shorter=words.short), Column("value", VALUE_WIDTH, right=True))
        super().__init__(columns, id=id)
        self.edit = edit

    def action_select(self) -> None:
        """Edit at once: the key after Enter already belongs to the field."""
        if self.current is not None and self.current.form == "value":
            self.edit(self.current)

    class Cleared(LineTable.Highlighted):
        """The value of a row is to be left to its default."""

    def action_clear(self) -> None:
        if self.current is not None and self.current.form == "value":
            self.post_message(self.Cleared(self, self.current))


class CellInput(Input):
    """The field that stands over a value while it is edited."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take"),
        Binding("escape", "abandon", "Leave as it was"),
        Binding("down", "next(1)", "Next", show=False),
        Binding("up", "next(-1)", "Previous", show=False),
    ]

    def __init__(self, typed: Callable[[str], None], *, id: str) -> None:
        super().__init__(id=id, compact=True, select_on_focus=False)
        self.typed = typed

    def watch_value(self, value: str) -> None:
        """Results follow within the key itself: they are drawn together with the letter."""
        self.typed(value)

    class Abandoned(Message):
        """Escape was pressed."""

    class Next(Message):
        """The field is done and the row above or below wanted."""

        def __init__(self, step: int):
            super().__init__()
            self.step = step

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Typing changes neither size nor place of the field: no new layout of the screen at each key."""
        typing = self.is_attached and self.screen.focused is self
        return super().refresh(*regions, repaint=repaint, layout=layout and not typing, recompose=recompose)

    def action_abandon(self) -> None:
        self.post_message(self.Abandoned())

    def action_next(self, step: int) -> None:
        self.post_message(self.Next(step))
