"""The catalog: layers of directories with entries, defaults and sources, found by name, overlaid by the user's own.

An entry is one TOML file; a file of the same name in a later layer adds to it or overrides it, field by field.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner import fields, glossary, paths
from planner.catalog import entries
from planner.catalog.entries import ENTRY_NAME, Entry, Fact, folded
from planner.errors import InputError, Problem, gathered, one, unknown
from planner.fields import At, Field, Form, Takes
from planner.files import read_toml

# What a source says in a file of sources.
SOURCE = Form(
    (
        Field("title", fields.TEXT, "what it is called", required=True),
        Field("publisher", fields.TEXT, "who published it"),
        Field("url", fields.TEXT, "where it is"),
        Field("retrieved", fields.DATE, "day on which it was read"),
    )
)
# Two names that share this much of their letters are likely meant to be one.
_NEAR = 0.8


class Catalog:
    """The layers of catalog directories, read on demand."""

    def __init__(self, layers: list[Path] | None = None):
        self.layers = layers if layers is not None else paths.catalog_layers()
        self._entries: dict[tuple[str, str], Entry] = {}
        self._forms: dict[str, Form] = {}

    def file(self, name: str) -> Path:
        """The file of this name in the strongest layer that has one; where the shipped one stands otherwise."""
        return next(
            (path for layer in reversed(self.layers) if (path := layer / name).is_file()), self.layers[0] / name
        )

    # Sources

    @functools.cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        """Every source by its id; a later layer may add or restate one."""
        described: dict[str, dict[str, Any]] = {}
        for path in self._source_files():
            described |= {name: row for name, row in read_toml(path).items() if isinstance(row, dict)}
        return described

    def _source_files(self) -> list[Path]:
        return [path for layer in self.layers for path in sorted(layer.glob("sources*.toml"))]

    @functools.cached_property
    def _source(self) -> Takes:
        return fields.name_of("source", self.sources)

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
        if kind not in self._forms:
            self._forms[kind] = entries.form_of(glossary.kinds()[kind], self._source)
        entry = Entry(kind, key, key, facts=self._fitted(kind, key), files=files)
        problems: list[Problem] = []
        for path in files:
            at = At(f"{kind}/{path.name}", problems)
            try:
                entries.merge(entry, read_toml(path), self._forms[kind], at)
            except InputError as error:
                problems += [replace(problem, place=at.place) for problem in error.problems]
        if problems:
            raise InputError(problems)
        return entry

    # Defaults and calibration

    @functools.cached_property
    def defaults(self) -> dict[str, Fact]:
        """What holds where neither scenario nor choice says otherwise: defaults and calibration, by quantity."""
        facts, problems = self._stated
        if problems:
            raise InputError(problems)
        return {name: fact for name, fact in facts.items() if "." not in name}

    def _fitted(self, kind: str, key: str) -> dict[str, Fact]:
        """What files of calibration say of an entry, by field; its own files override it."""
        names = {name: entries.of_entry(name) for name in self._stated[0] if name.startswith(f"{kind}.")}
        return {said[2]: self._stated[0][name] for name, said in names.items() if said[:2] == (kind, key)}

    @functools.cached_property
    def _stated(self) -> tuple[dict[str, Fact], list[Problem]]:
        """What files of defaults and calibration say of quantities, options and entries, and what is wrong with it."""
        facts: dict[str, Fact] = {}
        problems: list[Problem] = []
        folders = [(layer / folder, folder) for layer in self.layers for folder in ("defaults", "calibration")]
        for path, folder in [(path, folder) for place, folder in folders for path in sorted(place.glob("*.toml"))]:
            with gathered(problems):
                facts |= entries.defaults(read_toml(path), f"{folder}/{path.stem}", self._source, problems)
        return facts, problems

    @functools.cached_property
    def default_choices(self) -> dict[str, str]:
        """Role -> entry where the scenario names none."""
        chosen: dict[str, str] = {}
        problems: list[Problem] = []
        for layer in self.layers:
            if (layer / "choices.toml").is_file():
                at = At("choices.toml", problems)
                chosen |= fields.each(read_toml(layer / "choices.toml"), _default_choice, at)
        if problems:
            raise InputError(problems)
        return chosen

    @functools.cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Tables of rules, those of the strongest layer first."""
        return [read_toml(path) for layer in reversed(self.layers) if (path := layer / "rules.toml").is_file()]

    # Checks

    def problems(self) -> list[Problem]:
        """Everything wrong in any file of any layer."""
        facts, problems = self._stated[0], list(self._stated[1])
        for kind, key, _ in [entries.of_entry(name) for name in facts if "." in name]:
            if key not in self.keys(kind):
                problems.append(Problem(f"calibration: {kind}", key, unknown("entry", key, self.keys(kind))))
        with gathered(problems):
            _ = self.default_choices
        for path in self._source_files():
            list(fields.each(read_toml(path), lambda source: fields.table(SOURCE), At(path.name, problems)))
        for kind in glossary.kinds():
            loaded = []
            for key in self.keys(kind):
                with gathered(problems):
                    loaded.append(self.entry(kind, key))
            problems += [problem for entry in loaded for problem in self._unknown_references(entry)]
            problems += _spelled_twice(loaded)
        for path in [path for layer in self.layers for path in sorted(layer.glob("*/*.toml"))]:
            if path.parent.name in glossary.kinds() and not ENTRY_NAME.fullmatch(path.stem):
                place = f"{path.parent.name}/{path.name}"
                problems.append(Problem(place, "", "file name: lower case, digits, . _ -"))
        return problems

    def _unknown_references(self, entry: Entry) -> Iterator[Problem]:
        """Names of other entries that no entry has."""
        for name, reference in entry.references.items():
            target = glossary.roles()[glossary.kinds()[entry.kind].references[name]]
            if reference not in self.keys(target):
                yield Problem(entry.origin, name, unknown(f"entry of {target}", reference, self.keys(target)))


def _spelled_twice(loaded: list[Entry]) -> Iterator[Problem]:
    """Names that two entries of a kind have."""
    spelled: dict[str, str] = {}
    for entry in loaded:
        for spelling in {folded(text) for text in entry.spellings}:
            if spelled.setdefault(spelling, entry.key) != entry.key:
                yield Problem(entry.origin, "aliases", f"'{spelling}' names {spelled[spelling]} too")


def _default_choice(role: str) -> Takes:
    """What a role takes in choices.toml."""
    if role not in glossary.roles():
        raise ValueError(unknown("role", role, glossary.roles()))
    return fields.such(
        f'a table: [{role}] and entry = "NAME" below it',
        lambda row: isinstance(row, dict) and isinstance(row.get("entry"), str),
        lambda row: row["entry"],
    )


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
