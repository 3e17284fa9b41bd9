"""The ledger: agrees with the closed forms of the finance room; its measures; its properties."""


import pytest

from planner import ledger, model, plan, returns, scenario
from planner.catalog import Catalog

CATALOG = Catalog()
CLOSED = ("npv_own", "npv_cloud", "npv_saving", "cost_per_accelerator_hour", "cost_per_useful_accelerator_hour")


def resolved(name="own-8000-h100", **changes):
    given = scenario.changed(scenario.load(name, CATALOG), {}, changes)
    found = scenario.resolve(given, CATALOG)
    values, _ = plan.given_values(found)
    return values, found.options


def books(**changes):
    values, options = resolved(**changes)
    return ledger.ledger(values, options), values, options


VARIANTS = [
    {},
    {"analysis_period": "40.5 month"},
    {"discount_rate": "0 %"},
    {"energy_escalation": "3 %", "staff_escalation": "4 %", "operation_escalation": "1 %"},
    {"cloud_price_path": "declining"},
    {"price_basis": "real"},
    {"facility_mode": "build"},
    {"facility_mode": "retrofit", "residual_method": "straight-line"},
    {"residual_method": "table", "refresh_interval": "18 month", "refresh_price_share": "70 %"},
    {"residual_method": "successor", "refresh_interval": "12 month", "refresh_price_share": "80 %"},
    {"financing": "debt"},
    {"financing": "debt", "debt_term": "5 year", "price_basis": "real"},
    {"financing": "lease"},
    {"tax_rate": "21 %"},
    {"tax_rate": "21 %", "analysis_period": "77 month", "depreciation": "table"},
    {"tax_rate": "21 %", "depreciation": "straight-line", "price_basis": "real"},
    {"tax_rate": "25 %", "depreciation": "immediate", "financing": "debt", "debt_term": "6 year"},
    {"tax_rate": "25 %", "financing": "lease", "facility_mode": "build", "residual_method": "zero"},
    {"tax_rate": "30 %", "refresh_interval": "18 month", "refresh_price_share": "90 %"},
    {"accounting_year": "8766 h"},
    {"electricity_billing": "itemised"},
]


@pytest.mark.parametrize("changes", VARIANTS, ids=lambda c: ",".join(f"{k}={v}" for k, v in c.items()) or "default")
def test_the_closed_forms_agree_with_the_ledger(changes):
    found, values, options = books(**changes)
    closed = model.evaluate(CLOSED, values, options)
    derived = returns.derived(found, values, options)
    for name in CLOSED:
        assert derived[name] == pytest.approx(float(closed[name]), rel=1e-9), name
