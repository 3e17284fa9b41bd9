"""Published training runs: the accuracy that the planner prints, held; memory points; the fit's bookkeeping."""

import csv

import numpy as np
import pytest

from planner import sampling
from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.evidence.calibration import training as calibrate
from planner.evidence.calibration.fitting import prior
from planner.evidence.validation import training as validation_training
from planner.evidence.validation import training_cases
from planner.evidence.validation.training import Replay
from planner.scenario import resolve
from tests.conftest import CATALOG

SHIPPED = CATALOG.file(validation_training.FILE)
BELIEFS = prior(CATALOG, "training")
CASES = validation_training.load(CATALOG)


@pytest.fixture(scope="module")
def found() -> dict:
    return validation_training.validate_training(CATALOG)


def test_printed_errors_are_kept(found):
    assert found["coverage"] == 1
    assert found["weighted_mape"] <= 0.08
    assert found["median_ape"] <= 0.05
    assert found["left_out_document"]["weighted_mape"] <= 0.13
    assert found["left_out_family"]["weighted_mape"] <= 0.1
    assert 0.75 <= found["left_out_band"]["coverage"] <= 0.85
    assert found["peak_memory"]["mape"] <= 0.08
    assert found["by_document"]["arXiv:2205.05198"]["mape"] <= 0.04


def test_errors_are_given_by_source_accelerator_and_kind_of_model(found):
    assert {"dense", "mixture of experts"} == set(found["by_model_kind"])
    assert sum(group["rows"] for group in found["by_accelerator"].values()) == found["predicted"]
    assert sum(group["rows"] for group in found["by_source"].values()) == found["predicted"]


def test_the_prediction_is_the_wired_model():
    """One row through the planner's own path gives what the replay gives."""
    case = next(case for case in CASES if case.case_id == "DGX-011")
    from planner import glossary
    from planner.model import wiring

    options = {name: option.choices[0] for name, option in glossary.options().items()}
    defaults = {name: fact.value for name, fact in CATALOG.defaults.items()}
    facts, chosen = resolve.brought(
        {
            "training_precision": CATALOG.entry("formats", case.precision),
            "training_software": CATALOG.entry("software", case.software),
            "logits_precision": CATALOG.entry("formats", "bf16"),
        }
    )
    given = defaults | {name: fact.value for name, fact in facts.items()} | case.values
    alone = wiring.evaluate(["step_time"], given, options | chosen)["step_time"]
    assert Replay([case], CATALOG).predict(("step_time",))["step_time"][0] == pytest.approx(float(alone))


# Layers, hidden, heads, tensor, pipeline, data, micro-batch, precision: runs of the BigScience sweep on 384 A100 80GB
# that ran out of memory (2,048 tokens, full recomputation, ZeRO-1; tr11-176B-ml/chronicles-prequel.md).
OUT_OF_MEMORY = [
    (72, 14336, 112, 8, 1, 48, 1, "fp16"),
    (72, 14336, 112, 2, 6, 32, 1, "fp16"),
    (72, 14336, 112, 2, 6, 32, 2, "fp16"),
    (100, 12288, 96, 4, 6, 16, 1, "bf16"),
    (100, 12288, 96, 4, 6, 16, 2, "bf16"),
    (82, 14336, 128, 4, 12, 8, 2, "bf16"),
]


@pytest.mark.parametrize("point", OUT_OF_MEMORY, ids=lambda p: "-".join(map(str, p)))
def test_known_out_of_memory_points_do_not_fit(point):
    layers, hidden, heads, tensor, pipeline, data, micro_batch, precision = point
    row = {
        "case_id": "point", "year": "2022", "model_name": "sweep", "layers": layers, "hidden": hidden,
        "ffn_hidden": 4 * hidden, "heads": heads, "vocab": 250880, "seq_len": 2048, "mlp_type": "gelu",
        "accelerator": "A100-SXM-80GB", "n_accelerators": 384, "accel_per_node": 8, "global_batch": 2048,
        "precision": precision, "tp": tensor, "pp": pipeline, "dp": data, "vpp": 1, "cp": 1,
        "micro_batch": micro_batch, "recompute": "full", "zero_stage_or_fsdp": "zero1 (DeepSpeed)",
    }  # fmt: skip
    case = training_cases.from_row({name: str(value) for name, value in row.items()}, CATALOG)
    assert case is not None
    assert Replay([case], CATALOG).predict(("memory_margin",))["memory_margin"][0] < 0


