"""The plan of one scenario: results with bands and kinds, checks, what binds, the defaults that mattered."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner import chain, glossary, model, risk, rules, units
from planner.catalog import KINDS, Catalog, Fact
from planner.problems import one
from planner.scenario import Resolved, Scenario, resolve

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


def plan(scenario: Scenario, catalog: Catalog | None = None, bands: bool = True) -> Plan:
    """The plan of a scenario; InputError with all problems where it cannot be planned."""
    return plan_resolved(resolve(scenario, catalog or Catalog()), bands)


def plan_resolved(resolved: Resolved, bands: bool = True) -> Plan:
    """The plan of a scenario whose choices are looked up already."""
    given, sized_by = given_values(resolved)
    wanted = chain.asked(resolved.scenario.workload)
    values = model.evaluate(wanted, given, resolved.options)
    missing = model.route(tuple(wanted), given, resolved.options).missing
    spread = risk.bands(wanted, given, resolved) if bands else {}
    kinds = _kinds(wanted, given, resolved)
    results = {}
    for name in wanted:
        if name not in values:
            continue
        value = float(values[name])
        if math.isnan(value):
            missing = {**missing, name: ("no finite value",)}
            continue
        low, high = spread.get(name, (None, None))
        results[name] = Result(name, value, low, high, kinds[name])
    checks = _checks(values) + _rule_checks(resolved, values)
    found = Plan(resolved, given, values, results, missing, checks, sized_by=sized_by)
    found.binding = _binding(values)
    return found


def given_values(resolved: Resolved) -> tuple[dict[str, Any], dict[str, float]]:
    """Base values to start from, the cluster's size and strategy found where the scenario leaves them open."""
    values: dict[str, Any] = dict(resolved.values)
    scenario = resolved.scenario
    sized_by: dict[str, float] = {}
    if chain.SIZE not in values:
        said = [name for name, fact in resolved.facts.items() if fact.origin == "scenario"]
        sizing = chain.targets(said)
        if not sizing or "system_accelerators" not in values:
            ways = sorted(name for name, row in glossary.quantities().items() if row.sizes)
            message = f"the scenario has no size: set accelerators, or one of {', '.join(ways)}"
            if "system_accelerators" not in values:
                message += "; and choose a system"
            raise one(scenario.place, "set", message)
        for name, rule in sizing.items():
            lacking = model.route((rule["quantity"],), [*values, chain.SIZE], resolved.options).missing
            if lacking:
                needs = ", ".join(lacking[rule["quantity"]])
                raise one(scenario.place, f"set.{name}", f"cannot size the cluster: {rule['quantity']} lacks {needs}")
        accelerators, sized_by = chain.size(values, sizing, resolved.options, scenario.workload)
        if not accelerators >= 1:
            texts = ", ".join(f"{name} = {shown(name, values[name])}" for name in sizing)
            raise one(scenario.place, "set", f"no whole system meets {texts}")
        values[chain.SIZE] = accelerators
    return chain.with_strategy(values, resolved.options, scenario.workload), sized_by


def shown(name: str, value: Any) -> str:
    """A value of a quantity as text in its display unit, or its label."""
    row = glossary.quantities()[name]
    if row.labels and 1 <= value <= len(row.labels):
        return row.labels[int(value) - 1]
    return units.text(float(value), units.readable_unit(float(value), row.show))


def defaults_that_mattered(found: Plan) -> list[Default]:
    """The defaults on which some headline figure depends noticeably, the strongest first."""
    facts = {
        name: fact
        for name, fact in found.resolved.facts.items()
        if fact.origin.startswith(("defaults/", "calibration/")) and fact.value and fact.source != "definition"
    }
    headline = [name for name in glossary.headlines() if name in found.results and found.results[name].value]
    nudged = elasticities(found, list(facts), headline)
    strongest = []
    for name, fact in facts.items():
        moves = max(headline, key=lambda h: abs(nudged[h][name]), default="")
        if moves and abs(nudged[moves][name]) >= MATTERS:
            strongest.append(Default(name, fact, moves, nudged[moves][name]))
    return sorted(strongest, key=lambda d: -abs(d.elasticity))


