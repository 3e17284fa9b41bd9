"""The electricity bill of a load by month: a tariff read from a file, applied hour by hour.

Fixed charge, energy by season, day and hour with tiers, demand charges with ratchets over rolling or named months,
coincident peak, contracted demand with a minimum and a ramp, minimum bills, yearly escalation.  Bills are of calendar
months, leap days with them, where the day of the first hour is known; else of equal months of 730 hours, from a
January whose first day is a Monday.  A month that is only partly in service pays that share of what is charged by the
month, and one without service pays nothing.  Arrays are (hours,) or (hours, n); bills are (months,) or (months, n).
"""

from __future__ import annotations

import datetime
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from planner import fields, paths, units
from planner.errors import one, unknown
from planner.fields import At, Field, Form, Takes
from planner.files import read_toml
from planner.money.clock import DAYS, MONTHS, Clock, Window

_HOUR = 3600.0


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
    name: str = ""

    def belongs_to(self, charge: Sequence[DemandCharge]) -> bool:
        """Whether this is a season or a period of the charge that the others make up."""
        named = self.name != "" and any(self.name == other.name for other in charge)
        return named or all(self.window.is_season_beside(other.window) for other in charge)


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
    # Rise of all charges a year, from the thirteenth month on; None where the tariff says nothing of it.
    escalation: float | None = None


@dataclass
class Load:
    """What a meter sees by hour: mean power, highest power, power under contract, whether anything is in service."""

    power: Any
    peak: Any
    contracted: Any
    in_service: Any


def bill(
    tariff: Tariff,
    power: Any,
    start: datetime.date | None = datetime.date(2026, 1, 1),
    contracted: Any = None,
    history: Mapping[int, Any] | None = None,
) -> dict[str, Any]:
    """Amounts by month and item for a load that draws so many watts by hour, as `bill_of_load` bills it."""
    power = np.asarray(power, dtype=float)
    in_service = np.ones(len(power), dtype=bool)
    return bill_of_load(tariff, Load(power, power, contracted, in_service), start, history)


def bill_of_load(
    tariff: Tariff, load: Load, start: datetime.date | None, history: Mapping[int, Any] | None = None
) -> dict[str, Any]:
    """Amounts by month and item; `history` holds the peaks of calendar months before the start, for ratchets."""
    meter = _Meter(load, Clock(start, len(load.power)))
    years = np.arange(len(meter.peaks)) // 12
    escalated = meter.column((1 + (tariff.escalation or 0.0)) ** years)
    nothing = np.zeros(meter.peaks.shape)
    items = {
        "fixed": tariff.fixed * meter.share + nothing,
        "energy": _energy(tariff.energy, meter),
        "demand": sum((_demand(charge, meter, history) for charge in seasons(tariff.demand)), nothing),
        "coincident": sum((_coincident(charge, meter) for charge in tariff.coincident), nothing),
        "contract": sum((_contract(contract, meter) for contract in tariff.contract), nothing),
    }
    items = {name: amounts * escalated for name, amounts in items.items()}
    charged = sum(items.values())
    items["minimum"] = np.maximum(0, tariff.minimum * meter.share * escalated - charged)
    if tariff.annual_minimum:
        _raise_to_annual(items, tariff.annual_minimum / 12 * meter.share * escalated)
    items["total"] = sum(amounts for name, amounts in items.items())
    return items


class _Meter:
    """A load as it is billed: by month of the calendar."""

    def __init__(self, load: Load, clock: Clock):
        self.load, self.clock = load, clock
        self.hours = clock.by_month(load.in_service)
        # Share of each month in which something is in service.
        self.share = self.column(np.array([hours.sum() for hours in self.hours]) / clock.length)
        self.peaks = self.highest(load.peak, self.hours)

    def column(self, by_month: Any) -> Any:
        """A figure for each month, of every load."""
        return np.reshape(by_month, (-1,) + (1,) * (np.ndim(self.load.power) - 1))

    def highest(self, by_hour: Any, hours: Sequence[Any]) -> Any:
        """The highest of some hours of each month; zero where there are none."""
        nothing = np.zeros(np.shape(self.load.power)[1:])
        return np.array([by_hour[chosen].max(axis=0) if chosen.any() else nothing for chosen in hours])


