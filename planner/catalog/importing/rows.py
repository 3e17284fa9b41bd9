"""Rows of a table to import: what was read, what was found wrong, what would change."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.catalog.catalog import Catalog
from planner.catalog.entries import folded
from planner.errors import one
from planner.files import read_csv

Settings = dict[tuple[str, ...], Any]
Row = dict[str, str]
_MOST_ROWS = 200_000


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
        self._by_reason: dict[str, Finding] = {}

    def add(self, line: int, reason: str) -> None:
        self._by_reason.setdefault(reason, Finding(reason)).lines.append(line)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._by_reason.values())


@dataclass
class Change:
    """What a table says of one entry."""

    kind: str
    key: str
    settings: Settings
    # The first lines of an entry that is not in the catalog yet.
    start: str = ""


def table(path: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    """The header of a CSV file and its rows with their line numbers."""
    columns, lines = read_csv(path)
    if len(lines) > _MOST_ROWS:
        raise one(path.name, "", f"has more than {_MOST_ROWS} rows")
    rows = [
        (
            number,
            {name: cell.strip() for name, cell in itertools.zip_longest(columns, cells[: len(columns)], fillvalue="")},
        )
        for number, cells in lines
    ]
    return [name for name in columns if name], rows


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
