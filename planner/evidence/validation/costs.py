"""Published cost cases replayed through the equations and the ledger."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import value_of
from planner.errors import InputError
from planner.evidence.validation import validation
from planner.evidence.validation.cost_cases import (
    Reading,
    case_unit,
    entry_for,
    fitting,
    group_of,
    load_cases,
    load_mapping,
    read_case,
)
from planner.model import wiring
from planner.model.scopes import Scope, figure
from planner.money import returns
from planner.money.ledger import OWN, RENT, Flow, Ledger
from planner.plan import sizing
from planner.scenario import resolve, scenario, scenario_file

# As a power of two.
_LARGEST = 60.0


def validate_tco(catalog: Catalog, path: Path | None = None) -> dict[str, Any]:
    """Every case of a file, or of the catalog: predictions, errors, and what cannot be expressed and why."""
    mapping = load_mapping(catalog.file("measurements/tco-mapping.toml"))
    cases = load_cases(path or catalog.file("measurements/tco.jsonl"))
    rows: list[dict[str, Any]] = []
    sources: list[str] = []
    within: list[bool] = []
    reproduced, not_reproduced = [], {}
    for case in cases:
        found, reasons = _replay(case, mapping, catalog)
        tolerance = case.get("tolerance_rel")
        good = bool(found) and not reasons
        for row in found:
            rows.append(row)
            sources.append(str(case.get("source", "")).split(",")[0].split(":")[0][:60])
            if isinstance(tolerance, int | float):
                inside = _inside(row, float(tolerance))
                within.append(inside)
                if not inside and row["predicted"] is not None:
                    reasons.append(f"{row['metric']}: {row['predicted']:.6g} where {row['measured']:.6g} is printed")
                good = good and inside
        if good:
            reproduced.append(case["id"])
        else:
            not_reproduced[case["id"]] = "; ".join(reasons) or "no output is a number"
    result = validation.summary("tco", rows, len(cases), within=within, sources=sources)
    return result | {"reproduced": len(reproduced), "not_reproduced": not_reproduced}


def _inside(row: Mapping[str, Any], tolerance: float) -> bool:
    predicted, measured = row["predicted"], row["measured"]
    return predicted is not None and abs(predicted - measured) <= tolerance * abs(measured) * (1 + 1e-9)


def _replay(
    case: Mapping[str, Any], mapping: Mapping[str, Any], catalog: Catalog
) -> tuple[list[dict[str, Any]], list[str]]:
    """One row for each numeric output of a case, and the reasons for those without a prediction."""
    rows: list[dict[str, Any]] = []
    reasons: list[str] = []
    group = group_of(case["id"], mapping)
    try:
        reading = read_case(case, mapping, group)
        answers = _Answers(reading, mapping, group, catalog)
    except (InputError, units.UnitError, ValueError, KeyError, TypeError) as error:
        return [], [f"its inputs cannot be read: {error}"]
    for name, item in case["outputs"].items():
        measured, unit = (item.get("value"), item.get("unit", "1")) if isinstance(item, dict) else (item, "1")
        if isinstance(measured, bool) or not isinstance(measured, int | float):
            continue
        text, multiple = case_unit(str(unit), mapping["words"])
        predicted, reason = None, f"{name}: no quantity of the planner is known by this name"
        entry = entry_for(name, "outputs", mapping, group)
        if entry is not None:
            try:
                predicted, reason = answers.answer(name, entry, text)
            except (InputError, units.UnitError, ValueError, KeyError, TypeError) as error:
                predicted, reason = None, f"{name}: {error}"
        if predicted is None:
            reasons.append(reason + (f" (not read: {', '.join(reading.unread)})" if reading.unread else ""))
        else:
            predicted = predicted / (units.unit(text).factor * multiple)
        rows.append({"case_id": case["id"], "metric": name, "measured": float(measured), "predicted": predicted})
    return rows, reasons


class _Answers:
    """The planner's answers from the inputs of one case."""

    def __init__(self, reading: Reading, mapping: Mapping[str, Any], group: Mapping[str, Any], catalog: Catalog):
        self.group, self.catalog, self.reading = group, catalog, reading
        self.options = {name: option.choices[0] for name, option in glossary.options().items()}
        self.base: dict[str, Any] = {}
        self.facts: Mapping[str, Any] = {}
        if "scenario" in group:
            self._from_scenario(group, reading)
        else:
            self._set({n: t for n, t in mapping["conventions"].items() if n not in group.get("unset", ())})
            for name, chosen in mapping.get("when", {}).items():
                if any(name in values for values in reading.values.values()):
                    self._set(chosen)
        self._set(group.get("set", {}))
        if "scenario" not in group:
            self._drop_conventions(mapping["conventions"])

    def _from_scenario(self, group: Mapping[str, Any], reading: Reading) -> None:
        """Start from a shipped scenario, with catalog entries chosen by the case's names."""
        choose = {}
        for rule in group.get("choose_by", ()):
            name = reading.texts.get(rule["input"], "")
            if name not in rule["entries"]:
                raise ValueError(f"no catalog entry stands for '{name}'")
            choose[rule["role"]] = rule["entries"][name]
        given = scenario.changed(scenario_file.load(group["scenario"], self.catalog), choose, {})
        resolved = resolve.resolve(given, self.catalog)
        planned, _ = sizing.with_size_and_strategies(resolved)
        self.base, self.options, self.facts = planned.given, dict(planned.options), planned.facts

    def _drop_conventions(self, conventions: Mapping[str, Any]) -> None:
        """A convention gives way to its equation where that rests on an input of the case and lacks nothing."""
        said = set(self.group.get("set", {})) | {name for values in self.reading.values.values() for name in values}
        dropped = True
        while dropped:
            dropped = False
            for name in conventions:
                if name in said or name not in self.base or wiring.equation(name, self.options) is None:
                    continue
                rest = [other for other in {**self.base, **dict.fromkeys(said)} if other != name]
                if wiring.route((name,), rest, self.options).missing:
                    continue
                if any(need.name in said for need in wiring.inputs_of(name, rest, self.options)):
                    del self.base[name]
                    dropped = True

    def _set(self, table: Mapping[str, Any]) -> None:
        for name, given in table.items():
            if name in self.options:
                self.options[name] = given
            else:
                self.base[name] = value_of(given, glossary.quantities()[name])

    def values(self, variant: str) -> dict[str, Any]:
        """Base values of a variant: conventions, the case's inputs, sizes and solved inputs."""
        found = {**self.base, **self.reading.values[""], **self.reading.values.get(variant, {})}
        for name, carry in self.group.get("carry", {}).items():
            if carry["variant"] != variant:
                earlier = wiring.evaluate([carry["quantity"]], self.values(carry["variant"]), self.options)
                found[name] = earlier[carry["quantity"]]
        for step in self.group.get("solve", ()):
            target = found.pop(step["so_that"])
            found[step["find"]] = solved(step["find"], step["so_that"], target, found, self.options)
        if "size" in self.group:
            found[sizing.SIZE], _ = sizing.size(Scope(found, self.options), [figure(self.group["size"])])
        return found

    def answer(self, name: str, table: Mapping[str, Any], unit: str) -> tuple[float | None, str]:
        """The base value of an output, or why there is none.

        Where a name may mean several quantities, it means the one that rests on most of what the case gives.
        """
        if "ledger" in table and (self.reading.flows or "choice" not in table):
            return self._from_ledger(table["ledger"]), f"{name}: the case's cash flows have none"
        if "default" in table:
            fact = self.catalog.defaults[table["default"]]
            return getattr(fact, table.get("edge", "value")), f"{name}: the default has no such edge"
        meant = table.get("choice", table.get("quantity", []))
        candidates = fitting(meant, unit)
        if not candidates:
            return None, f"{name}: its unit does not fit {meant}"
        values, options = self.values(table.get("variant", "")), dict(self.options)
        for key, given in table.get("set", {}).items():
            if key in options:
                options[key] = given
            else:
                values[key] = value_of(given, glossary.quantities()[key])
        for key, edge in table.get("edges", {}).items():
            # The low or high edge of a catalog figure, where it has one.
            values[key] = value if (value := getattr(self.facts[key], edge)) is not None else values[key]
        found = wiring.evaluate(candidates, values, options)
        finite = [quantity for quantity in candidates if math.isfinite(float(found.get(quantity, math.nan)))]
        if finite:
            said = {name for given in self.reading.values.values() for name in given}
            inputs = [wiring.inputs_of(quantity, values, options) for quantity in finite]
            used = [sum(need.name in said for need in needs) for needs in inputs]
            return float(found[finite[used.index(max(used))]]), ""
        lacking = wiring.route(tuple(candidates), values, options).missing.get(candidates[0], ())
        return None, f"{name}: {candidates[0]} lacks {', '.join(lacking[:5]) or 'a finite value'}"

    def _from_ledger(self, what: str) -> float | None:
        """A total of the flows that the case gives by month."""
        if not self.reading.flows:
            return None
        months = max(month for _, _, month, _ in self.reading.flows)
        times = np.arange(months + 1.0)
        flows = [
            Flow(side, "case", line, line, np.where(times == month, amount, 0.0), times)
            for side, line, month, amount in self.reading.flows
        ]
        rate = self.values("").get("discount_rate", 0.0)
        book = Ledger(flows, (1 + rate) ** (-1 / 12))
        if what == "npv":
            return float(book.worth(side=OWN)) - float(np.sum(book.worth(side=RENT)))
        if what == "irr":
            return returns.rate_of_return(book.saving(), times)
        if what == "payback":
            # Between two payments the sum is taken to rise evenly, as published paybacks do.
            paid = np.flatnonzero(book.saving())
            at = returns.crossing(book.saving()[paid], paid)
            return None if at is None else at * self.base["calendar_month"]
        if what == "saving":
            return float(np.sum(book.saving()))
        if what == "saving_share":
            return float(np.sum(book.saving())) / -float(book.total(side=RENT))
        return -float(book.total(side=RENT if what == "rent" else OWN))


def solved(name: str, quantity: str, target: float, values: Mapping[str, Any], options: Mapping[str, str]) -> float:
    """The positive value of `name` at which `quantity` is `target`; ValueError where there is none."""
    from scipy.optimize import brentq

    def gap(magnitude: float) -> float:
        return float(wiring.evaluate([quantity], {**values, name: 2.0**magnitude}, options)[quantity]) - target

    if (gap(_LARGEST) > 0) == (gap(-_LARGEST) > 0):
        raise ValueError(f"no {name} makes {quantity} what is printed")
    return float(2.0 ** brentq(gap, -_LARGEST, _LARGEST, xtol=1e-15))
