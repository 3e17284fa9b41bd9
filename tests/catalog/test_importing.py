"""Tables of cloud prices and of accelerator facts become entries; what is refused is told with line and reason."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from planner import paths, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry
from planner.catalog.importing import importer
from planner.catalog.importing.importer import Import
from planner.catalog.importing.rows import Said
from planner.errors import InputError
from planner.evidence.claims import documents

SKYPILOT = """InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region,GpuInfo,SpotPrice,AvailabilityZone
p5.48xlarge,H100,8.0,192,2048,55.04,us-east-1,"{'Gpus': [{'MemoryInfo': {'SizeInMiB': 81920}}]}",10.24,us-east-1a
p5.48xlarge,H100,8.0,192,2048,55.04,us-east-1,,10.24,us-east-1a
p5.48xlarge,H100,8.0,192,2048,56.00,us-east-1,,10.24,us-east-1a
p5.48xlarge,H100,8.0,192,2048,68.8,us-west-1,,68.8,us-west-1a
p5.48xlarge,H100,8.0,192,2048,55.04,us-west-2,,70.1,us-west-2a
unpriced-8,MI300X,8,96,1850,700,westus,,,
unpriced-1,MI300X,1,12,230,700,westus,,,
small-mi300x,MI300X,8,96,1850,48,westus,"{'Gpus': [{'MemoryInfo': {'SizeInMiB': 144384}}]}",,
newbox,MI300X,8,96,1850,40,eastus,,15.5,
g4dn,T4,1,4,16,0.5,us-east-1,,,
c5,,0,4,16,0.5,us-east-1,,,
,tpu-v6e-8,1,,,21.6,us-central1,,,
p4d.24xlarge,A100,8,96,1152,22,us-east-1,,,
odd,H100,many,96,1152,22,us-east-1,,,
free,H100,8,96,1152,0,us-east-1,,,
"""  # noqa: E501
MINE = Said("AWS", None, "skypilot", "SkyPilot catalog", "2026-11-01")


def imported(tmp_path: Path, text: str, said: Said = MINE) -> tuple[Import, Catalog]:
    """A table read, and written into a catalog of one's own."""
    own = tmp_path / "own"
    own.mkdir(exist_ok=True)
    file = tmp_path / "table.csv"
    file.write_text(text)
    layers = [paths.shipped("catalogs"), own]
    imports = importer.read(file, Catalog(layers), said, documents.load().noise)
    imports.write()
    return imports, Catalog(layers)


def reasons(found: Import) -> dict[int, str]:
    """Everything said of each line."""
    told: dict[int, str] = {}
    for each in found.findings:
        for line in each.lines:
            told[line] = f"{told.get(line, '')} {each.reason}"
    return told


def price(entry: Entry, name: str) -> float:
    return float(units.convert(entry.facts[name].value, "USD/accelerator/h"))


def test_cloud_prices_of_the_skypilot_catalog(tmp_path):
    found, catalog = imported(tmp_path, SKYPILOT)
    assert found.format == "skypilot"
    assert set(found.drafts) == {"clouds/aws-p5", "clouds/aws-newbox", "clouds/aws-p4d"}
    p5 = catalog.entry("clouds", "aws-p5")
    on_demand = p5.facts["on_demand_price"]
    assert price(p5, "on_demand_price") == pytest.approx(55.04 / 8)
    assert units.convert(on_demand.high, "USD/accelerator/h") == pytest.approx(68.8 / 8)
    assert price(p5, "spot_price") == pytest.approx(10.24 / 8)
    assert (on_demand.kind, on_demand.source) == ("quoted", "skypilot")
    assert on_demand.as_of == datetime.date(2026, 11, 1)
    new = catalog.entry("clouds", "aws-newbox")
    assert new.references["accelerator"] == "mi300x" and new.facts["accelerators"].value == 8
    # The catalog's A100 has 80 GB; in these tables A100 alone means the one of 40 GB.
    assert catalog.entry("clouds", "aws-p4d").references["accelerator"] == "a100-sxm-40gb"
    assert [str(problem) for problem in catalog.problems()] == []


def test_what_is_refused_is_told_with_the_reason(tmp_path):
    told = reasons(imported(tmp_path, SKYPILOT)[0])
    for line, said in {
        3: "repeats line 2",
        4: "contradicts line 2",
        5: "no spot market",
        6: "spot_price: 8.762 is above the on-demand price of 6.88",
        7: "700 USD an hour stands for 'no price'",
        8: "700 USD an hour stands for 'no price'",
        9: "MI300X with 151 GB: mi300x has 206 GB",
        11: "unknown entry of accelerators 'T4'",
        12: "has no accelerator",
        13: "TPU slices do not say how many chips",
        15: "'many' is no number of accelerators",
        16: "0 stands for 'no price'",
    }.items():
        assert said in told[line], line
    assert not {2, 10, 14} & set(told)


def test_one_region_can_be_chosen(tmp_path):
    _, catalog = imported(tmp_path, SKYPILOT, Said("AWS", "us-west-1", "skypilot", "SkyPilot catalog"))
    p5 = catalog.entry("clouds", "aws-p5").facts["on_demand_price"]
    assert units.convert(p5.value, "USD/accelerator/h") == pytest.approx(8.6)
    assert (p5.low, p5.high) == (None, None)


