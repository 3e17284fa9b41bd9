"""Inputs that nobody should give, made from a source of randomness, and what the planner makes of each.

tests/whole/test_hostile.py draws some from hypothesis, which then shrinks what fails;
benchmarks/hostile_input.py many more.
"""

import datetime
import functools
import json
import math
import re

from planner import glossary, paths, units
from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.files import parse_toml
from planner.plan import plan, planning
from planner.scenario import resolve, scenario, scenario_file
from planner.studies.sweep import axes

PLANNED, REFUSED = "planned", "refused"

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
    return judged(
        lambda: planned(scenario_file.from_table(parse_toml(content, "given.toml"), "given.toml", catalog=shipped()))
    )


def judge_table(table):
    """A scenario as the table that a file holds."""
    return judged(lambda: planned(scenario_file.from_table(table, "given.toml", catalog=shipped())))


def planned(given):
    resolved = resolve.resolve(given, shipped())
    found = plan.plan_resolved(planning.with_demand(resolved), bands=False)
    json.dumps(plan.to_json(found), allow_nan=False, default=str)


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


def legal(rng, quantity):
    """A value of a quantity within its limits: at its ends, or anywhere between over many orders of magnitude."""
    if quantity.labels:
        return rng.choice(quantity.labels)
    low = 0.0 if quantity.low is None else quantity.low
    high = 1e15 if quantity.high is None else quantity.high
    anywhere = min(max(10.0 ** rng.uniform(-12, 15), low), high)
    at = rng.choice((low, high, anywhere, anywhere, low + (high - low) * rng.random(), min(max(1.0, low), high)))
    number = f"{int(at)}" if quantity.whole else f"{at:.17g}"
    return number if quantity.unit == "1" else f"{number} {quantity.unit}"


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


def legal_table(rng):
    """A scenario in which every single thing may be said: figures at their ends, any choice, pools, futures."""
    rows, options = glossary.quantities(), glossary.options()

    def said():
        found = {}
        for name in rng.sample(names(), rng.randrange(5)):
            if name in options:
                found[name] = rng.choice(options[name].choices)
            elif name in rows:
                found[name] = legal(rng, rows[name])
        return found

    def choices(count):
        roles = glossary.roles()
        keys = {role: shipped().keys(roles[role]) for role in rng.sample(sorted(roles), count)}
        return {role: rng.choice(found) for role, found in keys.items() if found}

    def size():
        name = rng.choice([n for n, row in rows.items() if row.sizes]) if rng.random() < 0.3 else "accelerators"
        return {name: legal(rng, rows[name])}

    found = {"workload": rng.choice(scenario.WORKLOADS), "set": {**size(), **said()}}
    found["choose"] = {"system": "dgx-h100", "model": "llama-3.1-70b", "cloud": "aws-p5"} | choices(rng.randrange(4))
    if rng.random() < 0.3:
        found["range"] = {
            row.name: sorted((legal(rng, row) for _ in range(3)), key=lambda text: units.read(text, row.unit))
            for row in rng.sample([row for row in rows.values() if not row.labels], 2)
        }
    if rng.random() < 0.3:
        found["pool"] = [
            {
                "name": f"pool {number}",
                "workload": rng.choice(scenario.WORKLOADS),
                "set": {**size(), **said()},
                "choose": choices(rng.randrange(3)),
                "start": datetime.date(2027, 1, 1) + datetime.timedelta(rng.choice((0, 31, 400, 8000))),
            }
            for number in range(1, rng.randrange(2, 5))
        ]
    if rng.random() < 0.2:
        name = rng.choice(("output_tokens_per_second", "installed_accelerators"))
        found["demand"] = [
            {
                "quantity": name,
                "now": legal(rng, rows[name]),
                "growth": rng.choice(("0 %/year", "900 %/year", "-50 %/year")),
            }
        ]
    for key in ("start", "order"):
        if rng.random() < 0.1:
            found[key] = rng.choice(DAYS[:3])
    return found


def scenario_table(rng):
    """A whole scenario, mostly of the right shape."""
    if rng.random() < 0.3:
        return legal_table(rng)
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


def vary(rng):
    """A name and what it varies over; few steps, as each is a number in memory."""
    row = rng.choice(list(glossary.quantities().values()))
    name = rng.choice((row.name, row.name, row.name, word(rng)))
    ends = [figure(rng, row) for _ in range(rng.choice((1, 2, 3)))]
    steps = rng.choice((":5", ":3:log", "", ":0", ":x"))
    return name, rng.choice((",".join(ends), ":".join(ends[:2]) + steps, text(rng)))


def unit(rng):
    """A value with a unit, and the unit asked for."""
    row = rng.choice(list(glossary.quantities().values()))
    return rng.choice((figure(rng, row), text(rng), value(rng))), row.unit
