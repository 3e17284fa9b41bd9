"""Wires equations by name: evaluates, explains, and lists what depends on what.

An equation is a function of planner.equations whose name is the quantity it computes and whose
parameters are the quantities it needs.  `residual_value__straight_line` is the alternative "straight-line"
of `residual_value`, chosen by the option that the glossary names for it; an equation without such a suffix holds
for every choice that has none of its own.

A scenario of several pools uses the same equations once for each scope of its tree (planner.model.scopes): a step of a
route is an equation in a scope.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np

from planner import equations, glossary
from planner.model.combine import COMBINATIONS, IN_SERVICE, ONE_PART, PEAK
from planner.model.scopes import AGAIN, Figure, Scope, Shape, of_shape, scope_of

S = TypeVar("S", bound=Scope)

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
    by_name: dict[str, dict[str | None, Equation]] = {}
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
            _add(Equation(name, function, needs, path.stem, choice), by_name)
    for row in glossary.quantities().values():
        for choice, text in row.same_as.items():
            _add(_from_row(row, choice, text), by_name)
    return by_name


def _add(new: Equation, by_name: dict[str, dict[str | None, Equation]]) -> None:
    choices = by_name.setdefault(new.name, {})
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
    """The equation of a quantity under the chosen options; None where it has none."""
    row, choices = glossary.quantities().get(name), alternatives().get(name)
    return choices.get(options.get(row.option or "", ""), choices.get(None)) if row and choices else None


@dataclass(frozen=True)
class Step:
    """An equation in a scope: what it computes there, and where each of its needs stands."""

    figure: Figure
    equation: Equation
    needs: tuple[Figure, ...]


def step(name: str, scope: Scope) -> Step | None:
    """How a scope comes to a quantity that is not given in it: as given further out, by the quantity's equation, or
    combined from the scope's parts; None where it has none.
    """
    row = glossary.quantities().get(name)
    giver = scope.giver(name)
    if row is not None and giver is not None and giver is not scope:
        return Step(Figure(scope.place, name), _given_further_out(row), (Figure(giver.place, name),))
    if row is not None and scope.combines(name):
        return _combination(row, scope)
    own = equation(name, scope.options)
    if own is None:
        return None
    return Step(Figure(scope.place, name), own, tuple(scope.source(need) for need in own.needs))


def _given_further_out(row: glossary.Quantity) -> Equation:
    def same(value: Any) -> Any:
        return value

    same.__doc__ = f"{row.meaning}. [{row.unit}]\n\nas given for the site or for the whole"
    return Equation(row.name, same, (row.name,), row.room)


def _combination(row: glossary.Quantity, scope: Scope) -> Step | None:
    """The step that combines a quantity from a scope's parts; None where the glossary gives no rule."""
    rule, _, weight = row.combine.partition(" ")
    absent = _counted_apart if any(not elsewhere(part) for part in scope.parts.values()) else elsewhere
    if len(scope.parts) == 1:
        # What one part has is what the scope has.
        rule, weight = ONE_PART, ""
    asking = [
        part
        for part in scope.parts.values()
        if row.workload in (None, part.options.get("workload", row.workload)) and row.name not in absent(part)
    ]
    if rule not in COMBINATIONS or not asking:
        return None
    weights = IN_SERVICE if rule == PEAK else (weight,) if weight else ()
    needs = [part.source(name) for name in (row.name, *weights) for part in asking]
    return Step(Figure(scope.place, row.name), Equation(row.name, COMBINATIONS[rule], (), row.room), tuple(needs))


# Rooms about the owner's own hall, the work of building and running it, and what is paid for them.
_HALL = (
    *("size", "power", "cooling", "network", "cabling", "auxiliary_networks", "reserves", "site", "tariff"),
    *("schedule", "delay", "capex", "opex", "amortization", "carbon"),
)
# A rented pool has none of these, nor of what depends on them.
_BOUGHT = (
    *("racks", "compute_power", "pue", "capex_compute", "system_price", "storage_bought", "storage_power"),
    *("capex_storage", "object_storage_cost", "nodes_to_buy"),
)
# How large a pool is, whoever has bought it; the owner counts the systems of owned pools alone.
_SIZE = frozenset({"systems", "nodes", "installed_accelerators", "cluster_tier"})
# What a rented pool lacks for any of them.
NOT_OWNED = "a purchase and a hall of its own, as it is rented"


def elsewhere(scope: Scope) -> frozenset[str]:
    """Quantities that a scope of rented pools does not have, as the provider buys what it runs on and houses it."""
    rented = [pool.options.get("ownership") == "rented" for pool in scope.pools]
    return frozenset.intersection(*(_elsewhere(pool.shape(())) for pool in scope.pools)) if all(rented) else frozenset()


@functools.lru_cache(maxsize=64)
def _elsewhere(shape: Shape) -> frozenset[str]:
    rows = glossary.quantities()
    in_the_hall = {name for name in alternatives() if name in rows and rows[name].room in _HALL}
    return (_resting_on(_BOUGHT, shape) | in_the_hall) - _spent() - _SIZE


def _counted_apart(part: Scope) -> frozenset[str]:
    """What rented pools have for themselves beside owned ones: the whole has what it owns or would rent instead."""
    apart = elsewhere(part)
    return apart | _resting_on(("systems",), part.pools[0].shape(())) - _spent() if apart else apart


@functools.lru_cache(maxsize=64)
def _resting_on(roots: tuple[str, ...], shape: Shape) -> frozenset[str]:
    """The quantities that some of `roots` lead to, and those themselves."""
    scope = of_shape(shape)
    known = {Figure((), name): True for name in roots}

    def rests(figure: Figure) -> bool:
        if figure not in known:
            known[figure] = False
            how = step(figure.name, scope.at(figure.place))
            known[figure] = how is not None and any(rests(need) for need in how.needs)
        return known[figure]

    rows = glossary.quantities()
    return frozenset(name for name in alternatives() if name in rows and rests(Figure((), name)))


