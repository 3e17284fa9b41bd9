"""Wires equations by name: evaluates, explains, and lists what depends on what.

An equation is a function of planner.equations whose name is the quantity it computes and whose
parameters are the quantities it needs.  `residual_value__straight_line` is the alternative "straight-line"
of `residual_value`, chosen by the option that the glossary names for it; an equation without such a suffix holds
for every choice that has none of its own.

A scenario of several pools uses the same equations once for each: `serving/racks` is the quantity `racks` of the
pool `serving`, and plain `racks` combines those of all pools by the rule that the glossary gives it.  The option
`pools` lists the pools, and `serving/residual_method` is an option of one.  What a pool is not given by itself it
takes from the whole.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import operator
import pkgutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner import equations, glossary, units
from planner.equations.phases import in_service


@dataclass(frozen=True)
class Equation:
    """A function with the quantity it computes and the quantities it needs."""

    name: str
    function: Callable[..., Any]
    needs: tuple[str, ...]
    room: str
    choice: str | None = None

    @property
    def paragraphs(self) -> list[str]:
        return [inspect.cleandoc(part) for part in inspect.cleandoc(self.function.__doc__ or "").split("\n\n")]

    @property
    def sentence(self) -> str:
        """What the equation computes, without the unit."""
        return " ".join(self.paragraphs[0].split()).rsplit(" [", 1)[0]

    @property
    def formula(self) -> str:
        """The formula in the symbols of its source."""
        return self.paragraphs[1] if len(self.paragraphs) > 1 else ""

    @property
    def notes(self) -> str:
        """Assumptions, limits and the source."""
        return "\n\n".join(self.paragraphs[2:])


@functools.cache
def alternatives() -> dict[str, dict[str | None, Equation]]:
    """Quantity -> choice (None: every choice without an equation of its own) -> equation."""
    found: dict[str, dict[str | None, Equation]] = {}
    for module_info in pkgutil.iter_modules(equations.__path__):
        module = importlib.import_module(f"{equations.__name__}.{module_info.name}")
        for full_name, function in vars(module).items():
            if full_name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            name, _, suffix = full_name.partition("__")
            choice = suffix.replace("_", "-") or None
            code = function.__code__
            needs = code.co_varnames[: code.co_argcount]
            same = found.setdefault(name, {})
            if choice in same:
                raise glossary.GlossaryError(f"two equations compute '{full_name}'")
            same[choice] = Equation(name, function, needs, module_info.name, choice)
    return found


def equation(name: str, options: Mapping[str, str]) -> Equation | None:
    """The equation in force for `name` under the chosen options."""
    pool, slash, quantity = name.rpartition("/")
    members = options.get(pool + slash + POOLS)
    row = glossary.quantities().get(quantity)
    if row is None:
        return None
    if members and (row.combine != AGAIN or SEPARATOR not in members):
        return _combination(name, [f"{pool}{slash}{member}/" for member in members.split(SEPARATOR)], row, options)
    choices = alternatives().get(quantity)
    if choices is None:
        return None
    found = choices.get(options.get(f"{pool}{slash}{row.option}", ""), choices.get(None))
    if found is None or not pool:
        return found
    return replace(found, name=name, needs=tuple(f"{pool}/{need}" for need in found.needs))


def scopes(options: Mapping[str, str], scope: str = "") -> list[str]:
    """What stands before a quantity's name: nothing for the whole, `serving/` for a pool; inner ones after outer."""
    members = options.get(scope + POOLS)
    inner = [scopes(options, f"{scope}{member}/") for member in members.split(SEPARATOR)] if members else []
    return [scope, *(found for each in inner for found in each)]


def pools(options: Mapping[str, str]) -> list[str]:
    """The scopes that have no pools within: each pool, or the whole where it has none."""
    return [scope for scope in scopes(options) if scope + POOLS not in options]


# Rooms about the owner's own hall, and what is bought for it: a rented pool has none of it.
_HALL = ("size", "power", "cooling", "network", "cabling", "storage", "site")
_BOUGHT = "systems"


