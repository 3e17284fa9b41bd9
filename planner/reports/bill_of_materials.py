"""The bill of materials of a plan: what is bought, how many, at what price and power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner import units
from planner.plan.plan import Plan, shown
from planner.scenario.scenario import Resolved
from planner.tables import Table


@dataclass(frozen=True)
class Item:
    """One line: names of the quantities that hold its count, unit price and unit power."""

    part: str
    item: str
    count: str
    price: str = ""
    power: str = ""
    # Entry whose name says what it is.
    role: str = ""


ITEMS = (
    Item("compute", "system", "systems", "purchase_price", "system_power", "system"),
    Item("compute", "spare node advised", "spare_nodes"),
    Item("compute", "spare system bought", "spare_systems", "purchase_price"),
    Item("fabric", "leaf switch", "leaf_switches", "fabric_switch_price", "fabric_switch_power", "fabric"),
    Item("fabric", "spine switch", "spine_switches", "fabric_switch_price", "fabric_switch_power", "fabric"),
    Item("fabric", "core switch", "core_switches", "core_switch_price", "core_switch_power"),
    Item("fabric", "switch optics", "switch_transceivers", "fabric_transceiver_price", "fabric_transceiver_power"),
    Item("fabric", "adapter optics", "adapter_transceivers", "fabric_transceiver_price", "fabric_transceiver_power"),
    Item("fabric", "fibre cable", "fibre_cables", "fabric_cable_price"),
    Item("fabric", "active optical cable", "active_cables", "active_cable_price", "active_cable_power"),
    Item("fabric", "copper cable", "copper_cables", "copper_cable_price"),
    Item("storage network", "switch", "storage_network_switches", "fabric_switch_price", "fabric_switch_power"),
    Item(
        "storage network",
        "optics",
        "storage_network_transceivers",
        "fabric_transceiver_price",
        "fabric_transceiver_power",
    ),
    Item("storage network", "fibre cable", "storage_network_cables", "fabric_cable_price"),
    Item("management", "switch", "management_switches", "management_switch_price", "management_switch_power"),
    Item("storage", "fast tier", "storage_capacity", "storage_price", "storage_power_per_capacity", "storage"),
    Item("storage", "object tier", "object_capacity", "object_storage_price", "object_storage_power_per_capacity"),
    Item("racks", "accelerator rack", "racks"),
    Item("racks", "network rack", "network_racks"),
    Item("racks", "storage rack", "storage_racks"),
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
    """The lines of a plan's bill, pool by pool; items it has none of are left out."""
    lines = []
    pools = [pool for pool in the_plan.whole.pools if pool.place]
    for scope in [*pools, the_plan.whole]:
        for item in ITEMS:
            # What is counted by pool is not counted again for the whole.
            of_pools = any(item.count in pool.known for pool in pools)
            if item.count in scope.known and (scope.place or not of_pools):
                lines.append(_line(scope, item))
    return [line for line in lines if line is not None]


def _line(scope: Resolved, item: Item) -> Line | None:
    """One item of one pool, or None where there is none."""
    values = {name: _float(scope.get(name)) for name in (item.count, item.price, item.power) if name}
    count = values[item.count]
    if not count or count <= 0:
        return None
    price, power = values.get(item.price), values.get(item.power)
    part = f"{scope.path}: {item.part}" if scope.place else item.part
    return Line(
        part,
        item.item,
        scope.entries[item.role].name if item.role in scope.entries else "",
        item.count,
        count,
        item.price,
        price,
        None if price is None else count * price,
        None if power is None else count * power,
    )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


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
    from planner import glossary

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
