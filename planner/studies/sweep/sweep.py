"""Sweeps: every combination of what varies, as a pandas table or streamed to a file."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.scenario.scenario import Scenario
from planner.studies.sweep import axes, engine, workers
from planner.studies.sweep.frames import to_frame

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
    from planner.studies.sweep.chunk_files import Parts, encoded

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
