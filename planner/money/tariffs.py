"""The electricity bill of a load by month: a tariff read from a file, applied hour by hour.

Fixed charge, energy by season, day and hour with tiers, demand charges with ratchets over rolling or named months,
coincident peak, contracted demand with a minimum and a ramp, minimum bills, yearly escalation.  The year has 365 days:
29 February is left out.  Arrays are (hours,) or (hours, n); bills are (months,) or (months, n).
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner import fields, paths, units
from planner.errors import one, unknown
from planner.fields import At, Field, Form, Takes
from planner.files import read_toml

_HOUR = 3600.0
_MONTHS = tuple(range(1, 13))
_DAYS = ("all", "weekdays", "weekends")


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
    energy: Sequence[EnergyCharge] = ()
    demand: Sequence[DemandCharge] = ()
    coincident: Sequence[CoincidentCharge] = ()
    contract: Sequence[Contract] = ()
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
    cost = np.zeros(peaks.shape)
    free = np.ones(len(clock.hour), dtype=bool)
    for charge in tariff.energy:
        holds = charge.window.holds(clock) & free
        free &= ~holds
        used = np.array([power[hours & holds].sum(axis=0) * _HOUR for hours in in_month])
        cost = cost + _tiered(charge, used, peaks)
    return cost


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


def load(name: str, layers: Sequence[Path] | None = None) -> Tariff:
    """The tariff in a file, or the one of that name in the catalog directories, the strongest last."""
    path = Path(name)
    if not path.exists():
        shipped = {
            p.stem: p for layer in layers or paths.catalog_layers() for p in sorted((layer / "tariffs").glob("*.toml"))
        }
        if name not in shipped:
            names = ", ".join(sorted(shipped))
            raise one(name, "", f"no such file, and {unknown('tariff', name, shipped)}. Shipped: {names}")
        path = shipped[name]
    return from_table(read_toml(path), path.name)


def from_table(raw: Mapping[str, Any], place: str) -> Tariff:
    """A parsed tariff file; every problem at once."""
    return fields.read(form(), {"name": place} | dict(raw), place)


def _is_list_of(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda given: isinstance(given, list) and all(holds(each) for each in given)


_MONTH_LIST = fields.such(
    "a list of months from 1 to 12", _is_list_of(lambda month: fields.is_whole(month, 1, 12)), tuple
)
_HOURS = fields.such(
    "[first, last], hours from 0 to 24",
    lambda given: _is_list_of(lambda hour: fields.is_whole(hour, 0, 24))(given) and len(given) == 2,
)
_SHARES = fields.such(
    "a list of shares from 0 to 1, one a year",
    lambda given: given != [] and _is_list_of(lambda share: fields.is_number(share) and 0 <= share <= 1)(given),
    lambda given: tuple(map(float, given)),
)


def _up_to(given: Any, at: At) -> tuple[float, bool]:
    """The limit of a tier, and whether it is counted in hours of the month's peak."""
    by_peak = str(given).strip().endswith(" h")
    return units.read(given, "s" if by_peak else "J"), by_peak


def _energy_charge(price: float, tiers: list[Any], **hours: Any) -> EnergyCharge:
    return EnergyCharge(_window(**hours), price, tuple(tiers))


def _demand_charge(
    price: float, ratchet: float, lookback: int, lookback_months: tuple[int, ...], least: float, **hours: Any
) -> DemandCharge:
    return DemandCharge(_window(**hours), price, ratchet, lookback, lookback_months, least)


def _window(name: str, months: tuple[int, ...], days: str, hours: list[int]) -> Window:
    return Window(months, days, *hours)


def _charges(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not any(values[kind] for kind in ("energy", "demand", "fixed", "contract")):
        yield "", "charges nothing: give [[energy]], [[demand]] or fixed"


def _tariff(annual_minimum: float, **values: Any) -> Tariff:
    used = {name: values[name] for name in Tariff.__dataclass_fields__ if name in values}
    return Tariff(annual_minimum=annual_minimum * 12, **used)


@functools.cache
def form() -> Form:
    """What a tariff file holds."""
    month = units.read("1 month", "s")
    share = fields.quantity("1")
    price_of_energy = Field("price", fields.quantity("USD/J"), "price of energy", required=True)
    price_of_power = Field("price", fields.quantity("USD/W/s", month), "price of power by month", required=True)
    hours = (
        Field("name", fields.TEXT, "what the bill calls it", ""),
        Field("months", _MONTH_LIST, "calendar months in which it holds", _MONTHS),
        Field("days", fields.choice(_DAYS), "days on which it holds", "all"),
        Field("hours", _HOURS, "hours of the day from which and to which it holds; past midnight too", [0, 24]),
    )
    up_to = Takes("an energy, or hours of the month's peak, as 300 h", _up_to)
    tier = Form(
        (Field("up_to", up_to, "energy up to which the price holds", required=True), price_of_energy),
        lambda up_to, price: (*up_to, price),
    )
    energy = Form(
        (price_of_energy, *hours, Field("tiers", fields.tables(tier), "prices of the first energy of a month", ())),
        _energy_charge,
    )
    demand = Form(
        (
            price_of_power,
            *hours,
            Field("ratchet", share, "share of the highest earlier peak that is billed at least", 0.0),
            Field("lookback", fields.whole(0, 36, "a number of months from 0 to 36"), "months looked back on", 11),
            Field("lookback_months", _MONTH_LIST, "months that count for the ratchet; all where none is named", ()),
            Field("least", fields.quantity("W"), "power that is billed at least", 0.0),
        ),
        _demand_charge,
    )
    coincident = Form(
        (
            price_of_power,
            Field("months", _MONTH_LIST, "calendar months in which it holds", _MONTHS),
            Field("hour", fields.whole(0, 23, "an hour from 0 to 23"), "hour of the system's peak", 17),
        ),
        CoincidentCharge,
    )
    contract = Form(
        (
            Field("power", fields.quantity("W"), "contracted power; that of the plan where none is named"),
            price_of_power,
            Field("share", share, "share of the contracted power that is billed at least", required=True),
            Field("ramp", _SHARES, "share of the contracted power by year", (1.0,)),
        ),
        Contract,
    )
    by_month = fields.quantity("USD/s", month)
    return Form(
        (
            Field("name", fields.TEXT, "name of the tariff", required=True),
            *fields.ABOUT,
            Field("fixed", by_month, "charge a month", 0.0),
            Field("minimum", by_month, "least bill of a month", 0.0),
            Field("annual_minimum", by_month, "least bill of a year", 0.0),
            Field("escalation", share, "rise of all charges a year", 0.0),
            Field("energy", fields.tables(energy), "prices of energy; the first that holds takes the hour", ()),
            Field("demand", fields.tables(demand), "prices of the highest power of a month", ()),
            Field("coincident", fields.tables(coincident), "prices of the power at the system's peak", ()),
            Field("contract", fields.tables(contract), "contracted power", ()),
        ),
        _tariff,
        check=_charges,
    )
