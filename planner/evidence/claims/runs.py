"""Where claims are put to the test: scenarios made ready once, and what a test of one yields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.evidence.claims.checks import Check
from planner.evidence.claims.documents import Seeds
from planner.model import wiring
from planner.plan import plan, sizing
from planner.scenario import resolve, scenario, scenario_file
from planner.scenario.scenario import Resolved, Scenario

# Sums of decimal fractions miss their whole by this much.
_ROUNDING = 1e-9


class MissingError(ValueError):
    """What a check needs is not there (yet): a quantity, an input, an entry or a file."""


@dataclass(frozen=True)
class Run:
    """One scenario ready to be asked for quantities."""

    resolved: Resolved
    given: Mapping[str, Any]

    def value(self, quantity: str, changes: Mapping[str, float] | None = None) -> float:
        """The quantity in base units, with some inputs changed; MissingError names what it lacks."""
        if quantity not in glossary.quantities():
            raise MissingError(f"{quantity} (no quantity of that name)")
        values = {**self.given, **(changes or {})}
        options = self.resolved.options
        found = sizing.run((quantity,), values, options).get(quantity)
        if found is None:
            raise MissingError(", ".join(wiring.route((quantity,), values, options).missing[quantity]))
        if not np.isfinite(found):
            raise MissingError(f"{quantity} has no finite value here")
        return float(found)


@dataclass
class Evidence:
    """What was computed for a check: base value, how, and the runs that can explain it."""

    value: float | None
    how: str
    holds: bool
    # Where the answer differs over ranges or cases: where it holds, in words.
    depends: str = ""
    runs: list[tuple[Run, str]] = field(default_factory=list)


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
        return Run(resolved, plan.given_values(resolved)[0] if sized else resolved.values)


def compared(check: Check, value: float) -> bool:
    """Whether a computed value is what the claim says, within the tolerance of the check."""
    low, high = check.low, check.high
    slack = check.tolerance + _ROUNDING
    above = low is None or value >= low - abs(low) * slack
    return above and (high is None or value <= high + abs(high) * slack)


def formed(check: Check, one: float, other: float) -> float:
    """Two values as the ratio, the gain or the cut that the check asks for."""
    if other == 0:
        raise MissingError("what it is compared with is zero")
    return {"ratio": one / other, "gain": one / other - 1, "cut": 1 - one / other}[check.given.get("form", "ratio")]
