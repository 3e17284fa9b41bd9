"""F1: what a quantity means, what it takes, how it comes about, who uses it; and the keys of the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from planner import glossary, units
from planner.model import wiring
from planner.model.scopes import Scope, figure
from planner.plan.plan import shown
from planner.tui import words
from planner.tui.session import Session

SIGNS = """Before an input: ● said by the scenario or pool, ○ by the whole scenario, ◇ from the catalog,
· default, = found by the planner, ! wrong
▲ ▼ change against the baseline (b pins it); ✓ ✗ checks; P10 to P90: the band that follows from uncertain inputs"""


def about(session: Session, name: str) -> str:
    """Everything the planner knows of a quantity, an option or a role."""
    if name in glossary.options():
        option = glossary.options()[name]
        return f"{option.meaning}\n\nChoices: {', '.join(option.choices)}"
    if name in glossary.roles():
        kind = glossary.kinds()[glossary.roles()[name]]
        return f"{glossary.role_meaning(name)}\n\nThe entry chosen for '{name}' brings: {', '.join(kind.fields)}"
    lines = [f"{glossary.quantities()[name].meaning}.", "", *_value(session, name), *_origin(session, name)]
    users = wiring.used_by(name)
    if users:
        lines += ["", f"Used by   {', '.join(users)}"]
    return "\n".join(lines)


def _value(session: Session, name: str) -> Iterator[str]:
    """The value of a quantity, its band, its unit, what it takes, and the stale prices that it rests on."""
    row, plan = glossary.quantities()[name], session.plan
    value = plan.value(name) if plan else None
    yield f"Value     {shown(name, value) if value is not None else 'not known here'}"
    band = words.band(name, *session.bands.get(name, (None, None)), value) if value is not None else ""
    if band:
        yield f"Band      {band}, P10 to P90"
    yield f"Unit      {'a plain number' if row.show == units.DIMENSIONLESS else row.show}"
    if row.limits():
        yield f"Limits    {row.limits()}"
    stale = words.rests_on_stale(plan, name)
    if stale:
        yield f"Prices    {stale}"


def _origin(session: Session, name: str) -> Iterator[str]:
    """The source of a given quantity, and the equation of a computed one."""
    plan = session.plan
    asked = figure(name)
    fact = plan.whole.fact(asked) if plan else None
    if fact is not None:
        yield f"Source    {words.provenance(fact, session.catalog.sources, session.price_day)}"
        if fact.note:
            yield f"Note      {fact.note}"
    scope = plan.whole.at(asked.place) if plan else Scope()
    step = wiring.step(asked.name, scope)
    if step is None:
        return
    equation = step.equation
    if fact is not None:
        yield "It is set, so its equation does not run:"
    yield f"Formula   {' '.join(equation.formula.split())}"
    yield f"Needs     {', '.join(map(str, step.needs))}"
    if equation.notes:
        yield f"\n{equation.notes}"


class HelpScreen(ModalScreen[None]):
    """What has the focus, explained."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "close", "Back")]

    def __init__(self, session: Session, name: str = "", keys: str = "") -> None:
        super().__init__()
        self.session, self.quantity, self.keys = session, name, keys

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog help"):
            title = words.scoped(self.quantity) if self.quantity else "Keys"
            yield Static(title, classes="dialog-title", markup=False)
            with VerticalScroll(classes="dialog-text"):
                if self.quantity:
                    yield Static(about(self.session, self.quantity), markup=False)
                if self.keys:
                    yield Static(f"{'-' * 20}\n{self.keys}\n\n{SIGNS}" if self.quantity else self.keys, markup=False)
            yield Footer(compact=True, show_command_palette=False)

    def action_close(self) -> None:
        self.dismiss(None)
