"""Risk: distributions, correlation, percentiles, indices against a case worked by hand, the value of knowing."""

import numpy as np
import pytest

from planner import sampling
from planner.catalog.entries import DISTRIBUTIONS, Fact
from planner.errors import InputError
from planner.model import compiled
from planner.model.scopes import figure
from planner.plan import bands, planning
from planner.scenario import resolve, scenario, scenario_file
from planner.studies import risk
from tests.conftest import asked, planned

UNIFORM = sampling.sobol(np.arange(2**14), 2, 0)


@pytest.fixture(scope="module")
def found(catalog):
    return risk.risk(scenario_file.load("own-8000-h100"), catalog)


def test_a_triangular_range_has_its_mean_and_variance():
    drawn = sampling.quantile("triangular", UNIFORM[0], 2.0, 3.0, 7.0)
    assert drawn.min() > 2 and drawn.max() < 7
    assert drawn.mean() == pytest.approx((2 + 3 + 7) / 3, rel=1e-4)
    assert drawn.var() == pytest.approx((4 + 9 + 49 - 6 - 14 - 21) / 18, rel=1e-3)


def test_half_of_a_double_triangular_range_lies_on_either_side_of_its_typical_value():
    drawn = sampling.quantile("double-triangular", UNIFORM[0], 2.0, 3.0, 7.0)
    assert drawn.min() > 2 and drawn.max() < 7
    assert np.median(drawn) == pytest.approx(3, rel=1e-3)
    # Each side is a triangle: their means are (2 + 2 · 3) / 3 and (2 · 3 + 7) / 3.
    assert drawn[drawn < 3].mean() == pytest.approx(8 / 3, rel=1e-3)
    assert drawn.mean() == pytest.approx((2 + 4 * 3 + 7) / 6, rel=1e-3)
    assert sampling.quantile("double-triangular", np.array([0.0, 0.5, 1.0]), 2.0, 3.0, 7.0).tolist() == [2, 3, 7]


def test_a_pert_range_has_its_mean():
    drawn = sampling.quantile("pert", UNIFORM[0], 2.0, 3.0, 7.0)
    assert drawn.mean() == pytest.approx((2 + 4 * 3 + 7) / 6, rel=1e-4)


def test_a_lognormal_range_has_its_percentiles():
    drawn = sampling.quantile("lognormal", UNIFORM[0], 2.0, 3.0, 7.0)
    assert np.percentile(drawn, [10, 50, 90]) == pytest.approx([2, 3, 7], rel=1e-3)


def test_a_typical_value_at_an_end_is_no_trouble():
    for distribution in DISTRIBUTIONS:
        for typical in (2.0, 7.0):
            drawn = sampling.quantile(distribution, UNIFORM[0], 2.0, typical, 7.0)
            assert np.all(np.isfinite(drawn)), (distribution, typical)


def test_correlated_ranks_have_the_stated_correlation():
    from scipy.stats import spearmanr

    mixed = sampling.correlated(UNIFORM, np.array([[1, 0.6], [0.6, 1]]))
    assert spearmanr(*mixed).statistic == pytest.approx(0.6, abs=0.01)
    # Each alone stays even.
    assert pytest.approx(np.array([[0.1, 0.5, 0.9]] * 2), abs=0.01) == np.percentile(mixed, [10, 50, 90], axis=1).T


def test_correlation_widens_what_adds_up(catalog):
    text = """
    name = "correlated"
    [choose]
    system = "dgx-h100"
    [set]
    accelerators = "1024 accelerator"
    [range]
    system_price = ["200 kUSD/system", "300 kUSD/system", "400 kUSD/system"]
    services_share = ["1 %", "5 %", "20 %", "pert"]
    software_price = ["100 USD/accelerator", "2000 USD/accelerator", "9000 USD/accelerator", "lognormal"]
    """
    alone = risk.risk(scenario_file.loads(text), catalog, watch=["capex"])
    together = risk.risk(
        scenario_file.loads(
            text + "\n    [correlate]\n    system_price = { services_share = 0.7, software_price = 0.6 }"
        ),
        catalog,
        watch=["capex"],
    )

    def width(each):
        low, _, high = each.percentiles["capex"]
        return high - low

    assert width(together) > 1.1 * width(alone)
    assert "Percentiles follow the stated correlations" in risk.text(together)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('[range]\npue = ["1.1", "1.2", "1.3", "gaussian"]', "'gaussian' is not one of double-triangular"),
        ('[range]\npue = ["1.1", "1.2"]', "takes three values"),
        ('[range]\ndiscount_rate = ["0 %", "1 %", "2 %", "lognormal"]', "starts above zero"),
        ("[correlate]\npue = { utilization = 0.5 }", "'pue' has no range"),
        ('[range]\npue = ["1.1", "1.2", "1.3"]\n[correlate]\npue = { pue = 2 }', "is not a correlation"),
        ("[correlate]\npue = 1", "takes { OTHER = 0.6 }"),
    ],
)
def test_bad_ranges_and_correlations_are_refused(catalog, lines, says):
    with pytest.raises(InputError, match=says):
        resolve.resolve(scenario_file.loads(f'[set]\naccelerators = "8 accelerator"\n{lines}'), catalog)


