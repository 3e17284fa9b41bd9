"""Which value of an input makes a result meet a condition: bracketed by a scan, then narrowed by subdivision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.errors import InputError, one, unknown
from planner.plan import planning
from planner.plan.plan import shown
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario, changed
from planner.studies import conditions
from planner.studies.conditions import Condition
from planner.studies.sweep import axes
from planner.studies.sweep.runner import Runner

# Points of the scan, and of each subdivision after it.
_SCAN = 513
_DIVISIONS = 65
# A quantity without limits is searched this many times above and below where it stands.
_REACH = 1e4
_RELATIVE = 1e-12


@dataclass(frozen=True)
class Solution:
    """Where the condition holds, in base units."""

    find: str
    condition: Condition
    # The edge nearest to where the scenario stands; None where the condition holds nowhere.
    value: float | None
    # Every stretch of the search in which the condition holds.
    holds: tuple[tuple[float, float], ...]
    searched: tuple[float, float]
    # The condition's quantities at `value`, or at `nearest` where there is no solution.
    reached: dict[str, float]
    nearest: float | None = None
    # Where the scenario itself stands, if it says so.
    current: float | None = None


def solve(
    scenario: Scenario,
    find: str,
    so_that: str | Condition,
    catalog: Catalog | None = None,
    between: str | tuple[float, float] | None = None,
) -> Solution:
    """The values of `find` at which the condition holds; whole quantities stay whole."""
    rows = glossary.quantities()
    if find in glossary.roles() or find in glossary.options():
        raise one("solve", find, "is a choice, not a number: planner optimize --choose finds the best one")
    if find not in rows:
        raise one("solve", "--find", unknown("quantity", find, rows))
    condition = conditions.parse(so_that) if isinstance(so_that, str) else so_that
    catalog = catalog or Catalog()
    resolve(scenario, catalog)
    current = _current(scenario, catalog, find)
    whole = rows[find].whole
    low, high = _domain(find, between, current)
    # What a pool says of its own gives way to what is tried, as where it is set.
    tried = changed(scenario, {}, {find: f"{low!r} {rows[find].unit}"})
    runner = Runner(planning.with_demand(resolve(tried, catalog)), [find], condition.needs)

    def margin(points: Any) -> Any:
        found = runner({find: points})
        lacking = [name for name in condition.needs if name not in found]
        if lacking:
            lacks = ", ".join(sorted({n for name in lacking for n in runner.missing(name)}))
            raise one(scenario.place, lacking[0], f"cannot be computed: missing {lacks}")
        return np.broadcast_to(np.nan_to_num(condition.margin(found), nan=-np.inf), points.shape)

    points = _points(low, high, _SCAN, whole, current)
    margins = margin(points)
    if np.all(margins == margins[0]) and len(points) > 1:
        raise one("solve", find, f"does not change {' or '.join(condition.needs)}")
    if condition.sign == "=":
        edges, holds = _roots(margin, points, margins, whole)
    else:
        holds = _stretches(margin, points, margins, whole)
        edges = sorted({end for pair in holds for end in pair if low < end < high} or {e for p in holds for e in p})
    nearest = None
    if not holds:
        size = -np.abs(margins) if condition.sign == "=" else margins
        nearest = _peak(margin, points, size, condition.sign == "=", whole)
    value = min(edges, key=lambda edge: abs(edge - current) if current is not None else edge) if holds else None
    at = value if value is not None else nearest
    reached = {name: float(np.ravel(v)[0]) for name, v in runner({find: np.array([at])}).items()}
    return Solution(find, condition, value, tuple(holds), (low, high), reached, nearest, current)


def _current(scenario: Scenario, catalog: Catalog, find: str) -> float | None:
    """Where the scenario stands, given or computed."""
    try:
        found = planning.plan(scenario, catalog, bands=False)
    except InputError:
        # A scenario without a size can still be solved for one.
        return None
    value = found.values.get(find)
    return None if value is None or not np.isfinite(value) else float(value)


def _domain(find: str, between: str | tuple[float, float] | None, current: float | None) -> tuple[float, float]:
    """The stretch to search: as told, or around where the scenario stands, within the glossary's limits."""
    row = glossary.quantities()[find]
    if between is not None:
        low, high = axes.ends(find, between, "--between") if isinstance(between, str) else between
        if not low < high:
            raise one("--between", f"'{between}'", "its low end is not below its high end")
    elif current:
        low, high = sorted((current / _REACH, current * _REACH))
        low = 0.0 if row.low == 0 else low
    elif row.low is not None and row.high is not None:
        low, high = row.low, row.high
    else:
        raise one("solve", find, f"has no value to start from: say where to search with --between LOW:HIGH {row.show}")
    low = low if row.low is None else max(low, row.low)
    high = high if row.high is None else min(high, row.high)
    if row.whole:
        low, high = float(np.ceil(low)), float(np.floor(high))
    return low, high


def _points(low: float, high: float, count: int, whole: bool, through: float | None = None) -> Any:
    """Points from low to high: in even ratios where they span magnitudes, whole where they must be."""
    if low >= 0 and high > 0 and (low == 0 or high / low > 100):
        start = low or high / _REACH**2
        points = np.concatenate([[low], np.geomspace(start, high, count - 1)])
    else:
        points = np.linspace(low, high, count)
    if through is not None and low < through < high:
        points = np.append(points, through)
    if whole:
        points = np.rint(points)
    return np.unique(np.clip(points, low, high))


