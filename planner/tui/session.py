"""What the app is working on: the scenario with its past, the plan that follows from it, the file it lives in.

Nothing here knows the screen; every change makes a new scenario, so undo is a list of scenarios.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from dataclasses import replace
from pathlib import Path

from planner import files, glossary, paths, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import value_of
from planner.errors import InputError, Problem, one
from planner.plan import dates
from planner.plan.plan import Plan
from planner.plan.planning import plan
from planner.scenario import edits, scenario, scenario_file
from planner.scenario.scenario import Scenario
from planner.tui.view import View

# Opened where nobody names a scenario.
FIRST_SCENARIO = "own-8000-h100"
_LONGEST_PAST = 500
_BARE_NUMBER = re.compile(r"[+-]?[\d][\d_,]*\.?\d*([eE][+-]?\d+)?|[+-]?\.\d+")


def open_session(file: str | None = None, catalog_dir: Path | None = None) -> Session:
    """The session of a scenario file or shipped scenario; InputError where either cannot be read."""
    if catalog_dir is not None and not catalog_dir.is_dir():
        raise one(str(catalog_dir), "--catalogs", "no such directory")
    catalog = Catalog(paths.catalog_layers(catalog_dir))
    if file is None:
        shipped = scenario_file.shipped_names(catalog)
        if not shipped:
            return Session(catalog, Scenario("New scenario"))
        file = FIRST_SCENARIO if FIRST_SCENARIO in shipped else next(iter(shipped))
    return Session(catalog, scenario_file.load(file, catalog))


class Session:
    """One scenario being worked on."""

    def __init__(self, catalog: Catalog, start: Scenario):
        self.catalog = catalog
        self.scenario = start
        # File -> the scenario as it was read or saved, and what the file held then.
        self._files: dict[Path | None, tuple[Scenario, str]] = {}
        self._remember(start)
        self.plan: Plan | None = None
        self.problems: list[Problem] = []
        self.revision = 0
        self._pool = ""
        self._view: View | None = None
        # P10 and P90 by quantity, filled in after a pause in typing.
        self.bands: dict[str, tuple[float, float]] = {}
        self._past: list[Scenario] = []
        self._future: list[Scenario] = []
        # The future as it was before the edit in progress, for abandoning it.
        self._future_kept: list[Scenario] = []
        self._open_edit = ""
        self._own_entries = self._own_files()
        self._compute()
        # What changes are shown against.
        self.baseline: Plan | None = self.plan

    # Changing

    def set_value(self, name: str, text: str | None) -> None:
        """Set a quantity, option or date of the shown part, or leave it to what holds without it.

        Repeated edits of one name undo as one.
        """
        self.apply(edits.with_value(self.scenario, self.pool, name, text), f"{self.pool}/{name}")

    def choose(self, role: str, key: str | None) -> None:
        """Choose an entry for a role of the shown part, or leave the role to what holds without it."""
        self.apply(edits.with_choice(self.scenario, self.pool, role, key))

    def set_workload(self, workload: str) -> None:
        part = replace(edits.part_of(self.scenario, self.pool), workload=workload)
        self.apply(edits.with_part(self.scenario, self.pool, part))

    def apply(self, changed: Scenario, edit: str = "") -> None:
        """Take a changed scenario over; edits of the same non-empty name in a row become one step of undo."""
        if changed == self.scenario:
            return
        if not (edit and edit == self._open_edit):
            self.settle()
            self._past = [*self._past[1 - _LONGEST_PAST :], self.scenario]
            self._future_kept = self._future
        self._future = []
        self._open_edit = edit
        self.scenario = changed
        self._compute()

    def settle(self) -> None:
        """End the edit in progress: the next one is a step of its own."""
        if self._open_edit and self._past[-1] == self.scenario:
            # Typed back to where it began: nothing to undo.
            self._past.pop()
            self._future = self._future_kept
        self._open_edit = ""

    def abandon(self) -> None:
        """Take the edit in progress back, as if it had never begun."""
        if self._open_edit:
            self._open_edit = ""
            self.scenario = self._past.pop()
            self._future = self._future_kept
            self._compute()

    def undo(self) -> bool:
        self.settle()
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        self.settle()
        return self._step(self._future, self._past)

    def _step(self, source: list[Scenario], target: list[Scenario]) -> bool:
        if not source:
            return False
        target.append(self.scenario)
        self.scenario = source.pop()
        self._compute()
        return True

    @property
    def price_day(self) -> datetime.date:
        """The day for which prices should hold."""
        return dates.price_day(self.scenario)

    # Pools

    @property
    def pool(self) -> str:
        """The pool that is shown and edited; none where it is the whole scenario."""
        return self._pool if self._pool in self.scenario.pools else ""

    @property
    def view(self) -> View:
        """The shown part of the scenario and of its plan."""
        if self._view is None or self._view.pool != self.pool:
            self._view = View(self.scenario, self.plan, self.pool)
        return self._view

    def pool_at(self, place: tuple[str, ...]) -> str:
        """The pool that stands at a place of the plan, or on the site there: the shown one where several do."""
        pools = [pool for pool in self.scenario.pools if View(self.scenario, self.plan, pool).belongs(place)]
        if not place or not pools:
            return ""
        return self.pool if self.pool in pools else pools[0]

    def show_pool(self, pool: str) -> None:
        """Show and edit a pool, or the whole scenario."""
        self.settle()
        self._pool = pool
        self.revision += 1

    def add_pool(self, name: str) -> None:
        """Add a copy of the shown pool, or one that takes everything over from the whole, and show it."""
        self._take_pools(edits.with_pool(self.scenario, name, like=self.pool), name)

    def rename_pool(self, name: str) -> None:
        """Give the shown pool another name."""
        self._take_pools(edits.with_pool_renamed(self.scenario, self.pool, name), name)

    def remove_pool(self) -> None:
        """Take the shown pool out of the scenario."""
        self._take_pools(edits.without_pool(self.scenario, self.pool), "")

    def _take_pools(self, changed: Scenario, shown: str) -> None:
        self.settle()
        self._pool = scenario.pool_key(shown)
        self.apply(changed)

    # Baseline and other scenarios

    def pin_baseline(self) -> None:
        """Show changes against the plan as it is now."""
        self.baseline = self.plan

    def open(self, start: Scenario) -> None:
        """Work on another scenario; the one before can be had back by undo."""
        self._remember(start)
        if start.path != self.scenario.path:
            self._pool = ""
        self.apply(start)
        self.baseline = self.plan

    def reload_catalog(self) -> None:
        """Read the catalog files again."""
        self.catalog = Catalog(self.catalog.layers)
        self._own_entries = self._own_files()
        self._compute()

    def _compute(self) -> None:
        """The plan of the scenario; where there is none, the last one stays and the problems say why."""
        self.revision += 1
        self.bands = {}
        self._view = None
        try:
            self.plan = plan(self.scenario, self.catalog, bands=False)
            self.problems = []
        except InputError as error:
            self.problems = error.problems

    # Files

    def catalog_changed(self) -> bool:
        """Whether an entry in the user's own directories is another than when the catalog was read."""
        return self._own_files() != self._own_entries

    def _own_files(self) -> dict[Path, int]:
        own = [path for layer in self.catalog.layers[1:] for path in layer.glob("**/*.toml")]
        return {path: path.stat().st_mtime_ns for path in own if path.is_file()}

    @property
    def saved(self) -> Scenario:
        """The scenario as its file says it."""
        return self._files[self.scenario.path][0]

    @property
    def unsaved(self) -> bool:
        """Whether the scenario says something its file does not."""
        return self.scenario != self.saved

    @property
    def writable(self) -> bool:
        """Whether the scenario has a file of the user's own."""
        path = self.scenario.path
        return path is not None and not path.is_relative_to(self.catalog.layers[0])

    def file_text(self) -> str:
        """The scenario as file text: the file it came from with the changes, comments kept."""
        path = self.saved.path
        before = path.read_text(encoding="utf-8") if path and path.is_file() else ""
        return edits.file_text(before, self.saved, self.scenario)

    def save(self, path: Path | None = None) -> Path:
        """Write the scenario to its file or to a new one; a file changed outside meanwhile is left alone."""
        self.settle()
        target = path or self.scenario.path
        if target is None:
            raise one(self.scenario.name, "", "has no file yet: save it under a name")
        expected = self._files[target][1] if target in self._files else ""
        if target not in self._files and target.exists():
            raise one(str(target), "", "exists already; nothing was written. Take another name")
        files.write_atomically(target, self.file_text(), expected=expected)
        if target != self.scenario.path:
            # Undo goes on in the new file.
            before = self.scenario.path
            moved = [replace(s, path=target, place=target.name) if s.path == before else s for s in self._past]
            self._past, self._future = moved, []
            self.scenario = replace(self.scenario, path=target, place=target.name)
        self._remember(self.scenario)
        return target

    def _remember(self, start: Scenario) -> None:
        self._files[start.path] = (start, files.fingerprint(start.path) if start.path else "")

    def changed_outside(self) -> bool:
        """Whether the file holds something else than when it was read or saved."""
        path = self.scenario.path
        return path is not None and path.is_file() and files.fingerprint(path) != self._files[path][1]

    def seen_outside(self) -> None:
        """Do not speak of the file's present state again."""
        path = self.scenario.path
        if path is not None:
            self._files[path] = (self._files[path][0], files.fingerprint(path))

    def reload(self) -> None:
        """Take over what the file says now; undo brings the edits back."""
        if self.scenario.path is not None:
            baseline = self.baseline
            self.open(scenario_file.load(self.scenario.path, self.catalog))
            self.baseline = baseline


def understood(name: str, text: str) -> str:
    """`text` as it goes into a scenario: a bare number gets the display unit; UnitError says what is taken.

    Where that unit is per cent, 0.7 and 70 both mean 70 %: a bare number is a share as long as it can be one.
    """
    given = text.strip()
    if name in edits.DATES:
        try:
            return datetime.date.fromisoformat(given).isoformat()
        except ValueError:
            raise units.UnitError(f"'{given}' is no date: it takes one as 2027-07-01") from None
    row = glossary.quantities()[name]
    if row.show == "%" and _BARE_NUMBER.fullmatch(given):
        with contextlib.suppress(units.UnitError):
            value_of(given, row)
            return given
        given = f"{given} %"
    elif not units.same_dimensions(row.show, units.DIMENSIONLESS) and _BARE_NUMBER.fullmatch(given):
        given = f"{given} {row.show}"
    units.read(given, row.show)
    value_of(given, row)
    return given
