"""Models, sites, clouds and cloud prices: complete, consistent with themselves, dated and sourced."""

from __future__ import annotations

import csv
import datetime
import tomllib
from pathlib import Path

import pytest

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.catalog.entries import KINDS, Entry

ROOT = Path(__file__).parents[2]
PRICES = ROOT / "catalogs" / "prices" / "cloud.csv"
ARCHITECTURE = tomllib.loads((ROOT / "planner/glossary/kinds/models.toml").read_text())["architecture"]
OFFERS = ("on_demand_price", "reserved_1y_price", "reserved_3y_price", "block_price", "spot_price")

catalog = Catalog([ROOT / "catalogs"])


def entries(kind: str) -> list[Entry]:
    return list(catalog.entries(kind))


MODELS = [entry for entry in entries("models") if entry.text["model_kind"] != "closed"]
CLOSED = [entry for entry in entries("models") if entry.text["model_kind"] == "closed"]
CLOUDS = entries("clouds")
SITES = entries("sites")


def by_key(entry: Entry) -> str:
    return entry.key


@pytest.mark.parametrize("kind", ["models", "sites", "clouds"])
def test_every_file_loads_and_every_name_means_one_entry(kind):
    assert [str(problem) for problem in catalog.problems() if problem.place.startswith(f"{kind}/")] == []


# Models


def test_there_are_enough_models_of_every_kind():
    kinds = [entry.text["model_kind"] for entry in MODELS]
    attention = [entry.text["attention"] for entry in MODELS]
    assert len(MODELS) >= 40
    assert {"dense", "mixture-of-experts", "diffusion", "vision"} <= set(kinds)
    assert {"multi-head", "grouped-query", "multi-query", "latent", "hybrid-linear"} <= set(attention)
    assert any(entry.facts["window_layers"].value for entry in MODELS)


@pytest.mark.parametrize("model", MODELS, ids=by_key)
def test_a_model_gives_its_whole_architecture(model):
    assert [field for field in ARCHITECTURE if field not in model.facts] == []
    assert {"vendor", "family", "license", "released"} <= set(model.text)


@pytest.mark.parametrize("model", CLOSED, ids=by_key)
def test_a_closed_model_says_what_to_plan_with_instead(model):
    assert model.text["stand_in"] in [entry.key for entry in MODELS]


def counted(model: Entry) -> tuple[float, float, float]:
    """Parameters, active parameters and those of one embedding, counted from the architecture."""
    a = {name: model.facts[name].value for name in ARCHITECTURE}
    hidden, heads, head, value = a["hidden_size"], a["heads"], a["head_size"], a["value_head_size"]
    query_channels = heads * (head + a["rope_head_size"])
    if a["kv_lora_rank"]:
        rank = a["q_lora_rank"]
        query = (hidden + query_channels) * rank if rank else hidden * query_channels
        keys = hidden * (a["kv_lora_rank"] + a["rope_head_size"]) + a["kv_lora_rank"] * heads * (head + value)
    else:
        query = hidden * query_channels
        keys = hidden * a["kv_heads"] * (head + value)
    attention = query + keys + heads * value * hidden
    matrices = 2 + a["gated"]
    expert = matrices * hidden * a["expert_ffn_size"]
    shared = a["shared_experts"] * matrices * hidden * a["shared_expert_ffn_size"]
    router = a["experts"] * hidden
    mixtures = a["layers"] - a["dense_layers"]
    embedding = a["vocabulary"] * hidden
    common = (
        (a["layers"] - a["linear_attention_layers"]) * attention
        + a["linear_attention_layers"] * a["linear_layer_parameters"]
        + a["dense_layers"] * matrices * hidden * a["ffn_size"]
        + embedding * (2 - a["tied_embeddings"])
        + mixtures * (shared + router)
    )
    if "other_parameters" in model.facts:
        common += model.facts["other_parameters"].value
    return common + mixtures * a["experts"] * expert, common + mixtures * a["experts_per_token"] * expert, embedding


@pytest.mark.parametrize("model", MODELS, ids=by_key)
def test_parameters_follow_from_the_architecture(model):
    total, active, embedding = counted(model)
    assert total == pytest.approx(model.facts["parameters"].value, rel=0.02)
    # Some publishers leave the input embedding out of the active parameters, some both embeddings.
    published = model.facts["active_parameters"].value
    rounding = 0.5e9 if published < 10e9 and published % 1e9 == 0 else 0.0
    conventions = [active, active - embedding, active - 2 * embedding]
    nearest = min(conventions, key=lambda count: abs(count - published))
    assert nearest == pytest.approx(published, rel=0.04, abs=rounding)


