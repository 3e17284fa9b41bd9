"""The same figure by every route: two ways to each of many scenarios, drawn at random, agree."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import routes

COUNT = 200


@settings(max_examples=COUNT, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_two_routes_to_a_figure_agree(seed):
    outcome = routes.compared(random.Random(seed))
    assert not outcome.differing, f"{outcome.route}, seed {seed}\n{outcome.differing}\n{outcome.table}"


@pytest.mark.parametrize("route", sorted(routes.ROUTES))
def test_every_route_is_taken(route):
    """None of the routes is refused by all scenarios."""
    outcomes = [routes.compared(random.Random(f"{route} {number}"), route) for number in range(12)]
    assert any(outcome.figures for outcome in outcomes)
