"""Screen 3: sweep, solve, risk and optimise on the open scenario, with plots that sharpen while they run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Label, ProgressBar, Static, TabbedContent, TabPane
from textual.worker import get_current_worker
from textual_plotext import PlotextPlot

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.scenario.scenario import Scenario
from planner.tui import exporting, words
from planner.tui.frame import PlannerScreen
from planner.tui.screens import questions
from planner.tui.screens.questions import Answer
from planner.tui.widgets.lines import Column, LineTable, Row
from planner.tui.widgets.pictures import Picture, draw

# Question -> (field, its label, what stands in it at first).
FORMS = {
    "sweep": (
        ("vary", "vary: NAME=low:high:steps or ROLE=*; …", "utilization=30:100:36 %"),
        ("watch", "and watch", "cost_per_useful_accelerator_hour"),
    ),
    "solve": (
        ("find", "find", "utilization"),
        ("so-that", "so that: NAME <= VALUE", "npv_saving >= 0 MUSD"),
        ("between", "between LOW:HIGH (or empty)", ""),
    ),
    "risk": (("figure", "how sure is", "npv_saving"),),
    "optimise": (
        ("choose", "choose: ROLE=*, NAME=a,b; …", "cooling=*"),
        ("minimise", "minimise (two: Pareto front)", "tco, energy_per_year"),
        ("maximise", "maximise", ""),
        ("limits", "so that: NAME <= VALUE; …", ""),
    ),
}


# A column of an answer is cut to no less than this.
_LEAST_WIDTH = 18


class AnswerTable(LineTable):
    """The table of an answer; Enter asks again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.run", "Run")]


class QuestionInput(Input):
    """A field whose Enter runs the question."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Run")]


class NameSuggester(Suggester):
    """Completes the last name of a text: quantities, roles and options."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        head = max(value.rfind(sign) for sign in ",;= *") + 1
        word = value[head:]
        if len(word) < 2:
            return None
        known = (*glossary.headlines(), *glossary.roles(), *glossary.options(), *glossary.quantities())
        suggested = next((name for name in known if name.startswith(word)), None)
        return value[:head] + suggested if suggested else None


