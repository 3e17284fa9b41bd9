"""A scenario: what the user said, and the same with every choice looked up."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from planner import glossary
from planner.catalog.entries import Entry, Fact
from planner.errors import InputError, Problem, unknown

WORKLOADS = ("training", "inference", "capacity")
TABLES = ("choose", "set", "range")
_POOL_NAME = re.compile(r"[^0-9a-z]+")


@dataclass
class Scenario:
    """What the user said; texts as written, nothing resolved."""

    name: str
    workload: str = "capacity"
    description: str = ""
    choose: dict[str, str] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    range: dict[str, list[Any]] = field(default_factory=dict)
    # Rank correlation of uncertain quantities: {"a": {"b": 0.6}}.
    correlate: dict[str, dict[str, float]] = field(default_factory=dict)
    # The day on which the first part is in service; pools give their own.
    start: datetime.date | None = None
    # The day on which parts are ordered, against which their availability and the age of prices are checked.
    order: datetime.date | None = None
    # What is particular to each site, by the entry's name, where pools stand on several.
    sites: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What is asked for over time, as planner.demand reads it.
    demand: list[dict[str, Any]] = field(default_factory=list)
    # Parts of the site by name, each a scenario that says only what is different from the whole.
    pools: dict[str, Scenario] = field(default_factory=dict)
    # The file, or the shipped scenario's name, for messages.
    place: str = "scenario"
    path: Path | None = None

    def __post_init__(self) -> None:
        # The choice of an entry for one kind of work may stand below [set], beside the values of the work.
        self.choose, self.set = _told_apart(self.choose, self.set)


class Lookup(Protocol):
    """What resolving needs of a catalog."""

    @property
    def defaults(self) -> dict[str, Fact]: ...

    @property
    def default_choices(self) -> dict[str, str]: ...

    @property
    def rules(self) -> list[dict[str, Any]]: ...

    def find(self, kind: str, name: str) -> Entry: ...


@dataclass
class Resolved:
    """A scenario with every choice looked up: a fact for each quantity that is given, and the chosen options."""

    scenario: Scenario
    facts: dict[str, Fact]
    options: dict[str, str]
    entries: dict[str, Entry]
    # Each pool resolved by itself, by the name that its quantities have before their own: "serving", "oregon/serving".
    pools: dict[str, Resolved] = field(default_factory=dict)
    # Tables of the catalog's rules, the strongest layer first.
    rules: list[dict[str, Any]] = field(default_factory=list)

    @functools.cached_property
    def values(self) -> dict[str, float]:
        """Base values by quantity; as numpy's floats, with which a division by zero is infinite and no error."""
        return {name: np.float64(fact.value) for name, fact in self.facts.items()}

    @property
    def asked_entries(self) -> dict[str, Entry]:
        """The entries that its workloads ask for."""
        workloads = {part.scenario.workload for part in self.pools.values()} or {self.scenario.workload}
        asked = {role for role in glossary.roles() if any(glossary.asks(workload, role) for workload in workloads)}
        return {role: entry for role, entry in self.entries.items() if role.rpartition("/")[2] in asked}

    @property
    def said(self) -> list[str]:
        """Names of the quantities that the scenario itself sets."""
        return [name for name, fact in self.facts.items() if fact.origin == "scenario"]


def _told_apart(choose: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Choices and settings, where settings may choose software or a number format; a number is an alias of one."""
    roles = glossary.roles_of_work()
    chosen = {
        name: f"{given:g}" if isinstance(given, int | float) and not isinstance(given, bool) else given
        for name, given in settings.items()
        if name.rpartition("/")[2] in roles
    }
    return {**chosen, **choose}, {name: given for name, given in settings.items() if name not in chosen}


def pool_key(name: str) -> str:
    """What a pool of this name is called before its quantities: 'Serving, France' is `serving-france`."""
    return _POOL_NAME.sub("-", name.casefold()).strip("-")


def changed(scenario: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    """A copy with further choices and set values; a set value takes the quantity's range away.

    `serving/accelerators` changes the pool `serving` alone; a plain name holds for the whole and all its pools.
    """
    choose, set = _told_apart(choose, set)
    found: list[Problem] = []
    own: dict[str, tuple[dict[str, str], dict[str, Any]]] = {key: ({}, {}) for key in scenario.pools}
    outer: tuple[dict[str, str], dict[str, Any]] = ({}, {})
    for which, given in enumerate((choose, set)):
        for name, value in given.items():
            pool, slash, quantity = name.rpartition("/")
            if slash and pool not in own:
                place = f"{TABLES[which]}.{name}"
                found.append(Problem(scenario.place, place, unknown("pool", pool, scenario.pools)))
            elif slash:
                own[pool][which][quantity] = value
            else:
                outer[which][name] = value
    if found:
        raise InputError(found)
    pools = {key: _with(without(part, *outer), *own[key]) for key, part in scenario.pools.items()}
    sites = {site: {n: v for n, v in table.items() if n not in outer[1]} for site, table in scenario.sites.items()}
    return replace(_with(scenario, *outer), pools=pools, sites=sites)


def _with(part: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    kept = {name: given for name, given in part.range.items() if name not in set}
    return replace(part, choose={**part.choose, **choose}, set={**part.set, **set}, range=kept)


def without(part: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    """What a pool says of its own, less what was changed for the whole."""

    def rest(table: dict[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
        return {name: given for name, given in table.items() if name not in gone}

    return replace(part, choose=rest(part.choose, choose), set=rest(part.set, set), range=rest(part.range, set))
