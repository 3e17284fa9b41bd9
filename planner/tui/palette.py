"""The command palette: screens, actions, scenarios, catalog entries and quantities, all found by typing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from textual import work
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.css.query import NoMatches

from planner import glossary
from planner.scenario import scenario_file
from planner.tui import words
from planner.tui.frame import SCREENS, Planner

# A name, what it is, what it does.
Command = tuple[str, str, Callable[[], object]]
_MOST_OF_A_SORT = 40
# What the app does by a key: its name, what it is, the name of the action.
_ACTIONS = (
    ("Pools", "choose, add, rename or remove a part of the scenario (p on screen 1)", "pools"),
    ("Open a scenario", "a shipped one or a file of your own (ctrl+o)", "open"),
    ("Save", "the scenario into its file (ctrl+s)", "save"),
    ("Save as", "the scenario into another file", "save_as"),
    ("Export", "what the screen shows, as a report or a table (x)", "export"),
    ("Undo", "take the last edit back (u)", "undo"),
    ("Redo", "take the last undo back (r)", "redo"),
    ("Light or dark", "change between the light and the dark theme (f2)", "flip_theme"),
    ("Quit", "asks where there are unsaved changes (q)", "leave"),
)


class Palette(CommandPalette):
    """Textual's palette; closed before a search has begun, it has no list to fill, which is no error."""

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        with contextlib.suppress(NoMatches):
            await CommandPalette._gather_commands.__wrapped__(self, search_value)  # type: ignore[attr-defined]


class PlannerCommands(Provider):
    """Everything that can be reached by its name."""

    @property
    def planner(self) -> Planner:
        return cast("Planner", self.app)

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
        for number, (mode, (title, _)) in enumerate(SCREENS.items(), 1):
            yield (
                f"Screen {number}: {title}",
                f"go there, as the key {number} does",
                partial(self.app.switch_mode, mode),
            )
        for name, text, action in _ACTIONS:
            yield name, text, partial(self.app.run_action, action)

    def _scenarios(self) -> Iterator[Command]:
        for name in scenario_file.shipped_names(self.planner.session.catalog):
            yield f"Open {name}", "scenario", partial(self.planner.open_scenario, name)

    def _quantities(self) -> Iterator[Command]:
        plan, rows = self.planner.session.plan, glossary.quantities()
        if plan is None:
            return
        for name in plan.results:
            yield f"Why {words.scoped(name)}", f"{rows[name].meaning} (computed)", partial(self.planner.why, name)
        for name in map(str, plan.whole.all_given()):
            if name not in plan.results:
                text = f"{rows[name].meaning} (input)"
                yield f"Set {words.scoped(name)}", text, partial(self.planner.edit_input, name)

    def _entries(self) -> Iterator[Command]:
        catalog = self.planner.session.catalog
        for kind in glossary.kinds():
            for key in catalog.keys(kind):
                yield f"{kind}/{key}", "catalog entry", partial(self.planner.show_entry, kind, key)
