"""What a check of a claim is, what it yields, and the scenarios that checks run, each made ready once."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.evidence.claims.documents import Claim, Seeds
from planner.model import wiring
from planner.plan import sizing
from planner.scenario import resolve, scenario, scenario_file
from planner.scenario.scenario import Resolved, Scenario

# Sums of decimal fractions miss their whole by this much.
_ROUNDING = 1e-9
# How a value is set against another: in words, and computed.
FORMS: Mapping[str, tuple[str, Callable[[float, float], float]]] = {
    "ratio": ("{} / {}", lambda one, other: one / other),
    "gain": ("{} / {} - 1", lambda one, other: one / other - 1),
    "cut": ("1 - {} / {}", lambda one, other: 1 - one / other),
}


class MissingError(ValueError):
    """What a check needs is not there (yet): a quantity, an input, an entry or a file."""


@dataclass(frozen=True)
class Check:
    """One way of checking one claim; `given` is its table as written."""

    claim: Claim
    kind: str
    given: Mapping[str, Any]
    # What the claim amounts to, in base units; None where that side is open.
    low: float | None
    high: float | None
    unit: str
    tolerance: float

    def agrees(self, value: float) -> bool:
        """Whether a computed value is what the claim says, within the tolerance."""
        return self.meets(value, value)

    def meets(self, low: float | None, high: float | None) -> bool:
        """Whether what the claim says and another range have a point in common, within the tolerance."""
        slack = self.tolerance + _ROUNDING
        reached = self.low is None or high is None or high >= self.low - abs(self.low) * slack
        return reached and (self.high is None or low is None or low <= self.high + abs(self.high) * slack)

    def formed(self, one: float, other: float) -> float:
        """Two values as the ratio, the gain or the cut that the check asks for."""
        if other == 0:
            raise MissingError("what it is compared with is zero")
        return FORMS[self.given.get("form", "ratio")][1](one, other)

    def worded(self, value: float, digits: int = 4) -> str:
        """A base value in the unit of the check; a date is a plain year with its fraction."""
        return f"{units.convert(value, 'year'):.2f}" if self.unit == "year" else units.text(value, self.unit, digits)


@dataclass(frozen=True)
class Run:
    """One scenario ready to be asked for quantities."""

    # The scenario looked up, with its size and strategies where it has a cluster.
    resolved: Resolved

    @property
    def place(self) -> str:
        return self.resolved.scenario.place.removesuffix(".toml")

    def value(self, quantity: str, changes: Mapping[str, float] | None = None) -> float:
        """The quantity in base units, with some inputs changed; MissingError names what it lacks."""
        if quantity not in glossary.quantities():
            raise MissingError(f"{quantity} (no quantity of that name)")
        changed = self.resolved.giving(changes or {})
        value = sizing.run((quantity,), changed).get(quantity)
        if value is None:
            raise MissingError(", ".join(wiring.route((quantity,), changed).missing[quantity]))
        if not math.isfinite(value):
            raise MissingError(f"{quantity} has no finite value here")
        return float(value)

    def computes(self, quantity: str) -> bool:
        try:
            return math.isfinite(self.value(quantity))
        except MissingError:
            return False


@dataclass(frozen=True)
class Evidence:
    """What was found for a check: a base value where one was computed, how, and the runs that can explain it."""

    value: float | None
    how: str
    # Where it is not said, whether the value is what the claim says.
    holds: bool | None = None
    # Where the answer differs over ranges or cases: where it holds, in words.
    depends: str = ""
    # Other claims that the claim does not agree with.
    others: tuple[str, ...] = ()
    runs: tuple[tuple[Run, str], ...] = ()


class Bench:
    """Runs the scenarios of checks, each one once."""

    def __init__(self, catalog: Catalog, seeds: Seeds):
        self.catalog = catalog
        self.seeds = seeds
        self._runs: dict[str, Run] = {}

    def run(self, given: Mapping[str, Any], sized: bool) -> Run:
        """The scenario that a check describes, resolved; `sized` where it has a cluster."""
        key = json.dumps([{k: given.get(k) for k in ("scenario", "workload", "choose", "set")}, sized], sort_keys=True)
        if key not in self._runs:
            self._runs[key] = self._run(given, sized)
        return self._runs[key]

    def _run(self, given: Mapping[str, Any], sized: bool) -> Run:
        name = given.get("scenario")
        base = scenario_file.load(name, self.catalog) if name else Scenario("arithmetic", place="checks.toml")
        if "workload" in given:
            base = replace(base, workload=given["workload"])
        settings = {key: self.seeds.figure_text(text) for key, text in given.get("set", {}).items()}
        resolved = resolve.resolve(scenario.changed(base, given.get("choose", {}), settings), self.catalog)
        return Run(sizing.with_size_and_strategies(resolved)[0] if sized else resolved)


def figure(value: float | None, unit: str) -> float | None:
    """A number written in `unit` as a base value."""
    return None if value is None else units.read(f"{value!r} {unit}", unit)
