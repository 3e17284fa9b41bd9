"""The cheapest mix of owned, reserved and by-use accelerators along a load-duration curve.

Demand is cut into slices: a slice at level d is busy in the share x of the hours in which demand exceeds d.  Owned it
costs c + v · x, reserved p_r, by use p_d · x.  Slices are independent, so the cheapest choice slice by slice is the
cheapest mix, and it costs no more than any pure option.  What may not leave is owned, from the base upwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner import units
from planner.errors import InputError, Problem, one
from planner.money import cloud_offers
from planner.plan.plan import Plan
from planner.tables import Cell, Table

OWNED, RESERVED, BURST = "owned", "reserved", "on demand"
_POINTS = 2000
# Levels that differ by less are the same.
_SAME = 1e-9
_FRACTIONS = np.linspace(0, 1, 21)
_YEAR = units.read("1 year", "s")


@dataclass(frozen=True)
class Prices:
    """Prices of one accelerator, in dollars a second; None where the way does not exist."""

    # Standing ready, without energy; and energy for each hour of use.
    owned: float | None
    running: float = 0.0
    reserved: float | None = None
    burst: float | None = None


@dataclass
class Mix:
    """The cheapest mix, the pure options, and the cost against what is owned."""

    peak: float
    # Way -> share of the peak demand; way -> cost, in dollars a second.
    shares: dict[str, float]
    costs: dict[str, float]
    pure: dict[str, float]
    # Owned share of the peak -> cost of the best mix around it.
    curve: list[tuple[float, float]]
    resident_share: float
    # Why nothing may be rented, or an empty text.
    excluded: str = ""

    @property
    def cost(self) -> float:
        return sum(self.costs.values())


def slices(demand: Any) -> tuple[Any, Any]:
    """Heights of the slices of a load, from the base upwards, and the share of time in which each is busy."""
    levels, counts = np.unique(np.asarray(demand, dtype=float), return_counts=True)
    busy = np.cumsum(counts[::-1])[::-1] / counts.sum()
    heights = np.diff(levels, prepend=0.0)
    return heights[heights > 0], busy[heights > 0]


def curve_of(peak: float, mean_share: float) -> Any:
    """A load with this peak and mean, by equal parts of time: (1 − x)^k of the peak, k = (1 − u) / u."""
    x = np.arange(_POINTS) / _POINTS
    return peak * (1 - x) ** ((1 - mean_share) / mean_share)


def cheapest(demand: Any, prices: Prices, resident_share: float = 0.0) -> Mix:
    """The cheapest mix for a load of accelerators over time."""
    heights, busy = _cut_at(*slices(demand), resident_share * float(np.max(demand)))
    below = np.cumsum(heights)
    peak = float(below[-1])
    kept = below <= resident_share * peak * (1 + _SAME)
    ways = _ways(prices, busy)
    free = {way: np.where(kept & (way != OWNED), np.inf, cost) for way, cost in ways.items()}
    if kept.any() and OWNED not in free:
        raise ValueError("residency keeps part of the demand in an owned cluster, and owning has no price")
    names = list(free)
    table = np.array([free[way] for way in names])
    choice = np.argmin(table, axis=0)
    taken = {way: choice == index for index, way in enumerate(names)}
    return Mix(
        peak,
        {way: float(heights[chosen].sum()) / peak for way, chosen in taken.items()},
        {way: float((heights * ways[way])[chosen].sum()) for way, chosen in taken.items()},
        {way: float((heights * cost).sum()) for way, cost in ways.items() if way == OWNED or not kept.any()},
        _against_owned(heights, ways, kept) if OWNED in ways and len(ways) > 1 else [],
        resident_share,
    )


def _ways(prices: Prices, busy: Any) -> dict[str, Any]:
    """Cost of each slice by each way that has a price."""
    ways: dict[str, Any] = {}
    if prices.owned is not None:
        ways[OWNED] = prices.owned + prices.running * busy
    if prices.reserved is not None:
        ways[RESERVED] = prices.reserved + 0 * busy
    if prices.burst is not None:
        ways[BURST] = prices.burst * busy
    if not ways:
        raise ValueError("no way of getting accelerators has a price")
    return ways


def _cut_at(heights: Any, busy: Any, level: float) -> tuple[Any, Any]:
    """The slices with the one that holds `level` cut in two."""
    top = np.cumsum(heights)
    index = int(np.searchsorted(top, level / (1 + _SAME)))
    if index >= len(heights) or level <= 0 or top[index] <= level * (1 + _SAME):
        return heights, busy
    lower = level - (top[index] - heights[index])
    if lower <= 0:
        return heights, busy
    heights = np.insert(heights, index, lower)
    heights[index + 1] -= lower
    return heights, np.insert(busy, index, busy[index])


def _against_owned(heights: Any, ways: Mapping[str, Any], kept: Any) -> list[tuple[float, float]]:
    """Cost of the best mix for each owned share of the peak: what owning saves most on is owned first."""
    rented = np.min([cost for way, cost in ways.items() if way != OWNED], axis=0)
    gain = np.where(kept, np.inf, rented - ways[OWNED])
    order = np.argsort(-gain, kind="stable")
    height, saved = heights[order], (heights * (rented - ways[OWNED]))[order]
    owned = np.concatenate([[0.0], np.cumsum(height)]) / heights.sum()
    cost = float((heights * rented).sum()) - np.concatenate([[0.0], np.cumsum(saved)])
    least = float(heights[kept].sum() / heights.sum())
    fractions = _FRACTIONS[least - _SAME <= _FRACTIONS]
    return [(float(f), float(np.interp(f, owned, cost))) for f in fractions]


def of_plan(the_plan: Plan, load: Any = None) -> Mix | None:
    """The cheapest mix for a plan's demand; None where neither owning nor renting has a price."""
    values = the_plan.whole
    burst, reserved, owned = (_known(values, n) for n in ("burst_price", "reserved_price", "owned_capacity_price"))
    if (owned is None and burst is None) or (burst is None and reserved is None):
        return None
    cloud = the_plan.whole.entries.get("cloud")
    excluded = cloud_offers.excluded(the_plan.whole, cloud) if cloud is not None else ""
    prices = Prices(owned, _known(values, "owned_running_price") or 0.0, reserved, burst)
    if excluded:
        prices = Prices(owned, prices.running)
    if load is None:
        if "accelerators" not in values or "utilization" not in values or not values["utilization"] > 0:
            return None
        load = curve_of(float(values["accelerators"]), float(values["utilization"]))
    try:
        mix = cheapest(load, prices, _known(values, "resident_share") or 0.0)
    except ValueError:
        return None
    return replace(mix, excluded=excluded)


