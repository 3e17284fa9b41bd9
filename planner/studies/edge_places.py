"""Where the model of a scenario may stand: every edge platform of the catalog and the places beyond it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry
from planner.errors import one
from planner.model import wiring
from planner.plan import sizing
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario
from planner.studies import ranking
from planner.tables import Cell, Table

DEVICE, SITE, METRO, REGION = glossary.quantities()["edge_place"].labels
# Place -> the round trip to it; nothing lies between a user and a device in the hand.
ROUND_TRIPS = {SITE: "site_round_trip", METRO: "metro_round_trip", REGION: "region_round_trip"}
ON_DEVICE = "device"
FIGURES = (
    "compute_latency",
    "tpot",
    "serving_memory_margin",
    "edge_cost_per_million_tokens",
    "cost_per_million_tokens",
)


@dataclass(frozen=True)
class Site:
    """One place with one platform: how fast it answers, what a token costs, why it is out."""

    place: str
    platform: str
    response: float | None = None
    cost: float | None = None
    reasons: tuple[str, ...] = ()

    def shown(self) -> tuple[float | None, float | None]:
        """Response in milliseconds, and cost in dollars by a million tokens."""
        figures = ((self.response, "ms"), (self.cost, "USD/Mtoken"))
        response, cost = (None if value is None else float(units.convert(value, unit)) for value, unit in figures)
        return response, cost


@dataclass
class Sites:
    """All places, the nearest first, against the budget."""

    scenario: Scenario
    budget: float
    sites: list[Site]


def sites(scenario: Scenario, catalog: Catalog) -> Sites:
    """Each edge platform where it stands, and the scenario's own cluster on site, in the city and in a region."""
    scenario = replace(scenario, workload="inference")
    if "model" not in scenario.choose:
        raise one(scenario.place, "choose.model", "a place needs a model to serve")
    central = _figures(scenario, catalog)
    budget = central.get("latency_budget")
    if budget is None:
        raise one(scenario.place, "set.latency_budget", 'a place needs a latency budget: set latency_budget = "100 ms"')
    places = []
    for entry in catalog.entries("edge"):
        place = DEVICE if ON_DEVICE in entry.text.get("tags", ()) else SITE
        places.append(_site(place, entry.name, _at_the_edge(scenario, catalog, entry), budget, central))
    places += [_site(place, "the scenario's cluster", central, budget, central) for place in (SITE, METRO, REGION)]
    order = [DEVICE, SITE, METRO, REGION]
    places.sort(key=lambda site: (order.index(site.place), bool(site.reasons), site.response or math.inf))
    return Sites(scenario, budget, places)


def _at_the_edge(scenario: Scenario, catalog: Catalog, entry: Entry) -> dict[str, Any]:
    """The figures of the scenario's model on one box of an edge platform."""
    if "accelerator" not in entry.references or "accelerators" not in entry.facts:
        return {"lacks": ("the accelerator of the platform",)}
    chip = catalog.find("accelerators", entry.references["accelerator"])
    count = units.text(entry.facts["accelerators"].value, "accelerator/system").split()[0]
    kept = {n: v for n, v in scenario.set.items() if n not in glossary.quantities() or ranking.serves(n)}
    choose = {role: name for role, name in scenario.choose.items() if role not in ("system", "cloud")}
    weights = ranking.precision(chip, scenario, catalog)
    boxed = replace(
        scenario,
        choose={**choose, "weight_precision": weights, "accelerator": chip.key, "edge": entry.key},
        set={**kept, "accelerators": f"{count} accelerator"},
        range={},
    )
    return _figures(boxed, catalog)


def _figures(scenario: Scenario, catalog: Catalog) -> dict[str, Any]:
    """Latency and cost of a scenario as far as they can be computed, with what they lack."""
    resolved = resolve(scenario, catalog)
    given, _ = sizing.with_size_and_strategies(resolved)
    computed = wiring.evaluate(FIGURES, given)
    missing = wiring.route(FIGURES, given).missing
    lacks = tuple(n for n in missing.get("compute_latency", ()) if n.startswith(("accelerator_", "model_")))
    return {**computed, "lacks": lacks}


def _site(place: str, platform: str, figures: dict[str, Any], budget: float, central: dict[str, Any]) -> Site:
    if figures["lacks"] or "compute_latency" not in figures:
        return Site(place, platform, reasons=(f"lacks {', '.join(figures['lacks'])}",))
    way = float(central[ROUND_TRIPS[place]]) if place in ROUND_TRIPS else 0.0
    response = float(figures["compute_latency"]) + way
    reasons = []
    if figures["serving_memory_margin"] < 0:
        reasons.append("the model does not fit in memory")
    if response > budget:
        reasons.append("misses the latency budget")
    at_edge = figures.get("edge_cost_per_million_tokens")
    cost = at_edge if at_edge is not None else figures.get("cost_per_million_tokens")
    return Site(place, platform, response, None if cost is None else float(cost), tuple(reasons))


def to_json(the_sites: Sites) -> dict[str, Any]:
    """The places with values in display units."""
    places = []
    for site in the_sites.sites:
        response, cost = site.shown()
        figures = {"response_time_ms": response, "cost_usd_per_mtoken": cost}
        allowed = {"allowed": not site.reasons, "reasons": list(site.reasons)}
        places.append({"place": site.place, "platform": site.platform} | figures | allowed)
    budget = {"value": 1000 * the_sites.budget, "unit": "ms"}
    return {"scenario": the_sites.scenario.name, "latency_budget": budget, "places": places}


def table(the_sites: Sites) -> Table:
    """One line a place and platform."""
    columns = ["place", "platform", "response [ms]", "cost there [USD/Mtoken]", "allowed, or why not"]
    cells: list[list[Cell]] = [
        [site.place, site.platform, *site.shown(), "; ".join(site.reasons) or "yes"] for site in the_sites.sites
    ]
    title = f"{the_sites.scenario.name}: an answer within {units.text(the_sites.budget, 'ms')}"
    return Table(columns, cells, frozenset({2, 3}), title)
