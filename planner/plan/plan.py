"""The plan of one scenario: results with bands and kinds, checks, what binds, the defaults that mattered."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog import ages
from planner.catalog.entries import KINDS, Fact
from planner.model import scopes, wiring
from planner.plan import bands as uncertainty
from planner.plan import dates, rules, sizing
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
class Check:
    """A rule that the plan keeps or breaks."""

    name: str
    ok: bool
    message: str


@dataclass(frozen=True)
class Default:
    """A value the scenario did not say, and how strongly the headline figures depend on it."""

    name: str
    fact: Fact
    moves: str
    elasticity: float


@dataclass
class Plan:
    """Everything computed for one scenario."""

    resolved: Resolved
    # What equations started from: facts, the size and the strategy found.
    given: dict[str, Any]
    values: dict[str, Any]
    results: dict[str, Result]
    missing: dict[str, tuple[str, ...]]
    checks: list[Check]
    # Shares of each limit in use, the largest first.
    binding: list[tuple[str, float]] = field(default_factory=list)
    # What each sizing target alone would give, in accelerators.
    sized_by: dict[str, float] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        return self.resolved.scenario

    @property
    def binding_constraint(self) -> str:
        return self.binding[0][0] if self.binding else "none known"


def plan_resolved(resolved: Resolved, bands: bool = True) -> Plan:
    """The plan of a scenario whose choices are looked up already."""
    given, sized_by = given_values(resolved)
    wanted = sizing.wanted(resolved.options)
    values = wiring.evaluate(wanted, given, resolved.options)
    missing = dict(wiring.route(tuple(wanted), given, resolved.options).missing)
    spread = uncertainty.bands(wanted, given, resolved) if bands else {}
    kinds = _kinds(wanted, given, resolved)
    stale = dates.stale_inputs(wanted, given, resolved)
    results = {}
    for name in wanted:
        if name not in values:
            continue
        value = float(values[name])
        if not math.isfinite(value):
            missing[name] = ("no finite value",)
            continue
        low, high = spread.get(name, (None, None))
        results[name] = Result(name, value, low, high, kinds[name], tuple(sorted(stale.get(name, ()))))
    checks = [
        *_checks(wanted, values),
        _availability(resolved),
        *_mismatches(resolved),
        *_rule_checks(resolved, values),
    ]
    found = Plan(resolved, given, values, results, missing, checks, sized_by=sized_by)
    found.binding = _binding(wanted, values)
    return found


def given_values(resolved: Resolved) -> tuple[dict[str, Any], dict[str, float]]:
    """Base values to start from, the cluster's size and strategy found where the scenario leaves them open."""
    values, sized_by = sizing.sized(resolved.values, resolved.said, resolved.options, resolved.scenario.place)
    return sizing.with_strategies(values, resolved.options), sized_by


def shown(name: str, value: Any) -> str:
    """A value of a quantity as text in its display unit, or its label."""
    row = glossary.quantities()[name]
    if row.labels and 1 <= value <= len(row.labels):
        return row.labels[int(value) - 1]
    return units.text(float(value), units.readable_unit(float(value), row.show))


