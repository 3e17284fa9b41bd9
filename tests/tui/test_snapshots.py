"""Pictures of each screen at two sizes.

After a wanted change: pytest tests/tui/test_snapshots.py --snapshot-update
"""

import functools

from textual.widgets import Input

from planner.tui.screens.inputs import CellInput, InputPane
from planner.tui.widgets.lines import LineTable
from tests.tui import conftest
from tests.tui.conftest import SIZES

# The bands begin after half a second without a key.
settled = functools.partial(conftest.settled, pause=0.6)


@SIZES
def test_scenario(snap_compare, app, size):
    assert snap_compare(app, terminal_size=size, run_before=settled)


@SIZES
def test_scenario_with_a_change(snap_compare, app, size):
    async def change(pilot):
        app.session.set_value("accelerators", "3200 accelerator")
        app.session.set_value("site_rack_limit", "20 kW/rack")
        pilot.app.screen.refresh_plan()
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=change)


@SIZES
def test_a_wrong_value(snap_compare, app, size):
    async def type_it(pilot):
        app.screen.edit_input("analysis_period")
        await pilot.pause()
        field = app.screen.query_one(CellInput)
        field.cursor_blink = False
        field.value = "5 MW"
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=type_it)


@SIZES
def test_picker(snap_compare, app, size):
    async def open_it(pilot):
        app.screen.query_one(InputPane).focus_input("cooling")
        await pilot.press("enter")
        app.screen.query_one("#picker-filter").cursor_blink = False
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=open_it)


@SIZES
def test_why(snap_compare, app, size):
    async def open_it(pilot):
        app.screen.query_one("#results", LineTable).focus()
        app.screen.query_one("#results", LineTable).highlight("it_power")
        await pilot.press("enter")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=open_it)


@SIZES
def test_help(snap_compare, app, size):
    async def open_it(pilot):
        app.screen.query_one(InputPane).focus_input("utilization")
        await pilot.press("f1")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=open_it)


def test_light_theme(snap_compare, app):
    async def flip(pilot):
        await pilot.press("f2")
        await settled(pilot)

    assert snap_compare(app, terminal_size=(160, 48), run_before=flip)


@SIZES
def test_compare(snap_compare, app, size):
    async def add(pilot):
        app.session.set_value("accelerators", "3200 accelerator")
        app.session.set_value("pue", "1.25")
        await pilot.press("2")
        app.screen.query_one("#comparison", LineTable).highlight("opex_per_year")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=add)


@SIZES
def test_what_if(snap_compare, app, size):
    async def sweep(pilot):
        await pilot.press("3")
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await pilot.press("enter")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=sweep)


@SIZES
def test_catalog(snap_compare, app, size):
    async def show(pilot):
        await pilot.press("4")
        await settled(pilot)
        app.screen.show_entry("systems", "dgx-h100")
        app.screen.query_one("#entry", LineTable).focus()
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=show)


@SIZES
def test_entry_form(snap_compare, app, size):
    async def fill(pilot):
        await pilot.press("4")
        await settled(pilot)
        app.screen.show_entry("systems", "dgx-h100")
        app.screen.query_one("#entry", LineTable).focus()
        app.screen.query_one("#entry", LineTable).highlight("power")
        await pilot.press("enter")
        await pilot.pause()
        for field in app.screen.query(Input):
            field.cursor_blink = False
        app.screen.query_one("#form-value", Input).value = "9 kW/rack"
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=fill)


@SIZES
def test_claims(snap_compare, app, size):
    async def judge(pilot):
        await pilot.press("5")
        while not app.screen.judgements:
            await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=judge)
