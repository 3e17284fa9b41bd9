"""Compare, what-if, catalog, claims and the palette, key by key."""

import datetime
import itertools
import time
from dataclasses import replace

import pytest
from textual.command import CommandPalette
from textual.widgets import Footer, Input, OptionList, Tree

from planner.catalog.catalog import Catalog
from planner.evidence.validation import validation
from planner.scenario import scenario_file
from planner.tables import Table
from planner.tui.app import PlannerApp
from planner.tui.screens import questions
from planner.tui.screens.catalog import CatalogScreen
from planner.tui.screens.compare import CompareScreen
from planner.tui.screens.entry_form import EntryForm
from planner.tui.screens.inputs import InputPane
from planner.tui.screens.questions import Answer
from planner.tui.screens.why import WhyScreen
from planner.tui.session import Session
from planner.tui.widgets.dialogs import Confirm
from planner.tui.widgets.lines import Column, LineTable, Row
from tests.conftest import CATALOG
from tests.tui.conftest import SIZES, keys, settled, typed, until, words

# Compare


async def test_edits_are_compared_with_the_pinned_baseline_and_their_causes_named(app):
    async with app.run_test(size=(160, 48)) as pilot:
        app.session.set_value("electricity_price", "200 USD/MWh")
        await pilot.press("2")
        assert isinstance(app.screen, CompareScreen)
        table = app.screen.query_one("#comparison", LineTable)
        assert table.columns[2].title == "pinned baseline"
        table.highlight("opex_per_year")
        await pilot.pause()
        causes = keys(app, "#causes")
        assert "0:electricity_price" in causes


@SIZES
async def test_a_scenario_is_added_to_compare_with_and_removed(app, size):
    async with app.run_test(size=size) as pilot:
        await pilot.press("2", "a", *"8000", "enter")
        await pilot.pause()
        table = app.screen.query_one("#comparison", LineTable)
        assert len(table.columns) == 4 and "capex" in keys(app, "#comparison")
        await pilot.press("h")
        assert len(table.rows) > 40
        await pilot.press("delete")
        assert len(table.columns) == 2


async def test_a_file_that_cannot_be_compared_with_is_said(app):
    async with app.run_test() as pilot:
        await pilot.press("2")
        app.screen.add("no-such-file.toml")
        await pilot.pause()
        assert app.screen.others == []
        assert any("no such file" in note.message for note in app._notifications)


# What-if


@SIZES
async def test_a_sweep_draws_a_line_and_its_table(app, size):
    async with app.run_test(size=size) as pilot:
        await pilot.press("3", "enter")
        await settled(pilot)
        assert len(keys(app, "#answer-table")) == 36
        assert app.screen.answer.picture.series
        assert "36 scenarios" in words(app, "#answer-note")


async def test_a_sweep_over_two_ranges_is_a_heat_map_and_over_entries_bars(app):
    async with app.run_test() as pilot:
        await pilot.press("3")
        field = app.screen.query_one("#sweep-vary", Input)
        field.value = "utilization=50:100:30 %; pue=1.1:1.5:20"
        await pilot.press("enter")
        await settled(pilot)
        assert len(app.screen.answer.picture.heat) == 20
        field.value = "cooling=air,direct-to-chip"
        await pilot.press("enter")
        await settled(pilot)
        assert [name for name, _ in app.screen.answer.picture.bars] == ["air", "direct-to-chip"]


async def test_solve_says_where_the_condition_holds(app):
    async with app.run_test() as pilot:
        await pilot.press("3", "f6")
        app.screen.query_one("#solve-find", Input).value = "pue"
        app.screen.query_one("#solve-so-that", Input).value = "facility_power <= 3 MW"
        await pilot.press("enter")
        await settled(pilot)
        assert words(app, "#answer-note").startswith("pue = ")
        assert app.screen.answer.picture.levels


async def test_risk_sharpens_with_more_samples(app):
    async with app.run_test() as pilot:
        await pilot.press("3", "f6", "f6")
        app.screen.query_one("#risk-figure", Input).value = "tco"
        await pilot.press("enter")
        await settled(pilot)
        assert len(app.screen.answer.picture.histogram) == 16384
        assert app.screen.answer.done == 1 and "P50" in words(app, "#answer-note")


async def test_optimise_gives_a_pareto_front(app):
    async with app.run_test() as pilot:
        await pilot.press("3", "f6", "f6", "f6", "enter")
        await settled(pilot)
        assert app.screen.answer.picture.title == "Pareto front"
        assert keys(app, "#answer-table")


async def test_a_question_that_makes_no_sense_is_said(app):
    async with app.run_test() as pilot:
        await pilot.press("3")
        app.screen.query_one("#sweep-vary", Input).value = "utilisation=1:2:3"
        await pilot.press("enter")
        await settled(pilot)
        assert "utilization" in words(app, "#answer-note")


