"""One scenario with some of its quantities as arrays: sized, given its strategies and evaluated, many rows at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from planner.model import compiled, wiring
from planner.model import scopes as model_scopes
from planner.plan import sizing
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
        by_variant: Mapping[str, Any] | None = None,
    ):
        np.empty(_KEPT, dtype=np.uint8)
        # Figures that differ between the entries and options swept over, one value for each variant.
        self.by_variant = by_variant or {}
        self.options = resolved.options
        self.place = resolved.scenario.place
        self.values: dict[str, Any] = dict(resolved.values)
        # Where each column goes: what varies wherever the scenario has it, a variant's figure to its own place.
        self.fills = {name: places(name, resolved) for name in varying} | {name: [name] for name in self.by_variant}
        self.wanted = {name: model_scopes.source(name, self._known()) for name in wanted}
        self.said = [*resolved.said, *self._filled()]
        self._programs: dict[frozenset[str], compiled.Program] = {}
        # Whether sizes and strategies depend on what varies; both are taken to before the first rows.
        self.sizes = self.searches = True
        self._settled = False
        self._settling = threading.Lock()

    def _filled(self) -> list[str]:
        return [place for fills in self.fills.values() for place in fills]

    def _known(self) -> list[str]:
        return [*self.values, *self._filled()]

    def __call__(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The wanted quantities, floats where nothing that varies reaches them; a missing quantity is absent."""
        given = {place: columns[name] for name, fills in self.fills.items() for place in fills}
        # Settled by one thread alone: what is constant for one must be for all, or their last digits may differ.
        with self._settling:
            if not self._settled:
                self._settle({name: column[:1] for name, column in given.items()})
        values = self._completed(given)
        moving = frozenset(name for name, value in values.items() if _varies(value))
        if moving not in self._programs:
            self._programs[moving] = compiled.compiled(self.wanted.values(), values, sorted(moving), self.options)
        found = self._programs[moving].run(values)
        return {name: found[source] for name, source in self.wanted.items() if source in found}

    def _settle(self, first: Mapping[str, Any]) -> None:
        """Keep the sizes and strategies that are the same for all rows, as the first row shows by their shape."""
        found = self._completed(first)
        added = {name: value for name, value in found.items() if name not in self.values and name not in first}
        self.values |= {name: value for name, value in added.items() if not _varies(value)}
        open_names = {name for name, value in added.items() if _varies(value)}
        self.sizes = any(name.rpartition("/")[2] == sizing.SIZE for name in open_names)
        self.searches = any(name.rpartition("/")[2] != sizing.SIZE for name in open_names)
        self._settled = True

    def _completed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        values = {**self.values, **given}
        if self.sizes:
            values, _ = sizing.sized(values, self.said, self.options, self.place)
        return sizing.with_strategies(values, self.options) if self.searches else values

    def missing(self, name: str) -> tuple[str, ...]:
        """What a wanted quantity lacks."""
        sizes = {pool + sizing.SIZE: np.float64(1) for pool in model_scopes.pools(self.options)}
        given = {**sizes, **self.values, **dict.fromkeys(self._filled(), np.float64(1))}
        return wiring.route([name], sizing.with_strategies(given, self.options), self.options).missing.get(name, ())


def _varies(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def places(name: str, resolved: Resolved) -> list[str]:
    """Where a quantity stands in a scenario: a plain name wherever it is given, in the whole and in its pools."""
    scope, _, quantity = name.rpartition("/")
    if not scope:
        return [known for known in resolved.facts if known.rpartition("/")[2] == quantity] or [quantity]
    scopes = [found for found in model_scopes.scopes(resolved.options) if f"/{found}".endswith(f"/{scope}/")]
    return [found + quantity for found in scopes]