def test_published_runs_fit():
    scored = [case for case in CASES if validation_training.is_scored(case)]
    values = Replay(scored, CATALOG).predict(("memory_needed", "memory_margin"))
    over = -values["memory_margin"] / values["memory_needed"]
    assert np.mean(over > 0) <= 0.05
    assert over.max() <= 0.12


def test_documents_are_series():
    assert training_cases.document("NVIDIA/dgxc-benchmarking:grok1/README.md @6be5ea0") == "NVIDIA/dgxc-benchmarking"
    assert training_cases.document("arXiv:2104.04473 Table 2; read from cli99/llm-analysis:x") == "arXiv:2104.04473"
    unread = "recalled, unverified (arXiv:2402.15627 Table 2; only the 55.2 % was confirmed)"
    assert training_cases.document(unread) == "arXiv:2402.15627"


@pytest.mark.parametrize(
    ("text", "node", "gigabits"),
    [
        ("8x200Gb/s RDMA per node", 8, 200),
        ("IB HDR 200Gb/s x8 per node (Selene)", 8, 200),
        ("4x Omni-Path 100Gb/s per node", 8, 50),
        ("IB/RoCE 400Gb/s per GPU", 8, 400),
        ("1600Gb/s per node RoCE", 8, 200),
    ],
)
def test_links_are_read_from_their_descriptions(text, node, gigabits):
    row = {"inter_node_link": text, "accel_per_node": str(node)}
    link = training_cases.link_values(row, CATALOG.entry("accelerators", "h100-sxm"), {"accelerators": 16.0})
    assert link["system_scaleout_bandwidth"] == pytest.approx(gigabits * 1e9 / 8)


def test_degrees_that_count_cores_are_taken_as_chips():
    case = next(case for case in CASES if case.case_id == "TRN-008")
    assert case.row["tp"] == "32"
    assert case.values["tensor_parallel"] == 16


def test_the_fit_has_few_parameters_each_in_the_glossary():
    from planner import glossary

    assert len(BELIEFS.start) <= 40
    assert all(glossary.parameter(name).meaning for name in BELIEFS.start)
    said = validation_training.fitted(CATALOG)
    assert said["parameters"] == len(BELIEFS.start)
    assert {"date", "data", "band", "left_out_family", "left_out_document"} <= set(said)


def test_no_ceiling_of_a_chip_is_fitted():
    """Ceilings are measured ones or the default; no entry says that its ceiling was fitted."""
    for key in CATALOG.keys("accelerators"):
        fact = CATALOG.entry("accelerators", key).facts.get("gemm_ceiling")
        assert fact is None or fact.source != "fit"


def test_what_is_particular_to_one_document_bends_no_parameter():
    """Runs of one document all a fifth slower than the model: the fit predicts the others as before."""
    scored = [case for case in CASES if validation_training.is_scored(case)][::3]
    replay, documents = Replay(scored, CATALOG), np.array([case.document for case in scored])
    start = dict(BELIEFS.start)
    measured = replay.predict(("step_time",), start)["step_time"]
    odd = documents == "MooreThreads/SimuMax"
    fitted = calibrate.fit(replay, np.where(odd, 1.2 * measured, measured), np.ones(len(scored)), documents, BELIEFS)
    predicted = replay.predict(("step_time",), fitted)["step_time"] / measured
    assert 0 < odd.sum() < len(scored) / 4
    assert np.abs(predicted[~odd] - 1).mean() < 0.02
    assert predicted[odd].mean() < 1.1


def test_energy_limits_are_power_over_rate():
    for key in CATALOG.keys("accelerators"):
        facts = CATALOG.entry("accelerators", key).facts
        if "energy_limit" in facts:
            ratio = facts["power"].value / facts["peak_bf16"].value
            assert facts["energy_limit"].value == pytest.approx(ratio, rel=1e-3)


