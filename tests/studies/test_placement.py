"""Which pool goes to which site."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.scenario import scenario_file
from planner.studies import placement
from planner.studies.placement import Pair
from tests.conftest import CATALOG

TWO_SITES = """
name = "two sites"
[choose]
system = "dgx-h100"
cooling = "air"
cloud = "aws-p5"
[[site]]
name = "us-texas"
[site.set]
site_power_limit = "10 MW"
[[site]]
name = "ireland"
[site.set]
site_power_limit = "10 MW"
[[pool]]
name = "one"
[pool.set]
accelerators = "4096 accelerator"
[[pool]]
name = "two"
[pool.set]
accelerators = "2048 accelerator"
"""


def placed(text, **arguments):
    return placement.place(scenario_file.loads(text), arguments.pop("sites", []), CATALOG, **arguments)


def test_a_site_takes_what_it_can_power_and_the_rest_goes_on():
    placing = placed(TWO_SITES)
    power = {pair.pool: pair.power for pair in placing.pairs.values()}
    assert power["one"] + power["two"] > 10e6
    assert set(placing.sites.values()) == {"us-texas", "ireland"}
    dear, cheap = (placing.pairs["one", site].cost for site in ("ireland", "us-texas"))
    assert dear > cheap and placing.sites["one"] == "us-texas"


def test_a_rack_that_the_hall_cannot_take_excludes_the_site_with_the_reason():
    low_hall = TWO_SITES.replace('site_power_limit = "10 MW"', 'site_rack_limit = "5 kW/rack"', 1)
    placing = placed(low_hall.replace("10 MW", "20 MW"))
    assert "hall and cooling take 5 kW/rack" in placing.pairs["one", "us-texas"].excluded
    assert set(placing.sites.values()) == {"ireland"}


def test_no_placement_is_said():
    placing = placed(TWO_SITES.replace("10 MW", "1 MW"))
    assert placing.sites == {} and "No placement" in placement.text(placing)


def test_the_placed_scenario_plans_with_each_pool_on_its_site():
    placing = placed(TWO_SITES)
    assert {key: part.choose["site"] for key, part in placing.placed.pools.items()} == placing.sites


@pytest.mark.parametrize(
    ("text", "arguments", "says"),
    [
        (TWO_SITES, {"objective": "npv_onw"}, "npv_own"),
        (TWO_SITES, {"objective": "pue"}, "does not add up"),
        (TWO_SITES, {"sites": ["irland"]}, "Ireland"),
        (TWO_SITES[: TWO_SITES.index("[[pool]]")], {}, "no pools"),
    ],
)
def test_what_cannot_be_placed_is_refused(text, arguments, says):
    with pytest.raises(InputError, match=says):
        placed(text, **arguments)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_programme_finds_what_enumeration_finds(data):
    pools, sites = ["a", "b", "c", "d"], ["x", "y", "z"]
    number = st.floats(1, 100)
    pairs = {
        pair: Pair(*pair, data.draw(number), data.draw(number), data.draw(st.sampled_from(["", "", "", "too hot"])))
        for pair in itertools.product(pools, sites)
    }
    limits = {site: data.draw(st.floats(50, 250)) for site in sites}
    open_sites = [[site for site in sites if not pairs[pool, site].excluded] for pool in pools]

    def cost(chosen):
        return sum(pairs[pair].cost for pair in chosen.items()) if chosen else None

    if all(open_sites):
        one_by_one = cost(placement._by_enumeration(pools, open_sites, pairs, limits))
        programme = cost(placement._by_programme(pools, sites, pairs, limits))
        assert (one_by_one is None) == (programme is None)
        assert one_by_one is None or np.isclose(one_by_one, programme, rtol=1e-6)
