"""The README shows what the planner prints today."""

import re

import readme


def test_the_readme_shows_what_is_printed():
    text = readme.FILE.read_text(encoding="utf-8")
    assert readme.written(text, readme.printed()) == text, "python -m tests.readme writes the printed parts again"


def test_the_readme_links_to_what_is_there():
    text = readme.FILE.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert len(links) > 10 and [link for link in links if not (readme.FILE.parent / link).exists()] == []
