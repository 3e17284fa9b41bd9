"""Inputs that nobody should give, made from a source of randomness, and what the planner makes of each.

tests/test_hostile.py draws some from hypothesis, which then shrinks what fails; benchmarks/hostile_input.py many more.
"""

import contextlib
import datetime
import functools
import io
import json
import math
import re
from pathlib import Path

from planner import axes, catalog_import, cli, glossary, paths, plan, scenario, units
from planner.catalog import KINDS, Catalog
from planner.problems import InputError, parse_toml

PLANNED, REFUSED = "planned", "refused"
SOURCE = '[sheet]\ntitle = "A data sheet"\n'

TEXTS = (
    "", " ", "\t", "-", ".", "..", "/", "nan", "NaN W", "inf", "-inf W", "-0", "-0.0 W", "1e308", "1e308 W", "1e-320 W",
    "1e999 W", "1e-999 W", "9" * 60 + " W", "9" * 400, "0" * 119 + "1", "10**10**10 m", "1 m**9**9", "1 W" + "*W" * 200,
    "1 W" + "/s" * 50, "W" * 119, "1" + " " * 100 + "W", "(" * 100, "__import__('os').system('true')",
    "().__class__.__mro__", "{0.__class__}", "%s%s%n", "${HOME}", "`id`", "; rm -r x", "=cmd|'/C calc'!A1", "@SUM(A1)",
    "<script>alert(1)</script>", "]]>", "../../etc/passwd", "/etc/passwd", "/dev/zero", "~root", "C:\\nul", "a/b",
    "a\\b", "con.toml", "x" * 300, "\x00", "a\x00b", "\x1b[31mred", "line\nbreak", "\r\n", "\ufeff", "\u202eabc",
    "\u200b",
    "Ⅷ W", "١٢ W", "½ W", "² W", "10 µs", "1 Ω", "💥", "ﬀ", "İ", "ß W", "𝟙 W", "1 𝐖", "1\u00a0W", "1\u2009000 W",
    "0x10 W", "1_0 W", "1__0 W", "_1 W", "1,2,3 W", ",1 W", "1. W", ".5 W", "1.2.3 W", "+-1 W", "1e W", "1e5",
    "1E+3 kW",
    "5 degC", "-300 degC", "5 degC*W", "1 delta_degC", "1 %", "250 %", "1 %%", "1 1", "W", "1 W W", "1 W/", "1 /W",
    "1/s", "1 W**-9", "1 W^2", "1 W·s", "1 W/0", "1 USD", "1 EUR", "1 pi", "1 c", "1 dB", "1 _x", "1 W/accelerator",
    "true", "null", "None", "none", "default", "2027-01-01", "1:2", "1:2:3", "2:1:3", "1:2:0", "1:2:-1",
    "1:2:999999999",
    "0:1:5:log", ":::", "1:2:3:4", "1:2:3 W", "a:b:c", "nan:nan:3", "1e300:1e308:5", "-1e308:1e308:3", "*", "*,*", ",",
    "1,,2", "1;2", "[1, 2]", "H100", "h100-sxm", "dgx-h100", "all", "\ud800",
)  # fmt: skip
NUMBERS = (
    0, -0.0, 1, -1, 0.5, 1.5, 2, 7, 100, 1e-300, 5e-324, 1e308, -1e308, 2**31, 2**63, -(2**63), 10**400, math.nan,
    math.inf, -math.inf,
)  # fmt: skip
DAYS = (
    datetime.date(1, 1, 1), datetime.date(2027, 7, 1), datetime.date(9999, 12, 31),
    datetime.datetime(2027, 7, 1, 12, tzinfo=datetime.UTC), datetime.datetime(9999, 12, 31, 23), datetime.time(23, 59),
)  # fmt: skip
UNITS = (
    "W",
    "kW",
    "s",
    "USD",
    "B",
    "FLOP",
    "accelerator",
    "W/accelerator",
    "USD/MWh",
    "1",
    "%",
    "token",
    "year",
    "m**3",
)
COMMANDS = (
    "plan", "explain", "phases", "demand", "place", "compare", "strategies", "solve", "materials", "schedule", "rules",
    "offers", "scenario", "catalog", "market", "claims", "edge",
)  # fmt: skip
ACTIONS = ("list", "show", "search", "tables", "diff", "new", "edit", "import", "--dry-run", "-h", "")
FLAGS = ("--set", "--choose", "--workload", "--json", "--csv", "--catalogs", "--where", "--strict", "--all", "--find",
         "--so-that", "--between", "--from", "--source", "--as-of", "--top", "--", "-", "--nope", "-x")  # fmt: skip