def elasticities(found: Plan, inputs: list[str], outputs: list[str]) -> dict[str, dict[str, float]]:
    """Per output and input: per cent change of the output for one per cent of the input."""
    count = len(inputs)
    values: dict[str, Any] = dict(found.given)
    for column, name in enumerate(inputs):
        nudged = np.full(count, float(values[name]))
        nudged[column] *= 1 + _NUDGE
        values[name] = nudged
    moved = model.evaluate(outputs, values, found.resolved.options)
    table = {}
    for output in outputs:
        base = found.results[output].value
        change = (np.broadcast_to(moved[output], (count,)) / base - 1) / _NUDGE
        table[output] = dict(zip(inputs, np.nan_to_num(change).tolist(), strict=True))
    return table


def _checks(values: Mapping[str, Any]) -> list[Check]:
    checks = []
    for name, row in glossary.quantities().items():
        if row.check and name in values and not math.isnan(float(values[name])):
            ok = bool(values[name] >= 0)
            checks.append(Check(name.removesuffix("_margin"), ok, filled(row.check, values)))
    return checks


def _rule_checks(resolved: Resolved, values: Mapping[str, Any]) -> list[Check]:
    """Rules that exclude what the scenario chose, or put a condition on it."""
    found = rules.findings(resolved, values, resolved.catalog)
    noted = [f for f in found if f.verdict != rules.ALLOWED]
    return [
        Check(
            f.rule.replace(" ", "_").replace("-", "_"),
            f.verdict != rules.EXCLUDED,
            f"{f.option}: {f.verdict}: {f.reason}.",
        )
        for f in noted
    ]


def filled(message: str, values: Mapping[str, Any]) -> str:
    """`message` with each {name} replaced by its value."""
    return re.sub(r"\{(\w+)\}", lambda m: shown(m[1], values[m[1]]) if m[1] in values else "unknown", message)


def _binding(values: Mapping[str, Any]) -> list[tuple[str, float]]:
    rows = glossary.quantities()
    used = [
        (row.binds, float(values[name]))
        for name, row in rows.items()
        if row.binds and name in values and math.isfinite(float(values[name]))
    ]
    return sorted(used, key=lambda pair: -pair[1])


def _kinds(wanted: list[str], given: Mapping[str, Any], resolved: Resolved) -> dict[str, str]:
    """The weakest kind among the inputs of each quantity; "set" where everything was set."""
    rank = {"set": -1, **{kind: index for index, kind in enumerate(KINDS)}}
    names = {index: kind for kind, index in rank.items()}
    facts = resolved.facts
    known = {name: rank.get(facts[name].kind, -1) if name in facts else -1 for name in given}
    for step in model.route(tuple(wanted), given, resolved.options).steps:
        known[step.name] = max((known[need] for need in step.needs), default=-1)
    return {name: names[index] for name, index in known.items()}


def to_json(found: Plan) -> dict[str, Any]:
    """The plan in its stable JSON shape, values in display units."""
    rows = glossary.quantities()

    def number(name: str, value: float | None) -> float | None:
        return None if value is None or not math.isfinite(value) else float(units.convert(value, rows[name].show))

    results: dict[str, Any] = {}
    for name, result in found.results.items():
        results[name] = {
            "value": number(name, result.value),
            "unit": rows[name].show,
            "low": number(name, result.low),
            "high": number(name, result.high),
            "kind": result.kind,
        }
        if rows[name].labels:
            results[name]["label"] = shown(name, result.value)
    for name in (chain.SIZE, *(n for n in found.given if n not in found.resolved.facts)):
        fact = found.resolved.facts.get(name)
        results[name] = {
            "value": number(name, float(found.given[name])),
            "unit": rows[name].show,
            "low": number(name, fact.low) if fact else None,
            "high": number(name, fact.high) if fact else None,
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
                "value": number(d.name, d.fact.value),
                "unit": rows[d.name].show,
                "source": d.fact.source,
                "kind": d.fact.kind,
                "moves": d.moves,
                "elasticity": d.elasticity,
            }
            for d in defaults_that_mattered(found)
        ],
    }
