"""Published training runs as scenarios: one row of the file is one set of given values.

What a row does not state follows from what it states by the rules below, the same for every source: the software
class from the sharding it names, its date from the year or the release it names, links from their descriptions.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry
from planner.errors import InputError, one
from planner.evidence.validation.validation import document
from planner.scenario.resolve import year_of

REQUIRED = ("case_id", "accelerator", "n_accelerators", "global_batch", "seq_len", "layers", "hidden", "heads")
DEGREES = {
    "tp": "tensor_parallel",
    "pp": "pipeline_parallel",
    "vpp": "virtual_stages",
    "cp": "context_parallel",
    "ep": "expert_parallel",
    "micro_batch": "micro_batch",
}
MEGATRON, FSDP, DEEPSPEED, XLA, NEURON = "megatron", "fsdp", "deepspeed", "xla", "neuron"
UNFUSED, FIRST_FLASH, CURRENT_FLASH = 1.0, 2.0, 3.0
PRECISIONS = {"fp8": "fp8", "mxfp8": "fp8", "int8": "fp8", "nvfp4": "fp4", "mxfp4": "fp4", "fp4": "fp4"}
RECOMPUTE = {"none": 1.0, "selective": 2.0, "full": 3.0}
_GATED = {"swiglu": 1.0, "gated-gelu": 1.0, "geglu": 1.0, "gelu": 0.0, "relu": 0.0, "sqrelu": 0.0}


@dataclass
class Case:
    """One published run: what it states as quantities, and what was measured."""

    case_id: str
    row: dict[str, str]
    precision: str
    software: str
    values: dict[str, float] = field(default_factory=dict)

    def number(self, column: str) -> float | None:
        return _number(self.row.get(column))

    @property
    def chosen(self) -> tuple[tuple[str, str], ...]:
        """The entries of the run's software and number format, by role."""
        return ("training_precision", self.precision), ("training_software", self.software)

    @property
    def measured_step_time(self) -> float | None:
        """The published step time, or what the published tokens a second of each accelerator come to."""
        rate = self.number("measured_tokens_per_s_per_accel")
        tokens = self.values["global_batch"] * self.values["sequence_length"]
        spelled = tokens / (rate * self.values["accelerators"]) if rate else None
        return self.number("measured_step_time_s") or spelled

    @property
    def document(self) -> str:
        return document(self.row.get("source_ref", "") or self.row.get("source_title", ""))

    @property
    def family(self) -> str:
        return self.row.get("family") or self.row.get("model_name") or self.case_id


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file of cases; InputError where it is not one."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise one(path.name, "", f"cannot be read: {error}") from None
    lacking = [name for name in REQUIRED if not rows or name not in rows[0]]
    if lacking:
        raise one(path.name, "", f"is not a table of training cases: it lacks {', '.join(lacking)}")
    return rows


def load(path: Path, catalog: Catalog) -> list[Case]:
    """The rows that state model, accelerator, count and batch."""
    return [case for row in read(path) if (case := from_row(row, catalog)) is not None]


def from_row(row: Mapping[str, str], catalog: Catalog) -> Case | None:
    """A row as given values; None where it does not say enough."""
    entry = accelerator(row.get("accelerator", ""), catalog)
    count, sequence, batch = (_number(row.get(name)) for name in ("n_accelerators", "seq_len", "global_batch"))
    shape = model_values(row, catalog)
    if entry is None or shape is None or not count or not sequence or not batch:
        return None
    stated = " ".join((row.get("accelerator", ""), row.get("notes", "")))
    precision = PRECISIONS.get((row.get("precision") or "").lower(), "bf16")
    values = {f"accelerator_{name}": float(fact.value) for name, fact in entry.facts.items()}
    if precision == "fp8" and (row.get("precision") == "int8" or "accelerator_peak_fp8" not in values):
        values["accelerator_peak_fp8"] = values.get("accelerator_peak_int8", values["accelerator_peak_bf16"])
    values.update(shape)
    values["accelerators"] = count
    values["sequence_length"] = sequence
    values["global_batch"] = batch
    values["accelerator_available_year"] = year_of(entry.text["available"]) if "available" in entry.text else 2020.0
    cap = re.search(r"\b(\d{3,4}) ?W\b", stated)
    if cap and "accelerator_power" in values:
        values["power_cap"] = min(1.0, float(cap[1]) / values["accelerator_power"])
    software = software_of(row, entry)
    values.update(software_values(row, software))
    values.update(strategy_values(row, values))
    values.update(link_values(row, entry, values))
    return Case(row["case_id"], dict(row), precision, software, values)


