"""The README shows what the planner prints today."""

import re

from planner.catalog.catalog import Catalog
from planner.evidence.validation import validation
from tests import readme


def test_the_readme_and_the_page_of_accuracy_show_what_is_printed():
    replayed = validation.everything(Catalog())
    text = readme.FILE.read_text(encoding="utf-8")
    assert readme.written(text, readme.printed(replayed)) == text, "python -m tests.readme writes the printed parts"
    assert readme.ACCURACY.read_text(encoding="utf-8") == readme.accuracy(replayed), "python -m tests.readme writes it"


def test_the_readme_links_to_what_is_there():
    text = readme.FILE.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert len(links) > 10 and [link for link in links if not (readme.FILE.parent / link).exists()] == []
