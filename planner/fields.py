"""What the tables of a file hold: each field with what it takes.  Files are read, checked and documented from these.

A Form describes one table of a TOML file, or one row of a CSV file.  `read` turns what was parsed into values and
names every problem at once; `described` lists the same fields for the documentation.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from planner import errors, files, units
from planner.errors import InputError, Problem

_MOST_TABLES = 100


class At(NamedTuple):
    """A place in a file, with the problems of the whole file so far."""

    place: str
    problems: list[Problem]
    field: str = ""

    def below(self, name: str) -> At:
        return At(self.place, self.problems, f"{self.field}.{name}" if self.field else name)

    def refuse(self, message: str) -> None:
        self.problems.append(Problem(self.place, self.field, message))

    @property
    def enough(self) -> bool:
        """Whether nobody would read a further problem."""
        return errors.enough(self.problems, self.place)


class Takes(NamedTuple):
    """What a field takes: in words, and how it is read.

    `read` returns the value.  It raises ValueError with a sentence that says what is wrong, or with nothing where
    "takes" and the words say it; a value that has parts adds the problems of its parts to its place.
    """

    words: str
    read: Callable[[Any, At], Any]
    # The form of the tables that it takes.
    form: Form | None = None


class Field(NamedTuple):
    """One name in a table: what it takes, and what holds where it is not given."""

    name: str
    takes: Takes
    meaning: str = ""
    default: Any = None
    required: bool = False
    # What is said where a required field is missing, in place of the usual sentence.
    missing: str = ""


@dataclass(frozen=True)
class Form:
    """The fields of one table."""

    fields: tuple[Field, ...]
    # What a table without a problem becomes, called with the values by name.  Without it a table becomes its values,
    # defaults standing for those that could not be read.
    build: Callable[..., Any] | None = None
    # What is wrong with a name that is no field: called with the name and the names of the fields.
    unknown: Callable[[str, Collection[str]], str] = lambda name, names: errors.unknown("key", name, names)
    # What is wrong with the values together: the field and the message of each problem.
    check: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]] = lambda values: ()
    # Fields whose problems stand at the table itself, because a plain value may stand for the table.
    own: tuple[str, ...] = ()

    @functools.cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    def values(self, given: object, at: At) -> dict[str, Any]:
        """The value of every field; its default where it is not given or cannot be read."""
        table: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        if table is not given:
            at.refuse("takes a table")
        values = {field.name: field.default for field in self.fields}
        for name, value in table.items():
            if at.enough:
                break
            if name in self._by_name:
                values[name] = taken(self._by_name[name].takes, value, self._at(at, name), values[name])
            else:
                at.below(name).refuse(self.unknown(name, list(values)))
        for field in self.fields:
            if field.required and field.name not in table and table is given:
                self._at(at, field.name).refuse(field.missing or f"is missing: it takes {field.takes.words}")
        for name, message in self.check(values):
            (at.below(name) if name else at).refuse(message)
        return values

    def _at(self, at: At, name: str) -> At:
        return at if name in self.own else at.below(name)

    def read(self, given: object, at: At) -> Any:
        """What the table becomes; None where it has a problem that leaves nothing to build."""
        before = len(at.problems)
        values = self.values(given, at)
        if self.build is None:
            return values
        return self.build(**values) if len(at.problems) == before else None


def read(form: Form, given: object, place: str) -> Any:
    """A parsed file by its form; InputError with every problem."""
    problems: list[Problem] = []
    built = form.read(given, At(place, problems))
    if problems:
        raise InputError(problems)
    return built


def taken(takes: Takes, given: object, at: At, default: Any = None) -> Any:
    """A value as it is read; the default where it cannot be, with the problem at its place."""
    try:
        return takes.read(given, at)
    except InputError as error:
        at.problems.extend(Problem(at.place, at.field, problem.message) for problem in error.problems)
    except ValueError as error:
        at.refuse(str(error) or f"takes {takes.words}")
    return default


# What fields take


def such(words: str, holds: Callable[[Any], bool], made: Callable[[Any], Any] = lambda given: given) -> Takes:
    """Whatever a test holds for."""

    def read(given: Any, at: At) -> Any:
        if not holds(given):
            raise ValueError
        return made(given)

    return Takes(words, read)


def is_number(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


def is_whole(given: object, low: int, high: int | None = None) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and low <= given and (high is None or given <= high)


def is_day(given: object) -> bool:
    return isinstance(given, datetime.date) and not isinstance(given, datetime.datetime)


def is_table(given: object) -> bool:
    return isinstance(given, dict)


def are_texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(each, str) for each in given)


TEXT = such("a text in quotes", lambda given: isinstance(given, str))
TEXTS = such("a list of texts", are_texts)
ANYTHING = such("a value", lambda given: True)


def _day(given: Any, at: At) -> datetime.date:
    if not is_day(given):
        raise ValueError(f"'{str(given)[:60]}' is not a date: write it without quotes, as 2026-05-31")
    return given


DATE = Takes("a date without quotes or time, as 2026-05-31", _day)


def whole(low: int, high: int | None, words: str) -> Takes:
    """A whole number from `low` to `high`."""
    return such(words, lambda given: is_whole(given, low, high))


def choice(choices: Collection[str], what: str = "") -> Takes:
    """One of a few words, which are called `what`."""
    listed = ", ".join(choices)

    def read(given: Any, at: At) -> str:
        if isinstance(given, str) and given in choices:
            return given
        text = str(given)[:60]
        wrong = f"unknown {what} '{text}': it is one of" if what else f"'{text}' is not one of"
        raise ValueError(f"{wrong} {listed}{units.suggestion(text, choices)}")

    return Takes(f"one of {listed}", read)


def name_of(what: str, names: Collection[str]) -> Takes:
    """One of many names, too many to list."""

    def read(given: Any, at: At) -> str:
        if isinstance(given, str) and given in names:
            return given
        raise ValueError(errors.unknown(what, str(given), names))

    return Takes(f"the name of a {what}", read)


def quantity(unit: str, times: float = 1.0) -> Takes:
    """A value with its unit, as a base value; `times` turns it into another, as a rate into an amount by month."""
    words = "a plain number" if unit == units.DIMENSIONLESS else f"a unit like '{unit}'"
    return Takes(words, lambda given, at: units.read(given, unit) * times)


def table(form: Form) -> Takes:
    """One table of a form."""
    return Takes("a table", form.read, form)


def tables(form: Form | None = None) -> Takes:
    """Tables of a form, one after the other; without a form the tables as they are."""

    def read(given: Any, at: At) -> list[Any]:
        above, _, key = at.field.rpartition(".")
        if isinstance(given, list) and len(given) > _MOST_TABLES:
            raise ValueError(f"has {len(given):,} tables: it takes at most {_MOST_TABLES}")
        if not (isinstance(given, list) and all(map(is_table, given))):
            header = re.sub(r" \d+(?=\.)", "", at.field)
            raise ValueError(f"takes tables: write [[{header}]] before each")
        if form is None:
            return given
        beside = At(at.place, at.problems, above)
        return [form.read(row, beside.below(f"{key} {number}")) for number, row in enumerate(given, 1)]

    return Takes("tables", read, form)


def named(takes: Callable[[str], Takes], words: str = "a table of names") -> Takes:
    """A table of names that are not known beforehand; `takes` says what each takes, or raises ValueError."""

    def read(given: Any, at: At) -> dict[str, Any]:
        if not is_table(given):
            raise ValueError
        return dict(each(given, takes, at))

    return Takes(words, read)


def each(given: Mapping[str, Any], takes: Callable[[str], Takes], at: At) -> Iterator[tuple[str, Any]]:
    """The names of a table with their values; a name or a value that cannot be read is a problem."""
    for name, value in given.items():
        if at.enough:
            return
        before = len(at.problems)
        try:
            read_value = taken(takes(name), value, at.below(name))
        except ValueError as error:
            at.below(name).refuse(str(error))
        if len(at.problems) == before:
            yield name, read_value


def _number_or_empty(given: str, at: At) -> float | None:
    try:
        return float(given) if given else None
    except ValueError:
        raise ValueError(f"'{given[:40]}' is not a number") from None


# A cell of a CSV file.
NUMBER_OR_EMPTY = Takes("a number, or nothing", _number_or_empty)

# What a file says of its figures as a whole.
ABOUT = (
    Field("source", TEXT, "id of the source that its figures are from"),
    Field("where", TEXT, "page, table or section of the source", ""),
    Field("as_of", DATE, "day on which its figures held"),
    Field("kind", TEXT, "how firm its figures are"),
    Field("note", TEXT, "what else is to be known", ""),
)


# Rows of CSV files


def rows(path: Path, form: Form, problems: list[Problem]) -> Iterator[tuple[At, Any]]:
    """The rows of a CSV file, each with its place, by a form whose fields are the columns; None for a wrong row."""
    try:
        columns, lines = files.read_csv(path)
        if lacking := [field.name for field in form.fields if field.name not in columns]:
            raise errors.one("", "", f"has no column {', '.join(lacking)}")
    except InputError as error:
        problems += [replace(problem, place=path.name) for problem in error.problems]
        return
    for number, cells in lines:
        at = At(f"{path.name} line {number}", problems)
        if len(cells) == len(columns):
            row = dict(zip(columns, cells, strict=True))
            yield at, form.read({field.name: row[field.name] for field in form.fields}, at)
        else:
            at.refuse(f"has not the {len(columns)} cells of the heading")


# Documentation


def described(form: Form, above: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Every field of a form and of the tables in it: name, what it takes, what holds without it, meaning."""
    for field in form.fields:
        name = f"{above}.{field.name}" if above else field.name
        without = "required" if field.required else "" if field.default in (None, [], {}, ()) else str(field.default)
        yield name, field.takes.words, without, field.meaning
        if field.takes.form is not None and field.takes.form is not form:
            yield from described(field.takes.form, name)
