"""Claims of the source documents: the ledger loads, every claim is judged, and verdicts follow the figures."""

import re
import shutil

import pytest

from planner import paths, units
from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.evidence.claims import checks, documents, runs, verdicts
from tests.conftest import CATALOG

COURT = verdicts.Court(CATALOG)
JUDGED = {found.claim.id: found for found in COURT.judge_all()}


def judged_with(tmp_path, entry: str, text: str, claim: str) -> verdicts.Judgement:
    """The claim judged where an entry of the user's own overrides the shipped one."""
    path = tmp_path / f"{entry}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return verdicts.Court(Catalog([*paths.catalog_layers(), tmp_path])).judge(claim)


def test_the_ledger_is_whole():
    ledger = documents.load()
    assert (len(ledger.claims), len(ledger.named), len(ledger.sources)) == (238, 145, 4)
    assert sum(row.noise for row in ledger.named) == 5


def test_every_problem_of_a_broken_ledger_is_named_with_its_line(tmp_path):
    for name in ("sources.toml", "claims.csv", "segments.csv", "systems.csv"):
        shutil.copy(paths.shipped("seeds") / name, tmp_path / name)
    claims_file = tmp_path / "claims.csv"
    lines = claims_file.read_text().splitlines()
    lines[1] = lines[1].replace("gigaUSD", "gigaUSB").replace(",exact,", ",exactly,")
    lines[2] = lines[2].replace("76.25,76.25", "many,76.25")
    claims_file.write_text("\n".join(lines))
    with pytest.raises(InputError) as caught:
        documents.load(tmp_path)
    text = str(caught.value)
    for said in ("claims.csv line 2: unit", "'exactly'. Did you mean 'exact'?", "claims.csv line 3: value_low: 'many'"):
        assert said in text


def test_a_ledger_without_a_column_is_told(tmp_path):
    for name in ("sources.toml", "claims.csv", "segments.csv", "systems.csv"):
        shutil.copy(paths.shipped("seeds") / name, tmp_path / name)
    segments = tmp_path / "segments.csv"
    segments.write_text(segments.read_text().replace("share_pct", "share", 1))
    (tmp_path / "systems.csv").unlink()
    with pytest.raises(InputError) as caught:
        documents.load(tmp_path)
    assert str(caught.value) == "segments.csv: has no column share_pct\nsystems.csv: no such file"


def test_every_claim_has_a_check_and_unknown_keys_are_named(tmp_path):
    ledger = documents.load()
    (tmp_path / "checks.toml").write_text(
        '"s0.market_2025" = [{ kind = "modell" }]\n"s0.market_2026" = [{ kind = "sum", clams = [] }]\n'
        '"s9.none" = [{ kind = "sum" }]\n"s0.not_additive" = [{ kind = "sum", claims = [] }]\n'
        '"s3.cagr" = [7]\n"s2.cagr" = [{ kind = "not checkable", reason = "", tolerance = "much" }]\n'
    )
    with pytest.raises(InputError) as caught:
        checks.load(ledger, {}, tmp_path)
    text = str(caught.value)
    for said in (
        "Did you mean 'model'?",
        "Did you mean 'claims'?",
        "unknown claim 's9.none'",
        "say what it amounts to",
    ):
        assert said in text
    for said in ("s1.cagr: no check for this claim", "[s3.cagr]: takes a table", "tolerance: takes a number"):
        assert said in text


def test_a_check_names_quantities_and_a_unit_that_shows_them(tmp_path):
    text = (paths.shipped("seeds") / "checks.toml").read_text()
    wrong = text.replace('quantity = "checkpoint_time", unit = "hour"', 'quantity = "checkpoint_time", unit = "GB"')
    wrong = wrong.replace('quantity = "market_base"', 'quantity = "market_basis"')
    assert wrong != text
    (tmp_path / "checks.toml").write_text(wrong)
    with pytest.raises(InputError) as caught:
        checks.load(COURT.seeds, COURT.catalog.sources, tmp_path)
    assert "unknown quantity 'market_basis'. Did you mean 'market_base'?" in str(caught.value)
    assert "'GB' does not show checkpoint_time" in str(caught.value)