def accelerator(name: str, catalog: Catalog) -> Entry | None:
    """The catalog entry of an accelerator, memory size and remarks left out where they are no part of its name."""
    words = re.split(r"[\s-]+", re.sub(r"\(.*?\)", "", name).strip())
    for end in range(len(words), 0, -1):
        try:
            return catalog.find("accelerators", "-".join(words[:end]))
        except InputError:
            continue
    return None


def model_values(row: Mapping[str, str], catalog: Catalog) -> dict[str, float] | None:
    """The architecture: the row's own dimensions, and the catalog's for what it does not give."""
    entry = _model(row, catalog)
    values = {name: float(fact.value) for name, fact in entry.facts.items()} if entry else {}
    stated = {
        "layers": _number(row.get("layers")),
        "hidden_size": _number(row.get("hidden")),
        "heads": _number(row.get("heads")),
        "kv_heads": _number(row.get("kv_heads")),
        "vocabulary": _number(row.get("vocab")),
        "experts": _number(row.get("n_experts")),
        "experts_per_token": _number(row.get("experts_topk")),
    }
    mixture = bool(stated["experts"] or values.get("experts"))
    stated["expert_ffn_size" if mixture else "ffn_size"] = _number(row.get("ffn_hidden"))
    known_layers = values.get("layers")
    values.update({name: value for name, value in stated.items() if value is not None})
    if not all(values.get(name) for name in ("layers", "hidden_size", "heads")):
        return None
    head = re.search(r"head_dim (\d+)", row.get("notes") or "")
    if head:
        values["head_size"] = float(head[1])
    values |= _told_of_experts(row.get("notes") or "", values) if mixture and entry is None else {}
    values.setdefault("kv_heads", values["heads"])
    values.setdefault("head_size", values["hidden_size"] / values["heads"])
    values.setdefault("value_head_size", values["head_size"])
    values.setdefault("vocabulary", 50_000.0)
    values["gated"] = _GATED.get(row.get("mlp_type") or "", values.get("gated", 0.0))
    values.setdefault("ffn_size", 0.0 if mixture else 4 * values["hidden_size"])
    # A proxy with fewer layers keeps the share of each kind of layer.
    shrunk = values["layers"] / known_layers if known_layers else 1.0
    for name in ("window_layers", "linear_attention_layers"):
        values[name] = values.get(name, 0.0) * shrunk
    values["dense_layers"] = values.get("dense_layers", 0.0) * shrunk if mixture else values["layers"]
    for name in glossary.kinds()["models"].fields:
        if name not in ("parameters", "active_parameters", "training_tokens", "training_compute", "users", "causal"):
            values.setdefault(name, 0.0)
    return {f"model_{name}": value for name, value in values.items()}


