"""Every choice of a scenario looked up: facts, options and entries of the whole and of each pool."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner import fields, glossary, months, units
from planner.catalog.entries import Entry, Fact
from planner.errors import InputError, Problem, gathered
from planner.fields import At
from planner.model import wiring
from planner.model.scopes import written
from planner.scenario.scenario import Lookup, Resolved, Scenario, without
from planner.scenario.settings import apply_ranges, apply_set, chosen_for, correlation_problems


def resolve(scenario: Scenario, catalog: Lookup) -> Resolved:
    """Every fact and option that holds for the scenario; InputError with all problems at once."""
    whole = _looked_up_by_pool(scenario, catalog) if scenario.pools else _looked_up(scenario, catalog)
    whole.give()
    return whole


def _looked_up(scenario: Scenario, catalog: Lookup) -> Resolved:
    problems: list[Problem] = []
    entries = _entries(scenario.choose, scenario.place, catalog, problems)
    facts: dict[str, Fact] = {}
    options = {name: option.choices[0] for name, option in glossary.options().items()}
    options["workload"] = scenario.workload
    defaults: Mapping[str, Fact] = {}
    with gathered(problems):
        defaults = catalog.defaults
    for name, fact in defaults.items():
        if name in options:
            options[name] = fact.value
        else:
            facts[name] = _where_it_holds(fact, entries)
    of_entries, chosen = brought(entries)
    facts |= {name: _where_it_holds(fact, entries) for name, fact in of_entries.items()}
    options |= chosen
    apply_set(scenario, facts, options, problems)
    apply_ranges(scenario, facts, problems)
    problems += correlation_problems(scenario.correlate, _ranged(facts), scenario.place)
    if problems:
        raise InputError(problems)
    return Resolved(scenario=scenario, facts=facts, options=options, entries=entries, rules=catalog.rules)


def _ranged(facts: Mapping[str, Fact]) -> set[str]:
    """The quantities that have a range."""
    return {name for name, fact in facts.items() if fact.low is not None and fact.high is not None}


def brought(entries: Mapping[str, Entry]) -> tuple[dict[str, Fact], dict[str, str]]:
    """What entries bring to the roles for which they are chosen: facts by quantity, choices by option."""
    facts: dict[str, Fact] = {}
    options: dict[str, str] = {}
    for role, entry in entries.items():
        kind = glossary.kinds()[entry.kind]
        facts |= {f"{role}_{key}": fact for key, fact in entry.facts.items()}
        chosen = [key for key, option in kind.options.items() if role in option.roles and key in entry.text]
        options |= {f"{role}_{key}": entry.text[key] for key in chosen}
        for key in kind.dates:
            if key in entry.text:
                year = Fact(year_of(entry.text[key]), kind="quoted", origin=entry.origin, field=key)
                facts[f"{role}_{key}_year"] = year
    return facts, options


def _where_it_holds(fact: Fact, entries: Mapping[str, Entry]) -> Fact:
    """A default as it is, or as an estimate where it was fitted to other entries than those chosen."""
    others = [role for role, keys in fact.holds_for if role in entries and entries[role].key not in keys]
    return replace(fact, kind="estimate") if others and fact.kind == "derived" else fact


def year_of(date: datetime.date) -> float:
    """A date as a year with its fraction: 2026-07-01 is 2026.5."""
    return round(date.year + (date.timetuple().tm_yday - 1) / 365.25, 3)


def _entries(chosen: Mapping[str, str], place: str, catalog: Lookup, problems: list[Problem]) -> dict[str, Entry]:
    """The entry of each role: chosen, named by a chosen entry, or the default choice."""
    roles = glossary.roles()
    entries: dict[str, Entry] = {}

    def choose(role: str, name: str, said_by: str) -> None:
        try:
            entry = catalog.find(roles[role], name)
        except InputError as error:
            problems.extend(
                Problem(said_by, f"choose.{role}", p.message) if p.place == "catalog" else p for p in error.problems
            )
            return
        entries[role] = entry

    for role, name in fields.each(chosen, chosen_for, At(place, problems, "choose")):
        choose(role, name, place)
    # A system brings its accelerator; a cloud offer brings one only where no system did.
    for role in [*[r for r in entries if r != "cloud"], *[r for r in entries if r == "cloud"]]:
        entry = entries[role]
        for name, key in entry.references.items():
            target = glossary.kinds()[entry.kind].references[name]
            if target not in entries and target not in chosen:
                choose(target, key, entry.origin)
    for role, name in catalog.default_choices.items():
        if role not in entries and role not in chosen:
            choose(role, name, "choices.toml")
    return entries


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


def _looked_up_by_pool(scenario: Scenario, catalog: Lookup) -> Resolved:
    """Each pool resolved by itself, and the whole: what all agree on once, the rest under the pool's name."""
    problems: dict[Problem, list[str]] = {}
    resolved: dict[str, Resolved] = {}
    for key in scenario.pools:
        try:
            resolved[key] = _looked_up(merged(scenario, key), catalog)
        except InputError as error:
            for problem in error.problems:
                problems.setdefault(problem, []).append(key)
    if problems:
        # What every pool stumbles over stands outside them.
        common = len(scenario.pools)
        raise InputError(
            [
                problem if len(keys) == common else replace(problem, field=written((keys[0], problem.field)))
                for problem, keys in problems.items()
            ]
        )
    ranged = {key: _ranged(member.facts) for key, member in resolved.items()}
    known = {written((key, name)) for key, names in ranged.items() for name in names}.union(*ranged.values())
    standing = [(member.entries["site"].key, key) for key, member in resolved.items() if "site" in member.entries]
    known |= {written((site, name)) for site, key in standing for name in ranged[key]}
    if unclear := correlation_problems(scenario.correlate, known, scenario.place):
        raise InputError(unclear)
    starts = {key: member.scenario.start for key, member in resolved.items()}
    first = scenario.start or min((day for day in starts.values() if day), default=None)
    late = [key for key, day in starts.items() if first and day and day < first]
    if late:
        raise InputError(
            [Problem(scenario.place, f"{key}.start", f"lies before the scenario's, {first}") for key in late]
        )
    month = units.read("1 month", "s")
    delays = {key: months.between(first, day) * month if first and day else 0.0 for key, day in starts.items()}
    row = glossary.quantities()["start_delay"]
    if never := [key for key, delay in delays.items() if row.high is not None and delay > row.high]:
        message = f"is too long after the scenario's, {first}: {row.name} is {row.limits()}"
        raise InputError([Problem(scenario.place, f"{key}.start", message) for key in never])
    for key, part in scenario.pools.items():
        if delays[key]:
            resolved[key].know("start_delay", Fact(delays[key], "s", kind="set", origin="scenario"))
        later = delays[key] or "start_delay" in part.set
        resolved[key].ends_with_others = bool(later) and "analysis_period" not in part.set
    sites = dict.fromkeys(
        member.entries["site"].key if "site" in member.entries else "" for member in resolved.values()
    )
    if len(sites) == 1:
        return _whole(scenario, resolved)
    by_site = {
        site: _whole(scenario, {k: r for k, r in resolved.items() if r.entries["site"].key == site}) for site in sites
    }
    # A limit that several sites state alike is one of each site, not one of them all.
    return _whole(scenario, by_site, apart=wiring.site_limits())