def seasons(charges: Sequence[DemandCharge]) -> list[list[DemandCharge]]:
    """Demand charges with their seasons and periods together."""
    together: list[list[DemandCharge]] = []
    for charge in charges:
        known = next((others for others in together if charge.belongs_to(others)), None)
        if known is None:
            together.append([charge])
        else:
            known.append(charge)
    return together


def _energy(charges: Sequence[EnergyCharge], meter: _Meter) -> Any:
    """Energy of each window at its price; the first window that holds takes the hour."""
    cost = np.zeros(meter.peaks.shape)
    free = np.ones(len(meter.clock.hour), dtype=bool)
    for charge in charges:
        holds = charge.window.holds(meter.clock) & free
        free &= ~holds
        used = np.array([meter.load.power[hours & holds].sum(axis=0) * _HOUR for hours in meter.hours])
        cost = cost + _tiered(charge, used, meter)
    return cost


def _tiered(charge: EnergyCharge, used: Any, meter: _Meter) -> Any:
    """Cost of energy in tiers: each price up to its limit, the charge's own price above the last."""
    cost, below = 0.0, 0.0
    for limit, by_peak, price in charge.tiers:
        top = limit * meter.share * (meter.peaks if by_peak else 1.0)
        cost = cost + price * np.clip(used - below, 0, top - below)
        below = top
    return cost + charge.price * np.maximum(0, used - below)


def _demand(charge: Sequence[DemandCharge], meter: _Meter, history: Mapping[int, Any] | None) -> Any:
    """The highest power of each month in the window of each season, raised to the ratchet over earlier months.

    A ratchet looks back on the highest power that any season or period of its charge has seen.
    """
    calendar = meter.clock.calendar
    seen = [meter.highest(meter.load.peak, meter.clock.by_month(season.window.holds(meter.clock))) for season in charge]
    highest = np.max(seen, axis=0)
    cost = np.zeros(meter.peaks.shape)
    for season, peaks in zip(charge, seen, strict=True):
        level = np.maximum(peaks, season.least)
        for month, back in itertools.product(range(len(peaks)), range(1, season.lookback + 1)):
            named = int((calendar[month] - 1 - back) % 12 + 1)
            if not season.lookback_months or named in season.lookback_months:
                earlier = highest[month - back] if month >= back else (history or {}).get(named, 0.0)
                level[month] = np.maximum(level[month], season.ratchet * earlier)
        # Outside its months a season is not raised.
        cost += season.price * level * meter.column(np.isin(calendar, season.window.months))
    return cost * meter.share


def _coincident(charge: CoincidentCharge, meter: _Meter) -> Any:
    """Mean power in the hour of the system peak on weekdays of the named months."""
    clock = meter.clock
    at = np.isin(clock.calendar[clock.month], charge.months) & (clock.hour == charge.hour) & (clock.weekday < 5)
    nothing = np.zeros(meter.peaks.shape[1:])
    drawn = [meter.load.power[h & at].mean(axis=0) if (h & at).any() else nothing for h in meter.hours]
    return charge.price * np.array(drawn) * meter.share