def _told_of_experts(notes: str, values: Mapping[str, float]) -> dict[str, float]:
    """What the remarks of a row say of a mixture model that no catalog describes."""
    found: dict[str, float] = {}
    shared = re.search(r"\+ ?(\d+) shared expert", notes)
    if shared:
        found |= {"shared_experts": float(shared[1]), "shared_expert_ffn_size": values.get("expert_ffn_size", 0.0)}
    first = re.search(r"first (?:(\d+) )?layers? dense(?: ffn (\d+))?", notes)
    if first:
        found["dense_layers"] = float(first[1] or 1)
        found["ffn_size"] = float(first[2] or values.get("expert_ffn_size", 0.0))
    if "every 2nd layer" in notes:
        dense = re.search(r"dense ffn (\d+)", notes)
        found["dense_layers"] = values["layers"] / 2
        found["ffn_size"] = float(dense[1]) if dense else values.get("expert_ffn_size", 0.0)
    latent = re.search(r"q_lora (\d+).*kv_lora (\d+)", notes)
    if latent:
        found |= {"q_lora_rank": float(latent[1]), "kv_lora_rank": float(latent[2]), "rope_head_size": 64.0}
        found |= {"head_size": 128.0, "value_head_size": 128.0}
    return found


def _model(row: Mapping[str, str], catalog: Catalog) -> Entry | None:
    """The catalog model whose name begins the row's, of the row's width or, where it gives none, of its whole size."""
    words = re.split(r"[\s-]+", (row.get("model_name") or "").strip())
    width = _number(row.get("hidden"))
    for end in range(len(words), 0, -1):
        if width is None and any(re.fullmatch(r"\d+(\.\d+)?[bmt]", word, re.IGNORECASE) for word in words[end:]):
            return None
        try:
            entry = catalog.find("models", "-".join(words[:end]))
        except InputError:
            continue
        fact = entry.facts.get("hidden_size")
        if fact is not None and width in (None, fact.value):
            return entry
    return None


def software_of(row: Mapping[str, str], entry: Entry) -> str:
    """The catalog entry of the training software, from the chip, the sharding and what the row tells besides."""
    sharding = (row.get("zero_stage_or_fsdp") or "").lower()
    told = " ".join(row.get(name) or "" for name in ("source_title", "notes")).lower()
    if entry.text.get("category") == "tpu" or re.search(r"\b(jax|maxtext)\b", told):
        return XLA
    if "neuron" in str(entry.text.get("architecture", "")).lower():
        return NEURON
    if "deepspeed" in sharding + told or re.match(r"zero-?3", sharding):
        return DEEPSPEED
    if re.search("fsdp|hsdp", sharding) or re.search(r"\b(torchtitan|fsdp2?)\b", told):
        return FSDP
    return MEGATRON


def software_values(row: Mapping[str, str], software: str) -> dict[str, float]:
    """Date of the training software, and what software of that kind and date does."""
    sharding = (row.get("zero_stage_or_fsdp") or "").lower()
    told = " ".join(row.get(name) or "" for name in ("source_title", "notes")).lower()
    release = re.search(r"\b(2\d)\.(0[1-9]|1[0-2])\b", row.get("source_title") or "")
    year = (_number(row.get("year")) or 2026.0) + 0.5
    if release:
        year = 2000 + int(release[1]) + (int(release[2]) - 0.5) / 12
    stage = 0.0 if sharding == "none" else 1.0
    if re.search(r"zero-?2|grad_op", sharding):
        stage = 2.0
    elif re.search(r"zero-?3|fsdp|hsdp", sharding):
        stage = 3.0
    # Megatron-class stacks took up the second generation of fused attention within months, others within a year.
    current = 2023 if software == MEGATRON else 2024
    kernel = CURRENT_FLASH if year >= current else FIRST_FLASH if year >= 2023 else UNFUSED
    shards_stream = year >= 2022 and software not in (FSDP, DEEPSPEED) and "sequence parallelism off" not in told
    found = {
        "software_year": year,
        "zero_stage": stage,
        "attention_kernel": kernel,
        "sequence_parallel": float(shards_stream),
    }
    if software == MEGATRON and row.get("precision") == "fp16":
        # Loss scaling lets 16-bit floats sum gradients as they are; bfloat16 has too few digits for that.
        found["gradient_bytes"] = 2.0
    if software == DEEPSPEED and row.get("precision") == "bf16":
        # Its 16-bit optimizer keeps 16-bit gradients, 32-bit sums of them and a 32-bit copy for the reduction.
        found["gradient_bytes"] = 10.0
    group = re.search(r"fsdp over (\d+)", sharding)
    return found | ({"shard_parallel": float(group[1])} if group else {})


