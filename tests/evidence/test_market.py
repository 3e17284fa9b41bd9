"""The market view: recomputed growth, sums of shares, drift and conflicts, each source by itself."""

import pytest

from planner.evidence.claims import documents, market

LEDGER = documents.load()


@pytest.mark.parametrize(
    ("name", "percent", "holds"),
    [
        ("s0 2026 to 2031", 16.87, True),
        ("s0 2025 to 2026", 16.80, None),
        ("s1 2025 to 2032", 14.39, False),
        ("s1 2025 to 2032, six years", 16.98, False),
        ("s2 2024 to 2034", 26.81, True),
        ("s3 2026 to 2036", 17.84, True),
        ("s3 2025 to 2026", 44.11, None),
        ("s3 2025 to 2036", 20.02, None),
    ],
)
def test_growth_follows_from_the_end_points(name, percent, holds):
    row = {row["name"]: row for row in market.growths(LEDGER)}[name]
    assert row["recomputed"] == pytest.approx(percent, abs=0.005)
    assert row["as_stated"] is holds


def test_sums_of_shares():
    totals = {(row["source"], row["axis"]): row["sum"] for row in market.sums(LEDGER)}
    assert totals["s2", "region"] == totals["s2", "deployment"] == totals["s2", "technology"] == 100
    assert totals["s2", "end use"] == 86


@pytest.mark.parametrize(
    ("member", "factor"),
    [
        ("Cluster Management Software", 1.007),
        ("Custom AI ASIC-Based Clusters", 1.015),
        ("Above 16,384 accelerators", 1.024),
        ("Inference", 1.017),
        ("Hybrid", 1.030),
        ("Government and Research Institutions", 1.022),
        ("Asia-Pacific", 1.015),
        ("On-Premise AI GPU Cluster", 1.121),
        ("Generative AI Model Training", 1.318),
    ],
)
def test_growth_rates_move_shares_by_little(member, factor):
    row = {row["member"]: row for row in market.drifts(LEDGER)}[member]
    assert row["factor"] == pytest.approx(factor, abs=0.0006)


def test_sizes_stay_with_their_sources_and_are_never_added(run):
    answer = run("market", "--json").json
    assert {row["source"] for row in answer["sizes"]} == {"s0", "s1", "s2", "s3"}
    sizes = {row["claim"]: row["usd"] for row in answer["sizes"]}
    assert sizes["s0.market_2025"] == pytest.approx(65.28e9)
    assert all(row["claim"] in LEDGER.claims for row in answer["sizes"])
    assert len(answer["noise"]) == 5 and all(row["kind"] == "noise" for row in answer["noise"])


def test_conflicts_are_shown(run):
    out = run("market", "conflicts").out
    for said in ("Which deployment grows fastest?", "s0.hybrid_cagr: hybrid", "s3.deploy_fastest: edge"):
        assert said in out
    assert "Which region grows fastest?" not in out


def test_noise_is_shown_apart_and_named_in_no_share(run):
    out = run("market", "noise").out
    assert "Great American Spice" in out
    assert "Spice" not in run("market", "shares", "--csv").out


def test_csv_holds_the_cells_of_the_text(run):
    lines = run("market", "growth", "--csv").out.splitlines()
    assert lines[0].startswith("source,growth,from [GUSD],to [GUSD],years,stated [%],recomputed [%]")
    assert len(lines) == 1 + len(market.growths(LEDGER))
