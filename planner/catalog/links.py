"""The links of an accelerator as the published serving runs had them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry
from planner.files import read_toml


def links(accelerator: Entry, catalog: Catalog) -> dict[str, float]:
    """Scale-up domain and network of the smallest system that the accelerator is sold in; nothing where none is known.

    Where a published table or a ranking names the chip alone.
    """
    rows = benchmarks(catalog)["domain"]
    systems = [s.facts for s in catalog.entries("systems") if s.references.get("accelerator") == accelerator.key]
    known = [facts for facts in systems if "scaleup_domain" in facts]
    domain = next((float(row["accelerators"]) for row in rows if row["accelerator"] == accelerator.key), None)
    if known:
        smallest = min(known, key=lambda facts: facts["scaleup_domain"].value)
        names = ("scaleup_domain", "scaleout_bandwidth")
        return {f"system_{name}": smallest[name].value for name in names if name in smallest}
    return {} if domain is None else {"system_scaleup_domain": domain}


def benchmarks(catalog: Catalog) -> dict[str, Any]:
    """How published tables spell precisions and stacks, and what their load generators do."""
    return _rules(catalog.file("measurements/inference-rules.toml"))


@functools.lru_cache(maxsize=8)
def _rules(path: Path) -> dict[str, Any]:
    return read_toml(path)
