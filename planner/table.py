"""One table, printed as text, CSV or Markdown: the same cells in each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Table:
    """Column headings and rows of texts; right-aligned columns hold numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    right: frozenset[int] = frozenset()
    title: str = ""

    def text(self) -> str:
        """Aligned columns for a terminal."""
        cells = [list(self.columns), *[list(row) for row in self.rows]]
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

    def csv(self) -> str:
        """Comma-separated values; cells that a spreadsheet would run as a formula are quoted as text."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([[_inert(cell) for cell in row] for row in self.rows])
        return stream.getvalue()

    def markdown(self) -> str:
        """A GitHub table."""
        rule = ["---:" if i in self.right else "---" for i in range(len(self.columns))]
        rows = [self.columns, rule, *self.rows]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def _inert(cell: str) -> str:
    """The cell with a leading apostrophe where a spreadsheet would take it for a formula."""
    if cell[:1] in "=@\t\r" or (cell[:1] in "+-" and not _number(cell)):
        return "'" + cell
    return cell


def _number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True