def displayed(name: str, value: float | None) -> float | None:
    """A value in the display unit of its quantity; None where there is none, or it is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return float(units.convert(value, glossary.quantities()[name].show))


def defaults_that_mattered(found: Plan) -> list[Default]:
    """The defaults on which some headline figure depends noticeably, the strongest first."""
    rows = glossary.quantities()
    facts = {
        name: fact
        for name, fact in found.resolved.facts.items()
        if fact.origin.startswith(("defaults/", "calibration/"))
        and fact.value
        and fact.source != "definition"
        and rows[name].ratio
        and not rows[name].labels
        and not (rows[name].whole and rows[name].unit == units.DIMENSIONLESS)
    }
    known = {name: found.results[name].value for name in glossary.headlines() if name in found.results}
    headline = [name for name, value in known.items() if value and math.isfinite(value)]
    nudged = elasticities(found, list(facts), headline)
    strongest = []
    for name, fact in facts.items():
        moves = max(headline, key=lambda h: abs(nudged[h][name]), default="")
        if moves and abs(nudged[moves][name]) >= MATTERS:
            strongest.append(Default(name, fact, moves, nudged[moves][name]))
    return sorted(strongest, key=lambda d: -abs(d.elasticity))


def elasticities(found: Plan, inputs: list[str], outputs: list[str]) -> dict[str, dict[str, float]]:
    """Per output and input: per cent change of the output for one per cent of the input.

    From one per cent less to one per cent more, as far as the input's limits allow; 0 where only one of them moves it.
    """
    count, rows = len(inputs), glossary.quantities()
    values: dict[str, Any] = dict(found.given)
    spans, free = np.ones(count), np.ones(count, dtype=bool)
    for column, name in enumerate(inputs):
        value, row = float(values[name]), rows[name]
        low, high = -np.inf if row.low is None else row.low, np.inf if row.high is None else row.high
        ends = np.clip(np.array([1 + _NUDGE, 1 - _NUDGE]) * value, low, high)
        # An input that its limits hold in place moves nothing.
        spans[column] = (ends[0] - ends[1]) / value or np.inf
        free[column] = (ends != value).all()
        nudged = np.full((2, count), value)
        nudged[:, column] = ends
        values[name] = nudged.reshape(-1)
    moved = wiring.evaluate(outputs, values, found.resolved.options)
    table = {}
    for output in outputs:
        base = found.results[output].value
        more, less = np.broadcast_to(moved[output], (2 * count,)).reshape(2, count)
        # A step that lies on one side alone says nothing of what a per cent moves.
        smooth = ((more != base) == (less != base)) | ~free
        change = np.where(smooth, (more - less) / (spans * base), 0)
        table[output] = dict(zip(inputs, np.nan_to_num(change).tolist(), strict=True))
    return table


def _checks(wanted: Iterable[str], values: Mapping[str, Any]) -> list[Check]:
    rows = glossary.quantities()
    checks = []
    for name in _outermost(wanted, values, _named("check")):
        message = rows[name].check
        scope = name[: name.rfind("/") + 1]
        if message and not math.isnan(float(values[name])):
            ok = bool(values[name] >= 0)
            checks.append(Check(name.removesuffix("_margin"), ok, filled(message, values, scope)))
    return checks


def _availability(resolved: Resolved) -> Check:
    late = dates.unavailable(resolved)
    day = dates.order_day(resolved.scenario)
    message = "; ".join(f"{role}: {reason}" for role, reason in late.items())
    return Check("parts_available", not late, message or f"Every part can be ordered on {day}.")


def _mismatches(resolved: Resolved) -> list[Check]:
    """Systems that hold, and offers that rent, another accelerator than the plan's."""
    checks = []
    for pool, part in (resolved.pools or {"": resolved}).items():
        accelerator, said = part.entries.get("accelerator"), set(part.said)
        for role, figures in (("system", {"system_price", "system_power"}), ("cloud", {"cloud_price"})):
            entry = part.entries.get(role)
            other = entry.references.get("accelerator") if entry else None
            if not (entry and accelerator and other) or other == accelerator.key or figures <= said:
                continue
            ways = f"Choose a {role} entry with {accelerator.key}, or set {' and '.join(sorted(figures))}."
            if role == "system":
                message = f"{entry.key} is sold with {other}, and its price and power hold for that. {ways}"
            else:
                message = f"condition: {entry.key} rents {other}: an hour of it is no hour of {accelerator.key}. {ways}"
            checks.append(Check(f"{pool}/{role}" if pool else role, role != "system", message))
    return checks


def _rule_checks(resolved: Resolved, values: Mapping[str, Any]) -> list[Check]:
    """Rules that exclude what the scenario chose, or put a condition on it."""
    checks: dict[str, Check] = {}
    by_scope = scopes.by_scope(values) if resolved.pools else {}
    for pool, part in (resolved.pools or {"": resolved}).items():
        seen = {name: values[at] for name, at in scopes.seen_from(f"{pool}/", by_scope).items()} if pool else values
        for f in rules.findings(part, seen):
            if f.verdict != rules.ALLOWED:
                name = f.rule.replace(" ", "_").replace("-", "_")
                message = f"{f.option}: {f.verdict}: {f.reason}."
                checks.setdefault(message, Check(name, f.verdict != rules.EXCLUDED, message))
    return list(checks.values())


