"""Which inputs cause the difference between two plans, so that the causes add up to the whole of it.

Each input's cause is its Shapley value: what taking it over from the other plan changes, averaged over the orders
in which the inputs can be taken over.  What one choice brings along (the figures of a catalog entry, the degrees of
a strategy) is taken over together, and shared out within: Owen's value of games with unions (Owen, "Values of games
with a priori unions", 1977).  Effects that need two inputs at once are thereby split between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary
from planner.model import scopes, wiring
from planner.plan import sizing
from planner.plan.plan import Plan

# Orders tried; beyond a few inputs there are too many to try them all, and each order is tried backwards too.
_ORDERS = 24
STRATEGY = "parallel strategy"


@dataclass(frozen=True)
class Cause:
    """An input that differs, the choice that brings it, and its part of the difference."""

    name: str
    change: float
    choice: str = ""


def causes(base: Plan, other: Plan, names: list[str]) -> dict[str, list[Cause]]:
    """Per quantity: the inputs that differ with their parts of the difference, the strongest first."""
    # What one plan sets and the other computes is an input as well.
    given = dict.fromkeys([*base.given, *other.given])
    shared = [name for name in given if name in base.values and name in other.values]
    differing = {name: _choice(name, base, other) for name in shared if base.values[name] != other.values[name]}
    equations = _equations(base, other)
    inputs = [*differing, *([equations] if equations else [])]
    if not inputs:
        return {name: [] for name in names}
    orders = _orders([differing.get(name, "") for name in inputs])
    # After each step of each order, which inputs are those of the other plan; before the first step none is.
    ranks = np.argsort(orders, axis=1)
    taken = ranks[:, None, :] < np.arange(len(inputs) + 1)[None, :, None]
    results = _evaluated((base, other), names, list(differing), taken.reshape(-1, len(inputs)))
    found: dict[str, list[Cause]] = {}
    for name in names:
        if name not in results:
            found[name] = []
            continue
        steps = np.diff(_bridged(results[name].reshape(len(orders), -1)), axis=1)
        parts = np.take_along_axis(steps, ranks, axis=1).mean(axis=0)
        least = 1e-12 * np.nanmax(np.abs(results[name]), initial=0, where=np.isfinite(results[name]))
        pairs = [
            Cause(each, float(part), differing.get(each, ""))
            for each, part in zip(inputs, parts, strict=True)
            if abs(part) > least
        ]
        found[name] = sorted(pairs, key=lambda cause: -abs(cause.change))
    return found


def _bridged(found: Any) -> Any:
    """Rows of results with those of impossible mixtures on the line between their neighbours.

    A model of one plan need not fit the strategy of the other: what changes meanwhile is shared equally by the inputs
    taken over between two mixtures that can run.
    """
    known = np.isfinite(found)
    if known.all():
        return found
    steps = np.arange(found.shape[1])
    return np.array([np.interp(steps, steps[has], row[has]) for row, has in zip(found, known, strict=True)])


def _equations(base: Plan, other: Plan) -> str:
    """The options by which two plans take other equations, in words; empty where they take the same."""
    one, two = base.resolved.options, other.resolved.options
    differing = [name for name in dict.fromkeys([*one, *two]) if one.get(name) != two.get(name)]
    # What an entry chooses is called by the role of the entry.
    by_entry = {name: option.role for name, option in glossary.options().items() if option.role}
    options = dict.fromkeys(scopes.POOLS if "/" in name else by_entry.get(name, name) for name in differing)
    lacking = any((name in base.values) != (name in other.values) for name in {**base.given, **other.given})
    return " and ".join(options) or ("inputs of one alone" if lacking else "")


def _choice(name: str, base: Plan, other: Plan) -> str:
    """What brings an input along: a role whose entry differs, the strategy, or nothing but itself."""
    scope, _, quantity = name.rpartition("/")
    facts = [each.resolved.facts.get(name) for each in (base, other)]
    found_by_planner = [name in each.given and name not in each.resolved.facts for each in (base, other)]
    if any(found_by_planner):
        return "" if quantity == sizing.SIZE else STRATEGY
    # What a scenario sets itself is a cause of its own.
    if any(fact is None or "/" not in fact.origin for fact in facts):
        return ""
    entries, others = base.resolved.entries, other.resolved.entries
    roles = [role for role in entries if entries[role] != others.get(role) and role.rpartition("/")[0] in ("", scope)]
    return max((role for role in roles if quantity.startswith(role.rpartition("/")[2] + "_")), key=len, default="")


def _orders(choices: list[str]) -> Any:
    """Orders of the inputs in which those of one choice follow each other; each row holds input numbers."""
    random = np.random.default_rng(0)
    groups: dict[str, list[int]] = {}
    for number, choice in enumerate(choices):
        groups.setdefault(choice or f"input {number}", []).append(number)
    rows = []
    for _ in range(_ORDERS):
        shuffled = [random.permutation(list(groups.values())[i]) for i in random.permutation(len(groups))]
        order = np.concatenate(shuffled)
        rows += [order, order[::-1]]
    return np.array(rows)


def _evaluated(plans: tuple[Plan, Plan], names: list[str], differing: list[str], taken: Any) -> dict[str, Any]:
    """The quantities for each row of `taken`: True where an input is the other plan's.

    The last column, where there is one more than inputs differ, says whose equations hold.
    """
    base, other = plans
    of_other = taken[:, -1] if taken.shape[1] > len(differing) else np.zeros(len(taken), dtype=bool)
    results: dict[str, Any] = {}
    for own, where in ((base, ~of_other), (other, of_other)):
        if not where.any():
            continue
        values: dict[str, Any] = dict(own.given)
        for column, name in enumerate(differing):
            values[name] = np.where(taken[where, column], other.values[name], base.values[name])
        moved = wiring.evaluate(names, values, own.resolved.options)
        for name in names:
            if name in moved:
                results.setdefault(name, np.full(len(taken), np.nan))[where] = moved[name]
    return {name: found for name, found in results.items() if np.isfinite(found[[0, -1]]).all()}
