"""Why: the tree of equations, values and sources behind a figure, down to the catalog facts."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static, Tree
from textual.widgets.tree import TreeNode

from planner import glossary
from planner.catalog import ages
from planner.model import derivation, wiring
from planner.model.derivation import Step
from planner.model.scopes import Figure, figure
from planner.plan.plan import shown
from planner.tui import words
from planner.tui.session import Session

_OPEN_LEVELS = 2


def derived(session: Session, name: str) -> Step | None:
    """The derivation of a quantity in the session's plan; None where there is no plan."""
    plan = session.plan
    if plan is None:
        return None
    asked = figure(name)
    if wiring.NOT_OWNED in plan.missing.get(name, ()):
        return Step(asked, None, None)
    whole = plan.whole if plan.whole.value(asked) is not None else wiring.evaluate([asked], plan.whole)
    return derivation.derivation(asked, whole)


class WhyTree(Tree[Step]):
    """The tree, with its key on the footer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Open/close")]


class WhyScreen(ModalScreen[str | None]):
    """The derivation of one figure; gives back the input that the user wants to edit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss_none", "Back"),
        Binding("e", "edit", "Edit this input"),
        Binding("a", "open_all", "Open all"),
        Binding("f1", "help", "Meaning"),
    ]

    def __init__(self, session: Session, name: str) -> None:
        super().__init__()
        self.session, self.quantity = session, name
        # Quantities of the same scope need not say so.
        self.place = figure(name).place

    def compose(self) -> ComposeResult:
        with Vertical(id="why"):
            yield Static(f"Why {words.scoped(self.quantity)}?", classes="dialog-title", markup=False)
            yield WhyTree("", id="why-tree")
            with VerticalScroll(id="why-note", can_focus=False):
                yield Static("", markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        tree = self.query_one(Tree)
        step = derived(self.session, self.quantity)
        if step is None:
            tree.root.set_label("nothing is computed: see the problems of the scenario")
        else:
            tree.root.data = step
            tree.root.set_label(self._label(step))
            self._grow(tree.root, step, 0)
        tree.focus()

    def _grow(self, node: TreeNode, step: Step, depth: int) -> None:
        for need in step.inputs:
            if need.inputs:
                self._grow(node.add(self._label(need), need, expand=depth + 1 < _OPEN_LEVELS), need, depth + 1)
            else:
                node.add_leaf(self._label(need), need)
        if depth == 0:
            node.expand()

    def _label(self, step: Step) -> Text:
        value = "not computed" if step.value is None else shown(step.name, step.value)
        text = Text.assemble((words.scoped(step.name, self.place), "bold" if step.equation else ""), f" = {value}")
        if step.equation is None:
            text.append(f"   {self._origin(step.figure)}", "italic")
        elif step.repeated:
            text.append("   (opened above)", "italic")
        return text

    def _origin(self, given: Figure) -> str:
        plan = self.session.plan
        fact = plan.whole.fact(given) if plan else None
        if fact is not None:
            title = self.session.catalog.sources.get(fact.source, {}).get("title", fact.source)
            stale = f", ! {words.STALE}" if ages.is_stale(fact, self.session.price_day) else ""
            return "[set by the scenario]" if fact.origin == "scenario" else f"[{fact.kind}{stale}: {title}]"
        if plan and wiring.NOT_OWNED in plan.missing.get(str(given), ()):
            return f"[missing: {wiring.NOT_OWNED}]"
        return (
            "[found by the planner]"
            if plan and plan.whole.value(given) is not None
            else "[missing: set it, or choose an entry]"
        )

    @on(Tree.NodeHighlighted)
    def _describe(self, event: Tree.NodeHighlighted) -> None:
        step = event.node.data
        if step is not None:
            self.query_one("#why-note Static", Static).update(self._note(step))

    def _note(self, step: Step) -> str:
        row = glossary.quantities()[step.name]
        parts = [f"{step.name}: {row.meaning}."]
        stale = words.rests_on_stale(self.session.plan, step.name)
        if stale:
            parts.append(stale)
        if step.equation is not None:
            parts.append(" ".join(step.equation.formula.split()))
            if step.equation.notes:
                parts.append(step.equation.notes)
            return "\n".join(parts)
        plan = self.session.plan
        fact = plan.whole.fact(step.figure) if plan else None
        if fact is not None:
            origin = words.provenance(fact, self.session.catalog.sources, self.session.price_day)
            parts.append(f"{words.fact_text(step.name, fact)}   {origin}")
            source = self.session.catalog.sources.get(fact.source, {})
            parts += [str(text) for text in (source.get("publisher"), source.get("url"), fact.note) if text]
        return "\n".join(parts)

    def action_open_all(self) -> None:
        self.query_one(Tree).root.expand_all()

    def _current(self) -> Step | None:
        node = self.query_one(Tree).cursor_node
        return node.data if node is not None else None

    def action_edit(self) -> None:
        step = self._current()
        if step is not None and step.equation is None:
            self.dismiss(step.name)
        else:
            self.notify("This is computed: go down to one of its inputs, or set it in a scenario file.")

    def action_help(self) -> None:
        from planner.tui.widgets.help import HelpScreen

        step = self._current()
        if step is not None:
            self.app.push_screen(HelpScreen(self.session, step.name))

    def action_dismiss_none(self) -> None:
        self.dismiss(None)
