"""Numbers and names as the screens show them."""

from __future__ import annotations

import datetime
import functools
import math

from planner import glossary, units
from planner.catalog import ages
from planner.catalog.entries import Fact
from planner.model.scopes import figure, written
from planner.plan import breakdown
from planner.plan.plan import Plan, shown
from planner.studies import comparison

# Rooms whose name alone does not say what they hold.
_TITLES = {
    "size": "Size",
    "capex": "Capital cost",
    "opex": "Running cost",
    "cloud": "Renting",
    "finance": "Owning against renting",
    "power": "Power and energy",
    "network": "Network",
    "workload": "Model and workload",
    "memory": "Accelerator memory",
    "reliability": "Reliability",
}
NOT_KNOWN = "–"
STALE = "stale price"
# Texts kept: at each key most figures are what they were.
_KEPT = 16384
_UPPER = {
    word: word.upper() for word in ("it", "tco", "npv", "irr", "pue", "mfu", "hfu", "ttft", "tpot", "mtbf", "ecc")
}
_SHORT = {
    "accelerators": "acc",
    "accelerator": "acc",
    "transceivers": "transc",
    "transceiver": "transc",
    "utilization": "util.",
    "discounted": "disc.",
}


def label(name: str) -> str:
    """A quantity's name in words, without the scope that it belongs to."""
    return " ".join(_UPPER.get(word, word) for word in figure(name).name.split("_"))


def scoped(name: str, seen_from: tuple[str, ...] = ()) -> str:
    """A quantity's name in words with the scope that it belongs to, unless that is where it is seen from."""
    place = figure(name).place
    return f"{label(name)} of {written(place)}" if place and place != seen_from else label(name)


def title(room: str) -> str:
    """The heading of a room of the glossary, or of a quantity."""
    text = _TITLES.get(room, label(room))
    return text[:1].upper() + text[1:]


@functools.lru_cache(maxsize=_KEPT)
def split(name: str, value: float | None, digits: int = 4) -> tuple[str, str]:
    """A value as its number and its unit, in the prefix that suits it; a label stands for its number."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN, ""
    row = glossary.quantities()[name]
    if row.labels:
        return shown(name, value), ""
    show = units.readable_unit(value, row.show)
    number = units.number_text(float(units.convert(value, show)), digits)
    return number, "" if show == units.DIMENSIONLESS else show if number == "1" else units.plural(show)


@functools.lru_cache(maxsize=_KEPT)
def text(name: str, value: float, digits: int = 4) -> str:
    """A value with its unit, the unit shortened and left out where the name says it ("racks 334")."""
    number, unit = split(name, value, digits)
    counted = figure(name).name
    said = unit in ("", counted, counted.removesuffix("s"), counted.removesuffix("es"))
    return number if said else f"{number} {short(unit)}"


def short(unit: str) -> str:
    """A unit or name with its longest words cut, for narrow columns."""
    for word, cut in _SHORT.items():
        unit = unit.replace(word, cut)
    return unit


@functools.lru_cache(maxsize=_KEPT)
def band(name: str, low: float | None, high: float | None, value: float) -> str:
    """'2.5 to 3.1' in the unit in which the value is shown; nothing where no input is uncertain."""
    if low is None or high is None or low == high:
        return ""
    row = glossary.quantities()[name]
    if row.labels:
        return f"{shown(name, low)} to {shown(name, high)}"
    show = units.readable_unit(value, row.show)
    ends = [units.number_text(float(units.convert(end, show)), 3) for end in (low, high)]
    return " to ".join(ends)


def ends(quantity: glossary.Quantity, fact: Fact) -> str:
    """The low and high of a figure in the unit in which its field is shown."""
    both = [
        "" if end is None else units.number_text(float(units.convert(end, quantity.show)), 3)
        for end in (fact.low, fact.high)
    ]
    return " to ".join(both) if any(both) else ""


@functools.lru_cache(maxsize=_KEPT)
def change(now: float | None, before: float | None) -> str:
    """'▲ 3.2 %' against the baseline; nothing where it is the same."""
    if now is None or before is None or now == before or not (math.isfinite(now) and math.isfinite(before)):
        return ""
    sign = "▲" if now > before else "▼"
    times = breakdown.ratio(now, before)
    if times is None:
        return f"{sign} from 0"
    if abs(times) >= 10:
        return f"{sign} ×{units.number_text(abs(times), 3)}"
    moved = percent(abs(times - 1))
    return f"{sign} {moved}" if moved != "0 %" else f"{sign} <0.01 %"


def difference(name: str, change: float) -> str:
    """A difference between two values of a quantity: '▲ 12 MUSD'."""
    show = glossary.quantities()[name].show
    unit = units.readable_unit(change, show) if units.unit(show).offset == 0 else show
    return f"{'▲' if change > 0 else '▼'} {short(comparison.signed(abs(change), unit)).removeprefix('+')}"


def percent(share: float, digits: int = 2) -> str:
    """A share in per cent; below a hundredth of a per cent it reads 0."""
    return units.text(share, "%", digits) if abs(share) >= 5e-5 else "0 %"


def bar(share: float, width: int) -> str:
    """A bar of `width` cells, filled by the share in eighths of a cell."""
    eighths = round(min(max(share, 0), 1) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + " ▏▎▍▌▋▊▉"[rest].strip()).ljust(width)


def fact_text(name: str, fact: Fact) -> str:
    """A given value with its unit, and its range where it has one."""
    spread = band(name, fact.low, fact.high, fact.value)
    return shown(name, fact.value) + (f" ({spread})" if spread else "")


def provenance(fact: Fact, sources: dict[str, dict], day: datetime.date) -> str:
    """Where a given value comes from: kind, source, place and date, and whether it is a stale price on a `day`."""
    if fact.origin == "scenario":
        return "set by the scenario"
    source = sources.get(fact.source, {}).get("title", fact.source)
    stale = f"! {STALE}: {ages.age_text(fact, day).partition(', ')[2]}" if ages.is_stale(fact, day) else ""
    parts = [f"{fact.kind}, {fact.origin}", source, fact.where, str(fact.as_of or ""), stale]
    return "; ".join(part for part in parts if part)


def rests_on_stale(plan: Plan | None, name: str) -> str:
    """Which stale prices a result rests on, or an empty text."""
    stale = plan.results[name].stale if plan is not None and name in plan.results else ()
    return f"! Rests on {'a stale price' if len(stale) == 1 else 'stale prices'}: {', '.join(stale)}." if stale else ""


def takes(quantity: glossary.Quantity) -> str:
    """The limits of a quantity in words, or an empty text."""
    limits = quantity.limits()
    return f"Takes {limits}" if limits else ""
