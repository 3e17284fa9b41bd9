"""Published cost cases: what is reproduced, how cases are read, and what a wrong formula would do."""

import json

import pytest

from planner import glossary, paths
from planner.errors import InputError
from planner.evidence.validation import cost_cases, costs
from tests.conftest import CATALOG

MEASUREMENTS = paths.shipped("catalogs") / "measurements"
WORDS = cost_cases.load_mapping(MEASUREMENTS / "tco-mapping.toml")["words"]


@pytest.fixture(scope="module")
def found():
    return costs.validate_tco(CATALOG)


def test_at_least_sixty_of_the_sixty_eight_cases_are_reproduced(found):
    assert found["cases"] == 68
    assert found["reproduced"] >= 60
    assert found["reproduced"] + len(found["not_reproduced"]) == 68


def test_every_case_that_is_not_reproduced_says_why(found):
    assert all(reason for reason in found["not_reproduced"].values())


def test_the_two_wrong_published_conclusions_are_contradicted(found):
    """The cash basis breaks even in month 35.6 where the source prints never; 25,951 h where it prints 25,942."""
    rows = {(row["case_id"], row["metric"]): row for row in found["rows"]}
    month = rows["randomcalc-NEGATIVE", "correct_breakeven"]
    assert month["predicted"] == pytest.approx(392_000 / (14_400 - 3_376.32), rel=1e-6)
    hours = rows["alphaone-NEGATIVE-postcut", "breakeven_hours"]
    assert hours["predicted"] == pytest.approx(833_806 / (33 - 0.87), rel=1e-9)


def test_the_command_prints_the_summary_and_json(found, run):
    assert run("validate", "tco", "--json").json["reproduced"] == found["reproduced"]


@pytest.mark.parametrize(
    ("text", "unit", "multiple"),
    [
        ("USD/GPU-hour", "USD/accelerator/h", 1),
        ("USD/kW-month", "USD/kW/month", 1),
        ("USD/1k token", "USD/token", 1e-3),
        ("USD/M token", "USD/token", 1e-6),
        ("accelerator-hour", "accelerator*h", 1),
        ("USD, Dec-2024 price level", "USD", 1),
        ("USD/hour (8-GPU instance)", "USD/h", 1),
        ("GPU H100 NVL 94GB", "accelerator", 1),
        ("per person-day", "1/user/d", 1),
        ("index PCU518210518210", "1", 1),
    ],
)
def test_units_of_cases_are_read(text, unit, multiple):
    assert cost_cases.case_unit(text, WORDS) == (unit, pytest.approx(multiple))


def test_the_mapping_names_quantities_and_conventions_that_exist():
    mapping = cost_cases.load_mapping(MEASUREMENTS / "tco-mapping.toml")
    rows, options = glossary.quantities(), glossary.options()
    for group in [mapping, *mapping["group"]]:
        for name in [*group.get("conventions", {}), *group.get("set", {}), *group.get("unset", ())]:
            assert name in rows or name in options, name


def replay(tmp_path, **case):
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps({"id": "x", "tolerance_rel": 0.01} | case) + "\n")
    return costs.validate_tco(CATALOG, file)


def test_a_case_of_another_source_is_read_by_its_names(tmp_path):
    """240,000 USD against 20 USD/h of rent and 4 USD/h of running: 15,000 h."""
    inputs = {"server_capex": 240_000, "onprem_opex": 4, "cloud_rate": 20}
    units = {"server_capex": "USD", "onprem_opex": "USD/hour", "cloud_rate": "USD/hour"}
    case = {name: {"value": value, "unit": units[name]} for name, value in inputs.items()}
    replayed = replay(tmp_path, inputs=case, outputs={"breakeven_hours": {"value": 15_000, "unit": "hour"}})
    assert replayed["reproduced"] == 1 and replayed["rows"][0]["predicted"] == pytest.approx(15_000)