@functools.cache
def _named(attribute: str) -> frozenset[str]:
    """The quantities that have a check, or that bind."""
    return frozenset(name for name, row in glossary.quantities().items() if getattr(row, attribute))


def _outermost(wanted: Iterable[str], values: Mapping[str, Any], among: frozenset[str]) -> list[str]:
    """Computed quantities where they count: of a pool only where neither its site nor the whole has them."""
    found: list[str] = []
    for name in wanted:
        scope, _, quantity = name.rpartition("/")
        if quantity not in among or name not in values:
            continue
        inner = scope.split("/") if scope else []
        if not any("/".join([*inner[:depth], quantity]) in values for depth in range(len(inner))):
            found.append(name)
    return found


def filled(message: str, values: Mapping[str, Any], scope: str = "") -> str:
    """`message` with each {name} replaced by its value, as seen from a pool."""

    def text(match: re.Match[str]) -> str:
        name = scopes.source(scope + match[1], values)
        if name not in values:
            # Seen from a site or the whole with a single pool: what that pool has.
            inner = [each for each in values if each.startswith(scope) and each.endswith(f"/{match[1]}")]
            name = inner[0] if len(inner) == 1 else name
        return shown(name, values[name]) if name in values else "unknown"

    return re.sub(r"\{(\w+)\}", text, message)


def _binding(wanted: Iterable[str], values: Mapping[str, Any]) -> list[tuple[str, float]]:
    rows = glossary.quantities()
    used = [
        (_of_pool(name, rows[name].binds or ""), float(values[name]))
        for name in _outermost(wanted, values, _named("binds"))
        if math.isfinite(float(values[name]))
    ]
    return sorted(used, key=lambda pair: -pair[1])


def _of_pool(name: str, text: str) -> str:
    pool = name.rpartition("/")[0]
    return f"{text} of {pool}" if pool else text


def _kinds(wanted: list[str], given: Mapping[str, Any], resolved: Resolved) -> dict[str, str]:
    """The weakest kind among the inputs of each quantity; "set" where everything was set."""
    rank = {"set": -1, **{kind: index for index, kind in enumerate(KINDS)}}
    names = {index: kind for kind, index in rank.items()}
    facts = resolved.facts
    known = {name: rank.get(facts[name].kind, -1) if name in facts else -1 for name in given}
    for step in wiring.route(tuple(wanted), given, resolved.options).steps:
        known[step.name] = max((known[need] for need in step.needs), default=-1)
    return {name: names[index] for name, index in known.items()}


def to_json(found: Plan) -> dict[str, Any]:
    """The plan in its stable JSON shape, values in display units."""
    rows = glossary.quantities()
    results: dict[str, Any] = {}
    for name, result in found.results.items():
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
    sizes = [name for name in found.given if name.rpartition("/")[2] == sizing.SIZE]
    for name in (*sizes, *(n for n in found.given if n not in found.resolved.facts)):
        fact = found.resolved.facts.get(name)
        results[name] = {
            "value": displayed(name, float(found.given[name])),
            "unit": rows[name].show,
            "low": displayed(name, fact.low) if fact else None,
            "high": displayed(name, fact.high) if fact else None,
            "kind": fact.kind if fact else "derived",
        }
    results["binding_constraint"] = {
        "value": found.binding_constraint,
        "unit": "",
        "low": None,
        "high": None,
        "kind": "derived",
        "shares": dict(found.binding),
    }
    return {
        "scenario": found.scenario.name,
        "workload": found.scenario.workload,
        "results": results,
        "missing": {name: list(lacks) for name, lacks in found.missing.items()},
        "checks": [{"name": c.name, "ok": c.ok, "message": c.message} for c in found.checks],
        "defaults": [
            {
                "name": d.name,
                "value": displayed(d.name, d.fact.value),
                "unit": rows[d.name].show,
                "source": d.fact.source,
                "kind": d.fact.kind,
                "as_of": str(d.fact.as_of or ""),
                "stale": ages.is_stale(d.fact, dates.price_day(found.scenario)),
                "moves": d.moves,
                "elasticity": d.elasticity,
            }
            for d in defaults_that_mattered(found)
        ],
    }
