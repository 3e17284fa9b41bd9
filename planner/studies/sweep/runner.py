"""One scenario with some of its quantities as arrays: sized, given its strategies and evaluated, many rows at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner.model import compiled, wiring
from planner.model.scopes import Figure, figure
from planner.plan import planning, sizing
from planner.scenario.scenario import Resolved

# Freed once, a block of this many bytes makes the C library of Linux keep freed memory of up to twice that size.
# Otherwise it returns the result of each equation to the system and faults it in again for the next, which takes
# as long as a third of the arithmetic.
_KEPT = 31 * 2**20


class Runner:
    """A scenario ready for columns of what varies.

    What does not vary is settled at the first rows, once: sizes, strategies, and every equation that nothing varied
    reaches.  The rest runs for each block of rows.
    """

    def __init__(
        self,
        resolved: Resolved,
        varying: Iterable[str],
        wanted: Iterable[str],
        by_variant: Mapping[Figure, Any] | None = None,
    ):
        np.empty(_KEPT, dtype=np.uint8)
        # Figures that differ between the entries and options swept over, one value for each variant.
        self.by_variant = by_variant or {}
        self.place = resolved.scenario.place
        # Where each column goes: what varies wherever the scenario has it, a variant's figure to its own place.  What
        # varies for one pool comes after what varies for all, and wins there, as where both are set.
        inwards = sorted(varying, key=lambda name: len(figure(name).place))
        self.fills: dict[str | Figure, list[Figure]] = {name: places(name, resolved) for name in inwards}
        self.fills |= {each: [each] for each in self.by_variant}
        # The scenario with what varies marked as said, so that it may size a pool.
        self.whole = resolved.copied()
        for each in self._filled():
            scope = self.whole.at(each.place)
            scope.given.setdefault(each.name, np.float64(1))
            scope.said |= {each.name}
        self.wanted = {name: self._source(name) for name in wanted}
        self._programs: dict[frozenset[Figure], compiled.Program] = {}
        # Whether sizes, strategies and what demand leaves depend on what varies: taken to before the first rows.
        self.sizes = self.searches = True
        self.serves = bool(resolved.scenario.demand)
        # Whether some pool has what is left of the period after its start.
        self.late = any(scope.ends_with_others for scope in self.whole.walk())
        self._settled = False
        self._settling = threading.Lock()

    def _filled(self) -> list[Figure]:
        return [each for fills in self.fills.values() for each in fills]

    def _source(self, name: str) -> Figure:
        """Where a figure that is asked for by name comes from."""
        place, quantity = figure(name)
        try:
            return self.whole.at(place).source(quantity)
        except KeyError:
            return Figure(place, quantity)

    def __call__(self, columns: Mapping[Any, Any]) -> dict[str, Any]:
        """The wanted quantities, floats where nothing that varies reaches them; a missing quantity is absent."""
        given = {place: columns[name] for name, fills in self.fills.items() for place in fills}
        # Settled by one thread alone: what is constant for one must be for all, or their last digits may differ.
        with self._settling:
            if not self._settled:
                self._settle({each: column[:1] for each, column in given.items()})
        scenarios = self._completed(given)
        decided = {} if scenarios is self.whole else scenarios.figures()
        moving = given | {each: value for each, value in decided.items() if _varies(value)}
        key = frozenset(moving)
        if key not in self._programs:
            self._programs[key] = compiled.compiled(self.wanted.values(), scenarios, moving)
        values = self._programs[key].run(moving)
        return {name: values[source] for name, source in self.wanted.items() if source in values}

    def _settle(self, first: Mapping[Figure, Any]) -> None:
        """Keep what is found that is the same for all rows, as the first row shows by its shape."""
        if self.serves:
            shares = planning.shares_of_demand(self._filled_with(first))
            self.serves = any(_varies(fact.value) for fact in shares.values())
            if not self.serves:
                self.whole = planning.serving(self.whole, shares)
        known = self.whole.figures()
        added = {each: value for each, value in self._completed(first).figures().items() if each not in known}
        for each, value in added.items():
            if not _varies(value):
                self.whole.at(each.place).given[each.name] = value
        left_open = {each.name for each, value in added.items() if _varies(value)}
        self.sizes, self.searches = sizing.SIZE in left_open, bool(left_open - {sizing.SIZE})
        self._settled = True

    def _completed(self, columns: Mapping[Figure, Any]) -> Resolved:
        """The scenario with these columns given, and with what it leaves open found, as far as that depends on them."""
        if not (self.sizes or self.searches or self.serves or self.late):
            return self.whole
        scenarios = self._filled_with(columns)
        if self.serves:
            scenarios = planning.with_demand(scenarios)
        scenarios = sizing.with_periods(scenarios)
        if self.sizes:
            scenarios, _ = sizing.sized(scenarios, self.place)
        return sizing.with_strategies(scenarios) if self.searches else scenarios

    def _filled_with(self, columns: Mapping[Figure, Any]) -> Resolved:
        scenarios = self.whole.copied()
        for each, column in columns.items():
            scenarios.at(each.place).given[each.name] = column
        return scenarios

    def missing(self, name: str) -> tuple[str, ...]:
        """What a wanted quantity lacks."""
        trial = self.whole.copied()
        for pool in trial.pools:
            pool.given.setdefault(sizing.SIZE, np.float64(1))
        return wiring.route([figure(name)], sizing.with_strategies(trial)).missing.get(name, ())


def _varies(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _stands(quantity: str, part: Resolved) -> Figure:
    """Where a quantity of a pool or site stands: with the pool, or further out where that has no other pool."""
    own, scope = part, part
    while scope.within is not None and len(scope.within.pools) == len(part.pools):
        scope = scope.within
        if quantity in scope.given:
            own = scope
    return Figure(part.place if quantity in part.given else own.place, quantity)


def places(name: str, resolved: Resolved) -> list[Figure]:
    """Where a quantity stands in a scenario: a plain name wherever it is given, in the whole and in its pools."""
    place, quantity = figure(name)
    if place:
        return [_stands(quantity, s) for s in resolved.walk() if s.place[-len(place) :] == place]
    return [Figure(s.place, quantity) for s in resolved.walk() if quantity in s.given] or [Figure((), quantity)]
