"""What is paid before the cluster runs: by hand, and the shares beside the market's."""

import numpy as np
import pytest

from planner.equations.finance import capex
from tests.conftest import planned


def test_a_system_without_a_price_costs_its_accelerators_times_a_ratio():
    """8 at 30,000 USD in a server of 1.64 times that: 393,600 USD."""
    assert capex.system_price(30_000, 8, 1.64) == pytest.approx(393_600)


def test_the_margin_of_the_vendor_is_part_of_the_price():
    """A price of 100 at 28 to 46 % margin costs the vendor 72 to 54: mark-ups of 1.389 and 1.852."""
    for margin, markup in ((0.28, 1.389), (0.46, 1.852)):
        cost = 100 - capex.vendor_margin(100, margin)
        assert 100 / cost == pytest.approx(markup, rel=1e-3)


def test_accelerators_never_cost_more_than_their_systems():
    assert capex.capex_accelerators(8, 20, 1, 100) == 100
    prices = capex.capex_accelerators(np.array([8, 8]), np.array([20, 5]), 1, 100)
    assert np.array_equal(capex.capex_hosts(100, prices), [0, 60])


@pytest.mark.parametrize("mode", ["build", "colocation", "retrofit"])
def test_the_lines_add_up_to_the_whole(mode):
    values = planned(facility_mode=mode).whole
    parts = ("capex_it", "capex_software", "capex_services", "capex_installation")
    site = ("capex_facility", "capex_grid_connection", "capex_land")
    assert values["capex"] == pytest.approx(sum(values[name] for name in parts + site), rel=1e-12)
    facility = values["capex_power_and_cooling"] + values["capex_shell"]
    assert facility == pytest.approx(values["capex_facility"], rel=1e-12)


def test_only_a_new_site_pays_for_grid_and_land():
    for mode, paid in (("build", True), ("retrofit", False), ("colocation", False)):
        values = planned(facility_mode=mode).whole
        assert bool(values["capex_grid_connection"] > 0) == paid and bool(values["capex_land"] > 0) == paid


def test_the_shares_of_the_five_components_add_to_one_and_stand_beside_the_market():
    values = planned().whole
    shares = [values[f"{c}_spend_share"] for c in ("compute", "network", "storage", "software", "services")]
    assert sum(shares) == pytest.approx(1, rel=1e-12)
    # The report's order: compute first, networks second.
    assert sorted(shares, reverse=True)[:2] == shares[:2]
    assert values["market_compute_spend_share"] == pytest.approx(0.7046)
    assert values["compute_spend_share_gap"] == pytest.approx(shares[0] - 0.7046)


def test_a_site_at_a_market_rate():
    """20 MW at 25 USD/W against a fleet of 442.72 MUSD: 57.28 MUSD or 11.5 % less."""
    benchmark = capex.benchmark_capex(20e6, 25)
    saved = capex.benchmark_saving(benchmark, 442.72e6)
    assert benchmark == 500e6 and saved == pytest.approx(57.28e6)
    assert capex.benchmark_saving_share(saved, benchmark) == pytest.approx(0.11456)
    assert capex.programme_capex(6750, 2.8e6) == pytest.approx(18.9e9)


def test_spending_by_component_at_every_tier_beside_what_the_sources_say():
    from planner.evidence.claims import spending

    the_plan = planned()
    shares = spending.by_size(the_plan)
    assert shares["cluster_tier"].tolist() == [3, 1, 2, 3, 4]
    total = sum(shares[f"{component}_spend_share"] for component in spending.COMPONENTS)
    assert np.allclose(total, 1)
    assert shares["capex"][0] == pytest.approx(float(the_plan.whole["capex"]))
    assert spending.said() == {"compute": pytest.approx(0.7046), "tier 3": pytest.approx(0.4181)}
    assert "70.46" in spending.text(the_plan) and "41.81 %" in spending.text(the_plan)


def test_spares_are_listed_or_bought():
    listed, bought = planned().whole, planned(spares="bought").whole
    extra = bought["spare_nodes"] / bought["system_nodes"] * bought["system_price"]
    assert listed["spare_systems"] == 0 and bought["spare_systems"] > 0
    assert bought["capex_compute"] - listed["capex_compute"] == pytest.approx(extra)
    assert bought["it_power"] == listed["it_power"]
