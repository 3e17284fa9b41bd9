"""Which value of an input makes a result meet a condition: bracketed by a scan, then narrowed by a root finder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.errors import InputError, one, unknown
from planner.glossary import conditions
from planner.glossary.conditions import Condition
from planner.plan import planning
from planner.plan.plan import displayed, shown
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario, changed
from planner.studies.sweep import axes
from planner.studies.sweep.runner import Runner

# Points of the scan, and of each closer look at what is nearest to a solution.
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
    runner = Runner(resolve(tried, catalog), [find], condition.needs)

    def margin(points: Any) -> Any:
        results = runner({find: points})
        lacking = [name for name in condition.needs if name not in results]
        if lacking:
            lacks = ", ".join(sorted({n for name in lacking for n in runner.missing(name)}))
            raise one(scenario.place, lacking[0], f"cannot be computed: missing {lacks}")
        return np.broadcast_to(np.nan_to_num(condition.margin(results), nan=-np.inf), points.shape)

    points = _points(low, high, _SCAN, whole, current)
    margins = margin(points)
    if np.all(margins == margins[0]) and len(points) > 1:
        raise one("solve", find, f"does not change {' or '.join(condition.needs)}")
    if condition.sign == "=":
        edges = _roots(margin, points, margins, whole)
        holds = [(root, root) for root in edges]
    else:
        holds = _stretches(margin, points, margins, whole)
        ends = sorted({end for stretch in holds for end in stretch})
        edges = [end for end in ends if low < end < high] or ends
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
        return planning.plan(scenario, catalog, bands=False).value(find)
    except InputError:
        # A scenario without a size can still be solved for one.
        return None


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


def _edges(margin: Any, inside: Any, outside: Any, whole: bool) -> tuple[Any, Any]:
    """Between each pair of points the edge of the condition: the last value inside it, and the first one outside."""
    from scipy.optimize import elementwise

    largest = np.finfo(float).max

    def sign_changes(points: Any) -> Any:
        margins = np.clip(margin(np.rint(points) if whole else points), -largest, largest)
        # A margin of nothing is inside, also where it stays nothing over a stretch.
        return np.where(margins == 0, np.finfo(float).tiny, margins)

    close = {"xatol": 0.25, "xrtol": 0} if whole else {"xatol": 0, "xrtol": _RELATIVE}
    with np.errstate(over="ignore"):
        edges = elementwise.find_root(sign_changes, (inside, outside), tolerances={**close, "fatol": 0, "frtol": 0})
    ends = np.rint(edges.bracket) if whole else np.asarray(edges.bracket)
    within = edges.f_bracket[0] > 0
    return np.where(within, *ends), np.where(within, *ends[::-1])


def _stretches(margin: Any, points: Any, margins: Any, whole: bool) -> list[tuple[float, float]]:
    """Stretches of the search in which the condition holds, edges narrowed."""
    held = margins >= 0
    left = np.flatnonzero(held[1:] != held[:-1])
    edges = _edges(margin, *_either_side(points, left, held), whole)[0]
    ends = [*points[:1][held[:1]], *edges, *points[-1:][held[-1:]]]
    return [(float(start), float(end)) for start, end in zip(ends[::2], ends[1::2], strict=True)]


def _roots(margin: Any, points: Any, margins: Any, whole: bool) -> list[float]:
    """Points at which the quantity equals its limit; a jump over the limit is none."""
    scale = float(np.nanmax(np.abs(margins[np.isfinite(margins)]), initial=0))
    positive = margins > 0
    left = np.flatnonzero((positive[1:] != positive[:-1]) & (margins[1:] != 0) & (margins[:-1] != 0))
    pairs = np.array(_edges(margin, *_either_side(points, left, positive), whole))
    errors = np.abs([margin(ends) for ends in pairs])
    nearest = np.where(errors[0] <= errors[1], *pairs)
    met = nearest[errors.min(axis=0) <= (0 if whole else 1e-9 * scale)]
    return sorted(map(float, [*points[margins == 0], *met]))


def _either_side(points: Any, left: Any, held: Any) -> tuple[Any, Any]:
    """Of neighbours that differ, those that are inside the condition, and those that are outside."""
    return np.where(held[left], points[left], points[left + 1]), np.where(held[left], points[left + 1], points[left])


def _peak(margin: Any, points: Any, size: Any, equality: bool, whole: bool) -> float:
    """The point at which the condition is missed by least."""
    best = int(np.argmax(size))
    for _ in range(8):
        low, high = points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)]
        points = _points(float(low), float(high), _DIVISIONS, whole, float(points[best]))
        margins = margin(points)
        best = int(np.argmax(-np.abs(margins) if equality else margins))
    return float(points[best])


def around(solution: Solution) -> tuple[float, float]:
    """A stretch of the search around the solution or what is nearest to one, for looking at it."""
    at = solution.value if solution.value is not None else solution.nearest
    current = solution.current if solution.current is not None else at
    ends = sorted(end for end in (at, current) if end is not None)
    low, high = solution.searched
    return (max(low, ends[0] / 2), min(high, ends[-1] * 1.5 or high)) if ends and ends[0] >= 0 else solution.searched


def text(solution: Solution) -> str:
    """The answer in words."""
    name, condition = solution.find, solution.condition
    reached = ", ".join(f"{n} = {shown(n, v)}" for n, v in solution.reached.items())
    searched = f"searched from {shown(name, solution.searched[0])} to {shown(name, solution.searched[1])}"
    stands = "" if solution.current is None else f"\nThe scenario stands at {shown(name, solution.current)}."
    if solution.value is None:
        return (
            f"no solution: '{condition.text}' holds for no {name} ({searched})\n"
            f"The nearest is {name} = {shown(name, solution.nearest)}: {reached}{stands}"
        )
    if solution.holds == (solution.searched,):
        return f"'{condition.text}' holds for every {name} ({searched}){stands}"
    where = ", and ".join(_stretch(name, pair, solution.searched) for pair in solution.holds)
    value = shown(name, solution.value)
    return f"{name} = {value}\n'{condition.text}' holds {where} ({searched})\nThere {reached}{stands}"


def _stretch(name: str, pair: tuple[float, float], searched: tuple[float, float]) -> str:
    low, high = pair
    if low == high:
        return f"at {shown(name, low)}"
    if high == searched[1]:
        return f"from {shown(name, low)} upwards"
    if low == searched[0]:
        return f"up to {shown(name, high)}"
    return f"from {shown(name, low)} to {shown(name, high)}"


def to_json(solution: Solution) -> dict[str, Any]:
    """The solution in display units."""
    rows = glossary.quantities()

    return {
        "find": solution.find,
        "unit": rows[solution.find].show,
        "condition": solution.condition.text,
        "solved": solution.value is not None,
        "value": displayed(solution.find, solution.value),
        "holds": [[displayed(solution.find, end) for end in pair] for pair in solution.holds],
        "searched": [displayed(solution.find, end) for end in solution.searched],
        "nearest": displayed(solution.find, solution.nearest),
        "current": displayed(solution.find, solution.current),
        "reached": {n: {"value": displayed(n, v), "unit": rows[n].show} for n, v in solution.reached.items()},
    }
