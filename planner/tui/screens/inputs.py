"""The pane of inputs: typing in one changes the scenario at each key."""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from planner import units
from planner.tui import words
from planner.tui.screens import choosing, input_rows
from planner.tui.screens.input_rows import Wrong
from planner.tui.session import Session, understood
from planner.tui.widgets.cell import VALUE_WIDTH, CellInput, Inputs
from planner.tui.widgets.lines import LineTable, Row


class InputPane(Vertical):
    """Inputs by topic; typing in one changes the scenario at each key."""

    def __init__(
        self, session: Session, changed: Callable[[], None], pools: Callable[[], None], *, id: str | None = None
    ):
        super().__init__(id=id)
        self.session = session
        # Called whenever the scenario or what is typed for it is not what it was.
        self.changed = changed
        # Called to choose the pool that is shown.
        self.pools = pools
        self.wrong: Wrong | None = None
        self.editing = ""
        # An input asked for that no topic lists.
        self.revealed = ""

    def compose(self) -> ComposeResult:
        yield Inputs(self._edit, id="inputs")
        yield Static("", id="input-note", markup=False)
        cell = CellInput(self._try, id="cell")
        cell.display = False
        yield cell

    @property
    def table(self) -> Inputs:
        return self.query_one(Inputs)

    @property
    def cell(self) -> CellInput:
        return self.query_one(CellInput)

    # Showing

    def show(self) -> None:
        """Show the inputs as the scenario has them now."""
        self.table.show(input_rows.rows(self.session, self.wrong, self.revealed))
        self._note()

    def focus_input(self, name: str) -> bool:
        """Put the cursor on an input by its name."""
        self.screen.set_focus(self.table)
        return any(self.table.highlight(f"{form}:{name}") for form in ("value", "role", "option"))

    def reveal(self, name: str) -> None:
        """Show an input that no topic lists, so that it can be set."""
        self.revealed = name
        self.show()

    def _note(self) -> None:
        """The line below the table: what the input means and takes, or what is wrong with it."""
        note = self.query_one("#input-note", Static)
        row = self.table.current
        wrong = input_rows.problem(self.session, row.key, self.wrong) if row else ""
        note.set_class(bool(wrong), "wrong")
        note.update(f"! {wrong}" if wrong else input_rows.meaning(self.session, row) if row else "", layout=False)

    @on(LineTable.Highlighted)
    def _moved(self) -> None:
        self._note()

    # Editing

    def _edit(self, row: Row) -> None:
        kind, _, name = row.key.partition(":")
        if kind == "value":
            self.begin(name)
        elif kind == "pool":
            self.pools()
        else:
            self.pick(kind, name)

    def begin(self, name: str) -> None:
        """Open the field over the value of `name`."""
        if self.editing:
            self.finish()
        if not self.focus_input(name):
            return
        self.session.settle()
        self.cell.value = input_rows.text_at_first(self.session, name)
        self.editing = name
        self._place_cell()
        self.cell.display = True
        self.cell.action_select_all()
        # At once: the next key already belongs to the field.
        self.screen.set_focus(self.cell)

    def _place_cell(self) -> None:
        """Put the field over the value cell of the row under the cursor."""
        table = self.table
        region = table.scrollable_content_region
        row = table.cursor - table.scroll_offset.y + 1
        width = VALUE_WIDTH + 2
        self.cell.styles.width = width
        self.cell.styles.offset = (region.width - width, row)

    def on_resize(self) -> None:
        if self.editing:
            self.call_after_refresh(self._place_cell)

    @on(events.MouseScrollDown)
    @on(events.MouseScrollUp)
    def _scrolled(self) -> None:
        if self.editing:
            self.finish()

    def _try(self, text: str) -> None:
        """Take the text over where it is a value of the quantity; else say what is."""
        name = self.editing
        if not name or (text == input_rows.text_at_first(self.session, name) and self.wrong is None):
            return
        try:
            given = understood(name, text)
        except units.UnitError as error:
            self.wrong = (name, text, str(error))
        else:
            self.wrong = None
            if given != input_rows.text_at_first(self.session, name):
                self.session.set_value(name, given)
        self.changed()

    @on(Input.Submitted, "#cell")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.wrong is None:
            self.finish()
        else:
            self.app.bell()

    @on(CellInput.Next)
    def _next(self, event: CellInput.Next) -> None:
        event.stop()
        if self.wrong is None:
            self.finish()
            self.table.action_move(event.step)

    @on(CellInput.Abandoned)
    def _abandoned(self, event: CellInput.Abandoned) -> None:
        event.stop()
        self.wrong = None
        self.session.abandon()
        self.finish()

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        if event.widget is self.cell and self.editing and self.app.focused is not self.cell:
            self.finish()

    def finish(self) -> None:
        """Close the field; what could not be taken is said and dropped."""
        if not self.editing:
            return
        name, self.editing = self.editing, ""
        if self.wrong is not None:
            self.notify(f"{words.label(name)}: {self.wrong[2]}", title="Not taken", severity="warning")
            self.wrong = None
        self.session.settle()
        if self.screen.focused is self.cell:
            self.screen.set_focus(self.table)
        self.cell.display = False
        self.changed()

    @on(Inputs.Cleared)
    def _cleared(self, event: Inputs.Cleared) -> None:
        event.stop()
        kind, _, name = event.row.key.partition(":")
        self.session.settle()
        if kind == "role":
            self.session.choose(name, None)
        elif kind in ("value", "option"):
            self.session.set_value(name, None)
        self.session.settle()
        self.changed()

    # Choosing from a list

    def pick(self, kind: str, name: str) -> None:
        """Show the choices of a role, an option or the workload."""
        self.session.settle()

        def take(chosen: str | None) -> None:
            if chosen is not None:
                choosing.take(self.session, kind, name, chosen)
                self.changed()

        self.app.push_screen(choosing.picker(self.session, kind, name), take)
