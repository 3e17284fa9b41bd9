"""The electricity bill of a load by month: a tariff read from a file, applied hour by hour.

Fixed charge, energy by season, day and hour with tiers, demand charges with ratchets over rolling or named months,
coincident peak, contracted demand with a minimum and a ramp, minimum bills, yearly escalation.  The year has 365 days:
29 February is left out.  Arrays are (hours,) or (hours, n); bills are (months,) or (months, n).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from planner import paths, units
from planner.errors import InputError, Problem, one, read_toml, unknown
from planner.units import UnitError

_HOUR = 3600.0
_MONTHS = tuple(range(1, 13))
_DAYS = ("all", "weekdays", "weekends")
_KEYS = {
    "tariff": ("name", "source", "where", "as_of", "kind", "note", "fixed", "minimum", "annual_minimum", "escalation"),
    "lists": ("energy", "demand", "coincident", "contract"),
    "energy": ("name", "months", "days", "hours", "price", "tiers"),
    "demand": ("name", "months", "days", "hours", "price", "ratchet", "lookback", "lookback_months", "least"),
    "coincident": ("price", "months", "hour"),
    "contract": ("power", "price", "share", "ramp"),
}


@dataclass(frozen=True)
class Window:
    """The hours of a year in which a charge holds."""

    months: tuple[int, ...] = _MONTHS
    days: str = "all"
    first: int = 0
    last: int = 24

    def holds(self, clock: Clock) -> Any:
        """True in the hours of the window; a window may run past midnight."""
        if self.first < self.last:
            hours = (clock.hour >= self.first) & (clock.hour < self.last)
        else:
            hours = (clock.hour >= self.first) | (clock.hour < self.last)
        every = np.ones(len(clock.hour), dtype=bool)
        days = {"all": every, "weekdays": clock.weekday < 5, "weekends": clock.weekday >= 5}[self.days]
        return np.isin(clock.month, self.months) & hours & days


@dataclass(frozen=True)
class EnergyCharge:
    """A price of energy in a window; tiers are (up to, price), their limits in energy or in hours of the peak."""

    window: Window
    price: float
    tiers: tuple[tuple[float, bool, float], ...] = ()


@dataclass(frozen=True)
class DemandCharge:
    """A price of the highest power of a month in a window, at least a share of the highest of earlier months."""

    window: Window
    price: float
    ratchet: float = 0.0
    lookback: int = 11
    lookback_months: tuple[int, ...] = ()
    least: float = 0.0


@dataclass(frozen=True)
class CoincidentCharge:
    """A price of the power drawn in the hour of the system peak of some months."""

    price: float
    months: tuple[int, ...]
    hour: int


@dataclass(frozen=True)
class Contract:
    """Power that is billed at least: a share of the contracted power, which ramps up by the year."""

    power: float | None
    price: float
    share: float
    ramp: tuple[float, ...] = (1.0,)


@dataclass
class Tariff:
    """A tariff in base units."""

    name: str
    fixed: float = 0.0
    energy: list[EnergyCharge] = field(default_factory=list)
    demand: list[DemandCharge] = field(default_factory=list)
    coincident: list[CoincidentCharge] = field(default_factory=list)
    contract: list[Contract] = field(default_factory=list)
    # Least bill of a month, and of a year.
    minimum: float = 0.0
    annual_minimum: float = 0.0
    escalation: float = 0.0


class Clock:
    """Month, weekday and hour of every hour from a day on."""

    def __init__(self, start: datetime.date, hours: int):
        days = -(-hours // 24)
        dates: list[datetime.date] = []
        day = start
        while len(dates) < days:
            if (day.month, day.day) != (2, 29):
                dates.append(day)
            day += datetime.timedelta(days=1)
        self.month = np.repeat([d.month for d in dates], 24)[:hours]
        self.weekday = np.repeat([d.weekday() for d in dates], 24)[:hours]
        self.hour = np.tile(np.arange(24), days)[:hours]
        # Counted from the first month on, whatever day it starts.
        year = np.repeat([d.year for d in dates], 24)[:hours]
        self.index = (year - start.year) * 12 + self.month - start.month


def bill(
    tariff: Tariff,
    power: Any,
    start: datetime.date = datetime.date(2026, 1, 1),
    peak_ratio: float = 1.0,
    contracted: Any = None,
    history: Mapping[int, Any] | None = None,
) -> dict[str, Any]:
    """Amounts by month and item for a load in watts by hour.

    `peak_ratio` is the highest power within an hour over its mean; `contracted` the power under contract where the
    tariff names none; `history` the peaks of calendar months before the start, for ratchets.
    """
    power = np.asarray(power, dtype=float)
    clock = Clock(start, power.shape[0])
    months = int(clock.index[-1]) + 1
    in_month = [clock.index == month for month in range(months)]
    calendar = [(start.month - 1 + month) % 12 + 1 for month in range(months)]
    escalated = np.array([(1 + tariff.escalation) ** (month // 12) for month in range(months)])
    escalated = escalated.reshape((-1,) + (1,) * (power.ndim - 1))
    peaks = np.array([power[hours].max(axis=0) for hours in in_month]) * peak_ratio
    items = {
        "fixed": np.full(peaks.shape, tariff.fixed),
        "energy": _energy(tariff, power, clock, in_month, peaks),
        "demand": sum(
            (_demand(c, power, clock, in_month, calendar, peak_ratio, history) for c in tariff.demand), 0 * peaks
        ),
        "coincident": sum((_coincident(c, power, clock, in_month, calendar) for c in tariff.coincident), 0 * peaks),
        "contract": sum((_contract(c, peaks, contracted) for c in tariff.contract), 0 * peaks),
    }
    items = {name: amounts * escalated for name, amounts in items.items()}
    charged = sum(items.values())
    items["minimum"] = np.maximum(0, tariff.minimum * escalated - charged)
    if tariff.annual_minimum:
        _raise_to_annual(items, tariff.annual_minimum * escalated, months)
    items["total"] = sum(amounts for name, amounts in items.items())
    return items


def _energy(tariff: Tariff, power: Any, clock: Clock, in_month: list[Any], peaks: Any) -> Any:
    """Energy of each window at its price; the first window that holds takes the hour."""
    found = np.zeros(peaks.shape)
    free = np.ones(len(clock.hour), dtype=bool)
    for charge in tariff.energy:
        holds = charge.window.holds(clock) & free
        free &= ~holds
        used = np.array([power[hours & holds].sum(axis=0) * _HOUR for hours in in_month])
        found = found + _tiered(charge, used, peaks)
    return found


def _tiered(charge: EnergyCharge, used: Any, peaks: Any) -> Any:
    """Cost of energy in tiers: each price up to its limit, the charge's own price above the last."""
    cost, below = 0.0, 0.0
    for limit, by_peak, price in charge.tiers:
        top = limit * peaks if by_peak else limit
        cost = cost + price * np.clip(used - below, 0, top - below)
        below = top
    return cost + charge.price * np.maximum(0, used - below)


