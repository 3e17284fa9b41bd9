"""Published reference designs, collectives and failure records replayed through the equations of the facility."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from planner import units
from planner.catalog.catalog import Catalog
from planner.errors import InputError, Problem, one
from planner.evidence.validation import validation
from planner.model import wiring

# Column of a reference design -> quantity that is predicted.
_COUNTS = {
    "leaf_switches": "leaf_switches",
    "spine_switches": "spine_switches",
    "core_switches": "core_switches",
    "cables_node_leaf": "endpoint_cables",
    "cables_leaf_spine": "leaf_spine_cables",
    "cables_spine_core": "spine_core_cables",
}
# Columns that describe the design.
_DESIGN = (
    "tiers", "nodes", "endpoints_per_node", "gpus", "endpoints_designed", "switch_radix", "endpoints_per_leaf",
    "uplinks_per_leaf", "planes", "oversubscription",
)  # fmt: skip
# Words of a topology -> choice of fabric_topology; the first that fits holds.
_TOPOLOGIES = {
    "dragonfly+": "dragonfly-plus",
    "dragonfly": "dragonfly",
    "torus": "torus",
    "rail groups": "rail-groups",
    "rail": "rail-optimised",
    "": "fat-tree",
}
# A pod that leaves a node's slot free gives four of its ports to fabric managers (DGX SuperPOD, table 4).
_MANAGER_LINKS = 4


def validate_fabric(catalog: Catalog, path: Path) -> dict[str, Any]:
    """Counts of switches and cables of reference designs; within tolerance means equal."""
    cases = _cases(path, ("case_id", "topology", "leaf_switches"))
    rows, exact, sources = [], [], []
    for case in cases:
        found = wiring.evaluate(_COUNTS.values(), *_design(case, catalog, path.name))
        for column, quantity in _COUNTS.items():
            measured = _number(case, column, path.name)
            if measured is None:
                continue
            predicted = float(found[quantity]) if quantity in found else None
            rows.append({"case_id": case["case_id"], "metric": column, "measured": measured, "predicted": predicted})
            if predicted is not None:
                exact.append(predicted == measured)
            sources.append(case.get("source_title", ""))
    return validation.summary("fabric", rows, len(cases), within=exact, sources=sources)


def _design(case: Mapping[str, str], catalog: Catalog, place: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A reference design as quantities and options."""
    given = {name: _number(case, name, place) for name in _DESIGN}
    values: dict[str, Any] = {name: fact.value for name, fact in catalog.defaults.items() if name.startswith("one_")}
    values |= {"cable_port": 1.0, "fabric_planes": given["planes"] or 1.0}
    designed, connected = given["endpoints_designed"], given["gpus"]
    ports = given["endpoints_per_node"]
    # A row without endpoints describes one rack: as many as one leaf takes.
    endpoints = connected or designed or given["endpoints_per_leaf"] or 1.0
    values["designed_endpoints"] = designed or endpoints
    values["fabric_endpoints"] = endpoints
    values["fabric_manager_links"] = min(_MANAGER_LINKS, max(0.0, values["designed_endpoints"] - endpoints))
    # Planes that share the port of an accelerator share its cable; redundant switches have cables of their own.
    values["links_per_cable"] = values["fabric_planes"] if connected else 1.0
    values["leaf_down_ports"] = given["endpoints_per_leaf"] or (None if designed else 1.0)
    values["switch_radix"] = given["switch_radix"]
    values["leaf_uplinks"] = given["uplinks_per_leaf"]
    values["fabric_tiers"] = given["tiers"]
    values |= {"oversubscription": given["oversubscription"], "core_oversubscription": 1.0}
    if ports:
        values |= {
            "fabric_rails": ports,
            "designed_nodes": values["designed_endpoints"] / ports,
            "nodes": given["nodes"],
        }
    written = case["topology"].casefold()
    topology = next(choice for words, choice in _TOPOLOGIES.items() if words in written)
    return {name: value for name, value in values.items() if value is not None}, {"fabric_topology": topology}


# Words of a case's quantity -> the quantity of the planner; the first that fits holds.
_COLLECTIVES = {
    "wire rate": "wire_rate",
    "all-reduce time": "cluster_all_reduce_time",
    "all-gather time": "cluster_all_gather_time",
    "reduce-scatter time": "cluster_all_gather_time",
    "share of traffic": "remote_traffic_share",
    "naive": "one_adapter_time",
    "nvls gain": "in_switch_gain",
    "bus bandwidth": "measured_bus_bandwidth",
    "algorithm bandwidth": "measured_algorithm_bandwidth",
}
# Input of a case -> quantity and the unit that a bare number is in.
_COLLECTIVE_INPUTS = {
    "busbw": ("bus_bandwidth", "GB/s"),
    "ring": ("bus_bandwidth", "GB/s"),
    "nvls": ("in_switch_bus_bandwidth", "GB/s"),
    "nic": ("system_scaleout_bandwidth", "GB/s"),
    "payload": ("collective_payload", "B"),
    "time": ("measured_collective_time", "ms"),
    "nodes": ("collective_domains", "1"),
    "ranks": ("collective_ranks", "1"),
}


