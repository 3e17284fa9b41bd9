"""What a command gives back, and the one place that prints it and writes it to a file.

Standard output carries the data, standard error the narration. Text is coloured on a terminal alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.commands.arguments import Arguments, Parser
    from planner.tables import Table

TABLES = (".csv", ".md", ".html", ".json", ".parquet", ".xlsx")
TEXTS = (".txt", ".json")
_BOLD, _RED, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[0m"


@dataclass(frozen=True)
class Answer:
    """What a command has found. Each form is made only where it is asked for."""

    # What people read; the text of the table where a command gives no other. Neither: nothing is printed.
    text: Callable[[], str] | None = None
    # What --csv prints and -o writes.
    table: Callable[[], Table] | None = None
    # What --json prints; the rows of the table where a command gives no other.
    data: Callable[[], Any] | None = None
    status: int = 0
    # Lines for standard error.
    notes: Sequence[str] = ()
    # Endings of files that the command writes in its own way, besides what it prints.
    # Each gives back what there is to say after "wrote FILE".
    files: Mapping[str, Callable[[Path], str | None]] = field(default_factory=dict)


def add_table(parser: Parser, what: str = "the table") -> None:
    """--csv and -o of a command that prints a table."""
    parser.add_argument("--csv", action="store_true", help=f"print {what} as CSV")
    add_file(parser, TABLES, "tables", f"write {what} to a .csv, .md, .html, .json, .parquet or .xlsx")


def add_text(parser: Parser) -> None:
    """-o of a command that prints no table."""
    add_file(parser, TEXTS, "texts", "write what is printed to a .txt or a .json")


def add_file(parser: Parser, endings: Sequence[str], kind: str, text: str, required: bool = False) -> None:
    """-o with the endings of files that it takes."""
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", required=required, default=argparse.SUPPRESS, help=text
    )
    parser.set_defaults(endings=tuple(endings), written=kind)


def put(answer: Answer, args: Arguments) -> int:
    """Print the answer as --json and --csv ask, or write it to the file of -o; the exit status."""
    own = args.output is not None and args.output.suffix.lower() in answer.files
    if args.output is not None:
        _write(answer, args.output)
    if args.json:
        print(_json(answer))
    elif args.csv and answer.table is not None:
        sys.stdout.write(answer.table().csv())
    elif (args.output is None or own) and (text := _text(answer)) is not None:
        sys.stdout.write(_coloured(text) if _takes_colour() else text)
    for note in answer.notes:
        print(note, file=sys.stderr)
    return answer.status


def _write(answer: Answer, path: Path) -> None:
    from planner.files import write_atomically

    ending, further = path.suffix.lower(), None
    if ending in answer.files:
        further = answer.files[ending](path)
    elif answer.table is not None:
        answer.table().write(path)
    else:
        write_atomically(path, _json(answer) + "\n" if ending == ".json" else _text(answer) or "")
    print(f"wrote {path}{further or ''}", file=sys.stderr)


def _text(answer: Answer) -> str | None:
    if answer.text is not None:
        text = answer.text()
    elif answer.table is not None:
        text = answer.table().text()
    else:
        return None
    return text if not text or text.endswith("\n") else f"{text}\n"


def _json(answer: Answer) -> str:
    data = answer.data
    if data is None and answer.table is not None:
        data = answer.table().records
    return json.dumps(data and data(), indent=2, ensure_ascii=False, default=str, allow_nan=False)


def _takes_colour() -> bool:
    """Whether standard output is a terminal whose user has not asked for plain text (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _coloured(text: str) -> str:
    """The text with the headings of tables in bold and what fails in red."""
    headed = re.sub(r"^(.+)$(?=\n-+(?:  -+)*$)", rf"{_BOLD}\1{_PLAIN}", text, flags=re.MULTILINE)
    return re.sub(r"\bFAIL\b", f"{_RED}FAIL{_PLAIN}", headed)
