"""Sites: what energy costs there, large loads, sovereign demand."""

import pytest

from tests.conftest import CATALOG, planned, value


def test_the_price_is_the_sites():
    the_plan = planned("own-8000-h100", choose={"site": "us-texas"})
    assert (
        the_plan.results["electricity_price"].value
        == CATALOG.entry("sites", "us-texas").facts["electricity_price"].value
    )


def test_the_study_fee_is_due_from_75_mw():
    assert planned("facility-30mw").results["grid_study_fee"].value == 0
    assert planned("facility-30mw", site_power_limit="80 MW").results["grid_study_fee"].value == 100_000


def test_ohio_bills_85_percent_of_large_contracts():
    the_plan = planned("facility-30mw", choose={"site": "us-ohio"})
    assert "85 %" in {c.name: c for c in the_plan.checks}["large_load_rule"].message


def test_ireland_asks_for_generation_from_10_mw():
    the_plan = planned("facility-30mw", choose={"site": "ireland"})
    message = {c.name: c for c in the_plan.checks}["large_load_rule"].message
    assert "10 MW" in message and "80 %" in message


def test_singapore_refuses_a_pue_above_its_limit():
    warm = planned("facility-30mw", choose={"site": "singapore"}, pue="1.4")
    assert not {c.name: c for c in warm.checks}["site_limit"].ok
    good = planned("facility-30mw", choose={"site": "singapore"}, pue="1.25")
    assert "site_limit" not in {c.name for c in good.checks}


def test_sovereign_share_of_demand():
    """30 % of 8,000 accelerators at 2 USD an hour, a tenth dearer: 2,400 · 0.2 USD an hour."""
    texts = {"accelerators": "8000 accelerator", "sovereign_share": "30 %", "sovereign_premium": "10 %"}
    assert value("sovereign_accelerators", "accelerator", **texts) == pytest.approx(2400)
    extra = value("sovereign_premium_per_year", "USD/h", cloud_price="2 USD/accelerator/h", **texts)
    assert extra == pytest.approx(480)
