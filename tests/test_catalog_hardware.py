"""Accelerators: complete, consistent with themselves and with each other, sourced."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.catalog import Catalog, Entry

ROOT = Path(__file__).parents[1]
catalog = Catalog([ROOT / "catalogs"])

ACCELERATORS = list(catalog.entries("accelerators"))

# Matrix and vector rates of floating-point formats, the widest first.
FLOATS = ("peak_fp64", "peak_fp32", "peak_tf32", "peak_bf16", "peak_fp8", "peak_fp6", "peak_fp4")

# Successive generations of one line: memory gets faster with each.
GENERATIONS = [
    ["a100-sxm-40gb", "a100-sxm-80gb", "h100-sxm", "h200-sxm", "b200", "b300", "rubin", "rubin-ultra"],
    ["mi250x", "mi300x", "mi325x", "mi355x", "mi455x"],
    ["tpu-v4", "tpu-v5p", "tpu-v7"],
    ["tpu-v5e", "tpu-v6e"],
    ["trainium1", "trainium2", "trainium3"],
    ["gaudi-2", "gaudi-3"],
    ["ascend-910b", "ascend-910c", "ascend-950dt"],
    ["maia-100", "maia-200"],
    ["jetson-agx-orin", "jetson-agx-thor"],
]


def by_key(entry: Entry) -> str:
    return entry.key


def value(kind: str, key: str, field: str) -> float:
    return catalog.entry(kind, key).facts[field].value


@pytest.mark.parametrize("entry", ACCELERATORS, ids=by_key)
def test_an_accelerator_says_what_it_is(entry):
    assert {"vendor", "category", "status", "tags"} <= set(entry.text)
    assert entry.text["status"] in ("announced", "shipping", "end-of-sale")
    assert "memory_capacity" in entry.facts


@pytest.mark.parametrize("entry", ACCELERATORS, ids=by_key)
def test_a_narrower_format_is_never_slower(entry):
    rates = [entry.facts[name].value for name in FLOATS if name in entry.facts]
    assert rates == sorted(rates)
    if "achievable_bf16" in entry.facts:
        assert entry.facts["achievable_bf16"].value < entry.facts["peak_bf16"].value


@pytest.mark.parametrize("line", GENERATIONS, ids=lambda line: line[-1])
def test_memory_gets_faster_with_each_generation(line):
    bandwidths = [value("accelerators", key, "memory_bandwidth") for key in line]
    assert bandwidths == sorted(bandwidths)
