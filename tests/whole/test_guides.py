"""What the guides, the README and CONTRIBUTING say is done as it is written, whether a block is fenced or indented."""

import ast
import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from planner import cli, glossary, paths
from planner.catalog.catalog import Catalog
from planner.money import tariffs
from planner.plan import planning
from planner.scenario import scenario_file
from tests.conftest import ROOT, SHIPPED

GUIDES = paths.guides()
# Followed in a copy of the project: tests/whole/test_add_an_equation.py.
ADD_AN_EQUATION = "08-add-an-equation"
DOCUMENTS = [*(path for path in GUIDES if path.stem != ADD_AN_EQUATION), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
# What the README shows of the planner's own output stands between marks: tests/whole/test_readme.py.
PRINTED = re.compile(r"<!-- (\w+) -->\n.*?<!-- end -->", re.S)


def blocks(text: str) -> list[tuple[str, str]]:
    """Language and text of every block of code."""
    tokens = MarkdownIt("commonmark").parse(PRINTED.sub("", text))
    return [(t.info or guessed(t.content), t.content) for t in tokens if t.type in ("fence", "code_block")]


def guessed(text: str) -> str:
    """The language of a block that does not say it, as an indented one."""
    if re.match(r"(\w+=\S+ )*(planner|python3?|\.ci/run)\b", text):
        return "sh"
    try:
        return "toml" if tomllib.loads(text) else ""
    except tomllib.TOMLDecodeError:
        return "python"


def follow_command(words: list[str], run) -> None:
    """One command of a shell block: the planner's are run; those that test, draw or install have what they name."""
    words = [word.removeprefix(".venv/bin/") for word in words if not re.match(r"[A-Z_]+=", word)]
    program, *arguments = words
    if program == "planner":
        assert "Traceback" not in run(*arguments).err
    elif program in ("python", "python3") and arguments[0] == "-m":
        assert importlib.util.find_spec(arguments[1]), words
        assert all((ROOT / word).exists() for word in arguments[2:] if word.startswith("tests/")), words
    elif program == "python":
        assert (ROOT / arguments[0]).is_file(), words
    else:
        assert words[:2] == ["pip", "install"] or program == ".ci/run", words


def follow_table(text: str, folder: Path) -> Path | None:
    """A TOML block is a file to write, or lines of a file of the project as they stand there."""
    first, _, lines = text.partition("\n")
    mark, _, name = first.partition(": ")
    assert mark in ("# file", "# in"), f"a TOML block does not say which file it is: {first}"
    if mark == "# in":
        assert lines.strip() and lines.strip() in (ROOT / name).read_text(encoding="utf-8")
        return None
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def follow_map(text: str) -> None:
    """A block of text is the map of the packages: it names each of them and each module of the ground, and no other."""
    top, *lines = text.rstrip().splitlines()
    named = {line.split()[0] for line in lines if line.split()[0].endswith("/")}
    package = ROOT / top.strip()
    assert named == {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    *_, ground = lines
    modules = {path.stem for path in package.glob("*.py")} - {"__init__", "__main__", "cli"}
    assert set(ground.partition(":")[0].strip().split(", ")) == modules


def load(path: Path) -> None:
    """A file that a guide writes is what its place says: an entry, a tariff or a file beside them, else a scenario."""
    if path.parent.name in glossary.kinds():
        catalog = Catalog([SHIPPED, path.parents[1]])
        assert catalog.entry(path.parent.name, path.stem).facts and catalog.problems() == []
    elif path.parent.name == "tariffs":
        assert tariffs.load(str(path)).demand
    elif path.name.startswith("sources"):
        assert tomllib.loads(path.read_text(encoding="utf-8")).keys() <= Catalog([SHIPPED, path.parent]).sources.keys()
    else:
        assert planning.plan(scenario_file.load(str(path)), bands=False).results


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_commands_tables_and_code_are_followed(document, tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    followed, written = 0, []
    for language, text in blocks(document.read_text(encoding="utf-8")):
        if language == "toml":
            written.append(follow_table(text, tmp_path))
        elif language == "python":
            exec(compile(ast.parse(text), document.name, "exec"), {})
        elif language == "text":
            follow_map(text)
        else:
            assert language == "sh", f"a block of {document.name} is not followed: {text}"
            for command in re.split(r" && |\n", text.strip()):
                follow_command(shlex.split(command, comments=True), run)
        followed += 1
    for path in filter(None, written):
        load(path)
    assert followed


def test_every_block_of_code_is_seen():
    """As many as there are fences, and one for each run of indented lines that a person sees as code."""
    seen = {path.stem: len(blocks(path.read_text(encoding="utf-8"))) for path in DOCUMENTS}
    fences = {path.stem: len(re.findall(r"^ *```\w", path.read_text(encoding="utf-8"), re.M)) for path in DOCUMENTS}
    assert all(seen[name] >= fences[name] for name in seen) and sum(seen.values()) >= 25
    assert seen["README"] >= 2 and seen["CONTRIBUTING"] >= 3


def test_continuous_integration_runs_the_test_command_of_the_readme():
    readme = blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    (line,) = (text.strip() for _, text in readme if "pytest" in text)
    assert line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("document", [*GUIDES, *DOCUMENTS[-2:]], ids=lambda path: path.stem)
def test_commands_within_the_text_are_commands_of_the_planner(document):
    for words in re.findall(r"`planner ([a-z]+)[^`]*`", document.read_text(encoding="utf-8")):
        assert words in cli.COMMANDS, f"{document.name}: planner {words}"


def test_guides_link_to_what_is_there():
    links = [(guide, link) for guide in GUIDES for link in re.findall(r"\]\(([^)#]+\.md)\)", guide.read_text("utf-8"))]
    assert [f"{guide.name}: {link}" for guide, link in links if not (guide.parent / link).is_file()] == []
