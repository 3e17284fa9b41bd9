"""What is wrong with what a user gave: collected, each naming the place, what was given and what is taken."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.units import suggestion

_MOST_PROBLEMS = 100


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the file or place, the field, and what to do."""

    place: str
    field: str
    message: str

    def __str__(self) -> str:
        text = f"{self.place}: {self.field}: {self.message}" if self.field else f"{self.place}: {self.message}"
        # What was given is quoted in messages; it may not break the line nor steer the terminal.
        return "".join(c if c.isprintable() else " " for c in text)


class InputError(ValueError):
    """What the user gave cannot be used; carries every problem."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        # As it was made: a worker's problems reach the person who asked.
        return InputError, (self.problems,)


def one(place: str, field: str, message: str) -> InputError:
    return InputError([Problem(place, field, message)])


@contextlib.contextmanager
def gathered(problems: list[Problem]) -> Iterator[None]:
    """What is wrong within joins the other problems, to be said together with them."""
    try:
        yield
    except InputError as error:
        problems += error.problems


def enough(problems: list[Problem], place: str) -> bool:
    """Whether there are so many problems that nobody reads more; the last one says that there may be others."""
    if len(problems) == _MOST_PROBLEMS:
        problems.append(Problem(place, "", f"has more than {_MOST_PROBLEMS} problems: mend these first"))
    return len(problems) > _MOST_PROBLEMS


def unknown(what: str, given: str, names: Any) -> str:
    """'unknown quantity 'x'. Did you mean 'y'?'"""
    return f"unknown {what} '{given[:60]}'{suggestion(given[:60], names)}"
