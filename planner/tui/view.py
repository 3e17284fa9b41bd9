"""The part of a scenario that is shown and edited: the whole, or one of its pools, with what holds for it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from planner import glossary
from planner.catalog.entries import Entry, Fact
from planner.model import scopes
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
    def scope(self) -> str:
        """What stands before the names of its quantities: nothing, `serving/` or `oregon/serving/`."""
        if not self.pool:
            return ""
        known = scopes.scopes(self.plan.resolved.options) if self.plan else []
        return next((scope for scope in known if scope.split("/")[-2:-1] == [self.pool]), f"{self.pool}/")

    @functools.cached_property
    def resolved(self) -> Resolved | None:
        """The part with its choices looked up, as far as it is in the plan."""
        if self.plan is None:
            return None
        return self.plan.resolved.pools.get(self.scope[:-1]) if self.pool else self.plan.resolved

    @functools.cached_property
    def options(self) -> dict[str, str]:
        """The choice of every option."""
        if self.plan is None or self.resolved is None:
            return {name: option.choices[0] for name, option in glossary.options().items()} | {
                "workload": self.said.workload
            }
        return scopes.inside(self.scope, {}, self.plan.resolved.options)[1] if self.pool else self.resolved.options

    @functools.cached_property
    def given(self) -> dict[str, Any]:
        """What the part's equations start from."""
        if self.plan is None or self.resolved is None:
            return {}
        return scopes.inside(self.scope, self.plan.given, {})[0] if self.pool else self.plan.given

    def fact(self, name: str) -> Fact | None:
        return self.resolved.facts.get(name) if self.resolved else None

    def entry(self, role: str) -> Entry | None:
        return self.resolved.entries.get(role) if self.resolved else None

    @property
    def roles(self) -> dict[str, None]:
        """Roles for which there is an entry, or one is said."""
        return dict.fromkeys((*(self.resolved.asked_entries if self.resolved else ()), *self.said.choose))

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

    def full(self, name: str) -> str:
        """The name under which the plan has a quantity of this part."""
        if self.plan is None or not self.scope:
            return name
        known = self.plan.results if self.scope + name in self.plan.results else self.plan.given
        return scopes.source(self.scope + name, known)

    def problem_fields(self, field: str) -> tuple[str, ...]:
        """How problems of a field of this part call it; what all pools stumble over stands outside them."""
        return (field, f"{self.pool}/{field}") if self.pool else (field,)

    def belongs(self, scope: str) -> bool:
        """Whether what is said of this scope (a site, a pool, the whole) is said of this part too."""
        return not self.pool or self.scope.startswith(f"{scope}/") or not scope
