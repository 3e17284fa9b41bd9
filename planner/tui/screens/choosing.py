"""What one chooses from a list: the entry of a role, an option, the workload, the pool to work on."""

from __future__ import annotations

from planner import glossary
from planner.scenario.scenario import WORKLOADS
from planner.tui import words
from planner.tui.session import Session
from planner.tui.widgets.lines import Column
from planner.tui.widgets.picker import NAME_ALONE, Choice, Picker

# Figures of each entry in the list to choose from.
_FIGURES, _FIGURE_WIDTH = 3, 16
ADD, RENAME, REMOVE = "do:add", "do:rename", "do:remove"
_POOL_COLUMNS = (Column("pool"), Column("workload", 10), Column("from", 10), Column("says of its own", 34))


def picker(session: Session, kind: str, name: str) -> Picker:
    """The list of choices of a role, an option or the workload."""
    view = session.view
    if kind == "role":
        entry = view.entry(name)
        described = glossary.roles()[name]
        columns, choices = entry_choices(session, described)
        title = f"{words.label(name)}: {glossary.role_meaning(name)}"
        return Picker(title, choices, entry.key if entry else "", columns)
    if kind == "option":
        option = glossary.options()[name]
        choices = [Choice(choice, (choice,)) for choice in option.choices]
        return Picker(option.meaning, choices, view.seen.options.get(name, ""), NAME_ALONE)
    choices = [Choice(workload, (workload,)) for workload in WORKLOADS]
    return Picker("What the cluster is for", choices, view.said.workload, NAME_ALONE)


def take(session: Session, kind: str, name: str, chosen: str) -> None:
    """Take a choice over as one step of undo."""
    if kind == "role":
        session.choose(name, chosen)
    elif kind == "option":
        session.set_value(name, chosen)
    else:
        session.set_workload(chosen)
    session.settle()


def entry_choices(session: Session, kind: str) -> tuple[tuple[Column, ...], list[Choice]]:
    """The entries of a kind with the figures that most of them have, and the columns these stand in."""
    from planner.catalog import browse

    entries = list(session.catalog.entries(kind))
    table = browse.table(entries, kind)
    figures = [str(heading) for heading in table.columns[2 : 2 + _FIGURES]]
    columns = (Column("name"), *(Column(heading, _FIGURE_WIDTH, right=True) for heading in figures))
    return columns, [
        Choice(entry.key, (entry.name, *row[2 : 2 + _FIGURES]), entry.spellings)
        for entry, row in zip(entries, table.texts, strict=True)
    ]


def pool_picker(session: Session) -> Picker:
    """The list of the scenario's pools, and what can be done with them."""
    whole = session.scenario
    choices = [Choice("pool:", ("the whole scenario", whole.workload, str(whole.start or ""), ""))]
    for key, part in whole.pools.items():
        said = ", ".join(map(str, {**part.choose, **part.set}.values()))
        choices.append(Choice(f"pool:{key}", (part.name, part.workload, str(part.start or ""), said)))
    shown = session.view.said.name if session.pool else ""
    copied = f"a copy of {shown}" if shown else "it takes everything over from the whole"
    choices.append(Choice(ADD, (f"+ add a pool: {copied}", "", "", "")))
    if shown:
        choices.append(Choice(RENAME, (f"~ rename {shown}", "", "", "")))
        choices.append(Choice(REMOVE, (f"- remove {shown}", "", "", "")))
    return Picker("The part to show and edit", choices, f"pool:{session.pool}", _POOL_COLUMNS)


def new_pool_name(session: Session) -> str:
    """A name that no pool has yet."""
    number = len(session.scenario.pools) + 1
    while f"pool-{number}" in session.scenario.pools:
        number += 1
    return f"pool {number}"