def test_a_fit_recovers_known_parameters():
    """Measured times made by the model itself, two parameters moved: the fit moves there and predicts them."""
    scored = [case for case in CASES if validation_training.is_scored(case)][::4]
    replay = Replay(scored, CATALOG)
    truth = dict(BELIEFS.start)
    truth |= {"formats.bf16.training_efficiency": 0.85, "layer_launch_time": 500e-6}
    measured = replay.predict(("step_time",), truth)["step_time"]
    documents = np.array([case.document for case in scored])
    fitted = calibrate.fit(replay, measured, np.ones(len(scored)), documents, BELIEFS)
    predicted = replay.predict(("step_time",), fitted)["step_time"]
    assert np.abs(predicted / measured - 1).mean() < 0.02
    assert fitted["formats.bf16.training_efficiency"] == pytest.approx(0.85, rel=0.05)


def test_quantiles_count_by_weight():
    values, weights = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 1.0])
    assert calibrate.weighted_quantiles(values, weights, (0.5,))[0] == 2
    heavy = calibrate.weighted_quantiles(values, np.array([100.0, 1.0, 1.0]), (0.5,))[0]
    assert heavy == pytest.approx(1, abs=0.02)


def test_the_range_of_the_prediction_has_the_deciles_of_the_band():
    low, high = validation_training.fitted(CATALOG)["band"]
    fact = CATALOG.defaults["prediction_factor"]
    drawn = sampling.quantile(fact.distribution, np.array([0.1, 0.5, 0.9]), fact.low, fact.value, fact.high)
    assert drawn == pytest.approx([low, 1, high], rel=1e-3)


def test_a_calibration_file_reads_back(tmp_path):
    parameters = dict(BELIEFS.start)
    summary = {"date": "2026-11-21", "rows": 3, "band": [0.85, 1.2], "fitted": {"weighted_mape": 0.1}}
    (tmp_path / "calibration").mkdir()
    (tmp_path / "calibration" / "training.toml").write_text(calibrate.calibration_file(parameters, summary))
    layered = Catalog([*CATALOG.layers, tmp_path])
    for name, value in parameters.items():
        kind, dot, rest = name.partition(".")
        key, _, field = rest.rpartition(".")
        fact = layered.entry(kind, key).facts[field] if dot else layered.defaults[name]
        assert fact.value == pytest.approx(value, rel=1e-3)
    assert layered.defaults["prediction_factor"].low < 1 < layered.defaults["prediction_factor"].high


def test_the_command_prints_the_stable_shape(run):
    printed = run("validate", "training", "--json").json
    assert {"kind", "cases", "predicted", "coverage", "mape", "weighted_mape", "median_ape", "p90_ape", "rows"} <= set(
        printed
    )
    assert {"case_id", "metric", "measured", "predicted", "ape"} <= set(printed["rows"][0])


def test_other_files_of_cases_are_replayed_without_the_shipped_left_out_errors(tmp_path, run):
    with SHIPPED.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["case_id"].startswith("K22")]
    path = tmp_path / "mine.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    printed = run("validate", "training", str(path), "--json").json
    assert printed["predicted"] == printed["cases"] == 8
    assert not any(key.startswith("left_out") for key in printed)


def test_rows_are_predicted_without_a_measurement_and_measured_by_their_tokens(tmp_path):
    with SHIPPED.open(newline="") as stream:
        first, second, *_ = [row for row in csv.DictReader(stream) if row["case_id"].startswith("DGX-01")]
    first |= {"measured_step_time_s": "", "measured_tokens_per_s_per_accel": ""}
    seconds = float(second["measured_step_time_s"])
    second |= {"measured_step_time_s": ""}
    path = tmp_path / "mine.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, first)
        writer.writeheader()
        writer.writerows([first, second])
    replay = validation_training.validate_training(CATALOG, path)
    assert replay["rows"][0]["measured"] is None
    assert replay["rows"][0]["predicted"] > 0
    assert replay["rows"][1]["measured"] == pytest.approx(seconds, rel=0.01)


def test_rows_that_publish_utilisation_alone_are_predicted_too(found):
    told = [row for row in found["rows"] if row["metric"] == "mfu"]
    assert len(told) > 20
    assert found["utilisation_only"]["mape"] <= 0.1


def test_a_file_that_is_none_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError) as error:
        validation_training.validate_training(CATALOG, path)
    assert "lacks" in str(error.value)
