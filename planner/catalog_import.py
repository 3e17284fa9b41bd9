"""Tables of others as catalog entries: cloud prices and accelerator facts, every refused row with its reason.

Three formats, told apart by their columns: cloud prices as the SkyPilot catalog lists them, cloud prices in a
plain table, and accelerator facts in long format (one fact a row).  Nothing is written here; `Import.write` does.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner import authoring, editing
from planner.catalog import Catalog, folded
from planner.problems import LARGEST_TABLE, InputError, Problem, one, read_bytes

Settings = dict[tuple[str, ...], Any]
Row = dict[str, str]

_MOST_ROWS = 200_000
_SKYPILOT = ("InstanceType", "AcceleratorName", "AcceleratorCount", "Price")
_PLAIN = ("provider", "accelerator")
_LONG = ("entity", "field", "value", "unit")
# Columns that name whom or what a row is about.
_NAMES = ("entity", "provider", "vendor")


@dataclass(frozen=True)
class Said:
    """What the user says of a whole table."""

    provider: str | None = None
    region: str | None = None
    source: str | None = None
    source_title: str | None = None
    as_of: str | None = None


@dataclass
class Finding:
    """Rows that were not taken as they are, and why."""

    reason: str
    lines: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.lines[:8]))
        more = f" and {len(self.lines) - 8} more" if len(self.lines) > 8 else ""
        return f"line{'' if len(self.lines) == 1 else 's'} {shown}{more}: {self.reason}"


class Findings:
    """Findings by reason, in the order in which they came up."""

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}

    def add(self, line: int, reason: str) -> None:
        self._found.setdefault(reason, Finding(reason)).lines.append(line)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found.values())


@dataclass
class Change:
    """What a table says of one entry."""

    kind: str
    key: str
    settings: Settings
    # The first lines of an entry that is not in the catalog yet.
    start: str = ""


@dataclass
class Import:
    """Drafts made from a table, the sources they need, and what was not taken."""

    format: str
    rows: int
    drafts: dict[str, authoring.Draft]
    findings: list[Finding]
    sources: tuple[Path, str, str] | None = None

    def write(self) -> None:
        """Write the sources first, then each entry; a file changed meanwhile stops it."""
        if self.sources is not None:
            path, text, seen = self.sources
            editing.write_atomically(path, text, expected=seen)
        for draft in self.drafts.values():
            draft.write()


def read(path: Path, catalog: Catalog, said: Said) -> Import:
    """The table in a file as drafts of entries in the user's own directory."""
    from planner import import_facts, import_prices

    header, rows = table(path)
    findings = Findings()
    rows = _of_the_trade(rows, findings)
    described: dict[str, dict[str, Any]] = {}
    changes: Iterable[Change]
    if set(_SKYPILOT) <= set(header):
        name, changes = "skypilot", import_prices.skypilot(rows, catalog, said, findings, described)
    elif set(_LONG) <= set(header):
        name, changes = "facts", import_facts.changes(rows, catalog, said, findings, described)
    elif set(_PLAIN) <= set(header):
        name, changes = "prices", import_prices.plain(rows, catalog, said, findings, described)
    else:
        formats = "; ".join(", ".join(columns) for columns in (_SKYPILOT, _PLAIN, _LONG))
        raise one(path.name, "", f"has the columns {', '.join(header)[:200]}: it takes one of {formats}")
    sources = authoring.sources_file(catalog, described) if described else None
    drafts, problems = _drafts(catalog, changes, sources)
    if problems:
        raise InputError(problems)
    told = sorted(findings, key=lambda each: each.lines[0])
    return Import(name, len(rows), drafts, told, sources if drafts else None)


def _of_the_trade(rows: list[tuple[int, Row]], findings: Findings) -> list[tuple[int, Row]]:
    """The rows without those of names that a source document lists by mistake."""
    from planner import seeds

    noise = {folded(named.name): named for named in seeds.load().named if named.noise}
    kept = []
    for line, row in rows:
        named = next((noise[key] for key in map(folded, (row.get(c, "") for c in _NAMES)) if key in noise), None)
        if named is None:
            kept.append((line, row))
        else:
            findings.add(line, f"{named.name} is a {named.vendor}, named in a source document by mistake: not taken")
    return kept


def table(path: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    """The header of a CSV file and its rows with their line numbers."""
    try:
        text = read_bytes(path, path.name, LARGEST_TABLE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise one(path.name, "", f"is not UTF-8 text (byte {error.start})") from None
    reader = csv.DictReader(io.StringIO(text), restval="")
    rows: list[tuple[int, Row]] = []
    try:
        for row in reader:
            if len(rows) >= _MOST_ROWS:
                raise one(path.name, "", f"has more than {_MOST_ROWS} rows")
            rows.append((reader.line_num, {key: value.strip() for key, value in row.items() if isinstance(key, str)}))
    except csv.Error as error:
        raise one(path.name, f"line {reader.line_num}", f"is not CSV: {error}") from None
    return [name for name in reader.fieldnames or [] if name], rows


def source_of(title: str, url: str, catalog: Catalog, described: dict[str, dict[str, Any]]) -> str:
    """The id of the source with this title; one that nobody described is added to `described`."""
    for source, row in (*catalog.sources.items(), *described.items()):
        if title == source or folded(str(row.get("title", ""))) == folded(title):
            return source
    source = slug(title)[:60].rstrip("-")
    described[source] = {"title": title} | ({"url": url} if url.startswith("https://") else {})
    return source


def table_source(catalog: Catalog, said: Said, described: dict[str, dict[str, Any]]) -> str:
    """The source of a whole table: as the user says; InputError where nobody does."""
    if said.source is None:
        raise one("--source", "", "figures need a source: name one, and describe a new one with --source-title")
    if said.source not in catalog.sources:
        if said.source_title is None:
            raise one("--source", "", f"unknown source '{said.source}': describe it with --source-title")
        described[said.source] = {"title": said.source_title}
    return said.source


def slug(text: str) -> str:
    """A text as the name of an entry: 'p5.48xlarge (AWS)' -> 'p5.48xlarge-aws'."""
    return re.sub(r"[^a-z0-9._]+", "-", text.casefold()).strip("-._")[:80] or "entry"


def _drafts(
    catalog: Catalog, changes: Iterable[Change], sources: tuple[Path, str, str] | None
) -> tuple[dict[str, authoring.Draft], list[Problem]]:
    """A draft per change that changes something; the problems of those that would not load."""
    drafts: dict[str, authoring.Draft] = {}
    problems: list[Problem] = []
    for change in changes:
        try:
            draft = authoring.draft(catalog, change.kind, change.key, change.settings, sources, change.start)
        except InputError as error:
            problems.extend(error.problems)
            continue
        # The sources of all drafts are written once, before them.
        draft.sources = None
        if draft.text != draft.before:
            drafts[f"{change.kind}/{change.key}"] = draft
    return drafts, problems
