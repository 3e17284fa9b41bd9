"""Which pool goes to which site: the cheapest placement that every site can power, and why others are excluded."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.errors import InputError, one, unknown
from planner.plan.plan import plan_resolved, shown
from planner.scenario import resolve
from planner.scenario.scenario import Scenario
from planner.tables import Table

# Up to so many placements are tried one by one; above, a mixed-integer programme finds the same optimum.
ENUMERATED = 20_000
LIMIT, USED = "site_power_limit", "facility_power"


@dataclass(frozen=True)
class Pair:
    """A pool on a site: what it costs there and draws, or why it cannot be there."""

    pool: str
    site: str
    cost: float
    power: float
    excluded: str = ""


@dataclass
class Placement:
    """The cheapest site of each pool together, with every pair that was weighed."""

    scenario: Scenario
    objective: str
    pairs: dict[tuple[str, str], Pair]
    limits: dict[str, float]
    # Pool -> site; empty where no placement keeps within every limit.
    sites: dict[str, str]
    cost: float

    @property
    def placed(self) -> Scenario:
        """The scenario with each pool on its site."""
        pools = {
            key: replace(part, choose={**part.choose, "site": self.sites[key]})
            for key, part in self.scenario.pools.items()
        }
        return replace(self.scenario, pools=pools)


def place(given: Scenario, sites: list[str], catalog: Catalog, objective: str = "npv_own") -> Placement:
    """Weigh every pool on every site by `objective` (a present value is maximised, a cost minimised)."""
    if not given.pools:
        raise one(given.place, "pool", "has no pools to place: write [[pool]] tables")
    rows = glossary.quantities()
    if objective not in rows:
        raise one("place", "--by", unknown("quantity", objective, rows))
    if rows[objective].combine.partition(" ")[0] not in ("sum", "weigh"):
        raise one("place", "--by", f"'{objective}' does not add up over pools; take one that does, as npv_own or capex")
    keys = [catalog.find("sites", site).key for site in sites or given.sites]
    if not keys:
        raise one(given.place, "site", "has no sites to choose from: write [[site]] tables or name --sites")
    limits: dict[str, float] = {}
    pairs = {}
    for pool, site in itertools.product(given.pools, keys):
        pairs[pool, site] = _pair(given, pool, site, objective, limits, catalog)
    chosen = _cheapest(list(given.pools), keys, pairs, limits)
    cost = sum(pairs[pair].cost for pair in chosen.items())
    return Placement(given, objective, pairs, limits, chosen, cost if chosen else float("nan"))


def _pair(given: Scenario, pool: str, site: str, objective: str, limits: dict[str, float], catalog: Catalog) -> Pair:
    there = replace(given.pools[pool], choose={**given.pools[pool].choose, "site": site})
    starts = [part.start for part in given.pools.values() if part.start]
    alone = replace(given, pools={pool: there}, demand=[], start=given.start or min(starts, default=None))
    try:
        the_plan = plan_resolved(resolve.resolve(alone, catalog), bands=False)
    except InputError as error:
        return Pair(pool, site, float("inf"), 0, "; ".join(problem.message for problem in error.problems))
    if LIMIT in the_plan.whole:
        limits[site] = min(limits.get(site, float("inf")), float(the_plan.whole[LIMIT]))
    failed = [check.message for check in the_plan.checks if not check.ok]
    if objective not in the_plan.results:
        failed.append(f"{objective} lacks {', '.join(the_plan.missing.get(objective, ()))}")
        return Pair(pool, site, float("inf"), 0, "; ".join(failed))
    _, _, weight = glossary.quantities()[objective].combine.partition(" ")
    value = the_plan.results[objective].value * (float(the_plan.whole[weight]) if weight else 1)
    return Pair(pool, site, _signed(objective, value), float(the_plan.whole[USED]), "; ".join(failed))


def _signed(objective: str, value: float) -> float:
    """A present value as a cost, and a cost as a present value again; other quantities are costs as they are."""
    return -value if objective.startswith("npv") else value


def _cheapest(
    pools: list[str], sites: list[str], pairs: dict[tuple[str, str], Pair], limits: dict[str, float]
) -> dict[str, str]:
    open_sites = [[site for site in sites if not pairs[pool, site].excluded] for pool in pools]
    if not all(open_sites):
        return {}
    if np.prod([len(open_to_pool) for open_to_pool in open_sites], dtype=float) <= ENUMERATED:
        return _by_enumeration(pools, open_sites, pairs, limits)
    return _by_programme(pools, sites, pairs, limits)


def _by_enumeration(
    pools: list[str], open_sites: list[list[str]], pairs: dict[tuple[str, str], Pair], limits: dict[str, float]
) -> dict[str, str]:
    best: dict[str, str] = {}
    least = float("inf")
    for chosen in itertools.product(*open_sites):
        drawn = dict.fromkeys(limits, 0.0)
        cost = 0.0
        for pool, site in zip(pools, chosen, strict=True):
            cost += pairs[pool, site].cost
            if site in drawn:
                drawn[site] += pairs[pool, site].power
        if cost < least and all(drawn[site] <= limits[site] for site in drawn):
            best, least = dict(zip(pools, chosen, strict=True)), cost
    return best


def _by_programme(
    pools: list[str], sites: list[str], pairs: dict[tuple[str, str], Pair], limits: dict[str, float]
) -> dict[str, str]:
    """Binary choice of a site for each pool, by branch and bound (HiGHS)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    shape = (len(pools), len(sites))
    cost, power, open_pair = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for row, column in np.ndindex(shape):
        pair = pairs[pools[row], sites[column]]
        open_pair[row, column] = not pair.excluded
        if not pair.excluded:
            cost[row, column], power[row, column] = pair.cost, pair.power
    one_site = np.kron(np.eye(len(pools)), np.ones(len(sites)))
    constraints: list[Any] = [LinearConstraint(one_site, 1, 1)]
    for column, site in enumerate(sites):
        if site in limits:
            there = np.zeros(shape)
            there[:, column] = power[:, column]
            constraints.append(LinearConstraint(there.ravel(), -np.inf, limits[site]))
    # Costs in units of the largest keep the solver's tolerances meaningful.
    scale = np.abs(cost).max() or 1
    solved = milp(
        cost.ravel() / scale,
        constraints=constraints,
        bounds=Bounds(0, open_pair.ravel()),
        integrality=np.ones(cost.size),
    )
    if solved.x is None:
        return {}
    columns = np.argmax(solved.x.reshape(shape), axis=1)
    return {pool: sites[column] for pool, column in zip(pools, columns, strict=True)}


