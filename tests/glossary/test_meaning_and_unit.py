"""Meaning and unit are said once: by the docstring of the equation, or by the table of the quantity."""

import subprocess
import sys

import pytest

from planner import cli, glossary
from planner.commands import check
from planner.glossary import docstrings
from planner.model import wiring


def statement(sentence="Power of a rack", unit="W", choice=""):
    return docstrings.Statement(choice, sentence, unit, "facility", "power")


def test_each_equation_says_what_its_docstring_says():
    said = docstrings.statements()
    for name, choices in wiring.alternatives().items():
        spoken = {s.choice: f"{s.sentence}. [{s.unit}]" for s in said.get(name, [])}
        written = [e for e in choices.values() if e.function.__module__.startswith("planner.equations.")]
        assert {e.choice or "": " ".join(e.paragraphs[0].split()) for e in written} == spoken


def test_a_docstring_of_several_lines_is_read_and_private_functions_are_not(tmp_path):
    room = tmp_path / "facility" / "power.py"
    room.parent.mkdir()
    room.write_text(
        'def _half(x):\n    return x / 2\n\n\ndef rack_power__by_hand(\n    one, other\n):\n    """Power of a rack,\n'
        '    full. [W/rack]\n\n    P\n    """\n    return one\n',
        encoding="utf-8",
    )
    said = docstrings.statements(tmp_path)
    assert said == {
        "rack_power": [docstrings.Statement("by-hand", "Power of a rack, full", "W/rack", "facility", "power")]
    }


@pytest.mark.parametrize("docstring", ['"""Power of a rack."""', "pass"])
def test_an_equation_without_its_unit_is_refused(tmp_path, docstring):
    (tmp_path / "power.py").write_text(f"def rack_power(one):\n    {docstring}\n", encoding="utf-8")
    with pytest.raises(glossary.GlossaryError, match=r"power.py: rack_power: its docstring begins with a sentence"):
        docstrings.statements(tmp_path)


def test_two_units_for_one_quantity_are_refused():
    with pytest.raises(glossary.GlossaryError, match=r"\[rack_power\] is given in several units: W, W/rack"):
        glossary._joined("rack_power", {"room": "power", "unit": "W/rack"}, [statement()])


@pytest.mark.parametrize("choice", ["", "legacy"])
def test_a_quantity_that_an_option_chooses_needs_its_meaning_in_the_table(choice):
    with pytest.raises(glossary.GlossaryError, match=r"\[rack_power\] is chosen by an option: say here what it means"):
        glossary._joined("rack_power", {"room": "power", "option": "hall"}, [statement(choice=choice)])


@pytest.mark.parametrize("twice", [{"unit": "W"}, {"meaning": "Power of a rack"}])
def test_what_a_docstring_says_is_not_said_again(twice):
    with pytest.raises(
        glossary.GlossaryError, match=r"\[rack_power\] says what the docstring in power.py says already"
    ):
        glossary._joined("rack_power", {"room": "size"} | twice, [statement()])


def test_a_table_alone_needs_meaning_and_unit():
    with pytest.raises(glossary.GlossaryError, match=r"\[rack_power\] needs unit and meaning"):
        glossary._quantity("rack_power", {"room": "power", "unit": "W"})


def test_the_glossary_is_read_without_numpy():
    code = "import sys; from planner import glossary; glossary.quantities(); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_wrong_glossary_is_said_in_one_line(monkeypatch, capsys):
    def wrong(args):
        raise glossary.GlossaryError("power.py: rack_power says nothing")

    monkeypatch.setattr(check, "run", wrong)
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err == "planner: power.py: rack_power says nothing\n"
