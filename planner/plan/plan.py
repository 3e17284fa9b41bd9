"""The plan of one scenario: results with bands and kinds, checks, what binds, the defaults that mattered."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog import ages
from planner.catalog.entries import KINDS, Fact
from planner.model import wiring
from planner.model.scopes import Figure, figure
from planner.model.wiring import Route
from planner.plan import dates, sizing
from planner.plan.bands import check_correlations, spread
from planner.plan.checks import Check, checked, limits_in_use
from planner.plan.rules import Rules
from planner.scenario.scenario import Resolved, Scenario

# A default matters when a one per cent change of it moves a headline figure by more than this share of a per cent.
MATTERS = 0.05
_NUDGE = 0.01


@dataclass(frozen=True)
class Result:
    """One computed quantity."""

    name: str
    value: float
    low: float | None
    high: float | None
    kind: str
    # Prices of more than a year ago that it rests on.
    stale: tuple[str, ...] = ()


@dataclass(frozen=True)
class Default:
    """A value the scenario did not say, and how strongly the headline figures depend on it."""

    figure: Figure
    fact: Fact
    moves: str
    elasticity: float

    @property
    def name(self) -> str:
        return str(self.figure)


@dataclass
class Plan:
    """A scenario with every figure of it; what is said of the figures is worked out when it is asked for."""

    # Every scope with what is given in it (facts, the size and the strategy found) and what is computed.
    whole: Resolved
    # The figures that were asked for, and the way to them.
    wanted: list[Figure]
    route: Route
    rules: Rules
    # What each sizing target alone would give, in accelerators.
    sized_by: dict[str, float]
    # Whether the results have bands.
    bands: bool = False

    @property
    def scenario(self) -> Scenario:
        return self.whole.scenario

    def value(self, name: str) -> float | None:
        """A figure by its name as it is written, given or computed; None where it has no value or no finite one."""
        value = self.whole.value(figure(name))
        return None if value is None or not math.isfinite(value) else float(value)

    @functools.cached_property
    def results(self) -> dict[str, Result]:
        """What was asked for and has a finite value, by its name as it is written."""
        facts = self.whole.all_facts()
        kinds = _kinds(self.route, facts)
        stale = dates.stale_inputs(self.route, self.whole, facts, dates.price_day(self.scenario))
        bands = spread(self.wanted, self.whole) if self.bands else {}
        results = {}
        for each, value in self._computed():
            if math.isfinite(value):
                low, high = bands.get(each, (None, None))
                name, prices = str(each), tuple(sorted(stale.get(each, ())))
                results[name] = Result(name, value, low, high, kinds.get(each, "set"), prices)
        return results

    @functools.cached_property
    def missing(self) -> dict[str, tuple[str, ...]]:
        """What each figure lacks that could not be computed, by its name as it is written."""
        endless = {str(each): ("no finite value",) for each, value in self._computed() if not math.isfinite(value)}
        rented = {
            str(Figure(scope.place, name)): (wiring.NOT_OWNED,)
            for scope in self.whole.walk()
            for name in wiring.elsewhere(scope)
        }
        return rented | self.route.missing | endless

    @functools.cached_property
    def checks(self) -> list[Check]:
        """The rules of the model, of the calendar and of the law that the scenario keeps or breaks."""
        return checked(self.wanted, self.route, self.whole, self.rules)

    @functools.cached_property
    def binding(self) -> list[tuple[str, float]]:
        """Shares of each limit in use, the largest first."""
        return limits_in_use(self.wanted, self.whole)

    @property
    def binding_constraint(self) -> str:
        return self.binding[0][0] if self.binding else "none known"

    def _computed(self) -> list[tuple[Figure, float]]:
        """Those of the figures asked for that have a value."""
        scopes = self.whole.by_place()
        known = [(each, scopes[each.place].known.get(each.name)) for each in self.wanted]
        return [(each, float(value)) for each, value in known if value is not None]


def plan_resolved(resolved: Resolved, bands: bool = True) -> Plan:
    """The plan of a scenario whose choices are looked up already; InputError where it cannot be planned."""
    if bands:
        check_correlations(resolved)
    known_rules = Rules(resolved.rules)
    given, sized_by = sizing.with_size_and_strategies(resolved)
    wanted = sizing.wanted(given)
    route = wiring.route(wanted, given)
    counts = {str(target): count for target, count in sized_by.items()}
    return Plan(wiring.computed(route, given), wanted, route, known_rules, counts, bands)


def shown(name: str, value: Any) -> str:
    """A value of a quantity as text in its display unit, or its label."""
    return glossary.quantities()[name].text(value)


def displayed(name: str, value: float | None) -> float | None:
    """A value in the display unit of its quantity; None where there is none, or it is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return float(units.convert(value, glossary.quantities()[name].show))