# A message names the place, is one line of words, and shows nothing of the program's inside.
READABLE = re.compile(r"[^\n]{1,600}: [^\n]{4,1500}")
INSIDE = re.compile(r"Traceback|object at 0x|Error\(|<class|NoneType")


class NotHelpfulError(AssertionError):
    """An input was refused with a message that helps nobody."""


@functools.cache
def shipped():
    """The shipped catalog alone."""
    return Catalog([paths.shipped("catalogs")])


@functools.cache
def scenario_texts():
    """Shipped scenarios as bytes."""
    return tuple(path.read_bytes() for path in sorted((paths.shipped("catalogs") / "scenarios").glob("*.toml")))


@functools.cache
def entry_texts():
    """One shipped entry in eight, as its kind and bytes."""
    files = [path for kind in glossary.kinds() for path in sorted((paths.shipped("catalogs") / kind).glob("*.toml"))]
    return tuple((path.parent.name, path.read_bytes()) for path in files[::8])


@functools.cache
def names():
    """Everything that has a name a scenario may use."""
    found = [*glossary.quantities(), *glossary.options(), *glossary.roles()]
    return tuple(found)


# What the planner makes of an input: planned, refused, or an exception that no input may cause


def judged(attempt):
    """The fate of one attempt; a refusal has to name the place and say something."""
    try:
        attempt()
    except InputError as error:
        helpful([str(problem) for problem in error.problems])
        return REFUSED
    return PLANNED


def helpful(messages):
    if not messages:
        raise NotHelpfulError("refused without a reason")
    for message in messages:
        if not READABLE.fullmatch(message) or INSIDE.search(message) or not all(c.isprintable() for c in message):
            raise NotHelpfulError(repr(message))


def judge_scenario(content):
    """A scenario file, from its bytes to its JSON."""
    return judged(lambda: planned(scenario.from_table(parse_toml(content, "given.toml"), "given.toml")))


def judge_table(table):
    """A scenario as the table that a file holds."""
    return judged(lambda: planned(scenario.from_table(table, "given.toml")))


def planned(given):
    resolved = scenario.resolve(given, shipped())
    found = plan.plan_resolved(plan.with_demand(resolved), bands=False)
    json.dumps(plan.to_json(found), allow_nan=False, default=str)


def judge_entry(kind, content, folder):
    """A catalog entry, alone in a catalog."""
    (folder / kind).mkdir(exist_ok=True)
    (folder / "sources.toml").write_text(SOURCE)
    (folder / kind / "entry.toml").write_bytes(content)
    return judged(lambda: Catalog([folder]).entry(kind, "entry"))


def judge_import(content, said, folder):
    """A table of others, as drafts over the shipped catalog."""
    table = folder / "table.csv"
    table.write_bytes(content)
    own = folder / "own"
    own.mkdir(exist_ok=True)
    return judged(lambda: catalog_import.read(table, Catalog([*shipped().layers, own]), said))


def judge_range(name, text):
    """What a sweep varies."""
    return judged(lambda: axes.parse({name: text}, shipped(), samples=16 if axes.is_range(text) else 0))


def judge_unit(text, unit):
    """A value with its unit."""
    try:
        value = units.read(text, unit)
    except units.UnitError as error:
        if not 4 < len(str(error)) < 600 or INSIDE.search(str(error)):
            raise NotHelpfulError(repr(str(error))) from None
        return REFUSED
    if not math.isfinite(value):
        raise NotHelpfulError(f"{text!r} was read as {value}")
    return PLANNED


