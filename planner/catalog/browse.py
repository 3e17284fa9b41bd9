"""Looking at the catalog: tables of entries, filters, one entry with all that is known of it, dated tables."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from planner import glossary, units
from planner.catalog import ages
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, Fact, folded
from planner.errors import one, unknown
from planner.files import read_csv
from planner.glossary import conditions
from planner.tables import Table

_MOST_COLUMNS = 8
# Folders of dated tables.
_DATED = ("prices", "tables")


def named(catalog: Catalog, name: str) -> Entry:
    """The entry written as KIND/NAME or as a name or alias that only one kind has."""
    kind, _, rest = name.partition("/")
    if rest and kind in glossary.kinds():
        return catalog.find(kind, rest)
    exact = [entry for entry, matched in catalog.search(name) if folded(matched) == folded(name)]
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise one("catalog", name, f"is in several kinds: {', '.join(entry.origin for entry in exact)}")
    spellings = [text for kind in glossary.kinds() for entry in catalog.entries(kind) for text in entry.spellings]
    raise one("catalog", "NAME", unknown("entry", name, spellings))


def matching(catalog: Catalog, kind: str, texts: list[str]) -> list[Entry]:
    """Entries of a kind that meet every filter such as 'memory_capacity >= 141 GB'; missing fields do not."""
    described = glossary.kinds()[kind]

    def known(written: str) -> tuple[str, str | None]:
        name = described.synonyms.get(written, written)
        if name in described.fields:
            return name, described.fields[name].unit
        if name in (*described.text, *described.dates, *described.lists, *described.references):
            return name, None
        names = [*described.fields, *described.synonyms, *described.text, *described.dates, *described.lists]
        raise units.UnitError(unknown("field", name, names))

    filters = conditions.filters(texts, "catalog list", "FIELD", known)
    return [entry for entry in catalog.entries(kind) if all(each.holds(_value(entry, each.name)) for each in filters)]


def _value(entry: Entry, name: str) -> Any:
    """A figure, a text or a reference of an entry; None where it says none."""
    return entry.facts[name].value if name in entry.facts else entry.references.get(name, entry.text.get(name))


def table(entries: list[Entry], kind: str) -> Table:
    """Entries with the fields that most of them have."""
    described = glossary.kinds()[kind]
    counts = {name: sum(name in entry.facts for entry in entries) for name in described.fields}
    common = sorted((n for n in described.fields if counts[n]), key=lambda n: -counts[n])[:_MOST_COLUMNS]
    names = [name for name in described.fields if name in common]
    columns = ["entry", "name", *(_heading(described.fields[name]) for name in names)]
    rows = [
        [entry.key, entry.name, *(_cell(entry, name, described.fields[name]) for name in names)] for entry in entries
    ]
    return Table(columns, rows, frozenset(range(2, len(columns))))


def _heading(quantity: glossary.Quantity) -> str:
    return quantity.name if quantity.show == units.DIMENSIONLESS else f"{quantity.name} [{quantity.show}]"


def _cell(entry: Entry, name: str, quantity: glossary.Quantity) -> str:
    if name not in entry.facts:
        return ""
    return units.number_text(float(units.convert(entry.facts[name].value, quantity.show)))


def row(entry: Entry) -> dict[str, Any]:
    """An entry's plain values in display units, and its text."""
    fields = glossary.kinds()[entry.kind].fields
    values = {
        name: {"value": float(units.convert(fact.value, fields[name].show)), "unit": fields[name].show}
        for name, fact in entry.facts.items()
    }
    return {"fields": values, "text": entry.text, "references": entry.references}


def entry_text(entry: Entry, catalog: Catalog) -> str:
    """Everything known of an entry: text, then each figure with range, kind, source and date."""
    lines = [f"{entry.name}   ({entry.origin})"]
    if entry.aliases:
        lines.append(f"also: {', '.join(entry.aliases)}")
    details = {**entry.references, **entry.text}
    lines += [f"{name}: {', '.join(v) if isinstance(v, list) else v}" for name, v in details.items()]
    if entry.facts:
        lines += ["", facts_table(entry, catalog).text()]
    notes = [f"{name}: {fact.note}" for name, fact in entry.facts.items() if fact.note]
    fields = glossary.kinds()[entry.kind].fields
    for name, fact in entry.facts.items():
        for other in fact.alternatives:
            said = units.text(other.value, fields[name].show)
            notes.append(f"{name}: {said} according to {_said(other, catalog)}. {other.note}".rstrip())
    if notes:
        lines += ["", *notes]
    return "\n".join(lines)