@functools.cache
def _spent() -> frozenset[str]:
    """The quantities that owned and rented pools have, each in its way."""
    return frozenset(name for name, row in glossary.quantities().items() if row.option == "ownership")


@dataclass(frozen=True)
class Route:
    """The order in which equations run for what is wanted, and what cannot be computed and why."""

    steps: tuple[Step, ...]
    # By the name that is wanted, the names that it lacks.
    missing: dict[str, tuple[str, ...]]

    @functools.cached_property
    def numbered(self) -> tuple[tuple[Figure, ...], list[tuple[Callable[..., Any], list[int]]]]:
        """The given figures that it starts from, and each step by the numbers of its needs: theirs, then the steps'."""
        computed = {step.figure for step in self.steps}
        inputs = dict.fromkeys(need for step in self.steps for need in step.needs if need not in computed)
        number = {each: index for index, each in enumerate([*inputs, *(step.figure for step in self.steps)])}
        return tuple(inputs), [(step.equation.function, [number[need] for need in step.needs]) for step in self.steps]


def route(
    wanted: Iterable[str | Figure],
    given: Scope | Iterable[str],
    options: Mapping[str, str] | None = None,
) -> Route:
    """The equations that lead from what is given to what is wanted, in order; what is given is not computed.

    Names stand for quantities of the scope.  Names of given quantities with their options are a scope by themselves.
    """
    scope = scope_of(given, options)
    place = scope.place
    figures = tuple(each if isinstance(each, Figure) else Figure(place, each) for each in wanted)
    return _route(figures, scope.whole.shape())


def placed(asked: str | Figure, scope: Scope) -> Figure:
    """The figure that is asked for: by its name it is one of the scope."""
    return asked if isinstance(asked, Figure) else Figure(scope.place, asked)


@functools.lru_cache(maxsize=512)
def _route(wanted: tuple[Figure, ...], shape: Shape) -> Route:
    scopes = of_shape(shape).by_place()
    steps: list[Step] = []
    missing: dict[Figure, tuple[Figure, ...]] = {}
    done = {Figure(place, name) for place, scope in scopes.items() for name in scope.given}
    opened: list[Figure] = []

    def visit(figure: Figure) -> bool:
        if figure in done:
            return True
        if figure in missing:
            return False
        if figure in opened:
            raise glossary.GlossaryError(f"equations form a cycle: {' -> '.join(map(str, [*opened, figure]))}")
        how = step(figure.name, scopes[figure.place]) if figure.place in scopes else None
        if how is None:
            missing[figure] = (figure,)
            return False
        opened.append(figure)
        lacking: dict[Figure, None] = {}
        for need in how.needs:
            if not visit(need):
                lacking.update(dict.fromkeys(missing[need]))
        opened.pop()
        if lacking:
            missing[figure] = tuple(lacking)
            return False
        steps.append(how)
        done.add(figure)
        return True

    for figure in wanted:
        visit(figure)
    return Route(tuple(steps), {str(figure): tuple(map(str, lacking)) for figure, lacking in missing.items()})


@functools.cache
def site_limits() -> frozenset[str]:
    """Given quantities that a margin or a share in use of a whole site is computed from: its limits."""
    rows, computed = glossary.quantities(), alternatives()
    held = [n for n in computed if n in rows and (rows[n].check or rows[n].binds) and rows[n].combine == AGAIN]
    needs = {need for name in held for equation in computed[name].values() for need in equation.needs}
    return frozenset(need for need in needs if need not in computed)


@overload
def evaluate(wanted: Iterable[str | Figure], given: S) -> S: ...


@overload
def evaluate(
    wanted: Iterable[str | Figure], given: Mapping[str, Any], options: Mapping[str, str] | None = None
) -> Scope: ...


def evaluate(
    wanted: Iterable[str | Figure], given: Scope | Mapping[str, Any], options: Mapping[str, str] | None = None
) -> Scope:
    """The scope with every step computed that leads to what is wanted, as far as what is given goes.

    Floats or arrays in base units.  Given values with their options are a scope by themselves.
    """
    scope = scope_of(given, options)
    return computed(route(wanted, scope), scope)


def computed(route: Route, scope: S) -> S:
    """The scope with every step of a route computed."""
    evaluated = scope.to_compute()
    known = {place: each.known for place, each in evaluated.whole.by_place().items()}
    inputs, steps = route.numbered
    values = [known[place][name] for place, name in inputs]
    with np.errstate(all="ignore"):
        for function, needs in steps:
            values.append(function(*[values[need] for need in needs]))
    for step, value in zip(route.steps, values[len(inputs) :], strict=True):
        known[step.figure.place][step.figure.name] = value
    return evaluated


def inputs_of(
    asked: str | Figure,
    given: Scope | Iterable[str],
    options: Mapping[str, str] | None = None,
) -> set[Figure]:
    """The given figures that a quantity depends on."""
    scope = scope_of(given, options)
    figure = placed(asked, scope)
    if figure.name in scope.whole.at(figure.place).given:
        return {figure}
    given_at = {place: each.given for place, each in scope.whole.by_place().items()}
    return {need for each in route((figure,), scope).steps for need in each.needs if need.name in given_at[need.place]}


def used_by(name: str) -> list[str]:
    """Quantities whose equations need `name` directly."""
    users = [n for n, choices in alternatives().items() if any(name in e.needs for e in choices.values())]
    return sorted(users)
