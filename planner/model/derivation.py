"""The tree of equations and inputs behind one number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.model.scopes import source
from planner.model.wiring import Equation, route


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
