"""Published serving measurements as arrays of given values, ready for the equations."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, folded
from planner.catalog.links import benchmarks, links
from planner.errors import InputError, one
from planner.evidence.validation import software
from planner.evidence.validation.validation import document
from planner.model import wiring

FILE = "measurements/inference.csv"
# What of a case is compared: metric -> the quantity that predicts it.
METRICS = {"output_tokens_per_second": "output_tokens_per_second", "tpot": "tpot", "ttft": "ttft"}
ROLES = ("weight_precision", "kv_precision", "serving_stack")
OPTIONS = (*ROLES, "batching")
# Published tables come from load generators, on replicas that prefill and decode on the same accelerators.
_MEASURED = {"serving_pools": "shared", "arrivals": "closed"}
_EVERY_REQUEST = 1e9
_LATENT_ROPE = 64.0
_SHORTEST_NAME = 3


@dataclass
class Cases:
    """Cases that the planner can express, one array element each; `unused` says why the others cannot be."""

    catalog: Catalog
    ids: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    # The document series of each: tables of one repository are one, whatever their release.
    documents: list[str] = field(default_factory=list)
    accelerators: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    options: list[tuple[str, ...]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    # Rows of the file that state a metric.
    scorable: int = 0

    def part(self, used: Any) -> Cases:
        """The cases for which `used` is true."""
        index = np.flatnonzero(used)
        lists = {
            name: [getattr(self, name)[i] for i in index]
            for name in ("ids", "sources", "documents", "accelerators", "models", "options")
        }
        columns = {
            name: {key: column[index] for key, column in getattr(self, name).items()} for name in ("values", "measured")
        }
        return Cases(self.catalog, **lists, **columns, scorable=len(index))  # type: ignore[arg-type]


def read(catalog: Catalog, path: Path | None = None) -> Cases:
    """The cases of a file, or those of the catalog; columns as in catalogs/measurements/inference.csv."""
    place = path or catalog.file(FILE)
    try:
        with place.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise one(place.name, "", f"cannot be read as a table of cases: {error}") from None
    needed = {"case_id", "model_name", "accelerator", "n_accelerators", "tp", "input_len", "output_len"}
    if not rows or not needed <= set(rows[0]):
        raise one(
            place.name,
            "",
            f"has no cases, or lacks columns: {', '.join(sorted(needed - set(rows[0] if rows else ())))}",
        )
    defaults = {name: fact.value for name, fact in catalog.defaults.items()}
    found = Cases(catalog)
    columns: list[dict[str, float]] = []
    measured: list[dict[str, float]] = []
    for row in rows:
        figures = _measured(row)
        if not any(math.isfinite(value) for value in figures.values()):
            continue
        found.scorable += 1
        try:
            values, options, accelerator = _case(row, catalog)
        except InputError as error:
            found.unused[row["case_id"]] = error.problems[0].message
            continue
        except (ValueError, KeyError) as error:
            found.unused[row["case_id"]] = f"cannot be read: {error}"
            continue
        found.ids.append(row["case_id"])
        found.sources.append(row.get("source_id") or "unnamed")
        found.documents.append(document(row.get("source_ref") or found.sources[-1]))
        found.accelerators.append(accelerator)
        found.models.append(row["model_name"])
        found.options.append(options)
        columns.append(values)
        measured.append(figures)
    names = dict.fromkeys(name for values in columns for name in values)
    # A field that an entry lacks has its default, or no value at all.
    found.values = {n: np.array([v.get(n, defaults.get(n, math.nan)) for v in columns]) for n in names}
    found.measured = {metric: np.array([row[metric] for row in measured]) for metric in METRICS}
    return found


def constants(catalog: Catalog) -> dict[str, float]:
    """Defaults and calibration as base values."""
    return {name: fact.value for name, fact in catalog.defaults.items() if not isinstance(fact.value, str)}


def predict(cases: Cases, calibration: dict[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """The wanted quantities of all cases."""
    found = {name: np.full(len(cases.ids), math.nan) for name in wanted}
    # Options choose equations: cases that share them go through the model together.
    for options in dict.fromkeys(cases.options):
        index = np.array([o == options for o in cases.options])
        entries = software.entries(cases.catalog, dict(zip(ROLES, options, strict=False)))
        given = {**calibration, **software.values(entries, calibration)}
        given |= {name: value[index] for name, value in cases.values.items()}
        chosen = {**_MEASURED, "batching": options[-1], **software.options(entries)}
        got = wiring.evaluate(wanted, given, chosen)
        for name in wanted:
            found[name][index] = got.get(name, math.nan)
    return found


def _measured(row: dict[str, str]) -> dict[str, float]:
    def number(column: str) -> float:
        return float(row.get(column) or "nan")

    rate = number("measured_output_tokens_per_s_total")
    return {
        "output_tokens_per_second": number("derived_output_tokens_per_s_total") if math.isnan(rate) else rate,
        "tpot": number("tpot_s"),
        "ttft": number("ttft_s"),
    }


def _case(row: dict[str, str], catalog: Catalog) -> tuple[dict[str, float], tuple[str, ...], str]:
    """A row as given values, chosen options and the accelerator's entry."""
    rules = benchmarks(catalog)
    accelerator = _accelerator(catalog, row["accelerator"])
    values = {f"accelerator_{name}": fact.value for name, fact in accelerator.facts.items()}
    values |= links(accelerator, catalog) | _architecture(row, catalog)
    count, tensor, stages = _number(row, "n_accelerators"), _number(row, "tp", 1), _number(row, "pp", 1)
    groups, experts = _number(row, "attention_dp", 1), max(1.0, _number(row, "ep", 1))
    if values["model_experts"] and groups == 1 and _spreads_attention(row, rules):
        tensor, groups, experts = 1.0, tensor, max(experts, tensor)
    if groups > 1 and tensor * stages * groups > count:
        # The table counts the attention groups within its tensor-parallel degree.
        tensor = max(1.0, tensor / groups)
    ranks = tensor * stages * groups
    per_rank = min(1.0, count / ranks)
    replicas = count / (ranks * per_rank)
    share = next(
        (r["length_share"] for r in rules["benchmark"] if re.match(r["source"], row.get("source_id") or "")), 1
    )
    concurrency = _number(row, "batch_or_concurrency", _EVERY_REQUEST * replicas)
    values |= {
        "tensor_parallel": tensor,
        "pipeline_parallel": stages,
        "expert_parallel": experts,
        "attention_parallel": groups,
        "accelerators_per_rank": per_rank,
        "replicas": replicas,
        "concurrency": max(1.0, concurrency / replicas),
        "input_tokens": share * _number(row, "input_len"),
        "output_tokens": max(1.0, share * _number(row, "output_len")),
    }
    return values, _options(row, accelerator, rules, catalog), accelerator.key


