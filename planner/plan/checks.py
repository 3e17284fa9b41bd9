"""The checks of a plan: limits that hold or break, rules, and set values that contradict the rest."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planner import glossary
from planner.model import wiring
from planner.model.scopes import Figure, Scope, written
from planner.model.wiring import Route
from planner.plan import dates, rules
from planner.plan.rules import Rules
from planner.scenario.scenario import Resolved

# A conserved quantity that is no count may be stated this much off, as rounded figures are.
_ROUNDING = 0.01
# What the rounding of floats may add to a figure that is right.
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Check:
    """A rule that the plan keeps or breaks."""

    name: str
    ok: bool
    message: str


def checked(wanted: Iterable[Figure], route: Route, whole: Resolved, known: Rules) -> list[Check]:
    """Every check of an evaluated scenario; those that guard against contradictions only where one is."""
    return [
        *_margins(wanted, whole),
        _availability(whole),
        *_mismatches(whole),
        *_rule_checks(whole, known),
        *guards(route, whole),
    ]


def guards(route: Route, whole: Resolved) -> list[Check]:
    """A failing check for each figure that contradicts the others: set, part of one that is less, or out of limits."""
    return [*_contradictions(whole), *_parts_above_their_whole(whole), *_out_of_limits(route, whole)]


def _margins(wanted: Iterable[Figure], whole: Scope) -> list[Check]:
    rows = glossary.quantities()
    checks = []
    for asked, value in _outermost(wanted, whole, _named("check")):
        message = rows[asked.name].check
        if message and not math.isnan(value):
            text = filled(message, whole.at(asked.place))
            checks.append(Check(str(asked).removesuffix("_margin"), bool(value >= 0), text))
    return checks


def _availability(whole: Resolved) -> Check:
    late = dates.unavailable(whole)
    day = dates.order_day(whole.scenario)
    message = "; ".join(f"{role}: {reason}" for role, reason in late.items())
    return Check("parts_available", not late, message or f"Every part can be ordered on {day}.")


def _mismatches(whole: Resolved) -> list[Check]:
    """Systems that hold, and offers that rent, another accelerator than the plan's."""
    checks = []
    for pool in whole.pools:
        accelerator = pool.entries.get("accelerator")
        for role, figures in (("system", {"system_price", "system_power"}), ("cloud", {"cloud_price"})):
            entry = pool.entries.get(role)
            other = entry.references.get("accelerator") if entry else None
            if not (entry and accelerator and other) or other == accelerator.key or figures <= pool.said:
                continue
            ways = f"Choose a {role} entry with {accelerator.key}, or set {' and '.join(sorted(figures))}."
            if role == "system":
                message = f"{entry.key} is sold with {other}, and its price and power hold for that. {ways}"
            else:
                message = f"condition: {entry.key} rents {other}: an hour of it is no hour of {accelerator.key}. {ways}"
            checks.append(Check(written((*pool.place, role)), role != "system", message))
    return checks


def _rule_checks(whole: Resolved, known: Rules) -> list[Check]:
    """Rules that exclude what the scenario chose, or put a condition on it."""
    checks: dict[str, Check] = {}
    for finding in (finding for pool in whole.pools for finding in known.findings(pool)):
        if finding.verdict != rules.ALLOWED:
            name = finding.rule.replace(" ", "_").replace("-", "_")
            message = f"{finding.option}: {finding.verdict}: {finding.reason}."
            checks.setdefault(message, Check(name, finding.verdict != rules.EXCLUDED, message))
    return list(checks.values())


@functools.cache
def _named(attribute: str) -> frozenset[str]:
    """The quantities that have a check, or that bind."""
    return frozenset(name for name, row in glossary.quantities().items() if getattr(row, attribute))


def _outermost(wanted: Iterable[Figure], whole: Scope, among: frozenset[str]) -> list[tuple[Figure, float]]:
    """Figures where they count: of a pool only where neither its site nor the whole has them."""
    known = whole.by_place()
    return [
        (each, float(known[each.place].known[each.name]))
        for each in wanted
        if each.name in among
        and each.name in known[each.place].known
        and all(each.name not in known[each.place[:depth]].known for depth in range(len(each.place)))
    ]


def filled(message: str, scope: Scope) -> str:
    """`message` with each {name} replaced by its value, as seen from a scope."""

    def text(match: re.Match[str]) -> str:
        name = match[1]
        if name in scope:
            return glossary.quantities()[name].text(scope[name])
        # Seen from a site or the whole with a single pool: what that pool has.
        inner = [part.known[name] for part in scope.walk() if name in part.known]
        return glossary.quantities()[name].text(inner[0]) if len(inner) == 1 else "unknown"

    return re.sub(r"\{(\w+)\}", text, message)