class WhatIfScreen(PlannerScreen):
    """Questions on the left, their answers on the right."""

    MODE = "whatif"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "run", "Run", show=False),
        Binding("f6", "turn", "Other question", priority=True),
        Binding("escape", "stop", "Stop/leave field"),
    ]

    class Answered(Message):
        """An answer, or what went wrong."""

        def __init__(self, number: int, answer: Answer | None, problem: str = "") -> None:
            super().__init__()
            self.number, self.answer, self.problem = number, answer, problem

    class Moved(Message):
        """How many scenarios are done; a later one replaces it."""

        def __init__(self, number: int, done: int, total: int) -> None:
            super().__init__()
            self.number, self.done, self.total = number, done, total

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, WhatIfScreen.Moved)

    def __init__(self) -> None:
        super().__init__()
        # Counts runs, so that what an older one still sends is not shown.
        self.number = 0
        self.answer: Answer | None = None

    def body(self) -> ComposeResult:
        with Horizontal(id="whatif"):
            with TabbedContent(id="questions"):
                for question, fields in FORMS.items():
                    with TabPane(question.capitalize(), id=question), VerticalScroll(can_focus=False):
                        for name, label, text in fields:
                            yield Label(label, classes="question")
                            yield QuestionInput(text, compact=True, id=f"{question}-{name}", suggester=NameSuggester())
            with Vertical(id="answer"):
                yield PlotextPlot(id="plot")
                yield ProgressBar(id="progress", show_eta=False)
                yield Static("Enter runs the question on the left.", id="answer-note", markup=False)
                yield AnswerTable((Column("answer"),), id="answer-table")

    def on_mount(self) -> None:
        self.query_one("#progress").display = False
        self.query_one("#sweep-vary", Input).focus()

    def refresh_plan(self) -> None:
        if self.answer is not None:
            self.query_one("#answer-note", Static).update("The scenario has changed since: Enter runs it again.")

    @property
    def question(self) -> str:
        return self.query_one("#questions", TabbedContent).active

    def action_turn(self) -> None:
        tabs = self.query_one("#questions", TabbedContent)
        order = list(FORMS)
        tabs.active = order[(order.index(tabs.active) + 1) % len(order)]
        self.query_one(f"#{tabs.active}-{FORMS[tabs.active][0][0]}", Input).focus()

    # Running

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_run()

    def _text(self, name: str) -> str:
        return self.query_one(f"#{self.question}-{name}", Input).value.strip()

    def action_run(self) -> None:
        """Ask the question of the tab on the open scenario as it is now."""
        self.number += 1
        bar = self.query_one("#progress", ProgressBar)
        bar.display = True
        bar.update(total=None, progress=0)
        texts = {name: self._text(name) for name, _, _ in FORMS[self.question]}
        self._ask(self.number, self.question, texts, self.session.scenario, self.session.catalog)

    def action_stop(self) -> None:
        """Cancel what runs; with nothing running, leave the fields for the table."""
        if self.query_one("#progress").display:
            self.number += 1
            self.workers.cancel_group(self, "whatif")
            self._rest("Stopped; what was found so far stays.")
        else:
            self.query_one("#answer-table").focus()

    @work(thread=True, exclusive=True, exit_on_error=False, group="whatif")
    def _ask(self, number: int, question: str, texts: dict[str, str], scenario: Scenario, catalog: Catalog) -> None:
        worker = get_current_worker()

        def progress(done: int, total: int) -> None:
            if worker.is_cancelled:
                raise InterruptedError
            self.post_message(self.Moved(number, done, total))

        try:
            for answer in _answers(question, texts, scenario, catalog, progress):
                if worker.is_cancelled:
                    return
                self.post_message(self.Answered(number, answer))
        except InterruptedError:
            return
        except InputError as error:
            self.post_message(self.Answered(number, None, "; ".join(each.message for each in error.problems)))

    @on(Moved)
    def _moved(self, event: Moved) -> None:
        if event.number == self.number and event.total:
            self.query_one("#progress", ProgressBar).update(total=event.total, progress=event.done)

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        if event.number != self.number:
            return
        if event.answer is None:
            self._rest(f"! {event.problem}", wrong=True)
            return
        self.answer = event.answer
        self._show(event.answer)
        if event.answer.done >= 1:
            self._rest(event.answer.note)
        else:
            self.query_one("#answer-note", Static).update(event.answer.note)
            self.query_one("#progress", ProgressBar).update(total=1.0, progress=event.answer.done)

    def _rest(self, note: str, wrong: bool = False) -> None:
        self.query_one("#progress").display = False
        line = self.query_one("#answer-note", Static)
        line.set_class(wrong, "failed")
        line.update(note)

    def _show(self, answer: Answer) -> None:
        plot = self.query_one(PlotextPlot)
        plot.display = answer.picture is not None
        room = self.query_one("#answer").size.width - 2
        draw(plot.plt, answer.picture or Picture(""), room)
        plot.refresh(layout=True)
        table = answer.table
        texts = table.texts
        widths = [max([len(h), *(len(row[i]) for row in texts[:100])]) for i, h in enumerate(table.columns)]
        if sum(widths) + len(widths) > room:
            # Wide columns give way to what the others need; what does not fit then is reached with left and right.
            share = max(_LEAST_WIDTH, room // len(widths) - 1)
            widths = [min(width, share) for width in widths]
        columns = [
            Column(heading, None if len(widths) == 1 else width, index in table.right, words.short if index else None)
            for index, (heading, width) in enumerate(zip(table.columns, widths, strict=True))
        ]
        rows = [Row(str(index), tuple(row)) for index, row in enumerate(texts)]
        self.query_one("#answer-table", LineTable).show(rows, columns)

    def exports(self) -> tuple[str, exporting.Formats]:
        if self.answer is None:
            return super().exports()
        answer = self.answer
        return f"{self.question}.csv", exporting.of_table(lambda: questions.whole_table(answer))

    def focused_quantity(self) -> str:
        focused = self.app.focused
        if not isinstance(focused, Input):
            return ""
        for name in focused.value.replace("=", " ").replace(",", " ").replace(";", " ").split():
            if name in glossary.quantities():
                return name
        return ""


def _answers(
    question: str, texts: dict[str, str], scenario: Scenario, catalog: Catalog, progress: questions.Progress
) -> Iterator[Answer]:
    if question == "sweep":
        return questions.sweep(
            scenario, catalog, questions.varied(texts["vary"]), questions.names(texts["watch"]), progress
        )
    if question == "solve":
        between = texts["between"] or None
        return questions.solve(scenario, catalog, texts["find"], texts["so-that"], between, progress)
    if question == "risk":
        return questions.risk(scenario, catalog, texts["figure"], progress)
    limits = [part.strip() for part in texts["limits"].split(";") if part.strip()]
    return questions.optimize(
        scenario,
        catalog,
        questions.varied(texts["choose"]),
        questions.names(texts["minimise"]),
        questions.names(texts["maximise"]),
        limits,
        progress,
    )
