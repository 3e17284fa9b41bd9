"""What commands give back is printed and written in one place: text, colour, --json, --csv and -o."""

import argparse
import json
import subprocess
import sys

import pytest

from planner import cli
from planner.commands import output
from planner.commands.arguments import Arguments
from planner.commands.output import Answer
from planner.tables import Table

TABLE = Table(["name", "power"], [["hall", 1.5], ["=sum", None]], frozenset({1}))
# Their answers are words, or a file that they write.
NO_TABLE = {
    *("explain", "solve", "report", "docs", "calibrate", "check", "claims explain", "scenario show", "scenario new"),
    *("catalog check", "catalog new", "catalog edit", "catalog import"),
}


def leaves(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """Every command and action by its words, with the options that it takes."""
    options = {option for action in parser._actions for option in action.option_strings}
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    by_name = {} if below and below[0].required else {" ".join(words): options}
    for action in below:
        for name, inner in action.choices.items():
            by_name |= leaves(inner, (*words, name))
    return by_name


LEAVES = {words: options for words, options in leaves(cli.parser()).items() if words and words not in cli.APPS}


def given(**values: object) -> Arguments:
    return Arguments(**({"json": False, "csv": False, "output": None} | values))


def test_there_are_commands_to_look_at():
    assert len(LEAVES) > 35 and set(LEAVES) > NO_TABLE


@pytest.mark.parametrize("words", LEAVES)
def test_every_command_takes_json_and_a_file_and_csv_where_it_has_a_table(words):
    assert {"--json", "-o", "--catalogs"} <= LEAVES[words]
    assert ("--csv" in LEAVES[words]) == (words not in NO_TABLE)


def test_an_answer_of_a_table_alone_has_every_form(capsys):
    answer = Answer(table=lambda: TABLE, notes=["two rows"])
    assert output.put(answer, given()) == 0
    printed = capsys.readouterr()
    assert printed.out == TABLE.text() + "\n"
    assert printed.err == "two rows\n"
    output.put(answer, given(csv=True))
    assert capsys.readouterr().out == "name,power\nhall,1.5\n'=sum,\n"
    output.put(answer, given(json=True))
    assert json.loads(capsys.readouterr().out) == [{"name": "hall", "power": 1.5}, {"name": "=sum", "power": None}]


def test_only_the_form_that_is_asked_for_is_made(capsys):
    def never() -> str:
        raise AssertionError

    output.put(Answer(text=never, table=lambda: TABLE, data=lambda: {"a": 1}), given(json=True))
    output.put(Answer(text=never, table=lambda: TABLE, data=never), given(csv=True))
    output.put(Answer(text=lambda: "words", table=never, data=never), given())
    assert capsys.readouterr().out.endswith("words\n")


@pytest.mark.parametrize("ending", output.TABLES)
def test_a_table_is_written_by_the_ending_of_its_file(ending, tmp_path, capsys):
    path = tmp_path / f"table{ending}"
    assert output.put(Answer(table=lambda: TABLE), given(output=path)) == 0
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err == f"wrote {path}\n"
    assert path.stat().st_size > 0


def test_words_are_written_as_they_are_printed_and_data_as_json(tmp_path, capsys):
    words, data = tmp_path / "words.txt", tmp_path / "data.json"
    line = ["solve", "enterprise-8-gpu", "--find", "pue", "--so-that", "tco <= 2 MUSD"]
    for further, path in ([], words), (["--json"], data):
        status = cli.main([*line, *further])
        printed = capsys.readouterr().out
        assert cli.main([*line, "-o", str(path)]) == status
        assert capsys.readouterr().out == ""
        assert path.read_text(encoding="utf-8") == printed


def test_a_file_and_json_are_both_given_where_both_are_asked_for(tmp_path, capsys):
    path = tmp_path / "bill.csv"
    assert cli.main(["materials", "enterprise-8-gpu", "--json", "-o", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["lines"]
    assert path.read_text(encoding="utf-8").startswith("part,item,count")


@pytest.mark.parametrize("name", ["strategies", "scaling", "rules", "risk", "optimize", "materials", "demand"])
def test_a_file_of_an_unknown_ending_is_refused_before_any_work(name, capsys):
    further = ["--minimize", "tco"] if name == "optimize" else []
    assert cli.main([name, "no-such-scenario", *further, "-o", "table.doc"]) == cli.BAD_INPUT
    assert capsys.readouterr().err == (
        "table.doc: -o: tables are written as .csv, .md, .html, .json, .parquet, .xlsx, not as '.doc'\n"
    )


def test_a_missing_directory_and_a_wrong_file_are_both_said(capsys):
    assert cli.main(["plan", "facility-30mw", "--catalogs", "nowhere", "-o", "x.doc"]) == cli.BAD_INPUT
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("catalog list", "kind,entries,roles,meaning"),
        ("catalog search h100", "kind,entry,name,matched"),
        ("catalog show h100-sxm", "field,value,range,kind,source,as of"),
        ("scenario list", "name,workload,title"),
        ("demand amd-30mw-phased", "quantity,unit,month,low demand,typical demand,high demand,capacity"),
    ],
)
def test_tables_are_printed_as_csv(line, expected, capsys):
    assert cli.main([*line.split(), "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == expected


def test_a_scenario_is_shown_as_data(capsys):
    assert cli.main(["scenario", "show", "enterprise-8-gpu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["choose"]["system"] == "dgx-h100"


@pytest.mark.parametrize(
    ("terminal", "no_color", "kind", "coloured"),
    [(True, "", "xterm", True), (False, "", "xterm", False), (True, "1", "xterm", False), (True, "", "dumb", False)],
)
def test_colour_is_for_terminals_whose_user_wants_it(terminal, no_color, kind, coloured, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", kind)
    text = f"{TABLE.text()}\n\nChecks\n  FAIL racks: too heavy"
    output.put(Answer(text=lambda: text), given())
    printed = capsys.readouterr().out
    if coloured:
        assert printed.startswith("\x1b[1mname  power\x1b[0m\n----  -----\nhall")
        assert "\x1b[1;31mFAIL\x1b[0m racks" in printed
    else:
        assert printed == text + "\n"


def test_data_and_csv_are_never_coloured(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for form in ("json", "csv"):
        output.put(Answer(table=lambda: Table(["FAIL"], [["FAIL"]])), given(**{form: True}))
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(("words", "read"), [(["--version"], []), (["--help"], []), (["plan", "--help"], ["plan"])])
def test_only_the_command_that_is_named_is_read(words, read):
    code = (
        "import sys\nfrom planner.cli import COMMANDS, main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        "print('READ', [name for name in COMMANDS if f'planner.commands.{name}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"READ {read}"
