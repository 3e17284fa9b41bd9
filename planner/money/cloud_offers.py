"""The catalog's cloud offers ranked for a scenario: cost over its period, age of the price, a published band."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import units
from planner.catalog import ages
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, Fact
from planner.model import wiring
from planner.plan import dates, rules
from planner.plan.plan import Plan
from planner.scenario.scenario import Resolved
from planner.tables import Cell, Table

# Term of renting -> field of an offer that prices it.
TERMS = {
    "on-demand": "on_demand_price",
    "reserved-1y": "reserved_1y_price",
    "reserved-3y": "reserved_3y_price",
    "block": "block_price",
    "spot": "spot_price",
}
# The market report's band speaks of these accelerators alone (claim s3.gpu_price).
_BAND_OF = ("h100-sxm", "h100-pcie", "h100-nvl", "h200-sxm")
_WANTED = ("cloud_price", "cloud_tco", "npv_cloud", "npv_saving", "cloud_price_band_low", "cloud_price_band_high")


@dataclass(frozen=True)
class Offer:
    """One offer on one term, for the scenario's cluster and period."""

    entry: Entry
    term: str
    fact: Fact
    # Dollars by accelerator and second, interruptions of spot included; dollars over the period.
    price: float
    cost: float | None
    npv_saving: float | None
    age: int | None
    flags: tuple[str, ...]
    # Why the rules on where data must stay forbid the offer, or an empty text.
    excluded: str = ""
    pool: str = ""


def ranked(
    the_plan: Plan, catalog: Catalog, day: datetime.date | None = None, any_accelerator: bool = False
) -> list[Offer]:
    """Offers of each pool's accelerator, the cheapest over the period first, those that are not allowed last."""
    day = day or dates.price_day(the_plan.scenario)
    offers = [
        offer
        for pool in the_plan.whole.pools
        for term in TERMS
        for offer in _of_pool(pool, _on(catalog, pool, term, any_accelerator), term, day)
    ]
    return sorted(offers, key=_rank)


def _rank(offer: Offer) -> tuple[Any, ...]:
    return offer.pool, bool(offer.excluded), offer.cost is None, offer.cost or 0.0, offer.price, offer.entry.key


def _on(catalog: Catalog, part: Resolved, term: str, any_accelerator: bool) -> list[Entry]:
    """Offers of the catalog that price the term for the accelerator chosen."""
    accelerator = part.entries.get("accelerator")
    return [
        entry
        for entry in catalog.entries("clouds")
        if TERMS[term] in entry.facts
        and (any_accelerator or (accelerator and entry.references.get("accelerator") == accelerator.key))
    ]


def _of_pool(pool: Resolved, entries: list[Entry], term: str, day: datetime.date) -> Iterable[Offer]:
    """All offers on one term, evaluated together: the offers are the scenario axis."""
    alone = pool.alone().choosing({"cloud_term": term})
    alone.given.pop("cloud_price", None)
    alone.given[f"cloud_{TERMS[term]}"] = np.array([entry.facts[TERMS[term]].value for entry in entries])
    values = wiring.evaluate(_WANTED, alone) if entries else alone
    for index, entry in enumerate(entries):
        fact = entry.facts[TERMS[term]]
        price = _at(values.get("cloud_price"), index)
        if price is None:
            continue
        yield Offer(
            entry,
            term,
            fact,
            price,
            _at(values.get("cloud_tco"), index),
            _at(values.get("npv_saving"), index),
            (day - fact.as_of).days if fact.as_of else None,
            tuple(_flags(entry, fact, price, values, day)),
            excluded(pool, entry),
            pool.path,
        )


def _flags(entry: Entry, fact: Fact, price: float, values: Mapping[str, Any], day: datetime.date) -> Iterable[str]:
    if fact.as_of is None:
        yield "no date"
    elif ages.is_stale(fact, day):
        yield "older than a year"
    if fact.kind == "estimate":
        yield "estimate"
    if entry.references.get("accelerator") in _BAND_OF and "cloud_price_band_low" in values:
        low, high = float(values["cloud_price_band_low"]), float(values["cloud_price_band_high"])
        yield "below band" if price < low else "above band" if price > high else "in band"


def excluded(part: Resolved, entry: Entry) -> str:
    """Why the rules on where data must stay forbid an offer, or an empty text."""
    options, known = part.options, rules.Rules(part.rules)
    finding = known.cloud(entry, options.get("owner_country", "any"), options.get("data_residency", "none"))
    return finding.reason if finding.verdict == rules.EXCLUDED else ""


def _at(column: Any, index: int) -> float | None:
    if column is None:
        return None
    flat = np.reshape(column, -1)
    number = float(flat[index if len(flat) > 1 else 0])
    return number if np.isfinite(number) else None


def _numbered(offers: list[Offer]) -> Iterable[tuple[int, Offer]]:
    """Each offer with its rank within its pool."""
    for _, members in itertools.groupby(offers, key=lambda offer: offer.pool):
        yield from enumerate(members, start=1)


def table(offers: list[Offer]) -> Table:
    """The ranking."""
    rows: list[list[Cell]] = []
    for rank, offer in _numbered(offers):
        text = offer.entry.text
        rows.append(
            [
                rank,
                offer.pool,
                offer.entry.key,
                str(text.get("tier", "")),
                offer.term,
                float(units.convert(offer.price, "USD/accelerator/h")),
                None if offer.cost is None else offer.cost / 1e6,
                None if offer.npv_saving is None else offer.npv_saving / 1e6,
                str(offer.fact.as_of or ""),
                offer.age,
                ", ".join([*([f"not allowed: {offer.excluded}"] if offer.excluded else []), *offer.flags]),
            ]
        )
    columns = [
        "rank",
        "pool",
        "offer",
        "tier",
        "term",
        "USD/accelerator/h",
        "cost over the period, MUSD",
        "owning saves (NPV), MUSD",
        "as of",
        "age, days",
        "flags",
    ]
    return Table(columns, rows, frozenset({0, 5, 6, 7, 9})).without_empty("pool")


def to_json(offers: list[Offer]) -> list[dict[str, Any]]:
    """The ranking with prices in dollars by accelerator and hour."""
    return [
        {
            "rank": rank,
            "pool": offer.pool,
            "offer": offer.entry.key,
            "provider": str(offer.entry.text.get("provider", "")),
            "tier": str(offer.entry.text.get("tier", "")),
            "accelerator": offer.entry.references.get("accelerator", ""),
            "term": offer.term,
            "price": float(units.convert(offer.price, "USD/accelerator/h")),
            "unit": "USD/accelerator/h",
            "cost": offer.cost,
            "npv_saving": offer.npv_saving,
            "as_of": str(offer.fact.as_of or ""),
            "age_days": offer.age,
            "source": offer.fact.source,
            "flags": list(offer.flags),
            "excluded": offer.excluded,
        }
        for rank, offer in _numbered(offers)
    ]
