"""Own or rent in words: by how much, on which term, how sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.money import options_to_own
from planner.plan.plan import Plan, shown

if TYPE_CHECKING:
    from planner.studies.risk import Risk

# Terms that hold for as long as they were agreed; spot ends when the provider says, blocks after some months.
FIRM = ("on-demand", "reserved-1y", "reserved-3y", "instance")
_SPOT = "spot"


def in_words(the_plan: Plan, sure: Risk | None = None) -> str:
    """Size, own or rent, what binds first and what fails, in a few sentences."""
    from planner.money import currency, mix, plan_ledger

    parts = [_size(the_plan), *own_or_rent(the_plan, sure)]
    one_cluster = not the_plan.whole.parts and "npv_saving" in the_plan.results
    cheapest = mix.of_plan(the_plan) if one_cluster else None
    if cheapest is not None:
        parts.append(plan_ledger.decision(plan_ledger.of_plan(the_plan), cheapest, currency.of_plan(the_plan)))
    if the_plan.binding:
        name, share = the_plan.binding[0]
        parts.append(f"What binds first: {name}, {share:.0%} used.")
    failed = [check for check in the_plan.checks if not check.ok]
    if failed:
        parts.append(f"{len(failed)} check{'s fail' if len(failed) > 1 else ' fails'}: {failed[0].message}")
    return " ".join(part for part in parts if part)


def _size(the_plan: Plan) -> str:
    values = the_plan.whole
    size = [shown(name, values[name]) for name in ("accelerators", "racks", "facility_power") if name in values]
    return f"The cluster has {' in '.join(size[:-1])} and draws {size[-1]} at full load." if len(size) > 2 else ""


def own_or_rent(the_plan: Plan, sure: Risk | None = None) -> list[str]:
    """Which is cheaper against the offer and term that the scenario compares with, and against its other terms."""
    result, values = the_plan.results.get("npv_saving"), the_plan.whole
    if result is None:
        if "capex" not in values:
            return []
        return [f"Owning takes {shown('capex', values['capex'])} before the cluster runs; no offer was chosen."]
    period = f"over {shown('analysis_period', values['analysis_period'])} " if "analysis_period" in values else ""
    against = "" if the_plan.whole.parts else _compared_with(the_plan)
    verdict = f"{'Own' if result.value > 0 else 'Rent'}: {period}{_saves(result.value, f'renting{against}')}"
    band = ""
    if result.low is not None and result.high is not None:
        ends = f"{shown('npv_saving', result.low)} to {shown('npv_saving', result.high)}"
        band = f" (P10 to P90 of the saving: {ends})"
    words = [f"{verdict}, in present value{band}."]
    if sure is not None and sure.owning_wins is not None:
        share = sure.owning_wins if result.value > 0 else 1 - sure.owning_wins
        words.append(f"With the uncertainty of the inputs this holds in {share:.0%} of {sure.samples:,} samples.")
    return [*words, *([] if the_plan.whole.parts else _other_prices(the_plan, result.value)), *_clock(values)]


def in_brief(the_plan: Plan) -> str:
    """Own or rent in a few words, or nothing where there is no offer to compare with."""
    saving = the_plan.whole.get("npv_saving")
    if saving is None or not np.isfinite(saving):
        return ""
    return f"{'owning' if saving > 0 else 'renting'} saves {shown('npv_saving', abs(saving))}"


def _compared_with(the_plan: Plan) -> str:
    """The price that renting is counted at: one that the scenario states, or the offer's on its term."""
    price, offer = the_plan.whole.facts.get("cloud_price"), the_plan.whole.entries.get("cloud")
    if price is not None and price.origin == "scenario":
        return f" at the scenario's {shown('cloud_price', price.value)}"
    return f" at {offer.key} {the_plan.whole.options.get('cloud_term', '')}" if offer is not None else ""


def _clock(values: Mapping[str, Any]) -> list[str]:
    """From when the years count, where hardware that is ordered now runs only later."""
    if "time_to_service" not in values:
        return []
    wait = shown("time_to_service", values["time_to_service"])
    return [
        f"The years count from the day of service, {wait} after the order; what is rented until then is not counted."
    ]


def _saves(saving: float, other: str) -> str:
    return f"owning costs {shown('npv_saving', abs(saving))} {'less' if saving > 0 else 'more'} than {other}"


def _other_prices(the_plan: Plan, saving: float) -> list[str]:
    """Rents that fall, the same offer on its cheapest firm term, and interruptible capacity, where they matter."""
    words, chosen = [], the_plan.whole.options.get("cloud_term", "")
    falling = float(the_plan.whole.get("npv_saving_declining", np.nan))
    if falling < saving:
        words.append(f"If rents fall as they have fallen, {_saves(falling, 'renting')}.")
    rented = {
        way.name.removeprefix("rent, "): way.cost
        for way in options_to_own.compared(the_plan)
        if way.name.startswith("rent")
    }
    if chosen not in rented:
        return words
    saved = {term: saving + cost - rented[chosen] for term, cost in rented.items() if np.isfinite(cost)}
    firm = min((term for term in FIRM if term in saved), key=lambda term: saved[term], default=chosen)
    if saved[firm] < saved[chosen]:
        words.append(f"Against {firm}, the cheapest firm term of the offer, {_saves(saved[firm], 'renting')}.")
    if _SPOT in saved and chosen != _SPOT:
        words.append(f"Against its spot price, which may end at any time, {_saves(saved[_SPOT], 'renting')}.")
    return words
