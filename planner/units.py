"""Text with a unit <-> base floats.  The only module that knows pint.

Inside the planner every value is a plain float (or array) in coherent base units: seconds, metres,
kilograms, bytes, FLOP, tokens, dollars and counted things.  Conversion happens here and nowhere else.
"""

from __future__ import annotations

import difflib
import functools
import math
import re
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

DIMENSIONLESS = "1"

# A comma stands between thousands alone: "1,5" could be one and a half or fifteen.
_NUMBER = r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*)\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_NAME = r"[^\W\d][\w]*|%"
# Unit text is matched before pint sees it: names, products, quotients and small integer powers only.
_UNIT = (
    rf"(?:1\s*/\s*)?(?:{_NAME})(?:\s*(?:\*\*|\^)\s*-?[1-9])?(?:\s*[*/·]\s*(?:{_NAME})(?:\s*(?:\*\*|\^)\s*-?[1-9])?)*"
)
_QUANTITY = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT}|1)?\s*\Z")
# Numbers as people write them elsewhere, each with how it is written here.
_ELSEWHERE = (
    (re.compile(r"[+-]?\d*,\d+(?![\d,.])"), "decimals take a point, as 1.5"),
    (re.compile(r"[+-]?\d{1,3}([. '’\u00a0\u2009]\d{3})+(?!\d)"), "thousands are written 1,024 or 1024"),
    (re.compile(r"\s*([$€£¥]|US\$)|.*\d\s*[kM]?[$€£¥]"), "money is written with its name, as 70 USD"),
    (
        re.compile(r".*\d\s*(thousand|million|billion|trillion|bn|mn|mio|[kMBT])\b"),
        "large amounts are written as 5 MUSD",
    ),
)
# A value written as a range or an estimate: "1.1-1.3", "~1.2", "1.2 ± 0.1".
UNSURE = re.compile(r"\s*([~<>≈]|ca?\.|.*\d\s*(-|–|±|\+/-|to|\.\.)\s*\d)")
_LONGEST_TEXT = 120
# Units that are words rather than symbols, where they stand first.
_COUNTED = re.compile(
    r"\A[kMGT]?(accelerator|node|system|rack|rack_unit|switch|port|cable|transceiver|user|request|person|event|cluster"
    r"|production_line|token|parameter|sequence|layer|head|expert|step|week|month|year)(?![a-z_])"
)


class UnitError(ValueError):
    """A text is not a value of the quantity it is given for."""


class Unit(NamedTuple):
    """How a unit relates to the base: base = value * factor + offset."""

    factor: float
    offset: float
    dimensions: tuple[tuple[str, float], ...]


@functools.cache
def registry() -> Any:
    """The pint registry made from the project's own unit file alone."""
    import pint

    path = resources.files("planner") / "units.txt"
    with resources.as_file(path) as file:
        return pint.UnitRegistry(str(file), autoconvert_offset_to_baseunit=True)


@functools.lru_cache(maxsize=4096)
def unit(text: str) -> Unit:
    """The unit written in `text`; raises UnitError for a name that is not in the unit file."""
    if text in ("", DIMENSIONLESS):
        return Unit(1.0, 0.0, ())
    if len(text) > _LONGEST_TEXT or not re.fullmatch(_UNIT, text):
        raise UnitError(f"'{text[:40]}' is not a unit")
    import pint

    units = registry()
    written = text.replace("·", "*")
    try:
        zero = units.Quantity(0.0, written).to_root_units()
        one = units.Quantity(1.0, written).to_root_units()
    except pint.UndefinedUnitError as error:
        names = error.unit_names
        bad = names if isinstance(names, str) else names[0]
        raise UnitError(f"unknown unit '{bad}'{suggestion(bad, _unit_names())}") from None
    except (pint.PintError, ArithmeticError, AssertionError, AttributeError, SyntaxError, TypeError, ValueError):
        # Letters of other scripts that count as figures ("1 ½") fail in whatever way pint's own parser does.
        raise UnitError(f"'{text}' is not a unit") from None
    dimensions = tuple(sorted((name, float(power)) for name, power in one.dimensionality.items()))
    return Unit(float(one.magnitude - zero.magnitude), float(zero.magnitude), dimensions)


@functools.cache
def _unit_names() -> list[str]:
    names = [name for name in dir(registry()) if not name.startswith("_") and len(name) < 20]
    common = [
        "kW",
        "MW",
        "GW",
        "kWh",
        "MWh",
        "GB",
        "TB",
        "GiB",
        "MiB",
        "Gb",
        "TFLOP",
        "PFLOP",
        "ms",
        "us",
        "MUSD",
        "kUSD",
    ]
    return names + common


def suggestion(word: str, names: Any) -> str:
    """'. Did you mean ...?' for the nearest of `names`, or an empty text."""
    by_fold = {name.casefold(): name for name in names}
    if word.casefold() in by_fold:
        return f". Did you mean '{by_fold[word.casefold()]}'?"
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f". Did you mean '{by_fold[near[0]]}'?" if near else ""


