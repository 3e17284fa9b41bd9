"""The presets named by the sources: each says what it is, breaks no rule of its own, and keeps its headline figures.

Figures that move are a finding, not a nuisance: look at the difference, then write the new ones with
`python -m tests.scenario.test_presets`.
"""

import json
import sys

import pytest

from planner import glossary
from planner.plan import plan, sizing
from tests.conftest import DATA, planned

# A refit of the calibration or a new price moves figures by a few per cent; more than this is a finding.
MOVES = 0.05
GOLDEN = DATA / "presets.json"
PRESETS = (
    "ascend-14000",
    "amd-30mw",
    "amd-6gw",
    "frontier-50000",
    "frontier-100000",
    "average-2024-cluster",
    "sovereign-ai-factory",
    "regulated-hybrid",
    "edge-retail",
)


def headlines(found: plan.Plan) -> dict[str, float]:
    """Size and headline figures in display units, five digits each."""
    results = plan.to_json(found)["results"]
    names = [sizing.SIZE, *(name for name in glossary.headlines() if name in results)]
    return {name: float(f"{results[name]['value']:.5g}") for name in names if name in results}


@pytest.mark.parametrize("name", PRESETS)
def test_headline_figures_stay(name):
    kept = json.loads(GOLDEN.read_text())[name]
    assert headlines(planned(name)) == pytest.approx(kept, rel=MOVES)


@pytest.mark.parametrize("name", PRESETS)
def test_it_says_what_it_is_and_keeps_its_own_rules(name):
    the_plan = planned(name)
    assert len(the_plan.scenario.description) > 100
    assert [check.message for check in the_plan.checks if not check.ok and check.name != "parts_available"] == []


def test_the_size_of_each_follows_from_what_its_source_says():
    sizes = {name: planned(name).whole for name in PRESETS}
    assert sizes["ascend-14000"]["accelerators"] == 14000
    assert sizes["amd-30mw"]["facility_power"] <= 30e6 < sizes["amd-30mw"]["facility_power"] * 1.001
    assert sizes["amd-6gw"]["systems"] == 45454
    assert sizes["frontier-50000"]["cluster_tier"] == sizes["frontier-100000"]["cluster_tier"] == 4
    assert 0.75 * 2.8e6 <= sizes["average-2024-cluster"]["capex"] <= 2.8e6
    assert 56 <= sizes["average-2024-cluster"]["accelerators"] <= 93
    assert sizes["regulated-hybrid"]["hybrid_owned_share"] >= 0.4
    assert sizes["edge-retail"]["systems"] == 2000


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps({name: headlines(planned(name)) for name in PRESETS}, indent=1) + "\n")
    print(f"wrote {GOLDEN}", file=sys.stderr)
