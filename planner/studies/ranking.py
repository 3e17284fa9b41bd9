"""Every accelerator of the catalog serving the model of one scenario, ordered by what it gives."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from planner import glossary, units
from planner.catalog import links
from planner.catalog.catalog import Catalog
from planner.catalog.entries import KINDS, Entry
from planner.errors import one
from planner.model import wiring
from planner.plan import sizing
from planner.plan.serving_layout import SERVING
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Resolved, Scenario
from planner.tables import Cell, Table

# Accelerators in which the largest replica fits, and the fixed costs of a site matter little.
_MANY = 4096.0
# Order -> the quantity that it follows, the largest first.
ORDERS = {
    "rate": "accelerator_output_rate",
    "watt": "accelerator_tokens_per_joule",
    "dollar": "accelerator_tokens_per_dollar",
    "total": "accelerator_tokens_per_total_dollar",
    "peak": "gemm_peak",
}
# Order -> heading, and what it counts.
HEADINGS = {
    "rate": ("rate", "output tokens per second of an accelerator in its best full replica"),
    "watt": ("per joule of chip", "rated power of the chip times PUE; hosts and network apart"),
    "dollar": ("per dollar of chip", "price of the chip, spread evenly, and its energy; everything around it apart"),
    "total": (
        "per dollar of all",
        f"levelised cost of some {_MANY:,.0f} accelerators in the cheapest system that holds the chip, with network, "
        "storage, building, energy, staff and software",
    ),
    "peak": ("peak", "data sheet, for products in the precision shown"),
}
SHOWN = (*ORDERS.values(), "ttft_p95", "tpot")
DEGREES = ("tensor_parallel", "pipeline_parallel", "attention_parallel", "concurrency")
_LIMITS = ("serving_memory_margin", "tpot_margin", "ttft_margin")


@dataclass(frozen=True)
class Place:
    """One accelerator's place: what it reaches, or why it is not ranked."""

    entry: Entry
    precision: str
    values: dict[str, float]
    kind: str
    # Limits that even its best configuration breaks.
    breaks: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def shown(self) -> dict[str, float]:
        """What it reaches, in display units."""
        rows = glossary.quantities()
        return {name: float(units.convert(value, rows[name].show)) for name, value in self.values.items()}


@dataclass
class Ranking:
    """All places in order; those that break a limit or lack a figure come last."""

    scenario: Scenario
    order: str
    places: list[Place]

    @property
    def ranked(self) -> list[Place]:
        """The places whose figures are known."""
        return [place for place in self.places if not place.lacks]


def rank(scenario: Scenario, catalog: Catalog, order: str = "watt") -> Ranking:
    """The accelerators of the catalog in the order of `order`, each in its own best configuration."""
    scenario = replace(scenario, workload="inference")
    if "model" not in scenario.choose:
        raise one(scenario.place, "choose.model", "a ranking needs a model to serve")
    places = [_place(scenario, catalog, entry) for entry in catalog.entries("accelerators")]
    key = ORDERS[order]
    places.sort(
        key=lambda p: (bool(p.lacks), key not in p.values, bool(p.breaks), -p.values.get(key, 0.0), p.entry.key)
    )
    return Ranking(scenario, order, places)


def _place(scenario: Scenario, catalog: Catalog, entry: Entry) -> Place:
    """One accelerator in the scenario, with as many accelerators as the largest replica may ask for."""
    choose = {role: name for role, name in scenario.choose.items() if role not in ("system", "cloud", "accelerator")}
    kept = {name: value for name, value in scenario.set.items() if name not in glossary.quantities() or serves(name)}
    choose["weight_precision"] = weights = precision(entry, scenario, catalog)
    vendor = str(entry.text.get("vendor", "")).lower()
    home = [stack.key for stack in catalog.entries("stacks") if vendor in stack.text.get("serves_best", ())]
    choose |= {"serving_stack": home[0]} if home else {}
    mine = replace(
        scenario,
        choose={**choose, "accelerator": entry.key},
        set={**kept, "accelerators": f"{_MANY:g} accelerator"},
        range={},
    )
    resolved = resolve(mine, catalog)
    given = sizing.with_strategies(resolved.giving(links.links(entry, catalog)))
    given = given.giving(_whole_cost(mine, catalog, entry))
    goals = (*SHOWN, *_LIMITS)
    computed = wiring.evaluate(goals, given)
    missing = wiring.route(goals, given).missing
    # Without figures of the chip no configuration was searched: the degrees are not what it lacks.
    lacks = tuple(name for name in missing.get(ORDERS["rate"], ()) if name not in SERVING.candidates)
    values = {n: float(computed[n]) for n in (*SHOWN, *DEGREES) if math.isfinite(float(computed.get(n, math.nan)))}
    breaks = tuple(name.removesuffix("_margin") for name in _LIMITS if float(computed.get(name, 0)) < 0)
    return Place(entry, weights, values, _kind(given), breaks, lacks)


