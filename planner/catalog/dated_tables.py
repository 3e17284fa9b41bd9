"""Dated figures that are no entry: prices over the years, measurements, lead times, as CSV files beside the entries."""

from __future__ import annotations

import csv
import operator
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planner.catalog.catalog import Catalog
from planner.errors import InputError, Problem, one, unknown
from planner.tables import Table

FOLDERS = ("prices", "tables")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    "~": lambda text, part: str(part) in str(text),
    ">": operator.gt,
    "<": operator.lt,
}
_CONDITION = re.compile(r"\s*(.+?)\s*(>=|<=|!=|=|~|>|<)\s*(.+?)\s*\Z")


def files(catalog: Catalog) -> dict[str, Path]:
    """Every dated table by its name; a later layer's table of the same name stands for the earlier one's."""
    return {
        path.stem: path
        for layer in catalog.layers
        for folder in FOLDERS
        for path in sorted((layer / folder).glob("*.csv"))
    }


def read(catalog: Catalog, name: str, conditions: list[str]) -> Table:
    """The rows of a table that meet every condition, such as 'accelerator = h100-sxm' or 'source ~ epoch'."""
    known = files(catalog)
    if name not in known:
        raise one("catalog tables", "NAME", unknown("table", name, known))
    with known[name].open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or [])
        rows = list(reader)
    tests = _tests(conditions, columns)
    kept = [[row[column] or "" for column in columns] for row in rows if all(test(row) for test in tests)]
    numbers = {index for index in range(len(columns)) if kept and all(_is_number(row[index]) for row in kept)}
    return Table(columns, kept, frozenset(numbers))


def _tests(conditions: list[str], columns: list[str]) -> list[Callable[[dict[str, str]], bool]]:
    # '[USD/accelerator/h]' may be left out of a column's name.
    named = {column.partition("[")[0].strip().casefold(): column for column in columns}
    tests: list[Callable[[dict[str, str]], bool]] = []
    found: list[Problem] = []
    for text in conditions:
        match = _CONDITION.match(text)
        column = named.get(match[1].casefold(), match[1]) if match else ""
        if match is None:
            message = f"'{text}' is not COLUMN OP VALUE with an operator of {', '.join(_OPERATORS)}"
            found.append(Problem("catalog tables", "--where", message))
        elif column not in columns:
            found.append(Problem("catalog tables", "--where", unknown("column", column, columns)))
        else:
            tests.append(_test(column, match[2], match[3]))
    if found:
        raise InputError(found)
    return tests


def _test(column: str, sign: str, given: str) -> Callable[[dict[str, str]], bool]:
    compares = _OPERATORS[sign]

    def test(row: dict[str, str]) -> bool:
        cell = row[column] or ""
        if not cell:
            return False
        if sign != "~" and given and _is_number(cell) and _is_number(given):
            return compares(float(cell), float(given))
        return compares(cell.casefold(), given.casefold())

    return test


def _is_number(text: str) -> bool:
    try:
        float(text or "0")
    except ValueError:
        return False
    return True
