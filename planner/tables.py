"""One table, shown as text and written as CSV, Markdown, HTML, JSON, Parquet or XLSX: the same cells in each."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.errors import one
from planner.extras import needed
from planner.markup import Html, element, joined
from planner.units import number_text

# A text, a number (rounded where people read it, whole where programs do), or nothing.
Cell = str | float | None


@dataclass
class Table:
    """Column headings and rows of cells; right-aligned columns hold numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]] = field(default_factory=list)
    right: frozenset[int] = frozenset()
    title: str = ""

    @property
    def texts(self) -> list[list[str]]:
        """The rows as people read them."""
        return [[_text(cell) for cell in row] for row in self.rows]

    def text(self) -> str:
        """Aligned columns for a terminal."""
        cells = [list(self.columns), *self.texts]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [
            "  ".join(
                c.rjust(w) if i in self.right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in cells
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        heading = [self.title] if self.title else []
        return "\n".join([*heading, *[line.rstrip() for line in lines]])

    def without_empty(self, column: str) -> Table:
        """The table without a column in which no row says anything."""
        index = list(self.columns).index(column)
        if any(row[index] for row in self.rows):
            return self
        kept = [i for i in range(len(self.columns)) if i != index]
        right = frozenset(new for new, old in enumerate(kept) if old in self.right)
        return Table([self.columns[i] for i in kept], [[row[i] for i in kept] for row in self.rows], right, self.title)

    def csv(self) -> str:
        """Comma-separated values; cells that a spreadsheet would run as a formula are quoted as text."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(
            [[inert(cell) if isinstance(cell, str) else _plain(cell) for cell in row] for row in self.rows]
        )
        return stream.getvalue()

    def markdown(self) -> str:
        """A GitHub table."""
        rule = ["---:" if i in self.right else "---" for i in range(len(self.columns))]
        rows = [list(self.columns), rule, *self.texts]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)

    def html(self) -> Html:
        """A table element; every text escaped."""

        def row(tag: str, cells: Sequence[str]) -> Html:
            marks = [{"class_": "number"} if i in self.right else {} for i in range(len(cells))]
            return element("tr", *(element(tag, cell, **mark) for cell, mark in zip(cells, marks, strict=True)))

        caption = [element("caption", self.title)] if self.title else []
        rows = joined([row("td", cells) for cells in self.texts], "\n")
        return element(
            "table", *caption, element("thead", row("th", self.columns)), "\n", element("tbody", "\n", rows, "\n")
        )

    def records(self) -> list[dict[str, Cell]]:
        """The rows as data: each with its cells by heading."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]

    def json(self) -> str:
        """A list with an object for each row."""
        return json.dumps(self.records(), indent=2, ensure_ascii=False)

    def write(self, path: Path) -> None:
        """Write the table in the format of the file's ending."""
        from planner.files import write_atomically

        texts = {".csv": self.csv, ".md": self.markdown, ".html": self.html, ".json": self.json}
        suffix = path.suffix.lower()
        if suffix in texts:
            write_atomically(path, texts[suffix]() + ("" if suffix == ".csv" else "\n"))
        elif suffix == ".parquet":
            write_atomically(path, self.parquet())
        elif suffix == ".xlsx":
            write_atomically(path, self.xlsx())
        else:
            endings = ", ".join([*texts, ".parquet", ".xlsx"])
            raise one(str(path), "", f"tables are written as {endings}, not as '{suffix}'")

    def parquet(self) -> bytes:
        """A Parquet file: columns of numbers as numbers, the others as texts."""
        pyarrow, parquet = needed("pyarrow", "parquet"), needed("pyarrow.parquet", "parquet")
        columns = {}
        for index, name in enumerate(self.columns):
            cells = [_plain(row[index]) for row in self.rows]
            numeric = not any(isinstance(cell, str) for cell in cells)
            columns[name] = cells if numeric else [row[index] for row in self.texts]
        stream = io.BytesIO()
        parquet.write_table(pyarrow.table(columns), stream)
        return stream.getvalue()

    def xlsx(self) -> bytes:
        """A workbook of one sheet."""
        return workbook(lambda book: self.fill(book, book.add_worksheet()))

    def fill(self, book: Any, sheet: Any, first_row: int = 0) -> None:
        """Write the cells into a worksheet: numbers as numbers, texts as texts, never a formula."""
        bold = book.add_format({"bold": True, "bottom": 1})
        for index, name in enumerate(self.columns):
            sheet.write_string(first_row, index, name, bold)
            widest = max([len(name), *(len(row[index]) for row in self.texts)])
            sheet.set_column(index, index, min(widest + 2, 60))
        for number, row in enumerate(self.rows, first_row + 1):
            for index, cell in enumerate(row):
                plain = _plain(cell)
                if isinstance(plain, str):
                    sheet.write_string(number, index, plain)
                elif plain is not None:
                    sheet.write_number(number, index, plain)


def workbook(fill: Callable[[Any], None]) -> bytes:
    """The XLSX file whose sheets `fill` adds to the open book."""
    stream = io.BytesIO()
    with needed("xlsxwriter", "excel").Workbook(stream, {"in_memory": True}) as book:
        fill(book)
    return stream.getvalue()


def of_frame(frame: Any) -> Table:
    """A table of pandas."""
    return Table(list(frame.columns), list(frame.itertuples(index=False, name=None)))


def of_records(records: Sequence[Mapping[str, Cell]]) -> Table:
    """Rows of named cells as a table; a row that lacks a name has nothing there."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    return Table(columns, [[record.get(name) for name in columns] for record in records])


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "" if cell is None or not math.isfinite(cell) else number_text(cell)


def _plain(cell: Cell) -> Cell:
    return cell if isinstance(cell, str) or (cell is not None and math.isfinite(cell)) else None


def inert(cell: str) -> str:
    """The cell with a leading apostrophe where a spreadsheet would take it for a formula."""
    if cell and (cell[0] in "=@\t\r" or (cell[0] in "+-" and not _number(cell))):
        return "'" + cell
    return cell


def _number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True