def _spreads_attention(row: dict[str, str], rules: dict[str, Any]) -> bool:
    """Whether the publisher's recipe gives every rank sequences of its own, though the table does not say so."""
    if (row.get("batch_or_concurrency") or "").strip():
        return False
    framework, year = (row.get("framework") or "").lower(), _number(row, "year", 0)
    return any(re.search(rule["framework"], framework) and year >= rule["year"] for rule in rules["attention"])


def _options(row: dict[str, str], accelerator: Entry, rules: dict[str, Any], catalog: Catalog) -> tuple[str, ...]:
    """Weight precision, key-value precision, serving stack and batching of a row."""
    said = row.get("weight_precision", "").lower()
    weights = next((rule for rule in rules["precision"] if re.search(rule["text"], said)), None)
    if weights is None:
        raise one("case", "weight_precision", f"unknown precision '{said}'")
    choices = weights["choices"]
    peaks = {choice: catalog.entry("formats", choice).text["peak"] for choice in choices}
    precision = next((choice for choice in choices if peaks[choice] in accelerator.facts), choices[-1])
    kv = (row.get("kv_precision") or "").lower()
    cache = weights["cache"] if not kv else "bf16" if "16" in kv else "fp8"
    framework = (row.get("framework") or "").lower()
    vendor = str(accelerator.text.get("vendor", "")).lower()
    stack = next(
        rule for rule in rules["stack"] if re.search(rule["framework"], framework) and re.search(rule["vendor"], vendor)
    )
    return precision, cache, stack["stack"], stack.get("batching", "continuous")