def table(placement: Placement) -> Table:
    """Every pool on every site: cost, power, chosen or why not."""
    rows = []
    for (pool, site), pair in placement.pairs.items():
        cost = "" if pair.cost == float("inf") else shown(placement.objective, _signed(placement.objective, pair.cost))
        mark = pair.excluded or ("chosen" if placement.sites.get(pool) == site else "possible")
        rows.append([pool, site, cost, shown(USED, pair.power), mark])
    return Table(["pool", "site", placement.objective, USED, "verdict"], rows, frozenset({2, 3}))


def text(placement: Placement) -> str:
    """The table, and the placement in words."""
    if not placement.sites:
        why = "No placement: some pool fits nowhere, or the sites' power does not suffice."
        return f"{table(placement).text()}\n\n{why}"
    where = ", ".join(f"{pool} on {site}" for pool, site in placement.sites.items())
    drawn = []
    for site, limit in placement.limits.items():
        used = sum(placement.pairs[pair].power for pair in placement.sites.items() if pair[1] == site)
        drawn.append(f"{site} {shown(USED, used)} of {shown(LIMIT, limit)}")
    total = f"{placement.objective} {shown(placement.objective, _signed(placement.objective, placement.cost))}"
    return f"{table(placement).text()}\n\nCheapest: {where}; {total} in all. Power: {', '.join(drawn)}"


def to_json(placement: Placement) -> dict[str, Any]:
    """Placement and pairs in base units."""
    return {
        "scenario": placement.scenario.name,
        "objective": placement.objective,
        "unit": glossary.quantities()[placement.objective].unit,
        "sites": placement.sites,
        "cost": placement.cost if placement.sites else None,
        "pairs": [
            {
                "pool": pair.pool,
                "site": pair.site,
                "cost": None if pair.cost == float("inf") else pair.cost,
                "power": pair.power,
                "excluded": pair.excluded,
            }
            for pair in placement.pairs.values()
        ],
    }