OTHERS = {
    # 1 GWh at 0.06, 2 MW at 15 and 150 USD of service.
    "tariff": (
        {
            "energy": (1e6, "kWh/month"),
            "peak_demand": (2000, "kW"),
            "energy_rate": (0.06, "USD/kWh"),
            "demand_charge": (15, "USD/kW-month"),
            "service_charge": (150, "USD/month"),
        },
        {"monthly_bill": (90_150, "USD/month"), "demand_cost": (30_000, "USD/month")},
    ),
    "ratchet": (
        {
            "peak_demand": (600, "kW"),
            "lookback_peak": (1000, "kW"),
            "ratchet": (0.8, "1"),
            "demand_charge": (10, "USD/kW-month"),
        },
        {"billed_demand": (800, "kW"), "demand_cost": (8000, "USD/month")},
    ),
    # −1,000 now and 300 a year for five years at 10 %.
    "flows": (
        {"cash_flows": ("-1000,300,300,300,300,300", "USD"), "discount_rate": (0.10, "1/year")},
        {"npv": (137.236, "USD"), "irr": (0.15238, "1"), "payback": (3.3333, "year")},
    ),
    "loan": (
        {"principal": (1000, "USD"), "apr": (0.12, "1/year"), "loan_term": (1, "year")},
        {"monthly_payment": (88.8488, "USD/month")},
    ),
    # 3 % of support on 1,024 accelerators at 2 USD.
    "rent": (
        {"gpus": (1024, "GPU"), "cloud_price": (2.0, "USD/GPU-hour"), "support_share": (0.03, "1")},
        {"cloud_month": (1_495_040, "USD/month"), "monthly_cost": (1_539_891, "USD/month")},
    ),
    "owned or rented": (
        {
            "server_capex": (300_000, "USD"),
            "onprem_opex": (5000, "USD/month"),
            "years": (3, "year"),
            "cloud_rate": (20, "USD/hour"),
        },
        {"tco": (480_000, "USD"), "cloud_total": (525_600, "USD"), "savings": (45_600, "USD")},
    ),
    "parts": (
        {
            "node_price": (300_000, "USD/server"),
            "nodes": (8, "server"),
            "networking": (200_000, "USD"),
            "storage_cost": (100_000, "USD"),
        },
        {"total_capex": (2_700_000, "USD")},
    ),
}


@pytest.mark.parametrize("name", list(OTHERS))
def test_cases_of_other_kinds_are_read_by_names_and_units(tmp_path, name):
    inputs, outputs = ({n: {"value": v, "unit": u} for n, (v, u) in table.items()} for table in OTHERS[name])
    replayed = replay(tmp_path, inputs=inputs, outputs=outputs, tolerance_rel=1e-4)
    assert replayed["reproduced"] == 1, replayed["not_reproduced"]


def test_what_cannot_be_expressed_is_listed_and_counts_against_coverage(tmp_path):
    replayed = replay(
        tmp_path, inputs={"moon": {"value": 1, "unit": "phase"}}, outputs={"tide": {"value": 2, "unit": "m"}}
    )
    assert (
        replayed["coverage"] == 0
        and "tide" in replayed["not_reproduced"]["x"]
        and "moon" in replayed["not_reproduced"]["x"]
    )


def test_a_wrong_printed_figure_is_not_reproduced(tmp_path):
    inputs = {"gpu_hours": {"value": 1000, "unit": "GPU-hour"}, "cloud_price": {"value": 2, "unit": "USD/GPU-hour"}}
    replayed = replay(tmp_path, inputs=inputs, outputs={"cloud_cost": {"value": 2500, "unit": "USD"}})
    assert replayed["reproduced"] == 0 and replayed["rows"][0]["predicted"] == pytest.approx(2000)


@pytest.mark.parametrize("text", ["{", '{"id": 1}', "[]", '{"inputs": {}, "outputs": 3}'])
def test_a_broken_file_is_bad_input(tmp_path, text, run):
    file = tmp_path / "cases.jsonl"
    file.write_text(text)
    with pytest.raises(InputError):
        costs.validate_tco(CATALOG, file)
    assert "line 1" in run("validate", "tco", str(file), status=2).err


@pytest.mark.parametrize("value", ["many", None, [1], {"low": 1}, True])
def test_an_input_of_the_wrong_kind_is_a_reason_and_not_a_traceback(tmp_path, value):
    inputs = {"server_capex": {"value": value, "unit": "USD"}, "cloud_rate": {"value": 20, "unit": "USD/hour"}}
    replayed = replay(tmp_path, inputs=inputs, outputs={"breakeven_hours": {"value": 1, "unit": "hour"}})
    assert replayed["reproduced"] == 0
