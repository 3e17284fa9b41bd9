"""Command lines that nobody should type: every subcommand with every argument it knows, and some that it does not.

Run in a folder of its own, with a home and catalogs of its own; nothing of it writes elsewhere, listens or calls out.
"""

import argparse
import contextlib
import datetime
import functools
import io
import json
import os
import re
from unittest import mock

import tomlkit

from planner import cli, glossary
from tests.hostile import (
    INSIDE,
    PLANNED,
    REFUSED,
    NotHelpfulError,
    choice,
    figure,
    legal,
    mutated,
    names,
    scenario_table,
    scenario_texts,
    text,
    word,
)
from tests.hostile_files import entry_texts, price_table, table

SCENARIOS = ("own-8000-h100", "facility-30mw", "enterprise-8-gpu", "llama-3.1-405b", "own-8000-h10", "no-such.toml")
# What would call out, or never end.
LEFT_OUT = {"--scheduler"}
# Their arguments are read; what they do takes longer than an input may, or waits for a browser.
READ_ONLY = {"check", "docs", "calibrate", "serve", "tui"}
# Everything that is written lies below the folder of the run.
OUTPUTS = ("out.csv", "out.xlsx", "out.md", "out.html", "out.json", "out.parquet", "out.svg", "out.png", "out.pdf",
           "out", "out.exe", ".csv", "deep/er/out.csv", "given.toml/out.csv", "x" * 300 + ".csv")  # fmt: skip
FILES = ("given.toml", "given.toml", "table.csv", "prices.csv", "own", "nowhere.toml")
COUNTS = ("0", "1", "2", "16", "-1", "64", "x", "1.5", "1e3", "", "9" * 30, "999999999", "١٢")
NOT_A_NUMBER = re.compile(r"(?<![\w.-])-?(nan|inf|Infinity)(?![\w.-])", re.IGNORECASE)


@functools.cache
def commands():
    """Every command and action by its words, with its arguments."""
    found = {}

    def walk(words, parser):
        below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        for action in below:
            for name, inner in action.choices.items():
                walk((*words, name), inner)
        if words and not below:
            found[words] = tuple(action for action in parser._actions if action.dest != "help")

    walk((), cli.parser())
    return found


def judge_command(given, folder):
    """A command line: exit status, and words on standard error where it is refused."""
    arguments, files = given
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "own" / "accelerators").mkdir(parents=True, exist_ok=True)
    own = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "settings"), "PLANNER_CATALOGS": str(folder / "own")}
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, own),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            if arguments and arguments[0] in READ_ONLY:
                cli.parser().parse_args(arguments)
                status = 0
            else:
                status = cli.main(list(arguments))
        except SystemExit as stop:
            status = stop.code
    said = err.getvalue()
    if INSIDE.search(said):
        raise NotHelpfulError(f"{arguments}: exit {status}: {said[-300:]!r}")
    if status in (0, 1, None):
        finite(arguments, out.getvalue())
        return PLANNED
    if status != cli.BAD_INPUT or len(said) < 10:
        raise NotHelpfulError(f"{arguments}: exit {status}: {said[-300:]!r}")
    return REFUSED


def finite(arguments, printed):
    """JSON that any program reads, and no figure that is none."""
    flags = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--json" in flags and "-h" not in arguments and printed.strip():
        json.loads(printed, parse_constant=lambda name: (_ for _ in ()).throw(NotHelpfulError(f"JSON holds {name}")))
    elif "--csv" in flags and (match := NOT_A_NUMBER.search(printed)):
        raise NotHelpfulError(f"{arguments}: prints {printed[max(0, match.start() - 60) : match.end() + 20]!r}")


def command(rng):
    """A command line, and the files that it may name."""
    words = rng.choice(sorted(commands()))
    found = list(words) if rng.random() < 0.97 else [text(rng)]
    for action in commands()[words]:
        wanted = action.required or not action.option_strings
        if LEFT_OUT.intersection(action.option_strings) or rng.random() > (0.95 if wanted else 0.3):
            continue
        for _ in range(rng.choice((1, 1, 1, 2))):
            if action.option_strings:
                found.append(rng.choice(action.option_strings))
            if action.nargs != 0:
                found += [argument(rng, words, action) for _ in range(rng.choice((1, 1, 2)) if action.nargs else 1)]
    if rng.random() < 0.1:
        found.insert(rng.randrange(len(found) + 1), rng.choice(("--", "-", "--nope", "-x", "-h", text(rng))))
    # Text that the system cannot hand over never arrives.
    found = [each.replace("\x00", "").encode("utf-8", "replace").decode() for each in found]
    return found, {"given.toml": scenario(rng), "table.csv": table(rng)[1], "prices.csv": price_table(rng)[0]}


def argument(rng, words, action):
    """What may stand for an argument, mostly of the kind that it takes."""
    rows = list(glossary.quantities().values())
    row, dest = rng.choice(rows), action.dest
    if dest == "output" or (words == ("scenario", "new") and dest == "file"):
        return rng.choice(OUTPUTS)
    if dest == "catalogs":
        return rng.choice(("own", "own", "nowhere", "given.toml", ""))
    if rng.random() < 0.1:
        return text(rng)
    if action.choices:
        return rng.choice(sorted(action.choices))
    if action.type is int:
        return rng.choice(COUNTS)
    if dest in ("file", "base", "load", "tariff"):
        return rng.choice((*SCENARIOS, *FILES, "wiec-large-power"))
    return named(rng, dest, row)


def named(rng, dest, row):
    """What may stand for an argument that names quantities, roles or entries."""
    pair = f"{row.name}{rng.choice(('=', '=', '=', ' ', ':'))}{rng.choice((legal, figure))(rng, row)}"
    if dest == "set":
        return pair
    if dest == "vary":
        role = rng.choice(sorted(glossary.roles()))
        return rng.choice((pair, f"{row.name}={legal(rng, row)}:{legal(rng, row)}:3", f"{role}=*", f"{role}=h100-sxm"))
    if dest == "choose":
        role = rng.choice(sorted(glossary.roles()))
        return f"{role}={choice(rng, role)}"
    if dest in ("so_that", "where"):
        return f"{row.name} {rng.choice(('<=', '>=', '<', '=', '~', ''))} {legal(rng, row)}"
    if dest == "changes":
        fields = glossary.kinds()["accelerators"].fields
        name = rng.choice(sorted(fields))
        return f"{name}={legal(rng, fields[name])}"
    if dest in ("entry", "name", "kind", "id", "table", "cases"):
        kind, _ = rng.choice(entry_texts())
        return rng.choice(("accelerators/h100-sxm", "h100-sxm", kind, "training", "shares", word(rng)))
    several = f"{rng.choice(names())},{rng.choice(names())}"
    return rng.choice((rng.choice(names()), several, "tco", "2026-01-01", word(rng)))


def scenario(rng):
    """A scenario file."""
    if rng.random() < 0.3:
        return mutated(rng, rng.choice(scenario_texts()))
    with contextlib.suppress(ValueError, TypeError, tomlkit.exceptions.TOMLKitError, OverflowError):
        return tomlkit.dumps(scenario_table(rng)).encode("utf-8", "replace")
    return f"start = {datetime.date(2027, 1, 1)}".encode()
