"""Hardware and context entries: complete, consistent with themselves and with each other, sourced, found by name."""

from __future__ import annotations

import csv
import datetime
import tomllib
from pathlib import Path

import pytest

from planner import units
from planner.catalog import browse
from planner.catalog.catalog import Catalog
from planner.catalog.entries import KINDS as KINDS_OF_FIGURES
from planner.catalog.entries import Entry, folded
from tests.conftest import planned

ROOT = Path(__file__).parents[2]
catalog = Catalog([ROOT / "catalogs"])

PARTS = ("network_parts", "cooling_parts", "power_parts")
KINDS = ("accelerators", "systems", "interconnects", "cooling", "power", *PARTS, "storage", "edge", "others")
ENTRIES = [entry for kind in KINDS for entry in catalog.entries(kind)]
ACCELERATORS = list(catalog.entries("accelerators"))
SYSTEMS = list(catalog.entries("systems"))
# The day on which the catalogs were last read against the calendar.
READ = datetime.date(2026, 11, 21)

# Rates of floating-point formats, the widest first.
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


def by_origin(entry: Entry) -> str:
    return entry.origin


def value(kind: str, key: str, field: str) -> float:
    return catalog.entry(kind, key).facts[field].value


def highest(entry: Entry, field: str) -> float:
    fact = entry.facts[field]
    return max(end for end in (fact.value, fact.high) if end is not None)


def lowest(entry: Entry, field: str) -> float:
    fact = entry.facts[field]
    return min(end for end in (fact.value, fact.low) if end is not None)


# All


def test_every_file_loads_and_every_name_means_one_entry():
    assert [str(problem) for problem in catalog.problems()] == []


def test_there_are_enough_entries_of_every_kind():
    counts = {kind: len(catalog.keys(kind)) for kind in KINDS}
    least = {"accelerators": 57, "systems": 42, "interconnects": 5, "cooling": 9, "power": 3, "storage": 14}
    assert all(counts[kind] >= number for kind, number in least.items()), counts
    assert [counts[kind] >= number for kind, number in zip(PARTS, (65, 20, 30), strict=True)] == [True] * 3, counts
    assert counts["edge"] >= 5 and counts["others"] >= 60


@pytest.mark.parametrize("entry", ENTRIES, ids=by_origin)
def test_every_figure_says_where_it_comes_from(entry):
    for name, fact in entry.facts.items():
        for said in (fact, *fact.alternatives):
            assert said.source in catalog.sources, name
            if said.source.startswith("seed-"):
                assert said.where, name
            if said.source in ("recalled", "planning-analogy"):
                assert said.kind == "estimate", name
    assert entry.text.get("status", "shipping") in ("announced", "shipping", "end-of-sale")
    assert entry.facts or entry.text.get("description"), "says nothing"


@pytest.mark.parametrize("entry", ENTRIES, ids=by_origin)
def test_status_and_dates_agree(entry):
    status, available, ended = (entry.text.get(name) for name in ("status", "available", "end_of_sale"))
    if available is not None and status is not None:
        assert (available > READ) == (status == "announced")
    if ended is not None:
        assert available < ended and (ended <= READ) == (status == "end-of-sale")


def test_sources_are_described():
    for name, row in tomllib.loads((ROOT / "catalogs" / "sources-hardware.toml").read_text()).items():
        assert row["title"] and row["publisher"], name
        assert isinstance(row["retrieved"], datetime.date), name
        assert row.get("url", "https://").startswith(("https://", "http://")), name


def test_conflicts_between_sources_stay_visible():
    ranges = {
        ("systems", "vr-nvl72", "power", "kW/system"): (132, 230),
        ("systems", "gb200-nvl72", "power", "kW/system"): (120, 150),
        ("systems", "gb300-nvl72", "power", "kW/system"): (120, 150),
        ("others", "h100-rental", "price", "USD/accelerator/h"): (2, 12),
        ("accelerators", "b300", "peak_fp4", "TFLOP/s/accelerator"): (12_600, 14_000),
        ("accelerators", "mi455x", "memory_bandwidth", "TB/s/accelerator"): (19.6, 23.3),
        ("accelerators", "ascend-950pr", "memory_capacity", "GB/accelerator"): (112, 128),
    }
    for (kind, key, field, unit), (low, high) in ranges.items():
        entry = catalog.entry(kind, key)
        assert units.convert(lowest(entry, field), unit) <= low * 1.001, key
        assert units.convert(highest(entry, field), unit) >= high * 0.999, key
        assert entry.facts[field].note, key


# Accelerators


@pytest.mark.parametrize("entry", ACCELERATORS, ids=by_origin)
def test_an_accelerator_says_what_it_is(entry):
    assert {"vendor", "category", "status", "tags"} <= set(entry.text)
    assert "memory_capacity" in entry.facts


