"""Dated figures that are no entry: prices over the years, measurements, lead times, as CSV files beside the entries."""

from __future__ import annotations

import csv
from pathlib import Path

from planner.catalog.catalog import Catalog
from planner.errors import one, unknown
from planner.glossary import conditions
from planner.tables import Table
from planner.units import UnitError

FOLDERS = ("prices", "tables")


def files(catalog: Catalog) -> dict[str, Path]:
    """Every dated table by its name; a later layer's table of the same name stands for the earlier one's."""
    return {
        path.stem: path
        for layer in catalog.layers
        for folder in FOLDERS
        for path in sorted((layer / folder).glob("*.csv"))
    }


def read(catalog: Catalog, name: str, texts: list[str]) -> Table:
    """The rows of a table that meet every filter, such as 'accelerator = h100-sxm' or 'source ~ epoch'."""
    tables = files(catalog)
    if name not in tables:
        raise one("catalog tables", "NAME", unknown("table", name, tables))
    with tables[name].open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        rows = list(reader)
    # '[USD/accelerator/h]' may be left out of a column's name.
    named = {column.partition("[")[0].strip().casefold(): column for column in columns}

    def known(written: str) -> tuple[str, None]:
        column = named.get(written.casefold(), written)
        if column not in columns:
            raise UnitError(unknown("column", column, columns))
        return column, None

    filters = conditions.filters(texts, "catalog tables", "COLUMN", known)
    kept = [
        [row[column] or "" for column in columns]
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
