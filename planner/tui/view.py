"""The part of a scenario that is shown and edited: the whole, or one of its pools, with what holds for it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from planner import glossary
from planner.catalog.entries import Entry, Fact
from planner.model.scopes import Figure, Scope, written
from planner.plan.plan import Plan
from planner.scenario.edits import DATES, part_of
from planner.scenario.scenario import Resolved, Scenario


@dataclass
class View:
    """The whole scenario (`pool` is empty) or one pool."""

    scenario: Scenario
    # The last plan that there was; a pool added since is not in it.
    plan: Plan | None
    pool: str

    @property
    def said(self) -> Scenario:
        """What the part says of its own."""
        return part_of(self.scenario, self.pool)

    @functools.cached_property
    def scope(self) -> Resolved | None:
        """The part in the plan; None where it is not in it."""
        if self.plan is None or not self.pool:
            return self.plan.whole if self.plan else None
        return next((pool for pool in self.plan.whole.pools if pool.name == self.pool), None)

    @property
    def place(self) -> tuple[str, ...]:
        """The names of the scopes that lead to the part."""
        return self.scope.place if self.scope is not None else (self.pool,) if self.pool else ()

    @functools.cached_property
    def seen(self) -> Scope:
        """What the part's equations start from, and the choice of every option."""
        if self.scope is not None:
            return self.scope.alone() if self.pool else self.scope
        options = {name: option.choices[0] for name, option in glossary.options().items()}
        return Scope({}, options | {"workload": self.said.workload})

    def fact(self, name: str) -> Fact | None:
        return self.scope.facts.get(name) if self.scope is not None else None

    def entry(self, role: str) -> Entry | None:
        return self.scope.entries.get(role) if self.scope is not None else None

    @property
    def roles(self) -> dict[str, None]:
        """Roles for which there is an entry, or one is said."""
        said = dict.fromkeys(self.said.choose)
        if self.scope is None:
            return said
        asked = self.scope.asked_roles()
        return dict.fromkeys(role for role in self.scope.entries if role in asked) | said

    def own(self, name: str) -> bool:
        """Whether the part itself says a value, option, choice or date."""
        said = self.said
        dated = name in DATES and getattr(said, name) is not None
        return dated or name in said.set or name in said.range or name in said.choose

    def pools_saying(self, name: str) -> dict[str, str]:
        """Pools that say a value or choice of their own, in the view of the whole."""
        if self.pool:
            return {}
        saying = {}
        for part in self.scenario.pools.values():
            said = {**part.choose, **part.range, **part.set}
            if name in said:
                saying[part.name] = str(said[name])
        return saying

    def written(self, name: str) -> str:
        """The name of a quantity of this part as it is written in results."""
        return str(Figure(self.place, name))

    def full(self, name: str) -> str:
        """The name under which the plan has a quantity of this part."""
        if self.plan is None or self.scope is None or self.written(name) in self.plan.results:
            return self.written(name)
        return str(self.scope.source(name))

    def problem_fields(self, field: str) -> tuple[str, ...]:
        """How problems of a field of this part call it; what all pools stumble over stands outside them."""
        return (field, written((self.pool, field))) if self.pool else (field,)

    def belongs(self, place: tuple[str, ...]) -> bool:
        """Whether what is said of a scope (a site, a pool, the whole) is said of this part too."""
        return not self.pool or self.place[: len(place)] == place
