"""Entries and their figures: what they are, and what their files hold.

A figure is a Fact: its base value with range, kind, source, place and date.  A file says a figure as a text, "700 W",
or as a table with the value, its range and where it is from; what it lacks of the latter the file says for all.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner import fields, glossary, units
from planner.errors import Problem, unknown
from planner.fields import At, Field, Form, Takes

# The firmest kind of figure first; a result is as firm as the weakest of its inputs.
KINDS = ("measured", "rated", "quoted", "derived", "estimate")

# How a figure between low and high is distributed; sampling.py says what each means.
# The first holds where none is named: the value itself is then the median.
DISTRIBUTIONS = ("double-triangular", "triangular", "pert", "lognormal", "uniform")
ENTRY_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,80}")


@dataclass(frozen=True)
class Fact:
    """A figure and where it comes from; `value` in base units, or the text of an option."""

    value: Any
    unit: str = units.DIMENSIONLESS
    low: float | None = None
    high: float | None = None
    kind: str = "rated"
    source: str = ""
    where: str = ""
    as_of: datetime.date | None = None
    note: str = ""
    # Where the planner took it from: "accelerators/h100-sxm", "defaults/site", "scenario".
    origin: str = ""
    field: str = ""
    alternatives: tuple[Fact, ...] = ()
    distribution: str = DISTRIBUTIONS[0]
    # Entries on whose measurements a fitted figure rests, by role; elsewhere it is an estimate.
    holds_for: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass
class Entry:
    """One catalog entry with its layers merged."""

    kind: str
    key: str
    name: str
    aliases: tuple[str, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)
    text: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"{self.kind}/{self.key}"

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.key, self.name, *self.aliases)


def folded(name: str) -> str:
    """A name without case, spaces and punctuation: 'ND H100 v5' and 'nd-h100-v5' are the same."""
    return re.sub(r"[^0-9a-z]+", "", name.casefold())


# What figures take


def value_of(given: object, quantity: glossary.Quantity) -> float:
    """`given` as the base value of `quantity`, within its limits; UnitError says what is taken."""
    if given in quantity.labels:
        return float(quantity.labels.index(str(given)) + 1)
    if quantity.labels and isinstance(given, str) and not given.strip().isdigit():
        labels = ", ".join(quantity.labels)
        raise units.UnitError(f"'{given}' is not one of {labels}{units.suggestion(given, quantity.labels)}")
    value = units.read(given, quantity.unit, quantity.show)
    if not quantity.holds(value):
        percent = quantity.show == "%" and 1 < value <= 100 and "%" not in str(given) and quantity.holds(value / 100)
        meant = f". Did you mean '{str(given).strip()} %'?" if percent else ""
        raise units.UnitError(f"'{given}' is out of range: {quantity.name} is {quantity.limits()}{meant}")
    if quantity.whole and value != int(value):
        raise units.UnitError(f"'{given}' is not a whole number")
    return value


def of_quantity(row: glossary.Quantity, where_unsure: str = "") -> Takes:
    """A value of a quantity; `where_unsure` says how one that is not sure is written here."""

    def read(given: Any, at: At) -> float:
        try:
            return value_of(given, row)
        except units.UnitError as error:
            unsure = isinstance(given, list) or units.UNSURE.match(str(given))
            raise units.UnitError(f"{error}{where_unsure if unsure else ''}") from None

    return Takes("a plain number" if row.unit == units.DIMENSIONLESS else f"a unit like '{row.show}'", read)


def figure(row: glossary.Quantity, key: str, source: Takes) -> Takes:
    """A figure of a file, as a text or as a table, that becomes a Fact; `source` is what names a source."""
    value = of_quantity(row, f". A range is a table [{key}] with value, low and high")
    said = (
        Field("value", value, "the figure", required=True, missing="has no value"),
        Field("low", value, "its lower end"),
        Field("high", value, "its upper end"),
        *_provenance(source),
    )
    build = functools.partial(_fact, row.unit, key)
    other = Form(said, build, check=_order_of_ends, own=("value", "source"))
    others = Field("alternative", fields.tables(other), "the same figure according to another source", ())
    form = Form((*said, others), build, check=_order_of_ends, own=("value", "source"))
    return Takes(f"{value.words}, or a table with the value and where it is from", form.read, form)


@functools.lru_cache(maxsize=4)
def _provenance(source: Takes) -> tuple[Field, ...]:
    missing = "no source: name one that sources.toml describes"
    return (
        Field("distribution", fields.choice(DISTRIBUTIONS), "how it lies between its ends", DISTRIBUTIONS[0]),
        Field("kind", fields.choice(KINDS, "kind"), "how firm it is", "rated"),
        Field("source", source, "the source that it is from", required=True, missing=missing),
        Field("where", fields.TEXT, "page, table or section of the source", ""),
        Field("as_of", fields.DATE, "day on which it held"),
        Field("note", fields.TEXT, "what else is to be known", ""),
    )


def _fact(unit: str, key: str, alternative: Collection[Fact] = (), **said: Any) -> Fact:
    return Fact(unit=unit, field=key, alternatives=tuple(alternative), **said)


def _order_of_ends(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    value = said["value"]
    low, high = (value if said[end] is None else said[end] for end in ("low", "high"))
    if value is not None and not low <= value <= high:
        yield "", "its value lies outside its own low and high"


def inherited(given: object, header: Mapping[str, Any]) -> dict[str, Any]:
    """A figure as a table, with what its file says of all its figures."""
    table = dict(given) if isinstance(given, Mapping) else {"value": given}
    # Place and date belong to a source: a figure with another source than its file takes neither over.
    same = table.get("source", header.get("source")) == header.get("source")
    names = ("source", "kind", "where", "as_of") if same else ("kind",)
    if isinstance(rows := table.get("alternative"), list):
        table["alternative"] = [inherited(row, header) if isinstance(row, Mapping) else row for row in rows]
    return {name: header[name] for name in names if name in header} | table


# Files

# What a file says of all its figures; the source and the kind are checked where a figure takes them over.
_HEADER = Form(
    (
        Field("name", fields.TEXT, "name of the product"),
        Field("source", fields.ANYTHING, "source of every figure that names none"),
        Field("where", fields.TEXT, "page, table or section of that source"),
        Field("as_of", fields.DATE, "day on which its figures held"),
        Field("kind", fields.ANYTHING, f"how firm they are: {', '.join(KINDS)}"),
        Field("note", fields.TEXT, "what else is to be known"),
    )
)
_ABOUT = tuple(field.name for field in _HEADER.fields)
_NAME = fields.such("the name of an entry", lambda given: isinstance(given, str))


def _said(given: Any) -> Any:
    return given.get("value") if isinstance(given, dict) else given


_WORDS = fields.such("a text", lambda given: isinstance(_said(given), str | int | float | bool), _said)


def _header(raw: Mapping[str, Any], at: At) -> dict[str, Any]:
    """What a file says of all its figures, less what cannot be read of it."""
    said = _HEADER.values({name: given for name, given in raw.items() if name in _ABOUT}, at)
    return {name: value for name, value in said.items() if value is not None}


def form_of(kind: glossary.Kind, source: Takes) -> Form:
    """What a file of an entry holds."""
    return Form(
        (
            *_HEADER.fields,
            Field("aliases", fields.TEXTS, "other names of the product"),
            *(Field(name, figure(row, name, source), row.meaning) for name, row in kind.fields.items()),
            *(Field(name, _NAME, f"chosen with it as {role}") for name, role in kind.references.items()),
            *(Field(name, fields.TEXTS) for name in kind.lists),
            *(Field(name, fields.DATE) for name in kind.dates),
            *(Field(name, _WORDS if name not in kind.options else _choice(kind.options[name])) for name in kind.text),
        ),
        unknown=lambda name, names: _unknown_field(name, kind, names),
    )


def _choice(option: glossary.Option) -> Takes:
    return fields.choice(option.choices, option.name)


def merge(entry: Entry, raw: Mapping[str, Any], entry_form: Form, at: At) -> None:
    """Add one file's fields to an entry."""
    kind = glossary.kinds()[entry.kind]
    header = _header(raw, at)
    entry.name = header.get("name", entry.name)
    table = {
        name: inherited(given, header) if name in kind.fields else given
        for name, given in raw.items()
        if name not in _ABOUT
    }
    values = entry_form.values(table, at)
    for name in table:
        value = values.get(name)
        if value is None:
            continue
        if name in kind.fields:
            entry.facts[name] = replace(value, origin=entry.origin)
        elif name in kind.references:
            entry.references[name] = value
        elif name == "aliases":
            entry.aliases = tuple(dict.fromkeys([*entry.aliases, *value]))
        else:
            entry.text[name] = value


