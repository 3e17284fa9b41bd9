"""Scopes: the whole, its sites and their pools, and what each sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any


def inside(pool: str, values: Mapping[str, Any], options: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What is given and chosen as a pool sees it: its own before its site's before the whole's."""
    own = {name: choice for name, choice in options.items() if "/" not in name and name != POOLS}
    own |= {n.removeprefix(pool): choice for n, choice in options.items() if pool and n.startswith(pool)}
    return {name: values[found_at] for name, found_at in seen_from(pool, by_scope(values)).items()}, own


def by_scope(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Scope ("", "oregon/", "oregon/serving/") -> quantity -> its full name."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        scope, slash, quantity = name.rpartition("/")
        found.setdefault(scope + slash, {})[quantity] = name
    return found


def seen_from(pool: str, names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Quantity -> name under which a pool finds it: its own before its site's before the whole's."""
    scopes = ["", *(pool[: end + 1] for end, letter in enumerate(pool) if letter == "/")]
    return {quantity: name for scope in scopes for quantity, name in names.get(scope, {}).items()}


def scopes(options: Mapping[str, str], scope: str = "") -> list[str]:
    """What stands before a quantity's name: nothing for the whole, `serving/` for a pool; inner ones after outer."""
    members = options.get(scope + POOLS)
    inner = [scopes(options, f"{scope}{member}/") for member in members.split(SEPARATOR)] if members else []
    return [scope, *(found for each in inner for found in each)]


def pools(options: Mapping[str, str]) -> list[str]:
    """The scopes that have no pools within: each pool, or the whole where it has none."""
    return [scope for scope in scopes(options) if scope + POOLS not in options]


# Computed again, by its own equation, from what the pools combine to.
AGAIN = "again"
# The option that lists the pools, and what stands between their names.
POOLS, SEPARATOR = "pools", ","


def source(name: str, given: Collection[str]) -> str:
    """Where a quantity of a pool comes from: the pool itself, or the whole where only that is given it."""
    pool, _, quantity = name.rpartition("/")
    while pool and f"{pool}/{quantity}" not in given:
        pool = pool.rpartition("/")[0]
    nearest = f"{pool}/{quantity}" if pool else quantity
    return nearest if nearest in given else name
