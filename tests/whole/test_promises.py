"""Every promise names a test that is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8").splitlines()
ROWS = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in LINES if line.count(" | ") == 2][2:]


def test_every_area_is_promised():
    assert {row[0] for row in ROWS} == {"Inputs", "Numbers", "Faults", "Security", "Installs"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:50])
def test_the_promise_has_its_test(row):
    named = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[2])
    assert named and row[1], row
    defined = {
        node.name
        for node in ast.parse((ROOT / named[1]).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert named[2] in defined
