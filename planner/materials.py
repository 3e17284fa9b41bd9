"""The bill of materials of a plan: what is bought, how many, at what price and power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner import units
from planner.plan import Plan
from planner.table import Table


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
    Item("compute", "spare node", "spare_nodes"),
    Item("fabric", "leaf switch", "leaf_switches", "fabric_switch_price", "fabric_switch_power", "fabric"),
    Item("fabric", "spine switch", "spine_switches", "fabric_switch_price", "fabric_switch_power", "fabric"),
    Item("fabric", "core switch", "core_switches", "fabric_switch_price", "fabric_switch_power", "fabric"),
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
    unit_price: float | None
    price: float | None
    power: float | None


def bill(found: Plan) -> list[Line]:
    """The lines of a plan's bill; items it has none of are left out."""
    lines = []
    for item in ITEMS:
        count = found.values.get(item.count)
        if count is None or float(count) <= 0:
            continue
        unit_price, unit_power = found.values.get(item.price), found.values.get(item.power)
        entry = found.resolved.entries.get(item.role)
        lines.append(
            Line(
                item.part,
                item.item,
                entry.name if entry else "",
                item.count,
                float(count),
                _float(unit_price),
                None if unit_price is None else float(count) * float(unit_price),
                None if unit_power is None else float(count) * float(unit_power),
            )
        )
    return lines


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def table(found: Plan) -> Table:
    """The bill as a table with its totals."""
    from planner.plan import shown

    lines = bill(found)
    cells = []
    for line in lines:
        unit_price = "" if line.unit_price is None else shown(_price_of(line), line.unit_price)
        count = shown(line.quantity, line.count)
        money, power = _money(line.price), _kilowatts(line.power)
        cells.append([line.part, line.item, count, line.name, unit_price, money, power])
    total = [sum(v for line in lines if (v := getattr(line, name)) is not None) for name in ("price", "power")]
    cells.append(["total", "", "", "", "", _money(total[0]), _kilowatts(total[1])])
    columns = ["part", "item", "count", "product", "unit price", "price [USD]", "power [kW]"]
    return Table(columns, cells, frozenset({2, 4, 5, 6}))


def to_json(found: Plan) -> dict[str, Any]:
    """The bill as plain numbers in display units of the count's quantity, dollars and watts."""
    from planner import glossary

    rows = glossary.quantities()
    return {
        "scenario": found.scenario.name,
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
            for line in bill(found)
        ],
    }


def _price_of(line: Line) -> str:
    return next(item.price for item in ITEMS if (item.part, item.item) == (line.part, line.item))


def _money(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _kilowatts(value: float | None) -> str:
    return "" if value is None else f"{value / 1000:,.1f}"
