"""Screen 4: catalog entries with the provenance of every figure; edited and copied into the user's own directory."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static, Tree
from textual.widgets.tree import TreeNode

from planner import glossary, units
from planner.catalog import authoring, browse
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, Fact
from planner.errors import InputError
from planner.tables import Table
from planner.tui import exporting, words
from planner.tui.frame import PlannerScreen
from planner.tui.screens.entry_form import EntryForm
from planner.tui.widgets.dialogs import Ask, Confirm
from planner.tui.widgets.lines import Column, EditTable, LineTable, Row

_NARROW = (Column("field"), Column("value", 17, right=True), Column("kind", 8))
_WIDE = (
    Column("field"),
    Column("value", 18, right=True),
    Column("range", 16, right=True),
    Column("kind", 8),
    Column("source", 26),
    Column("as of", 10),
)


class FilterField(Input):
    """The filter above the tree; Enter and the arrow go down to what it found."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down,enter", "screen.to_tree", "To the list", show=False)]


class CatalogScreen(PlannerScreen):
    """Kinds and entries on the left, the figures of one entry on the right."""

    MODE = "catalog"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Search"),
        Binding("e", "edit", "Edit"),
        Binding("n", "new", "New from this"),
        Binding("c", "choose", "Choose"),
        Binding("m", "missing", "Missing fields", show=False),
        Binding("d", "own", "Own figures", show=False),
    ]

    class Loaded(Message):
        """Every entry has been read once."""

    def __init__(self) -> None:
        super().__init__()
        self.entry: Entry | None = None
        self.with_missing = False
        self._asked_for: tuple[str, str] | None = None
        self._read: Catalog | None = None

    def body(self) -> ComposeResult:
        with Horizontal(id="catalog"):
            with Vertical(id="catalog-list"):
                yield FilterField(placeholder="/ to search names, aliases, texts", compact=True, id="catalog-filter")
                tree: Tree[tuple[str, str] | None] = Tree("catalog", id="catalog-tree")
                tree.show_root = False
                tree.guide_depth = 2
                yield tree
            with Vertical():
                yield Static("", id="entry-title", markup=False)
                yield EditTable(_NARROW, id="entry")
                with VerticalScroll(id="field-note", can_focus=False):
                    yield Static("", markup=False)

    def on_mount(self) -> None:
        self._fill("")
        self.query_one("#entry", LineTable).show(
            [Row("none", ("Enter opens a kind; then choose an entry.",), "note", "dim")]
        )
        self.query_one(Tree).focus()
        self._read_all(self.session.catalog)

    def on_resize(self) -> None:
        self._show_entry()

    def refresh_plan(self) -> None:
        if self._read is not self.session.catalog:
            self._fill(self.query_one(FilterField).value)
            if self.entry is not None:
                self.show_entry(self.entry.kind, self.entry.key)

    # The list

    @work(thread=True, exclusive=True, exit_on_error=False, group="catalog")
    def _read_all(self, catalog: Catalog) -> None:
        """Read every entry once, beside the screen, so that searching is quick."""
        for kind in glossary.kinds():
            list(catalog.entries(kind))
        self.post_message(self.Loaded())

    @on(Input.Changed, "#catalog-filter")
    def _search(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        """Show every kind, or the entries found, under their kinds."""
        catalog = self._read = self.session.catalog
        tree = self.query_one(Tree)
        tree.clear()
        if not text.strip():
            for kind in glossary.kinds():
                keys = catalog.keys(kind)
                if keys:
                    node = tree.root.add(f"{kind} ({len(keys)})", (kind, ""))
                    node.expand() if self.entry is not None and self.entry.kind == kind else None
        else:
            by_kind: dict[str, list[Entry]] = {}
            for entry, _ in catalog.search(text):
                by_kind.setdefault(entry.kind, []).append(entry)
            for kind, entries in by_kind.items():
                node = tree.root.add(f"{kind} ({len(entries)})", (kind, ""), expand=True)
                for entry in entries:
                    node.add_leaf(entry.name, (kind, entry.key))
            if not by_kind:
                tree.root.add_leaf("nothing found", None)
        tree.root.expand()

    @on(Tree.NodeExpanded)
    def _open_kind(self, event: Tree.NodeExpanded) -> None:
        node = event.node
        if node.data and not node.data[1] and not node.children:
            self._add_entries(node, node.data[0])

    def _add_entries(self, node: TreeNode, kind: str) -> None:
        catalog = self.session.catalog
        loaded = {entry.key: entry.name for entry in catalog.entries(kind)}
        for key in catalog.keys(kind):
            node.add_leaf(loaded.get(key, f"! {key}"), (kind, key))

    @on(Tree.NodeHighlighted)
    def _highlighted(self, event: Tree.NodeHighlighted) -> None:
        if event.node.data and event.node.data[1]:
            self.show_entry(*event.node.data)

    @on(Tree.NodeSelected)
    def _selected(self, event: Tree.NodeSelected) -> None:
        if event.node.data and event.node.data[1]:
            self.query_one("#entry").focus()

    def action_filter(self) -> None:
        self.query_one(FilterField).focus()

    def action_to_tree(self) -> None:
        tree = self.query_one(Tree)
        tree.focus()
        if tree.root.children and tree.root.children[0].children:
            tree.move_cursor(tree.root.children[0].children[0])

    # One entry

    def show_entry(self, kind: str, key: str) -> None:
        """Show the figures of an entry, or what is wrong with its file."""
        try:
            self.entry = self.session.catalog.entry(kind, key)
        except InputError as error:
            self.entry = None
            self.query_one("#entry-title", Static).update(f"! {kind}/{key} does not load")
            problems = [Row(f"problem:{i}", (str(p),), "note", "bad") for i, p in enumerate(error.problems)]
            self.query_one("#entry", LineTable).show(problems)
            return
        self._show_entry()

    def _show_entry(self) -> None:
        entry = self.entry
        if entry is None:
            return
        self.query_one("#entry-title", Static).update(f"{entry.name}   {entry.origin}")
        described = glossary.kinds()[entry.kind]
        rows = [Row("heading:figures", ("Figures",), "heading")]
        for name, quantity in described.fields.items():
            if name in entry.facts:
                rows.append(self._figure(name, quantity, entry.facts[name]))
            elif self.with_missing:
                rows.append(Row(name, (words.label(name), "missing", *[""] * (4 if self.wide else 1)), tone="dim"))
        rows.append(Row("heading:text", ("Text",), "heading"))
        texts = {"aliases": ", ".join(entry.aliases), **entry.references, **entry.text}
        for name, text in texts.items():
            if text:
                shown = ", ".join(map(str, text)) if isinstance(text, list) else str(text)
                rows.append(Row(name, (f"{words.label(name)}: {shown}",), "note"))
        self.query_one("#entry", LineTable).show(rows, _WIDE if self.wide else _NARROW)
        self._describe()

    def _figure(self, name: str, quantity: glossary.Quantity, fact: Fact) -> Row:
        value = units.text(fact.value, quantity.show)
        if not self.wide:
            return Row(name, (words.label(name), words.short(value), fact.kind))
        title = self.session.catalog.sources.get(fact.source, {}).get("title", fact.source)
        spread = words.ends(quantity, fact)
        return Row(name, (words.label(name), words.short(value), spread, fact.kind, title, str(fact.as_of or "")))

    @on(LineTable.Highlighted)
    def _describe(self) -> None:
        entry, row = self.entry, self.query_one("#entry", LineTable).current
        note = self.query_one("#field-note Static", Static)
        if entry is None or row is None:
            note.update("")
            return
        quantity = glossary.kinds()[entry.kind].fields.get(row.key)
        if quantity is None:
            note.update(str(entry.text.get(row.key, "")))
            return
        lines = [f"{quantity.meaning}. {words.takes(quantity)}"]
        fact = entry.facts.get(row.key)
        if fact is not None:
            source = self.session.catalog.sources.get(fact.source, {})
            lines.append(words.provenance(fact, self.session.catalog.sources, self.session.price_day))
            lines += [str(text) for text in (source.get("publisher"), source.get("url"), fact.note) if text]
            for other in fact.alternatives:
                said = units.text(other.value, quantity.show)
                origin = words.provenance(other, self.session.catalog.sources, self.session.price_day)
                lines.append(f"{said} according to {origin}. {other.note}")
        note.update("\n".join(lines))

    def action_missing(self) -> None:
        self.with_missing = not self.with_missing
        self._show_entry()

    # Changing

    @on(LineTable.Selected)
    def action_edit(self) -> None:
        row = self.query_one("#entry", LineTable).current
        if self.entry is None or row is None or row.form == "heading" or row.key.startswith(("problem:", "none")):
            self.notify("Choose an entry on the left, then one of its fields.")
            return
        self.app.push_screen(EntryForm(self.session, self.entry, row.key), self._write)

    def _write(self, draft: authoring.Draft | None) -> None:
        """Write an accepted draft and show everything with it."""
        if draft is None:
            return
        try:
            draft.write()
        except (InputError, OSError) as error:
            self.notify(str(error), title="Not written", severity="error", markup=False)
            return
        self.notify(str(draft.path), title="Written", markup=False)
        kind, key = draft.path.parent.name, draft.path.stem
        self.session.reload_catalog()
        self.planner.show_scenario()
        self.show_entry(kind, key)

    def action_new(self) -> None:
        if self.entry is None:
            self.notify("Choose the entry to start from on the left.")
            return
        base = self.entry
        note = f"Lower case, digits, . _ -   It starts as a copy of {base.name}, without its aliases."

        def named(key: str | None) -> None:
            if key is None:
                return
            try:
                draft = authoring.new(self.session.catalog, base.kind, key, base, {}, authoring.Provenance())
            except InputError as error:
                self.planner.say(error, "No new entry")
                return
            text = f"A copy of {base.origin} will be written to\n{draft.path}\nEdit its figures afterwards."
            answers = {"write": "Write it", "": "Leave it"}
            self.app.push_screen(
                Confirm(f"New entry {base.kind}/{key}", text, answers),
                lambda answer: self._write(draft if answer == "write" else None),
            )

        self.app.push_screen(Ask(f"Name of the new entry of {base.kind}", f"{base.key}-own", note), named)

    def action_choose(self) -> None:
        if self.entry is None:
            self.notify("Choose an entry on the left.")
            return
        roles = glossary.kinds()[self.entry.kind].roles
        if not roles:
            self.notify(f"{self.entry.kind} are for context: a scenario chooses none.")
            return
        self.session.settle()
        self.session.choose(roles[0], self.entry.key)
        self.planner.show_scenario()
        self.notify(f"{words.label(roles[0])}: {self.entry.name}", title="Chosen for the scenario", markup=False)

    def action_own(self) -> None:
        differences = authoring.difference(self.session.catalog)
        text = differences.text() if differences.rows else "There are no figures of your own over the shipped ones."
        self.app.push_screen(Confirm("Your own figures", text, {"": "Back"}))

    def exports(self) -> tuple[str, exporting.Formats]:
        kind = self.entry.kind if self.entry is not None else next(iter(glossary.kinds()))

        def table() -> Table:
            return browse.table(list(self.session.catalog.entries(kind)), kind)

        return f"{kind}.csv", exporting.of_table(table)

    def focused_quantity(self) -> str:
        row = self.query_one("#entry", LineTable).current
        if self.entry is None or row is None:
            return ""
        names = [f"{role}_{row.key}" for role in glossary.kinds()[self.entry.kind].roles]
        return next((name for name in names if name in glossary.quantities()), "")