def elsewhere(pool: str, options: Mapping[str, str]) -> frozenset[str]:
    """Quantities that a rented pool does not have, as what it runs on stands at the provider's."""
    if options.get(f"{pool}ownership") != "rented":
        return frozenset()
    own = {n.removeprefix(pool): choice for n, choice in options.items() if n.startswith(pool)}
    return _depending_on_what_is_bought(tuple(sorted(own.items())))


@functools.lru_cache(maxsize=64)
def _depending_on_what_is_bought(chosen: tuple[tuple[str, str], ...]) -> frozenset[str]:
    options = dict(chosen)
    known: dict[str, bool] = {_BOUGHT: True}

    def depends(name: str) -> bool:
        if name not in known:
            known[name] = False
            found = equation(name, options)
            known[name] = found is not None and any(depends(need) for need in found.needs)
        return known[name]

    rows = glossary.quantities()
    in_the_hall = {name for name in alternatives() if name in rows and rows[name].room in _HALL}
    spent = {name for name in alternatives() if name in rows and rows[name].option == "ownership"} - {_BOUGHT}
    return frozenset({name for name in alternatives() if depends(name)} | in_the_hall) - spent


def _combination(name: str, pools: list[str], row: glossary.Quantity, options: Mapping[str, str]) -> Equation | None:
    """The equation that combines a quantity over pools; None where the glossary gives no rule."""
    rule, _, weight = row.combine.partition(" ")
    function = COMBINATIONS.get(rule)
    if len(pools) == 1:
        # What one pool has is what the whole has.
        function, weight = _sum_over_pools, ""
    if function is None:
        return None
    workload = row.workload
    asking = [
        pool
        for pool in pools
        if (workload is None or options.get(f"{pool}workload", workload) == workload)
        and row.name not in elsewhere(pool, options)
    ]
    weights = _IN_SERVICE if function is _peak_over_pools else (weight,) if weight else ()
    needs = [pool + name for name in (row.name, *weights) for pool in asking]
    return Equation(name, function, tuple(needs), row.room) if asking else None


def _sum_over_pools(*parts: Any) -> Any:
    """Sum over the pools.

    Σ over pools
    """
    return functools.reduce(operator.add, parts)


def _weighted_sum_over_pools(*parts: Any) -> Any:
    """Sum over the pools, each weighted.

    Σ w · x over pools
    """
    values, weights = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    return functools.reduce(operator.add, (w * x for x, w in zip(values, weights, strict=True)))


def _largest_of_pools(*parts: Any) -> Any:
    """The largest of the pools.

    max over pools
    """
    return functools.reduce(np.maximum, parts)


def _smallest_of_pools(*parts: Any) -> Any:
    """The smallest of the pools.

    min over pools
    """
    return functools.reduce(np.minimum, parts)


def _peak_over_pools(*parts: Any) -> Any:
    """The most that the pools have in service together.

    max over the pools' starts of Σ x · s(t)

    What is in service only grows while no pool ends, so the most falls on the end of some pool's start and ramp.
    """
    count = len(parts) // (1 + len(_IN_SERVICE))
    values, *when = (parts[i * count : (i + 1) * count] for i in range(1 + len(_IN_SERVICE)))
    # The ends of starts and ramps along a new first axis, all at once; the axes of the values follow.
    shape = np.broadcast_shapes(*map(np.shape, parts))
    times = np.stack([np.broadcast_to(start + ramp, shape) for start, ramp in zip(when[0], when[1], strict=True)])
    shares = [in_service(times, *pool) for pool in zip(*when, strict=True)]
    return np.max(functools.reduce(operator.add, (x * share for x, share in zip(values, shares, strict=True))), axis=0)


def _mean_over_pools(*parts: Any) -> Any:
    """Weighted mean over the pools.

    x_1 + Σ w · (x − x_1) / Σ w

    Written as a difference from the first pool, so that equal values give exactly that value.
    """
    values, weights = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    total = functools.reduce(operator.add, weights)
    apart = functools.reduce(operator.add, (w * (x - values[0]) for x, w in zip(values, weights, strict=True)))
    return values[0] + apart / np.where(total == 0, 1, total)