def test_contradicting_correlations_are_refused(catalog):
    text = """
    [choose]
    system = "dgx-h100"
    [set]
    accelerators = "1024 accelerator"
    [range]
    pue = ["1.1", "1.2", "1.3"]
    system_price = ["200 kUSD/system", "300 kUSD/system", "400 kUSD/system"]
    utilization = ["50 %", "60 %", "70 %"]
    [correlate]
    pue = { system_price = 0.9, utilization = 0.9 }
    system_price = { utilization = -0.9 }
    """
    with pytest.raises(InputError, match="contradict each other"):
        risk.risk(scenario_file.loads(text), catalog)


def test_percentiles_are_in_order_and_hold_the_same_again(found, catalog):
    assert set(found.percentiles) > {"tco", "npv_saving", "capex"}
    for name, (low, middle, high) in found.percentiles.items():
        assert low <= middle <= high, name
    again = risk.risk(scenario_file.load("own-8000-h100"), catalog)
    assert again.percentiles == found.percentiles
    assert risk.risk(scenario_file.load("own-8000-h100"), catalog, seed=1).percentiles != found.percentiles


def test_owning_wins_as_often_as_the_saving_is_positive(found):
    assert found.owning_wins == pytest.approx(np.mean(found.draws["npv_saving"] > 0))
    low, _, high = found.percentiles["npv_saving"]
    # Owning loses in more than one sample of ten where the P10 of the saving is negative.
    assert low < high and 0.5 < found.owning_wins < 1 and (found.owning_wins > 0.9) == (low > 0)


A, B = figure("a"), figure("b")


def test_indices_of_a_sum_and_a_product_are_those_worked_by_hand():
    """A sum with b twice as wide as a: shares 1/5 and 4/5; a product of centred factors: nothing alone."""

    def indices(function):
        ranges = {
            A: Fact(0.5, low=0.0, high=1.0, distribution="uniform"),
            B: Fact(1.0, low=0.0, high=2.0, distribution="uniform"),
        }
        runs = compiled.Program(
            {"f": 2},
            {},
            (None, None, None),
            {A: 0, B: 1},
            (compiled.Instruction(function, (0, 1), 2, (0, 1)),),
        )
        return risk._sobol_indices(runs, ranges, ["f"], 0)

    with pytest.MonkeyPatch.context() as patch:
        from planner import glossary

        rows = {name: glossary.Quantity(name, "1", "", "", "1") for name in "ab"}
        patch.setattr(glossary, "quantities", lambda: rows)
        first, total = indices(lambda a, b: a + b)
        assert first["f"] == pytest.approx([0.2, 0.8], abs=0.01)
        assert total["f"] == pytest.approx([0.2, 0.8], abs=0.01)
        # f = (a − 1/2)(b − 1): no effect alone, everything together.
        first, total = indices(lambda a, b: (a - 0.5) * (b - 1))
        assert first["f"] == pytest.approx([0, 0], abs=0.02)
        assert total["f"] == pytest.approx([1, 1], abs=0.02)


def test_the_tornado_is_what_the_plan_gives_at_each_end(found, catalog):
    swing = next(s for s in found.swings["tco"] if s.name == "system_price")
    at = planning.plan(
        scenario.changed(scenario_file.load("own-8000-h100"), {}, {"system_price": f"{swing.low!r} USD/system"}),
        catalog,
        bands=False,
    )
    assert swing.at_low == pytest.approx(at.whole["tco"], rel=1e-12)
    sizes = [s.size for s in found.swings["tco"]]
    assert sizes == sorted(sizes, reverse=True)
    assert found.swings["npv_saving"][0].name == "cloud_price"
    assert sum(s.first for s in found.swings["npv_saving"]) == pytest.approx(1, abs=0.1)


def test_knowing_is_worth_something_only_where_it_may_change_the_decision(found, catalog):
    assert found.value_of_knowing["cloud_price"] > 0
    assert max(found.value_of_knowing.values()) <= found.value_of_knowing_all
    # At a rate at which owning always wins nothing is worth knowing.
    base = asked("own-8000-h100", cloud_price="9 USD/accelerator/h")
    sure = risk.risk(base, catalog)
    assert sure.owning_wins == 1.0
    assert sure.value_of_knowing_all == pytest.approx(0, abs=1e-3)
    assert all(worth == pytest.approx(0, abs=1e-3) for worth in sure.value_of_knowing.values())


