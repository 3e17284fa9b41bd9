"""Workbooks: a sheet for each section of a document, and the audit of a ledger with live formulas.

The audit shows the ledger by month, so that a finance team can follow every total.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from planner import glossary, tables, units
from planner.model import wiring
from planner.money import currency
from planner.money.currency import Currency
from planner.money.ledger import OWN, RENT
from planner.money.plan_ledger import MEASURES, Books, assumptions
from planner.reports.document import Document
from planner.tables import Table

_MONEY = "#,##0;[Red]-#,##0"
_AUDIT = ("summary", "ledger", "inputs")
# Rows of the ledger sheet above the first month: pool, side, asset, line.
_HEADINGS = ("pool", "side", "asset", "line")
_FIRST = len(_HEADINGS)


def as_xlsx(document: Document, books: Books | None = None) -> bytes:
    """Texts and tables of every section, numbers as numbers; then the ledger with live formulas, where there is one."""
    taken = set(_AUDIT)

    def fill(book: Any) -> None:
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
        if books is not None and books.ledger.flows:
            _add_audit(book, books, currency.of_plan(books.plan))

    return tables.workbook(fill)


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that spreadsheets take: at most 31 characters, none of []:*?/\\, and not used before."""
    base = re.sub(r"[\[\]:*?/\\']", " ", title)[:28].strip() or "sheet"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base} {number}", number + 1
    taken.add(name.casefold())
    return name


def workbook(books: Books, currency: Currency) -> bytes:
    """The audit of a ledger as a workbook of its own."""
    return tables.workbook(lambda book: _add_audit(book, books, currency))


def _add_audit(book: Any, books: Books, currency: Currency) -> None:
    """Sheets: summary, ledger, inputs.  Sums, discounting, present values, break-even and return are formulas."""
    formats = {
        "bold": book.add_format({"bold": True}),
        "money": book.add_format({"num_format": _MONEY}),
        "total": book.add_format({"num_format": _MONEY, "bold": True, "top": 1}),
        "rate": book.add_format({"num_format": "0.000000"}),
        "share": book.add_format({"num_format": "0.00%"}),
    }
    summary, sheet, inputs = (book.add_worksheet(name) for name in _AUDIT)
    _ledger(sheet, books, currency, formats)
    _summary(summary, books, currency, formats)
    _inputs(inputs, books, formats)


