"""Published serving cases: read, predicted within the stated accuracy, and fitted anew."""

import csv
import dataclasses

import numpy as np
import pytest

from planner import paths
from planner.errors import InputError
from planner.evidence.calibration import serving
from planner.evidence.calibration.fitting import prior
from planner.evidence.validation import serving_cases
from planner.evidence.validation.serving import validate_inference
from planner.files import read_toml
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Scenario
from tests.conftest import CATALOG, planned

SHIPPED = paths.shipped("catalogs") / "measurements" / "inference.csv"
FIT = read_toml(paths.shipped("catalogs") / "calibration" / "inference.toml")["fit"]


@pytest.fixture(scope="module")
def cases():
    return serving_cases.read(CATALOG)


@pytest.fixture(scope="module")
def replay():
    return validate_inference(CATALOG)


def written(tmp_path, **changes):
    """A file with the first shipped case, changed."""
    with SHIPPED.open(newline="", encoding="utf-8") as stream:
        row = next(csv.DictReader(stream)) | changes
    path = tmp_path / "cases.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row)
    return path


def test_every_case_is_predicted(replay):
    assert replay["cases"] == replay["predicted"] == 827
    assert replay["coverage"] == 1


def test_accuracy_on_the_cases_the_fit_saw(replay):
    assert replay["mape"] <= 0.15
    assert replay["median_ape"] <= 0.09


def test_accuracy_on_sources_the_fit_did_not_see():
    left_out = FIT["left_out"]
    assert left_out["output_tokens_per_second_mape"] <= 0.22
    assert left_out["output_tokens_per_second_median_ape"] <= 0.15
    assert left_out["tpot_median_ape"] <= 0.13
    assert left_out["ttft_median_ape"] <= 0.30
    for metric in serving_cases.METRICS:
        assert 0.75 <= left_out[f"{metric}_band_coverage"] <= 0.85


def test_the_band_holds_four_of_five_cases_of_sources_not_seen():
    random = np.random.default_rng(1)

    def source(rows):
        return random.normal(random.normal(0.05, 0.3), 0.2, rows)

    inside = []
    for _ in range(400):
        band = serving.spread({rows: source(rows) for rows in (20, 200, 5, 60)}).band
        new = np.exp(source(50))
        inside.append(np.mean((new >= band[0]) & (new <= band[1])))
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)


def test_a_band_of_sources_that_agree_is_that_of_their_rows():
    rows = np.random.default_rng(2).normal(0, 0.2, (8, 500))
    rows -= rows.mean(axis=1, keepdims=True)
    spread = serving.spread(dict(enumerate(rows)))
    assert spread.between == 0
    assert spread.band[1] == pytest.approx(np.exp(1.2816 * 0.2), rel=0.01)


def test_errors_of_a_hidden_source_do_not_reach_its_band(cases):
    made = {metric: np.ones(len(cases.ids)) for metric in serving_cases.METRICS.values()}
    residuals = serving.residuals(cases, made, "ttft", hidden="inferencex_a")
    assert set(residuals) == {"aws_neuron_inf2", "nim_1_8", "trtllm_v0_6_ttft"}
    assert "inferencex_a" in serving.residuals(cases, made, "ttft")


def test_a_fit_to_two_sources_is_refused(tmp_path):
    with pytest.raises(InputError, match="at least 3 sources"):
        serving.calibrate(CATALOG, written(tmp_path))


def test_published_chips_stand_in_the_servers_they_are_sold_in(cases):
    domains = dict(zip(cases.accelerators, cases.values["system_scaleup_domain"].tolist(), strict=True))
    assert (domains["h200-sxm"], domains["gb200"], domains["inferentia2"], domains["l40s"]) == (8, 72, 12, 8)


def test_every_source_of_the_cases_is_described(cases):
    assert set(cases.sources) <= set(CATALOG.sources)


def test_parameters_are_few_and_none_is_of_a_source_or_a_case(cases):
    names = list(prior(CATALOG, "inference").start)
    assert len(names) <= 40
    spelled = {s.lower().replace("-", "_") for s in [*cases.sources, *cases.models, *cases.accelerators]}
    assert not [name for name in names if any(word in name for word in spelled)]


