"""The coverage table: no empty cell, every command runs, every test is there."""

import ast
import re
import shlex
from pathlib import Path

import pytest

from planner.cli import main

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "requirements.md"
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split(" | ")]
    for line in TABLE.read_text().splitlines()
    if "| R" in line
]


def test_all_33_requirements_have_a_row_without_an_empty_cell():
    assert [row[0].split()[-1] for row in ROWS] == [f"R{number:02}" for number in range(1, 34)]
    assert all(len(row) == 4 and all(row) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].split()[-1])
def test_the_command_runs(row, capsys):
    command = re.fullmatch(r"`planner (.+)`", row[2])
    assert command, row[2]
    assert main(shlex.split(command[1])) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].split()[-1])
def test_the_test_exists(row):
    named = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[3].rstrip(" |"))
    assert named, row[3]
    defined = {node.name for node in ast.parse((ROOT / named[1]).read_text()).body if isinstance(node, ast.FunctionDef)}
    assert named[2] in defined