@pytest.mark.parametrize("model", MODELS, ids=by_key)
def test_an_architecture_makes_sense(model):
    a = {name: model.facts[name].value for name in ARCHITECTURE}
    assert a["kv_heads"] <= a["heads"]
    assert a["heads"] % a["kv_heads"] == 0
    assert a["active_parameters"] <= a["parameters"]
    assert a["window_layers"] + a["linear_attention_layers"] <= a["layers"]
    assert a["dense_layers"] <= a["layers"]
    assert bool(a["window_layers"]) == bool(a["sliding_window"])
    assert bool(a["linear_attention_layers"]) == bool(a["linear_layer_parameters"]) == bool(a["linear_layer_state"])
    assert bool(a["kv_lora_rank"]) == bool(a["rope_head_size"]) == (model.text["attention"] == "latent")
    assert bool(a["ffn_size"]) == bool(a["dense_layers"])
    mixture = a["dense_layers"] < a["layers"]
    assert bool(a["experts"]) == bool(a["experts_per_token"]) == bool(a["expert_ffn_size"]) == mixture
    assert a["experts_per_token"] <= a["experts"]
    assert bool(a["shared_experts"]) == bool(a["shared_expert_ffn_size"])
    assert (a["active_parameters"] < a["parameters"]) == mixture


# Sites


def test_every_region_has_price_and_carbon_of_its_electricity():
    assert len(SITES) == 35
    for site in SITES:
        assert {"electricity_price", "carbon_intensity"} <= set(site.facts), site.key
        assert {"country", "iso3", "segment_region", "residency", "export_control"} <= set(site.text), site.key
        price = units.convert(site.facts["electricity_price"].value, "USD/MWh")
        carbon = units.convert(site.facts["carbon_intensity"].value, "gCO2e/kWh")
        assert 20 < price < 450, site.key
        assert 5 < carbon < 900, site.key


def test_rules_of_the_grid():
    texas = catalog.entry("sites", "us-texas")
    assert units.convert(texas.facts["grid_rule_power"].value, "MW") == pytest.approx(75)
    ohio = catalog.entry("sites", "us-ohio")
    assert ohio.facts["minimum_bill"].value == 0.85
    assert {"eu", "gdpr"} <= set(catalog.entry("sites", "germany").text["tags"])
    assert "export-restricted" in catalog.entry("sites", "china").text["tags"]


# Clouds


def test_offers_of_many_providers_for_the_accelerators_people_rent():
    rented: dict[str, set[str]] = {}
    for cloud in CLOUDS:
        if "on_demand_price" in cloud.facts:
            rented.setdefault(cloud.references["accelerator"], set()).add(cloud.text["provider"])
    for accelerator, providers in (("h100-sxm", 8), ("h200-sxm", 6), ("b200", 6), ("a100-sxm-80gb", 4), ("mi300x", 4)):
        assert len(rented[accelerator]) >= providers, accelerator
    assert {cloud.text["tier"] for cloud in CLOUDS} >= {"hyperscaler", "specialist", "sovereign"}


@pytest.mark.parametrize("cloud", CLOUDS, ids=by_key)
def test_prices_of_an_offer_are_dated_and_in_order(cloud):
    prices = {name: cloud.facts[name] for name in OFFERS if name in cloud.facts}
    for name, fact in prices.items():
        assert fact.as_of is not None or fact.kind == "estimate", name
        assert 0.05 < units.convert(fact.value, "USD/accelerator/h") < 25, name
        assert fact.source and fact.where, name
    if "on_demand_price" in prices:
        ceiling = prices["on_demand_price"].value
        for name in OFFERS[1:]:
            if name in prices:
                assert prices[name].value <= ceiling, name
        if "spot_price" in prices:
            assert prices["spot_price"].value < ceiling
    if "reserved_1y_price" in prices and "reserved_3y_price" in prices:
        assert prices["reserved_3y_price"].value <= prices["reserved_1y_price"].value
    assert cloud.text["provider"]


@pytest.mark.parametrize("cloud", CLOUDS, ids=by_key)
def test_an_offer_refers_to_an_accelerator_that_is_there(cloud):
    reference = cloud.references.get("accelerator")
    if reference is None:
        assert cloud.text.get("description")
    else:
        assert reference in catalog.keys("accelerators")


def test_rental_prices_of_the_source_documents_stay_visible():
    for key in ("aws-p5", "azure-nd-h100-v5", "gcp-a3-mega", "oci-h100", "coreweave-h100", "lambda-8x-h100"):
        others = catalog.entry("clouds", key).facts["on_demand_price"].alternatives
        band = [fact for fact in others if fact.where == "claim s3.gpu_price"]
        assert [round(units.convert(fact.value, "USD/accelerator/h"), 6) for fact in band] == [2, 5], key