def read(given: object, wanted: str, shown: str = "") -> float:
    """The base value of `given` ("3.35 TB/s/accelerator", or a bare number where `wanted` is "1").

    Messages name the unit `shown`, in which people write it.
    """
    shown = shown or wanted
    plain = unit(wanted).dimensions == ()
    takes = f"a plain number{' or per cent' if shown == '%' else ''}" if plain else f"a unit like '{shown}'"
    example = "a number" if plain else f"a number with {takes}"
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        text = str(given).lower() if isinstance(given, bool) else str(given)
        raise UnitError(f"{text[:40]!r} is not {example}")
    text = str(given).strip()
    match = _QUANTITY.match(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        if re.fullmatch(r"[+-]?(nan|inf(inity)?)", text, re.IGNORECASE):
            raise UnitError(f"'{text}' is not a finite number")
        here = next((how for pattern, how in _ELSEWHERE if pattern.match(text[:_LONGEST_TEXT])), "")
        raise UnitError(f"'{text[:40]}' is not {example}{': ' if here else ''}{here}")
    number = float(match["number"].replace("_", "").replace(",", ""))
    try:
        written = unit(match["unit"] or "")
    except UnitError as error:
        raise UnitError(f"'{text}': {error}{'' if str(error).endswith('?') else f'; it takes {takes}'}") from None
    if written.dimensions != unit(wanted).dimensions:
        wrong = "has the wrong unit" if match["unit"] else "has no unit"
        raise UnitError(f"'{text}' {wrong}: it takes {takes}")
    value = number * written.factor + written.offset
    if not math.isfinite(value):
        raise UnitError(f"'{text}' is not a finite number")
    return value


def convert(value: Any, to: str) -> Any:
    """A base value (float or array) as a number in the unit `to`."""
    target = unit(to)
    return (value - target.offset) / target.factor


def text(value: float, to: str, digits: int = 4) -> str:
    """A base value as text in the unit `to`, rounded to `digits` significant digits."""
    number = number_text(float(convert(value, to)), digits)
    return number if to == DIMENSIONLESS else f"{number} {to if number == '1' else plural(to)}"


def plural(to: str) -> str:
    """A unit as it follows a number other than one: "accelerators", "months", "switches/rack", "kW/rack"."""
    return _COUNTED.sub(lambda match: match[0] + ("es" if match[0].endswith("ch") else "s"), to)


def exact_text(value: float, to: str) -> str:
    """A base value as text that reads back as the same value to 12 digits."""
    return f"{convert(value, to):.12g}{'' if to == DIMENSIONLESS else ' ' + to}"


def number_text(value: float, digits: int = 4) -> str:
    """A number for people: thousands separated, `digits` significant, no trailing zeros."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude >= 15 or magnitude < -4:
        return f"{value:.{digits - 1}e}"
    decimals = max(0, digits - 1 - magnitude)
    rounded = f"{value:,.{decimals}f}"
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
_SCALED = re.compile(r"([kMGTPE])(W|Wh|USD|B|FLOP|FLOPS|token|user|tCO2e|gCO2e)(?![A-Za-z0-9])(.*)")


def readable_unit(value: float, show: str) -> str:
    """`show` with the prefix that suits the value, where its unit takes prefixes ("MW" -> "kW")."""
    match = _SCALED.fullmatch(show)
    number = abs(float(convert(value, show)))
    if match is None or not math.isfinite(number) or number == 0 or 1 <= number < 10_000:
        return show
    thousands = math.floor(math.log10(number) / 3 + 1e-12)
    index = min(max(_PREFIXES.index(match[1]) + thousands, 0), len(_PREFIXES) - 1)
    return _PREFIXES[index] + match[2] + match[3]


def short(text: str) -> str:
    """Unit text by symbols: "kilowatt / rack" as "kW/rack"."""
    symbols = re.sub(r"[^\W\d]\w*", lambda name: registry().get_symbol(name[0]), text)
    return re.sub(r"\s*([*/·])\s*", r"\1", symbols)


def same_dimensions(one: str, other: str) -> bool:
    """Whether two units measure the same thing."""
    return unit(one).dimensions == unit(other).dimensions


def traced(function: Any, needs: dict[str, str]) -> str:
    """Call `function` once with pint quantities of the units in `needs`; the dimensions of what it returns.

    Raises whatever pint raises when the equation adds or compares unlike things.
    """
    units = registry()
    with np.errstate(all="ignore"):
        result = function(*(units.Quantity(1.0, "" if u == DIMENSIONLESS else u) for u in needs.values()))
    quantity = result if hasattr(result, "dimensionality") else units.Quantity(result, "")
    root = quantity.to_root_units()
    return str(root.units) if root.dimensionality else DIMENSIONLESS
