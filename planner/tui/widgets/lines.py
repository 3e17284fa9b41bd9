"""A table of one-line rows under headings, drawn line by line: what changes is redrawn, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip


@dataclass(frozen=True)
class Column:
    """A column: its title, its width (None shares what is left), and the side its texts stand on."""

    title: str
    width: int | None = None
    right: bool = False
    # How a text is made shorter where it does not fit, before it is cut.
    shorter: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Row:
    """One line: cells under the columns, or one text across all of them."""

    key: str
    cells: tuple[str, ...]
    # "heading" (cannot be selected), "value", or "note" (one text across all columns).
    form: str = "value"
    # "", "good", "bad", "dim" or "bar"; `tones` overrides it cell by cell.
    tone: str = ""
    tones: tuple[str, ...] = ()


class LineTable(ScrollView, can_focus=True):
    """Rows of texts with a cursor; Enter or a second click selects."""

    DEFAULT_CSS = """
    LineTable { height: 1fr; background: $surface; color: $foreground; scrollbar-size-vertical: 1; }
    LineTable .line-table--titles { color: $text-muted; text-style: bold; background: $panel; }
    LineTable .line-table--heading { color: $text-accent; text-style: bold; }
    LineTable .line-table--good { color: $text-success; }
    LineTable .line-table--bad { color: $text-error; text-style: bold; }
    LineTable .line-table--dim { color: $text-muted; }
    LineTable .line-table--bar { color: $primary; }
    LineTable .line-table--strong { text-style: bold; }
    LineTable .line-table--cursor { background: $surface-lighten-2; }
    LineTable:focus .line-table--cursor {
        background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"line-table--{part}" for part in ("titles", "heading", "good", "bad", "dim", "bar", "strong", "cursor")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "end(-1)", "First", show=False),
        Binding("end,G", "end(1)", "Last", show=False),
        Binding("left", "shift(-1)", "Columns to the left", show=False),
        Binding("right", "shift(1)", "Columns to the right", show=False),
        Binding("enter", "select", "Why"),
    ]

    cursor: reactive[int] = reactive(0)
    # Columns left out after the first one, where not all fit.
    left_out: reactive[int] = reactive(0)

    class Highlighted(Message):
        """The cursor stands on another row."""

        def __init__(self, table: LineTable, row: Row):
            super().__init__()
            self.table, self.row = table, row

        @property
        def control(self) -> LineTable:
            return self.table

    class Selected(Highlighted):
        """A row was chosen with Enter or a second click."""

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.rows: list[Row] = []

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def show(self, rows: list[Row], columns: Sequence[Column] | None = None) -> None:
        """Show these rows, the cursor on the row it was on where that is still there."""
        before, self.rows = self.rows, rows
        if columns is not None and tuple(columns) != self.columns:
            self.columns = tuple(columns)
            self.left_out = 0
            before = []
        if [row.key for row in before] == [row.key for row in rows]:
            for index, (old, new) in enumerate(zip(before, rows, strict=True)):
                if old != new:
                    self._refresh_row(index)
            return
        key = before[self.cursor].key if self.cursor < len(before) else ""
        self.virtual_size = Size(0, len(rows) + 1)
        at = next((index for index, row in enumerate(rows) if row.key == key), None)
        self.cursor = self._selectable(0, 1) if at is None else at
        self.refresh()

    def highlight(self, key: str) -> bool:
        """Put the cursor on the row of this key."""
        at = next((index for index, row in enumerate(self.rows) if row.key == key), None)
        if at is not None:
            self.cursor = at
        return at is not None

    def _selectable(self, start: int, step: int) -> int:
        """The first row that is no heading from `start` on, or the cursor where there is none."""
        index = start
        while 0 <= index < len(self.rows):
            if self.rows[index].form != "heading":
                return index
            index += step
        return min(self.cursor, max(0, len(self.rows) - 1))

    # Drawing

    def widths(self) -> list[int]:
        """Width of each column at the present size; 0 for one that is left out."""
        total = self.scrollable_content_region.width
        kept = [index == 0 or index > self.left_out for index in range(len(self.columns))]
        columns = [column for column, keep in zip(self.columns, kept, strict=True) if keep]
        fixed = sum(column.width or 0 for column in columns) + len(columns) - 1
        shares = sum(column.width is None for column in columns)
        left = max(0, total - fixed)
        return [
            (column.width if column.width is not None else max(6, left // shares)) if keep else 0
            for column, keep in zip(self.columns, kept, strict=True)
        ]

    def _overflows(self) -> bool:
        """Whether columns are out of sight on the right."""
        return sum(size + 1 for size in self.widths() if size) - 1 > self.scrollable_content_region.width

    def action_shift(self, step: int) -> None:
        """Show columns further to the right or left, where not all fit."""
        if step < 0 or self._overflows():
            self.left_out = min(max(0, self.left_out + step), max(0, len(self.columns) - 2))

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y - 1
        if y == 0:
            style = self.get_component_rich_style("line-table--titles")
            titles = Strip([Segment(text, style) for text in self._texts([c.title for c in self.columns])])
            if self._overflows() and width > 1:
                # A sign that there are more columns to the right.
                return Strip.join([titles.adjust_cell_length(width - 1, style), Strip([Segment("›", style)])])
            return titles.adjust_cell_length(width, style)
        if not 0 <= index < len(self.rows):
            return Strip.blank(width, self.rich_style)
        row = self.rows[index]
        tone = "heading" if row.form == "heading" else row.tone
        if row.form != "value":
            return Strip([Segment(set_cell_size(row.cells[0], width), self._style(tone, index))], width)
        tones = row.tones or (tone,) * len(row.cells)
        texts = self._texts(row.cells)
        segments = [Segment(text, self._style(t or tone, index)) for text, t in zip(texts, tones, strict=True)]
        return Strip(segments).adjust_cell_length(width, self._style(tone, index))

    def _style(self, tone: str, index: int) -> Style:
        """The look of a text of this tone in the row of this index."""
        style = self.rich_style
        if tone:
            # Whole, with the ground: a muted colour is found by the contrast with it.
            style += self.get_component_rich_style(f"line-table--{tone}")
        if index == self.cursor and self.rows[index].form != "heading":
            style += self.get_component_rich_style("line-table--cursor", partial=True)
        return style

    def _texts(self, cells: Sequence[str]) -> list[str]:
        """The cells cut or filled to their columns, a space after each but the last."""
        texts = []
        for text, column, size in zip(cells, self.columns, self.widths(), strict=True):
            if not size:
                texts.append("")
                continue
            if cell_len(text) > size and column.shorter is not None:
                text = column.shorter(text)
            if cell_len(text) > size:
                text = set_cell_size(text, size - 1) + "…" if size > 1 else set_cell_size(text, size)
            space = " " * (size - cell_len(text))
            texts.append((space + text if column.right else text + space) + " ")
        return texts

    def _refresh_row(self, index: int) -> None:
        y = index + 1 - self.scroll_offset.y
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    # Moving

    def watch_cursor(self, before: int, now: int) -> None:
        self._refresh_row(before)
        self._refresh_row(now)
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if now < top:
            # A heading above the first row comes into view with it.
            first = now - 1 if now and self.rows[now - 1].form == "heading" else now
            self.scroll_to(y=first, animate=False, force=True)
        elif height > 1 and now > top + height - 2:
            self.scroll_to(y=now - height + 2, animate=False, force=True)
        if self.current is not None:
            self.post_message(self.Highlighted(self, self.current))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.refresh()

    def action_move(self, step: int) -> None:
        self.cursor = self._selectable(self.cursor + step, step)

    def action_page(self, direction: int) -> None:
        rows = max(1, self.scrollable_content_region.height - 2)
        wanted = min(max(0, self.cursor + direction * rows), max(0, len(self.rows) - 1))
        row = self._selectable(wanted, direction)
        stands = self.rows and self.rows[row].form != "heading"
        self.cursor = row if stands else self._selectable(wanted, -direction)

    def action_end(self, direction: int) -> None:
        self.cursor = self._selectable(0 if direction < 0 else len(self.rows) - 1, -direction)
        if direction < 0:
            self.scroll_to(y=0, animate=False, force=True)

    def action_select(self) -> None:
        if self.current is not None and self.current.form != "heading":
            self.post_message(self.Selected(self, self.current))

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y - 1
        if event.y < 1 or not 0 <= index < len(self.rows) or self.rows[index].form == "heading":
            return
        if index == self.cursor or event.chain > 1:
            self.cursor = index
            self.action_select()
        else:
            self.cursor = index


class EditTable(LineTable):
    """A table whose rows are edited."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Edit")]


class ReadTable(LineTable):
    """A table whose rows open to be read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "Read")]
