"""Columns of a sweep as a table of pandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import glossary, units
from planner.studies.sweep import engine

if TYPE_CHECKING:
    import pandas as pd


def heading(name: str) -> str:
    """The name of a column with its unit: 'tco [MUSD]'."""
    rows = glossary.quantities()
    plain = name not in rows or rows[name].labels or rows[name].show == units.DIMENSIONLESS
    return name if plain else f"{name} [{rows[name].show}]"


def to_frame(found: engine.Task, columns: Mapping[str, Any]) -> pd.DataFrame:
    """One chunk as a table in display units; entries, options and classes as categories."""
    import pandas as pd

    rows = glossary.quantities()
    shown: dict[str, Any] = {}
    for name, values in columns.items():
        if name in found.texts:
            distinct = list(dict.fromkeys(found.texts[name]))
            codes = np.array([distinct.index(text) for text in found.texts[name]])[values]
            shown[name] = pd.Categorical.from_codes(codes, distinct)
        elif name == engine.BINDING:
            called = list(engine.limits().values())
            distinct = list(dict.fromkeys(called))
            codes = np.array([*(distinct.index(text) for text in called), -1])[values]
            shown[name] = pd.Categorical.from_codes(codes, distinct)
        elif rows[name].labels:
            codes = np.where(np.isfinite(values), np.nan_to_num(values) - 1, -1).astype(int)
            shown[heading(name)] = pd.Categorical.from_codes(codes, list(rows[name].labels))
        else:
            shown[heading(name)] = units.convert(values, rows[name].show)
    table = pd.DataFrame(shown)
    table.attrs["units"] = {
        heading(name): rows[name].show for name in columns if name in rows and not rows[name].labels
    }
    table.attrs["quantities"] = {heading(name): name for name in columns if name in rows}
    return table
