"""The terminal app, key by key."""

from planner.scenario import scenario_file
from planner.tui.app import PlannerApp
from planner.tui.screens.inputs import CellInput, InputPane
from planner.tui.screens.why import WhyScreen
from planner.tui.session import open_session
from planner.tui.widgets.dialogs import Ask, Confirm
from planner.tui.widgets.help import HelpScreen
from planner.tui.widgets.lines import LineTable
from planner.tui.widgets.picker import Picker
from tests.conftest import CATALOG
from tests.tui.conftest import SIZES, cells, edit, typed, until


@SIZES
async def test_results_follow_each_key(app, size):
    async with app.run_test(size=size) as pilot:
        before = app.session.plan.results["capex"].value
        await edit(pilot, "accelerators", "3200")
        assert app.session.plan.whole.given["accelerators"] == 3200
        assert app.session.plan.results["capex"].value > before
        assert "▲" in " ".join(cells(app, "capex"))
        await pilot.press("backspace")
        assert app.session.plan.whole.given["accelerators"] == 320
        assert "▼" in " ".join(cells(app, "capex"))
        await pilot.press("enter")
        assert app.session.scenario.set["accelerators"] == "320 accelerator"


async def test_a_wrong_unit_says_what_is_taken_and_keeps_the_last_value(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await edit(pilot, "analysis_period", "5 MW")
        note = app.screen.query_one("#input-note")
        assert "wrong" in note.classes and "year" in str(note.render())
        assert cells(app, "value:analysis_period", "#inputs")[0] == "!"
        await pilot.press("enter")
        assert isinstance(app.focused, CellInput), "Enter must not close a field with a wrong text"
        await pilot.press("escape")
        assert app.session.scenario.set["analysis_period"] == "4 year"
        assert not app.session.unsaved


async def test_escape_leaves_a_value_as_it_was_and_undo_takes_an_edit_back(app):
    async with app.run_test() as pilot:
        await edit(pilot, "accelerators", "64")
        await pilot.press("escape")
        assert app.session.plan.whole.given["accelerators"] == 1600
        await edit(pilot, "accelerators", "64")
        await pilot.press("enter", "u")
        assert app.session.plan.whole.given["accelerators"] == 1600
        await pilot.press("r")
        assert app.session.plan.whole.given["accelerators"] == 64


async def test_delete_leaves_an_input_to_its_default(app):
    async with app.run_test() as pilot:
        app.screen.query_one(InputPane).focus_input("analysis_period")
        await pilot.press("delete")
        assert "analysis_period" not in app.session.scenario.set
        assert cells(app, "value:analysis_period", "#inputs")[0] == "·"


async def test_a_catalog_entry_is_picked_by_typing(app):
    async with app.run_test() as pilot:
        app.screen.query_one(InputPane).focus_input("system")
        await pilot.press("enter")
        assert isinstance(app.screen, Picker)
        await typed(pilot, "nvl72")
        shown = [row.key for row in app.screen.query_one(LineTable).rows]
        assert shown and "nvl72" in shown[0] and "dgx-h100" not in shown
        await pilot.press("enter")
        await pilot.pause()
        assert app.session.scenario.choose["system"] == shown[0]


async def test_why_goes_down_to_a_catalog_fact_and_back_to_its_input(app):
    async with app.run_test() as pilot:
        app.screen.query_one("#results").focus()
        app.screen.query_one("#results", LineTable).highlight("it_power")
        await pilot.press("enter")
        assert isinstance(app.screen, WhyScreen)
        tree = app.screen.query_one("#why-tree")
        node = next(n for n in tree.root.children[0].children if n.data.name == "system_power")
        assert "Digest" in str(node.label)
        tree.move_cursor(node)
        await pilot.pause()
        assert "dgx-h100" in str(app.screen.query_one("#why-note Static").render())
        await pilot.press("e")
        await pilot.pause()
        assert app.screen.query_one(InputPane).editing == "system_power"


async def test_a_missing_result_says_what_it_lacks(app):
    async with app.run_test() as pilot:
        app.session.choose("cloud", None)
        app.session.choose("system", None)
        app.screen.refresh_plan()
        await pilot.pause()
        assert app.screen.query_one("#verdict").has_class("failed") or app.session.plan.missing


async def test_help_explains_what_has_the_focus(app):
    async with app.run_test() as pilot:
        app.screen.query_one(InputPane).focus_input("utilization")
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        text = " ".join(str(widget.render()) for widget in app.screen.query("Static"))
        for part in ("Share of the time", "Unit", "%", "Limits", "Used by", "Undo"):
            assert part in text
        await pilot.press("escape")
        app.screen.query_one("#results").focus()
        app.screen.query_one("#results", LineTable).highlight("facility_power")
        await pilot.press("f1")
        assert "P = P_IT · PUE" in " ".join(str(widget.render()) for widget in app.screen.query("Static"))


async def test_a_pinned_baseline_is_what_changes_are_shown_against(app):
    async with app.run_test() as pilot:
        await edit(pilot, "accelerators", "3200")
        await pilot.press("enter", "b")
        assert not any("▲" in cell or "▼" in cell for cell in cells(app, "capex"))


async def test_saving_keeps_comments_and_undo_goes_on(app, file):
    async with app.run_test() as pilot:
        await edit(pilot, "accelerators", "2000")
        await pilot.press("enter", "ctrl+s")
        text = file.read_text()
        assert 'accelerators = "2000 accelerator"   # two hundred servers' in text
        assert text.startswith("# The scenario of the terminal app's tests.")
        assert not app.session.unsaved
        await pilot.press("u")
        assert app.session.unsaved and app.session.plan.whole.given["accelerators"] == 1600


async def test_a_shipped_scenario_is_saved_under_a_name_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = PlannerApp(open_session("facility-30mw"))
    shipped = app.session.scenario.path.read_text()
    async with app.run_test() as pilot:
        await edit(pilot, "site_power_limit", "20 MW")
        await pilot.press("enter", "ctrl+s")
        assert isinstance(app.screen, Ask)
        await pilot.press("enter")
        await pilot.pause()
    assert scenario_file.load("facility-30mw.toml").set["site_power_limit"] == "20 MW"
    assert scenario_file.load("facility-30mw", CATALOG).path.read_text() == shipped


async def test_a_file_changed_outside_is_shown_and_edits_come_back_with_undo(app, file):
    async with app.run_test() as pilot:
        await edit(pilot, "accelerators", "2000")
        await pilot.press("enter")
        file.write_text(file.read_text().replace('"4 year"', '"6 year"'))
        both = {"accelerators": "1600 accelerator", "analysis_period": "6 year"}
        await until(pilot, lambda: app.session.scenario.set == both)
        await pilot.press("u")
        assert app.session.scenario.set["accelerators"] == "2000 accelerator"


async def test_a_file_broken_outside_is_said_and_nothing_is_lost(app, file):
    async with app.run_test() as pilot:
        file.write_text("name = ")
        await until(pilot, lambda: any("cannot be read" in note.title for note in app._notifications))
        assert app.session.scenario.set["accelerators"] == "1600 accelerator"


async def test_quitting_with_unsaved_changes_asks(app, file):
    async with app.run_test() as pilot:
        await edit(pilot, "accelerators", "2000")
        await pilot.press("enter", "q")
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")
        await pilot.pause()
    assert scenario_file.load(file).set["accelerators"] == "2000 accelerator"
    assert app.return_code == 0


async def test_bands_follow_after_a_pause(app):
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: app.session.bands)
        low, high = app.session.bands["energy_cost_per_year"]
        assert low < app.session.plan.results["energy_cost_per_year"].value < high
        assert " to " in cells(app, "energy_cost_per_year")[-1]


