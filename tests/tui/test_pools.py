"""Pools in the terminal app: chosen, edited, added, renamed and removed, key by key."""

import pytest

from planner.plan.planning import plan
from planner.scenario import scenario_file
from planner.tui.app import PlannerApp
from planner.tui.screens.inputs import CellInput, InputPane
from planner.tui.screens.why import WhyScreen
from planner.tui.session import Session, open_session
from planner.tui.widgets.dialogs import Ask
from planner.tui.widgets.help import HelpScreen
from planner.tui.widgets.lines import LineTable
from planner.tui.widgets.picker import Picker
from tests.conftest import CATALOG
from tests.tui.conftest import POOLS, SCENARIO, SIZES, cells


@pytest.fixture
def shown():
    return POOLS


async def choose_pool(pilot, text: str) -> None:
    """Choose a line of the list of pools by typing a part of it."""
    await pilot.press("p")
    assert isinstance(pilot.app.screen, Picker)
    await pilot.press(*["space" if letter == " " else letter for letter in text], "enter")
    await pilot.pause()


async def retype(pilot, name: str, text: str) -> None:
    pilot.app.screen.edit_input(name)
    await pilot.pause()
    assert isinstance(pilot.app.focused, CellInput)
    await pilot.press("home", "ctrl+k", *["space" if letter == " " else letter for letter in text], "enter")


@SIZES
async def test_a_pool_is_chosen_and_its_own_inputs_and_results_shown(app, size):
    async with app.run_test(size=size) as pilot:
        assert cells(app, "pool", "#inputs")[2].startswith("the whole")
        assert cells(app, "role:system", "#inputs")[2].startswith("dgx-h100"), (
            "what the whole says, though no pool is without"
        )
        assert cells(app, "value:accelerators", "#inputs")[2] == "by pool"
        await choose_pool(pilot, "next")
        assert app.session.pool == "next-generation"
        assert cells(app, "pool", "#inputs")[2].startswith("next generation")
        system = cells(app, "role:system", "#inputs")
        assert system[0] == "●" and "B200" in system[2]
        assert cells(app, "role:fabric", "#inputs")[0] == "○", "taken over from the whole"
        assert cells(app, "value:accelerators", "#inputs") == ("●", "accelerators", "256")
        assert cells(app, "value:start", "#inputs")[2] == "2028-01-01"
        shown = {row.key for row in app.screen.query_one("#results", LineTable).rows if row.form == "value"}
        assert "next-generation/capex" in shown and "base/capex" not in shown and "capex" not in shown


async def test_an_edit_changes_the_pool_alone_and_is_undone(app):
    async with app.run_test() as pilot:
        before = {name: app.session.plan.results[name].value for name in ("capex", "base/capex")}
        await choose_pool(pilot, "next")
        await retype(pilot, "accelerators", "512")
        pools = app.session.scenario.pools
        assert pools["next-generation"].set["accelerators"] == "512 accelerator"
        assert pools["base"].set["accelerators"] == "512 accelerator" and "accelerators" not in app.session.scenario.set
        assert app.session.plan.results["capex"].value > before["capex"]
        assert app.session.plan.results["base/capex"].value == before["base/capex"]
        await pilot.press("u")
        assert app.session.scenario == app.session.saved and app.session.pool == "next-generation"
        await pilot.press("r")
        assert app.session.scenario.pools["next-generation"].set["accelerators"] == "512 accelerator"


async def test_delete_leaves_a_pool_to_what_the_whole_says(app):
    async with app.run_test() as pilot:
        await choose_pool(pilot, "next")
        app.screen.query_one(InputPane).focus_input("system")
        await pilot.press("delete")
        assert "system" not in app.session.scenario.pools["next-generation"].choose
        assert cells(app, "role:system", "#inputs")[0] == "○" and "H100" in cells(app, "role:system", "#inputs")[2]


async def test_an_entry_and_a_date_of_a_pool(app):
    async with app.run_test() as pilot:
        await choose_pool(pilot, "next")
        app.screen.query_one(InputPane).focus_input("system")
        await pilot.press("enter", *"nvl72", "enter")
        await pilot.pause()
        assert "nvl72" in app.session.scenario.pools["next-generation"].choose["system"]
        assert app.session.scenario.choose["system"] == "dgx-h100"
        app.screen.edit_input("start")
        await pilot.pause()
        app.screen.query_one(InputPane).cell.value = "2028-02-31"
        await pilot.press("enter")
        assert isinstance(app.focused, CellInput) and "date" in str(app.screen.query_one("#input-note").render())
        app.screen.query_one(InputPane).cell.value = "2028-02-28"
        await pilot.press("enter")
        assert str(app.session.scenario.pools["next-generation"].start) == "2028-02-28"
        app.screen.query_one(InputPane).focus_input("start")
        await pilot.press("delete")
        assert app.session.scenario.pools["next-generation"].start is None


