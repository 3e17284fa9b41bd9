"""The formats of files are documented by what reads them."""

import pytest

from planner import fields, glossary
from planner.catalog import entries
from planner.catalog.catalog import SOURCE, Catalog
from planner.money import tariffs
from planner.plan import demand, rules
from planner.scenario import scenario_file

KNOWN = fields.name_of("source", Catalog().sources)
FORMS = {
    "scenario": scenario_file.FORM,
    "sources": SOURCE,
    "demand": demand.form("accelerators"),
    "tariff": tariffs.form(),
    "rules": rules.form(),
    **{kind: entries.form_of(described, KNOWN) for kind, described in glossary.kinds().items()},
}


@pytest.mark.parametrize("name", FORMS)
def test_every_field_says_what_it_takes_and_means(name):
    rows = list(fields.described(FORMS[name]))
    assert len(rows) >= 4
    described = glossary.kinds().get(name)
    plain = {*described.text, *described.lists, *described.dates} if described else set()
    for field, takes, _, meaning in rows:
        assert takes, field
        assert meaning or field in plain, field


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("scenario", "pool.set"),
        ("tariff", "energy.tiers.up_to"),
        ("rules", "limit.most"),
        ("accelerators", "power.source"),
        ("demand", "growth"),
    ],
)
def test_what_tables_within_tables_hold_is_documented_too(name, field):
    assert field in {row[0] for row in fields.described(FORMS[name])}