def _whole(scenario: Scenario, members: dict[str, Resolved], apart: frozenset[str] = frozenset()) -> Resolved:
    """Members brought together: facts, options and entries that all share stand once, the others by member."""
    rows = glossary.quantities()
    first, *others = members.values()

    def same(one: Any, other: Any) -> bool:
        # Most come from the same entry or default: the comparison field by field is for the rest.
        return one is other or one == other

    ends = {
        (each.ends_with_others, each.facts["start_delay"] if each.ends_with_others else None)
        for each in members.values()
    }
    if len(ends) > 1:
        apart |= {"analysis_period"}
    # A part of a sum stays with its pool, also where the parts are equal.
    shared_facts = [
        name
        for name, fact in first.facts.items()
        if rows[name].combine not in ("sum", "peak")
        and name not in apart
        and all(same(fact, member.facts.get(name)) for member in others)
    ]
    shared_entries = [
        role for role, entry in first.entries.items() if all(same(entry, member.entries.get(role)) for member in others)
    ]
    return Resolved(
        scenario=scenario,
        facts={name: first.facts[name] for name in shared_facts},
        options=first.options,
        entries={role: first.entries[role] for role in shared_entries},
        parts=members,
        rules=first.rules,
        ends_with_others=len(ends) == 1 and first.ends_with_others,
    )