def _unknown_field(name: str, kind: glossary.Kind, known: Collection[str]) -> str:
    """What is wrong with a field that a kind has not: its own name for it, or the nearest."""
    of_role = next((name.removeprefix(f"{role}_") for role in kind.roles if name.startswith(f"{role}_")), name)
    meant = kind.synonyms.get(name.casefold().replace("-", "_"), of_role)
    return (
        f"unknown field '{name}': it is called '{meant}' here"
        if meant in kind.fields
        else unknown("field", name, known)
    )


def defaults(raw: Mapping[str, Any], origin: str, source: Takes, problems: list[Problem]) -> dict[str, Fact]:
    """What one file of defaults or of calibration says of quantities and options."""
    at = At(origin, problems)
    header = _header(raw, at)
    holds = fields.taken(_FIT, raw.get("fit", {}), at.below("fit"), ())
    rows, options = glossary.quantities(), glossary.options()

    def takes(name: str) -> Takes:
        if name in options:
            return _chosen(options[name])
        if name in rows:
            return figure(rows[name], name, source)
        if "." in name:
            kind, _, field = of_entry(name)
            if field in glossary.kinds()[kind].fields:
                return figure(glossary.kinds()[kind].fields[field], field, source)
            raise ValueError(unknown("field", field, glossary.kinds()[kind].fields))
        if name in glossary.roles():
            raise ValueError(
                f"'{name}' chooses a catalog entry: write it in choices.toml, [{name}] and entry = \"NAME\""
            )
        raise ValueError(unknown("quantity", name, [*rows, *options]))

    said = {name: value for name, value in raw.items() if name not in (*_ABOUT, "aliases", "fit")}
    given = {name: inherited(value, header) for name, value in _by_name(said)}
    facts = fields.each(given, takes, at)
    return {name: replace(fact, origin=origin, field=of_entry(name)[2], holds_for=holds) for name, fact in facts}


