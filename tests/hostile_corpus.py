"""Bytes as hostile input of a kind: what coverage-guided fuzzing changes, and the inputs it found that are kept.

A first line may say what the rest is about: the quantity of a value or a range, the kind of an entry.
"""

from pathlib import Path

from planner import glossary
from planner.catalog.importing import rows
from tests import hostile
from tests import hostile_files as files

CORPUS = Path(__file__).parent / "data" / "corpus"
_SAID = rows.Said("AWS", None, "sheet", "A data sheet", "2026-01-01")


def _first_line(content):
    head, _, rest = content.partition(b"\n")
    return head.decode("utf-8", "replace"), rest


def _text(content):
    return content.decode("utf-8", "surrogateescape")


def _unit(content, folder):
    name, rest = _first_line(content)
    row = glossary.quantities().get(name)
    return hostile.judge_unit(_text(rest), row.unit if row else "W")


def _range(content, folder):
    name, rest = _first_line(content)
    return hostile.judge_range(name, _text(rest))


def _entry(content, folder):
    kind, rest = _first_line(content)
    return files.judge_entry(kind if kind in glossary.kinds() else "accelerators", rest, folder)


JUDGES = {
    "unit": _unit,
    "scenario": lambda content, folder: hostile.judge_scenario(content),
    "range": _range,
    "entry": _entry,
    "import": lambda content, folder: files.judge_import(content, _SAID, folder),
    "tariff": lambda content, folder: files.judge_table("tariff", content, folder),
}


def judge(kind, content, folder):
    """The fate of bytes as input of a kind."""
    return JUDGES[kind](content, folder)