# How a quantity combines over pools, as the glossary's `combine` says it; "mean" and "weigh" are followed by a weight.
COMBINATIONS = {
    "sum": _sum_over_pools,
    "peak": _peak_over_pools,
    "weigh": _weighted_sum_over_pools,
    "max": _largest_of_pools,
    "min": _smallest_of_pools,
    "mean": _mean_over_pools,
}
# What the peak depends on: the inputs of the share in service beside the time.
_IN_SERVICE = ("start_delay", "ramp_time", "analysis_period")
# Computed again, by its own equation, from what the pools combine to.
AGAIN = "again"
# The option that lists the pools, and what stands between their names.
POOLS, SEPARATOR = "pools", ","


@dataclass(frozen=True)
class Route:
    """The order in which equations run for what is wanted, and what cannot be computed and why."""

    steps: tuple[Equation, ...]
    missing: dict[str, tuple[str, ...]]


def route(wanted: Iterable[str], given: Iterable[str], options: Mapping[str, str]) -> Route:
    """The equations that lead from `given` to `wanted`, in order; a given quantity's own equation does not run."""
    return _route(tuple(wanted), frozenset(given), tuple(sorted(options.items())))


@functools.lru_cache(maxsize=512)
def _route(wanted: tuple[str, ...], given: frozenset[str], chosen: tuple[tuple[str, str], ...]) -> Route:
    options = dict(chosen)
    steps: list[Equation] = []
    missing: dict[str, tuple[str, ...]] = {}
    done = set(given)
    open_names: list[str] = []

    def visit(name: str) -> bool:
        if name in done:
            return True
        if name in missing:
            return False
        if name in open_names:
            raise glossary.GlossaryError(f"equations form a cycle: {' -> '.join([*open_names, name])}")
        found = equation(name, options)
        if found is None:
            missing[name] = (name,)
            return False
        open_names.append(name)
        needs = tuple(source(need, given) for need in found.needs)
        lacking: dict[str, None] = {}
        for need in needs:
            if not visit(need):
                lacking.update(dict.fromkeys(missing[need]))
        open_names.pop()
        if lacking:
            missing[name] = tuple(lacking)
            return False
        steps.append(found if needs == found.needs else replace(found, needs=needs))
        done.add(name)
        return True

    for name in wanted:
        visit(name)
    return Route(tuple(steps), missing)


@functools.cache
def site_limits() -> frozenset[str]:
    """Given quantities that a margin or a share in use of a whole site is computed from: its limits."""
    rows, computed = glossary.quantities(), alternatives()
    held = [n for n in computed if n in rows and (rows[n].check or rows[n].binds) and rows[n].combine == AGAIN]
    needs = {need for name in held for found in computed[name].values() for need in found.needs}
    return frozenset(need for need in needs if need not in computed)


def source(name: str, given: Collection[str]) -> str:
    """Where a quantity of a pool comes from: the pool itself, or the whole where only that is given it."""
    pool, _, quantity = name.rpartition("/")
    while pool and f"{pool}/{quantity}" not in given:
        pool = pool.rpartition("/")[0]
    nearest = f"{pool}/{quantity}" if pool else quantity
    return nearest if nearest in given else name