async def test_a_run_can_be_stopped_and_the_keys_work_meanwhile(app, monkeypatch):
    def endless(scenario, catalog, figure, progress):
        yield Answer(None, Table(["so far"], [["something"]]), "the first of many", 0.1)
        for done in itertools.count():
            time.sleep(0.01)
            progress(done, 10**6)

    monkeypatch.setattr(questions, "risk", endless)
    async with app.run_test() as pilot:
        await pilot.press("3", "f6", "f6", "enter")
        await pilot.pause(0.3)
        assert app.screen.query_one("#progress").display
        await pilot.press("f1", "escape", "escape")
        await settled(pilot)
        assert words(app, "#answer-note").startswith("Stopped") and keys(app, "#answer-table") == ["0"]
        await pilot.press("escape", "1")
        assert app.screen.query_one(InputPane)


# Catalog


async def open_field(app, pilot, field: str) -> None:
    await pilot.press("4")
    app.screen.show_entry("systems", "dgx-h100")
    app.screen.query_one("#entry", LineTable).focus()
    app.screen.query_one("#entry", LineTable).highlight(field)
    await pilot.press("enter")
    await pilot.pause()
    assert isinstance(app.screen, EntryForm)


@SIZES
async def test_entries_are_found_by_typing_and_show_their_provenance(app, size):
    async with app.run_test(size=size) as pilot:
        await pilot.press("4", "slash", *"dgx h100", "enter")
        await settled(pilot)
        tree = app.screen.query_one(Tree)
        assert "DGX H100" in str(tree.cursor_node.label)
        await pilot.press("enter")
        app.screen.query_one("#entry", LineTable).highlight("power")
        await pilot.pause()
        assert "dgx-h100" in words(app, "#field-note Static")


async def test_a_figure_is_edited_with_live_validation_diff_and_effect(app, tmp_path):
    async with app.run_test(size=(160, 48)) as pilot:
        before = app.session.plan.results["it_power"].value
        await open_field(app, pilot, "power")
        value = app.screen.query_one("#form-value", Input)
        value.value = "9 kW/rack"
        await settled(pilot)
        assert "wrong unit" in words(app, "#form-problem") and app.screen.draft is None
        value.value = "9 kW/system"
        await settled(pilot)
        assert "source" in words(app, "#form-problem") and app.screen.draft is None
        app.screen.query_one("#form-source", Input).value = "my-meter"
        app.screen.query_one("#form-title", Input).value = "Our own meter, hall 2"
        await settled(pilot)
        preview = words(app, "#form-preview Static")
        assert '+value = "9 kW/system"' in preview and "it_power" in preview
        assert not list((tmp_path / "catalogs").rglob("dgx-h100.toml"))
        await pilot.press("ctrl+s")
        await settled(pilot)
        assert app.session.plan.results["it_power"].value < before
    own = Catalog(app.session.catalog.layers).entry("systems", "dgx-h100").facts["power"]
    assert own.value == 9000 and own.source == "my-meter"


async def test_an_entry_changed_outside_is_taken_over(app, tmp_path):
    async with app.run_test() as pilot:
        before = app.session.plan.results["it_power"].value
        own = tmp_path / "catalogs" / "systems"
        own.mkdir()
        text = 'source = "planning-estimate"\nkind = "estimate"\npower = "9 kW/system"\n'
        (own / "dgx-h100.toml").write_text(text)
        await until(pilot, lambda: app.session.plan.results["it_power"].value < before)


async def test_leaving_the_form_writes_nothing(app, tmp_path):
    async with app.run_test() as pilot:
        await open_field(app, pilot, "power")
        app.screen.query_one("#form-value", Input).value = "9 kW/system"
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, CatalogScreen) and not list((tmp_path / "catalogs").rglob("*.toml"))


async def test_a_new_entry_starts_from_an_existing_one_and_is_chosen(app):
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.press("4")
        app.screen.show_entry("systems", "dgx-h100")
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen.entry.key == "dgx-h100-own"
        await pilot.press("c")
        assert app.session.scenario.choose["system"] == "dgx-h100-own" and not app.session.problems


# Claims and accuracy


@SIZES
async def test_claims_have_verdicts_and_explain_themselves(app, size):
    async with app.run_test(size=size) as pilot:
        await pilot.press("5")
        await settled(pilot)
        every = keys(app, "#claims-table")
        assert len(every) > 100 and "claims:" in words(app, "#claims-note")
        await pilot.press("v")
        assert 0 < len(keys(app, "#claims-table")) < len(every)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, Confirm) and "verdict" in words(app, ".dialog-text Static")


