"""Catalog files: loaded, checked, overlaid, found."""

from pathlib import Path

import pytest

from planner import glossary, paths
from planner.catalog.catalog import Catalog
from planner.catalog.entries import KINDS
from planner.errors import InputError

SHIPPED = Catalog([paths.shipped("catalogs")])


def layer(tmp_path: Path, kind: str = "", name: str = "", text: str = "") -> Catalog:
    """The shipped catalog with one file of the user's on top."""
    if kind:
        (tmp_path / kind).mkdir(exist_ok=True)
        (tmp_path / kind / f"{name}.toml").write_text(text)
    return Catalog([paths.shipped("catalogs"), tmp_path])


def test_every_shipped_file_is_right():
    assert [str(problem) for problem in SHIPPED.problems()] == []


def test_every_figure_has_a_source_and_a_kind():
    for kind in glossary.kinds():
        for entry in SHIPPED.entries(kind):
            for name, fact in entry.facts.items():
                assert fact.source in SHIPPED.sources, f"{entry.origin} {name}"
                assert fact.kind in KINDS
    assert all(fact.source for fact in SHIPPED.defaults.values())


def test_all_problems_of_an_entry_are_reported_together(tmp_path):
    catalog = layer(
        tmp_path,
        "accelerators",
        "x100",
        'name = "X100"\nmemory_bandwith = "3 TB/s/accelerator"\npower = "700 GB/accelerator"\n'
        'peak_bf16 = "-3 TFLOP/s/accelerator"\navailable = "soon"\n[memory_capacity]\nvalue = "80 GiB/accelerator"\n'
        'low = "90 GiB/accelerator"\nsource = "nowhere"\nkind = "guess"\n',
    )
    with pytest.raises(InputError) as caught:
        catalog.entry("accelerators", "x100")
    text = str(caught.value)
    for said in (
        "unknown field 'memory_bandwith'. Did you mean 'memory_bandwidth'?",
        "power: no source",
        "takes a unit like 'W/accelerator'",
        "out of range: peak_bf16",
        "is not a date",
        "unknown source 'nowhere'",
        "unknown kind 'guess'",
        "outside its own low and high",
    ):
        assert said in text, said


def test_a_user_entry_overrides_field_by_field(tmp_path):
    shipped = SHIPPED.entry("accelerators", "h100-sxm")
    text = 'source = "definition"\npower = "650 W/accelerator"\naliases = ["my card"]\n'
    mine = layer(tmp_path, "accelerators", "h100-sxm", text)
    entry = mine.entry("accelerators", "h100-sxm")
    assert entry.facts["power"].value == 650
    assert entry.facts["memory_bandwidth"] == shipped.facts["memory_bandwidth"]
    assert entry.name == shipped.name
    assert mine.find("accelerators", "My Card").key == "h100-sxm"


def test_an_accelerator_nobody_shipped_takes_a_few_lines(tmp_path):
    text = """name = "X100"
source = "planning-estimate"
power = "900 W/accelerator"
memory_capacity = "192 GiB/accelerator"
memory_bandwidth = "6 TB/s/accelerator"
peak_bf16 = "1500 TFLOP/s/accelerator"
scaleup_bandwidth = "600 GB/s/accelerator"
"""
    assert len(text.splitlines()) < 10
    assert layer(tmp_path, "accelerators", "x100", text).entry("accelerators", "x100").facts["power"].value == 900


@pytest.mark.parametrize("spelling", ["H100", "nvidia h100", "H100 SXM", "h100-sxm", "H100-sxm"])
def test_names_are_found_by_alias_case_and_spelling(spelling):
    assert SHIPPED.find("accelerators", spelling).key == "h100-sxm"


def test_a_misspelt_name_gets_the_nearest():
    with pytest.raises(InputError, match="Did you mean"):
        SHIPPED.find("accelerators", "h100-sxn")


def test_broken_files_are_refused_with_the_reason(tmp_path):
    with pytest.raises(InputError, match="broken TOML"):
        layer(tmp_path, "accelerators", "a", "name = ").entry("accelerators", "a")
    with pytest.raises(InputError, match="nested too deeply|broken TOML"):
        layer(tmp_path, "accelerators", "b", "a = " + "[" * 100_000).entry("accelerators", "b")
    (tmp_path / "accelerators" / "c.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        layer(tmp_path).entry("accelerators", "c")


def test_names_cannot_leave_the_catalog():
    for name in ("../sources-defaults", "/etc/passwd", "a/b", ""):
        with pytest.raises(InputError):
            SHIPPED.find("accelerators", name)


def test_a_source_that_says_too_little_is_told_by_the_check(tmp_path):
    (tmp_path / "sources.toml").write_text('[sheet]\ntitel = "A sheet"\nretrieved = "soon"\n')
    assert [str(problem) for problem in Catalog([tmp_path]).problems()] == [
        "sources.toml: sheet.titel: unknown key 'titel'. Did you mean 'title'?",
        "sources.toml: sheet.retrieved: 'soon' is not a date: write it without quotes, as 2026-05-31",
        "sources.toml: sheet.title: is missing: it takes a text in quotes",
    ]