def read_load(path: Path) -> Any:
    """Accelerators in demand, one number a line, for equal parts of time; InputError with every line that is none."""
    problems, load = [], []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise one(str(path), "", f"cannot be read: {error}") from None
    for number, line in enumerate(lines, start=1):
        word = line.split(",")[-1].strip()
        try:
            value = float(word)
        except ValueError:
            # A heading may stand in the first line.
            if number > 1 and word:
                problems.append(Problem(path.name, f"line {number}", f"'{word[:30]}' is not a number of accelerators"))
            continue
        if not np.isfinite(value) or value < 0:
            problems.append(Problem(path.name, f"line {number}", f"'{word[:30]}' is not a number of accelerators"))
        load.append(value)
    if problems:
        raise InputError(problems)
    if not load or max(load) <= 0:
        raise one(path.name, "", "holds no demand: one number of accelerators a line")
    return np.array(load)


def _known(values: Mapping[str, Any], name: str) -> float | None:
    value = float(values[name]) if name in values else float("nan")
    return value if np.isfinite(value) else None


def text(mix: Mix) -> str:
    """The mix, the pure options and the cost against what is owned."""
    unit = "MUSD a year"
    rows: list[list[Cell]] = [
        [way, 100 * mix.shares[way], mix.shares[way] * mix.peak, mix.costs[way] * _YEAR / 1e6] for way in mix.shares
    ]
    rows.append(["cheapest mix", 100.0, mix.peak, mix.cost * _YEAR / 1e6])
    rows += [[f"all {way}", 100.0, mix.peak, cost * _YEAR / 1e6] for way, cost in mix.pure.items()]
    columns = ["way", "% of the peak", "accelerators", unit]
    parts = [Table(columns, rows, frozenset({1, 2, 3}), "Own, reserve or pay by use (levelised)").text()]
    if mix.excluded:
        parts.append(f"Nothing may be rented: {mix.excluded}.")
    if mix.resident_share:
        parts.append(f"{100 * mix.resident_share:.0f} % of the peak may not leave the owned cluster.")
    if mix.curve:
        steps = [
            f"{100 * share:.0f} %: {units.number_text(cost * _YEAR / 1e6)}"
            for share, cost in mix.curve[:: max(1, len(mix.curve) // 10)]
        ]
        parts.append(f"{unit} against the owned share: " + ", ".join(steps))
    return "\n".join(parts)


def to_json(mix: Mix) -> dict[str, Any]:
    """The mix with costs in dollars a year."""
    return {
        "peak": mix.peak,
        "shares": mix.shares,
        "costs": {way: cost * _YEAR for way, cost in mix.costs.items()},
        "cost": mix.cost * _YEAR,
        "pure": {way: cost * _YEAR for way, cost in mix.pure.items()},
        "curve": [{"owned": share, "cost": cost * _YEAR} for share, cost in mix.curve],
        "excluded": mix.excluded,
        "unit": "USD/year",
    }
