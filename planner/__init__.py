"""Capacity and total-cost planner for AI accelerator clusters.

From Python:

    import planner

    study = planner.load("own-8000-h100")            # a file, or a shipped scenario's name
    study.plan().results["tco"].value                # base units: USD
    study.sweep({"cloud_price": "2:5:4 USD/accelerator/h"}, watch=["npv_saving"])
    study.solve("cloud_price", "tco <= 0.7 * cloud_cost").value
    study.risk().owning_wins
    study.optimize({"cooling": "*"}, minimize=["tco"]).frame()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from planner.studies.study import Study

__version__ = "0.1.0"
__all__ = ["load", "loads", "__version__"]


def load(file: str | Path, catalogs: str | Path | None = None) -> Study:
    """The scenario in a file, or the shipped scenario of that name; `catalogs` adds a directory of entries."""
    from planner.studies import study

    return study.load(file, catalogs)


def loads(text: str, catalogs: str | Path | None = None) -> Study:
    """The scenario written in `text`."""
    from planner.studies import study

    return study.loads(text, catalogs)
