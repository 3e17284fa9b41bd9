"""Wiring: every equation declared, traced and documented; evaluation on demand."""

import numpy as np
import pytest

from planner import glossary
from planner.model import check, derivation, wiring


def test_nothing_is_wrong_with_the_wiring():
    assert check.problems() == []


@pytest.mark.parametrize("name", sorted(wiring.alternatives()))
def test_each_equation_has_a_formula_and_a_meaning(name):
    assert glossary.quantities()[name].meaning
    for equation in wiring.alternatives()[name].values():
        assert equation.sentence, f"{equation.function.__name__} says nothing"
        assert equation.formula, f"{equation.function.__name__} gives no formula"


POWERS = {"compute_power": 10e6, "network_power": 1e6, "storage_power": 0.5e6}


def test_only_what_is_asked_for_is_evaluated():
    values = wiring.evaluate(["it_power_use"], {"it_power": 24e6, "it_power_limit": 30e6})
    assert values.known == {"it_power": 24e6, "it_power_limit": 30e6, "it_power_use": 0.8}


def test_set_beats_computed():
    assert wiring.evaluate(["it_power_use"], POWERS | {"it_power_limit": 23e6})["it_power_use"] == 0.5
    set_too = POWERS | {"it_power": 4.6e6, "it_power_limit": 23e6}
    assert wiring.evaluate(["it_power_use"], set_too)["it_power_use"] == 0.2


def test_what_lacks_an_input_is_absent_with_the_reason():
    given = {"compute_power": 10e6, "storage_power": 0.5e6, "fabric": 1}
    assert "it_power" not in wiring.evaluate(["it_power"], given)
    assert wiring.route(("it_power",), tuple(given), {}).missing["it_power"]


def test_one_scenario_and_many_agree_bit_for_bit():
    one = [wiring.evaluate(["it_power"], POWERS | {"network_power": p})["it_power"] for p in (1e6, 3e6)]
    many = wiring.evaluate(["it_power"], POWERS | {"network_power": np.array([1e6, 3e6])})["it_power"]
    assert one == many.tolist()


def test_an_option_chooses_between_alternatives():
    values = {"rack_fit": 0.4, "whole_system": 1.0, "system_racks": np.float64(0)}
    whole = wiring.evaluate(["systems_per_rack"], values, {"rack_limit_rule": "reject"})
    split = wiring.evaluate(["systems_per_rack"], values, {"rack_limit_rule": "split"})
    assert whole["systems_per_rack"] == 1
    assert split["systems_per_rack"] == pytest.approx(1 / 3)


def test_a_derivation_reaches_the_inputs_and_expands_each_node_once():
    given = POWERS | {"it_power_limit": 23e6}
    tree = derivation.derivation("it_power_use", wiring.evaluate(["it_power_use"], given))
    assert [step.name for step in tree.inputs] == ["it_power", "it_power_limit"]
    assert [step.name for step in tree.inputs[0].inputs] == list(POWERS)
    assert tree.value == 0.5


def test_dependents_are_listed():
    assert "facility_power" in wiring.used_by("pue")
    assert {need.name for need in wiring.inputs_of("it_power_use", {*POWERS, "it_power_limit", "pue"})} == {
        *POWERS,
        "it_power_limit",
    }


@pytest.mark.parametrize(
    ("name", "options", "needs", "value", "formula"),
    [
        ("electricity_price", {}, ("site_electricity_price",), 7.0, "site_electricity_price"),
        ("spend", {"ownership": "rented"}, ("cloud_tco",), 7.0, "cloud_tco"),
        (
            "redundancy_factor",
            {"redundancy": "4n-over-3"},
            ("redundancy_blocks",),
            4 / 3,
            "4/3 + 0 * redundancy_blocks",
        ),
        ("capex_land", {"facility_mode": "retrofit"}, ("floor_area", "land_price"), 0.0, "0 * floor_area * land_price"),
        ("financed_amount", {"financing": "cash"}, ("capex",), 0.0, "0 * capex"),
    ],
)
def test_a_row_says_what_a_quantity_equals(name, options, needs, value, formula):
    equation = wiring.equation(name, options)
    assert (equation.needs, equation.formula.partition(":")[0]) == (needs, formula)
    assert wiring.evaluate([name], dict.fromkeys(needs, 7.0), options)[name] == value
    assert equation.sentence == glossary.quantities()[name].meaning + "."


def test_an_equation_stands_in_one_place():
    row = glossary.quantities()["site_pue"]
    twice = wiring.alternatives() | {"site_pue": {"published": wiring.alternatives()["site_pue"]["published"]}}
    with pytest.raises(glossary.GlossaryError, match="two equations compute 'site_pue__published'"):
        wiring._add(wiring._from_row(row, "published", "cooling_pue"), twice)


def test_sections_of_a_docstring_are_read():
    equation = wiring.equation("checkpoint_interval", {"checkpoint_rule": "daly"})
    assert equation.formula.startswith("τ = √(2CM)") and "Parameters" not in equation.notes
    assert equation.ranges["job_mtbf"] == ("s/event", "above 0") and tuple(equation.ranges) == equation.needs
    assert equation.notes.startswith("Holds up to C = 2M") and equation.notes.endswith("(2006) 303, eq. 37.")
    assert "[1] Daly" in equation.notes and ".. [" not in equation.notes
    assert wiring.equation("racks", {}).ranges == {}


def test_parameters_of_a_docstring_are_those_of_the_function():
    def rack_power(systems_per_rack, system_power):
        """Rated power of one full rack. [W/rack]

        k · P

        Parameters
        ----------
        systems_per_rack : W, above 0
        """
        return systems_per_rack * system_power

    wrong = wiring.Equation("rack_power", rack_power, ("systems_per_rack", "system_power"), "size")
    (problem,) = check._equation_problems(wrong, glossary.quantities())
    assert problem.endswith("Parameters are to be systems_per_rack : system/rack, system_power : W/system")


def test_a_number_with_a_unit_is_refused_in_a_row():
    row = glossary.quantities()["capex_land"]
    wrong = wiring._from_row(row, "retrofit", "2 + 0 * floor_area: the hall stands")
    (problem,) = check._equation_problems(wrong, glossary.quantities())
    assert problem == "capex.capex_land__retrofit: gives the number 2, declared USD"
