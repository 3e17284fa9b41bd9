"""What is wrong with what a user gave: collected, each naming the place, what was given and what is taken."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.units import suggestion

# Bytes of a file of settings, and of a table of data.
LARGEST_FILE = 1_000_000
LARGEST_TABLE = 40_000_000
_MOST_PROBLEMS = 100
# The time in which TOML's reader reads a name grows with the square of its parts.
_DEEPEST = 40
_BETWEEN_NAMES = re.compile(r"[\n=,\[\]{}#]+")


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


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a table; InputError with the reason where it cannot be read."""
    place = path.name
    return parse_toml(read_bytes(path, place), place)


def read_bytes(path: Path, place: str, largest: int = LARGEST_FILE) -> bytes:
    """What a file holds; InputError where it cannot be read or has no end in sight."""
    try:
        # Not by its size: a device or a pipe has none.
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except FileNotFoundError:
        raise one(str(path), "", "no such file") from None
    except IsADirectoryError:
        raise one(str(path), "", "is a directory, not a file") from None
    except OSError as error:
        raise one(str(path), "", f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise one(str(path), "", f"is not a file name: {error}") from None
    if len(content) > largest:
        raise one(place, "", f"is larger than {largest // 1_000_000} MB")
    return content


def _line(reason: str, content: bytes) -> str:
    """The line that TOML's reader stumbled over, and what is most often wrong with such a line."""
    match = re.search(r"at line (\d+)", reason)
    if match is None:
        return ""
    text = content.decode("utf-8-sig").split("\n")[int(match[1]) - 1].strip()[:60]
    hint = ""
    if reason.startswith(("Expected newline", "Invalid value", "Unclosed")):
        hint = '; a text and a value with a unit stand in quotes: NAME = "70 USD/MWh"'
    elif "overwrite" in reason or "twice" in reason:
        hint = "; its name stands there twice"
    return f": {text}{hint}"


def parse_toml(content: bytes, place: str) -> dict[str, Any]:
    """TOML text as a table; InputError naming line and reason where it is broken."""
    try:
        text = content.decode("utf-8-sig")
        if any(piece.count(".") > _DEEPEST for piece in _BETWEEN_NAMES.split(text)):
            raise one(place, "", f"broken TOML: a name has more than {_DEEPEST} parts")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise one(place, "", f"is not UTF-8 text (byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise one(place, "", f"broken TOML: {error}{_line(str(error), content)}") from None
    except InputError:
        raise
    except (RecursionError, ValueError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise one(place, "", f"broken TOML: {reason}") from None