def test_every_claim_that_catalogs_and_scenarios_name_is_in_the_ledger():
    named = {
        claim
        for path in paths.shipped("catalogs").rglob("*.toml")
        for claim in re.findall(r"\bs[0-3]\.[a-z]\w+", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    assert named - set(COURT.seeds.claims) == set()


@pytest.mark.parametrize(
    ("claim", "verdict", "said"),
    [
        ("s1.case_tco", checks.DEPENDS, "holds for cloud_price from"),
        ("s1.g800_convergence", checks.ITSELF, "differs by"),
        ("s1.mfu_400g", checks.REFUTED, "published runs"),
        ("s0.dlc_required", checks.AGREES, "margin left with liquid at the chip"),
        ("s1.checkpoint_hours", checks.REFUTED, "Training checkpoint strategies"),
        ("s3.gpu_price", checks.REFUTED, "on demand at large providers"),
        ("s3.obsolescence", checks.AGREES, "h100-sxm 2022-10-01"),
        ("s3.edge_latency", checks.DIFFERS, "tpot"),
        ("s1.deployments", checks.AGREES, "12.98 production_lines to 37.5 production_lines"),
        ("s0.bad_fabric_cancels", checks.DEPENDS, "holds for oversubscription from"),
    ],
)
def test_the_claims_that_people_ask_about_first(claim, verdict, said):
    assert JUDGED[claim].verdict == verdict
    assert said in JUDGED[claim].reason


def test_every_claim_is_judged_in_the_words_of_the_list():
    assert len(JUDGED) == 238
    assert {found.verdict for found in JUDGED.values()} <= set(checks.VERDICTS)
    assert all(found.reason for found in JUDGED.values())


def test_what_is_meant_to_be_computed_has_something_to_compute():
    """Every 'model check' and every row of arithmetic is run, not waved off."""
    for name, claim in COURT.seeds.claims.items():
        if claim.used_as == "model check" or claim.hint.startswith("arithmetic"):
            assert any(check.kind != "not checkable" for check in COURT.checks[name]), name


@pytest.mark.parametrize(
    ("claim", "computed", "verdict"),
    [
        ("s0.cagr_2026_31", 16.87, checks.AGREES),
        ("s2.cagr", 26.81, checks.AGREES),
        ("s3.cagr", 17.84, checks.AGREES),
        ("s1.market_2032", 14.39, checks.AGREES),
        ("s0.mgmt_sw_cagr", 1.007, checks.CONTRADICTS),
        ("s0.inference_cagr", 40.12, checks.AGREES),
        ("s0.market_2025", 59.26, checks.CONTRADICTS),
        ("s2.enduse_csp", 86, checks.WRONG),
        ("s2.region_na", 100, checks.CONTRADICTS),
        ("s1.market_2025", 21659.4, checks.CONTRADICTS),
        ("s3.market_2026", 44.11, checks.DIFFERS),
        ("s1.case_time", 1.667, checks.DIFFERS),
    ],
)
def test_arithmetic_of_the_documents(claim, computed, verdict):
    judgement = JUDGED[claim]
    value, unit = next((finding.value, finding.unit) for finding in judgement.findings if finding.value is not None)
    assert units.convert(value, unit) == pytest.approx(computed, rel=1e-3)
    assert judgement.verdict == verdict


def test_a_figure_beside_a_claim_is_one_of_the_same_thing():
    """What follows from a claim, as the growth that its sizes imply, is said among its findings alone."""
    assert JUDGED["s0.cagr_2026_31"].computed is not None
    assert JUDGED["s3.market_2026"].computed is None and "44.1" in str(JUDGED["s3.market_2026"].reason)


def test_refuted_claims_name_what_refutes_them():
    assert JUDGED["s1.mfu_800g"].verdict == checks.REFUTED
    assert "The Llama 3 Herd of Models" in JUDGED["s1.mfu_800g"].reason
    assert JUDGED["s0.nvl72_power"].verdict == checks.REFUTED
    assert "190 kW/rack to 230 kW/rack" in JUDGED["s0.nvl72_power"].reason
    assert JUDGED["s1.checkpoint_hours"].verdict == checks.REFUTED


def test_a_contradiction_names_the_other_claims():
    judgement = JUDGED["s0.hybrid_cagr"]
    assert judgement.verdict == checks.CONTRADICTS
    assert all(other in judgement.reason for other in ("s1.onprem_cagr", "s2.cloud_fastest", "s3.deploy_fastest"))
    assert JUDGED["s3.rack_max"].verdict == checks.CONTRADICTS
    assert JUDGED["s0.data_vintage"].verdict == checks.ITSELF


def test_owned_30_percent_cheaper_says_from_which_cloud_rate():
    """At the edge the saving is 30 %: planner says the rate for rent billed half, 70 % and all of the time."""
    judgement = JUDGED["s1.case_tco"]
    assert judgement.verdict == checks.DEPENDS
    for share in ("50 %", "70 %", "100 %"):
        assert f"at cloud_billed_share {share}" in judgement.reason
    run_, quantity = judgement.findings[0].runs[0]
    edge = float(judgement.reason.split("holds for cloud_price from ")[3].split()[0].replace(",", "")) / 3600
    saving = 1 - run_.value(quantity) / run_.value("cloud_cost", {"cloud_price": edge})
    assert saving == pytest.approx(0.30, abs=1e-3)


def test_a_catalog_figure_changes_the_verdict(tmp_path):
    text = 'source = "seed-s1"\nmemory_capacity = "141 GB/accelerator"\n'
    assert JUDGED["s1.hbm_capacity"].verdict == checks.REFUTED
    assert judged_with(tmp_path, "accelerators/mi300x", text, "s1.hbm_capacity").verdict == checks.AGREES


def test_a_price_moves_the_rate_from_which_owning_is_cheaper(tmp_path):
    text = 'source = "planning-estimate"\nprice = "187.5 kUSD/system"\n'
    cheaper = judged_with(tmp_path, "systems/dgx-h100", text, "s1.case_tco")

    def rate(found):
        return float(found.reason.split("holds for cloud_price from ")[3].split()[0])

    assert rate(cheaper) < 0.8 * rate(JUDGED["s1.case_tco"])


def test_a_dense_rack_that_air_could_take_would_refute_liquid_cooling(tmp_path):
    assert JUDGED["s0.dlc_required"].verdict == checks.AGREES
    text = 'source = "planning-estimate"\nrack_limit = "140 kW/rack"\n'
    assert judged_with(tmp_path, "cooling/air", text, "s0.dlc_required").verdict == checks.DIFFERS


def test_what_is_missing_is_said(monkeypatch):
    judgement = COURT.bench.run({"choose": {"system": "dgx-h100"}, "set": {"accelerators": "8 accelerator"}}, True)
    with pytest.raises(runs.MissingError, match="no_such_thing"):
        judgement.value("no_such_thing")


def test_json_has_the_stable_shape(run):
    printed = run("claims", "--json")
    answer = printed.json
    assert printed.err == ""
    assert len(answer["claims"]) == 238
    assert all({"id", "said", "computed", "unit", "verdict", "reason"} <= set(row) for row in answer["claims"])
    assert sum(answer["by_verdict"].values()) == 238
    assert set(answer["by_verdict"]) == set(checks.VERDICTS)


def test_verdicts_are_filtered_by_their_first_words(run):
    rows = run("claims", "--verdict", "refuted", "--json").json["claims"]
    assert rows and {row["verdict"] for row in rows} == {checks.REFUTED}
    assert "unknown verdict 'refused'" in run("claims", "--verdict", "refused", status=2).err


def test_explain_goes_down_to_catalog_facts(run):
    out = run("claims", "explain", "s1.case_tco").out
    for said in ("said: 30 %", "QYResearch", "verdict: depends", "tco = ", "from systems/dgx-h100"):
        assert said in out
    assert "Did you mean 's1.case_tco'?" in run("claims", "explain", "s1.case_tcoo", status=2).err
    told = run("claims", "explain", "s1.cagr", "--json").json
    assert told["verdict"] == checks.DEPENDS
    assert told["findings"][0]["set"]["market_periods"] == 6
    assert told["findings"][0]["derivations"][0]["name"] == "market_growth"