def _accelerator(catalog: Catalog, name: str) -> Entry:
    """The accelerator of this name, or the one whose longest spelling the name begins with or holds."""
    plain = re.sub(r"\(.*\)", "", name).strip()
    try:
        return catalog.find("accelerators", plain)
    except InputError as error:
        wanted = folded(plain)
        spelled = [(folded(text), entry) for entry in catalog.entries("accelerators") for text in entry.spellings]
        held = [(len(text), entry.key) for text, entry in spelled if len(text) >= _SHORTEST_NAME and text in wanted]
        if not held:
            raise error
        return catalog.entry("accelerators", max(held)[1])


def _architecture(row: dict[str, str], catalog: Catalog) -> dict[str, float]:
    """The model's fields: of its catalog entry, or of the row where no entry has this name."""
    try:
        entry = catalog.find("models", row["model_name"])
    except InputError:
        return _architecture_of_row(row)
    return {f"model_{name}": fact.value for name, fact in entry.facts.items()}


def _architecture_of_row(row: dict[str, str]) -> dict[str, float]:
    hidden, layers, heads = _number(row, "hidden"), _number(row, "layers"), _number(row, "heads")
    head = _number(row, "head_dim", hidden / heads)
    latent = _number(row, "mla_kv_dim", 0)
    experts, chosen = _number(row, "moe_experts", 0), _number(row, "moe_topk", 0)
    width, shared = _number(row, "moe_ffn_hidden", 0), _number(row, "shared_expert_ffn", 0)
    total = _number(row, "params_total_b") * 1e9
    vocabulary = _number(row, "vocab", 0)
    expert_layers = 0.0
    if experts and width:
        attention = hidden * head * (heads + _number(row, "kv_heads", heads)) * 2
        body = total - 2 * vocabulary * hidden - layers * attention
        dense, mixed = 3 * hidden * _number(row, "ffn_hidden", 0), 3 * hidden * (experts * width + shared)
        # As many layers with experts as the published total calls for.
        expert_layers = (
            layers if mixed <= dense else min(layers, max(1, round((body - layers * dense) / (mixed - dense))))
        )
    return {
        "model_parameters": total,
        "model_active_parameters": _number(row, "params_active_b", total / 1e9) * 1e9,
        "model_layers": layers,
        "model_hidden_size": hidden,
        "model_heads": heads,
        "model_kv_heads": _number(row, "kv_heads", heads),
        "model_head_size": head,
        "model_value_head_size": head,
        "model_rope_head_size": _LATENT_ROPE if latent else 0,
        "model_kv_lora_rank": latent - _LATENT_ROPE if latent else 0,
        "model_ffn_size": _number(row, "ffn_hidden", 0),
        "model_gated": 1,
        "model_vocabulary": vocabulary,
        "model_tied_embeddings": 0,
        "model_experts": experts,
        "model_experts_per_token": chosen,
        "model_expert_ffn_size": width,
        "model_dense_layers": layers - expert_layers,
        "model_sliding_window": 0,
        "model_window_layers": 0,
        "model_linear_attention_layers": 0,
        "model_linear_layer_state": 0,
    }


def _number(row: dict[str, str], column: str, default: float | None = None) -> float:
    text = row.get(column) or ""
    if text.strip():
        return float(text)
    if default is None:
        raise one("case", column, f"has no {column}")
    return float(default)
