"""Reports and exports: every shipped scenario as a document, every table with the same cells in each format."""

import csv
import datetime
import html.parser
import io
import json
import re
import shutil
import subprocess
import zipfile

import pytest

from planner.errors import InputError
from planner.money import plan_ledger
from planner.plan import planning
from planner.reports import document, rendering, workbook
from planner.scenario import scenario_file
from planner.tables import Table
from tests.conftest import CATALOG

pytest.importorskip("matplotlib")
DAY = datetime.date(2026, 11, 21)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page(html.parser.HTMLParser):
    """Tags with their attributes, and the heading levels in their order."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def report(name):
    the_plan = planning.plan(scenario_file.load(name, CATALOG), CATALOG)
    return document.of_plan(the_plan, CATALOG, DAY), the_plan


@pytest.fixture(scope="module")
def owned():
    return report("own-8000-h100")


@pytest.mark.parametrize("name", sorted(scenario_file.shipped_names()))
def test_every_shipped_scenario_has_its_report(name):
    content, _ = report(name)
    titles = [section.title for section in content.sections]
    assert titles[0] == "Decision" and {"Headline figures", "Assumptions", "Derivations"} <= set(titles)
    text = rendering.as_html(content)
    assert len(text.encode()) < 2_000_000
    page = Page(text)
    assert not page.all("script") and not page.all("link") and not page.all("img")
    assert all(a["href"].startswith("#") for a in page.all("a"))
    drawn = [svg for svg in page.all("svg") if "role" in svg]
    assert drawn and all(len(svg["aria-label"]) > 20 for svg in drawn)
    assert page.all("html")[0]["lang"] == "en" and page.all("title")
    anchors = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert all(a["href"][1:] in anchors for a in page.all("a"))


def test_the_decision_comes_first_and_says_how_sure_it_is(owned):
    first = owned[0].sections[0].blocks[0]
    assert re.search(r"(Own|Rent): over 3 years owning costs [\d.,]+ MUSD less", first)
    assert re.search(r"holds in \d+% of [\d,]+ samples", first)
    assert "What binds first" in first


def test_the_same_plan_gives_the_same_report(owned):
    assert rendering.as_html(owned[0]) == rendering.as_html(report("own-8000-h100")[0])


def test_names_are_escaped(owned):
    content, _ = owned
    hostile = document.Document("<script>alert(1)</script>", "a & b", content.sections[:1])
    text = rendering.as_html(hostile)
    assert "<script>" not in text and "&lt;script&gt;" in text and "a &amp; b" in text


def test_markdown_shows_its_pictures(owned, tmp_path):
    text, files = rendering.as_markdown(owned[0], tmp_path / "plan.pictures")
    shown = re.findall(r"!\[[^\]]+\]\(plan\.pictures/([^)]+)\)", text)
    assert shown == list(files) and all(svg.startswith("<svg ") for svg in files.values())


def test_pdf_has_every_section(owned):
    pytest.importorskip("fpdf")
    data = rendering.as_pdf(owned[0])
    assert data.startswith(b"%PDF") and data.rstrip().endswith(b"%%EOF") and len(data) < 2_000_000


def test_the_workbook_has_live_formulas_in_its_ledger(owned):
    pytest.importorskip("xlsxwriter")
    content, found = owned
    with zipfile.ZipFile(io.BytesIO(workbook.as_xlsx(content, plan_ledger.of_plan(found)))) as file:
        names = re.findall(r'<sheet name="([^"]+)"', file.read("xl/workbook.xml").decode())
        sheets = [file.read(name).decode() for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
    assert {"Decision", "Headline figures", "ledger", "summary"} <= set(names)
    assert any("<f>SUM(" in sheet for sheet in sheets)


def test_several_scenarios_are_compared(tmp_path, run):
    target = tmp_path / "both.html"
    run("report", "own-8000-h100", "facility-30mw", "-o", str(target))
    text = target.read_text(encoding="utf-8")
    assert "Side by side" in text and "What makes 30 MW facility" in text


def test_an_unknown_ending_is_refused(tmp_path, run):
    assert ".html" in run("report", "own-8000-h100", "-o", str(tmp_path / "plan.doc"), status=2).err
    assert not list(tmp_path.iterdir())


TABLE = Table(
    ["name", "power [MW]", "note"],
    [["=SUM(A1)", 1.25, "a | b"], ["plain", None, "<b>"], ["+x", 1234567.0, ""]],
    frozenset({1}),
)


def test_every_format_holds_the_same_cells(tmp_path):
    for ending in (".csv", ".md", ".html", ".json", ".parquet", ".xlsx"):
        TABLE.write(tmp_path / f"table{ending}")
    rows = list(csv.reader((tmp_path / "table.csv").open(encoding="utf-8")))
    assert rows == [
        ["name", "power [MW]", "note"],
        ["'=SUM(A1)", "1.25", "a | b"],
        ["plain", "", "<b>"],
        ["'+x", "1234567.0", ""],
    ]
    listed = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert listed[0] == {"name": "=SUM(A1)", "power [MW]": 1.25, "note": "a | b"} and listed[1]["power [MW]"] is None
    assert "| =SUM(A1) | 1.25 | a \\| b |" in (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "<td>&lt;b&gt;</td>" in (tmp_path / "table.html").read_text(encoding="utf-8")
    parquet = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / "table.parquet").to_pydict()
    assert parquet["power [MW]"] == [1.25, None, 1234567.0] and parquet["name"][0] == "=SUM(A1)"
    with zipfile.ZipFile(tmp_path / "table.xlsx") as file:
        sheet, strings = (file.read(f"xl/{name}").decode() for name in ("worksheets/sheet1.xml", "sharedStrings.xml"))
    assert "<f>" not in sheet and "<v>1234567</v>" in sheet and "=SUM(A1)" in strings


def test_a_table_of_unknown_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match="parquet"):
        TABLE.write(tmp_path / "table.doc")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine; continuous integration installs it")
@pytest.mark.parametrize("name", ["llama-3.1-405b", "shared-site"])
def test_a_report_opens_in_a_browser_without_errors(name, tmp_path):
    target = tmp_path / "plan.html"
    target.write_text(rendering.as_html(report(name)[0]), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    opened = subprocess.run([*command, target.as_uri()], capture_output=True, text=True, timeout=120)
    assert opened.returncode == 0 and "<h1>" in opened.stdout
    assert "CONSOLE" not in opened.stderr
