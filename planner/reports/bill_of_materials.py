"""The bill of materials of a plan: what is bought, how many, at what price and power."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planner import glossary, units
from planner.model import wiring
from planner.plan.plan import Plan, shown
from planner.scenario.scenario import Resolved
from planner.tables import Table

# What the prices and the powers of the lines add up to.
PRICE, POWER = "capex_it", "it_power"
SET_BY_HAND = "set by hand"


@dataclass(frozen=True)
class Item:
    """What may be bought: names of the quantities that hold its count, unit price and unit power."""

    part: str
    item: str
    count: str
    price: str = ""
    power: str = ""
    # Entry whose name says what it is.
    role: str = ""
    # Quantities that hold the price and the power of all such items together.
    price_of_all: str = ""
    power_of_all: str = ""
    # Parts of the bill that it stands for: where none of them is bought, it is not needed either.
    holds: tuple[str, ...] = ()


def _compute(item: str, count: str, power: str = "", role: str = "", price: str = "purchase_price") -> Item:
    return Item("compute", item, count, price, power, role, "capex_compute", "compute_power")


def _fabric(item: str, count: str, price: str, power: str, of_all: str, role: str = "") -> Item:
    return Item("fabric", item, count, price, power, role, of_all, "fabric_power")


def _beside(item: str, count: str, price: str, power: str = "", role: str = "") -> Item:
    return Item("storage network", item, count, price, power, role, "storage_network_cost", "storage_network_power")


_SWITCH = ("fabric_switch_price", "fabric_switch_power", "fabric_switch_cost", "fabric")
_CORE_SWITCH = ("core_switch_price", "core_switch_power", "fabric_switch_cost")
_OPTICS = ("fabric_transceiver_price", "fabric_transceiver_power", "fabric_optics_cost")
ITEMS = (
    _compute("system", "systems", "system_power_allowed", "system"),
    _compute("spare node advised", "spare_nodes", price=""),
    _compute("spare system bought", "spare_systems"),
    _fabric("leaf switch", "leaf_switches", *_SWITCH),
    _fabric("spine switch", "spine_switches", *_SWITCH),
    _fabric("core switch", "core_switches", *_CORE_SWITCH),
    _fabric("switch optics", "switch_transceivers", *_OPTICS),
    _fabric("adapter optics", "adapter_transceivers", *_OPTICS),
    _fabric("fibre cable", "fibre_cables", "fabric_cable_price", "", "fabric_cable_cost"),
    _fabric("active optical cable", "active_cables", "active_cable_price", "active_cable_power", "fabric_cable_cost"),
    _fabric("copper cable", "copper_cables", "copper_cable_price", "", "fabric_cable_cost"),
    _beside(
        "switch",
        "storage_network_switches",
        "storage_fabric_switch_price",
        "storage_fabric_switch_power",
        "storage_fabric",
    ),
    _beside(
        "optics", "storage_network_transceivers", "storage_fabric_transceiver_price", "storage_fabric_transceiver_power"
    ),
    _beside("fibre cable", "storage_network_cables", "storage_fabric_cable_price"),
    Item(
        "management",
        "switch",
        "management_switches",
        "management_switch_price",
        "management_switch_power",
        price_of_all="management_network_cost",
        power_of_all="management_network_power",
    ),
    Item(
        "storage",
        "fast tier",
        "storage_capacity",
        "storage_price",
        "storage_power_per_capacity",
        "storage",
        "capex_storage",
        "storage_power",
    ),
    Item(
        "storage",
        "object tier",
        "object_capacity",
        "object_storage_price",
        "object_storage_power_per_capacity",
        "object_storage",
        "object_storage_cost",
        "storage_power",
    ),
    Item("racks", "accelerator rack", "racks", holds=("compute",)),
    Item("racks", "network rack", "network_racks", holds=("fabric", "storage network", "management")),
    Item("racks", "storage rack", "storage_racks", holds=("storage",)),
    Item("cooling", "coolant distribution unit", "coolant_units"),
    Item("power", "uninterruptible supply", "ups_power"),
    Item("power", "batteries of supplies", "ups_energy"),
    Item("power", "backup generator", "generators"),
)


@dataclass(frozen=True)
class Line:
    """One line of a bill, values in base units; what is not known is None."""

    part: str
    item: str
    name: str
    quantity: str
    count: float
    # The quantity that holds the unit price, for its unit.
    price_quantity: str
    unit_price: float | None
    price: float | None
    power: float | None


def bill(the_plan: Plan) -> list[Line]:
    """The lines of a plan's bill, pool by pool.

    Left out is what is rented, what there is none of, and what was set to cost nothing.  Prices add up to the price of
    all IT equipment: an amount that was set by hand is a line of its own, and what it holds has no prices.
    """
    owned = [pool for pool in the_plan.whole.pools if not wiring.elsewhere(pool)]
    return [line for pool in owned for line in _lines(pool)]


def _lines(pool: Resolved) -> Iterator[Line]:
    """The lines of one pool, or of a scenario without any."""

    def value(name: str) -> float | None:
        # What the whole has is the pool's own where it is given, not where it is the sum of the pools.
        known = pool.known.get(name)
        giver = pool.giver(name) if known is None else None
        known = giver.given[name] if giver else known
        return None if known is None else float(known)

    price_told_by = _told_by(pool, PRICE, {item.price_of_all for item in ITEMS})
    power_told_by = _told_by(pool, POWER, {item.power_of_all for item in ITEMS})
    kept = [item for item in ITEMS if not _costs_nothing(price_told_by.get(item.price_of_all, ""), pool)]
    bought = [item for item in kept if (value(item.count) or 0) > 0]
    parts = {item.part for item in bought}
    items = [item for item in bought if not item.holds or not parts.isdisjoint(item.holds)]
    prices, prices_set = _amounts(items, value, "price", {i: price_told_by.get(i.price_of_all, "") for i in kept})
    powers, powers_set = _amounts(items, value, "power", {i: power_told_by.get(i.power_of_all, "") for i in kept})
    for item in items:
        yield Line(
            _of_pool(item.part, pool),
            item.item,
            pool.entries[item.role].name if item.role in pool.entries else "",
            item.count,
            value(item.count) or 0,
            item.price,
            value(item.price) if item in prices else None,
            prices.get(item),
            powers.get(item),
        )
    for name in dict.fromkeys([*prices_set, *powers_set]):
        meaning = glossary.quantities()[name].meaning
        amount = value(name) or 0
        yield Line(
            _of_pool(SET_BY_HAND, pool), meaning, "", name, amount, "", None, prices_set.get(name), powers_set.get(name)
        )


def _told_by(pool: Resolved, total: str, parts: Iterable[str]) -> dict[str, str]:
    """Each part of a total -> the quantity that tells its amount: itself, or what was set by hand above it.

    Of several that were set the outermost tells; a part that was set to 0 is told by that.
    """
    teller: dict[str, str] = {}

    def descend(name: str, above: str) -> None:
        told_by = name if _costs_nothing(name, pool) else above or (name if pool.giver(name) else "")
        if name in parts:
            teller[name] = told_by or name
            return
        equation = wiring.equation(name, pool.options)
        for need in equation.needs if equation else ():
            descend(need, told_by)

    descend(total, "")
    return teller


def _costs_nothing(name: str, pool: Resolved) -> bool:
    """Whether an amount was set to 0."""
    giver = pool.giver(name)
    return giver is not None and giver.given[name] == 0


def _amounts(
    items: Iterable[Item], value: Callable[[str], float | None], what: str, told_by: Mapping[Item, str]
) -> tuple[dict[Item, float], dict[str, float]]:
    """What the items cost (or draw), and the amounts that these do not add up to, as they were set by hand."""
    of_items: dict[str, dict[Item, float]] = {name: {} for name in told_by.values()}
    for item in items:
        count, each = value(item.count), value(getattr(item, what))
        if count is not None and each is not None:
            of_items[told_by[item]][item] = count * each
    known: dict[Item, float] = {}
    set_by_hand: dict[str, float] = {}
    for name, amounts in of_items.items():
        total = value(name)
        if total is None or math.isclose(sum(amounts.values()), total, rel_tol=1e-9):
            known |= amounts
        elif total:
            set_by_hand[name] = total
    return known, set_by_hand


def _of_pool(part: str, pool: Resolved) -> str:
    return f"{pool.path}: {part}" if pool.place else part


def table(the_plan: Plan) -> Table:
    """The bill as a table with its totals."""
    lines = bill(the_plan)
    cells = []
    for line in lines:
        unit_price = "" if line.unit_price is None else shown(line.price_quantity, line.unit_price)
        count = shown(line.quantity, line.count)
        money, power = _money(line.price), _kilowatts(line.power)
        cells.append([line.part, line.item, count, line.name, unit_price, money, power])
    total = [sum(v for line in lines if (v := getattr(line, name)) is not None) for name in ("price", "power")]
    cells.append(["total", "", "", "", "", _money(total[0]), _kilowatts(total[1])])
    columns = ["part", "item", "count", "product", "unit price", "price [USD]", "power [kW]"]
    return Table(columns, cells, frozenset({2, 4, 5, 6}))


def to_json(the_plan: Plan) -> dict[str, Any]:
    """The bill as plain numbers in display units of the count's quantity, dollars and watts."""
    rows = glossary.quantities()
    return {
        "scenario": the_plan.scenario.name,
        "lines": [
            {
                "part": line.part,
                "item": line.item,
                "product": line.name,
                "quantity": line.quantity,
                "count": float(units.convert(line.count, rows[line.quantity].show)),
                "unit": rows[line.quantity].show,
                "price": line.price,
                "power": line.power,
            }
            for line in bill(the_plan)
        ],
    }


def _money(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _kilowatts(value: float | None) -> str:
    return "" if value is None else f"{value / 1000:,.1f}"