async def test_a_wrong_value_of_a_pool_is_said_at_its_row(app, file):
    file.write_text(file.read_text().replace('"256 accelerator"', '"256 MW"'))
    app = PlannerApp(open_session(str(file)))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "next-generation" in str(app.screen.query_one("#verdict").render())
        await choose_pool(pilot, "next")
        assert cells(app, "value:accelerators", "#inputs")[0] == "!"
        await retype(pilot, "accelerators", "256")
        assert not app.session.problems and cells(app, "value:accelerators", "#inputs")[0] == "●"


@SIZES
async def test_a_pool_is_added_renamed_edited_saved_and_removed(app, file, size):
    async with app.run_test(size=size) as pilot:
        await choose_pool(pilot, "base")
        await choose_pool(pilot, "add")
        assert isinstance(app.screen, Ask)
        await pilot.press("enter")
        await pilot.pause()
        assert app.session.pool == "pool-3" and not app.session.problems
        assert app.session.scenario.pools["pool-3"].set == app.session.scenario.pools["base"].set
        await choose_pool(pilot, "rename")
        await pilot.press("home", "ctrl+k", *"burst", "enter")
        await pilot.pause()
        assert app.session.pool == "burst" and app.session.plan.results["burst/capex"].value > 0
        await retype(pilot, "accelerators", "64")
        await pilot.press("ctrl+s")
        text = file.read_text()
        for comment in (
            "# bought\n[[pool]]",
            "# a year later\n[[pool]]",
            "# sixty-four servers",
            "# what pools do not",
        ):
            assert comment in text
        assert scenario_file.load(file) == app.session.scenario and not app.session.unsaved
        await choose_pool(pilot, "remove")
        assert list(app.session.scenario.pools) == ["base", "next-generation"] and app.session.pool == ""
        await pilot.press("u")
        assert list(app.session.scenario.pools) == ["base", "next-generation", "burst"]


async def test_a_name_that_another_pool_has_is_refused(app):
    async with app.run_test() as pilot:
        await choose_pool(pilot, "base")
        await choose_pool(pilot, "add")
        await pilot.press("home", "ctrl+k", *"Base", "enter")
        await pilot.pause()
        assert any("another pool" in note.message for note in app._notifications)
        assert list(app.session.scenario.pools) == ["base", "next-generation"]


async def test_a_scenario_without_pools_gains_its_first():
    app = PlannerApp(open_session(str(SCENARIO)))
    async with app.run_test() as pilot:
        before = app.session.plan.results["capex"].value
        await choose_pool(pilot, "add")
        await pilot.press("enter")
        await pilot.pause()
        assert app.session.pool == "pool-1"
        assert app.session.plan.results["capex"].value == pytest.approx(before), "all of it is in the one pool"


async def test_why_and_help_of_a_pool_speak_of_it(app):
    async with app.run_test(size=(160, 48)) as pilot:
        await choose_pool(pilot, "next")
        results = app.screen.query_one("#results", LineTable)
        results.focus()
        results.highlight("next-generation/it_power")
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        assert "next-generation" in str(app.screen.query_one(".dialog-title").render())
        await pilot.press("escape", "enter")
        assert isinstance(app.screen, WhyScreen) and app.screen.quantity == "next-generation/it_power"
        tree = app.screen.query_one("#why-tree")
        node = next(n for n in tree.root.children[0].children if n.data.name.endswith("system_power"))
        tree.move_cursor(node)
        await pilot.press("e")
        await pilot.pause()
        assert app.session.pool == "next-generation" and app.screen.query_one(InputPane).editing == "system_power"


async def test_the_results_are_those_of_a_fresh_plan():
    for name in ("sovereign-programme", "enterprise-refresh", "shared-site", "amd-30mw-phased"):
        session = Session(CATALOG, scenario_file.load(name, CATALOG))
        fresh = plan(session.scenario, session.catalog, bands=False)
        for ours, theirs in zip(session.plan.whole.walk(), fresh.whole.walk(), strict=True):
            assert ours.known == theirs.known, name


async def test_every_pool_of_the_shipped_scenarios_is_shown():
    for name in ("sovereign-programme", "enterprise-refresh", "shared-site"):
        app = PlannerApp(Session(CATALOG, scenario_file.load(name, CATALOG)))
        async with app.run_test(size=(160, 48)) as pilot:
            for pool in app.session.scenario.pools:
                app.show_pool(pool)
                await pilot.pause()
                rows = app.screen.query_one("#results", LineTable).rows
                # A rented pool has no cost of owning.
                figures = [row.key for row in rows if row.key.endswith((f"{pool}/tco", f"{pool}/cloud_cost"))]
                assert figures and app.session.view.seen.given, pool
                assert cells(app, "value:accelerators", "#inputs")[2][0].isdigit()
                app.screen.query_one("#results", LineTable).focus()
                app.screen.query_one("#results", LineTable).highlight(figures[0])
                await pilot.press("enter")
                assert isinstance(app.screen, WhyScreen) and app.screen.query_one("#why-tree").root.children
                await pilot.press("escape")
