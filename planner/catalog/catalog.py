"""Catalog entries: loaded, checked, found by name, overlaid by the user's own.

A figure is a Fact: its base value with range, kind, source, place and date.  An entry is one TOML file;
a file of the same name in a later layer adds to it or overrides it, field by field.
"""

from __future__ import annotations

import datetime
import difflib
import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner import glossary, paths, units
from planner.errors import InputError, Problem, enough, one, read_toml, unknown

# The firmest kind of figure first; a result is as firm as the weakest of its inputs.
KINDS = ("measured", "rated", "quoted", "derived", "estimate")

_COMMON = ("name", "aliases", "source", "where", "as_of", "kind", "note")
# How a figure between low and high is distributed; sampling.py says what each means.
# The first holds where none is named: the value itself is then the median.
DISTRIBUTIONS = ("double-triangular", "triangular", "pert", "lognormal", "uniform")
_FACT_KEYS = ("value", "low", "high", "distribution", "kind", "source", "where", "as_of", "note", "alternative")
# Two names that share this much of their letters are likely meant to be one.
_NEAR = 0.8
_SOME_DAY = datetime.date(2026, 1, 1)
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


class Catalog:
    """The layers of catalog directories, read on demand."""

    def __init__(self, layers: list[Path] | None = None):
        self.layers = layers if layers is not None else paths.catalog_layers()
        self._entries: dict[tuple[str, str], Entry] = {}

    def file(self, name: str) -> Path:
        """The file of this name in the strongest layer that has one; where the shipped one stands otherwise."""
        return next(
            (path for layer in reversed(self.layers) if (path := layer / name).is_file()), self.layers[0] / name
        )

    # Sources

    @functools.cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """Every source by its id; a later layer may add or restate one."""
        found: dict[str, dict[str, Any]] = {}
        for layer in self.layers:
            for path in sorted(layer.glob("sources*.toml")):
                found.update({name: row for name, row in read_toml(path).items() if isinstance(row, dict)})
        return found

    # Entries

    def keys(self, kind: str) -> list[str]:
        """Names of the entries of a kind."""
        return sorted({path.stem for layer in self.layers for path in (layer / kind).glob("*.toml")})

    def entry(self, kind: str, key: str) -> Entry:
        """The entry named exactly `key`; InputError with every problem of its files."""
        if (kind, key) not in self._entries:
            self._entries[kind, key] = self._load(kind, key)
        return self._entries[kind, key]

    def find(self, kind: str, name: str) -> Entry:
        """The entry of this name, alias or spelling; InputError with the nearest name."""
        if ENTRY_NAME.fullmatch(name) and self._files(kind, name):
            return self.entry(kind, name)
        wanted = folded(name)
        matches = [entry for entry in self.entries(kind) if wanted in map(folded, entry.spellings)]
        if not matches:
            spellings = [spelling for entry in self.entries(kind) for spelling in entry.spellings]
            message = unknown(f"entry of {kind}", name, spellings or self.keys(kind))
            others = [other for other in glossary.kinds() if ENTRY_NAME.fullmatch(name) and self._files(other, name)]
            raise one("catalog", kind, f"{message}. It is an entry of {others[0]}" if others else message)
        return matches[0]

    def entries(self, kind: str) -> Iterator[Entry]:
        """Every entry of a kind that loads; `check` lists those that do not."""
        for key in self.keys(kind):
            try:
                yield self.entry(kind, key)
            except InputError:
                continue

    def search(self, text: str) -> list[tuple[Entry, str]]:
        """Entries whose name, alias or text fields hold `text`, best first, with the spelling that matched.

        Where none does, those with a spelling so near that `text` is likely mistyped.
        """
        wanted = folded(text)
        words = [folded(word) for word in re.findall(r"\w+", text)]
        if not wanted:
            return []
        ranked: list[tuple[int, str, Entry, str]] = []
        for kind in glossary.kinds():
            for entry in self.entries(kind):
                rank, matched = _match(entry, wanted, words)
                if rank:
                    ranked.append((rank, entry.key, entry, matched))
        best = sorted(ranked, key=lambda row: row[:2])
        return [(entry, matched) for _, _, entry, matched in best] or self._nearest(wanted)

    def _nearest(self, wanted: str) -> list[tuple[Entry, str]]:
        spellings = {
            folded(text): (entry, text)
            for kind in glossary.kinds()
            for entry in self.entries(kind)
            for text in entry.spellings
        }
        return [spellings[near] for near in difflib.get_close_matches(wanted, spellings, n=3, cutoff=_NEAR)]

    def _files(self, kind: str, key: str) -> list[Path]:
        return [path for layer in self.layers if (path := layer / kind / f"{key}.toml").is_file()]

    def _load(self, kind: str, key: str) -> Entry:
        files = self._files(kind, key)
        if kind not in glossary.kinds():
            raise one("catalog", kind, unknown("kind", kind, glossary.kinds()))
        if not files or not ENTRY_NAME.fullmatch(key):
            raise one("catalog", kind, unknown("entry", key, self.keys(kind)))
        merged = Entry(kind, key, key)
        found: list[Problem] = []
        for path in files:
            try:
                raw = read_toml(path)
            except InputError as error:
                found.extend(replace(problem, place=f"{kind}/{path.name}") for problem in error.problems)
                continue
            found.extend(self._merge(merged, raw, path))
        if found:
            raise InputError(found)
        return merged

    def _merge(self, entry: Entry, raw: dict[str, Any], path: Path) -> list[Problem]:
        """Add one file's fields to `entry`; the problems found."""
        kind = glossary.kinds()[entry.kind]
        place = f"{entry.kind}/{path.name}"
        found: list[Problem] = []
        entry.files.append(path)
        entry.name = str(raw.get("name", entry.name))
        known = [*_COMMON, *kind.fields, *kind.text, *kind.dates, *kind.lists, *kind.references]
        for key, given in raw.items():
            if enough(found, place):
                break
            if key in kind.fields:
                fact = self.fact(given, kind.fields[key], raw, place, key, found)
                if fact is not None:
                    entry.facts[key] = replace(fact, origin=entry.origin)
            elif key in kind.references:
                if isinstance(given, str):
                    entry.references[key] = given
                else:
                    found.append(Problem(place, key, "takes the name of an entry"))
            elif key in kind.lists or key == "aliases":
                if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
                    found.append(Problem(place, key, "takes a list of texts"))
                elif key == "aliases":
                    entry.aliases = tuple(dict.fromkeys([*entry.aliases, *given]))
                else:
                    entry.text[key] = given
            elif key in kind.dates:
                if isinstance(given, datetime.date):
                    entry.text[key] = given
                else:
                    found.append(
                        Problem(place, key, f"'{given}' is not a date: write it without quotes, as 2026-05-31")
                    )
            elif key in kind.text:
                text = given.get("value") if isinstance(given, dict) else given
                if isinstance(text, str | int | float | bool):
                    entry.text[key] = text
                else:
                    found.append(Problem(place, key, "takes a text"))
            elif key not in _COMMON:
                found.append(Problem(place, key, _unknown_field(key, kind, known)))
        return [*found, *_header_problems(raw, place)]

    def fact(
        self,
        given: object,
        quantity: glossary.Quantity,
        header: Mapping[str, Any],
        place: str,
        key: str,
        found: list[Problem],
    ) -> Fact | None:
        """A field's text or table as a Fact; problems are added to `found`."""
        table: Mapping[str, Any] = given if isinstance(given, dict) else {"value": given}
        before = len(found)
        for name in table:
            if name not in _FACT_KEYS:
                found.append(Problem(place, f"{key}.{name}", unknown("key", name, _FACT_KEYS)))
        source = table.get("source", header.get("source"))
        # Place and date belong to a source: a field with another source than its file takes neither over.
        same = header if source == header.get("source") else {}
        if not source:
            found.append(Problem(place, key, "no source: name one that sources.toml describes"))
        elif not isinstance(source, str):
            found.append(Problem(place, key, "takes the id of one source as a text"))
        elif source not in self.sources:
            found.append(Problem(place, key, unknown("source", str(source), self.sources)))
        kind = table.get("kind", header.get("kind", "rated"))
        if kind not in KINDS:
            message = f"unknown kind '{kind}': it is one of {', '.join(KINDS)}{units.suggestion(str(kind), KINDS)}"
            found.append(Problem(place, key, message))
        read = {}
        for name in ("value", "low", "high"):
            if name in table:
                try:
                    read[name] = value_of(table[name], quantity)
                except units.UnitError as error:
                    unsure = isinstance(table[name], list) or units.UNSURE.match(str(table[name]))
                    hint = f". A range is a table [{key}] with value, low and high" if unsure else ""
                    found.append(Problem(place, key if name == "value" else f"{key}.{name}", f"{error}{hint}"))
            elif name == "value":
                found.append(Problem(place, key, "has no value"))
        if "value" in read and not read.get("low", read["value"]) <= read["value"] <= read.get("high", read["value"]):
            found.append(Problem(place, key, "its value lies outside its own low and high"))
        distribution = table.get("distribution", DISTRIBUTIONS[0])
        if distribution not in DISTRIBUTIONS:
            found.append(
                Problem(place, f"{key}.distribution", unknown("distribution", str(distribution), DISTRIBUTIONS))
            )
        as_of = table.get("as_of", same.get("as_of"))
        if as_of is not None and not isinstance(as_of, datetime.date):
            found.append(Problem(place, key, f"as_of {as_of!r} is not a date: write it without quotes, as 2026-05-31"))
        rows = table.get("alternative", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            found.append(Problem(place, key, "alternative takes [[...]] tables"))
            rows = []
        others = [self.fact(row, quantity, header, place, f"{key}.alternative", found) for row in rows]
        if len(found) > before:
            return None
        return Fact(
            value=read["value"],
            unit=quantity.unit,
            low=read.get("low"),
            high=read.get("high"),
            kind=kind,
            source=str(source),
            where=str(table.get("where", same.get("where", ""))),
            as_of=as_of,
            note=str(table.get("note", "")),
            field=key,
            alternatives=tuple(other for other in others if other is not None),
            distribution=str(distribution),
        )

    # Defaults and calibration

    @functools.cached_property
    def defaults(self) -> dict[str, Fact]:
        """What holds where neither scenario nor choice says otherwise: defaults and calibration, by quantity."""
        facts, found = self._defaults()
        if found:
            raise InputError(found)
        return facts

    def _defaults(self) -> tuple[dict[str, Fact], list[Problem]]:
        facts: dict[str, Fact] = {}
        found: list[Problem] = []
        for layer in self.layers:
            for folder in ("defaults", "calibration"):
                for path in sorted((layer / folder).glob("*.toml")):
                    try:
                        raw = read_toml(path)
                    except InputError as error:
                        found.extend(error.problems)
                        continue
                    found.extend(self._default_file(raw, f"{folder}/{path.stem}", facts))
        return facts, found

    def _default_file(self, raw: dict[str, Any], origin: str, facts: dict[str, Fact]) -> list[Problem]:
        found: list[Problem] = []
        rows = glossary.quantities()
        holds = _holds_for(raw.get("fit", {}), origin, found)
        for key, given in raw.items():
            if key in _COMMON or key == "fit":
                continue
            if enough(found, origin):
                break
            if key in glossary.options():
                fact = self._choice(given, glossary.options()[key], raw, origin, found)
            elif key in rows:
                fact = self.fact(given, rows[key], raw, origin, key, found)
            else:
                found.append(Problem(origin, key, unknown("quantity", key, [*rows, *glossary.options()])))
                continue
            if fact is not None:
                facts[key] = replace(fact, origin=origin, field=key, holds_for=holds)
        return found

    def _choice(
        self, given: object, option: glossary.Option, header: Mapping[str, Any], place: str, found: list[Problem]
    ) -> Fact | None:
        table = given if isinstance(given, dict) else {"value": given}
        if table.get("value") not in option.choices:
            choices = ", ".join(option.choices)
            found.append(Problem(place, option.name, f"'{table.get('value')}' is not one of {choices}"))
            return None
        source = str(table.get("source", header.get("source", "")))
        return Fact(table["value"], kind="rated", source=source, note=str(table.get("note", "")))

    @functools.cached_property
    def default_choices(self) -> dict[str, str]:
        """Role -> entry where the scenario names none."""
        found: dict[str, str] = {}
        problems: list[Problem] = []
        for layer in self.layers:
            if not (layer / "choices.toml").is_file():
                continue
            for role, row in read_toml(layer / "choices.toml").items():
                if role not in glossary.roles():
                    problems.append(Problem("choices.toml", role, unknown("role", role, glossary.roles())))
                elif not (isinstance(row, dict) and isinstance(row.get("entry"), str)):
                    problems.append(
                        Problem("choices.toml", role, f'takes a table: [{role}] and entry = "NAME" below it')
                    )
                else:
                    found[role] = row["entry"]
        if problems:
            raise InputError(problems)
        return found

    @functools.cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Tables of rules, those of the strongest layer first."""
        return [read_toml(path) for layer in reversed(self.layers) if (path := layer / "rules.toml").is_file()]

    # Checks

    def problems(self) -> list[Problem]:
        """Everything wrong in any file of any layer."""
        found = self._defaults()[1]
        try:
            _ = self.default_choices
        except InputError as error:
            found.extend(error.problems)
        for kind in glossary.kinds():
            spelled: dict[str, str] = {}
            for key in self.keys(kind):
                try:
                    entry = self.entry(kind, key)
                except InputError as error:
                    found.extend(error.problems)
                    continue
                for name, reference in entry.references.items():
                    target = glossary.roles()[glossary.kinds()[kind].references[name]]
                    if reference not in self.keys(target):
                        message = unknown(f"entry of {target}", reference, self.keys(target))
                        found.append(Problem(entry.origin, name, message))
                for spelling in {folded(text) for text in entry.spellings}:
                    if spelled.setdefault(spelling, key) != key:
                        message = f"'{spelling}' names {spelled[spelling]} too"
                        found.append(Problem(entry.origin, "aliases", message))
        for layer in self.layers:
            for path in sorted(layer.glob("*/*.toml")):
                if path.parent.name in glossary.kinds() and not ENTRY_NAME.fullmatch(path.stem):
                    found.append(Problem(f"{path.parent.name}/{path.name}", "", "file name: lower case, digits, . _ -"))
        return found


def _unknown_field(name: str, kind: glossary.Kind, known: Iterable[str]) -> str:
    """What is wrong with a field that a kind has not: its own name for it, or the nearest."""
    of_role = next((name.removeprefix(f"{role}_") for role in kind.roles if name.startswith(f"{role}_")), name)
    meant = kind.synonyms.get(name.casefold().replace("-", "_"), of_role)
    return (
        f"unknown field '{name}': it is called '{meant}' here"
        if meant in kind.fields
        else unknown("field", name, known)
    )


def _header_problems(raw: Mapping[str, Any], place: str) -> Iterator[Problem]:
    """What is wrong with what a file says of itself."""
    for key in ("name", "where", "note"):
        if not isinstance(raw.get(key, ""), str):
            yield Problem(place, key, "takes a text in quotes")
    if not isinstance(raw.get("as_of", _SOME_DAY), datetime.date):
        yield Problem(place, "as_of", f"'{raw['as_of']}' is not a date: write it without quotes, as 2026-05-31")


def _holds_for(fit: object, place: str, found: list[Problem]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The entries by role on whose measurements a file of fitted figures rests."""
    holds = fit.get("holds_for", {}) if isinstance(fit, dict) else None
    if not isinstance(holds, dict) or not all(isinstance(keys, list) for keys in holds.values()):
        found.append(Problem(place, "fit", 'takes a table, with holds_for = { ROLE = ["ENTRY"] }'))
        return ()
    return tuple((role, tuple(map(str, keys))) for role, keys in holds.items())


def value_of(given: object, quantity: glossary.Quantity) -> float:
    """`given` as the base value of `quantity`, within its limits; UnitError says what is taken."""
    if given in quantity.labels:
        return float(quantity.labels.index(str(given)) + 1)
    if quantity.labels and isinstance(given, str) and not given.strip().isdigit():
        labels = ", ".join(quantity.labels)
        raise units.UnitError(f"'{given}' is not one of {labels}{units.suggestion(given, quantity.labels)}")
    value = units.read(given, quantity.unit, quantity.show)
    if not _within(value, quantity):
        percent = quantity.show == "%" and 1 < value <= 100 and "%" not in str(given) and _within(value / 100, quantity)
        meant = f". Did you mean '{str(given).strip()} %'?" if percent else ""
        raise units.UnitError(f"'{given}' is out of range: {quantity.name} is {quantity.limits()}{meant}")
    if quantity.whole and value != int(value):
        raise units.UnitError(f"'{given}' is not a whole number")
    return value


def _within(value: float, quantity: glossary.Quantity) -> bool:
    return (quantity.low is None or value >= quantity.low) and (quantity.high is None or value <= quantity.high)


def _match(entry: Entry, wanted: str, words: list[str]) -> tuple[int, str]:
    """How well an entry matches: 1 exact spelling, 2 part of one, 3 all words somewhere; 0 not at all."""
    for spelling in entry.spellings:
        if folded(spelling) == wanted:
            return 1, spelling
    for spelling in entry.spellings:
        if wanted in folded(spelling):
            return 2, spelling
    everything = folded(" ".join([*entry.spellings, *(str(text) for text in entry.text.values())]))
    if words and all(word in everything for word in words):
        return 3, entry.name
    return 0, ""
