"""Wires equations by name: evaluates, explains, and lists what depends on what.

An equation is a function of planner.equations whose name is the quantity it computes and whose
parameters are the quantities it needs.  `residual_value__straight_line` is the alternative "straight-line"
of `residual_value`, chosen by the option that the glossary names for it; an equation without such a suffix holds
for every choice that has none of its own.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner import equations, glossary, units


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
    choices = alternatives().get(name)
    if choices is None:
        return None
    option = glossary.quantities()[name].option if name in glossary.quantities() else None
    return choices.get(options.get(option or "", ""), choices.get(None))


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
        lacking: dict[str, None] = {}
        for need in found.needs:
            if not visit(need):
                lacking.update(dict.fromkeys(missing[need]))
        open_names.pop()
        if lacking:
            missing[name] = tuple(lacking)
            return False
        steps.append(found)
        done.add(name)
        return True

    for name in wanted:
        visit(name)
    return Route(tuple(steps), missing)


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


def derivation(name: str, values: Mapping[str, Any], given: Iterable[str], options: Mapping[str, str]) -> Step:
    """The tree of equations and inputs behind `name`; a repeated node is expanded once."""
    given = set(given)
    seen: set[str] = set()

    def node(quantity: str) -> Step:
        found = None if quantity in given else equation(quantity, options)
        step = Step(quantity, values.get(quantity), found)
        if found is None:
            return step
        if quantity in seen:
            step.repeated = True
            return step
        seen.add(quantity)
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