def strategy_values(row: Mapping[str, str], values: Mapping[str, float]) -> dict[str, float]:
    """The degrees that the row states; what it leaves open is searched."""
    found = {name: number for column, name in DEGREES.items() if (number := _number(row.get(column)))}
    if not values.get("model_experts"):
        found["expert_parallel"] = 1.0
    if "tensor_parallel" in found:
        found.setdefault("context_parallel", 1.0)
        found.setdefault("expert_parallel", 1.0)
    if found.get("pipeline_parallel") == 1:
        found["virtual_stages"] = 1.0
    if row.get("recompute") in RECOMPUTE:
        found["recompute"] = RECOMPUTE[row["recompute"]]
    # Selective recomputation drops attention scores; fused kernels keep none: recipes drop what memory asks for.
    if row.get("recompute") == "selective" and values["attention_kernel"] > UNFUSED:
        del found["recompute"]
    # Chips of several cores: degrees that multiply to a multiple of the chips count cores.
    replicas = _number(row.get("dp"))
    if replicas and {"tensor_parallel", "pipeline_parallel", "context_parallel"} <= set(found):
        ranks = replicas * found["tensor_parallel"] * found["pipeline_parallel"] * found["context_parallel"]
        cores = ranks / values["accelerators"]
        if cores > 1 and cores == int(cores) and found["tensor_parallel"] % cores == 0:
            found["tensor_parallel"] /= cores
    return found


def link_values(row: Mapping[str, str], entry: Entry, values: Mapping[str, float]) -> dict[str, float]:
    """Scale-up domain and network bandwidth of one accelerator, from the descriptions of the links."""
    inside, outside = row.get("intra_node_link") or "", row.get("inter_node_link") or ""
    node = _number(row.get("accel_per_node")) or 8.0
    domain = node
    rack = re.search(r"NVL(\d+)", inside)
    slices = re.search(r"(\d+) (?:slice|pod)", row.get("notes") or "")
    if rack:
        domain = float(rack[1])
    elif "ICI" in inside or entry.text.get("category") == "tpu":
        domain = values["accelerators"] / (float(slices[1]) if slices else 1.0)
    network = _bandwidth(outside, node)
    if network is None:
        usual = float(units.read("400 Gb/s/accelerator", "B/s/accelerator"))
        network = values.get("accelerator_scaleout_bandwidth", usual)
    # No row describes the core of its fabric: all its accelerators count as one pod.
    found = {"system_scaleup_domain": domain, "system_scaleout_bandwidth": network}
    return found | {"pod_size": values["accelerators"]}


def _bandwidth(description: str, node: float) -> float | None:
    """Bytes a second of one accelerator from '8x200Gb/s per node', 'IB HDR 200Gb/s x8 per node', '400Gb/s per GPU'."""
    rate = re.search(r"(\d+(?:\.\d+)?)(?:-\d+)? ?Gb/s", description)
    if rate is None:
        return None
    times = re.search(r"\b(\d+)x|x(\d+)\b", description)
    adapters = float(times[1] or times[2]) if times else 1.0
    per_node = "per node" in description
    total = float(units.read(f"{float(rate[1]) * adapters:g} Gb/s/accelerator", "B/s/accelerator"))
    return total / node if per_node else total


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def stacked(cases: list[Case], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The given values of several cases as arrays over them; a quantity that only some state takes its default."""
    names = dict.fromkeys(name for case in cases for name in case.values)
    return {
        name: np.array([case.values.get(name, defaults.get(name, np.nan)) for case in cases], dtype=float)
        for name in names
    }