def _by_name(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a file of defaults says, the figures of entries by their full names."""
    rows = glossary.quantities()
    for name, given in raw.items():
        if name in glossary.kinds() and name not in rows and isinstance(given, Mapping):
            for key, figures in given.items():
                for field, figure in figures.items() if isinstance(figures, Mapping) else [("", figures)]:
                    yield f"{name}.{key}.{field}", figure
        else:
            yield name, given


def of_entry(name: str) -> tuple[str, str, str]:
    """Kind, entry and field of a figure called KIND.ENTRY.FIELD; of a quantity its name alone."""
    kind, _, rest = name.rpartition(".")[0].partition(".")
    return kind, rest, name.rpartition(".")[2]


def _chosen(option: glossary.Option) -> Takes:
    """A choice of an option, as a text or as a table."""
    said = Form(
        (Field("value", fields.choice(option.choices), option.meaning, required=True), *fields.ABOUT),
        lambda value, source, note, **said: Fact(value, source=source, note=note),
        own=("value",),
    )
    return Takes(f"one of {', '.join(option.choices)}", said.read, said)


def _holds_for(fit: Any, at: At) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The entries by role on whose measurements a file of fitted figures rests."""
    holds = fit.get("holds_for", {}) if isinstance(fit, dict) else None
    if not isinstance(holds, dict) or not all(isinstance(keys, list) for keys in holds.values()):
        raise ValueError
    return tuple((role, tuple(map(str, keys))) for role, keys in holds.items())


_FIT = Takes('a table, with holds_for = { ROLE = ["ENTRY"] }', _holds_for)