def _whole_cost(scenario: Scenario, catalog: Catalog, entry: Entry) -> dict[str, Any]:
    """Levelised cost of an hour of the chip in the cheapest system that holds it; nothing where none has a price."""
    systems = [s for s in catalog.entries("systems") if s.references.get("accelerator") == entry.key]
    priced = [s for s in systems if {"price", "accelerators"} <= set(s.facts)]
    if not priced:
        return {}
    cheapest = min(priced, key=lambda s: s.facts["price"].value / s.facts["accelerators"].value)
    resolved = resolve(replace(scenario, choose={**scenario.choose, "system": cheapest.key}), catalog)
    size = cheapest.facts["accelerators"].value
    name = "cost_per_accelerator_hour"
    cost = wiring.evaluate((name,), resolved.giving({sizing.SIZE: math.ceil(_MANY / size) * size})).get(name, math.nan)
    return {name: cost} if math.isfinite(float(cost)) else {}


def precision(chip: Entry, scenario: Scenario, catalog: Catalog) -> str:
    """The format of the scenario's weights, or the one that it falls back on where the chip lacks its peak rate."""
    role = "weight_precision"
    wanted = catalog.find(glossary.roles()[role], scenario.choose.get(role) or catalog.default_choices[role])
    return wanted.key if wanted.text.get("peak") in chip.facts else str(wanted.text.get("fallback", wanted.key))


def serves(name: str) -> bool:
    """Whether a set quantity describes the service rather than the cluster that is being replaced."""
    row = glossary.quantities()[name]
    return row.sizes is None and not name.startswith(("system_", "accelerator_", "cloud_")) and name != sizing.SIZE


def _kind(given: Resolved) -> str:
    """The weakest kind among the accelerator's own figures and the fitted parameters of its stack."""
    needs = {need.name for need in wiring.inputs_of(ORDERS["rate"], given)}
    own = [fact.kind for name, fact in given.facts.items() if name in needs and _tells(fact.origin)]
    return max(own, key=KINDS.index) if own else KINDS[-1]


def _tells(origin: str) -> bool:
    return origin.startswith(("accelerators/", "calibration/"))


def to_json(ranking: Ranking) -> dict[str, Any]:
    """The ranking with values in display units."""
    rows = glossary.quantities()
    return {
        "scenario": ranking.scenario.name,
        "by": ranking.order,
        "units": {name: rows[name].show for name in SHOWN},
        "accelerators": [
            {"entry": place.entry.key, "name": place.entry.name, "precision": place.precision, "kind": place.kind}
            | place.shown
            | {"breaks": list(place.breaks), "lacks": list(place.lacks)}
            for place in ranking.places
        ],
    }


def table(ranking: Ranking) -> Table:
    """The ranked accelerators with what they reach, in display units."""
    rows, figures = glossary.quantities(), (*SHOWN, *DEGREES)
    headings = [*(f"{name} [{rows[name].show}]" for name in SHOWN), *DEGREES]
    cells: list[list[Cell]] = [
        [
            *(place.entry.key, place.precision),
            *(place.shown.get(name) for name in figures),
            *(place.kind, ", ".join(place.breaks)),
        ]
        for place in ranking.ranked
    ]
    numbers = frozenset(range(2, 2 + len(figures)))
    return Table(["accelerator", "precision", *headings, "kind", "breaks"], cells, numbers)


def text(ranking: Ranking) -> str:
    """All orders side by side, what each counts, and what could not be ranked."""
    rows = glossary.quantities()
    positions: dict[str, dict[str, int]] = {}
    for order, key in ORDERS.items():
        able = [place for place in ranking.ranked if key in place.values and not place.breaks]
        best = sorted(able, key=lambda place: -place.values[key])
        positions[order] = {place.entry.key: number for number, place in enumerate(best, 1)}
    cells = []
    for place in ranking.ranked:
        figures = [units.number_text(place.shown[key]) if key in place.shown else "" for key in ORDERS.values()]
        numbers = [str(positions[order].get(place.entry.key, "")) for order in ORDERS]
        shape = "·".join(units.number_text(place.values[name]) for name in DEGREES[:3] if name in place.values)
        breaks = "breaks " + ", ".join(place.breaks) if place.breaks else ""
        cells.append([place.entry.key, place.precision, *figures, *numbers, shape, place.kind, breaks])
    headings = [f"{HEADINGS[order][0]} [{rows[key].show}]" for order, key in ORDERS.items()]
    columns = ["accelerator", "precision", *headings, *ORDERS, "TP·PP·DP", "kind", ""]
    parts = [Table(columns, cells, frozenset(range(2, 2 + 2 * len(ORDERS))), ranking.scenario.name).text()]
    parts.append("\n".join(["What counts:", *(f"  {order}: {counted}" for order, (_, counted) in HEADINGS.items())]))
    lacking = [f"  {place.entry.key}: lacks {', '.join(place.lacks)}" for place in ranking.places if place.lacks]
    if lacking:
        parts.append("\n".join(["Not ranked:", *lacking]))
    return "\n\n".join(parts)