def test_the_value_of_knowing_agrees_with_a_case_worked_by_hand(found):
    """A saving uniform on (−1, 1): deciding now earns 0, knowing it 1/4."""
    each = risk.Risk(found.plan, 0, {}, {}, {}, {})
    x = 2 * UNIFORM[0] - 1
    risk._decide(each, {figure("x"): x, figure("y"): UNIFORM[1]}, x)
    assert each.owning_wins == pytest.approx(0.5, abs=0.001)
    assert each.value_of_knowing_all == pytest.approx(0.25, abs=0.001)
    assert each.value_of_knowing["x"] == pytest.approx(0.25, abs=0.001)
    assert each.value_of_knowing["y"] == pytest.approx(0, abs=0.01)


def test_bands_of_a_plan_agree_with_the_larger_sample(found, catalog):
    results = planned("own-8000-h100", bands=True).results
    for name in ("tco", "capex", "facility_power"):
        low, _, high = found.percentiles[name]
        assert results[name].low == pytest.approx(low, rel=0.03)
        assert results[name].high == pytest.approx(high, rel=0.03)


def test_nothing_uncertain_is_said(catalog):
    resolved = resolve.resolve(scenario_file.load("own-8000-h100"), catalog)
    fixed = {str(each): fact.value for each, fact in bands.uncertain(resolved).items()}
    from planner import glossary

    rows = glossary.quantities()
    settings = {n: f"{v!r} {rows[n].unit}".removesuffix(" 1") for n, v in fixed.items()}
    sure = risk.risk(asked("own-8000-h100", **settings), catalog, watch=["tco"])
    assert sure.percentiles == {} and "nothing is uncertain" in risk.text(sure)


def test_the_command_prints_percentiles_and_json(run):
    out = run("risk", "own-8000-h100", "--samples", "512").out
    for said in ("P10", "Owning beats renting in", "What makes npv_saving unsure", "cloud_price", "worth"):
        assert said in out
    answer = run("risk", "own-8000-h100", "--samples", "512", "--json").json
    assert answer["results"]["tco"]["p10"] < answer["results"]["tco"]["p50"] < answer["results"]["tco"]["p90"]
    assert 0 < answer["probability_owning_wins"] < 1
    run("risk", "own-8000-h100", "--samples", "3", status=2)
    assert "Did you mean 'tco'?" in run("risk", "own-8000-h100", "--watch", "tcoo", status=2).err


def test_a_check_holds_in_its_share_of_the_samples(catalog):
    base = asked("own-8000-h100", budget="500 MUSD")
    outcome = risk.risk(base, catalog, watch=["capex"])
    assert 0 < outcome.checks["budget"] < 1
    assert outcome.checks["budget"] == pytest.approx(np.mean(outcome.draws["capex"] <= 500e6))
    assert "budget" in risk.text(outcome)


TWO_POOLS = """
[choose]
system = "dgx-h100"
[correlate."{one}"]
"{other}" = {rank}
[[pool]]
name = "a"
[pool.set]
accelerators = "512 accelerator"
[pool.range]
electricity_price = ["20 USD/MWh", "70 USD/MWh", "300 USD/MWh"]
pue = ["1.05", "1.3", "1.9"]
[[pool]]
name = "b"
[pool.set]
accelerators = "512 accelerator"
[pool.range]
electricity_price = ["21 USD/MWh", "70 USD/MWh", "300 USD/MWh"]
pue = ["1.05", "1.3", "1.8"]
"""


@pytest.mark.parametrize(
    ("one", "other", "drawn"),
    [
        ("electricity_price", "pue", ("a/electricity_price", "a/pue")),
        ("electricity_price", "pue", ("b/electricity_price", "b/pue")),
        ("a/electricity_price", "b/electricity_price", ("a/electricity_price", "b/electricity_price")),
        ("a/electricity_price", "b/pue", ("a/electricity_price", "b/pue")),
    ],
)
@pytest.mark.parametrize("rank", [0.9, -0.9])
def test_ranges_of_pools_follow_the_stated_correlation(catalog, one, other, drawn, rank):
    from scipy.stats import spearmanr

    text = TWO_POOLS.format(one=one, other=other, rank=rank)
    draws = risk.risk(scenario_file.loads(text), catalog, samples=1024, watch=["opex_per_year"]).draws
    assert spearmanr(draws[drawn[0]], draws[drawn[1]]).statistic == pytest.approx(rank, abs=0.03)


def test_a_correlation_of_what_no_pool_has_a_range_for_is_refused(catalog):
    with pytest.raises(InputError, match="'gpu' has no range"):
        risk.risk(scenario_file.loads(TWO_POOLS.format(one="electricity_price", other="gpu", rank=0.5)), catalog)
