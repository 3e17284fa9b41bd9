"""The reference documentation: complete, and every link leads somewhere."""

import html.parser

import pytest

from planner import cli, glossary
from planner.reports import reference
from tests.conftest import CATALOG


class Links(html.parser.HTMLParser):
    """Targets that a page links to, and the anchors that it has."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "href" in attributes:
            self.targets.append(attributes["href"])
        if "id" in attributes:
            self.anchors.add(attributes["id"])


@pytest.fixture(scope="module")
def links(documentation):
    return {page.name: Links(page.read_text(encoding="utf-8")) for page in documentation.iterdir()}


def test_no_link_is_dead(links):
    dead = []
    for name, page in links.items():
        for target in page.targets:
            if target.startswith("https://") or target.startswith("http://"):
                continue
            file, _, anchor = target.partition("#")
            file = file or name
            if file not in links or (anchor and anchor not in links[file].anchors):
                dead.append(f"{name}: {target}")
    assert dead == []


def test_every_quantity_of_every_room_is_documented(links):
    for room, names in glossary.rooms().items():
        assert set(names) <= links[f"model-{room}.html"].anchors


def test_every_catalog_entry_and_command_is_documented(links):
    for kind in glossary.kinds():
        assert set(CATALOG.keys(kind)) <= links[f"catalog-{kind}.html"].anchors
    assert set(cli.COMMANDS) <= links["commands.html"].anchors


def test_every_page_is_written_and_no_other(tmp_path, monkeypatch, catalog):
    pages = {"index.html": "first", "commands.html": "second", "sources.html": "third"}
    monkeypatch.setattr(reference, "site", lambda catalog, parser: pages)
    written = reference.write(tmp_path / "site", catalog, cli.parser())
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "site").iterdir()} == pages
    assert sorted(path.name for path in written) == sorted(pages)


def test_the_site_is_written(links):
    assert "index.html" in links and len(links) > 50