def limits_in_use(wanted: Iterable[Figure], whole: Scope) -> list[tuple[str, float]]:
    """Shares of limits in use, the largest first, each with the words for its limit."""
    rows = glossary.quantities()
    used = [
        (f"{rows[name].binds} of {written(place)}" if place else str(rows[name].binds), share)
        for (place, name), share in _outermost(wanted, whole, _named("binds"))
        if math.isfinite(share)
    ]
    return sorted(used, key=lambda pair: -pair[1])


def _contradictions(whole: Resolved) -> Iterator[Check]:
    """Conserved quantities that are set to something else than the rest of the scenario makes of them."""
    for pool in whole.pools:
        for name in _of_its_own(pool, "conserved"):
            giver = pool.giver(name)
            if giver is None or not _said_twice(name, pool):
                continue
            trial = pool.copied()
            del trial.whole.at(giver.place).given[name]
            value = wiring.evaluate((name,), trial).known.get(name)
            row, given = glossary.quantities()[name], float(giver.given[name])
            if value is None or not math.isfinite(value) or _agree(given, float(value), row):
                continue
            inputs = ", ".join(_as_said(each, pool) for each in _free_inputs(name, trial))
            message = (
                f"{name} is set to {row.text(given)}, but what it follows from makes it {row.text(value)}: {inputs}. "
                f"Set these to match, or leave {name} out."
            )
            yield Check(str(Figure(pool.place, f"{name}_agrees")), False, message)


def _of_its_own(pool: Resolved, attribute: str) -> list[str]:
    """The quantities with an attribute of the glossary that a pool has by its work and its ownership."""
    rows, work = glossary.quantities(), pool.options["workload"]
    named = (_named(attribute) & set(pool)) - wiring.elsewhere(pool)
    return sorted(name for name in named if rows[name].workload in (None, work))


def _said_twice(name: str, pool: Resolved) -> bool:
    """Whether something beside a conserved quantity says what it is."""
    instead = glossary.quantities()[name].instead_of
    return not instead or any((giver := pool.giver(each)) and each in giver.said for each in instead)


def _as_said(name: str, pool: Resolved) -> str:
    """A quantity by its name, with its value where the scenario says it."""
    giver = pool.giver(name)
    said = giver is not None and name in giver.said
    return f"{name} = {glossary.quantities()[name].text(pool[name])}" if said else name


def _agree(given: float, value: float, row: glossary.Quantity) -> bool:
    """Whether two values of a conserved quantity are the same: counts to the whole, others as they are rounded."""
    apart = abs(given - value)
    return apart < 1 if row.whole else apart <= _ROUNDING * max(abs(given), abs(value))


def _free_inputs(name: str, scope: Scope) -> list[str]:
    """What a conserved quantity follows from, through other conserved ones, the nearest first."""
    rows, opened = glossary.quantities(), [name]
    free: dict[str, None] = {}
    for each in opened:
        step = wiring.step(each, scope)
        for _, need in step.needs if step else ():
            if rows[need].conserved and need not in scope:
                opened += [need] if need not in opened else []
            elif need in scope or wiring.step(need, scope):
                free[need] = None
    return list(free)


def _parts_above_their_whole(whole: Resolved) -> Iterator[Check]:
    """Figures that are more than what they are part of, or than what bounds them."""
    rows = glossary.quantities()
    for pool in whole.pools:
        for name in _of_its_own(pool, "at_most"):
            row, bound = rows[name], str(rows[name].at_most)
            if bound not in pool or bound in wiring.elsewhere(pool):
                continue
            value, most = float(pool[name]), float(pool[bound])
            if value > most + _TOLERANCE * abs(most):
                message = f"{name} is {row.text(value)}, which is more than {bound}, {rows[bound].text(most)}."
                yield Check(str(Figure(pool.place, f"{name}_at_most_{bound}")), False, message)


def _out_of_limits(route: Route, whole: Resolved) -> Iterator[Check]:
    """Computed figures outside the limits of their quantity, where nothing that they follow from is."""
    rows, scopes = glossary.quantities(), whole.by_place()
    outside: set[Figure] = set()
    for step in route.steps:
        place, name = step.figure
        row, value = rows[name], float(scopes[place].known[name])
        if not math.isfinite(value) or row.holds(value):
            continue
        if outside.isdisjoint(step.needs):
            needs = ", ".join(f"{n} = {rows[n.name].text(scopes[n.place].known[n.name])}" for n in step.needs)
            message = f"{name} comes to {row.text(value)}, but is {row.limits()}: it follows from {needs}."
            yield Check(f"{step.figure}_within_limits", False, message)
        outside.add(step.figure)