def validate_collectives(catalog: Catalog, path: Path) -> dict[str, Any]:
    """Times, rates and shares of published collectives."""

    def quantities(case: Mapping[str, str], given: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        values = {
            quantity: _value(given[name], unit, path.name, case["case_id"])
            for name, (quantity, unit) in _COLLECTIVE_INPUTS.items()
            if name in given
        }
        if "nodes" in given and "gpus_per_node" in given:
            per_node = _value(given["gpus_per_node"], "1", path.name, case["case_id"])
            values["collective_ranks"] = values["collective_domains"] * per_node
        return values, {}

    return _replayed("collectives", path, _COLLECTIVES, quantities)


_RELIABILITY = {
    "mtbf": "job_mtbf",
    "mttf": "job_mtbf",
    "failure rate": "measured_failure_rate",
    "effective training time": "effective_time_share",
    "ettr": "effective_time_share",
    "efficiency": "effective_time_share",
    "goodput": "effective_time_share",
    "write bandwidth": "checkpoint_rate",
    "checkpoint write time": "checkpoint_time",
    "checkpoint size": "checkpoint_size",
    "checkpoint time over run": "time_in_checkpoints",
    "bytes per parameter": "checkpoint_bytes_per_parameter",
    "uptime": "job_uptime",
    "interval": "checkpoint_interval",
    "nodes to buy": "nodes_to_buy",
    "spare": "spare_nodes",
}
_RELIABILITY_INPUTS = {
    "events": ("observed_failures", "1"),
    "days": ("observed_time", "day"),
    "nodes": ("nodes", "1"),
    "rate": ("node_failure_rate", "1/day"),
    "bytes": ("checkpoint_size", "B"),
    "params": ("model_parameters", "1"),
    "bytes_per_param": ("checkpoint_bytes_per_parameter", "B"),
    "bandwidth": ("storage_write_rate", "GB/s"),
    "quantile": ("spare_confidence", "1"),
    "repair": ("repair_time", "day"),
    **dict.fromkeys(("write", "C", "w", "seconds"), ("checkpoint_time", "s")),
    **dict.fromkeys(("restart", "R", "u0"), ("restart_time", "s")),
    **dict.fromkeys(("M", "jmtti", "mtbf"), ("job_mtbf", "h")),
    **dict.fromkeys(("tau", "dt", "interval"), ("checkpoint_interval", "s")),
}
# Accelerators of one node, by the word a case uses: servers of eight GPUs, Trainium servers of sixteen chips.
_PER_NODE = {"gpus": 8, "chips": 16}


def validate_reliability(catalog: Catalog, path: Path) -> dict[str, Any]:
    """Failure records, checkpoints and uptimes."""

    def quantities(case: Mapping[str, str], given: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        wanted = case["quantity"].casefold()
        options = {"checkpoint_rule": "young", "effective_time_model": "exact", "restart_mode": "automatic"}
        values = {name: catalog.defaults[name].value for name in _RELIABILITY_DEFAULTS}
        for name, text in given.items():
            if name == "interval" and text in ("young", "daly", "exact"):
                options["checkpoint_rule"] = text
            elif name in _RELIABILITY_INPUTS:
                quantity, unit = _RELIABILITY_INPUTS[name]
                values[quantity] = _value(text, unit, path.name, case["case_id"])
            elif name in _PER_NODE:
                values["nodes"] = _value(text, "1", path.name, case["case_id"]) / _PER_NODE[name]
            elif text == "" and name.endswith(" restart"):
                options["restart_mode"] = name.removesuffix(" restart")
        options["checkpoint_rule"] = "daly" if "daly" in wanted else options["checkpoint_rule"]
        options["effective_time_model"] = "closed-form" if "closed-form" in wanted else "exact"
        values |= _observed(values)
        if "checkpoint time over run" in wanted:
            # The interval between two starts holds the writing itself.
            values["checkpoint_interval"] -= values["checkpoint_time"]
            values["time_to_train"] = values["observed_time"]
        if "bytes per parameter" in wanted:
            one_byte = wiring.evaluate(["checkpoint_size"], {**_without(values, "checkpoint_size"), _BYTES: 1.0})
            values[_BYTES] = values["checkpoint_size"] / one_byte["checkpoint_size"]
        return values, options

    return _replayed("reliability", path, _RELIABILITY, quantities)


_BYTES = "checkpoint_bytes_per_parameter"
# What a case does not say: the planner's own defaults, so that they are tested too.
_RELIABILITY_DEFAULTS = (
    "one_event",
    "one_node",
    "node_failure_rate",
    "automatic_restart_time",
    "manual_restart_time",
)


def _observed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Failure rate and size of a job that was watched; a job whose nodes are not given counts as one."""
    if "observed_failures" not in values:
        return {"checkpoint_lag": 0.0}
    nodes = values.get("nodes", 1.0)
    watched = {**values, "observed_nodes": nodes}
    rate = wiring.evaluate(["measured_failure_rate"], watched)["measured_failure_rate"]
    return {"observed_nodes": nodes, "nodes": nodes, "node_failure_rate": rate, "checkpoint_lag": 0.0}


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


# Unit of a case -> unit text of the planner, where they differ.
_UNITS = {
    "fraction": "1",
    "ratio": "1",
    "count": "1",
    "B/param": "B",
    "per 1000 node-days": "event/d/node",
}
_PER_THOUSAND = {"per 1000 node-days": 1000.0}


def _replayed(
    kind: str,
    path: Path,
    names: Mapping[str, str],
    quantities: Callable[[Mapping[str, str], Mapping[str, str]], tuple[dict[str, Any], dict[str, str]]],
) -> dict[str, Any]:
    """Cases of quantity, inputs, expected value and tolerance."""
    columns = ("case_id", "quantity", "inputs", "expected", "unit", "rel_tolerance")
    rows, within, sources, scored = [], [], [], 0
    for case in _cases(path, columns):
        try:
            expected = float(case["expected"])
        except ValueError:
            continue
        scored += 1
        wanted = next((name for words, name in names.items() if words in case["quantity"].casefold()), None)
        predicted = None
        if wanted:
            values, options = quantities(case, _inputs(case["inputs"]))
            found = wiring.evaluate([wanted], values, options)
            if wanted in found:
                unit = _UNITS.get(case["unit"], case["unit"])
                predicted = float(units.convert(found[wanted], unit)) * _PER_THOUSAND.get(case["unit"], 1.0)
        if predicted is not None:
            within.append(_held(predicted, expected, case["rel_tolerance"]))
        rows.append({"case_id": case["case_id"], "metric": wanted or "", "measured": expected, "predicted": predicted})
        sources.append(case.get("source_title", ""))
    return validation.summary(kind, rows, scored, within=within, sources=sources)


def _held(predicted: float, expected: float, tolerance: str) -> bool:
    """Whether a prediction keeps a relative tolerance, or a published bound (">=")."""
    if tolerance.strip() == ">=":
        return predicted >= expected
    return math.isclose(predicted, expected, rel_tol=float(tolerance or 0) + 1e-12)


def _inputs(text: str) -> dict[str, str]:
    """'C=60 s; manual restart' as {'C': '60 s', 'manual restart': ''}."""
    parts = [part.partition("=") for part in text.split(";")]
    return {name.strip(): value.strip() for name, _, value in parts if name.strip()}


def _value(text: str, unit: str, place: str, case: str) -> float:
    """The base value of '60 s', '16MiB', '3.789/1000 node-days' or a bare number in `unit`."""
    rate = re.fullmatch(r"([\d.eE+-]+)\s*/\s*(\d*)\s*node-days?", text)
    try:
        if rate:
            return float(rate[1]) / float(rate[2] or 1) / units.read("1 day", "s")
        plain = re.fullmatch(r"[\d.eE+-]+", text)
        written = f"{text} {unit}" if plain and unit != units.DIMENSIONLESS else re.sub(r"\bdays\b", "day", text)
        return units.read(written, unit)
    except (units.UnitError, ValueError) as error:
        raise one(place, case, str(error)) from None


def _cases(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a file of cases; InputError where columns are missing."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise one(path.name, "", f"cannot be read as a table of cases: {error}") from None
    lacking = [name for name in columns if name not in (reader.fieldnames or ())]
    if lacking:
        raise InputError([Problem(path.name, name, "no such column") for name in lacking])
    return [{name: (text or "").strip() for name, text in row.items() if name} for row in rows]


def _number(case: Mapping[str, str], column: str, place: str) -> float | None:
    """A cell as a number; None where it is empty."""
    text = case.get(column, "")
    try:
        return float(text) if text else None
    except ValueError:
        raise one(place, f"{case.get('case_id', '')} {column}", f"'{text[:40]}' is not a number") from None