@pytest.mark.parametrize("entry", ACCELERATORS, ids=by_origin)
def test_a_narrower_format_is_never_slower(entry):
    rates = [entry.facts[name].value for name in FLOATS if name in entry.facts]
    assert rates == sorted(rates)
    for achieved, peak in (("achievable_bf16", "peak_bf16"), ("achievable_fp8", "peak_fp8")):
        if achieved in entry.facts:
            assert entry.facts[achieved].value < entry.facts[peak].value


@pytest.mark.parametrize("line", GENERATIONS, ids=lambda line: line[-1])
def test_memory_gets_faster_with_each_generation(line):
    bandwidths = [value("accelerators", key, "memory_bandwidth") for key in line]
    assert bandwidths == sorted(bandwidths)


@pytest.mark.parametrize("entry", ACCELERATORS, ids=by_origin)
def test_reading_the_whole_memory_takes_a_believable_time(entry):
    """From a hundredth of a millisecond (memory on the chip) to half a second (memory of a phone)."""
    if "memory_bandwidth" in entry.facts:
        seconds = entry.facts["memory_capacity"].value / entry.facts["memory_bandwidth"].value
        assert 1e-6 < seconds < 0.6


@pytest.mark.parametrize("entry", ACCELERATORS, ids=by_origin)
def test_export_tags_follow_from_the_performance(entry):
    """Total processing performance is the dense rate times the bits of its format; the US rule starts at 4,800 tera."""
    widths = {"peak_bf16": 16, "peak_fp8": 8, "peak_int8": 8, "peak_fp4": 4}
    performance = max(
        (entry.facts[name].value * bits for name, bits in widths.items() if name in entry.facts), default=0
    )
    tags = set(entry.text["tags"])
    sold = not tags & {"rent-only", "one-buyer", "entity-list"}
    export = {"export-licence", "export-case-by-case", "export-variant"}
    if sold and entry.text["vendor"] in ("NVIDIA", "AMD", "Intel", "Cerebras", "Groq") and performance >= 4800e12:
        assert tags & export
    if tags & export | tags & {"entity-list"}:
        assert entry.text["export_control"]
    if "export-case-by-case" in tags:
        assert performance <= 21_000e12


# Systems


@pytest.mark.parametrize("entry", SYSTEMS, ids=by_origin)
def test_a_system_names_its_accelerator_and_their_number(entry):
    assert entry.references["accelerator"] in catalog.keys("accelerators")
    assert {"accelerators", "nodes"} <= set(entry.facts)
    count, nodes = entry.facts["accelerators"].value, entry.facts["nodes"].value
    assert count % nodes == 0
    if "scaleup_domain" in entry.facts:
        assert entry.facts["scaleup_domain"].value <= count
    if "systems_per_rack" in entry.facts and "rack_units" in entry.facts:
        assert entry.facts["systems_per_rack"].value * entry.facts["rack_units"].value <= 52


@pytest.mark.parametrize("entry", SYSTEMS, ids=by_origin)
def test_accelerators_fit_into_the_power_of_their_system(entry):
    accelerator = catalog.entry("accelerators", entry.references["accelerator"])
    if "power" in entry.facts and "power" in accelerator.facts:
        together = entry.facts["accelerators"].value * accelerator.facts["power"].value
        assert together < entry.facts["power"].value
    if "power" in entry.facts:
        order = [entry.facts[name].value for name in ("power_idle", "power_typical") if name in entry.facts]
        assert [*order, highest(entry, "power")] == sorted([*order, highest(entry, "power")])
    if {"power_supplies", "power"} <= set(entry.facts):
        assert highest(entry, "power_supplies") >= lowest(entry, "power")


@pytest.mark.parametrize("entry", SYSTEMS, ids=by_origin)
def test_a_system_costs_at_least_its_accelerators(entry):
    accelerator = catalog.entry("accelerators", entry.references["accelerator"])
    if "price" in entry.facts and "price" in accelerator.facts:
        together = entry.facts["accelerators"].value * lowest(accelerator, "price")
        # Shares of a system in the price of an accelerator are rounded to dollars.
        assert together < highest(entry, "price") * 1.001


@pytest.mark.parametrize("entry", SYSTEMS, ids=by_origin)
def test_the_network_of_a_system_carries_its_accelerators(entry):
    if {"scaleout_bandwidth", "network_ports"} <= set(entry.facts):
        port = entry.facts["scaleout_bandwidth"].value * entry.facts["accelerators"].value
        gigabits = units.convert(port / entry.facts["network_ports"].value, "Gb/s")
        assert gigabits in [pytest.approx(speed) for speed in (200, 400, 800, 1600)]


