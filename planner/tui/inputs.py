"""The inputs of a scenario as rows of a table, edited where they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Self

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input, Static

from planner import glossary, units
from planner.scenario import WORKLOADS
from planner.tui import topics, words
from planner.tui.lines import Column, EditTable, LineTable, Row
from planner.tui.picker import NAME_ALONE, Choice, Picker
from planner.tui.session import Session, understood

_VALUE_WIDTH = 19
COLUMNS = (Column("", 1), Column("input"), Column("value", _VALUE_WIDTH, right=True))
# Figures of each entry in the list to choose from.
_FIGURES, _FIGURE_WIDTH = 3, 16
# Where a value comes from, told by a sign before its name.
SET, DEFAULT, CATALOG, WRONG = "●", "·", "◇", "!"


class Inputs(EditTable):
    """The table of inputs."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete,backspace", "clear", "To default")]

    def __init__(self, edit: Callable[[Row], None], *, id: str) -> None:
        super().__init__(COLUMNS, id=id)
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


class InputPane(Vertical):
    """Inputs by topic; typing in one changes the scenario at each key."""

    def __init__(self, session: Session, changed: Callable[[], None], *, id: str | None = None):
        super().__init__(id=id)
        self.session = session
        # Called whenever the scenario or what is typed for it is not what it was.
        self.changed = changed
        # Quantity -> the text typed for it that could not be taken, and why.
        self.wrong: tuple[str, str, str] | None = None
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
        self.table.show(self._rows())
        self._note()

    def focus_input(self, name: str) -> bool:
        """Put the cursor on an input by its name."""
        self.screen.set_focus(self.table)
        return any(self.table.highlight(f"{form}:{name}") for form in ("value", "role", "option"))

    def reveal(self, name: str) -> None:
        """Show an input that no topic lists, so that it can be set."""
        self.revealed = name
        self.show()

    def _rows(self) -> list[Row]:
        session = self.session
        found = []
        if self.revealed:
            found = [Row("heading:revealed", ("Asked for",), "heading"), self._value(self.revealed)]
        for topic in topics.topics(session.scenario, session.plan):
            found.append(Row(f"heading:{topic.key}", (topic.title,), "heading"))
            if topic.key == "choices":
                found.append(Row("workload", (SET, "workload", f"{session.scenario.workload} ▾")))
            found += [self._role(role) for role in topic.roles]
            found += [self._option(name) for name in topic.options]
            found += [self._value(name) for name in topic.values]
        for name, pool in session.scenario.pools.items():
            since = f", from {pool.start}" if pool.start else ""
            found.append(Row(f"heading:pool:{name}", (f"Pool {name}{since} (edited in the file)",), "heading"))
            said = {**pool.choose, **pool.set, **pool.range}
            found += [
                Row(f"pool:{name}:{key}", (f"  {words.label(key)}: {text}",), "note") for key, text in said.items()
            ]
        return found

    def _role(self, role: str) -> Row:
        if any(problem.field == f"choose.{role}" for problem in self.session.problems):
            text = str(self.session.scenario.choose.get(role, ""))
            return Row(f"role:{role}", (WRONG, words.label(role), f"{_cut(text, _VALUE_WIDTH - 2)} ▾"), tone="bad")
        entry = self.session.plan.resolved.entries.get(role) if self.session.plan else None
        sign = SET if role in self.session.scenario.choose else CATALOG if entry else " "
        text = entry.name if entry else "none chosen"
        return Row(f"role:{role}", (sign, words.label(role), f"{_cut(text, _VALUE_WIDTH - 2)} ▾"))

    def _option(self, name: str) -> Row:
        given = name in self.session.scenario.set
        options = self.session.plan.resolved.options if self.session.plan else {}
        text = self.session.scenario.set.get(name, options.get(name, "")) if given else options.get(name, "")
        return Row(f"option:{name}", (SET if given else DEFAULT, words.label(name), f"{text} ▾"))

    def _value(self, name: str) -> Row:
        if self.wrong is not None and self.wrong[0] == name:
            return Row(f"value:{name}", (WRONG, words.label(name), self.wrong[1]), tone="bad")
        session = self.session
        plan = session.plan
        if any(problem.field in (f"set.{name}", f"range.{name}") for problem in session.problems):
            return Row(f"value:{name}", (WRONG, words.label(name), str(session.scenario.set.get(name, ""))), tone="bad")
        fact = plan.resolved.facts.get(name) if plan else None
        if fact is not None:
            said = fact.origin == "scenario"
            sign = SET if said else DEFAULT if fact.origin.startswith(("defaults", "calibration")) else CATALOG
            return Row(
                f"value:{name}", (sign, words.label(name), words.text(name, fact.value)), tone="" if said else "dim"
            )
        if plan is not None and name in plan.given:
            return Row(f"value:{name}", ("=", words.label(name), words.text(name, plan.given[name])))
        return Row(f"value:{name}", (" ", words.label(name), "not set"), tone="dim")

    def _note(self) -> None:
        """The line below the table: what the input means and takes, or what is wrong with it."""
        note = self.query_one("#input-note", Static)
        row = self.table.current
        wrong = self._problem(row.key) if row else ""
        note.set_class(bool(wrong), "wrong")
        note.update(f"! {wrong}" if wrong else self._meaning(row) if row else "", layout=False)

    def _problem(self, key: str) -> str:
        kind, _, name = key.partition(":")
        if self.wrong is not None and self.wrong[0] == name:
            return self.wrong[2]
        fields = {"value": (f"set.{name}", f"range.{name}"), "role": (f"choose.{name}",), "option": (f"set.{name}",)}
        return next((p.message for p in self.session.problems if p.field in fields.get(kind, ())), "")

    def _meaning(self, row: Row) -> str:
        kind, _, name = row.key.partition(":")
        if row.key == "workload":
            return "What the cluster is for. Enter shows the choices."
        if kind == "role":
            meaning = glossary.kinds()[glossary.roles()[name]].meaning
            return f"{meaning}. Enter shows the catalog."
        if kind == "option":
            option = glossary.options()[name]
            return f"{option.meaning}: {', '.join(option.choices)}."
        if name not in glossary.quantities():
            return ""
        quantity = glossary.quantities()[name]
        fact = self.session.plan.resolved.facts.get(name) if self.session.plan else None
        origin = words.provenance(fact, self.session.catalog.sources) if fact else ""
        takes = f"{words.takes(quantity)}. " if words.takes(quantity) else ""
        return f"{quantity.meaning}. {takes}{origin[:1].upper()}{origin[1:]}"

    @on(LineTable.Highlighted)
    def _moved(self) -> None:
        self._note()

    # Editing

    def _edit(self, row: Row) -> None:
        kind, _, name = row.key.partition(":")
        if kind == "value":
            self.begin(name)
        else:
            self.pick(kind, name)

    def begin(self, name: str) -> None:
        """Open the field over the value of `name`."""
        if self.editing:
            self.finish()
        if not self.focus_input(name):
            return
        self.session.settle()
        self.cell.value = self._text(name)
        self.editing = name
        self._place_cell()
        self.cell.display = True
        self.cell.action_select_all()
        # At once: the next key already belongs to the field.
        self.screen.set_focus(self.cell)

    def _text(self, name: str) -> str:
        """What stands in the field at first: the text as written, else the value exactly."""
        if name in self.session.scenario.set:
            return str(self.session.scenario.set[name])
        plan = self.session.plan
        value = plan.given.get(name) if plan else None
        if value is None:
            return ""
        return units.exact_text(float(value), glossary.quantities()[name].show)

    def _place_cell(self) -> None:
        """Put the field over the value cell of the row under the cursor."""
        table = self.table
        region = table.scrollable_content_region
        row = table.cursor - table.scroll_offset.y + 1
        width = _VALUE_WIDTH + 2
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
        if not name or (text == self._text(name) and self.wrong is None):
            return
        try:
            given = understood(name, text)
        except units.UnitError as error:
            self.wrong = (name, text, str(error))
        else:
            self.wrong = None
            if given != self.session.scenario.set.get(name, self._text(name)):
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
        session = self.session
        session.settle()
        columns: tuple[Column, ...] = NAME_ALONE
        if kind == "role":
            now = (
                session.plan.resolved.entries[name].key
                if session.plan and name in session.plan.resolved.entries
                else ""
            )
            described = glossary.roles()[name]
            columns, choices = entry_choices(session, described)
            title = f"{words.label(name)}: {glossary.kinds()[described].meaning}"
        elif kind == "option":
            option = glossary.options()[name]
            choices = [Choice(choice, (choice,)) for choice in option.choices]
            title, now = option.meaning, session.plan.resolved.options.get(name, "") if session.plan else ""
        else:
            choices = [Choice(workload, (workload,)) for workload in WORKLOADS]
            title, now = "What the cluster is for", session.scenario.workload

        def take(chosen: str | None) -> None:
            if chosen is None:
                return
            if kind == "role":
                session.choose(name, chosen)
            elif kind == "option":
                session.set_value(name, chosen)
            else:
                session.set_workload(chosen)
            session.settle()
            self.changed()

        self.app.push_screen(Picker(title, choices, now, columns), take)


def entry_choices(session: Session, kind: str) -> tuple[tuple[Column, ...], list[Choice]]:
    """The entries of a kind with the figures that most of them have, and the columns these stand in."""
    from planner import browse

    entries = list(session.catalog.entries(kind))
    table = browse.table(entries, kind)
    figures = [str(heading) for heading in table.columns[2 : 2 + _FIGURES]]
    columns = (Column("name"), *(Column(heading, _FIGURE_WIDTH, right=True) for heading in figures))
    return columns, [
        Choice(entry.key, (entry.name, *row[2 : 2 + _FIGURES]), entry.spellings)
        for entry, row in zip(entries, table.texts, strict=True)
    ]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
