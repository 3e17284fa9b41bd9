"""What the guides and the README say is run as it is written."""

import re
import shlex

import pytest

from planner import cli, paths

GUIDES = paths.guides()
# Followed in a copy of the project: tests/whole/test_add_an_equation.py.
ADD_AN_EQUATION = "08-add-an-equation"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.S | re.M)


@pytest.mark.parametrize("guide", [path for path in GUIDES if path.stem != ADD_AN_EQUATION], ids=lambda path: path.stem)
def test_commands_and_code_of_a_guide_run(guide, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ran = 0
    for language, text in BLOCK.findall(guide.read_text(encoding="utf-8")):
        if language == "toml":
            name = re.match(r"# file: (\S+)\n", text)
            assert name, f"a TOML block of {guide.name} does not say which file it is"
            path = tmp_path / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif language == "python":
            exec(compile(text, guide.name, "exec"), {})
            ran += 1
        elif language == "sh":
            for line in text.strip().splitlines():
                program, *arguments = shlex.split(line)
                assert program == "planner"
                assert cli.main(arguments) == 0, f"{line}\n{capsys.readouterr().err}"
                ran += 1
    assert ran
    assert "Traceback" not in capsys.readouterr().err


def test_guides_link_to_what_is_there():
    for guide in GUIDES:
        for link in re.findall(r"\]\(([^)#]+\.md)\)", guide.read_text(encoding="utf-8")):
            assert (guide.parent / link).is_file(), f"{guide.name}: {link}"
