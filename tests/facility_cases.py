"""Evaluates quantities from texts, with the shipped defaults for what a test does not say."""

from planner import glossary, model, scenario, units
from planner.catalog import Catalog

CATALOG = Catalog()


def given(**texts):
    """Base values of quantities written as texts, numbers as they are."""
    rows = glossary.quantities()
    return {name: units.read(text, rows[name].unit) for name, text in texts.items()}


def value(name, unit="1", options=None, only=False, **texts):
    """A quantity in `unit` from `texts` and, unless `only`, the defaults of the catalog."""
    options = {**first_choices(), **(options or {})}
    facts = {} if only else {n: f.value for n, f in CATALOG.defaults.items() if n not in options}
    found = model.evaluate([name], {**facts, **given(**texts)}, options)
    return units.convert(found[name], unit)


def first_choices():
    return {name: option.choices[0] for name, option in glossary.options().items()}


def planned(name, choose=None, **changes):
    """The plan of a shipped scenario with changes."""
    from planner import plan

    changed = scenario.changed(scenario.load(name, CATALOG), choose or {}, changes)
    return plan.plan(changed, CATALOG, bands=False)
