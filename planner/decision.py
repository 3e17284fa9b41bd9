"""Own or rent in words: by how much, on which term, how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner import ways
from planner.plan import Plan, shown

if TYPE_CHECKING:
    from planner.risk import Risk

# Terms that hold for as long as they were agreed; spot ends when the provider says, blocks after some months.
FIRM = ("on-demand", "reserved-1y", "reserved-3y", "instance")
_SPOT = "spot"


def in_words(found: Plan, sure: Risk | None = None) -> str:
    """Size, own or rent, what binds first and what fails, in a few sentences."""
    from planner import books, currency, hybrid

    parts = [_size(found), *own_or_rent(found, sure)]
    mix = None if found.resolved.pools or "npv_saving" not in found.results else hybrid.of_plan(found)
    if mix is not None:
        parts.append(books.decision(books.of_plan(found), mix, currency.of_plan(found)))
    if found.binding:
        name, share = found.binding[0]
        parts.append(f"What binds first: {name}, {share:.0%} used.")
    failed = [check for check in found.checks if not check.ok]
    if failed:
        parts.append(f"{len(failed)} check{'s fail' if len(failed) > 1 else ' fails'}: {failed[0].message}")
    return " ".join(part for part in parts if part)


def _size(found: Plan) -> str:
    values = found.values
    size = [shown(name, values[name]) for name in ("accelerators", "racks", "facility_power") if name in values]
    return f"The cluster has {' in '.join(size[:-1])} and draws {size[-1]} at full load." if len(size) > 2 else ""


def own_or_rent(found: Plan, sure: Risk | None = None) -> list[str]:
    """Which is cheaper against the offer and term that the scenario compares with, and against its other terms."""
    result = found.results.get("npv_saving")
    if result is None:
        if "capex" not in found.values:
            return []
        return [f"Owning takes {shown('capex', found.values['capex'])} before the cluster runs; no offer was chosen."]
    offer, term = found.resolved.entries.get("cloud"), found.resolved.options.get("cloud_term", "")
    against = f" at {offer.key} {term}" if offer is not None and not found.resolved.pools else ""
    period = f"over {shown('analysis_period', found.values['analysis_period'])} " if "analysis_period" in found.values else ""
    verdict = f"{'Own' if result.value > 0 else 'Rent'}: {period}{_saves(result.value, f'renting{against}')}"
    band = ""
    if result.low is not None and result.high is not None:
        ends = f"{shown('npv_saving', result.low)} to {shown('npv_saving', result.high)}"
        band = f" (P10 to P90 of the saving: {ends})"
    words = [f"{verdict}, in present value{band}."]
    if sure is not None and sure.owning_wins is not None:
        share = sure.owning_wins if result.value > 0 else 1 - sure.owning_wins
        words.append(f"With the uncertainty of the inputs this holds in {share:.0%} of {sure.samples:,} samples.")
    return words + ([] if found.resolved.pools else _other_terms(found, result.value, term))


def _saves(saving: float, other: str) -> str:
    return f"owning costs {shown('npv_saving', abs(saving))} {'less' if saving > 0 else 'more'} than {other}"


def _other_terms(found: Plan, saving: float, chosen: str) -> list[str]:
    """The same offer on its cheapest firm term, and by interruptible capacity, where they are cheaper."""
    rented = {way.name.removeprefix("rent, "): way.cost for way in ways.compared(found) if way.name.startswith("rent")}
    if chosen not in rented:
        return []
    saved = {term: saving + cost - rented[chosen] for term, cost in rented.items() if np.isfinite(cost)}
    firm = min((term for term in FIRM if term in saved), key=lambda term: saved[term], default=chosen)
    words = []
    if saved[firm] < saved[chosen]:
        words.append(f"Against {firm}, the cheapest firm term of this offer, {_saves(saved[firm], 'renting')}.")
    if _SPOT in saved and chosen != _SPOT:
        words.append(f"Against its spot price, which may end at any time, {_saves(saved[_SPOT], 'renting')}.")
    return words