@pytest.mark.parametrize("key", ["dgx-h100", "gb300-nvl72", "vr-nvl72", "mi355x-platform", "gaudi-3-server"])
def test_a_system_of_the_catalog_is_planned(key):
    text = f'[choose]\nsystem = "{key}"\n[set]\naccelerators = "1152 accelerator"\n'
    the_plan = planned(text)
    assert the_plan.results["facility_power"].value > 0
    assert the_plan.results["capex_compute"].value > 0


# Networks, cooling, power and storage


@pytest.mark.parametrize(
    ("role", "key"),
    [(role, key) for role, kind in (("fabric", "interconnects"), ("cooling", "cooling"), ("power_chain", "power"))
     for key in catalog.keys(kind)],
)  # fmt: skip
def test_whatever_can_be_chosen_gives_a_whole_plan(role, key):
    text = f'[choose]\nsystem = "dgx-h100"\n{role} = "{key}"\n[set]\naccelerators = "1024 accelerator"\n'
    the_plan = planned(text)
    lacks = {need for needs in the_plan.missing.values() for need in needs}
    assert [need for need in lacks if need.startswith(f"{role}_")] == []
    assert {"switches", "facility_power", "capex", "tco", "water_per_year"} <= set(the_plan.results)


@pytest.mark.parametrize("entry", list(catalog.entries("network_parts")), ids=by_origin)
def test_a_pair_has_no_more_bandwidth_than_an_accelerator(entry):
    facts = entry.facts
    if {"bandwidth", "peer_bandwidth"} <= set(facts):
        assert facts["peer_bandwidth"].value <= facts["bandwidth"].value
    if {"node_bandwidth", "node_ports", "port_bandwidth"} <= set(facts):
        together = facts["node_ports"].value * facts["port_bandwidth"].value
        assert facts["node_bandwidth"].value == pytest.approx(together)


def test_ways_of_cooling_take_denser_racks_the_more_liquid_they_use():
    keys = ["air-legacy", "air-perimeter", "air", "rear-door", "direct-to-chip", "direct-to-chip-full"]
    limits = [value("cooling", key, "rack_limit") for key in keys]
    assert limits == sorted(limits)
    assert value("cooling", "air", "liquid_share") == 0
    assert value("cooling", "direct-to-chip-full", "liquid_share") == 1


def test_more_redundancy_installs_more():
    keys = ["redundancy-n", "redundancy-n-1", "redundancy-n-2", "redundancy-2n", "redundancy-2n-1"]
    installed = [value("power_parts", key, "installed_over_needed") for key in keys]
    assert installed == sorted(installed)
    tiers = [value("power", key, "availability") for key in ("tier-1", "tier-3", "tier-4")]
    assert tiers == sorted(tiers)


# The source documents


def ledger() -> list[dict[str, str]]:
    with (ROOT / "seeds" / "systems.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", [row["name"] for row in ledger() if row["noise"] == "no"])
def test_every_name_of_the_ledger_is_found(name):
    hits = catalog.search(name)
    assert [entry.origin for entry, matched in hits if folded(matched) == folded(name)], [e.origin for e, _ in hits]


def test_noise_of_the_ledger_is_not():
    noise = [row["name"] for row in ledger() if row["noise"] == "yes"]
    assert len(noise) == 5
    assert all(catalog.search(name) == [] for name in noise)


@pytest.mark.parametrize(
    ("spelling", "origin"),
    [
        ("MI450X", "accelerators/mi455x"),
        ("A3 Mega", "clouds/gcp-a3-mega"),
        ("ND H100 v5", "clouds/azure-nd-h100-v5"),
        ("Azure Stack Edge", "edge/azure-stack-edge"),
        ("Ascend 950PR", "accelerators/ascend-950pr"),
        ("vera rubin nvl72", "systems/vr-nvl72"),
        ("XE9812", "systems/poweredge-xe9812"),
        ("amd helios", "systems/amd-helios"),
        ("SB 6", "others/texas-sb6"),
    ],
)
def test_search_finds_by_alias_case_and_spelling(run, spelling, origin):
    first = run("catalog", "search", spelling, "--json").json[0]
    assert f"{first['kind']}/{first['entry']}" == origin


@pytest.mark.parametrize(
    ("mistyped", "origin"),
    [
        ("Azure Stak Edge", "edge/azure-stack-edge"),
        ("Asend 950PR", "accelerators/ascend-950pr"),
        ("MI455Y", "accelerators/mi455x"),
    ],
)
def test_a_mistyped_name_finds_the_nearest(mistyped, origin):
    hits = catalog.search(mistyped)
    assert hits[0][0].origin == origin
    assert len(hits) <= 3


