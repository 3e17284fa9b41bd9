"""Screen 5: the sources' claims with verdicts, the errors on published measurements, the market by source."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, Static, TabbedContent, TabPane
from textual.worker import Worker, WorkerState

from planner.catalog.catalog import Catalog
from planner.catalog.entries import folded
from planner.errors import InputError
from planner.evidence.claims import checks, documents, market, verdicts
from planner.evidence.claims.verdicts import Court, Judgement
from planner.evidence.validation import validation
from planner.tables import Table
from planner.tui import exporting
from planner.tui.frame import PlannerScreen
from planner.tui.widgets.dialogs import Confirm
from planner.tui.widgets.lines import Column, LineTable, ReadTable, Row

_NARROW = (Column("claim", 20), Column("said", 12, right=True), Column("computed", 10, right=True), Column("verdict"))
_WIDE = (
    Column("claim", 32),
    Column("said", 16, right=True),
    Column("computed", 12, right=True),
    Column("unit", 18),
    Column("verdict", 24),
    Column("reason"),
)
_ACCURACY = (
    Column("measurements, by source"),
    Column("rows", 6, right=True),
    Column("mean error", 10, right=True),
    Column("median", 8, right=True),
)
# Verdicts that need no second look, and those on which nothing is known.
_TONES = {checks.AGREES: "", checks.UNCHECKED: "dim"}


class ClaimsScreen(PlannerScreen):
    """Three tables: claims, accuracy, market."""

    MODE = "claims"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Search"),
        Binding("v", "verdict", "Verdict"),
        Binding("f6", "turn", "Other table", priority=True),
    ]

    class Judged(Message):
        """Every claim has its verdict."""

        def __init__(self, court: Court, judgements: list[Judgement]) -> None:
            super().__init__()
            self.court, self.judgements = court, judgements

    class Replayed(Message):
        """The errors on one kind of published cases, or why there are none."""

        def __init__(self, kind: str, result: dict[str, Any] | None, problem: str = "") -> None:
            super().__init__()
            self.kind, self.result, self.problem = kind, result, problem

    class Market(Message):
        """The market's tables."""

        def __init__(self, tables: dict[str, Table]) -> None:
            super().__init__()
            self.tables = tables

    def __init__(self) -> None:
        super().__init__()
        self.court: Court | None = None
        self.judgements: list[Judgement] = []
        # The one verdict that is shown; every one where empty.
        self.verdict = ""
        self.replays: dict[str, dict[str, Any] | str] = {}
        self.market: dict[str, Table] = {}
        self._judged_with: Catalog | None = None

    def body(self) -> ComposeResult:
        with TabbedContent(id="evidence"):
            with TabPane("Claims", id="claims"):
                yield Input(placeholder="/ to search claims", compact=True, id="claims-filter")
                yield ReadTable(_NARROW, id="claims-table")
                yield Static("", id="claims-note", markup=False)
            with TabPane("Accuracy", id="accuracy"):
                yield ReadTable(_ACCURACY, id="accuracy-table")
            with TabPane("Market", id="market"):
                yield ReadTable((Column("market, by axis and source, never blended"),), id="market-table")

    def on_mount(self) -> None:
        self.query_one("#claims-table").focus()
        self.query_one("#claims-table", LineTable).show([Row("wait", ("judging every claim …",), "note", "dim")])

    def on_resize(self) -> None:
        self._show_claims()

    def refresh_plan(self) -> None:
        if self._judged_with is not self.session.catalog:
            self._judged_with = self.session.catalog
            self.replays = {}
            self._judge(self.session.catalog)
            self._replay_next()
            self._read_market()

    # Work beside the screen

    @work(thread=True, exclusive=True, exit_on_error=False, group="claims", name="claims-table")
    def _judge(self, catalog: Catalog) -> None:
        court = Court(catalog)
        self.post_message(self.Judged(court, court.judge_all()))

    def _replay_next(self) -> None:
        """Replay the next kind of cases that has not been replayed."""
        kind = next((kind for kind in validation.KINDS if kind not in self.replays), None)
        if kind is not None:
            self._replay(kind)

    @work(thread=True, exit_on_error=False, group="accuracy")
    def _replay(self, kind: str) -> None:
        try:
            self.post_message(self.Replayed(kind, validation.replay(kind, self.session.catalog)))
        except InputError as error:
            self.post_message(self.Replayed(kind, None, error.problems[0].message))
        except Exception as error:
            # Kinds are replayed by modules of their own: one that fails leaves the others standing.
            self.post_message(self.Replayed(kind, None, f"{type(error).__name__}: {error}"))

    @work(thread=True, exclusive=True, exit_on_error=False, group="market", name="market-table")
    def _read_market(self) -> None:
        views = market.views(documents.load())
        self.post_message(self.Market({name: view.table() for name, view in views.items()}))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        """Say what went wrong in the place of the table that there should be."""
        if event.state is WorkerState.ERROR and event.worker.name:
            problem = str(event.worker.error).strip().splitlines()
            text = f"! cannot be shown: {problem[0] if problem else type(event.worker.error).__name__}"
            self.query_one(f"#{event.worker.name}", LineTable).show([Row("problem", (text,), "note", "bad")])

    # Claims

    @on(Judged)
    def _judged(self, event: Judged) -> None:
        self.court, self.judgements = event.court, event.judgements
        self._show_claims()

    @on(Input.Changed, "#claims-filter")
    def _show_claims(self) -> None:
        if not self.judgements:
            return
        wanted = [folded(word) for word in self.query_one("#claims-filter", Input).value.split()]
        table = verdicts.table(self.judgements)
        rows = []
        for judgement, cells in zip(self.judgements, table.texts, strict=True):
            text = folded(" ".join([*cells, judgement.claim.subject, judgement.claim.paraphrase]))
            if (not self.verdict or judgement.verdict == self.verdict) and all(word in text for word in wanted):
                shown = cells if self.wide else [*cells[:3], cells[4]]
                rows.append(Row(judgement.claim.id, tuple(shown), tone=_TONES.get(judgement.verdict, "strong")))
        columns = _WIDE if self.wide else _NARROW
        nothing = [Row("none", ("no claim matches: v shows another verdict, / another search",), "note", "dim")]
        self.query_one("#claims-table", LineTable).show(rows or nothing, columns)
        which = f"'{self.verdict}' alone; " if self.verdict else ""
        note = f"{which}{len(rows)} of {len(self.judgements)} claims: {verdicts.counts(self.judgements)}"
        self.query_one("#claims-note", Static).update(note)

    def action_verdict(self) -> None:
        """Show the claims of the next verdict alone; after the last, all."""
        given = {judgement.verdict for judgement in self.judgements}
        present = [name for name in checks.VERDICTS if name in given]
        order = ["", *present]
        self.verdict = order[(order.index(self.verdict) + 1) % len(order)]
        self._show_claims()

    def action_filter(self) -> None:
        self.query_one("#evidence", TabbedContent).active = "claims"
        self.query_one("#claims-filter").focus()

    @on(Input.Submitted, "#claims-filter")
    def _to_table(self) -> None:
        self.query_one("#claims-table").focus()

    # Accuracy and market

    @on(Replayed)
    def _replayed(self, event: Replayed) -> None:
        self.replays[event.kind] = event.result if event.result is not None else event.problem
        rows: list[Row] = []
        for kind, result in self.replays.items():
            if isinstance(result, str):
                rows.append(Row(f"absent:{kind}", (f"{kind}: cannot be replayed here: {result}",), "note", "dim"))
                continue
            title = validation.text(result).splitlines()
            rows.append(Row(f"heading:{kind}", (title[0],), "heading"))
            rows.append(Row(f"kind:{kind}", (title[1],), "note"))
            for source, group in result.get("by_source", {}).items():
                cells = (f"  {source}", str(group["rows"]), validation.percent(group["mape"]))
                rows.append(Row(f"kind:{kind}:{source}", (*cells, validation.percent(group["median_ape"]))))
        self.query_one("#accuracy-table", LineTable).show(rows)
        self._replay_next()

    @on(Market)
    def _show_market(self, event: Market) -> None:
        self.market = event.tables
        rows = []
        for name, table in event.tables.items():
            for number, line in enumerate(table.text().splitlines() if table.texts else []):
                form, tone = ("heading", "") if number == 0 and table.title else ("note", "")
                rows.append(Row(f"{name}:{number}", (line,), form, tone))
        self.query_one("#market-table", LineTable).show(rows)

    # Acting

    @on(LineTable.Selected)
    def _explain(self, event: LineTable.Selected) -> None:
        kind, _, rest = event.row.key.partition(":")
        if event.table.id == "claims-table" and self.court is not None:
            judgement = next((each for each in self.judgements if each.claim.id == event.row.key), None)
            if judgement is not None:
                self._read("Claim", verdicts.explained(self.court, judgement))
        elif kind == "kind":
            replay = self.replays[rest.partition(":")[0]]
            if isinstance(replay, dict):
                self._read("Published measurements", validation.text(replay, rows=True))
        elif event.table.id == "market-table":
            self._read("Market", event.row.cells[0])

    def _read(self, title: str, text: str) -> None:
        self.app.push_screen(Confirm(title, text, {"": "Back"}))

    def action_turn(self) -> None:
        tabs = self.query_one("#evidence", TabbedContent)
        order = ["claims", "accuracy", "market"]
        tabs.active = order[(order.index(tabs.active) + 1) % len(order)]
        self.query_one(f"#{tabs.active}-table").focus()

    def exports(self) -> tuple[str, exporting.Formats]:
        active = self.query_one("#evidence", TabbedContent).active
        if active == "claims" and self.judgements:
            return "claims.csv", exporting.of_table(lambda: verdicts.table(self.judgements))
        if active == "market" and self.market:
            return "market.csv", exporting.of_table(lambda: self.market["shares"])
        return super().exports()
