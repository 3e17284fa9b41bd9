"""What equations say of the quantities they compute: meaning and unit, from the first sentences of their docstrings.

The files are read as text, since importing them takes numpy, which most commands can do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

EQUATIONS = Path(__file__).parents[1] / "equations"


class GlossaryError(ValueError):
    """The project's own glossary is wrong: a programming error, not bad input."""


@dataclass(frozen=True)
class Statement:
    """What one equation says of its quantity: how it computes it where `choice` is one of several."""

    choice: str
    sentence: str
    unit: str
    folder: str
    room: str


def statements(folder: Path = EQUATIONS) -> dict[str, list[Statement]]:
    """Quantity -> what each of its equations says."""
    said: dict[str, list[Statement]] = {}
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.stem):
        for function in ("\n" + path.read_text(encoding="utf-8")).split("\ndef ")[1:]:
            full_name = function.partition("(")[0]
            if full_name.startswith("_"):
                continue
            sentence, unit = _sentence_and_unit(function, f"{path.name}: {full_name}")
            name, _, choice = full_name.partition("__")
            statement = Statement(choice.replace("_", "-"), sentence, unit, path.parent.name, path.stem)
            said.setdefault(name, []).append(statement)
    return said


def _sentence_and_unit(function: str, place: str) -> tuple[str, str]:
    first = " ".join(function.partition('):\n    """')[2].partition('"""')[0].split("\n\n")[0].split())
    sentence, bracket, unit = first.rpartition(" [")
    if not bracket or not unit.endswith("]"):
        raise GlossaryError(f"{place}: its docstring begins with a sentence and the unit, as in 'Power of a rack. [W]'")
    return sentence.removesuffix("."), unit.removesuffix("]")