def _contract(contract: Contract, meter: _Meter) -> Any:
    """What the minimum demand adds to the power actually drawn; the ramp begins with the first month in service."""
    power = contract.power if contract.power is not None else meter.load.contracted
    if power is None:
        raise one("tariff", "contract", "names no power: give the contracted demand")
    agreed = meter.highest(np.broadcast_to(power, np.shape(meter.load.power)), meter.hours)
    served = np.cumsum(meter.share.reshape(len(agreed), -1)[:, 0] > 0)
    year = np.clip((served - 1) // 12, 0, len(contract.ramp) - 1)
    least = meter.column(np.array(contract.ramp)[year]) * contract.share * agreed
    return contract.price * np.maximum(0, least - meter.peaks) * meter.share


def _raise_to_annual(items: dict[str, Any], least: Any) -> None:
    """Add to the last month of each year what its bills lack of the yearly minimum, given in its parts by month."""
    charged = sum(items.values())
    for first in range(0, len(least), 12):
        year = slice(first, first + 12)
        lacking = (least[year] - charged[year]).sum(axis=0)
        items["minimum"][year][-1] += np.maximum(0, lacking)


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


def _energy_charge(
    name: str, months: tuple[int, ...], days: str, hours: list[int], price: float, tiers: list[Any]
) -> EnergyCharge:
    return EnergyCharge(Window(months, days, *hours), price, tuple(tiers))


def _demand_charge(months: tuple[int, ...], days: str, hours: list[int], **charge: Any) -> DemandCharge:
    return DemandCharge(Window(months, days, *hours), **charge)


def _charges(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not any(values[kind] for kind in ("energy", "demand", "fixed", "contract")):
        yield "", "charges nothing: give [[energy]], [[demand]] or fixed"


def _tariff(annual_minimum: float, **values: Any) -> Tariff:
    used = {name: values[name] for name in Tariff.__dataclass_fields__ if name in values}
    return Tariff(annual_minimum=annual_minimum * 12, **used)


_ONE_CHARGE = (
    "it looks back over every table of its charge: those of its name, and those of the same days and hours that share "
    "no month, which are seasons"
)


@functools.cache
def form() -> Form:
    """What a tariff file holds."""
    month = units.read("1 month", "s")
    share = fields.quantity("1")
    price_of_energy = Field("price", fields.quantity("USD/J"), "price of energy", required=True)
    price_of_power = Field("price", fields.quantity("USD/W/s", month), "price of power by month", required=True)
    hours = (
        Field("months", _MONTH_LIST, "calendar months in which it holds", MONTHS),
        Field("days", fields.choice(DAYS), "days on which it holds", "all"),
        Field("hours", _HOURS, "hours of the day from which and to which it holds; past midnight too", [0, 24]),
    )
    up_to = Takes("an energy, or hours of the month's peak, as 300 h", _up_to)
    tier = Form(
        (Field("up_to", up_to, "energy up to which the price holds", required=True), price_of_energy),
        lambda up_to, price: (*up_to, price),
    )
    energy = Form(
        (
            price_of_energy,
            Field("name", fields.TEXT, "what the bill calls it", ""),
            *hours,
            Field("tiers", fields.tables(tier), "prices of the first energy of a month", ()),
        ),
        _energy_charge,
    )
    demand = Form(
        (
            price_of_power,
            Field("name", fields.TEXT, "what the bill calls it; tables of one name are periods of one charge", ""),
            *hours,
            Field("ratchet", share, f"share of the highest earlier peak that is billed at least; {_ONE_CHARGE}", 0.0),
            Field("lookback", fields.whole(0, 36, "a number of months from 0 to 36"), "months looked back on", 11),
            Field("lookback_months", _MONTH_LIST, "months that count for the ratchet; all where none is named", ()),
            Field("least", fields.quantity("W"), "power that is billed at least", 0.0),
        ),
        _demand_charge,
    )
    coincident = Form(
        (
            price_of_power,
            Field("months", _MONTH_LIST, "calendar months in which it holds", MONTHS),
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
            Field("escalation", share, "rise of all charges a year; the plan's, month by month, where none is given"),
            Field("energy", fields.tables(energy), "prices of energy; the first that holds takes the hour", ()),
            Field("demand", fields.tables(demand), "prices of the highest power of a month", ()),
            Field("coincident", fields.tables(coincident), "prices of the power at the system's peak", ()),
            Field("contract", fields.tables(contract), "contracted power", ()),
        ),
        _tariff,
        check=_charges,
    )
