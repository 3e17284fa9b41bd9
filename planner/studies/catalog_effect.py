"""What a changed catalog entry changes in a plan."""

from __future__ import annotations

import tempfile
from pathlib import Path

from planner import glossary, paths
from planner.catalog.authoring import Draft
from planner.catalog.catalog import Catalog
from planner.plan import plan, planning
from planner.scenario.scenario import Scenario
from planner.tables import Table


def effect(scenario: Scenario, catalog: Catalog) -> Table:
    """The headline figures of a scenario with the shipped catalog and with the user's own over it."""
    before = planning.plan(scenario, Catalog([paths.shipped("catalogs")]), bands=False)
    after = planning.plan(scenario, catalog, bands=False)
    return Table(["quantity", "shipped", "own", "change"], _moved(before, after), frozenset({1, 2, 3}))


def effect_of(draft: Draft, scenario: Scenario, catalog: Catalog) -> Table:
    """The headline figures of a scenario that writing the draft would change."""
    before = planning.plan(scenario, catalog, bands=False)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder)
        (trial / draft.path.parent.name).mkdir()
        (trial / draft.path.parent.name / draft.path.name).write_text(draft.text, encoding="utf-8")
        if draft.sources is not None:
            (trial / "sources.toml").write_text(draft.sources[1], encoding="utf-8")
        after = planning.plan(scenario, Catalog([*catalog.layers, trial]), bands=False)
    rows = [row for row in _moved(before, after) if row[1] != row[2]]
    return Table(["quantity", "now", "with the change", "change"], rows, frozenset({1, 2, 3}))


def _moved(before: plan.Plan, after: plan.Plan) -> list[list[str]]:
    """Headline figures of two plans side by side."""
    rows = []
    for name in glossary.headlines():
        if name in before.results and name in after.results:
            old, new_value = before.results[name].value, after.results[name].value
            change = f"{100 * (new_value / old - 1):+.2f} %" if old else ""
            rows.append([name, plan.shown(name, old), plan.shown(name, new_value), change])
    return rows
