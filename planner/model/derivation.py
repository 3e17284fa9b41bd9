"""The tree of equations and inputs behind one number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from planner.model.scopes import Figure, Scope
from planner.model.wiring import Equation, placed, route


@dataclass
class Step:
    """One node of a derivation."""

    figure: Figure
    value: Any
    equation: Equation | None
    inputs: list[Step] = field(default_factory=list)
    # True where the same node was expanded earlier in the tree.
    repeated: bool = False

    @property
    def name(self) -> str:
        """The figure as it is written."""
        return str(self.figure)


def derivation(asked: str | Figure, scope: Scope, seen: set[Figure] | None = None) -> Step:
    """The tree behind a figure of an evaluated scope; a node is expanded once, in all trees that share `seen`."""
    expanded = set() if seen is None else seen
    place, name = placed(asked, scope)
    figure = scope.whole.at(place).source(name)
    steps = {step.figure: step for step in route((figure,), scope).steps}
    scopes = scope.whole.by_place()

    def node(figure: Figure) -> Step:
        step = steps.get(figure)
        grown = Step(figure, scopes[figure.place].known.get(figure.name), step.equation if step else None)
        if step is None:
            return grown
        if figure in expanded:
            grown.repeated = True
            return grown
        expanded.add(figure)
        grown.inputs = [node(need) for need in step.needs]
        return grown

    return node(figure)