def _column(index: int) -> str:
    """The letters of a column: 0 is A."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(index))


class _Layout:
    """Where things stand on the ledger sheet: times of payment down, lines across, then the sums."""

    def __init__(self, books: Books):
        book = books.ledger
        self.times = book.times
        self.first, self.last = _FIRST + 1, _FIRST + len(self.times)
        self.lines = range(2, 2 + len(book.flows))
        after = 2 + len(book.flows)
        self.own, self.rent, self.saving, self.running, self.factor = (_column(after + i) for i in range(5))
        self.after = after

    def span(self, column: str, absolute: bool = False) -> str:
        """All times in a column."""
        return f"{column}{self.first}:{column}{self.last}"


def _ledger(sheet: Any, books: Books, currency: Currency, formats: dict[str, Any]) -> None:
    """Amounts by time as numbers; sums by side, saving, running sum and discount factor as formulas."""
    book, place = books.ledger, _Layout(books)
    times, rows = place.times, len(place.times)
    amounts = [flow.at(times) * currency.rate for flow in book.flows]
    factor = float(np.reshape(book.discount_factor, -1)[0])
    for row, heading in enumerate(_HEADINGS):
        sheet.write_string(row, 1, heading, formats["bold"])
        for column, flow in zip(place.lines, book.flows, strict=True):
            sheet.write_string(row, column, str(getattr(flow, heading)), formats["bold"])
    sheet.write_string(_FIRST - 1, 0, "month", formats["bold"])
    titles = (f"own, {currency.name}", f"rent, {currency.name}", "own less rent", "running sum", "discount factor")
    for offset, title in enumerate(titles):
        sheet.write_string(_FIRST - 1, place.after + offset, title, formats["bold"])
    sides = {
        side: _sum_of([a for a, f in zip(amounts, book.flows, strict=True) if f.side == side], rows)
        for side in (OWN, RENT)
    }
    saving = sides[OWN] - sides[RENT]
    running = np.cumsum(saving)
    span = f"$C{{row}}:${_column(place.after - 1)}{{row}}"
    side_row = f"$C$2:${_column(place.after - 1)}$2"
    for month in range(rows):
        row = _FIRST + month
        number = row + 1
        sheet.write_number(row, 0, float(times[month]))
        for column, amount in zip(place.lines, amounts, strict=True):
            sheet.write_number(row, column, float(amount[month]), formats["money"])
        for side, letter in ((OWN, place.own), (RENT, place.rent)):
            formula = f'=SUMIF({side_row},"{side}",{span.format(row=number)})'
            sheet.write_formula(f"{letter}{number}", formula, formats["money"], float(sides[side][month]))
        sheet.write_formula(
            f"{place.saving}{number}",
            f"={place.own}{number}-{place.rent}{number}",
            formats["money"],
            float(saving[month]),
        )
        before = f"{place.running}{number - 1}+" if month else ""
        sheet.write_formula(
            f"{place.running}{number}", f"={before}{place.saving}{number}", formats["money"], float(running[month])
        )
        sheet.write_formula(
            f"{place.factor}{number}", f"=summary!$B$3^A{number}", formats["rate"], factor ** float(times[month])
        )
    total = place.last
    sheet.write_string(total, 0, "total", formats["bold"])
    sheet.write_string(total + 1, 0, "present value", formats["bold"])
    discount = factor**times
    for column, amount in zip(
        [*place.lines, place.after, place.after + 1, place.after + 2],
        [*amounts, sides[OWN], sides[RENT], saving],
        strict=True,
    ):
        letter = _column(column)
        sheet.write_formula(total, column, f"=SUM({place.span(letter)})", formats["total"], float(amount.sum()))
        present = f"=SUMPRODUCT({place.span(letter)},{_fixed(place.span(place.factor))})"
        sheet.write_formula(total + 1, column, present, formats["total"], float((amount * discount).sum()))
    sheet.freeze_panes(_FIRST, 2)


def _summary(sheet: Any, books: Books, currency: Currency, formats: dict[str, Any]) -> None:
    """Measures as formulas over the ledger sheet beside the planner's own, then the assumptions."""
    place, measures = _Layout(books), books.measures
    factor = float(np.reshape(books.ledger.discount_factor, -1)[0])
    sheet.write_string(0, 0, books.plan.scenario.name, formats["bold"])
    sheet.write_string(1, 0, f"amounts in {currency.name}; money paid is negative")
    sheet.write_string(2, 0, "worth today of one month from now")
    sheet.write_number(2, 1, factor, formats["rate"])
    sheet.write_string(4, 0, "measure", formats["bold"])
    sheet.write_string(4, 1, "from this workbook", formats["bold"])
    sheet.write_string(4, 2, "from the planner", formats["bold"])
    sums, worth = place.last + 1, place.last + 2
    months, running = _sheet(place.span("A")), _sheet(place.span(place.running))
    saving = _sheet(place.span(place.saving))
    # Spreadsheets take payments a month apart; where some are not, the planner's own rate stands there.
    apart = np.array_equal(np.diff(place.times), np.ones(len(place.times) - 1))
    rate = f'=IFERROR((1+IRR({saving},0.02))^12-1,"none")' if apart else "=C11"
    formulas = {
        "total own": (f"=ledger!{place.own}{sums}", _total(books, OWN, currency), formats["money"]),
        "total rent": (f"=ledger!{place.rent}{sums}", _total(books, RENT, currency), formats["money"]),
        "npv_own": (f"=ledger!{place.own}{worth}", _money(measures.get("npv_own"), currency), formats["money"]),
        "npv_cloud": (f"=ledger!{place.rent}{worth}", _money(measures.get("npv_cloud"), currency), formats["money"]),
        "npv_saving": ("=B8-B9", _money(measures.get("npv_saving"), currency), formats["money"]),
        "irr": (rate, measures.get("irr"), formats["share"]),
        "first month with a running sum of at least zero": (
            f'=IFERROR(INDEX({months},MATCH(TRUE,INDEX({running}>=0,0),0)),"none")',
            _first_month(books),
            None,
        ),
    }
    for row, (name, (formula, value, form)) in enumerate(formulas.items(), start=5):
        sheet.write_string(row, 0, name)
        shown = "none" if value is None else value
        sheet.write_formula(row, 1, formula, form, shown)
        if value is None:
            sheet.write_string(row, 2, "none")
        else:
            sheet.write_number(row, 2, value, form)
    row = 6 + len(formulas)
    rows = glossary.quantities()
    for name in ("cost_per_accelerator_hour", "cost_per_useful_accelerator_hour", "break_even_utilization"):
        value = measures.get(name)
        if value is not None:
            quantity = rows[MEASURES[name] or name]
            sheet.write_string(row, 0, f"{name}, {quantity.show}")
            sheet.write_number(row, 2, float(units.convert(value, quantity.show)), formats["rate"])
            row += 1
    row += 1
    sheet.write_string(row, 0, "assumption", formats["bold"])
    for offset, (name, words) in enumerate(assumptions(books, currency), start=1):
        sheet.write_string(row + offset, 0, name)
        sheet.write_string(row + offset, 1, words)
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 2, 24)


def _inputs(sheet: Any, books: Books, formats: dict[str, Any]) -> None:
    """Every given figure that the ledger rests on, with its kind, source, place and date."""
    for column, title in enumerate(("quantity", "value", "unit", "kind", "source", "where", "as of", "note")):
        sheet.write_string(0, column, title, formats["bold"])
    plan, rows = books.plan, glossary.quantities()
    wanted = tuple(sorted({flow.quantity for flow in books.ledger.flows if flow.quantity in rows}))
    used = {str(need) for step in wiring.route(wanted, plan.whole).steps for need in step.needs}
    facts = {str(each): fact for each, fact in plan.whole.all_facts().items()}
    number = 1
    for name in sorted(used):
        fact = facts.get(name)
        if fact is None or isinstance(fact.value, str):
            continue
        sheet.write_string(number, 0, name)
        sheet.write_number(number, 1, float(units.convert(fact.value, rows[name].show)))
        texts = (rows[name].show, fact.kind, fact.source or fact.origin, fact.where, str(fact.as_of or ""), fact.note)
        for column, words in enumerate(texts, start=2):
            sheet.write_string(number, column, words)
        number += 1
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 7, 18)


def _sum_of(columns: list[Any], rows: int) -> Any:
    return np.sum(columns, axis=0) if columns else np.zeros(rows)


def _fixed(span: str) -> str:
    """A span with its column and rows held when a formula is copied."""
    return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", span)


def _sheet(span: str) -> str:
    return f"ledger!{_fixed(span)}"


def _money(value: float | None, currency: Currency) -> float | None:
    return None if value is None else value * currency.rate


def _total(books: Books, side: str, currency: Currency) -> float:
    return float(np.sum(books.ledger.total(side=side))) * currency.rate


def _first_month(books: Books) -> float | None:
    reached = np.flatnonzero(np.cumsum(books.ledger.saving_at_times()) >= 0)
    return float(books.ledger.times[reached[0]]) if len(reached) else None