def evaluate(
    wanted: Iterable[str], values: Mapping[str, Any], options: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """`values` and every step that leads to `wanted`, as far as the inputs go; floats or arrays in base units."""
    found = dict(values)
    with np.errstate(all="ignore"):
        for step in route(wanted, values, options or {}).steps:
            found[step.name] = step.function(*[found[need] for need in step.needs])
    return found


def inputs_of(name: str, given: Iterable[str], options: Mapping[str, str]) -> set[str]:
    """The given quantities that `name` depends on."""
    given = set(given)
    if name in given:
        return {name}
    needed: set[str] = set()
    for step in route((name,), given, options).steps:
        needed.update(need for need in step.needs if need in given)
    return needed


def used_by(name: str) -> list[str]:
    """Quantities whose equations need `name` directly."""
    users = [n for n, choices in alternatives().items() if any(name in e.needs for e in choices.values())]
    return sorted(users)


@dataclass
class Step:
    """One node of a derivation."""

    name: str
    value: Any
    equation: Equation | None
    inputs: list[Step] = field(default_factory=list)
    # True where the same node was expanded earlier in the tree.
    repeated: bool = False


def derivation(
    name: str,
    values: Mapping[str, Any],
    given: Iterable[str],
    options: Mapping[str, str],
    seen: set[str] | None = None,
) -> Step:
    """The tree of equations and inputs behind `name`; a node is expanded once, in all trees that share `seen`."""
    given = set(given)
    expanded = set() if seen is None else seen
    name = source(name, given)
    steps = {step.name: step for step in route((name,), given, options).steps}

    def node(quantity: str) -> Step:
        found = steps.get(quantity)
        step = Step(quantity, values.get(quantity), found)
        if found is None:
            return step
        if quantity in expanded:
            step.repeated = True
            return step
        expanded.add(quantity)
        step.inputs = [node(need) for need in found.needs]
        return step

    return node(name)


def problems() -> list[str]:
    """Everything wrong with the wiring: undeclared names, units that do not match, wrong docstrings, cycles."""
    found: list[str] = []
    rows = glossary.quantities()
    for name, quantity in rows.items():
        for text in (quantity.unit, quantity.show):
            try:
                unit = units.unit(text)
            except units.UnitError as error:
                found.append(f"glossary {quantity.room}: {name}: {error}")
                break
            if text == quantity.unit and (unit.factor != 1 or unit.offset != 0):
                found.append(f"glossary {quantity.room}: {name}: '{text}' is not a coherent base unit")
        else:
            if not units.same_dimensions(quantity.unit, quantity.show):
                found.append(f"glossary {quantity.room}: {name}: '{quantity.show}' does not show '{quantity.unit}'")
    for kind in glossary.kinds().values():
        for role, (field_name, row) in ((r, f) for r in kind.roles for f in kind.fields.items()):
            name = f"{role}_{field_name}"
            declared = rows[name].unit
            if not units.same_dimensions(declared, row.unit):
                found.append(
                    f"glossary {rows[name].room}: {name}: '{declared}', the field of {kind.name} is '{row.unit}'"
                )
    for name, choices in alternatives().items():
        if name not in rows:
            found.append(f"{next(iter(choices.values())).room}: '{name}' is not in the glossary")
            continue
        if set(choices) != {None}:
            option = glossary.options().get(rows[name].option or "")
            named = {choice for choice in choices if choice is not None}
            whole = option is not None and (None in choices or named == set(option.choices))
            if option is None or not whole or not named <= set(option.choices):
                found.append(f"{name}: its alternatives {sorted(map(str, choices))} are not the choices of an option")
        for found_equation in choices.values():
            found.extend(_equation_problems(found_equation, rows))
    for option_choices in _option_combinations():
        try:
            route(tuple(alternatives()), (), option_choices)
        except glossary.GlossaryError as error:
            found.append(str(error))
    return found


def _equation_problems(found: Equation, rows: Mapping[str, glossary.Quantity]) -> list[str]:
    unknown = [need for need in found.needs if need not in rows]
    if unknown:
        return [f"{found.room}.{found.function.__name__}: needs '{n}', which is not in the glossary" for n in unknown]
    problems_here = []
    declared = rows[found.name].unit
    if not found.paragraphs[0].rstrip().endswith(f"[{declared}]"):
        problems_here.append(f"{found.room}.{found.function.__name__}: its first sentence does not end in [{declared}]")
    try:
        computed = units.traced(found.function, {need: rows[need].unit for need in found.needs})
        if not units.same_dimensions(computed, declared):
            problems_here.append(f"{found.room}.{found.function.__name__}: computes {computed}, declared {declared}")
    except Exception as error:
        problems_here.append(f"{found.room}.{found.function.__name__}: {type(error).__name__}: {error}")
    return problems_here


def _option_combinations() -> list[dict[str, str]]:
    """Each option's choices in turn, the others at their first choice."""
    first = {name: option.choices[0] for name, option in glossary.options().items()}
    return [first] + [first | {n: c} for n, option in glossary.options().items() for c in option.choices[1:]]
