"""The command palette: screens, actions, scenarios, catalog entries and quantities, all found by typing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import work
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.css.query import NoMatches

from planner import glossary
from planner.scenario import scenario_file
from planner.tui import words
from planner.tui.frame import SCREENS

if TYPE_CHECKING:
    from planner.tui.app import PlannerApp

# A name, what it is, what it does.
Command = tuple[str, str, Callable[[], object]]
_MOST_OF_A_SORT = 40


class Palette(CommandPalette):
    """Textual's palette; closed before a search has begun, it has no list to fill, which is no error."""

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        with contextlib.suppress(NoMatches):
            await CommandPalette._gather_commands.__wrapped__(self, search_value)  # type: ignore[attr-defined]


class PlannerCommands(Provider):
    """Everything that can be reached by its name."""

    @property
    def planner(self) -> PlannerApp:
        return cast("PlannerApp", self.app)

    async def discover(self) -> Hits:
        for name, text, run in self._actions():
            yield DiscoveryHit(name, run, help=text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for commands in (self._actions(), self._scenarios(), self._quantities(), self._entries()):
            hits = [(matcher.match(name), name, text, run) for name, text, run in commands]
            best = sorted((hit for hit in hits if hit[0] > 0), key=lambda hit: -hit[0])
            for score, name, text, run in best[:_MOST_OF_A_SORT]:
                yield Hit(score, matcher.highlight(name), run, help=text)

    def _actions(self) -> Iterator[Command]:
        app = self.planner
        for number, (mode, name) in enumerate(SCREENS.items(), 1):
            yield f"Screen {number}: {name}", f"go there, as the key {number} does", partial(app.switch_mode, mode)
        yield "Pools", "choose, add, rename or remove a part of the scenario (p on screen 1)", self._pools
        yield "Open a scenario", "a shipped one or a file of your own (ctrl+o)", app.action_open
        yield "Save", "the scenario into its file (ctrl+s)", app.action_save
        yield "Save as", "the scenario into another file", app.action_save_as
        yield "Export", "what the screen shows, as a report or a table (x)", app.action_export
        yield "Undo", "take the last edit back (u)", app.action_undo
        yield "Redo", "take the last undo back (r)", app.action_redo
        yield "Light or dark", "change between the light and the dark theme (f2)", app.action_flip_theme
        yield "Quit", "asks where there are unsaved changes (q)", app.action_leave

    def _scenarios(self) -> Iterator[Command]:
        for name in scenario_file.shipped_names(self.planner.session.catalog):
            yield f"Open {name}", "scenario", partial(self.planner.open_scenario, name)

    def _pools(self) -> None:
        self.planner.switch_mode("scenario")
        self.planner.call_after_refresh(self.planner.pools)

    def _quantities(self) -> Iterator[Command]:
        plan, rows = self.planner.session.plan, glossary.quantities()
        if plan is None:
            return
        for name in plan.results:
            yield f"Why {words.scoped(name)}", f"{rows[name].meaning} (computed)", partial(self.planner.why, name)
        for name in plan.given:
            if name not in plan.results:
                text = f"{rows[name].meaning} (input)"
                yield f"Set {words.scoped(name)}", text, partial(self.planner.edit_input, name)

    def _entries(self) -> Iterator[Command]:
        catalog = self.planner.session.catalog
        for kind in glossary.kinds():
            for key in catalog.keys(kind):
                yield f"{kind}/{key}", "catalog entry", partial(self.planner.show_entry, kind, key)
