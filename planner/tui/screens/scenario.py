"""Screen 1: the scenario's inputs, and what follows from them while one types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Self

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Digits, Static
from textual.worker import get_current_worker

from planner.errors import InputError
from planner.plan.plan import Plan
from planner.scenario.edits import DATES
from planner.tui.frame import PlannerScreen
from planner.tui.screens import choosing, results
from planner.tui.screens.inputs import InputPane
from planner.tui.widgets.dialogs import Ask
from planner.tui.widgets.lines import LineTable

# Uncertainty bands are computed after a pause in typing of this length.
_PAUSE = 0.4


class FixedDigits(Digits):
    """Digits in a place of fixed size: another number needs no new layout of the screen."""

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        return super().refresh(*regions, repaint=repaint, layout=False, recompose=recompose)


class LargeFigure(Vertical):
    """One figure in large digits with its name, unit and change."""

    DEFAULT_CSS = """
    LargeFigure { width: 1fr; height: 4; padding: 0 1; }
    LargeFigure Static { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    LargeFigure Digits { height: 3; width: 1fr; color: $text-primary; }
    """

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        yield FixedDigits("")

    def show(self, figure: results.Large | None) -> None:
        line = self.query_one(Static)
        line.update(results.caption(figure, line.size.width) if figure else "", layout=False)
        self.query_one(FixedDigits).update(figure.number if figure else "")


class ScenarioScreen(PlannerScreen):
    """Inputs on the left, results on the right."""

    MODE = "scenario"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u,ctrl+z", "app.undo", "Undo"),
        Binding("b", "pin", "Pin"),
        Binding("p", "pools", "Pools"),
        Binding("ctrl+s", "app.save", "Save"),
        Binding("i", "app.focus('inputs')", "Inputs", show=False),
        Binding("o", "app.focus('results')", "Results", show=False),
    ]

    class Bands(Message):
        """P10 and P90 of the results of one revision."""

        def __init__(self, revision: int, bands: dict[str, tuple[float, float]]) -> None:
            super().__init__()
            self.revision, self.bands = revision, bands

    _pause: Timer | None = None

    def body(self) -> ComposeResult:
        with Horizontal(id="large"):
            for _ in range(3):
                yield LargeFigure()
        yield Static("", id="verdict", markup=False)
        with Horizontal(id="panes"):
            yield InputPane(self.session, self.changed, self.action_pools, id="input-pane")
            yield LineTable(results.NARROW, id="results")
            yield LineTable(results.FINDINGS, id="findings")

    def on_mount(self) -> None:
        self.query_one("#inputs").focus()

    def on_resize(self) -> None:
        self.refresh_plan()

    def refresh_plan(self) -> None:
        session, wide = self.session, self.wide
        figures = results.large(session)
        for index, widget in enumerate(self.query(LargeFigure)):
            widget.show(figures[index] if index < len(figures) else None)
        fine, text = results.verdict(session)
        line = self.query_one("#verdict", Static)
        line.set_class(not fine, "failed")
        line.update(text, layout=False)
        self.query_one(InputPane).show()
        self._show_results(wide)
        self._ask_for_bands()

    def _show_results(self, wide: bool) -> None:
        rows = results.figures(self.session, wide)
        table = self.query_one("#results", LineTable)
        aside = self.query_one("#findings", LineTable)
        findings = results.findings(self.session, (aside if wide else table).scrollable_content_region.width)
        if wide:
            table.show(rows, results.WIDE)
            aside.show(findings)
        else:
            table.show([*rows, *findings], results.NARROW)

    def changed(self) -> None:
        """Show what follows from a changed input."""
        self.shown = self.session.revision
        self.planner.scenario_changed()
        self.refresh_plan()

    # Uncertainty, after a pause

    def _ask_for_bands(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        session = self.session
        if session.plan is not None and not session.problems and not session.bands:
            self._pause = self.set_timer(_PAUSE, self._start_bands)

    def _start_bands(self) -> None:
        plan = self.session.plan
        if plan is not None:
            self._compute_bands(plan, self.session.revision)

    @work(thread=True, exclusive=True, exit_on_error=False, group="bands")
    def _compute_bands(self, plan: Plan, revision: int) -> None:
        try:
            results = replace(plan, bands=True).results
        except InputError:
            return
        spread = {
            name: (each.low, each.high)
            for name, each in results.items()
            if each.low is not None and each.high is not None
        }
        if not get_current_worker().is_cancelled:
            self.post_message(self.Bands(revision, spread))

    @on(Bands)
    def _show_bands(self, event: Bands) -> None:
        if event.revision == self.session.revision:
            self.session.bands = event.bands
            self._show_results(self.wide)

    # Acting

    @on(LineTable.Selected)
    def _why(self, event: LineTable.Selected) -> None:
        name = results.quantity(event.row)
        if name:
            self.planner.why(name)

    def finish_edit(self) -> None:
        """Close the field of an input that is being edited."""
        self.query_one(InputPane).finish()

    def edit_input(self, name: str) -> None:
        """Edit an input of this name where the screen shows one, else set it as it is first."""
        pane = self.query_one(InputPane)
        if not pane.focus_input(name):
            pane.reveal(name)
        pane.begin(name)

    def action_pools(self) -> None:
        """Choose the pool to show and edit; add, rename or remove one."""

        def taken(chosen: str | None) -> None:
            if chosen == choosing.ADD:
                self._ask_for_pool("Name of the new pool", choosing.new_pool_name(self.session), self.session.add_pool)
            elif chosen == choosing.RENAME:
                self._ask_for_pool("New name of the pool", self.session.view.said.name, self.session.rename_pool)
            elif chosen == choosing.REMOVE:
                name = self.session.view.said.name
                self.session.remove_pool()
                self.notify("u (undo) brings it back.", title=f"{name} removed", markup=False)
                self.changed()
            elif chosen is not None:
                self.planner.show_pool(chosen.removeprefix("pool:"))

        self.app.push_screen(choosing.pool_picker(self.session), taken)

    def _ask_for_pool(self, title: str, suggested: str, act: Callable[[str], None]) -> None:
        def named(name: str | None) -> None:
            if name is None:
                return
            try:
                act(name)
            except InputError as error:
                self.planner.say(error, "Not taken")
            self.changed()

        self.app.push_screen(Ask(title, suggested), named)

    def action_pin(self) -> None:
        self.session.pin_baseline()
        self.notify("Changes are shown against the plan as it is now.", title="Baseline pinned")
        self.refresh_plan()

    def focused_quantity(self) -> str:
        focused = self.app.focused
        pane = self.query_one(InputPane)
        if pane.editing:
            return "" if pane.editing in DATES else self.session.view.full(pane.editing)
        if not isinstance(focused, LineTable) or focused.current is None:
            return ""
        row = focused.current
        if focused.id == "inputs":
            kind, _, name = row.key.partition(":")
            if kind == "value":
                return "" if name in DATES else self.session.view.full(name)
            return name
        return results.quantity(row)
