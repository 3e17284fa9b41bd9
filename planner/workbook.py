"""A document as a workbook: a sheet for each section that holds tables, and the audit sheets of a plan's ledger."""

from __future__ import annotations

import io
import re

from planner import audit, currency
from planner.books import Books
from planner.document import Document
from planner.table import Table, needed


def as_xlsx(document: Document, found: Books | None = None) -> bytes:
    """Texts and tables of every section, numbers as numbers; then the ledger with live formulas, where there is one."""
    xlsxwriter = needed("xlsxwriter", "excel")
    stream = io.BytesIO()
    taken = {"summary", "ledger", "inputs"}
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"title": document.title})
        for section in document.sections:
            if not any(isinstance(block, str | Table) for block in section.blocks):
                continue
            sheet = book.add_worksheet(_sheet_name(section.title, taken))
            row = 0
            for block in section.blocks:
                if isinstance(block, str):
                    sheet.write_string(row, 0, block)
                    row += 2
                elif isinstance(block, Table):
                    block.fill(book, sheet, row)
                    row += len(block.rows) + 3
        if found is not None and found.ledger.flows:
            audit.add_sheets(book, found, currency.of_plan(found.plan))
    return stream.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that spreadsheets take: at most 31 characters, none of []:*?/\\, and not used before."""
    base = re.sub(r"[\[\]:*?/\\']", " ", title)[:28].strip() or "sheet"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base} {number}", number + 1
    taken.add(name.casefold())
    return name