def defaults_that_mattered(the_plan: Plan) -> list[Default]:
    """The defaults on which some headline figure depends noticeably, the strongest first."""
    rows = glossary.quantities()
    facts = {
        figure: fact
        for figure, fact in the_plan.whole.all_facts().items()
        if fact.origin.startswith(("defaults/", "calibration/"))
        and fact.value
        and fact.source != "definition"
        and rows[figure.name].ratio
        and not rows[figure.name].labels
        and not (rows[figure.name].whole and rows[figure.name].unit == units.DIMENSIONLESS)
    }
    known = {name: the_plan.results[name].value for name in glossary.headlines() if name in the_plan.results}
    headline = [name for name, value in known.items() if value and math.isfinite(value)]
    nudged = elasticities(the_plan, list(facts), headline)
    strongest = []
    for each, fact in facts.items():
        moves = max(headline, key=lambda h: abs(nudged[h][each]), default="")
        if moves and abs(nudged[moves][each]) >= MATTERS:
            strongest.append(Default(each, fact, moves, nudged[moves][each]))
    return sorted(strongest, key=lambda d: -abs(d.elasticity))


def elasticities(the_plan: Plan, inputs: list[Figure], outputs: list[str]) -> dict[str, dict[Figure, float]]:
    """Per output and input: per cent change of the output for one per cent of the input.

    From one per cent less to one per cent more, as far as the input's limits allow; 0 where only one of them moves it.
    """
    count, rows = len(inputs), glossary.quantities()
    trial = the_plan.whole.copied()
    spans, free = np.ones(count), np.ones(count, dtype=bool)
    for column, (place, name) in enumerate(inputs):
        given, row = trial.at(place).given, rows[name]
        value = float(given[name])
        low, high = -np.inf if row.low is None else row.low, np.inf if row.high is None else row.high
        ends = np.clip(np.array([1 + _NUDGE, 1 - _NUDGE]) * value, low, high)
        # An input that its limits hold in place moves nothing.
        spans[column] = (ends[0] - ends[1]) / value or np.inf
        free[column] = (ends != value).all()
        nudged = np.full((2, count), value)
        nudged[:, column] = ends
        given[name] = nudged.reshape(-1)
    moved = wiring.evaluate(outputs, trial)
    table = {}
    for output in outputs:
        base = the_plan.results[output].value
        more, less = np.broadcast_to(moved[output], (2 * count,)).reshape(2, count)
        # A step that lies on one side alone says nothing of what a per cent moves.
        smooth = ((more != base) == (less != base)) | ~free
        change = np.where(smooth, (more - less) / (spans * base), 0)
        table[output] = dict(zip(inputs, np.nan_to_num(change).tolist(), strict=True))
    return table


def _kinds(route: Route, facts: Mapping[Figure, Fact]) -> dict[Figure, str]:
    """The weakest kind among the inputs of each figure; "set" where everything was set."""
    rank = {"set": -1, **{kind: index for index, kind in enumerate(KINDS)}}
    names = {index: kind for kind, index in rank.items()}
    known = {each: rank.get(fact.kind, -1) for each, fact in facts.items()}
    for step in route.steps:
        known[step.figure] = max((known.get(need, -1) for need in step.needs), default=-1)
    return {each: names[index] for each, index in known.items()}


def to_json(the_plan: Plan) -> dict[str, Any]:
    """The plan in its stable JSON shape, values in display units."""
    rows = glossary.quantities()
    results: dict[str, Any] = {}
    for name, result in the_plan.results.items():
        results[name] = {
            "value": displayed(name, result.value),
            "unit": rows[name].show,
            "low": displayed(name, result.low),
            "high": displayed(name, result.high),
            "kind": result.kind,
            "stale": list(result.stale),
        }
        if rows[name].labels:
            results[name]["label"] = shown(name, result.value)
    given, facts = the_plan.whole.all_given(), the_plan.whole.all_facts()
    sizes = [each for each in given if each.name == sizing.SIZE]
    for each in (*sizes, *(each for each in given if each not in facts)):
        fact, name = facts.get(each), each.name
        results[str(each)] = {
            "value": displayed(name, float(given[each])),
            "unit": rows[name].show,
            "low": displayed(name, fact.low) if fact else None,
            "high": displayed(name, fact.high) if fact else None,
            "kind": fact.kind if fact else "derived",
        }
    results["binding_constraint"] = {
        "value": the_plan.binding_constraint,
        "unit": "",
        "low": None,
        "high": None,
        "kind": "derived",
        "shares": dict(the_plan.binding),
    }
    return {
        "scenario": the_plan.scenario.name,
        "workload": the_plan.scenario.workload,
        "results": results,
        "missing": {name: list(lacks) for name, lacks in the_plan.missing.items()},
        "checks": [{"name": c.name, "ok": c.ok, "message": c.message} for c in the_plan.checks],
        "defaults": [
            {
                "name": d.name,
                "value": displayed(d.figure.name, d.fact.value),
                "unit": rows[d.figure.name].show,
                "source": d.fact.source,
                "kind": d.fact.kind,
                "as_of": str(d.fact.as_of or ""),
                "stale": ages.is_stale(d.fact, dates.price_day(the_plan.scenario)),
                "moves": d.moves,
                "elasticity": d.elasticity,
            }
            for d in defaults_that_mattered(the_plan)
        ],
    }