def judge_command(arguments):
    """A command line: exit status, and words on standard error where it is refused."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main(list(arguments))
        except SystemExit as stop:
            status = stop.code
    if status in (0, 1, None):
        return PLANNED
    said = err.getvalue()
    if status != cli.BAD_INPUT or len(said) < 10 or INSIDE.search(said):
        raise NotHelpfulError(f"{arguments}: exit {status}: {said!r}")
    return REFUSED


# Generators; `rng` is a random.Random


def text(rng):
    """A hostile text, or two put together."""
    found = rng.choice(TEXTS)
    if rng.random() < 0.1:
        found += rng.choice(TEXTS)
    if rng.random() < 0.1:
        found = "".join(
            chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x110000)))) for _ in range(rng.randrange(12))
        )
    return found


def value(rng, depth=0):
    """A value of any type that TOML knows."""
    kind = rng.randrange(8)
    if kind <= 2:
        return text(rng)
    if kind == 3:
        return rng.choice(NUMBERS)
    if kind == 4:
        return rng.choice((True, False, *DAYS))
    if kind == 5 and depth < 3:
        return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    if kind == 6 and depth < 3:
        return {word(rng): value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return rng.choice(UNITS)


def word(rng):
    """A name that exists, one with a slip, or anything."""
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(names())
    if kind < 0.75:
        name = rng.choice(names())
        at = rng.randrange(len(name))
        return name[:at] + name[at + 1 :] + rng.choice(("", "_", "/", "s"))
    return rng.choice(("value", "low", "high", "kind", "source", "name", "now", "growth", "csv", "quantity", text(rng)))


def figure(rng, quantity):
    """A value of a quantity: mostly legal, often at or beyond its ends."""
    if quantity.labels:
        return rng.choice((*quantity.labels, text(rng)))
    low = 0.0 if quantity.low is None else quantity.low
    high = max(low + 1, 1e12) if quantity.high is None else quantity.high
    at = rng.choice(
        (
            low,
            high,
            low + 1,
            (low + high) / 2,
            low + (high - low) * rng.random(),
            low - 1,
            high * 2,
            10.0 ** rng.randrange(-12, 16),
        )
    )
    number = f"{int(at)}" if quantity.whole and abs(at) < 1e15 else f"{at:.6g}"
    unit = rng.choice((quantity.unit, quantity.unit, quantity.unit, quantity.show, rng.choice(UNITS)))
    return number if unit == "1" else f"{number} {unit}"


def choice(rng, role):
    """An entry for a role, or something else."""
    keys = shipped().keys(glossary.roles()[role])
    return rng.choice(keys) if keys and rng.random() < 0.8 else value(rng)


def chosen(rng):
    return {role: choice(rng, role) for role in rng.sample(sorted(glossary.roles()), rng.randrange(5))}


def settings(rng):
    """A table [set]."""
    rows, options, found = glossary.quantities(), glossary.options(), {}
    for _ in range(rng.randrange(6)):
        name = rng.choice(names())
        if name in options:
            found[name] = rng.choice((*options[name].choices, text(rng)))
        elif name in rows:
            found[name] = figure(rng, rows[name])
    if rng.random() < 0.3:
        found[word(rng)] = value(rng)
    return found


def ranges(rng):
    rows, found = glossary.quantities(), {}
    for _ in range(rng.randrange(3)):
        row = rng.choice(list(rows.values()))
        found[row.name] = [figure(rng, row) for _ in range(rng.choice((3, 3, 3, 2, 4)))]
    return found


def scenario_table(rng):
    """A whole scenario, mostly of the right shape."""
    found = {"name": text(rng), "workload": rng.choice((*scenario.WORKLOADS, *scenario.WORKLOADS, text(rng)))}
    found["choose"] = {
        "system": "dgx-h100",
        "site": "us-virginia",
        "cooling": "air",
        "model": "llama-3.1-70b",
    } | chosen(rng)
    size = rng.choice(("accelerators", "accelerators", "accelerators", "site_power_limit", "budget", ""))
    found["set"] = ({size: figure(rng, glossary.quantities()[size])} if size else {}) | settings(rng)
    if rng.random() < 0.3:
        found["range"] = ranges(rng)
    if rng.random() < 0.1:
        found["correlate"] = {word(rng): {word(rng): rng.choice(NUMBERS)} for _ in range(2)}
    if rng.random() < 0.15:
        found["demand"] = [
            {"quantity": word(rng), "now": value(rng), "growth": text(rng)} for _ in range(rng.randrange(3))
        ]
    if rng.random() < 0.2:
        found["pool"] = [part(rng) for _ in range(rng.randrange(4))]
    if rng.random() < 0.1:
        found["site"] = [{"name": choice(rng, "site"), "set": settings(rng)} for _ in range(rng.randrange(3))]
    for key in ("start", "order"):
        if rng.random() < 0.1:
            found[key] = rng.choice(DAYS)
    if rng.random() < 0.15:
        found[rng.choice((*found, word(rng)))] = value(rng)
    return found


def part(rng):
    """A pool."""
    found = {"name": text(rng), "workload": rng.choice(scenario.WORKLOADS), "choose": chosen(rng), "set": settings(rng)}
    return {key: found[key] for key in rng.sample(sorted(found), rng.randrange(5))}


def mutated(rng, content):
    """A file with some bytes, lines or values changed."""
    for _ in range(rng.randrange(1, 4)):
        lines = content.split(b"\n")
        at = rng.randrange(len(lines))
        how = rng.randrange(7)
        if how == 0:
            place = rng.randrange(len(content) + 1)
            content = content[:place] + bytes([rng.randrange(256)]) + content[place + 1 :]
            continue
        if how == 1:
            del lines[at]
        elif how == 2:
            lines.insert(at, rng.choice(lines))
        elif how == 3:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
        elif how == 4:
            lines.insert(at, f"{word(rng)} = {literal(rng)}".encode("utf-8", "replace"))
        else:
            left, equals, _ = lines[at].partition(b"=")
            lines[at] = left + equals + f" {literal(rng)}".encode("utf-8", "replace") if equals else lines[at]
        content = b"\n".join(lines)
    return content


def literal(rng):
    """A value as TOML writes it, or nearly."""
    found = value(rng)
    if isinstance(found, str):
        return json.dumps(found, ensure_ascii=rng.random() < 0.5)
    return str(found).replace("True", "true").replace("False", "false").replace("'", '"')


def entry(rng):
    """A kind and a catalog file of it."""
    if rng.random() < 0.4:
        kind, content = rng.choice(entry_texts())
        return kind, mutated(rng, content)
    kind = rng.choice(sorted(glossary.kinds()))
    row = glossary.kinds()[kind]
    lines = ["source = " + rng.choice(('"sheet"', '"sheet"', '"sheet"', literal(rng)))]
    for _ in range(rng.randrange(1, 6)):
        keys = [*row.fields, *row.text, *row.dates, *row.lists, *row.references, "name", "aliases"]
        key = rng.choice(keys)
        if key in row.fields and rng.random() < 0.8:
            good = json.dumps(figure(rng, row.fields[key]))
            table = f'{{ value = {good}, kind = "{rng.choice(KINDS)}", low = {literal(rng)} }}'
            lines.append(f"{key} = {rng.choice((good, good, table))}")
        else:
            lines.append(f"{key} = {literal(rng)}")
    return kind, "\n".join(lines).encode("utf-8", "replace")


def price_table(rng):
    """A CSV to import, and what is said of it."""
    header = rng.choice(
        (
            ["InstanceType", "AcceleratorName", "AcceleratorCount", "Price", "SpotPrice", "Region", "GpuInfo"],
            ["provider", "accelerator", "on_demand_price", "region"],
            ["entity", "field", "value", "unit", "source_title", "confidence", "as_of"],
            [text(rng) for _ in range(4)],
        )
    )
    good = ("H100", "h100-sxm", "8", "32.7", "power", "700", "W", "us-east-1", "AWS", "a sheet", "high", "2026-01-01")
    rows = [
        [rng.choice((rng.choice(good), rng.choice(good), text(rng))) for _ in header] for _ in range(rng.randrange(6))
    ]
    lines = [",".join(f'"{cell}"' if rng.random() < 0.8 else cell for cell in row) for row in rows]
    said = catalog_import.Said(
        *(rng.choice((None, "sheet", text(rng))) for _ in range(4)), rng.choice((None, "2026-01-01", text(rng)))
    )
    return "\n".join([",".join(header), *lines]).encode("utf-8", "replace"), said


def vary(rng):
    """A name and what it varies over; few steps, as each is a number in memory."""
    row = rng.choice(list(glossary.quantities().values()))
    name = rng.choice((row.name, row.name, row.name, word(rng)))
    ends = [figure(rng, row) for _ in range(rng.choice((1, 2, 3)))]
    steps = rng.choice((":5", ":3:log", "", ":0", ":x"))
    return name, rng.choice((",".join(ends), ":".join(ends[:2]) + steps, text(rng)))


def command(rng):
    """A command line; nothing of it writes or listens."""
    found = [rng.choice((*COMMANDS, *COMMANDS, text(rng)))]
    if found[0] in ("catalog", "scenario"):
        found.append(rng.choice(ACTIONS))
    scenarios = ("own-8000-h100", "facility-30mw", "enterprise-8-gpu", "own-8000-h10", "no-such.toml")
    for _ in range(rng.randrange(5)):
        kind = rng.random()
        if kind < 0.4:
            found.append(rng.choice((*scenarios, rng.choice(names()), rng.choice(sorted(glossary.kinds())), text(rng))))
        elif kind < 0.7:
            row = rng.choice(list(glossary.quantities().values()))
            found += [
                rng.choice(("--set", "--so-that")),
                f"{row.name}{rng.choice(('=', '=', '<=', ' '))}{figure(rng, row)}",
            ]
        else:
            found += [rng.choice(FLAGS), text(rng)]
    # Text that the system cannot hand over never arrives.
    return [word.replace("\x00", "").encode("utf-8", "replace").decode() for word in ("--dry-run", *found)[1:]]


def unit(rng):
    """A value with a unit, and the unit asked for."""
    row = rng.choice(list(glossary.quantities().values()))
    return rng.choice((figure(rng, row), text(rng), value(rng))), row.unit


def folder_of(root):
    """A folder for catalogs below `root`."""
    found = Path(root) / "catalog"
    found.mkdir(exist_ok=True)
    return found