def test_the_calibration_is_the_fit_of_the_shipped_cases(cases):
    assert FIT["rows"] == 827
    assert set(FIT["sources"]) == set(cases.sources)
    for name in prior(CATALOG, "inference").start:
        kind, dot, rest = name.partition(".")
        key, _, field = rest.rpartition(".")
        fact = CATALOG.entry(kind, key).facts[field] if dot else CATALOG.defaults[name]
        assert fact.origin == "calibration/inference"


def test_a_model_without_an_entry_is_taken_from_its_row(tmp_path):
    as_known = validate_inference(CATALOG, written(tmp_path, model_name="Llama-4-Scout"))
    as_unknown = validate_inference(CATALOG, written(tmp_path, model_name="Some-New-109B"))
    known, unknown = (found["rows"][0]["predicted"] for found in (as_known, as_unknown))
    assert unknown == pytest.approx(known, rel=0.15)


def test_layers_with_experts_follow_from_the_published_total():
    # Llama 4 Maverick: experts in every second of 48 layers.
    row = {
        "params_total_b": "400", "layers": "48", "hidden": "5120", "ffn_hidden": "16384", "heads": "40",
        "kv_heads": "8", "head_dim": "128", "vocab": "202048", "moe_experts": "128", "moe_topk": "1",
        "moe_ffn_hidden": "8192", "shared_expert_ffn": "8192",
    }  # fmt: skip
    assert serving_cases._architecture_of_row(row)["model_dense_layers"] == 24


def test_an_unknown_accelerator_counts_against_coverage(tmp_path):
    replay = validate_inference(CATALOG, written(tmp_path, accelerator="Unheard-of X1"))
    assert (replay["cases"], replay["predicted"], replay["coverage"]) == (1, 0, 0)
    assert "Unheard-of X1" in next(iter(replay["unused"].values()))


def test_broken_cells_are_named_not_raised(tmp_path):
    replay = validate_inference(CATALOG, written(tmp_path, tp="many"))
    assert replay["predicted"] == 0
    assert "many" in next(iter(replay["unused"].values()))


def test_a_table_without_the_columns_is_bad_input(tmp_path):
    path = tmp_path / "wrong.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="lacks columns"):
        validate_inference(CATALOG, path)


def test_ranks_that_are_cores_share_a_chip(cases):
    cores = np.array(cases.accelerators) == "inferentia2"
    assert set(cases.values["accelerators_per_rank"][cores]) == {0.5}
    assert set(cases.values["replicas"]) == {1.0}


def test_a_fit_finds_the_parameters_that_made_the_data(cases):
    cases = cases.part(np.arange(len(cases.ids)) % 5 == 0)
    others = serving_cases.constants(CATALOG)
    beliefs = prior(CATALOG, "inference")
    moved = {"kv_read_efficiency": 0.6, "stacks.vllm.speed": 0.6, "formats.fp8.serving_efficiency": 0.45}
    truth = {**others, **beliefs.start, **moved}
    made = serving_cases.predict(cases, truth, list(serving_cases.METRICS.values()))
    cases = dataclasses.replace(
        cases,
        measured={
            metric: np.where(np.isfinite(cases.measured[metric]), made[quantity], np.nan)
            for metric, quantity in serving_cases.METRICS.items()
        },
    )
    fitted = serving.fit(cases, beliefs, others)
    for name in moved:
        assert fitted[name] == pytest.approx(truth[name], rel=0.06)


def test_fitted_figures_are_estimates_on_a_chip_without_measured_rows():
    kinds = []
    for chip in ("h100-sxm", "rubin"):
        resolved = resolve(Scenario("test", "inference", choose={"accelerator": chip}), CATALOG)
        kinds.append(resolved.facts["kv_read_efficiency"].kind)
    assert kinds == ["derived", "estimate"]


def test_predictions_carry_the_spread_of_the_residuals():
    the_plan = planned("enterprise-8-gpu", bands=True)
    rate = the_plan.results["output_tokens_per_second"]
    low, high = FIT["residual_quantiles"]["output_tokens_per_second"]
    assert rate.low <= rate.value * (low + 0.05)
    assert rate.high >= rate.value * (high - 0.1)
