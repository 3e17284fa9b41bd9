"""Published training runs replayed through the wired equations, and how far they are off."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog, Entry
from planner.evidence.validation import errors, software, training_cases, validation
from planner.evidence.validation.training_cases import Case
from planner.files import read_toml
from planner.model import wiring
from planner.plan import layout_search
from planner.plan.training_layout import TRAINING

FILE = "measurements/training.csv"
_SIZES = ("rows", "mape", "weighted_mape", "median_ape")


class Replay:
    """Cases as arrays, ready to be evaluated again and again with other parameters."""

    def __init__(self, cases: Sequence[Case], catalog: Catalog):
        self.cases = list(cases)
        defaults = catalog.defaults
        choices = {name: option.choices[0] for name, option in glossary.options().items()}
        self.constants = {name: fact.value for name, fact in defaults.items() if name not in choices}
        # Cases of the same software and formats go through the equations together.
        self.groups: list[tuple[dict[str, Entry], dict[str, str], Any, dict[str, Any]]] = []
        for chosen in dict.fromkeys(case.chosen for case in self.cases):
            places = np.array([i for i, case in enumerate(self.cases) if case.chosen == chosen])
            roles = {"logits_precision": catalog.default_choices["logits_precision"], **dict(chosen)}
            entries = software.entries(catalog, roles)
            given = training_cases.stacked([self.cases[i] for i in places], self.constants)
            self.groups.append((entries, choices | software.options(entries), places, given))
        self.choose_strategies({})

    def choose_strategies(self, parameters: Mapping[str, float]) -> None:
        """Fill the degrees that rows leave open with the fastest strategy that fits."""
        for entries, options, places, given in self.groups:
            brought = software.values(entries, parameters)
            degrees = {name: np.array(given.get(name, np.full(len(places), np.nan))) for name in TRAINING.candidates}
            for row, place in enumerate(places):
                case = self.cases[place]
                values = {**self.constants, **parameters, **brought, **case.values}
                for name, value in layout_search.chosen(TRAINING, values, options).items():
                    degrees[name][row] = value
            given.update(degrees)

    def predict(self, wanted: Sequence[str], parameters: Mapping[str, float] | None = None) -> dict[str, Any]:
        """Each wanted quantity of each case; NaN where it cannot be computed."""
        rows = max((np.shape(value)[:-1] for value in (parameters or {}).values()), default=())
        result = {name: np.full((*rows, len(self.cases)), np.nan) for name in wanted}
        for entries, options, places, given in self.groups:
            fitted = parameters or {}
            values = {**self.constants, **fitted, **software.values(entries, fitted), **given}
            computed = wiring.evaluate(wanted, values, options)
            for name in wanted:
                if name in computed:
                    result[name][..., places] = computed[name]
        return result

    def subset(self, keep: Any) -> Replay:
        """The cases at the places where `keep` is true, with the strategies chosen here."""
        part = object.__new__(Replay)
        part.cases = [case for case, kept in zip(self.cases, keep, strict=True) if kept]
        part.constants = self.constants
        new_place = np.cumsum(keep) - 1
        part.groups = []
        for entries, options, places, given in self.groups:
            inside = np.asarray(keep)[places]
            if inside.any():
                chosen = {name: column[inside] for name, column in given.items()}
                part.groups.append((entries, options, new_place[places[inside]], chosen))
        return part


def load(catalog: Catalog, path: Path | None = None) -> list[Case]:
    """The published runs of a file, or those of the catalog."""
    return training_cases.load(path or catalog.file(FILE), catalog)


def is_scored(case: Case) -> bool:
    """Whether the row is to be compared on its step time."""
    return (case.row.get("score_metric") or "step_time") == "step_time"


def fitted(catalog: Catalog) -> dict[str, Any]:
    """What the calibration file says of its fit."""
    return dict(read_toml(catalog.file("calibration/training.toml")).get("fit", {}))


def validate_training(catalog: Catalog, path: Path | None = None) -> dict[str, Any]:
    """Published runs replayed: step times against measured ones, by source, accelerator and kind of model."""
    shipped = catalog.file(FILE)
    rows = training_cases.read(path or shipped)
    cases = load(catalog, path)
    scored = [case for case in cases if is_scored(case)]
    replay = Replay(scored, catalog)
    predicted = replay.predict(("step_time",))["step_time"]
    measured = np.array([case.measured_step_time for case in scored], dtype=float)
    fit = fitted(catalog)
    lacking = [row for row in rows if _states_enough(row) and row["case_id"] not in {case.case_id for case in cases}]
    result = report(scored, predicted, measured, fit, uncovered=len(lacking))
    if path is not None and path.resolve() != shipped.resolve():
        result = {key: value for key, value in result.items() if not key.startswith("left_out")}
    utilisation = _utilisation(cases, catalog)
    result["rows"] += utilisation.pop("rows", [])
    return result | _memory(cases, catalog) | utilisation


def report(
    scored: Sequence[Case], predicted: Any, measured: Any, fit: Mapping[str, Any], uncovered: int = 0
) -> dict[str, Any]:
    """The summary of replayed step times with its groups, and the left-out errors of the fit."""
    low, high = fit.get("band", (1.0, 1.0))
    rows = [
        {"case_id": case.case_id, "metric": "step_time", "measured": _known(m), "predicted": _known(p)}
        for case, m, p in zip(scored, measured, predicted, strict=True)
    ]
    weights = [case.number("eval_weight") or 1.0 for case in scored]
    inside = [bool(low * p <= m <= high * p) for m, p in zip(measured, predicted, strict=True) if np.isfinite(m)]
    sources = [case.row.get("source_title", "") for case in scored]
    result = validation.summary(
        "training", rows, len(scored) + uncovered, weights=weights, in_band=inside, sources=sources
    )
    for name in ("left_out_family", "left_out_document"):
        if name in fit:
            result[name] = dict(fit[name])
    if "left_out_band_coverage" in fit:
        result["left_out_band"] = {"coverage": float(fit["left_out_band_coverage"])}
    relative = np.abs(np.asarray(predicted) / measured - 1)
    groups = {
        "by_accelerator": [case.row.get("accelerator", "") for case in scored],
        "by_model_kind": ["mixture of experts" if case.values.get("model_experts") else "dense" for case in scored],
        "by_precision": [case.precision for case in scored],
        "by_document": [case.document for case in scored],
    }
    return result | {name: errors.by_group(relative, labels, _SIZES, weights) for name, labels in groups.items()}


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _states_enough(row: Mapping[str, str]) -> bool:
    """Whether a row states model, accelerator, count and batch, and is to be scored on step time."""
    needed = ("model_name", "accelerator", "n_accelerators", "global_batch")
    return (row.get("score_metric") or "step_time") == "step_time" and all(row.get(name) for name in needed)


def _memory(cases: Sequence[Case], catalog: Catalog) -> dict[str, Any]:
    """Peak memory against what the tensors take, where it is published."""
    published = [case for case in cases if case.number("measured_peak_mem_gib")]
    if not published:
        return {}
    allocated = Replay(published, catalog).predict(("memory_allocated",))["memory_allocated"]
    measured = np.array([case.number("measured_peak_mem_gib") for case in published], dtype=float)
    return _compared("peak_memory", np.abs(units.convert(allocated, "GiB/accelerator") / measured - 1))


def _utilisation(cases: Sequence[Case], catalog: Catalog) -> dict[str, Any]:
    """MFU against rows that publish nothing else, attention counted as each convention does."""
    published = [case for case in cases if case.row.get("score_metric") == "mfu" and case.number("measured_mfu")]
    if not published:
        return {}
    computed = Replay(published, catalog).predict(("mfu", "score_flop_per_token", "forward_flop_per_token"))
    whole = [bool(re.search("full|72BslH", case.row.get("flops_convention") or "")) for case in published]
    causal_half = computed["score_flop_per_token"] / computed["forward_flop_per_token"]
    predicted = computed["mfu"] * np.where(whole, 1 + causal_half, 1)
    measured = np.array([case.number("measured_mfu") for case in published], dtype=float)
    relative = np.abs(predicted / measured - 1)
    rows = [
        {"case_id": case.case_id, "metric": "mfu", "measured": _known(m), "predicted": _known(p), "ape": _known(e)}
        for case, m, p, e in zip(published, measured, predicted, relative, strict=True)
    ]
    return {"rows": rows} | _compared("utilisation_only", relative)


def _compared(name: str, relative: Any) -> dict[str, Any]:
    """The figures of a further comparison; nothing where no error is known."""
    figures = errors.summed_up(relative)
    return {name: figures} if figures["rows"] else {}