PLAIN = """provider,offer,accelerator,accelerators,region,on_demand_price,spot_price [USD/accelerator/s],date,source
Acme,acme-h100,H100,8,north,2.50,0.0003,2026-10-01,Acme price page
Acme,acme-h100,H100,8,south,2.70,,2026-10-01,Acme price page
Acme,acme-h100,H100,8,north,9.99,,2024-10-01,Acme price page
Acme,acme-b200,B200,8,north,4001.5,,2026-10-01,Acme price page
,nobody,H100,8,north,2.2,,2026-10-01,Acme price page
Acme,acme-h900,H900,8,north,2.2,,2026-10-01,Acme price page
Acme,acme-bad,H100,8,north,cheap,,2026-10-01,Acme price page
Acme,acme-unsaid,H100,8,north,2.2,,2026-10-01,
"""


def test_cloud_prices_in_a_plain_table(tmp_path):
    found, catalog = imported(tmp_path, PLAIN, Said())
    assert found.format == "prices"
    offer = catalog.entry("clouds", "acme-acme-h100")
    assert price(offer, "on_demand_price") == pytest.approx(2.5)
    assert price(offer, "spot_price") == pytest.approx(0.0003 * 3600)
    assert offer.facts["on_demand_price"].source == "acme-price-page"
    assert catalog.sources["acme-price-page"]["title"] == "Acme price page"
    told = reasons(found)
    assert "prices of a later day" in told[4]
    assert "is implausible for b200" in told[5]
    assert "no provider" in told[6]
    assert "unknown entry of accelerators 'H900'. Did you mean 'H" in told[7]
    assert "'cheap' is no price" in told[8]
    assert "has no source" in told[9]


def test_the_shipped_price_table_is_read(tmp_path):
    file = paths.shipped("catalogs") / "prices" / "cloud.csv"
    imports = importer.read(file, Catalog([paths.shipped("catalogs"), tmp_path]), Said(), {})
    assert imports.rows == 919
    assert len(imports.drafts) > 100
    assert not any("implausible" in each.reason for each in imports.findings)


FACTS = """entity,field,value,unit,source_title,source_ref,as_of,confidence,note
MI300X,memory_capacity,141,GB,Market report,x,2026-01,low,
MI300X,memory_capacity,192,GB,AMD data sheet,x,2026-01,high,
MI300X,peak_bf16,2614.9,TFLOPS,AMD data sheet,https://amd.example/mi300x,2026-01,high,
MI300X,tdp,740,W,AMD data sheet,https://amd.example/mi300x,2026-01,high,
Foo 9,tdp,500,W,Foo sheet,https://foo.example/9,2026-03-05,medium,
Foo 9,memory_capacity,96,GiB,Foo sheet,https://foo.example/9,2026-03-05,high,
Foo 9,memory_capacity,95,GiB,Foo sheet,https://foo.example/9,2026-03-05,high,
Foo 9,vendor,Foo,text,Foo sheet,https://foo.example/9,2026-03-05,high,
Foo 9,peak_fp9,100,TFLOPS,Foo sheet,https://foo.example/9,2026-03-05,high,
Foo 9,peak_bf16,fast,TFLOPS,Foo sheet,https://foo.example/9,2026-03-05,high,
"""


def test_accelerator_facts_in_long_format(tmp_path):
    found, catalog = imported(tmp_path, FACTS, Said())
    assert found.format == "facts"
    foo = catalog.find("accelerators", "Foo 9")
    assert foo.text["vendor"] == "Foo"
    assert foo.facts["power"].value == 500 and foo.facts["power"].as_of == datetime.date(2026, 3, 5)
    assert foo.facts["memory_capacity"].value == pytest.approx(96 * 2**30)
    assert catalog.sources[foo.facts["power"].source]["url"] == "https://foo.example/9"
    assert catalog.entry("accelerators", "mi300x").facts["power"].value == 740
    assert catalog.entry("accelerators", "mi300x").facts["memory_capacity"].value > 200e9
    told = reasons(found)
    assert "141 GB/accelerator is implausible: the catalog has 206" in told[2]
    assert "labels mix GB and GiB" in told[3]
    assert "printed with sparsity?" in told[4]
    assert "contradicts line 7 on memory_capacity of Foo 9" in told[8]
    assert "unknown field 'peak_fp9'. Did you mean 'peak_fp" in told[10]
    assert "is not a number" in told[11]


def test_an_import_twice_changes_nothing_the_second_time(tmp_path):
    imported(tmp_path, SKYPILOT)
    again, _ = imported(tmp_path, SKYPILOT)
    assert again.drafts == {}


def test_a_dry_run_shows_and_writes_nothing(tmp_path, run):
    own = tmp_path / "own"
    own.mkdir()
    file = tmp_path / "vms.csv"
    file.write_text(SKYPILOT)
    said = ("--provider", "AWS", "--source", "skypilot", "--source-title", "SkyPilot", "--catalogs", str(own))
    captured = run("catalog", "import", str(file), *said, "--dry-run")
    assert '+value = "6.88 USD/accelerator/h"' in captured.out
    assert "would change 3 entries" in captured.err and "line 3: repeats line 2" in captured.err
    assert list(own.rglob("*.toml")) == []
    answer = run("catalog", "import", str(file), *said, "--json").json
    assert answer["written"] and len(answer["entries"]) == 3 and answer["findings"]
    assert len(list(own.rglob("*.toml"))) == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "has the columns a, b: it takes one of"),
        (b"", "it takes one of"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (SKYPILOT.encode(), "figures need a source"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, said):
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        importer.read(file, Catalog([paths.shipped("catalogs"), tmp_path]), Said(), {})


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        importer.read(tmp_path / "no.csv", Catalog([paths.shipped("catalogs")]), Said(), {})
