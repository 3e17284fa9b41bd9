"""The audit workbook: its formulas, worked out again, give the ledger's totals and the planner's measures."""

import io
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest

from planner.money import currency, plan_ledger
from planner.reports import workbook
from tests.conftest import planned

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def books_of(name="own-8000-h100", **changes):
    return plan_ledger.of_plan(planned(name, **changes))


class Sheet:
    """One sheet as cell -> (formula or None, value)."""

    def __init__(self, content: bytes, number: int):
        archive = zipfile.ZipFile(io.BytesIO(content))
        shared = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        texts = ["".join(t.text or "" for t in item.iter(f"{{{SPACE['m']}}}t")) for item in shared]
        tree = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
        self.cells = {}
        for cell in tree.iter(f"{{{SPACE['m']}}}c"):
            formula, value = cell.find("m:f", SPACE), cell.find("m:v", SPACE)
            text = None if value is None else value.text
            shown = (
                texts[int(text)] if cell.get("t") == "s" else text if cell.get("t") == "str" else float(text or "nan")
            )
            self.cells[cell.get("r")] = (None if formula is None else formula.text, shown)

    def value(self, place: str):
        return self.cells[place][1]

    def formula(self, place: str):
        return self.cells[place][0]

    def column(self, span: str) -> np.ndarray:
        first, last = re.findall(r"\$?([A-Z]+)\$?(\d+)", span)
        return np.array([self.value(f"{first[0]}{row}") for row in range(int(first[1]), int(last[1]) + 1)])


@pytest.fixture(scope="module")
def audit():
    books = books_of()
    content = workbook.workbook(books, currency.Currency())
    return books, Sheet(content, 1), Sheet(content, 2)


def test_every_total_of_the_ledger_is_a_live_formula(audit):
    found, _, sheet = audit
    months = found.ledger.months
    total = 4 + months + 2
    sums = {place: f for place, (f, _) in sheet.cells.items() if f and re.fullmatch(rf"[A-Z]+{total}", place)}
    # Every line, both sides and the saving.
    assert len(sums) == len(found.ledger.flows) + 3
    for place, formula in sums.items():
        span = re.fullmatch(r"SUM\((.+)\)", formula)
        assert sheet.column(span[1]).sum() == pytest.approx(sheet.value(place), rel=1e-9, abs=1e-6), place


def test_present_values_follow_from_amounts_and_discount_factors(audit):
    found, summary, sheet = audit
    total = 4 + found.ledger.months + 3
    factor = summary.value("B3")
    products = {place: f for place, (f, _) in sheet.cells.items() if f and f.startswith("SUMPRODUCT")}
    assert products and all(place.endswith(str(total)) for place in products)
    for place, formula in products.items():
        amounts, factors = formula.removeprefix("SUMPRODUCT(").removesuffix(")").split(",")
        assert (sheet.column(amounts) * sheet.column(factors)).sum() == pytest.approx(
            sheet.value(place), rel=1e-9, abs=1e-6
        )
        first = re.search(r"\$([A-Z]+)\$(\d+):", factors)
        assert sheet.formula(f"{first[1]}{int(first[2]) + 1}") == f"summary!$B$3^A{int(first[2]) + 1}"
        assert sheet.value(f"{first[1]}{int(first[2]) + 1}") == pytest.approx(factor)


def test_the_sums_by_side_and_the_running_sum_are_formulas(audit):
    found, _, sheet = audit
    lines = len(found.ledger.flows)
    from xlsxwriter.utility import xl_col_to_name

    letters = [xl_col_to_name(2 + line) for line in range(lines)]
    for row in (5, 6, 4 + found.ledger.months + 1):
        for offset, side in enumerate(("own", "rent")):
            place = f"{xl_col_to_name(2 + lines + offset)}{row}"
            assert sheet.formula(place) == f'SUMIF($C$2:${letters[-1]}$2,"{side}",$C{row}:${letters[-1]}{row})'
            amounts = [sheet.value(f"{letter}{row}") for letter in letters if sheet.value(f"{letter}2") == side]
            assert sum(amounts) == pytest.approx(sheet.value(place), abs=1e-6)
    running = np.cumsum(np.reshape(found.ledger.saving(), -1))
    column = xl_col_to_name(2 + lines + 3)
    assert sheet.column(f"{column}5:{column}{5 + found.ledger.months}") == pytest.approx(running)
    assert sheet.formula(f"{column}6") == f"{column}5+{xl_col_to_name(2 + lines + 2)}6"


def test_the_summary_agrees_with_the_planner(audit):
    found, summary, _ = audit
    rows = {summary.value(f"A{row}"): row for row in range(6, 14) if f"A{row}" in summary.cells}
    for name in ("npv_own", "npv_cloud", "npv_saving", "irr"):
        assert summary.formula(f"B{rows[name]}")
        assert summary.value(f"B{rows[name]}") == pytest.approx(summary.value(f"C{rows[name]}"), rel=1e-9)
        assert summary.value(f"B{rows[name]}") == pytest.approx(found.measures[name], rel=1e-9)
    assert summary.formula(f"B{rows['npv_saving']}") == f"B{rows['npv_own']}-B{rows['npv_cloud']}"


def test_another_currency_scales_amounts_and_is_named():
    books = books_of()
    plain, euro = (
        workbook.workbook(books, c) for c in (currency.Currency(), currency.Currency("EUR", 0.5, "2026-11-01"))
    )
    one, other = Sheet(plain, 2), Sheet(euro, 2)
    assert other.value("C5") == pytest.approx(one.value("C5") / 2)
    words = [value for _, value in Sheet(euro, 1).cells.values() if isinstance(value, str)]
    assert "EUR at 0.5 EUR for 1 USD of 2026-11-01" in words


def test_where_there_is_no_rate_of_return_the_workbook_says_none():
    content = workbook.workbook(
        books_of(cloud_price="0.05 USD/accelerator/h", residual_method="zero"), currency.Currency()
    )
    summary = Sheet(content, 1)
    row = next(place[1:] for place, (_, value) in summary.cells.items() if value == "irr")
    assert summary.value(f"B{row}") == "none" and "IFERROR" in summary.formula(f"B{row}")


def test_the_command_writes_the_workbook(tmp_path, run):
    target = tmp_path / "audit.xlsx"
    printed = run("ledger", "enterprise-8-gpu", "-o", str(target))
    assert zipfile.is_zipfile(target)
    assert "wrote" in printed.err
