"""Wiring: every equation declared, traced and documented; evaluation on demand."""

import numpy as np
import pytest

from planner import glossary, model


def test_nothing_is_wrong_with_the_wiring():
    assert model.problems() == []


@pytest.mark.parametrize("name", sorted(model.alternatives()))
def test_each_equation_has_a_formula_and_a_meaning(name):
    assert glossary.quantities()[name].meaning
    for equation in model.alternatives()[name].values():
        assert equation.sentence.endswith((".", "?")) or equation.sentence
        assert equation.formula, f"{equation.function.__name__} gives no formula"


def test_only_what_is_asked_for_is_evaluated():
    values = model.evaluate(["facility_power"], {"it_power": 25e6, "pue": 1.2})
    assert values["facility_power"] == 30e6
    assert set(values) == {"it_power", "pue", "facility_power"}


def test_set_beats_computed():
    values = model.evaluate(["facility_power"], {"it_power": 25e6, "cooling_pue": 1.5, "pue": 1.2})
    assert values["facility_power"] == 30e6


def test_what_lacks_an_input_is_absent_with_the_reason():
    route = model.route(("facility_power",), ("it_power",), {})
    assert "cooling_pue" in route.missing["facility_power"]
    assert "facility_power" not in model.evaluate(["facility_power"], {"it_power": 25e6})


def test_one_scenario_and_many_agree_bit_for_bit():
    one = [model.evaluate(["facility_power"], {"it_power": p, "pue": 1.25})["facility_power"] for p in (1e6, 3e6)]
    many = model.evaluate(["facility_power"], {"it_power": np.array([1e6, 3e6]), "pue": 1.25})["facility_power"]
    assert one == many.tolist()


def test_an_option_chooses_between_alternatives():
    values = {"capex_compute": 100.0, "analysis_period": 2.0, "service_life": 4.0}
    straight = model.evaluate(["residual_value"], values, {"residual_method": "straight-line"})
    zero = model.evaluate(["residual_value"], values, {"residual_method": "zero"})
    assert straight["residual_value"] == 50.0
    assert zero["residual_value"] == 0.0


def test_a_derivation_reaches_the_inputs_and_expands_each_node_once():
    values = model.evaluate(["energy_cost_per_year"], {"it_mean_power": 1.0, "pue": 1.2, "electricity_price": 2.0})
    tree = model.derivation("energy_cost_per_year", values, {"it_mean_power", "pue", "electricity_price"}, {})
    assert [step.name for step in tree.inputs] == ["energy_per_year", "electricity_price"]
    assert [step.name for step in tree.inputs[0].inputs] == ["it_mean_power", "pue"]
    assert tree.value == pytest.approx(2.4)


def test_dependents_are_listed():
    assert "facility_power" in model.used_by("pue")
    assert "pue" in model.inputs_of("facility_power", {"pue", "it_power"}, {})
