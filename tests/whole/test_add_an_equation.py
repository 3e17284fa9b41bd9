"""The guide "Add an equation" is followed as it is written, in a copy of the project."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import planner
from planner import paths

ROOT = Path(planner.__file__).parents[1]
FOLDERS = ("planner", "catalogs", "seeds", "docs", "tests")
FILES = ("pyproject.toml", "README.md")
(GUIDE,) = (path for path in paths.guides() if path.stem.endswith("add-an-equation"))


def blocks(text):
    """Language and text of each fenced block, and of each indented one without a language."""
    from markdown_it import MarkdownIt

    return [(t.info, t.content) for t in MarkdownIt("commonmark").parse(text) if t.type in ("fence", "code_block")]


def test_the_guide_works_as_written(tmp_path):
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    added, ran = [], []
    for language, text in blocks(GUIDE.read_text(encoding="utf-8")):
        file = re.match(r"# file: (\S+)\n", text)
        if file:
            path = tmp_path / file[1]
            gap = "\n\n" if language == "python" else ""
            path.write_text(f"{path.read_text(encoding='utf-8')}\n{gap}{text[file.end() :]}", encoding="utf-8")
            added.append(file[1])
        elif language == "toml":
            # Shown as it stands in the glossary: its lines are there.
            tables = "".join(table.read_text(encoding="utf-8") for table in tmp_path.glob("planner/glossary/*/*.toml"))
            assert all(f"{line}\n" in tables for line in text.splitlines())
        else:
            assert language == "sh", f"a block of {GUIDE.name} is not run: {text}"
            for line in text.splitlines():
                program, *arguments = shlex.split(line)
                module = {"planner": ["-m", "planner"], "python": []}[program]
                command = [sys.executable, *module, *arguments]
                done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
                ran.append((line, done.stdout))
    assert added and len(ran) >= 4
    (moved,) = (printed for line, printed in ran if line == "python -m tests.golden")
    assert moved and all("facility_power_per_rack" in line for line in moved.splitlines())
