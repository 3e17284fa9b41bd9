"""Every choice counts: another choice of an option, another entry of a role, another figure of an entry moves a figure.

What is no more than a label says so, with the reason, where it is described: `label_only` in the glossary.
"""

import functools
import itertools
import math
import tomllib

import pytest

from planner import glossary
from planner.errors import InputError
from planner.model import wiring
from tests.conftest import CATALOG, DATA, planned

TABLE = tomllib.loads((DATA / "choices.toml").read_text(encoding="utf-8"))
USUAL = [{"scenario": name} for name in ("own-8000-h100", "llama-3.1-405b", "enterprise-8-gpu")]
# The country of an owner counts where data must stay in it: a test of its own.
OPTIONS = [name for name, option in glossary.options().items() if not option.label_only and name != "owner_country"]
ROLES = list(glossary.roles())
CHECKS = "checks"


def cases(name):
    """The scenarios in which a choice matters."""
    return TABLE.get(name, {}).get("cases", USUAL)


def choices(name):
    """Every choice of an option, every entry of a role."""
    return glossary.options()[name].choices if name in OPTIONS else CATALOG.keys(glossary.roles()[name])


@functools.cache
def figures(name, choice, number):
    """What a scenario computes with a choice, and what its checks say; None where it has no place for the choice."""
    case = cases(name)[number]
    choose, changes = case.get("choose", {}), case.get("set", {})
    if name in ROLES:
        choose = {**choose, name: choice}
    else:
        changes = {**changes, name: choice}
    try:
        the_plan = planned(case["scenario"], choose, **changes)
    except InputError:
        return None
    scopes = the_plan.whole.by_place()
    computed = {step.figure.name: scopes[step.figure.place].known[step.figure.name] for step in the_plan.route.steps}
    values = {figure: value for figure, value in computed.items() if math.isfinite(value)}
    return values | {CHECKS: {(check.name, check.message) for check in the_plan.checks}}


def moved(name, one, other):
    """For each scenario the names of the figures that two choices move."""
    for number in range(len(cases(name))):
        before, after = figures(name, one, number), figures(name, other, number)
        if before is not None and after is not None:
            yield {each for each in {*before, *after} if before.get(each) != after.get(each)}


def counts(name, one, other):
    """Whether two choices differ in some figure, or in what is allowed where the choice is about that."""
    unseen = set() if TABLE.get(name, {}).get("by_checks") else {CHECKS}
    return any(figures_moved - unseen for figures_moved in moved(name, one, other))


@pytest.mark.parametrize("option", OPTIONS)
def test_every_two_choices_of_an_option_differ_somewhere(option):
    pairs = itertools.combinations(choices(option), 2)
    assert [pair for pair in pairs if not counts(option, *pair)] == []


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if "moves" in row])
def test_a_choice_moves_what_a_user_expects(name):
    still = set(TABLE[name]["moves"])
    for pair in itertools.combinations(choices(name), 2):
        for figures_moved in moved(name, *pair):
            still -= figures_moved
        if not still:
            break
    assert still == set()


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_of_a_role_differs_from_the_one_that_was_there(role):
    kind = glossary.roles()[role]
    held = held_entry(role)
    others = [entry for entry in CATALOG.entries(kind) if read_of(role, entry) != read_of(role, held)]
    assert [entry.key for entry in others if not counts(role, entry.key, held.key)] == []


def held_entry(role):
    """The entry that the first scenario of a role has for it, or the first of its kind."""
    entries = planned(cases(role)[0]["scenario"], cases(role)[0].get("choose", {})).whole.entries
    return entries.get(role) or next(CATALOG.entries(glossary.roles()[role]))


def read_of(role, entry):
    """What equations read of an entry, or of the default in its place: two that agree in it are no choice."""
    kind = glossary.kinds()[entry.kind]
    facts = {field: entry.facts.get(field, CATALOG.defaults.get(f"{role}_{field}")) for field in kind.fields}
    figures_read = {field: fact and fact.value for field, fact in facts.items() if f"{role}_{field}" in read()}
    return figures_read, {text: entry.text.get(text) for text in kind.options if role in kind.options[text].roles}


def test_the_country_of_an_owner_counts_where_data_must_stay_in_it():
    sites = {site.text["country"]: site.key for site in CATALOG.entries("sites")}
    assert set(glossary.options()["owner_country"].choices) == {"any", *sites}
    for country, site in sites.items():
        said = [
            {(check.name, check.message) for check in planned(choose={"site": site}, **stay(owner)).checks}
            for owner in (country, "any", "France" if country != "France" else "Germany")
        ]
        assert said[0] != said[1] != said[2] != said[0], country


def stay(owner):
    return {"data_residency": "owner-country", "owner_country": owner}


# Fields of entries, and inputs


@functools.cache
def read():
    """What some equation needs, or a limit of the glossary; not what a role only takes over from another one."""
    taken_over = {
        f"{role}_{field}" for kind in glossary.kinds().values() for role in kind.same_as for field in kind.fields
    }
    equations = [each for name, each in wiring.alternatives().items() if name not in taken_over]
    needed = {need for by_choice in equations for equation in by_choice.values() for need in equation.needs}
    return needed | {row.at_most for row in glossary.quantities().values() if row.at_most}


@pytest.mark.parametrize("kind", [kind.name for kind in glossary.kinds().values() if kind.roles])
def test_every_field_of_an_entry_is_read_or_says_why_it_is_a_label(kind):
    roles, fields = glossary.kinds()[kind].roles, glossary.kinds()[kind].fields
    used = {field for field in fields if any(f"{role}_{field}" in read() for role in roles)}
    labels = {field for field, row in fields.items() if row.label_only}
    assert set(fields) - used - labels == set(), "no equation reads it: a dead choice, or a label that says why"
    assert used & labels == set(), "an equation reads it: it is no label"


def test_every_input_is_read_or_says_why_it_is_a_label():
    rows, computed = glossary.quantities(), wiring.alternatives()
    inputs = {name for room in glossary.rooms().values() for name in room if name not in computed}
    of_entries = {
        f"{role}_{field}" for kind in glossary.kinds().values() for role in kind.roles for field in kind.fields
    }
    unread = {name for name in inputs - of_entries - read() if not rows[name].label_only}
    assert unread == set()
    assert {name for name in inputs & read() if rows[name].label_only} == set()


def test_no_default_stands_before_an_equation():
    """What has an equation and a default is never computed, and what the equation reads counts for nothing."""
    assert set(CATALOG.defaults) & set(wiring.alternatives()) == set()


def test_every_option_decides_an_equation_or_says_why_it_is_a_label():
    deciding = {row.option for row in glossary.quantities().values() if row.option}
    # The rules read where data must stay and who owns them, and the search of layouts what to look for.
    elsewhere = {"owner_country", "data_residency", "serving_goal"}
    labels = {name for name, option in glossary.options().items() if option.label_only}
    assert set(glossary.options()) == deciding | elsewhere | labels
    assert labels & (deciding | elsewhere) == set()