async def test_accuracy_and_market_are_shown_beside(app):
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.press("5")
        await settled(pilot)
        await pilot.press("f6")
        while len(app.screen.replays) < len(validation.KINDS):
            await settled(pilot)
        assert any(key.startswith("heading:") for key in keys(app, "#accuracy-table"))
        await pilot.press("f6")
        assert len(keys(app, "#market-table")) > 20


# Everywhere


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("screen compare", lambda app: isinstance(app.screen, CompareScreen)),
        ("why facility power", lambda app: isinstance(app.screen, WhyScreen)),
        ("open facility-30mw", lambda app: app.session.scenario.path.stem == "facility-30mw"),
        ("systems/dgx-h200", lambda app: isinstance(app.screen, CatalogScreen) and app.screen.entry.key == "dgx-h200"),
        ("set analysis period", lambda app: app.screen.query_one(InputPane).editing == "analysis_period"),
    ],
)
async def test_the_palette_reaches_commands_scenarios_entries_and_quantities(app, text, there):
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.press("ctrl+p")
        await typed(pilot, text)
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        await settled(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: not isinstance(app.screen, CommandPalette))
        await settled(pilot)
        assert there(app)


async def test_the_screens_are_reached_with_number_keys_and_the_mouse(app):
    async with app.run_test(size=(160, 48)) as pilot:
        for number, mode in enumerate(("scenario", "compare", "whatif", "catalog", "claims"), 1):
            app.screen.set_focus(None)
            await pilot.press(str(number))
            await pilot.pause()
            assert mode == app.screen.MODE
        await pilot.click("TopLine", offset=(160 - 3 - len(" 4 Catalog  5 Claims "), 0))
        await pilot.pause()
        assert app.screen.MODE == "whatif"


async def test_every_shipped_scenario_is_shown_on_every_screen():
    for name in scenario_file.shipped_names(CATALOG):
        app = PlannerApp(Session(CATALOG, scenario_file.load(name, CATALOG)))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert app.session.plan is not None and not app.session.problems, name
            await pilot.press("2")
            assert keys(app, "#comparison")


@pytest.mark.parametrize("mode", ["scenario", "compare", "whatif", "catalog", "claims"])
async def test_the_footer_shows_every_key_at_80_columns(app, mode):
    async with app.run_test(size=(80, 24)) as pilot:
        await app.switch_mode(mode)
        await pilot.pause()
        app.screen.set_focus(app.screen.query(LineTable).first())
        await pilot.pause()
        shown = list(app.screen.query_one(Footer).query("FooterKey"))
        assert "Quit" in [key.description for key in shown]
        assert all(key.region.right <= 80 for key in shown), [(key.description, key.region.right) for key in shown]


async def test_quitting_from_the_palette_asks_too(app):
    async with app.run_test() as pilot:
        app.session.set_value("accelerators", "3200 accelerator")
        await app.run_action("quit")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)


async def test_a_stale_price_is_marked_where_its_source_is_shown(app):
    app.session.apply(replace(app.session.scenario, order=datetime.date(2031, 1, 1)))
    async with app.run_test(size=(160, 48)) as pilot:
        pane = app.screen.query_one(InputPane)
        pane.reveal("system_price")
        pane.focus_input("system_price")
        await pilot.pause()
        assert "! stale price: " in words(app, "#input-note")
        app.why("capex")
        await pilot.pause()
        assert "! Rests on stale prices: " in words(app, "#why-note Static")
        tree = app.screen.query_one("#why-tree")
        tree.root.expand_all()
        assert any("! stale price" in str(node.label) for node in every(tree.root))
        app.pop_screen()
        await pilot.press("4")
        app.screen.show_entry("systems", "dgx-h100")
        app.screen.query_one("#entry", LineTable).highlight("price")
        await pilot.pause()
        assert "! stale price: " in words(app, "#field-note Static")


def every(node):
    yield node
    for child in node.children:
        yield from every(child)


async def test_a_sweep_is_exported_whole(app, tmp_path):
    async with app.run_test() as pilot:
        await pilot.press("3")
        app.screen.query_one("#sweep-vary", Input).value = "utilization=30:100:701 %"
        await pilot.press("enter")
        await settled(pilot)
        _, formats = app.screen.exports()
        formats[".csv"](tmp_path / "sweep.csv")
    lines = (tmp_path / "sweep.csv").read_text().splitlines()
    assert len(lines) == 702 and len(lines[-1].split(",")[1]) > 8


async def test_a_table_says_that_there_are_more_columns_and_shows_them(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        table = app.screen.query_one("#comparison", LineTable)
        columns = [Column("name", 30), *(Column(f"column {n}", 30) for n in range(4))]
        table.show([Row("only", ("one", "0", "1", "2", "3"))], columns)
        table.focus()
        assert table.render_line(0).text.endswith("›")
        await pilot.press("right", "right", "right", "right")
        assert not table.render_line(0).text.endswith("›") and "column 3" in table.render_line(0).text