def _demand(
    charge: DemandCharge,
    power: Any,
    clock: Clock,
    in_month: list[Any],
    calendar: list[int],
    peak_ratio: float,
    history: Mapping[int, Any] | None,
) -> Any:
    """The highest power of each month in the window, raised to the ratchet over earlier months."""
    holds = charge.window.holds(clock)
    nothing = np.zeros(power.shape[1:])
    seen = [power[h & holds].max(axis=0) * peak_ratio if (h & holds).any() else nothing for h in in_month]
    billed = []
    for month, peak in enumerate(seen):
        level = np.maximum(peak, charge.least)
        for back in range(1, charge.lookback + 1):
            named = (calendar[month] - 1 - back) % 12 + 1
            earlier = seen[month - back] if month >= back else (history or {}).get(named, 0.0)
            if not charge.lookback_months or named in charge.lookback_months:
                level = np.maximum(level, charge.ratchet * earlier)
        # Outside its season a charge is not raised.
        billed.append(level if calendar[month] in charge.window.months else nothing)
    return charge.price * np.array(billed)


def _coincident(charge: CoincidentCharge, power: Any, clock: Clock, in_month: list[Any], calendar: list[int]) -> Any:
    """Mean power in the hour of the system peak on weekdays of the named months."""
    nothing = np.zeros(power.shape[1:])
    at = (clock.hour == charge.hour) & (clock.weekday < 5)
    drawn = [
        power[h & at].mean(axis=0) if month in charge.months and (h & at).any() else nothing
        for h, month in zip(in_month, calendar, strict=True)
    ]
    return charge.price * np.array(drawn)


