"""Sweeps: every combination of what varies, as a pandas table or streamed to a file."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import axes, engine, glossary, units, workers
from planner.catalog import Catalog
from planner.problems import one
from planner.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

# Cells of a table held in memory; beyond it a sweep is streamed to a file.
_MOST_CELLS = 500_000_000


def task(
    scenario: Scenario,
    varied: Mapping[str, Any] | Sequence[tuple[str, Any]],
    catalog: Catalog | None = None,
    watch: Sequence[str] | None = None,
    samples: int = 0,
    seed: int = 0,
    tables: Sequence[Path] = (),
) -> engine.Task:
    """What a sweep computes, checked: `varied` maps names to lists, "a,b,c", "lo:hi:n" or, with samples, "lo:hi"."""
    catalog = catalog or Catalog()
    return engine.task(scenario, catalog, axes.parse(varied, catalog, samples, tables), watch, seed)


def frame(
    found: engine.Task,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """The sweep as a table in display units; headings name the units, and so does `attrs["units"]`."""
    import pandas as pd

    if found.rows * (len(found.watch) + len(found.numbers)) > _MOST_CELLS:
        raise one("sweep", "", f"{found.rows:,} scenarios do not fit a table in memory: write them to a file (-o)")
    parts: dict[int, pd.DataFrame] = {}
    for number, columns in workers.finished(found, range(found.chunks), jobs, scheduler):
        parts[number] = to_frame(found, columns)
        if progress is not None:
            progress(sum(map(len, parts.values())))
    whole = pd.concat([parts[number] for number in sorted(parts)], ignore_index=True)
    whole.attrs = parts[0].attrs
    return whole


def write(
    found: engine.Task,
    output: Path,
    jobs: int = 1,
    scheduler: str | None = None,
    progress: Callable[..., None] | None = None,
    restart: bool = False,
) -> Path:
    """The sweep in a .csv, .parquet or .xlsx file; an interrupted one continues from its finished chunks."""
    from planner.parts import Parts, encoded

    parts = Parts(output, found, restart)
    encode = functools.partial(encoded, suffix=parts.suffix)
    to_do = parts.open_numbers()
    done = found.rows - sum(found.length(number) for number in to_do)
    if progress is not None:
        progress(done, resumed=True)
    for number, content in workers.finished(found, to_do, jobs, scheduler, encode):
        parts.write(number, content)
        done += found.length(number)
        if progress is not None:
            progress(done)
    return parts.join()


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
