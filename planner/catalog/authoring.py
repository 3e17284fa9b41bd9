"""Making and editing catalog entries in the user's own directory; nothing is written that would not load."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import files, glossary, paths, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import ENTRY_NAME, KINDS, Entry, Fact
from planner.errors import InputError, Problem, one, unknown
from planner.tables import Table

# What is said of a figure by the source it comes from.
_OF_ONE_SOURCE = ("low", "high", "where", "kind", "note", "as_of")


@dataclass(frozen=True)
class Provenance:
    """What is said of a figure besides its value."""

    source: str | None = None
    source_title: str | None = None
    where: str | None = None
    kind: str | None = None
    note: str | None = None
    as_of: str | None = None


@dataclass
class Draft:
    """A changed file that loads, not yet written."""

    path: Path
    before: str
    text: str
    # Taken when the file was read; a file changed meanwhile is not overwritten.
    fingerprint: str
    sources: tuple[Path, str, str] | None = None

    def difference(self) -> str:
        """What changes in the file, as a unified diff."""
        import difflib

        lines = difflib.unified_diff(
            self.before.splitlines(), self.text.splitlines(), f"{self.path.name} (now)", self.path.name, lineterm=""
        )
        return "\n".join(lines)

    def write(self) -> None:
        """Write the file, and the description of a new source before it."""
        if self.sources is not None:
            path, text, seen = self.sources
            files.write_atomically(path, text, expected=seen)
        files.write_atomically(self.path, self.text, expected=self.fingerprint)


def own_directory(catalog: Catalog) -> Path:
    """Where edits go: the last layer that is not the shipped one, else the user's directory."""
    shipped = paths.shipped("catalogs")
    own = [layer for layer in catalog.layers if layer.resolve() != shipped.resolve()]
    return own[-1] if own else paths.user_catalogs()


def edit(catalog: Catalog, entry: Entry, changes: Mapping[str, str], said: Provenance) -> Draft:
    """A draft that sets fields of an entry in the user's own file, over the shipped one."""
    path = own_directory(catalog) / entry.kind / f"{entry.key}.toml"
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    settings = _settings(entry.kind, changes, said, before)
    return draft(catalog, entry.kind, entry.key, settings, _new_source(catalog, said))


def new(
    catalog: Catalog, kind: str, key: str, base: Entry | None, changes: Mapping[str, str], said: Provenance
) -> Draft:
    """A draft of a new entry, a copy of `base` where one is given."""
    if kind not in glossary.kinds():
        raise one("catalog new", "KIND", unknown("kind", kind, glossary.kinds()))
    if not ENTRY_NAME.fullmatch(key):
        raise one(
            "catalog new", "NAME", f"'{key[:60]}' cannot name an entry: lower case, digits, . _ - and no more than 81"
        )
    if key in catalog.keys(kind):
        raise one("catalog new", "NAME", f"'{key}' exists already in {kind}: use planner catalog edit {kind}/{key}")
    start = f'name = "{key}"\n'
    if base is not None:
        copied = base.files[-1].read_text(encoding="utf-8")
        # An alias names one entry; the copy starts without any.
        start = files.edited(copied, {("name",): key, ("aliases",): None}, f"{key}.toml")
    settings = _settings(kind, changes, said, start)
    return draft(catalog, kind, key, settings, _new_source(catalog, said), start)


def draft(
    catalog: Catalog,
    kind: str,
    key: str,
    settings: Mapping[tuple[str, ...], Any],
    sources: tuple[Path, str, str] | None = None,
    start: str = "",
) -> Draft:
    """A draft of the user's own file of an entry with values set at key paths; a new file begins with `start`.

    `sources` is the user's sources file as it will be: its path, its text, and its fingerprint now.
    """
    own = own_directory(catalog)
    path = own / kind / f"{key}.toml"
    fingerprint = files.fingerprint(path)
    before = path.read_text(encoding="utf-8") if fingerprint else ""
    text = files.edited(before or start, settings, path.name)
    # Other user files of the entry (an earlier layer) count too: load the draft in a copy of the own layer.
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder)
        (trial / kind).mkdir()
        (trial / kind / path.name).write_text(text, encoding="utf-8")
        if sources is not None:
            (trial / "sources.toml").write_text(sources[1], encoding="utf-8")
        for name in own.glob("sources*.toml"):
            if not (trial / name.name).exists():
                shutil.copy(name, trial / name.name)
        Catalog([*[layer for layer in catalog.layers if layer != own], trial]).entry(kind, key)
    return Draft(path, before, text, fingerprint, sources)


