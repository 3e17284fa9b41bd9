"""Editing one field of a catalog entry: checked while one types, with the change of the file and its effect."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import Footer, Input, Label, Static

from planner import glossary, units
from planner.catalog import authoring
from planner.catalog.entries import KINDS, Entry, value_of
from planner.errors import InputError
from planner.studies import catalog_effect
from planner.tui import words
from planner.tui.session import Session

_PAUSE = 0.2
# What the command line calls the fields of the form.
_FIELDS = {"with --source-title": "in the field title", "with --source": "in the field source"}


class EntryForm(ModalScreen[authoring.Draft | None]):
    """Value and provenance of one field; gives back a draft that loads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("escape", "dismiss_none", "Leave as it was"),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    class Tried(Message):
        """What came of the fields as they were at a certain time."""

        def __init__(self, number: int, draft: authoring.Draft | None, text: str) -> None:
            super().__init__()
            self.number, self.draft, self.text = number, draft, text

    def __init__(self, session: Session, entry: Entry, field: str) -> None:
        super().__init__()
        self.session, self.entry, self.field = session, entry, field
        self.quantity = glossary.kinds()[entry.kind].fields.get(field)
        self.draft: authoring.Draft | None = None
        # Counts changes, so that an answer about older fields is not taken for one about these.
        self.number = 0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        fact = self.entry.facts.get(self.field)
        with Vertical(classes="dialog form"):
            yield Static(f"{self.entry.name}: {words.label(self.field)}", classes="dialog-title", markup=False)
            with Grid(id="form-fields"):
                yield from self._field("value", "", text=self._now())
                if self.quantity is not None:
                    sources = SuggestFromList(sorted(self.session.catalog.sources), case_sensitive=False)
                    # A new value has a source of its own: what was said of the old one is a hint, not a default.
                    was = f"of the new value; now {fact.source}" if fact else "where the value comes from"
                    yield from self._field("source", was, sources)
                    yield from self._field("title", "of the source, where it is a new one")
                    yield from self._field("where", "page, table, row")
                    yield from self._field("kind", ", ".join(KINDS), SuggestFromList(KINDS))
                    yield from self._field("as of", "date, as 2026-05-31")
                    yield from self._field("note", "")
            yield Static("", id="form-problem", markup=False)
            with VerticalScroll(id="form-preview", can_focus=False):
                yield Static("", markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def _field(self, name: str, hint: str, suggester: SuggestFromList | None = None, text: str = "") -> ComposeResult:
        yield Label(name)
        yield Input(text, placeholder=hint, compact=True, suggester=suggester, id=f"form-{name.replace(' ', '-')}")

    def _now(self) -> str:
        entry, field = self.entry, self.field
        if self.quantity is not None:
            return units.exact_text(entry.facts[field].value, self.quantity.show) if field in entry.facts else ""
        text = entry.aliases if field == "aliases" else entry.text.get(field, entry.references.get(field, ""))
        return ", ".join(map(str, text)) if isinstance(text, list | tuple) else str(text)

    def on_mount(self) -> None:
        self.query_one("#form-value", Input).focus()
        self._say(False, "Type a new value; ctrl+s writes it into a file of your own, over the shipped one.")

    def _text(self, name: str) -> str | None:
        """What is said in a field of the form; None where nothing is."""
        fields = self.query(f"#form-{name}").results(Input)
        return next((each.value.strip() for each in fields), "") or None

    def _provenance(self) -> authoring.Provenance:
        return authoring.Provenance(
            self._text("source"),
            self._text("title"),
            self._text("where"),
            self._text("kind"),
            self._text("note"),
            self._text("as-of"),
        )

    @on(Input.Changed)
    def _changed(self) -> None:
        self.number += 1
        self.draft = None
        if self._timer is not None:
            self._timer.stop()
        try:
            if self.quantity is not None:
                value_of(self._text("value") or "", self.quantity)
        except units.UnitError as error:
            self._say(True, str(error))
            return
        self._timer = self.set_timer(_PAUSE, self._start)

    def _start(self) -> None:
        self._try(self.number, self._text("value") or "", self._provenance())

    @work(thread=True, exclusive=True, exit_on_error=False, group="draft")
    def _try(self, number: int, value: str, said: authoring.Provenance) -> None:
        """Make the draft, and say what it changes in the file and in the open scenario."""
        try:
            draft = authoring.edit(self.session.catalog, self.entry, {self.field: value}, said)
            effect = catalog_effect.effect_of(draft, self.session.scenario, self.session.catalog)
        except InputError as error:
            text = "\n".join(each.message for each in error.problems)
            for option, field in _FIELDS.items():
                text = text.replace(option, field)
            self.post_message(self.Tried(number, None, text))
            return
        moved = effect.text() if effect.rows else "The open scenario's headline figures stay as they are."
        self.post_message(self.Tried(number, draft, f"{draft.difference()}\n\n{moved}"))

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        if event.number != self.number:
            return
        self.draft = event.draft
        if event.draft is None:
            self._say(True, event.text)
        else:
            self._say(False, f"ctrl+s writes {event.draft.path}", event.text)

    def _say(self, wrong: bool, text: str, preview: str = "") -> None:
        problem = self.query_one("#form-problem", Static)
        problem.set_class(wrong, "failed")
        problem.update(f"! {text}" if wrong else text)
        self.query_one("#form-preview Static", Static).update(preview)

    def action_save(self) -> None:
        if self.draft is not None:
            self.dismiss(self.draft)
        else:
            self.app.bell()

    def action_dismiss_none(self) -> None:
        self.dismiss(None)
