"""Causes of a difference: they add up to it, and to what was changed."""

import pytest

from planner.plan import planning
from planner.scenario import scenario, scenario_file
from planner.studies import attribution, comparison
from tests.conftest import planned


@pytest.fixture(scope="module")
def base(catalog):
    return planned("own-8000-h100")


def changed(catalog, settings=None, **choose):
    return planning.plan(
        scenario.changed(scenario_file.load("own-8000-h100"), choose, settings or {}), catalog, bands=False
    )


def test_one_cause_is_the_whole_difference(base, catalog):
    other = changed(catalog, {"discount_rate": "4 %"})
    ((cause,),) = [attribution.causes(base, other, ["npv_own"])["npv_own"]]
    assert cause.name == "discount_rate"
    assert cause.change == pytest.approx(other.whole["npv_own"] - base.whole["npv_own"], rel=1e-12)


@pytest.mark.parametrize(
    ("settings", "choose"),
    [
        ({"discount_rate": "4 %", "utilization": "90 %", "accelerators": "6000 accelerator"}, {}),
        ({"accelerators": "4096 accelerator"}, {"system": "dgx-b200", "site": "us-texas"}),
        ({"facility_mode": "build", "cloud_price": "4 USD/accelerator/h"}, {"cooling": "direct-to-chip"}),
    ],
)
def test_causes_add_up_to_the_difference(base, catalog, settings, choose):
    other = changed(catalog, settings, **choose)
    names = ["tco", "capex", "npv_saving", "facility_power"]
    for name, causes in attribution.causes(base, other, names).items():
        difference = other.whole[name] - base.whole[name]
        assert sum(cause.change for cause in causes) == pytest.approx(difference, rel=1e-9, abs=1e-6), name


@pytest.mark.filterwarnings("error")
def test_causes_add_up_where_a_model_cannot_run_with_the_strategy_of_the_other(catalog):
    """Mixtures of the two plans whose memory does not fit have no result; what they hide is shared all the same."""
    one, other = (planned(name) for name in ("enterprise-8-gpu", "enterprise-32-gpu"))
    names = ["output_tokens_per_second", "users_served", "cost_per_million_tokens", "tokens_per_joule"]
    for name, causes in attribution.causes(one, other, names).items():
        assert causes, name
        difference = other.whole[name] - one.whole[name]
        assert sum(cause.change for cause in causes) == pytest.approx(difference, rel=1e-9), name


def test_two_factors_share_what_they_do_together(base, catalog):
    """A price and a count that both grow: each has the mean of its effect before and after the other."""
    other = changed(catalog, {"cloud_price": "7 USD/accelerator/h", "cloud_billed_share": "50 %"})
    causes = {cause.name: cause.change for cause in attribution.causes(base, other, ["cloud_cost"])["cloud_cost"]}
    cost, (low, high) = base.whole["cloud_cost"], (0.5, 2.0)
    assert causes["cloud_price"] == pytest.approx(cost * ((high - 1) + low * (high - 1)) / 2, rel=1e-9)
    assert causes["cloud_billed_share"] == pytest.approx(cost * ((low - 1) + high * (low - 1)) / 2, rel=1e-9)


def test_what_a_choice_brings_stands_together(base, catalog):
    other = changed(catalog, {"utilization": "85 %"}, system="dgx-b200")
    compared = comparison.compare([base, other], ["tco"])
    causes = compared.causes[0]["tco"]
    assert {cause.choice for cause in causes if cause.name.startswith("system_")} == {"system"}
    assert "system " in comparison.text(compared) and "(system_p" in comparison.text(compared)


def test_equal_plans_have_no_causes(base):
    assert attribution.causes(base, base, ["tco"]) == {"tco": []}


def test_an_option_is_named_as_the_cause(base, catalog):
    mode = "build" if base.whole.options["facility_mode"] != "build" else "colocation"
    causes = attribution.causes(base, changed(catalog, {"facility_mode": mode}), ["capex"])["capex"]
    assert "facility_mode" in [cause.name for cause in causes]
