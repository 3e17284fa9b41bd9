"""The tree of scopes: the whole, its sites and their pools, with what is given, chosen and computed in each.

An equation runs in one scope.  What it needs is given there, computed there, or given further out; a scope that has
parts combines a quantity from theirs by the rule that the glossary gives it.  Names such as `oregon/serving/racks`
are for reading and writing: `figure` and `str` turn them into figures and back.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from planner import glossary

# Computed again, by its own equation, from what the parts combine to.
AGAIN = "again"
GIVEN, COMPUTED, COMBINED = "given", "computed", "combined"


class Figure(NamedTuple):
    """A quantity in one scope: the names of the scopes that lead there from the whole, and its own name."""

    place: tuple[str, ...]
    name: str

    def __str__(self) -> str:
        return written((*self.place, self.name)) if self.place else self.name


def written(place: tuple[str, ...]) -> str:
    """A place as it is written: `oregon/serving`; empty for the whole."""
    return "/".join(place)


def place(text: str) -> tuple[str, ...]:
    """The place that is written as `oregon/serving`."""
    scopes, name = glossary.parted(text)
    return (*scopes, name) if text else ()


def figure(text: str) -> Figure:
    """The figure that is written as `racks`, `serving/racks` or `oregon/serving/racks`."""
    return Figure(*glossary.parted(text))


# What a route depends on of a scope: the names of what is given, the choices, and the same of its parts by name.
Shape = tuple[frozenset[str], tuple[tuple[str, str], ...], tuple[tuple[str, Any], ...]]


class Found(NamedTuple):
    """A quantity as it is seen from some scope: its value, the scope that has it, and how it came there."""

    value: Any
    scope: Scope
    how: str


@dataclass(eq=False, repr=False)
class Scope(Mapping[str, Any]):
    """The whole, a site or a pool.

    As a mapping it gives each quantity its value as seen from here: given here, computed here (by the quantity's own
    equation or combined from the parts), or what stands further out.
    """

    given: dict[str, Any] = field(default_factory=dict)
    # The choice of every option that holds here.
    options: Mapping[str, str] = field(default_factory=dict)
    parts: dict[str, Self] = field(default_factory=dict)
    # Those of the given quantities that the scenario itself says: they may size it.
    said: frozenset[str] = frozenset()
    name: str = ""
    within: Self | None = None
    # What is given and, after an evaluation, computed here.
    known: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.known = self.given
        for name, part in self.parts.items():
            part.name, part.within = name, self  # type: ignore[assignment]

    def __getitem__(self, name: str) -> Any:
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found.value

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for scope in self.outwards() for name in scope.known))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return any(name in scope.known for scope in self.outwards())

    # Two scopes with the same figures are still two.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def find(self, name: str) -> Found | None:
        """A quantity as seen from here, with the scope that has it; None where neither this nor an outer one does."""
        for scope in self.outwards():
            if name in scope.known:
                how = GIVEN if name in scope.given else COMBINED if scope.combines(name) else COMPUTED
                return Found(scope.known[name], scope, how)
        return None

    def value(self, figure: Figure) -> Any:
        """The value that a figure has in its own scope, below this one; None where it has none."""
        try:
            return self.at(figure.place).known.get(figure.name)
        except KeyError:
            return None

    def giver(self, name: str) -> Self | None:
        """The scope, here or the nearest further out, in which a quantity is given."""
        return next((scope for scope in self.outwards() if name in scope.given), None)

    def source(self, name: str) -> Figure:
        """Where an equation of this scope takes a quantity from: where it is given, else it is computed here."""
        scope = self.giver(name)
        return Figure(self.place if scope is None else scope.place, name)

    def combines(self, name: str) -> bool:
        """Whether a quantity of this scope is combined from its parts; what one part has is what the scope has."""
        if not self.parts:
            return False
        return len(self.parts) == 1 or glossary.quantities()[name].combine != AGAIN

    def outwards(self) -> Iterator[Self]:
        """This scope and those it is part of, inner before outer."""
        yield self
        if self.within is not None:
            yield from self.within.outwards()

    def walk(self) -> Iterator[Self]:
        """This scope and all within it, outer before inner."""
        yield self
        for part in self.parts.values():
            yield from part.walk()

    @property
    def whole(self) -> Self:
        """The scope that is part of no other."""
        *_, outermost = self.outwards()
        return outermost

    @property
    def pools(self) -> list[Self]:
        """The scopes within that have no parts: each pool, or the scope itself where it has none."""
        return [scope for scope in self.walk() if not scope.parts]

    @property
    def place(self) -> tuple[str, ...]:
        """The names of the scopes that lead here from the whole."""
        return () if self.within is None else (*self.within.place, self.name)

    @property
    def path(self) -> str:
        """The place as it is written; empty for the whole."""
        return written(self.place)

    def at(self, place: tuple[str, ...]) -> Self:
        """The scope at a place below this one; KeyError where there is none."""
        scope = self
        for name in place:
            scope = scope.parts[name]
        return scope

    def by_place(self) -> dict[tuple[str, ...], Self]:
        """This scope and all within it by their places."""
        return {scope.place: scope for scope in self.walk()}

    def figures(self) -> dict[Figure, Any]:
        """What is given here and within."""
        scopes = self.by_place()
        return {Figure(place, name): value for place, scope in scopes.items() for name, value in scope.given.items()}

    def shape(self, given: Iterable[str] | None = None) -> Shape:
        """The shape of this scope; what it would be where these names alone were given in it and all its parts."""
        names = frozenset(self.given if given is None else given)
        parts = tuple((name, part.shape(given)) for name, part in self.parts.items())
        return names, tuple(sorted(self.options.items())), parts

    def alone(self) -> Scope:
        """This scope by itself: what is given here and further out, without surroundings and parts."""
        given: dict[str, Any] = {}
        for scope in reversed([*self.outwards()]):
            given |= scope.given
        return Scope(given, self.options)

    def copied(self) -> Self:
        """This scope in a copy of its tree, with nothing computed yet; its given values may be changed."""
        twin = self.to_compute()
        for scope in twin.whole.walk():
            scope.given = scope.known
        return twin

    def to_compute(self) -> Self:
        """This scope in a copy of its tree that can take what is computed; its given values stay what they are."""
        return self.whole._copied(None).at(self.place)

    def _copied(self, within: Self | None) -> Self:
        twin = copy.copy(self)
        twin.known = dict(self.given)
        twin.within = within
        twin.parts = {name: part._copied(twin) for name, part in self.parts.items()}
        return twin

    def giving(self, values: Mapping[str, Any]) -> Self:
        """This scope with further values given here."""
        twin = self.copied()
        twin.given |= values
        return twin

    def choosing(self, choices: Mapping[str, str]) -> Self:
        """This scope with other choices of options."""
        twin = self.copied()
        twin.options = {**self.options, **choices}
        return twin


def of_shape(shape: Shape) -> Scope:
    """A tree of that shape, without values."""
    given, choices, parts = shape
    return Scope(dict.fromkeys(given), dict(choices), {name: of_shape(part) for name, part in parts})


def scope_of(given: Scope | Iterable[str], options: Mapping[str, str] | None = None) -> Scope:
    """A scope as it is, or one by itself of given values (or of their names alone) and chosen options."""
    if isinstance(given, Scope) and options is None:
        return given
    return Scope(dict(given) if isinstance(given, Mapping) else dict.fromkeys(given), options or {})