def _settings(kind: str, changes: Mapping[str, str], said: Provenance, before: str) -> dict[tuple[str, ...], Any]:
    described = glossary.kinds()[kind]
    problems: list[Problem] = []
    settings: dict[tuple[str, ...], Any] = {}
    if said.kind is not None and said.kind not in KINDS:
        problems.append(Problem("--kind", "", f"unknown kind '{said.kind}': it is one of {', '.join(KINDS)}"))
    as_of = _date(said.as_of, "--as-of", problems)
    for name, given in changes.items():
        name = described.synonyms.get(name, name)
        if name in described.fields:
            settings[name, "value"] = given
            if said.source is not None:
                # A new source makes a new figure: what was said of the old one goes, other figures beside it stay.
                settings |= {(name, key): None for key in _OF_ONE_SOURCE}
            texts = {"source": said.source, "where": said.where, "kind": said.kind, "note": said.note, "as_of": as_of}
            settings |= {(name, key): text for key, text in texts.items() if text is not None}
            if said.source is None and "source" not in before:
                problems.append(Problem(kind, name, "a figure needs a source: name one with --source"))
        elif name in described.dates:
            settings[(name,)] = _date(given, name, problems)
        elif name in described.lists or name == "aliases":
            settings[(name,)] = [part.strip() for part in given.split(",")]
        elif name in described.text or name in described.references or name == "name":
            settings[(name,)] = given
        else:
            known = [*described.fields, *described.text, *described.dates, *described.lists, *described.references]
            problems.append(Problem(kind, name, unknown("field", name, [*known, "name", "aliases"])))
    if problems:
        raise InputError(problems)
    return settings


def _date(given: str | None, place: str, problems: list[Problem]) -> datetime.date | None:
    if given is None:
        return None
    try:
        return datetime.date.fromisoformat(given)
    except ValueError:
        problems.append(Problem(place, "", f"'{given}' is not a date: write it as 2026-05-31"))
        return None


def _new_source(catalog: Catalog, said: Provenance) -> tuple[Path, str, str] | None:
    """The user's sources file with a new source described in it, where one is named that nobody described."""
    if said.source is None or said.source in catalog.sources:
        return None
    if said.source_title is None:
        message = unknown("source", said.source, catalog.sources)
        raise one("--source", "", f"{message}. Describe a new one with --source-title")
    return sources_file(catalog, {said.source: {"title": said.source_title}})


def sources_file(catalog: Catalog, described: Mapping[str, Mapping[str, Any]]) -> tuple[Path, str, str]:
    """The user's sources file with further sources described in it: path, text, and its fingerprint now."""
    path = own_directory(catalog) / "sources.toml"
    seen = files.fingerprint(path)
    text = path.read_text(encoding="utf-8") if seen else "# Sources of your own figures.\n"
    settings: dict[tuple[str, ...], Any] = {
        (source, key): value for source, row in described.items() for key, value in row.items()
    }
    return path, files.edited(text, settings, path.name), seen


def difference(catalog: Catalog) -> Table:
    """The user's figures against the shipped ones, field by field."""
    shipped = Catalog([paths.shipped("catalogs")])
    rows = []
    for kind, described in glossary.kinds().items():
        for key in catalog.keys(kind):
            entry = catalog.entry(kind, key)
            if all(path.is_relative_to(paths.shipped("catalogs")) for path in entry.files):
                continue
            base = shipped.entry(kind, key).facts if key in shipped.keys(kind) else {}
            for name, fact in entry.facts.items():
                old = base.get(name)
                if old != fact:
                    show = described.fields[name].show
                    rows.append([entry.origin, name, _text(old, show), _text(fact, show), fact.source])
    return Table(["entry", "field", "shipped", "own", "source"], rows, frozenset({2, 3}))


def _text(fact: Fact | None, show: str) -> str:
    return "" if fact is None else units.text(fact.value, show)
