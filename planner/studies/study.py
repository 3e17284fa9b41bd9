"""The planner from Python: a scenario with its catalog, and everything that can be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner import paths
from planner.catalog.catalog import Catalog
from planner.errors import one
from planner.scenario import scenario, scenario_file
from planner.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from planner.plan.plan import Plan
    from planner.studies.comparison import Comparison
    from planner.studies.optimize import Optimum
    from planner.studies.risk import Risk
    from planner.studies.solve import Solution


@dataclass(frozen=True)
class Study:
    """A scenario and the catalog it chooses from.  Nothing is changed in place: `changed` gives another study."""

    scenario: Scenario
    catalog: Catalog

    def changed(self, settings: Mapping[str, Any] | None = None, /, **choose: str) -> Study:
        """A copy with values set and entries chosen.

        >>> import planner
        >>> base = planner.load("own-8000-h100")
        >>> other = base.changed({"analysis_period": "5 year"}, cooling="direct-to-chip")
        >>> other.scenario.choose["cooling"]
        'direct-to-chip'
        """
        return Study(scenario.changed(self.scenario, choose, settings or {}), self.catalog)

    def plan(self, bands: bool = True) -> Plan:
        """Size, cost, performance, checks and the binding constraint; values in base units.

        >>> import planner
        >>> plan = planner.load("facility-30mw").plan()
        >>> round(plan.value("accelerators"))
        13608
        >>> [check.name for check in plan.checks if not check.ok]
        []
        """
        from planner.plan import planning

        return planning.plan(self.scenario, self.catalog, bands)

    def compare(self, *others: Study, names: Sequence[str] | None = None) -> Comparison:
        """This scenario beside others, and the inputs that cause each difference."""
        from planner.studies import comparison

        plans = [study.plan(bands=False) for study in (self, *others)]
        return comparison.compare(plans, list(names) if names is not None else None)

    def sweep(
        self,
        vary: Mapping[str, Any],
        watch: Sequence[str] | None = None,
        samples: int = 0,
        seed: int = 0,
        jobs: int = 1,
        scheduler: str | None = None,
        progress: Callable[..., None] | None = None,
    ) -> pd.DataFrame:
        """Every combination of what varies, as a table in display units.

        Names map to lists, to "a,b,c", to "low:high:n" or, with `samples`, to "low:high"; roles take entries or "*".

        >>> import planner
        >>> study = planner.load("own-8000-h100")
        >>> table = study.sweep({"cooling": "air,direct-to-chip", "pue": [1.2, 1.4]}, watch=["facility_power"])
        >>> list(table.columns)
        ['cooling', 'pue', 'facility_power [MW]']
        >>> table.attrs["units"]["facility_power [MW]"]
        'MW'
        >>> len(table)
        4
        """
        from planner.studies.sweep import sweep

        task = sweep.task(self.scenario, vary, self.catalog, watch, samples, seed)
        return sweep.frame(task, jobs, scheduler, progress)

    def sweep_to(
        self,
        output: str | Path,
        vary: Mapping[str, Any],
        watch: Sequence[str] | None = None,
        samples: int = 0,
        seed: int = 0,
        jobs: int = 1,
        scheduler: str | None = None,
        progress: Callable[..., None] | None = None,
    ) -> Path:
        """The same, streamed to a .csv, .parquet or .xlsx file; called again after an interruption, it continues.

        >>> import planner, tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> study = planner.load("own-8000-h100")
        >>> study.sweep_to(folder / "pue.csv", {"pue": "1.1:1.5:5"}, watch=["facility_power"]).name
        'pue.csv'
        """
        from planner.studies.sweep import sweep

        task = sweep.task(self.scenario, vary, self.catalog, watch, samples, seed)
        return sweep.write(task, Path(output), jobs, scheduler, progress)

    def solve(self, find: str, so_that: str, between: str | None = None) -> Solution:
        """The value of an input at which a condition on a result is just met, in base units.

        >>> import planner
        >>> solution = planner.load("own-8000-h100").solve("pue", "facility_power <= 14 MW")
        >>> 1 < solution.value < 2, solution.reached["facility_power"] <= 14e6
        (True, True)
        """
        from planner.studies import solve

        return solve.solve(self.scenario, find, so_that, self.catalog, between)

    def risk(self, samples: int = 4096, seed: int = 0, watch: Sequence[str] | None = None) -> Risk:
        """P10, P50 and P90 of the figures, the chance that owning wins, and what makes them unsure.

        >>> import planner
        >>> outcome = planner.load("own-8000-h100").risk(samples=1024)
        >>> 0 < outcome.owning_wins < 1
        True
        >>> outcome.swings["npv_saving"][0].name
        'cloud_price'
        """
        from planner.studies import risk

        return risk.risk(self.scenario, self.catalog, samples, seed, watch)

    def optimize(
        self,
        choose: Mapping[str, Any],
        minimize: Sequence[str] = (),
        maximize: Sequence[str] = (),
        so_that: Sequence[str] = (),
        **further: Any,
    ) -> Optimum:
        """The best combination, or the Pareto front of several objectives, and what each constraint costs.

        >>> import planner
        >>> study = planner.load("own-8000-h100")
        >>> best = study.optimize({"cooling": "*", "facility_mode": "build,colocation"}, minimize=["tco"])
        >>> best.frame()[["cooling", "facility_mode"]].shape
        (1, 2)
        """
        from planner.studies import optimize

        return optimize.optimize(self.scenario, choose, minimize, maximize, so_that, self.catalog, **further)


def load(file: str | Path, catalogs: str | Path | None = None) -> Study:
    """The scenario in a file, or the shipped scenario of that name."""
    catalog = _catalog(catalogs)
    return Study(scenario_file.load(file, catalog), catalog)


def loads(text: str, catalogs: str | Path | None = None) -> Study:
    """The scenario written in `text`."""
    catalog = _catalog(catalogs)
    return Study(scenario_file.loads(text, catalog=catalog), catalog)


def _catalog(extra: str | Path | None) -> Catalog:
    if extra is not None and not Path(extra).is_dir():
        raise one(str(extra), "", "no such directory")
    return Catalog(paths.catalog_layers(Path(extra) if extra is not None else None))
