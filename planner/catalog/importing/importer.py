"""Tables of others as catalog entries: cloud prices and accelerator facts, every refused row with its reason.

Three formats, told apart by their columns: cloud prices as the SkyPilot catalog lists them, cloud prices in a
plain table, and accelerator facts in long format (one fact a row).  Nothing is written here; `Import.write` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import files
from planner.catalog import authoring
from planner.catalog.catalog import Catalog
from planner.catalog.entries import folded
from planner.catalog.importing.rows import Change, Finding, Findings, Row, Said, table
from planner.errors import InputError, Problem, gathered, one

_SKYPILOT = ("InstanceType", "AcceleratorName", "AcceleratorCount", "Price")
_PLAIN = ("provider", "accelerator")
_LONG = ("entity", "field", "value", "unit")
# Columns that name whom or what a row is about.
_NAMES = ("entity", "provider", "vendor")


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
            files.write_atomically(path, text, expected=seen)
        for draft in self.drafts.values():
            draft.write()


def read(path: Path, catalog: Catalog, said: Said, noise: Mapping[str, str]) -> Import:
    """The table in a file as drafts of entries in the user's own directory; names of `noise` are not taken."""
    from planner.catalog.importing import facts, prices

    header, rows = table(path)
    findings = Findings()
    rows = _of_the_trade(rows, noise, findings)
    described: dict[str, dict[str, Any]] = {}
    changes: Iterable[Change]
    if set(_SKYPILOT) <= set(header):
        name, changes = "skypilot", prices.skypilot(rows, catalog, said, findings, described)
    elif set(_LONG) <= set(header):
        name, changes = "facts", facts.changes(rows, catalog, said, findings, described)
    elif set(_PLAIN) <= set(header):
        name, changes = "prices", prices.plain(rows, catalog, said, findings, described)
    else:
        formats = "; ".join(", ".join(columns) for columns in (_SKYPILOT, _PLAIN, _LONG))
        raise one(path.name, "", f"has the columns {', '.join(header)[:200]}: it takes one of {formats}")
    sources = authoring.sources_file(catalog, described) if described else None
    drafts, problems = _drafts(catalog, changes, sources)
    if problems:
        raise InputError(problems)
    told = sorted(findings, key=lambda each: each.lines[0])
    return Import(name, len(rows), drafts, told, sources if drafts else None)


def _of_the_trade(rows: list[tuple[int, Row]], noise: Mapping[str, str], findings: Findings) -> list[tuple[int, Row]]:
    """The rows without those of `noise`: names that a source document lists by mistake, with what they are."""
    mistaken = {folded(name): f"{name} is a {what}" for name, what in noise.items()}
    kept = []
    for line, row in rows:
        names = [folded(row.get(column, "")) for column in _NAMES]
        reason = next((mistaken[name] for name in names if name in mistaken), None)
        if reason is None:
            kept.append((line, row))
        else:
            findings.add(line, f"{reason}, named in a source document by mistake: not taken")
    return kept


def _drafts(
    catalog: Catalog, changes: Iterable[Change], sources: tuple[Path, str, str] | None
) -> tuple[dict[str, authoring.Draft], list[Problem]]:
    """A draft per change that changes something; the problems of those that would not load."""
    drafts: dict[str, authoring.Draft] = {}
    problems: list[Problem] = []
    for change in changes:
        with gathered(problems):
            draft = authoring.draft(catalog, change.kind, change.key, change.settings, sources, change.start)
            # The sources of all drafts are written once, before them.
            draft.sources = None
            if draft.text != draft.before:
                drafts[f"{change.kind}/{change.key}"] = draft
    return drafts, problems