def test_every_figure_of_the_source_documents_stands_in_a_catalog():
    with (ROOT / "seeds" / "claims.csv").open(newline="", encoding="utf-8") as file:
        used = [
            row["claim_id"] for row in csv.DictReader(file) if row["how_used"] in ("catalog value", "model default")
        ]
    text = "".join(path.read_text() for path in (ROOT / "catalogs").rglob("*.toml"))
    assert [claim for claim in used if claim not in text] == []


@pytest.mark.parametrize(
    ("origin", "field", "claim", "unit", "said"),
    [
        ("systems/vr-nvl72", "power", "s0.nvl72_power", "kW/system", 132),
        ("accelerators/mi300x", "memory_capacity", "s1.hbm_capacity", "GB/accelerator", 141),
        ("network_parts/nvlink-4", "bandwidth", "s1.nvlink_bw", "GB/s/accelerator", 900),
        ("network_parts/infinity-fabric-mi300x", "peer_bandwidth", "s1.infinity_bw", "GB/s/accelerator", 128),
        ("interconnects/roce-800g", "port_bandwidth", "s1.scaleout_rates", "Gb/s/port", 800),
        ("cooling/direct-to-chip", "rack_limit", "s3.rack_max", "kW/rack", 120),
    ],
)
def test_what_they_say_stands_beside_the_better_figure(origin, field, claim, unit, said):
    kind, key = origin.split("/")
    fact = catalog.entry(kind, key).facts[field]
    (other,) = [each for each in fact.alternatives if each.where == f"claim {claim}"]
    assert other.source == f"seed-{claim[:2]}"
    assert units.convert(other.value, unit) == pytest.approx(said)
    assert other.note


@pytest.mark.parametrize(
    ("key", "field", "claim", "unit", "low", "high"),
    [
        ("cluster-integrators", "margin", "s1.gross_margin", "%", 28, 46),
        ("cluster-integrators", "line_rate", "s1.line_capacity", "1/year", 180, 520),
        ("accelerator-generations", "interval", "s3.obsolescence", "month", 12, 24),
        ("franco-german-paper", "sovereign_share", "s0.sovereign_target", "%", 30, 50),
    ],
)
def test_ranges_they_give_are_kept(key, field, claim, unit, low, high):
    fact = catalog.entry("others", key).facts[field]
    assert fact.where == f"claim {claim}"
    assert units.convert(fact.low, unit) == pytest.approx(low)
    assert units.convert(fact.high, unit) == pytest.approx(high)


# Dated tables

TABLES = browse.dated_tables(catalog)
FACTS = [name for name, path in TABLES.items() if path.parent.name == "tables"]


def rows_of(name: str) -> list[dict[str, str]]:
    table = browse.dated_table(catalog, name, [])
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def in_order(row: dict[str, str], *columns: str) -> list[float]:
    numbers = [float(row[column]) for column in columns if row[column]]
    assert numbers, row
    assert numbers == sorted(numbers), row
    return numbers


@pytest.mark.parametrize("name", FACTS)
def test_dated_facts_have_units_sources_and_dates(name):
    for row in rows_of(name):
        in_order(row, "low", "value", "high")
        units.unit(row["unit"])
        assert row["source"] in catalog.sources, row
        assert row["kind"] in KINDS_OF_FIGURES, row
        assert row["date"] or row["kind"] == "estimate", row
        assert not row["date"] or datetime.date.fromisoformat(row["date"]) <= READ, row


def test_dated_prices_say_on_what_basis_they_stand():
    rows = rows_of("hardware")
    assert len(rows) == 100
    for row in rows:
        assert min(in_order(row, "low [USD]", "typical [USD]", "high [USD]")) > 0
        assert row["basis"] in ("list", "street", "estimate", "survey", "asking"), row
        assert row["source"] in catalog.sources, row
        assert 2018 <= datetime.date.fromisoformat(row["date"]).year <= 2026, row
        if row["entry"]:
            kind, key = row["entry"].split("/")
            assert key in catalog.keys(kind), row
    assert sum("h100-sxm" in row["entry"] for row in rows) >= 8


def test_dated_tables_are_listed_and_filtered(run):
    assert {row["table"] for row in run("catalog", "tables", "--json").json} >= {"cloud", "hardware", "reliability"}
    conditions = ("--where", "accelerator = b200", "--where", "on_demand_price < 3")
    answer = run("catalog", "tables", "cloud", *conditions, "--json").json
    assert answer and all(float(row["on_demand_price [USD/accelerator/h]"]) < 3 for row in answer)
    assert "Did you mean 'hardware'?" in run("catalog", "tables", "hardwre", status=2).err
    assert "is not COLUMN OP VALUE" in run("catalog", "tables", "cloud", "--where", "price", status=2).err
