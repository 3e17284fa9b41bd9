"""Evaluates quantities from texts, with the shipped defaults for what a test does not say."""

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.model import wiring
from planner.scenario import scenario, scenario_file

CATALOG = Catalog()


def given(**texts):
    """Base values of quantities written as texts; numpy's floats, as a resolved scenario has them."""
    rows = glossary.quantities()
    return {name: np.float64(units.read(text, rows[name].unit)) for name, text in texts.items()}


def defaults():
    """Every default of the shipped catalog."""
    return {name: np.float64(fact.value) for name, fact in CATALOG.defaults.items() if name not in first_choices()}


def value(name, unit="1", options=None, **texts):
    """A quantity in `unit` from `texts` and the defaults of the catalog."""
    options = {**first_choices(), **(options or {})}
    found = wiring.evaluate([name], {**defaults(), **given(**texts)}, options)
    return units.convert(found[name], unit)


def first_choices():
    return {name: option.choices[0] for name, option in glossary.options().items()}


def planned(name, choose=None, **changes):
    """The plan of a shipped scenario with changes."""
    from planner.plan import planning

    changed = scenario.changed(scenario_file.load(name, CATALOG), choose or {}, changes)
    return planning.plan(changed, CATALOG, bands=False)
