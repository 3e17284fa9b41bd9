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
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from planner import equations, glossary
from planner.model.combine import _IN_SERVICE, COMBINATIONS, _peak_over_pools, _sum_over_pools
from planner.model.scopes import AGAIN, POOLS, SEPARATOR, source

# The formula of a quantity that is a number, known only where others are.
NUMBER = re.compile(r"(?:(?P<number>[\d/.]+) \+ )?0 \* (?P<needs>\w+(?: \* \w+)*)")
# A heading of a section of a docstring, as numpydoc writes it.
_HEADING = re.compile(r"\n*^(Parameters|Notes|References)\n-+\n", re.M)


@dataclass(frozen=True)
class Equation:
    """A function with the quantity it computes and the quantities it needs."""

    name: str
    function: Callable[..., Any]
    needs: tuple[str, ...]
    room: str
    choice: str | None = None

    @property
    def sections(self) -> dict[str, str]:
        """Heading -> text of the sections of the docstring; what stands before the first one has an empty heading."""
        parts = _HEADING.split(f"{inspect.cleandoc(self.function.__doc__ or '')}\n")
        return {heading: text.strip() for heading, text in zip(["", *parts[1::2]], parts[::2], strict=True)}

    @property
    def paragraphs(self) -> list[str]:
        return [inspect.cleandoc(part) for part in self.sections[""].split("\n\n")]

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
        references = self.sections.get("References", "").replace(".. [", "[")
        return "\n\n".join(filter(None, [*self.paragraphs[2:], self.sections.get("Notes", ""), references]))

    @property
    def ranges(self) -> dict[str, tuple[str, str]]:
        """Parameter -> its unit, and the values for which the equation holds, where the docstring says so."""
        lines = [line for line in self.sections.get("Parameters", "").splitlines() if " : " in line]
        split = [(name, said.partition(", ")) for name, _, said in (line.partition(" : ") for line in lines)]
        return {name: (unit, values) for name, (unit, _, values) in split}


@functools.cache
def alternatives() -> dict[str, dict[str | None, Equation]]:
    """Quantity -> choice (None: every choice without an equation of its own) -> equation."""
    found: dict[str, dict[str | None, Equation]] = {}
    for path in sorted(Path(equations.__path__[0]).rglob("*.py"), key=lambda path: path.stem):
        if path.stem == "__init__":
            continue
        module = importlib.import_module(f"{equations.__name__}.{path.parent.name}.{path.stem}")
        for full_name, function in vars(module).items():
            if full_name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            name, _, suffix = full_name.partition("__")
            choice = suffix.replace("_", "-") or None
            code = function.__code__
            needs = code.co_varnames[: code.co_argcount]
            _add(Equation(name, function, needs, path.stem, choice), found)
    for row in glossary.quantities().values():
        for choice, text in row.same_as.items():
            _add(_from_row(row, choice, text), found)
    return found


def _add(new: Equation, found: dict[str, dict[str | None, Equation]]) -> None:
    choices = found.setdefault(new.name, {})
    if new.choice in choices:
        raise glossary.GlossaryError(f"two equations compute '{new.function.__name__}'")
    choices[new.choice] = new


def _from_row(row: glossary.Quantity, choice: str | None, text: str) -> Equation:
    """The equation of a quantity that equals another or a number, as its row in the glossary says."""
    formula = text.partition(":")[0].strip()
    stated = NUMBER.fullmatch(formula)
    function: Callable[..., Any]
    if stated:
        number = float(Fraction(stated["number"] or 0))
        needs, function = (
            stated["needs"].split(" * "),
            lambda *values: number + 0 * functools.reduce(operator.mul, values),
        )
    else:
        needs, function = [formula], lambda value: value
    function.__name__ = row.name + ("" if choice is None else f"__{choice.replace('-', '_')}")
    function.__doc__ = f"{row.meaning}. [{row.unit}]\n\n{text}"
    return Equation(row.name, function, tuple(needs), row.room, choice)


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
