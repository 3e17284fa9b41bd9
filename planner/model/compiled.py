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

    varying: tuple[str, ...]
    # Wanted quantities that can be computed, with their registers.
    wanted: dict[str, int]
    missing: dict[str, tuple[str, ...]]
    registers: tuple[Any, ...]
    inputs: dict[str, int]
    instructions: tuple[Instruction, ...]

    def run(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The wanted quantities for arrays (or floats) of the varying ones."""
        registers = list(self.registers)
        for name, register in self.inputs.items():
            registers[register] = columns[name]
        with np.errstate(all="ignore"):
            for step in self.instructions:
                registers[step.writes] = step.function(*[registers[i] for i in step.reads])
                for register in step.frees:
                    registers[register] = None
        return {name: registers[register] for name, register in self.wanted.items()}


def compiled(
    wanted: Iterable[str], values: Mapping[str, Any], varying: Iterable[str], options: Mapping[str, str]
) -> Program:
    """The program for `wanted` where `varying` will be arrays and every other of `values` stays as given."""
    wanted, varying = tuple(wanted), tuple(varying)
    route = wiring.route(wanted, [*values, *varying], options)
    moving = set(varying)
    constants = {name: value for name, value in values.items() if name not in moving}
    steps = []
    with np.errstate(all="ignore"):
        for step in route.steps:
            if moving.isdisjoint(step.needs):
                constants[step.name] = step.function(*[constants[need] for need in step.needs])
            else:
                moving.add(step.name)
                steps.append(step)
    found = [name for name in dict.fromkeys(wanted) if name in moving or name in constants]
    used = dict.fromkeys([need for step in steps for need in step.needs] + found)
    names = dict.fromkeys([*used, *(step.name for step in steps)])
    register = {name: index for index, name in enumerate(names)}
    last_use = {need: index for index, step in enumerate(steps) for need in step.needs}
    instructions = tuple(
        Instruction(
            step.function,
            tuple(register[need] for need in step.needs),
            register[step.name],
            tuple(
                register[need]
                for need in dict.fromkeys(step.needs)
                if last_use[need] == index and need in moving and need not in found
            ),
        )
        for index, step in enumerate(steps)
    )
    return Program(
        varying,
        {name: register[name] for name in found},
        route.missing,
        tuple(constants.get(name) if name not in moving else None for name in names),
        {name: register[name] for name in varying if name in register},
        instructions,
    )
