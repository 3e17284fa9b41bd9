"""Someone new reaches a saved, explained, exported plan with the keys that the footer shows."""

from textual.widgets import Footer

from planner.scenario import scenario_file
from planner.tui.app import PlannerApp
from planner.tui.screens.inputs import CellInput
from planner.tui.screens.why import WhyScreen
from planner.tui.session import open_session
from planner.tui.widgets.dialogs import Ask


def offered(app) -> dict[str, str]:
    """What the footer offers: description -> key."""
    footer = app.screen.query_one(Footer)
    return {child.description: child.key for child in footer.query("FooterKey")}


async def test_a_newcomer_reaches_a_saved_explained_exported_plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = PlannerApp(open_session())
    async with app.run_test(size=(100, 40)) as pilot:

        async def take(description: str) -> None:
            """Press the key that the footer shows for a description."""
            await pilot.pause()
            assert description in offered(app), f"the footer offers {list(offered(app))}"
            await pilot.press(offered(app)[description])
            await pilot.pause()

        # The size: cursor down to it, edit, type, take.
        while app.focused.current.key != "value:accelerators":
            await pilot.press("down")
        before = app.session.plan.results["capex"].value
        await take("Edit")
        assert isinstance(app.focused, CellInput)
        await pilot.press(*"4000")
        assert app.session.plan.results["capex"].value < before, "results follow while one types"
        await take("Take")

        # Why: to the results, down to a figure, and into its derivation.
        await pilot.press("tab")
        while app.focused.current.key != "capex":
            await pilot.press("down")
        await take("Why")
        assert isinstance(app.screen, WhyScreen)
        tree = app.screen.query_one("#why-tree")
        while not (tree.cursor_node.data.equation is None and "rated" in str(tree.cursor_node.label)):
            at = tree.cursor_line
            if tree.cursor_node.allow_expand and not tree.cursor_node.is_expanded:
                await take("Open/close")
            await pilot.press("down")
            assert tree.cursor_line > at, "the tree ends without a catalog fact"
        await take("Back")

        # Save: a shipped scenario asks for a name; the suggested one does.
        await take("Save")
        assert isinstance(app.screen, Ask)
        await take("Take")
        # Export: the suggested name does.
        await take("Export")
        await take("Take")
        await app.workers.wait_for_complete()
        await take("Quit")

    saved = scenario_file.load(tmp_path / "own-8000-h100.toml")
    assert saved.set["accelerators"] == "4000 accelerator"
    report = (tmp_path / "own-8000-h100-plan.html").read_text()
    assert "4,000 accelerator" in report and "capex" in report
    assert app.return_code == 0