async def test_the_mouse_selects_a_row_and_opens_it(app):
    async with app.run_test(size=(160, 48)) as pilot:
        table = app.screen.query_one("#results", LineTable)
        index = next(i for i, row in enumerate(table.rows) if row.key == "capex")
        await pilot.click("#results", offset=(3, index + 1))
        assert table.current.key == "capex"
        await pilot.click("#results", offset=(3, index + 1))
        await pilot.pause()
        assert isinstance(app.screen, WhyScreen)


async def test_a_scenario_that_cannot_be_planned_is_shown_with_its_problems(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('name = "wrong"\n[choose]\nsystem = "dgx-h1000"\n[set]\nutilization = "3 kW"\n')
    app = PlannerApp(open_session(str(path)))
    async with app.run_test() as pilot:
        await pilot.pause()
        line = str(app.screen.query_one("#verdict").render())
        assert "dgx-h100" in line and app.screen.query_one("#verdict").has_class("failed")
        await edit(pilot, "utilization", "70")
        await pilot.press("enter")
        assert [problem.field for problem in app.session.problems] == ["choose.system"]


async def test_an_edit_that_ends_beneath_a_dialog_is_kept(app):
    async with app.run_test() as pilot:
        await edit(pilot, "accelerators", "64")
        pane = app.screen.query_one(InputPane)
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        pane.finish()
        await pilot.press("escape")
        assert app.session.scenario.set["accelerators"] == "64 accelerator"
