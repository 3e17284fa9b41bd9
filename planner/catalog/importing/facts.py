"""Accelerator facts from a long table (entity, field, value, unit, ...): settings of entries, implausible rows told."""

from __future__ import annotations

import datetime
import re
from typing import Any

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, Fact, folded, value_of
from planner.catalog.importing.rows import Change, Findings, Row, Said, Settings, slug, source_of, table_source
from planner.errors import InputError, unknown

_KIND = "accelerators"
# How firm a figure is, by the confidence that long tables state.
_CONFIDENCE = {"high": "rated", "medium": "rated", "derived": "derived", "low": "estimate", "recalled": "estimate"}
# Vendors print rates of operations per second in one word, and capacities without "per accelerator".
_UNITS = {"TFLOPS": "TFLOP/s", "PFLOPS": "PFLOP/s", "TOPS": "TFLOP/s", "GFLOPS": "GFLOP/s"}
# A figure that differs from the catalog's range by more than this is a mistake or another quantity.
_TOLERANCE = 0.2
# The same memory in GB and in GiB, or as a driver reports it, differs by less than this.
_LABEL = 0.08
# Printed with sparsity, a rate is twice the dense one.
_SPARSE = 2.0


def changes(
    rows: list[tuple[int, Row]], catalog: Catalog, said: Said, findings: Findings, described: dict[str, dict[str, Any]]
) -> list[Change]:
    """One change per entity that is left after every check."""
    by_entry: dict[str, Change] = {}
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for line, row in rows:
        if not row["entity"]:
            findings.add(line, "has no entity")
            continue
        entry = _entry(row["entity"], catalog)
        key = entry.key if entry else slug(row["entity"])
        settings = _settings(line, row, entry, catalog, said, findings, described)
        if not settings:
            continue
        name = next(iter(settings))[0]
        said_before = seen.setdefault((key, name), (line, f"{row['value']} {row['unit']}"))
        if said_before[0] != line:
            same = said_before[1] == f"{row['value']} {row['unit']}"
            verb = "repeats" if same else f"gives {row['value']} {row['unit']} and contradicts"
            findings.add(line, f"{verb} line {said_before[0]} on {name} of {row['entity']}: the first is taken")
            continue
        start = "" if entry else f'name = "{row["entity"].replace(chr(34), "")}"\n'
        by_entry.setdefault(key, Change(_KIND, key, {}, start)).settings.update(settings)
    return list(by_entry.values())


def _entry(name: str, catalog: Catalog) -> Entry | None:
    try:
        return catalog.find(_KIND, name)
    except InputError:
        return None


def _settings(
    line: int,
    row: Row,
    entry: Entry | None,
    catalog: Catalog,
    said: Said,
    findings: Findings,
    described: dict[str, dict[str, Any]],
) -> Settings:
    """One row as settings of its field; none, with the reason told, where it is not taken or already there."""
    kind = glossary.kinds()[_KIND]
    name = kind.synonyms.get(row["field"], row["field"])
    if name in kind.text:
        return {} if entry and entry.text.get(name) == row["value"] else {(name,): row["value"]}
    if name not in kind.fields:
        findings.add(line, unknown("field", row["field"], [*kind.fields, *kind.synonyms, *kind.text]))
        return {}
    quantity = kind.fields[name]
    text = f"{row['value']} {_unit(row['unit'])}"
    try:
        value = _value(text, quantity)
    except units.UnitError as error:
        findings.add(line, f"{row['entity']}: {name}: {error}")
        return {}
    known = entry.facts.get(name) if entry else None
    if known is not None:
        reason = _implausible(value, known, quantity)
        if reason:
            findings.add(line, f"{row['entity']}: {name}: {units.text(value, quantity.show)} is implausible: {reason}")
            return {}
        if abs(value - known.value) <= 1e-3 * abs(known.value):
            return {}
        if name == "memory_capacity" and abs(value / known.value - 1) < _LABEL:
            findings.add(line, f"{row['entity']}: {name}: the catalog's figure stays, labels mix GB and GiB")
            return {}
    title = row.get("source_title", "") or row.get("source", "")
    if title:
        source = source_of(title, row.get("source_ref", ""), catalog, described)
    else:
        source = table_source(catalog, said, described)
    return {
        (name, "value"): units.exact_text(value, quantity.show),
        (name, "low"): None,
        (name, "high"): None,
        (name, "kind"): _CONFIDENCE.get(row.get("confidence", "").casefold(), "rated"),
        (name, "source"): source,
        (name, "where"): None,
        (name, "as_of"): _day(row.get("as_of", "") or said.as_of or ""),
        (name, "note"): None,
    }


def _unit(text: str) -> str:
    return _UNITS.get(text, text)


def _value(text: str, quantity: glossary.Quantity) -> float:
    """A value in base units; the unit may leave out 'per accelerator'."""
    try:
        return value_of(text, quantity)
    except units.UnitError:
        if not quantity.unit.endswith("/accelerator"):
            raise
        return value_of(f"{text}/accelerator", quantity)


def _implausible(value: float, known: Fact, quantity: glossary.Quantity) -> str:
    """Why a value cannot stand beside what the catalog knows, or an empty text."""
    ends = [end for end in (known.value, known.low, known.high) if end is not None]
    low, high = min(ends), max(ends)
    if low * (1 - _TOLERANCE) <= value <= high * (1 + _TOLERANCE):
        return ""
    reason = f"the catalog has {units.text(known.value, quantity.show)} by {known.source}"
    if folded(quantity.name).startswith("peak") and abs(value / known.value / _SPARSE - 1) < 0.02:
        reason += ", half of it: printed with sparsity?"
    return reason


def _day(text: str) -> datetime.date | None:
    """A date as printed; a month or a year stands for its first day."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if match is None:
        return None
    try:
        return datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