def _contract(contract: Contract, peaks: Any, contracted: Any) -> Any:
    """What the minimum demand adds to the power actually drawn."""
    power = contract.power if contract.power is not None else contracted
    if power is None:
        raise one("tariff", "contract", "names no power: give the contracted demand")
    ramp = [contract.ramp[min(month // 12, len(contract.ramp) - 1)] for month in range(len(peaks))]
    least = np.array(ramp).reshape((-1,) + (1,) * (peaks.ndim - 1)) * contract.share * power
    return contract.price * np.maximum(0, least - peaks)


def _raise_to_annual(items: dict[str, Any], minimum: Any, months: int) -> None:
    """Add to the last month of each full year what its bills lack of the yearly minimum."""
    charged = sum(items.values())
    for last in range(11, months, 12):
        lacking = minimum[last] - charged[last - 11 : last + 1].sum(axis=0)
        items["minimum"][last] += np.maximum(0, lacking)


# Reading


def load(name: str) -> Tariff:
    """The tariff in a file, or the shipped one of that name."""
    path = Path(name)
    if not path.exists():
        shipped = {p.stem: p for layer in paths.catalog_layers() for p in sorted((layer / "tariffs").glob("*.toml"))}
        if name not in shipped:
            names = ", ".join(sorted(shipped))
            raise one(name, "", f"no such file, and {unknown('tariff', name, shipped)}. Shipped: {names}")
        path = shipped[name]
    return from_table(read_toml(path), path.name)


def from_table(raw: Mapping[str, Any], place: str) -> Tariff:
    """A parsed tariff file; every problem at once."""
    found: list[Problem] = []
    known = [*_KEYS["tariff"], *_KEYS["lists"]]
    found.extend(Problem(place, key, unknown("key", key, known)) for key in raw if key not in known)

    def number(table: Mapping[str, Any], key: str, unit: str, at: str, default: float | None = 0.0) -> Any:
        if key not in table:
            if default is None:
                found.append(Problem(place, f"{at}{key}", f"is missing: it takes a unit like '{unit}'"))
            return default or 0.0
        try:
            return units.read(table[key], unit)
        except UnitError as error:
            found.append(Problem(place, f"{at}{key}", str(error)))
            return 0.0

    def rows(kind: str) -> list[tuple[str, Mapping[str, Any]]]:
        tables = raw.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            found.append(Problem(place, kind, f"takes [[{kind}]] tables"))
            return []
        for index, table in enumerate(tables, start=1):
            for key in table:
                if key not in _KEYS[kind]:
                    found.append(Problem(place, f"{kind} {index}", unknown("key", key, _KEYS[kind])))
        return [(f"{kind} {index}: ", table) for index, table in enumerate(tables, start=1)]

    def months_of(given: Any, at: str) -> tuple[int, ...]:
        if not isinstance(given, list) or not all(m in _MONTHS for m in given):
            found.append(Problem(place, at, "takes a list of months from 1 to 12"))
            return _MONTHS
        return tuple(given)

    def window(table: Mapping[str, Any], at: str) -> Window:
        days, hours = table.get("days", "all"), table.get("hours", [0, 24])
        if days not in _DAYS:
            found.append(Problem(place, f"{at}days", f"'{days}' is not one of {', '.join(_DAYS)}"))
            days = "all"
        if not (isinstance(hours, list) and len(hours) == 2 and all(h in range(25) for h in hours)):
            found.append(Problem(place, f"{at}hours", "takes [first, last], hours from 0 to 24"))
            hours = [0, 24]
        return Window(months_of(table.get("months", list(_MONTHS)), f"{at}months"), days, *hours)

    def tiers(table: Mapping[str, Any], at: str) -> tuple[tuple[float, bool, float], ...]:
        result = []
        for index, row in enumerate(table.get("tiers", ()), start=1):
            given = row if isinstance(row, dict) else {}
            by_peak = str(given.get("up_to", "")).strip().endswith(" h")
            limit = number(given, "up_to", "s" if by_peak else "J", f"{at}tier {index} ", None)
            result.append((limit, by_peak, number(given, "price", "USD/J", f"{at}tier {index} ", None)))
        return tuple(result)

    month = units.read("1 month", "s")
    tariff = Tariff(
        str(raw.get("name", place)),
        fixed=number(raw, "fixed", "USD/s", "") * month,
        minimum=number(raw, "minimum", "USD/s", "") * month,
        annual_minimum=number(raw, "annual_minimum", "USD/s", "") * month * 12,
        escalation=number(raw, "escalation", "1", ""),
    )
    for at, table in rows("energy"):
        tariff.energy.append(
            EnergyCharge(window(table, at), number(table, "price", "USD/J", at, None), tiers(table, at))
        )
    for at, table in rows("demand"):
        lookback = table.get("lookback", 11)
        if not (isinstance(lookback, int) and 0 <= lookback <= 36):
            found.append(Problem(place, f"{at}lookback", "takes a number of months from 0 to 36"))
            lookback = 11
        named = months_of(table["lookback_months"], f"{at}lookback_months") if "lookback_months" in table else ()
        price = number(table, "price", "USD/W/s", at, None) * month
        ratchet, least = number(table, "ratchet", "1", at), number(table, "least", "W", at)
        tariff.demand.append(DemandCharge(window(table, at), price, ratchet, lookback, named, least))
    for at, table in rows("coincident"):
        price = number(table, "price", "USD/W/s", at, None) * month
        hour = table.get("hour", 17)
        if hour not in range(24):
            found.append(Problem(place, f"{at}hour", "takes an hour from 0 to 23"))
        tariff.coincident.append(
            CoincidentCharge(price, months_of(table.get("months", list(_MONTHS)), f"{at}months"), hour)
        )
    for at, table in rows("contract"):
        power = number(table, "power", "W", at) if "power" in table else None
        ramp = table.get("ramp", [1.0])
        if not isinstance(ramp, list) or not ramp or not all(isinstance(r, int | float) and 0 <= r <= 1 for r in ramp):
            found.append(Problem(place, f"{at}ramp", "takes a list of shares from 0 to 1, one a year"))
            ramp = [1.0]
        price, share = number(table, "price", "USD/W/s", at, None) * month, number(table, "share", "1", at, None)
        tariff.contract.append(Contract(power, price, share, tuple(float(r) for r in ramp)))
    if not any((tariff.energy, tariff.demand, tariff.fixed, tariff.contract)):
        found.append(Problem(place, "", "charges nothing: give [[energy]], [[demand]] or fixed"))
    if found:
        raise InputError(found)
    return tariff