def facts_table(entry: Entry, catalog: Catalog) -> Table:
    fields = glossary.kinds()[entry.kind].fields
    today = ages.today()
    rows = []
    for name, fact in entry.facts.items():
        show = fields[name].show
        spread = ""
        if fact.low is not None or fact.high is not None:
            ends = [
                units.number_text(float(units.convert(end, show))) if end is not None else ""
                for end in (fact.low, fact.high)
            ]
            spread = " to ".join(ends)
        age = ages.age_text(fact, today) + (", stale" if ages.is_stale(fact, today) else "")
        rows.append([name, units.text(fact.value, show), spread, fact.kind, _said(fact, catalog), age])
    return Table(["field", "value", "range", "kind", "source", "as of"], rows, frozenset({1}))


def _said(fact: Fact, catalog: Catalog) -> str:
    title = catalog.sources.get(fact.source, {}).get("title", fact.source)
    return f"{title}; {fact.where}" if fact.where else title


def entry_json(entry: Entry, catalog: Catalog) -> dict[str, Any]:
    """An entry with the full provenance of every figure."""
    fields = glossary.kinds()[entry.kind].fields
    today = ages.today()

    def fact_json(fact: Fact, show: str) -> dict[str, Any]:
        def number(value: float | None) -> float | None:
            return None if value is None else float(units.convert(value, show))

        return {
            "value": number(fact.value),
            "unit": show,
            "low": number(fact.low),
            "high": number(fact.high),
            "kind": fact.kind,
            "source": fact.source,
            "title": catalog.sources.get(fact.source, {}).get("title", ""),
            "where": fact.where,
            "as_of": str(fact.as_of or ""),
            "stale": ages.is_stale(fact, today),
            "note": fact.note,
            "alternatives": [fact_json(other, show) for other in fact.alternatives],
        }

    return {
        "kind": entry.kind,
        "entry": entry.key,
        "name": entry.name,
        "aliases": list(entry.aliases),
        "text": entry.text,
        "references": entry.references,
        "fields": {name: fact_json(fact, fields[name].show) for name, fact in entry.facts.items()},
    }


# Dated figures that are no entry: prices over the years, measurements, lead times, as CSV files beside the entries


def dated_tables(catalog: Catalog) -> dict[str, Path]:
    """Every dated table by its name; a later layer's table of the same name stands for the earlier one's."""
    return {
        path.stem: path
        for layer in catalog.layers
        for folder in _DATED
        for path in sorted((layer / folder).glob("*.csv"))
    }


def dated_table(catalog: Catalog, name: str, texts: list[str]) -> Table:
    """The rows of a table that meet every filter, such as 'accelerator = h100-sxm' or 'source ~ epoch'."""
    tables = dated_tables(catalog)
    if name not in tables:
        raise one("catalog tables", "NAME", unknown("table", name, tables))
    columns, lines = read_csv(tables[name])
    rows = [dict(itertools.zip_longest(columns, cells, fillvalue="")) for _, cells in lines]
    # '[USD/accelerator/h]' may be left out of a column's name.
    named = {column.partition("[")[0].strip().casefold(): column for column in columns}

    def known(written: str) -> tuple[str, None]:
        column = named.get(written.casefold(), written)
        if column not in columns:
            raise units.UnitError(unknown("column", column, columns))
        return column, None

    filters = conditions.filters(texts, "catalog tables", "COLUMN", known)
    kept = [
        [row[column] for column in columns]
        for row in rows
        if all(each.holds(row[each.name] or None) for each in filters)
    ]
    numbers = {index for index in range(len(columns)) if kept and all(_is_number(row[index]) for row in kept)}
    return Table(columns, kept, frozenset(numbers))


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
