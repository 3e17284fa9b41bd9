"""Changes to what a scenario says, of the whole or of one of its pools, and the changes to its file that they are."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

from planner import files, glossary
from planner.errors import one, unknown
from planner.scenario.scenario import TABLES, Scenario, pool_key

DATES = ("start", "order")
# A pool without a name is called after its place, which another pool may take.
_CALLED_BY_PLACE = re.compile(r"pool \d+")


def part_of(scenario: Scenario, pool: str) -> Scenario:
    """What a pool says of its own; without a pool, the whole scenario."""
    return scenario.pools[pool] if pool else scenario


def with_part(scenario: Scenario, pool: str, part: Scenario) -> Scenario:
    """The scenario with another pool in the place of one, or as the whole itself."""
    return replace(scenario, pools={**scenario.pools, pool: part}) if pool else part


def with_value(scenario: Scenario, pool: str, name: str, text: str | None) -> Scenario:
    """The scenario with a quantity, option, role or date set in one part, or left to what holds without it."""
    if name in glossary.roles():
        return with_choice(scenario, pool, name, text)
    part = part_of(scenario, pool)
    if name in DATES:
        day = datetime.date.fromisoformat(text) if text else None
        return with_part(scenario, pool, replace(part, **{name: day}))  # type: ignore[arg-type]
    given = {key: value for key, value in part.set.items() if key != name or text is not None}
    ranges = {key: value for key, value in part.range.items() if key != name}
    if text is not None:
        given[name] = text
    return with_part(scenario, pool, replace(part, set=given, range=ranges))


def with_choice(scenario: Scenario, pool: str, role: str, entry: str | None) -> Scenario:
    """The scenario with an entry chosen for a role in one part, or the role left to what holds without it."""
    part = part_of(scenario, pool)
    chosen = {other: given for other, given in part.choose.items() if other != role or entry is not None}
    if entry is not None:
        chosen[role] = entry
    return with_part(scenario, pool, replace(part, choose=chosen))


# Pools


def with_pool(scenario: Scenario, name: str, like: str = "") -> Scenario:
    """The scenario with a further pool: a copy of another one, or one that takes everything over from the whole."""
    key = _free_key(scenario, name)
    part = scenario.pools[like] if like else Scenario("", scenario.workload, place=scenario.place)
    return replace(scenario, pools={**scenario.pools, key: replace(part, name=name.strip())})


def with_pool_renamed(scenario: Scenario, pool: str, name: str) -> Scenario:
    """The scenario with another name for one of its pools, in the same place among them."""
    _known(scenario, pool)
    key = _free_key(scenario, name, but=pool)
    renamed = replace(scenario.pools[pool], name=name.strip())
    return replace(scenario, pools={key if k == pool else k: renamed if k == pool else p for k, p in _pools(scenario)})


def without_pool(scenario: Scenario, pool: str) -> Scenario:
    """The scenario without one of its pools."""
    _known(scenario, pool)
    return replace(scenario, pools={key: part for key, part in _pools(scenario) if key != pool})


def _pools(scenario: Scenario) -> list[tuple[str, Scenario]]:
    return list(scenario.pools.items())


def _known(scenario: Scenario, pool: str) -> None:
    if pool not in scenario.pools:
        raise one(scenario.place, "pool", unknown("pool", pool, scenario.pools))


def _free_key(scenario: Scenario, name: str, but: str = "") -> str:
    """The key of a pool of this name; InputError where it has none or another pool has it."""
    key = pool_key(name)
    if not key:
        raise one(scenario.place, "pool.name", f"'{name}' has neither letters nor digits")
    if key in scenario.pools and key != but:
        raise one(scenario.place, "pool.name", f"'{name}' is the name of another pool too")
    return key


# The file


def file_text(text: str, before: Scenario, after: Scenario) -> str:
    """File `text` of one scenario as that of another: comments, order and everything else kept."""
    whole = not text
    written = files.edited(text, file_changes(before, after, whole), after.place)
    origins = [None] * len(after.pools) if whole else _origins(before, after)
    if origins == list(range(0 if whole else len(before.pools))):
        return written
    tables = [
        _pool_table(part, after) if origin is None else origin
        for origin, part in zip(origins, after.pools.values(), strict=True)
    ]
    return files.rearranged(written, "pool", tables, after.place)


def file_changes(before: Scenario, after: Scenario, whole: bool = False) -> dict[tuple[str | int, ...], Any]:
    """Key paths and values that turn the file of one scenario into that of another, the pools that both have included.

    With `whole` nothing is in the file yet.
    """
    changes = _part_changes(before, after, (), whole)
    if whole:
        return changes
    pools = list(before.pools.values())
    origins = _origins(before, after)
    moved = origins != list(range(len(pools)))
    for origin, part in zip(origins, after.pools.values(), strict=True):
        if origin is None:
            continue
        place = ("pool", origin)
        changes |= _part_changes(pools[origin], part, place)
        if moved and _CALLED_BY_PLACE.fullmatch(part.name):
            changes[*place, "name"] = part.name
        if before.workload != after.workload:
            # A pool that states none would follow the whole.
            changes[*place, "workload"] = part.workload
    return changes


def _part_changes(
    before: Scenario, after: Scenario, place: tuple[str | int, ...], whole: bool = False
) -> dict[tuple[str | int, ...], Any]:
    changes: dict[tuple[str | int, ...], Any] = {}
    for key in ("name", "description", "workload", *DATES):
        given = getattr(after, key)
        if given != getattr(before, key) or (whole and given):
            changes[*place, key] = given
    for table in TABLES:
        old = {} if whole else getattr(before, table)
        new = getattr(after, table)
        changes |= {(*place, table, name): None for name in old if name not in new}
        changes |= {(*place, table, name): given for name, given in new.items() if old.get(name) != given}
    # What is chosen anew may stand below [set] in the file: there it goes.
    chosen = {name for name in glossary.roles_of_work() if (*place, "choose", name) in changes}
    changes |= {(*place, "set", name): None for name in sorted(chosen) if not whole}
    return changes


def _origins(before: Scenario, after: Scenario) -> list[int | None]:
    """For each pool its place among those before; a new name in the place of one that is gone is that pool renamed."""
    keys = list(before.pools)
    origins: list[int | None] = []
    for index, key in enumerate(after.pools):
        if key in before.pools:
            origins.append(keys.index(key))
        elif index < len(keys) and keys[index] not in after.pools:
            origins.append(index)
        else:
            origins.append(None)
    return origins


def _pool_table(part: Scenario, whole: Scenario) -> dict[str, Any]:
    """A pool as its table in a file."""
    said = {key: getattr(part, key) for key in ("name", "description", *DATES)}
    said["workload"] = part.workload if part.workload != whole.workload else ""
    return {key: given for key, given in (said | {table: getattr(part, table) for table in TABLES}).items() if given}
