"""The pools of a scenario: each resolved by itself, then brought together under the names of the wiring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner import glossary, model, units
from planner.catalog import Entry, Fact
from planner.problems import InputError, Problem
from planner.scenario import Lookup, Resolved, Scenario, resolve, without


def merged(scenario: Scenario, key: str) -> Scenario:
    """A pool with everything that it takes over from the whole."""
    part = scenario.pools[key]
    chosen = part.choose.get("site", scenario.choose.get("site", ""))
    site = scenario.sites.get(chosen, {}) if isinstance(chosen, str) else {}
    outer = without(scenario, part.choose, {**site, **part.set, **part.range})
    return replace(
        part,
        choose={**outer.choose, **part.choose},
        set={**outer.set, **site, **part.set},
        range={**outer.range, **part.range},
        start=part.start or scenario.start,
        order=part.order or scenario.order,
    )


def resolve_pools(scenario: Scenario, catalog: Lookup) -> Resolved:
    """Each pool resolved by itself, and the whole: what all agree on once, the rest under the pool's name."""
    problems: dict[Problem, list[str]] = {}
    resolved: dict[str, Resolved] = {}
    for key in scenario.pools:
        try:
            resolved[key] = resolve(merged(scenario, key), catalog)
        except InputError as error:
            for problem in error.problems:
                problems.setdefault(problem, []).append(key)
    if problems:
        # What every pool stumbles over stands outside them.
        common = len(scenario.pools)
        raise InputError(
            [p if len(keys) == common else replace(p, field=f"{keys[0]}/{p.field}") for p, keys in problems.items()]
        )
    starts = {key: found.scenario.start for key, found in resolved.items()}
    first = scenario.start or min((day for day in starts.values() if day), default=None)
    late = [key for key, day in starts.items() if first and day and day < first]
    if late:
        raise InputError(
            [Problem(scenario.place, f"{key}.start", f"lies before the scenario's, {first}") for key in late]
        )
    delays = {
        key: units.read(f"{((day or first) - first).days if first else 0} day", "s") for key, day in starts.items()
    }
    row = glossary.quantities()["start_delay"]
    if never := [key for key, delay in delays.items() if row.high is not None and delay > row.high]:
        message = f"is too long after the scenario's, {first}: {row.name} is {row.limits()}"
        raise InputError([Problem(scenario.place, f"{key}.start", message) for key in never])
    for key, found in resolved.items():
        if delays[key]:
            _delay(found, delays[key], scenario.pools[key])
    sites = dict.fromkeys(found.entries["site"].key if "site" in found.entries else "" for found in resolved.values())
    if len(sites) == 1:
        return _whole(scenario, resolved)
    by_site = {
        site: _whole(scenario, {k: r for k, r in resolved.items() if r.entries["site"].key == site}) for site in sites
    }
    # A limit that several sites state alike is one of each site, not one of them all.
    return _whole(scenario, by_site, apart=model.site_limits())


def _delay(found: Resolved, delay: float, part: Scenario) -> None:
    """Let a pool start later; unless it says otherwise its period ends with that of the others."""
    found.facts["start_delay"] = Fact(delay, "s", kind="set", origin="scenario")
    period = found.facts.get("analysis_period")
    if period is not None and "analysis_period" not in part.set:
        left = max(period.value - delay, glossary.quantities()["analysis_period"].low or 0)
        found.facts["analysis_period"] = replace(period, value=left, note="what is left after the start")


def _whole(scenario: Scenario, members: dict[str, Resolved], apart: frozenset[str] = frozenset()) -> Resolved:
    """Members brought together: facts, options and entries that all share stand once, the others by member."""
    rows = glossary.quantities()
    first, *others = members.values()

    def same(one: Any, other: Any) -> bool:
        # Most come from the same entry or default: the comparison field by field is for the rest.
        return one is other or one == other

    # A part of a sum stays with its pool, also where the parts are equal.
    shared_facts = {
        name
        for name, fact in first.facts.items()
        if rows[name].combine not in ("sum", "peak")
        and name not in apart
        and all(same(fact, member.facts.get(name)) for member in others)
    }
    shared_entries = {
        role for role, entry in first.entries.items() if all(same(entry, member.entries.get(role)) for member in others)
    }
    facts: dict[str, Fact] = {}
    options = {name: choice for name, choice in first.options.items() if "/" not in name and name != model.POOLS}
    entries: dict[str, Entry] = {}
    pools: dict[str, Resolved] = {}
    options[model.POOLS] = model.SEPARATOR.join(members)
    for key, member in members.items():
        for name, fact in member.facts.items():
            facts[name if name in shared_facts else f"{key}/{name}"] = fact
        options |= {f"{key}/{name}": choice for name, choice in member.options.items()}
        for role, entry in member.entries.items():
            entries[role if role in shared_entries else f"{key}/{role}"] = entry
        pools |= {f"{key}/{inner}": found for inner, found in member.pools.items()} or {key: member}
    return Resolved(scenario, facts, options, entries, pools, first.rules)
