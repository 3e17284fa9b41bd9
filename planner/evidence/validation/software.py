"""The software and number formats of published runs: what their catalog entries bring to a replay or a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, of_entry
from planner.scenario import resolve


def entries(catalog: Catalog, chosen: Mapping[str, str]) -> dict[str, Entry]:
    """The entry of each role."""
    return {role: catalog.find(glossary.roles()[role], name) for role, name in chosen.items()}


def options(chosen: Mapping[str, Entry]) -> dict[str, str]:
    """The options that the entries of a run choose."""
    return resolve.brought(chosen)[1]


def values(chosen: Mapping[str, Entry], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the entries of a run bring; a parameter KIND.ENTRY.FIELD stands in the place of the entry's own figure."""
    figures = {name: fact.value for name, fact in resolve.brought(chosen)[0].items()}
    fitted = {of_entry(name): value for name, value in parameters.items() if "." in name}
    for role, entry in chosen.items():
        own = {field: value for (kind, key, field), value in fitted.items() if (kind, key) == (entry.kind, entry.key)}
        figures |= {f"{role}_{field}": value for field, value in own.items()}
    return figures
