"""Equations compiled for many scenarios: what does not vary is computed once, the rest runs from a list.

Partial evaluation: the equations that no varied quantity reaches are evaluated when the program is made.
The others become steps over numbered registers; a register is let go after its last use, so that a block of
scenarios stays in the cache whatever the length of the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.model import wiring
from planner.model.scopes import Figure, Scope


@dataclass(frozen=True)
class Instruction:
    """One equation: registers it reads, the register it writes, registers that nobody reads afterwards."""

    function: Callable[..., Any]
    reads: tuple[int, ...]
    writes: int
    frees: tuple[int, ...]


@dataclass(frozen=True)
class Program:
    """The route from what varies to what is wanted, everything else folded into constants."""

    # What is wanted and can be computed, as it was asked for, with its register.
    wanted: dict[str | Figure, int]
    missing: dict[str, tuple[str, ...]]
    registers: tuple[Any, ...]
    inputs: dict[Figure, int]
    instructions: tuple[Instruction, ...]

    def run(self, columns: Mapping[Figure, Any]) -> dict[Any, Any]:
        """What is wanted for arrays (or floats) of what varies."""
        registers = list(self.registers)
        for figure, register in self.inputs.items():
            registers[register] = columns[figure]
        with np.errstate(all="ignore"):
            for step in self.instructions:
                registers[step.writes] = step.function(*[registers[i] for i in step.reads])
                for register in step.frees:
                    registers[register] = None
        return {asked: registers[register] for asked, register in self.wanted.items()}


def compiled(wanted: Iterable[str | Figure], scope: Scope, varying: Iterable[Figure]) -> Program:
    """The program for what is wanted of a scope where the given figures `varying` will be arrays."""
    place = scope.place
    asked = {each: each if isinstance(each, Figure) else Figure(place, each) for each in wanted}
    inputs = dict.fromkeys(varying)
    moving = set(inputs)
    route = wiring.route(asked.values(), scope)
    constants = {figure: value for figure, value in scope.whole.figures().items() if figure not in moving}
    steps = []
    with np.errstate(all="ignore"):
        for step in route.steps:
            if moving.isdisjoint(step.needs):
                constants[step.figure] = step.equation.function(*[constants[need] for need in step.needs])
            else:
                moving.add(step.figure)
                steps.append(step)
    reached = {each: figure for each, figure in asked.items() if figure in moving or figure in constants}
    kept = dict.fromkeys(reached.values())
    used = dict.fromkeys([*(need for step in steps for need in step.needs), *kept])
    figures = dict.fromkeys([*used, *(step.figure for step in steps)])
    register = {figure: index for index, figure in enumerate(figures)}
    last_use = {need: index for index, step in enumerate(steps) for need in step.needs}
    instructions = tuple(
        Instruction(
            step.equation.function,
            tuple(register[need] for need in step.needs),
            register[step.figure],
            tuple(
                register[need]
                for need in dict.fromkeys(step.needs)
                if last_use[need] == index and need in moving and need not in kept
            ),
        )
        for index, step in enumerate(steps)
    )
    return Program(
        {each: register[figure] for each, figure in reached.items()},
        route.missing,
        tuple(constants.get(figure) if figure not in moving else None for figure in figures),
        {figure: register[figure] for figure in inputs if figure in register},
        instructions,
    )
