"""Screen 2: scenarios side by side, and which inputs cause a difference."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from planner import glossary, units
from planner.errors import InputError
from planner.plan import breakdown
from planner.plan.plan import Plan, plan_resolved
from planner.scenario import resolve, scenario_file
from planner.scenario.scenario import Scenario
from planner.studies import comparison
from planner.tui import exporting, words
from planner.tui.frame import PlannerScreen
from planner.tui.widgets.dialogs import Ask
from planner.tui.widgets.lines import Column, LineTable, Row
from planner.tui.widgets.picker import A_FILE, Choice, Picker

_NAME_WIDTH, _VALUE_WIDTH, _RATIO_WIDTH = 24, 17, 8
_WIDEST = 34
_MOST_CAUSES = 8
_BAR = 10
_CAUSES = (Column("what causes it", shorter=words.short), Column("", _BAR), Column("", 17, right=True))


class CompareScreen(PlannerScreen):
    """The open scenario in the first column, what it is compared with in the others."""

    MODE = "compare"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add"),
        Binding("delete,backspace", "remove", "Remove"),
        Binding("d", "differing", "Differences"),
        Binding("h", "headlines", "Headlines"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.others: list[Scenario] = []
        self.plans: list[Plan] = []
        self.comparison: comparison.Comparison | None = None
        self.only_differing = True
        self.everything = False

    def body(self) -> ComposeResult:
        yield Static("", id="compare-note", markup=False)
        with Horizontal(id="compare"):
            yield LineTable((Column("quantity"),), id="comparison")
            with Vertical(id="causes-pane"):
                yield LineTable(_CAUSES, id="causes")

    def on_mount(self) -> None:
        self.query_one("#comparison").focus()

    def on_resize(self) -> None:
        self._show()

    def refresh_plan(self) -> None:
        """Plan every scenario again: the open one may have changed, and so may the catalog."""
        session = self.session
        self.plans = []
        problems: list[str] = []
        if session.plan is not None:
            self.plans.append(session.plan)
            if session.baseline is not None and session.baseline.scenario != session.plan.scenario:
                self.plans.append(session.baseline)
        for other in self.others:
            try:
                self.plans.append(plan_resolved(resolve.resolve(other, session.catalog), bands=False))
            except InputError as error:
                problems.append(str(error.problems[0]))
        self._compare()
        note = self.query_one("#compare-note", Static)
        note.set_class(bool(problems), "failed")
        if problems:
            note.update(f"! {'; '.join(problems)}")
        elif len(self.plans) < 2:
            note.update("a adds a scenario to compare with; edits of the open one are compared with the baseline.")
        else:
            kept = "rows that differ" if self.only_differing else "all rows"
            scope = "every quantity" if self.everything else "headline figures"
            note.update(f"{scope}, {kept}; Enter says why; the causes of its difference are listed")

    def _compare(self) -> None:
        self.comparison = None
        if self.plans:
            every = dict.fromkeys(name for each in self.plans for name in each.results)
            names = list(every) if self.everything else ["accelerators", *glossary.headlines()]
            self.comparison = comparison.compare(self.plans, names)
        self._show()

    def _show(self) -> None:
        if self.comparison is None:
            self.query_one("#comparison", LineTable).show([Row("none", ("nothing is computed yet",), "note", "dim")])
            return
        compared, table = self.comparison, self.query_one("#comparison", LineTable)
        others = compared.plans[1:]
        # What is left beside the names is shared by the scenarios; what does not fit is reached with left and right.
        names = _WIDEST if self.wide else _NAME_WIDTH
        room = (max(table.size.width, 40) - names - (_RATIO_WIDTH + 1) * len(others)) // len(compared.plans) - 2
        width = min(_WIDEST, max(_VALUE_WIDTH, room))
        columns = [
            Column("quantity", names, shorter=words.short),
            Column(compared.plans[0].scenario.name, width, right=True),
        ]
        for index, each in enumerate(others, 1):
            title = "pinned baseline" if each is self.session.baseline else each.scenario.name
            columns += [Column(title, width, right=True), Column(f"of {index}", _RATIO_WIDTH, right=True)]
        rows = []
        for name in compared.names:
            values = [each.value(name) for each in compared.plans]
            if not (self.only_differing and others and len(set(values)) == 1):
                rows.append(self._row(name, values))
        if not rows:
            rows = [Row("none", ("these scenarios do not differ here; d shows all rows",), "note", "dim")]
        table.show(rows, columns)
        self._show_causes()

    def _row(self, name: str, values: list[float | None]) -> Row:
        cells = [words.scoped(name)]
        for index, value in enumerate(values):
            cells.append("missing" if value is None else words.text(name, value))
            if index:
                times = breakdown.ratio(value, values[0])
                cells.append(f"×{units.number_text(times, 3)}" if times is not None else "")
        return Row(name, tuple(cells))

    # Causes

    @on(LineTable.Highlighted, "#comparison")
    def _show_causes(self) -> None:
        table = self.query_one("#causes", LineTable)
        row = self.query_one("#comparison", LineTable).current
        if self.comparison is None or row is None or row.key not in glossary.quantities():
            table.show([])
            return
        rows: list[Row] = []
        base = self.comparison.plans[0]
        for number, (other, by_name) in enumerate(zip(self.comparison.plans[1:], self.comparison.causes, strict=True)):
            rows.append(Row(f"heading:{number}", (f"{words.scoped(row.key)}: {other.scenario.name}",), "heading"))
            causes = by_name.get(row.key, [])[:_MOST_CAUSES]
            largest = causes[0].change if causes else 0.0
            for cause in causes:
                share = abs(breakdown.ratio(cause.change, largest) or 0)
                moved = words.difference(row.key, cause.change)
                cells = (words.scoped(cause.name), words.bar(share, _BAR), moved)
                rows.append(Row(f"{number}:{cause.name}", cells, tones=("", "bar", "")))
            choices = comparison.choices(base, other)
            rows += [Row(f"{number}:choice:{text}", (f"chosen: {text}",), "note", "dim") for text in choices]
            if not causes and not choices:
                rows.append(Row(f"{number}:none", ("no input that both know causes it",), "note", "dim"))
        table.show(rows)

    @on(LineTable.Selected)
    def _why(self, event: LineTable.Selected) -> None:
        name = event.row.key.rpartition(":")[2]
        if name in glossary.quantities():
            self.planner.why(name)

    # Acting

    def action_add(self) -> None:
        names = scenario_file.shipped_names(self.session.catalog)
        choices = [Choice(A_FILE, (A_FILE, ""))]
        choices += [
            Choice(str(path), (name, scenario_file.load(path, self.session.catalog).name))
            for name, path in names.items()
        ]

        def take(chosen: str | None) -> None:
            if chosen == A_FILE:
                self.app.push_screen(Ask("Compare with the scenario in file", "", ""), self.add)
            elif chosen is not None:
                self.add(chosen)

        columns = (Column("name", 28), Column("title"))
        self.app.push_screen(Picker("Compare with", choices, columns=columns), take)

    def add(self, file: str | None) -> None:
        """Compare with the scenario in a file, or a shipped one."""
        if file is None:
            return
        try:
            self.others.append(scenario_file.load(file, self.session.catalog))
        except InputError as error:
            self.planner.say(error, "Not read")
            return
        self.refresh_plan()

    def action_remove(self) -> None:
        if self.others:
            self.others.pop()
            self.refresh_plan()
        else:
            self.notify("Only the open scenario and the pinned baseline are left.")

    def action_differing(self) -> None:
        self.only_differing = not self.only_differing
        self.refresh_plan()

    def action_headlines(self) -> None:
        self.everything = not self.everything
        self.refresh_plan()

    def exports(self) -> tuple[str, exporting.Formats]:
        if self.comparison is None:
            return super().exports()
        compared = self.comparison
        tables = exporting.of_table(lambda: comparison.table(compared))
        return "comparison.html", {**tables, **exporting.of_plans(compared.plans, self.session)}

    def focused_quantity(self) -> str:
        focused = self.app.focused
        row = focused.current if isinstance(focused, LineTable) else None
        name = row.key.rpartition(":")[2] if row else ""
        return name if name in glossary.quantities() else ""