def _narrowed(margin: Any, inside: float, outside: float, whole: bool, inverse: bool = False) -> tuple[float, float]:
    """The pair of neighbours between which the condition stops to hold: the last inside, the first outside."""
    while True:
        tolerance = 1 if whole else _RELATIVE * max(abs(inside), abs(outside))
        if abs(outside - inside) <= tolerance:
            return inside, outside
        points = np.linspace(inside, outside, _DIVISIONS)
        if whole:
            points = points[np.sort(np.unique(np.rint(points), return_index=True)[1])].round()
        kept = (margin(points) >= 0) != inverse
        # The ends are known; rounding near a root must not deny them.
        kept[0], kept[-1] = True, False
        first = int(np.argmin(kept))
        if points[first - 1] == inside and points[first] == outside:
            return inside, outside
        inside, outside = float(points[first - 1]), float(points[first])


def _stretches(margin: Any, points: Any, margins: Any, whole: bool) -> list[tuple[float, float]]:
    """Stretches of the search in which the condition holds, edges narrowed."""
    held = margins >= 0
    found: list[tuple[float, float]] = []
    start: float | None = float(points[0]) if held[0] else None
    for left in np.flatnonzero(held[1:] != held[:-1]):
        inside, outside = (left, left + 1) if held[left] else (left + 1, left)
        edge, _ = _narrowed(margin, float(points[inside]), float(points[outside]), whole)
        if held[left]:
            found.append((start if start is not None else edge, edge))
            start = None
        else:
            start = edge
    if start is not None:
        found.append((start, float(points[-1])))
    return found


def _roots(margin: Any, points: Any, margins: Any, whole: bool) -> tuple[list[float], list[tuple[float, float]]]:
    """Points at which the quantity equals its limit; a jump over the limit is none."""
    scale = float(np.nanmax(np.abs(margins[np.isfinite(margins)]), initial=0))
    found = [float(p) for p, m in zip(points, margins, strict=True) if m == 0]
    positive = margins > 0
    for left in np.flatnonzero((positive[1:] != positive[:-1]) & (margins[1:] != 0) & (margins[:-1] != 0)):
        inside, outside = (left, left + 1) if positive[left] else (left + 1, left)
        pair = _narrowed(margin, float(points[inside]), float(points[outside]), whole)
        errors = np.abs(margin(np.array(pair)))
        best = int(np.argmin(errors))
        if errors[best] <= (0 if whole else 1e-9 * scale):
            found.append(pair[best])
    return sorted(found), [(root, root) for root in sorted(found)]


def _peak(margin: Any, points: Any, size: Any, equality: bool, whole: bool) -> float:
    """The point at which the condition is missed by least."""
    best = int(np.argmax(size))
    for _ in range(8):
        low, high = points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)]
        points = _points(float(low), float(high), _DIVISIONS, whole, float(points[best]))
        found = margin(points)
        best = int(np.argmax(-np.abs(found) if equality else found))
    return float(points[best])


def around(found: Solution) -> tuple[float, float]:
    """A stretch of the search around the solution or what is nearest to one, for looking at it."""
    at = found.value if found.value is not None else found.nearest
    current = found.current if found.current is not None else at
    ends = sorted(end for end in (at, current) if end is not None)
    low, high = found.searched
    return (max(low, ends[0] / 2), min(high, ends[-1] * 1.5 or high)) if ends and ends[0] >= 0 else found.searched


def text(found: Solution) -> str:
    """The answer in words."""
    name, condition = found.find, found.condition
    reached = ", ".join(f"{n} = {shown(n, v)}" for n, v in found.reached.items())
    searched = f"searched from {shown(name, found.searched[0])} to {shown(name, found.searched[1])}"
    stands = "" if found.current is None else f"\nThe scenario stands at {shown(name, found.current)}."
    if found.value is None:
        return (
            f"no solution: '{condition.text}' holds for no {name} ({searched})\n"
            f"The nearest is {name} = {shown(name, found.nearest)}: {reached}{stands}"
        )
    if found.holds == (found.searched,):
        return f"'{condition.text}' holds for every {name} ({searched}){stands}"
    where = ", and ".join(_stretch(name, pair, found.searched) for pair in found.holds)
    return (
        f"{name} = {shown(name, found.value)}\n'{condition.text}' holds {where} ({searched})\nThere {reached}{stands}"
    )


def _stretch(name: str, pair: tuple[float, float], searched: tuple[float, float]) -> str:
    low, high = pair
    if low == high:
        return f"at {shown(name, low)}"
    if high == searched[1]:
        return f"from {shown(name, low)} upwards"
    if low == searched[0]:
        return f"up to {shown(name, high)}"
    return f"from {shown(name, low)} to {shown(name, high)}"


def to_json(found: Solution) -> dict[str, Any]:
    """The solution in display units."""
    rows = glossary.quantities()

    def number(name: str, value: float | None) -> float | None:
        return None if value is None or not np.isfinite(value) else float(units.convert(value, rows[name].show))

    return {
        "find": found.find,
        "unit": rows[found.find].show,
        "condition": found.condition.text,
        "solved": found.value is not None,
        "value": number(found.find, found.value),
        "holds": [[number(found.find, end) for end in pair] for pair in found.holds],
        "searched": [number(found.find, end) for end in found.searched],
        "nearest": number(found.find, found.nearest),
        "current": number(found.find, found.current),
        "reached": {n: {"value": number(n, v), "unit": rows[n].show} for n, v in found.reached.items()},
    }
