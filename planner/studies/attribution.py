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
from planner.model import wiring
from planner.model.scopes import Figure, figure
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
    given = dict.fromkeys([*base.whole.all_given(), *other.whole.all_given()])
    values = {each: (base.whole.value(each), other.whole.value(each)) for each in given}
    differing = {
        each: _choice(each, base, other)
        for each, (ours, theirs) in values.items()
        if ours is not None and theirs is not None and ours != theirs
    }
    equations = _equations(base, other)
    inputs = [*map(str, differing), *([equations] if equations else [])]
    if not inputs:
        return {name: [] for name in names}
    brought_by = [*differing.values(), *([""] if equations else [])]
    orders = _orders(brought_by)
    # After each step of each order, which inputs are those of the other plan; before the first step none is.
    ranks = np.argsort(orders, axis=1)
    taken = ranks[:, None, :] < np.arange(len(inputs) + 1)[None, :, None]
    results = _evaluated((base, other), names, list(differing), taken.reshape(-1, len(inputs)))
    by_name: dict[str, list[Cause]] = {}
    for name in names:
        if name not in results:
            by_name[name] = []
            continue
        steps = np.diff(_bridged(results[name].reshape(len(orders), -1)), axis=1)
        parts = np.take_along_axis(steps, ranks, axis=1).mean(axis=0)
        least = 1e-12 * np.nanmax(np.abs(results[name]), initial=0, where=np.isfinite(results[name]))
        pairs = [
            Cause(each, float(part), choice)
            for each, choice, part in zip(inputs, brought_by, parts, strict=True)
            if abs(part) > least
        ]
        by_name[name] = sorted(pairs, key=lambda cause: -abs(cause.change))
    return by_name


def _bridged(rows: Any) -> Any:
    """Rows of results with those of impossible mixtures on the line between their neighbours.

    A model of one plan need not fit the strategy of the other: what changes meanwhile is shared equally by the inputs
    taken over between two mixtures that can run.
    """
    known = np.isfinite(rows)
    if known.all():
        return rows
    steps = np.arange(rows.shape[1])
    return np.array([np.interp(steps, steps[has], row[has]) for row, has in zip(rows, known, strict=True)])


def _equations(base: Plan, other: Plan) -> str:
    """The options by which two plans take other equations, in words; empty where they take the same."""
    one, two = base.whole.all_options(), other.whole.all_options()
    differing = [each for each in dict.fromkeys([*one, *two]) if one.get(each) != two.get(each)]
    # What an entry chooses is called by the role of the entry.
    by_entry = {name: option.role for name, option in glossary.options().items() if option.role}
    options = dict.fromkeys("pools" if each.place else by_entry.get(each.name, each.name) for each in differing)
    given = {**base.whole.figures(), **other.whole.figures()}
    lacking = any((base.whole.value(each) is None) != (other.whole.value(each) is None) for each in given)
    return " and ".join(options) or ("inputs of one alone" if lacking else "")


def _choice(given: Figure, base: Plan, other: Plan) -> str:
    """What brings an input along: a role whose entry differs, the strategy, or nothing but itself."""
    scopes = [plan.whole.at(given.place) for plan in (base, other)]
    facts = [scope.facts.get(given.name) for scope in scopes]
    if any(fact is None and given.name in scope.given for fact, scope in zip(facts, scopes, strict=True)):
        return "" if given.name == sizing.SIZE else STRATEGY
    # What a scenario sets itself is a cause of its own; what one entry states and the other leaves open is the entry's.
    if any(fact is not None and "/" not in fact.origin for fact in facts):
        return ""
    entries, others = base.whole.all_entries(), other.whole.all_entries()
    roles = [role for role in entries if entries[role] != others.get(role) and role.place in ((), given.place)]
    return max((str(role) for role in roles if given.name.startswith(f"{role.name}_")), key=len, default="")


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


def _evaluated(plans: tuple[Plan, Plan], names: list[str], differing: list[Figure], taken: Any) -> dict[str, Any]:
    """The quantities for each row of `taken`: True where an input is the other plan's.

    The last column, where there is one more than inputs differ, says whose equations hold.
    """
    base, other = plans
    of_other = taken[:, -1] if taken.shape[1] > len(differing) else np.zeros(len(taken), dtype=bool)
    results: dict[str, Any] = {}
    for own, where in ((base, ~of_other), (other, of_other)):
        if not where.any():
            continue
        mixed = own.whole.copied()
        for column, each in enumerate(differing):
            values = np.where(taken[where, column], other.whole.value(each), base.whole.value(each))
            mixed.at(each.place).given[each.name] = values
        figures = {name: figure(name) for name in names}
        moved = wiring.evaluate(figures.values(), mixed)
        for name, asked in figures.items():
            if (value := moved.value(asked)) is not None:
                results.setdefault(name, np.full(len(taken), np.nan))[where] = value
    return {name: column for name, column in results.items() if np.isfinite(column[[0, -1]]).all()}
