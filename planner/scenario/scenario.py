"""A scenario: what the user said, and the same with every choice looked up."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from planner import glossary
from planner.catalog.entries import Entry, Fact
from planner.errors import InputError, Problem, unknown
from planner.model.scopes import Figure, Scope, figure, written

WORKLOADS = ("training", "inference", "capacity")
TABLES = ("choose", "set", "range")
_START_DELAY = "start_delay"
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


@dataclass(eq=False, repr=False, kw_only=True)
class Resolved(Scope):
    """A scope of a scenario with every choice looked up; what is given in it follows from the facts."""

    scenario: Scenario
    # A fact for each quantity and an entry for each role that holds here; where there are parts, that holds in all.
    facts: dict[str, Fact]
    entries: dict[str, Entry]
    # Tables of the catalog's rules, the strongest layer first.
    rules: list[dict[str, Any]] = field(default_factory=list)
    # Whether it starts later and ends with the others: of the analysis period given here it has what is left then.
    ends_with_others: bool = False

    def give(self) -> None:
        """Give each scope within the facts that no outer one has."""
        for scope in self.walk():
            outer: Mapping[str, Fact] = {} if scope.within is None else scope.within.facts
            # As numpy's floats, with which a division by zero is infinite and no error.
            scope.given = {name: np.float64(fact.value) for name, fact in scope.facts.items() if name not in outer}
            scope.known = scope.given
            scope.said = frozenset(name for name, fact in scope.facts.items() if fact.origin == "scenario")

    def know(self, name: str, fact: Fact) -> None:
        """Give a quantity here, with the fact behind it."""
        self.facts = {**self.facts, name: fact}
        self.given[name] = np.float64(fact.value)
        if fact.origin == "scenario":
            self.said |= {name}

    def leave_to_pools(self, name: str) -> None:
        """Give a quantity that is given further out in each pool, and there alone."""
        for pool in self.pools:
            if name in pool:
                pool.given[name] = pool[name]
        for scope in self.walk():
            if scope.parts:
                scope.given.pop(name, None)
                scope.facts = {other: fact for other, fact in scope.facts.items() if other != name}

    def fact(self, figure: Figure) -> Fact | None:
        """The fact behind a given figure; None where the planner found it."""
        scope = self.at(figure.place)
        return scope.facts.get(figure.name) if figure.name in scope.given else None

    def all_facts(self) -> dict[Figure, Fact]:
        """The fact behind each given figure, in the order in which the pools have them."""
        if not self.parts:
            return {Figure(self.place, name): fact for name, fact in self.facts.items() if name in self.given}
        scopes = self.by_place()
        own = (Figure(place, name) for place, scope in scopes.items() for name in scope.given if name in scope.facts)
        listed = dict.fromkeys([*_outermost(self, _facts), *own])
        return {each: scopes[each.place].facts[each.name] for each in listed}

    def all_given(self) -> dict[Figure, Any]:
        """The value of each given figure: those with a fact first."""
        given = self.figures()
        return {figure: given[figure] for figure in dict.fromkeys([*self.all_facts(), *given])}

    def all_options(self) -> dict[Figure, str]:
        """The choice of every option in every scope; among them the parts of those that have some."""
        choices = {scope.place: dict(scope.options) for scope in self.walk()}
        for scope in self.walk():
            if scope.parts:
                choices[scope.place]["pools"] = ",".join(scope.parts)
        return {Figure(place, name): choice for place, own in choices.items() for name, choice in own.items()}

    def all_entries(self) -> dict[Figure, Entry]:
        """The entry of each role, of the outermost scope in all of whose parts it holds."""
        return {figure: self.at(figure.place).entries[figure.name] for figure in _outermost(self, _entries)}

    def asked_roles(self) -> set[str]:
        """The roles that its workloads ask for."""
        workloads = {pool.scenario.workload for pool in self.pools}
        return {role for role in glossary.roles() if any(glossary.asks(workload, role) for workload in workloads)}

    def asked_entries(self) -> dict[Figure, Entry]:
        """The entries of those roles."""
        asked = self.asked_roles()
        return {role: entry for role, entry in self.all_entries().items() if role.name in asked}


def _facts(scope: Resolved) -> Mapping[str, Fact]:
    return scope.facts


def _entries(scope: Resolved) -> Mapping[str, Entry]:
    return scope.entries


def _outermost(whole: Resolved, held: Callable[[Resolved], Mapping[str, Any]]) -> Iterator[Figure]:
    """What each pool has, in the outermost scope that has it for all of its parts."""
    for pool in whole.pools:
        outwards = [(scope.place, held(scope)) for scope in pool.outwards()][::-1]
        for name in held(pool):
            for place, names in outwards:
                if name in names:
                    yield Figure(place, name)
                    break


def _told_apart(choose: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Choices and settings, where settings may choose software or a number format; a number is an alias of one."""
    roles = glossary.roles_of_work()
    chosen = {
        name: f"{given:g}" if isinstance(given, int | float) and not isinstance(given, bool) else given
        for name, given in settings.items()
        if figure(name).name in roles
    }
    return {**chosen, **choose}, {name: given for name, given in settings.items() if name not in chosen}


def pool_key(name: str) -> str:
    """What a pool of this name is called before its quantities: 'Serving, France' is `serving-france`."""
    return _POOL_NAME.sub("-", name.casefold()).strip("-")


def changed(scenario: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    """A copy with further choices and set values; a set value takes the quantity's range away.

    `serving/accelerators` changes the pool `serving` alone; a plain name holds for the whole and all its pools.
    A delay that is set takes the place of the day on which a pool starts.
    """
    choose, set = _told_apart(choose, set)
    problems: list[Problem] = []
    own: dict[str, tuple[dict[str, str], dict[str, Any]]] = {key: ({}, {}) for key in scenario.pools}
    outer: tuple[dict[str, str], dict[str, Any]] = ({}, {})
    for which, given in enumerate((choose, set)):
        for name, value in given.items():
            place, plain = figure(name)
            pool = written(place)
            if place and pool not in own:
                problem = unknown("pool", pool, scenario.pools)
                problems.append(Problem(scenario.place, f"{TABLES[which]}.{name}", problem))
            else:
                (own[pool] if place else outer)[which][plain] = value
    if problems:
        raise InputError(problems)
    pools = {key: _with(without(part, *outer), *own[key]) for key, part in scenario.pools.items()}
    undated = {key for key in pools if _START_DELAY in outer[1] or _START_DELAY in own[key][1]}
    days = [part.start for part in (scenario, *pools.values()) if part.start]
    start = min(days) if undated and days and scenario.start is None else scenario.start
    pools = {key: replace(part, start=None) if key in undated else part for key, part in pools.items()}
    sites = {site: {n: v for n, v in table.items() if n not in outer[1]} for site, table in scenario.sites.items()}
    return replace(_with(scenario, *outer), pools=pools, sites=sites, start=start)


def _with(part: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    kept = {name: given for name, given in part.range.items() if name not in set}
    return replace(part, choose={**part.choose, **choose}, set={**part.set, **set}, range=kept)


def without(part: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    """What a pool says of its own, less what was changed for the whole."""

    def rest(table: dict[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
        return {name: given for name, given in table.items() if name not in gone}

    return replace(part, choose=rest(part.choose, choose), set=rest(part.set, set), range=rest(part.range, set))
