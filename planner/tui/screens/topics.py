"""Which inputs and results the scenario screen shows, and under which headings."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from planner import glossary
from planner.model import wiring
from planner.model.scopes import Shape, figure, of_shape, written
from planner.plan import sizing
from planner.plan.plan import Plan
from planner.scenario.edits import DATES
from planner.tui import words
from planner.tui.view import View

# The three figures in large digits, by workload; where one is missing the next headline figure takes its place.
_LARGE = {
    "training": ("time_to_train", "facility_power", "tco"),
    "inference": ("cost_per_million_tokens", "facility_power", "tco"),
    "capacity": ("facility_power", "tco", "cost_per_useful_accelerator_hour"),
}
# Totals whose parts are drawn as bars.
BREAKDOWNS = ("capex", "opex_per_year", "it_power")


@dataclass(frozen=True)
class Topic:
    """A heading with the roles, options and quantities below it."""

    key: str
    title: str
    roles: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def topics(view: View) -> list[Topic]:
    """The inputs that matter for the part's workload, by topic: choices, size, dates, then room by room."""
    said = view.said
    return _topics(
        said.workload,
        view.seen.shape(),
        frozenset((*said.set, *said.range)),
        frozenset(view.roles),
    )


@functools.lru_cache(maxsize=32)
def _topics(
    workload: str,
    shape: Shape,
    said: frozenset[str],
    chosen: frozenset[str],
) -> list[Topic]:
    """The topics follow from names alone: while one types a value they stay as they are."""
    rows, seen = glossary.quantities(), of_shape(shape)
    asked = sizing.asked(workload)
    route = wiring.route(asked, seen)
    needed = dict.fromkeys(need.name for step in route.steps for need in step.needs if need.name in seen.given)
    needed |= dict.fromkeys(name for lacks in route.missing.values() for name in lacks if name not in asked)
    needed |= dict.fromkeys(name for name in said if name in rows)
    needed |= dict.fromkeys(name for name, row in rows.items() if row.sizes and row.sizes["quantity"] in asked)
    needed[sizing.SIZE] = None
    by_room: dict[str, list[str]] = {}
    roles_used = dict.fromkeys(role for role in glossary.roles() if role in chosen)
    for name in rows:
        if name not in needed:
            continue
        role = role_of(name)
        if role and not glossary.asks(workload, role):
            continue
        if role:
            roles_used[role] = None
        by_room.setdefault("size" if rows[name].sizes else f"role:{role}" if role else rows[name].room, []).append(name)
    used_options = {rows[name].option for name in asked if rows[name].option} - {"workload"}
    by_option: dict[str, list[str]] = {}
    for name, option in glossary.options().items():
        if name in used_options:
            by_option.setdefault(option.room, []).append(name)
    topics = [Topic("choices", "Choices", roles=tuple(role for role in glossary.roles() if role in roles_used))]
    for room in dict.fromkeys(["size", *glossary.rooms(), *by_room]):
        if room in by_room or room in by_option:
            title = f"{words.label(room[5:]).capitalize()} (catalog)" if room.startswith("role:") else words.title(room)
            names = sorted(by_room.get(room, ()), key=lambda name: name != sizing.SIZE)
            topics.append(Topic(room, title, options=tuple(by_option.get(room, ())), values=tuple(names)))
        if room == "size":
            topics.append(Topic("dates", "Dates", values=DATES))
    return topics


def role_of(name: str) -> str:
    """The role whose entry has this quantity as a field, or an empty text."""
    rows = glossary.quantities()
    for role, kind in glossary.roles().items():
        if name.startswith(f"{role}_") and rows[name].room == kind:
            return role
    return ""


def large(plan: Plan, view: View) -> list[str]:
    """The three figures shown in large digits."""
    wanted = [view.written(name) for name in (*_LARGE[view.said.workload], *glossary.headlines())]
    return [name for name in dict.fromkeys(wanted) if name in plan.results][:3]


def results(plan: Plan, view: View) -> list[tuple[str, list[str]]]:
    """Headings with the quantities below them: headline figures, then room by room, the missing headlines last.

    Of the whole those of its pools follow; of a pool there are its own alone.
    """
    rows, inner = glossary.quantities(), len(view.place)
    names = [view.written(name) for name in glossary.headlines()]
    headline = [name for name in names if name in plan.results]
    size = view.full(sizing.SIZE)
    if view.scope is not None and view.scope.giver(sizing.SIZE) is not None and size not in headline:
        headline.insert(0, size)
    headings = [(f"Headline figures of {view.pool}" if view.pool else "Headline figures", headline)]
    # What belongs to one pool has the pool's name before its own.
    by_room: dict[tuple[str, str], list[str]] = {}
    for name in plan.results:
        place = figure(name).place
        if place[:inner] == view.place and name not in headline:
            by_room.setdefault((written(place[inner:]), rows[name].room), []).append(name)
    for (pool, room), names in by_room.items():
        headings.append((f"{pool}: {words.title(room)}" if pool else words.title(room), names))
    absent = [name for name in names if name in plan.missing]
    return [*headings, ("Not computed", absent)] if absent else headings