def test_accelerator_alone_is_not_taken_for_the_instance():
    """Google prices accelerators without their host: the entries add it."""
    mega = catalog.entry("clouds", "gcp-a3-mega").facts["on_demand_price"]
    assert units.convert(mega.value, "USD/accelerator/h") == pytest.approx(10.344 + 1.18)
    assert mega.kind == "derived"


# Names

NAMES = {
    "clouds": [
        "NVIDIA DGX Cloud", "Azure ND H100 v5", "ND H100 v5", "Google Cloud A3 Mega", "A3 Mega", "AWS P4d", "AWS P5",
        "AWS UltraCluster", "Amazon Web Services", "Microsoft Azure", "Google Cloud", "Oracle Cloud", "IBM",
        "CoreWeave", "Lambda Labs", "Paperspace / DigitalOcean", "Vultr", "OVHcloud", "Deutsche Telekom", "Equinix",
        "HPE GreenLake AI", "Rackspace Technology", "Alibaba Cloud", "Tencent Cloud", "Huawei Cloud", "Baidu AI Cloud",
        "Telecommunications providers (class)", "Colocation service providers (class)", "GPU-as-a-Service (class)",
        "Hyperscale cloud providers (class)", "AMD-Rackspace 30 MW deployment",
    ],
    "models": ["ChatGPT", "GPT-4", "Claude", "Gemini", "Llama", "DeepSeek"],
    "sites": ["Mumbai and Pune cloud regions", "Texas", "United Arab Emirates", "Saudi Arabia"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NAMES.items() for name in names])
def test_names_of_the_source_documents_are_found(kind, name):
    assert catalog.find(kind, name).kind == kind


# Figures


@pytest.mark.parametrize("kind", ["models", "sites", "clouds"])
def test_every_figure_says_where_it_comes_from(kind):
    for entry in entries(kind):
        for name, fact in entry.facts.items():
            assert fact.where, f"{entry.origin} {name}"
            assert fact.source in catalog.sources, f"{entry.origin} {name}"
            if fact.source == "market-estimates":
                assert fact.kind == "estimate", f"{entry.origin} {name}"


def test_sources_are_described():
    mine = tomllib.loads((ROOT / "catalogs" / "sources-markets.toml").read_text())
    for name, row in mine.items():
        assert row["title"] and row["publisher"], name
        assert isinstance(row["retrieved"], datetime.date), name
        assert row.get("url", "https://").startswith("https://"), name


# Price table


def price_rows() -> list[dict[str, str]]:
    with PRICES.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(name: str) -> str:
    return f"{name} [USD/accelerator/h]"


def test_the_price_table_is_whole():
    rows = price_rows()
    assert len(rows) == 919
    known = set(catalog.sources)
    accelerators = set(catalog.keys("accelerators"))
    for number, row in enumerate(rows, start=2):
        assert 2018 <= datetime.date.fromisoformat(row["date"]).year <= 2026, number
        assert row["source"] in known, number
        assert row["kind"] in KINDS, number
        assert row["provider"] and row["accelerator_printed"], number
        assert row["accelerator"] in accelerators | {""}, number
        assert int(row["accelerators"]) >= 1, number
        prices = [float(row[column(name)]) for name in OFFERS if row[column(name)]]
        assert prices and all(0 < price < 25 for price in prices), number


def test_prices_of_the_table_are_in_order():
    for number, row in enumerate(price_rows(), start=2):
        price = {name: float(row[column(name)]) for name in OFFERS if row[column(name)]}
        ceiling = price.get("on_demand_price", float("inf"))
        assert price.get("reserved_1y_price", 0) <= ceiling, number
        assert price.get("reserved_3y_price", 0) <= ceiling, number
        assert price.get("spot_price", 0) < ceiling, number


def test_traps_of_the_price_sources_are_marked():
    rows = price_rows()
    assert not any("700" in row[column("on_demand_price")] for row in rows)
    assert sum("no spot market" in row["note"] for row in rows) == 8
    assert all("accelerator alone" in row["basis"] for row in rows if "accelerator SKU" in row["offer"])
    slices = [row for row in rows if row["offer"] == "tpu-v5p-12288"]
    assert slices and all(row["accelerators"] == "6144" for row in slices)


def test_kinds_are_described():
    for kind, roles in (("models", ("model",)), ("sites", ("site",)), ("clouds", ("cloud",))):
        described = glossary.kinds()[kind]
        assert described.roles == roles
        assert all(quantity.meaning for quantity in described.fields.values())
