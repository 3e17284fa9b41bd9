"""A scenario: catalog choices, set values and ranges; read from TOML, checked as a whole, resolved to facts."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner import glossary, paths, units
from planner.catalog import Catalog, Entry, Fact, value_of
from planner.problems import InputError, Problem, one, parse_toml, read_toml, unknown

WORKLOADS = ("training", "inference", "capacity")
_KEYS = ("name", "description", "workload", "choose", "set", "range")


@dataclass
class Scenario:
    """What the user said; texts as written, nothing resolved."""

    name: str
    workload: str = "capacity"
    description: str = ""
    choose: dict[str, str] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    range: dict[str, list[Any]] = field(default_factory=dict)
    # The file, or the shipped scenario's name, for messages.
    place: str = "scenario"
    path: Path | None = None


@dataclass
class Resolved:
    """A scenario with every choice looked up: a fact for each quantity that is given, and the chosen options."""

    scenario: Scenario
    facts: dict[str, Fact]
    options: dict[str, str]
    entries: dict[str, Entry]
    # Where the entries come from; rules are read there too.
    catalog: Catalog = field(default_factory=Catalog)

    @functools.cached_property
    def values(self) -> dict[str, float]:
        """Base values by quantity."""
        return {name: fact.value for name, fact in self.facts.items()}


def load(file: str | Path, catalog: Catalog | None = None) -> Scenario:
    """The scenario in a file, or the shipped scenario of that name."""
    path = Path(file)
    if not path.exists():
        names = shipped_names(catalog)
        if str(file) not in names:
            raise one(str(file), "", f"no such file, and {unknown('scenario', str(file), names)}")
        path = names[str(file)]
    return from_table(read_toml(path), path.name, path)


def loads(text: str, place: str = "scenario") -> Scenario:
    """The scenario written in `text`."""
    return from_table(parse_toml(text.encode(), place), place)


def shipped_names(catalog: Catalog | None = None) -> dict[str, Path]:
    """Shipped scenarios, and those of the user's own catalog directories, by name."""
    layers = catalog.layers if catalog else paths.catalog_layers()
    return {path.stem: path for layer in layers for path in sorted((layer / "scenarios").glob("*.toml"))}


def from_table(raw: Mapping[str, Any], place: str, path: Path | None = None) -> Scenario:
    """A parsed scenario file as a Scenario; every structural problem at once."""
    found: list[Problem] = []
    for key in raw:
        if key not in _KEYS:
            found.append(Problem(place, key, unknown("key", key, [*_KEYS, *glossary.quantities()])))
    name = raw.get("name", Path(place).stem)
    if not isinstance(name, str):
        found.append(Problem(place, "name", "takes a text"))
    workload = raw.get("workload", "capacity")
    if workload not in WORKLOADS:
        found.append(Problem(place, "workload", f"{workload!r} is not one of {', '.join(WORKLOADS)}"))
    tables: dict[str, dict[str, Any]] = {}
    for key in ("choose", "set", "range"):
        table = raw.get(key, {})
        if not isinstance(table, dict):
            found.append(Problem(place, key, f"takes a table: write [{key}] and one NAME = VALUE a line below it"))
            table = {}
        tables[key] = table
    if found:
        raise InputError(found)
    description = str(raw.get("description", ""))
    return Scenario(name, workload, description, tables["choose"], tables["set"], tables["range"], place, path)


def changed(scenario: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    """A copy with further choices and set values; a set value takes the quantity's range away."""
    kept = {name: given for name, given in scenario.range.items() if name not in set}
    return replace(scenario, choose={**scenario.choose, **choose}, set={**scenario.set, **set}, range=kept)


def resolve(scenario: Scenario, catalog: Catalog) -> Resolved:
    """Every fact and option that holds for the scenario; InputError with all problems at once."""
    found: list[Problem] = []
    entries = _entries(scenario, catalog, found)
    facts: dict[str, Fact] = {}
    options = {name: option.choices[0] for name, option in glossary.options().items()}
    options["workload"] = scenario.workload
    try:
        defaults = catalog.defaults
    except InputError as error:
        found.extend(error.problems)
        defaults = {}
    for name, fact in defaults.items():
        if name in options:
            options[name] = fact.value
        else:
            facts[name] = fact
    for role, entry in entries.items():
        for key, fact in entry.facts.items():
            facts[f"{role}_{key}"] = fact
    _apply_set(scenario, facts, options, found)
    _apply_ranges(scenario, facts, found)
    if found:
        raise InputError(found)
    return Resolved(scenario, facts, options, entries, catalog)


def _entries(scenario: Scenario, catalog: Catalog, found: list[Problem]) -> dict[str, Entry]:
    """The entry of each role: chosen, named by a chosen entry, or the default choice."""
    roles = glossary.roles()
    entries: dict[str, Entry] = {}

    def choose(role: str, name: str, place: str) -> None:
        try:
            entry = catalog.find(roles[role], name)
        except InputError as error:
            found.extend(
                Problem(place, f"choose.{role}", p.message) if p.place == "catalog" else p for p in error.problems
            )
            return
        entries[role] = entry

    for role, name in scenario.choose.items():
        if role not in roles:
            found.append(Problem(scenario.place, f"choose.{role}", unknown("role", role, roles)))
        elif not isinstance(name, str):
            found.append(Problem(scenario.place, f"choose.{role}", "takes the name of a catalog entry"))
        else:
            choose(role, name, scenario.place)
    # A system brings its accelerator; a cloud offer brings one only where no system did.
    for role in [*[r for r in entries if r != "cloud"], *[r for r in entries if r == "cloud"]]:
        entry = entries[role]
        for name, key in entry.references.items():
            target = glossary.kinds()[entry.kind].references[name]
            if target not in entries and target not in scenario.choose:
                choose(target, key, entry.origin)
    for role, name in _default_choices(catalog).items():
        if role not in entries and role not in scenario.choose:
            choose(role, name, "choices.toml")
    return entries


def _default_choices(catalog: Catalog) -> dict[str, str]:
    """Role -> entry where the scenario names none."""
    found: dict[str, str] = {}
    for layer in catalog.layers:
        if (layer / "choices.toml").is_file():
            found.update({role: row["entry"] for role, row in read_toml(layer / "choices.toml").items()})
    return found


def _apply_set(scenario: Scenario, facts: dict[str, Fact], options: dict[str, str], found: list[Problem]) -> None:
    rows = glossary.quantities()
    for name, given in scenario.set.items():
        place = f"set.{name}"
        if name in options:
            choices = glossary.options()[name].choices
            if given in choices:
                options[name] = given
            else:
                message = f"'{given}' is not one of {', '.join(choices)}{units.suggestion(str(given), choices)}"
                found.append(Problem(scenario.place, place, message))
        elif name not in rows:
            message = unknown("quantity", name, [*rows, *glossary.options()])
            found.append(Problem(scenario.place, place, message))
        else:
            try:
                value = value_of(given, rows[name])
            except units.UnitError as error:
                found.append(Problem(scenario.place, place, str(error)))
            else:
                facts[name] = Fact(value, rows[name].unit, kind="set", origin="scenario", field=name)


def _apply_ranges(scenario: Scenario, facts: dict[str, Fact], found: list[Problem]) -> None:
    rows = glossary.quantities()
    for name, given in scenario.range.items():
        place = f"range.{name}"
        if name not in rows:
            found.append(Problem(scenario.place, place, unknown("quantity", name, rows)))
            continue
        if not isinstance(given, list) or len(given) != 3:
            found.append(Problem(scenario.place, place, 'takes three values: ["low", "typical", "high"]'))
            continue
        read: list[float] = []
        for item in given:
            try:
                read.append(value_of(item, rows[name]))
            except units.UnitError as error:
                found.append(Problem(scenario.place, place, str(error)))
        if len(read) < 3:
            continue
        low, typical, high = read
        if not low <= typical <= high:
            found.append(Problem(scenario.place, place, "its values are not in order: low, typical, high"))
            continue
        # A value that is set as well wins over the typical one, where it lies within the range.
        said = facts[name].value if name in scenario.set and name in facts else typical
        if not low <= said <= high:
            found.append(Problem(scenario.place, place, "the value set for it lies outside the range"))
            continue
        facts[name] = Fact(said, rows[name].unit, low, high, kind="set", origin="scenario", field=name)


TEMPLATE = """# {title}
# Every line is optional; what is not said has a sourced default, and `planner plan` lists the defaults that mattered.
name = "{title}"
workload = "{workload}"          # training, inference or capacity

[choose]                          # catalog entries by name: planner catalog list KIND
{choose}
[set]                             # any quantity by its name, with its unit
{set}
# [range]                         # low, typical, high: the uncertainty bands follow from these
# electricity_price = ["50 USD/MWh", "70 USD/MWh", "110 USD/MWh"]
"""


def template(title: str, workload: str) -> str:
    """A commented scenario file to start from."""
    choose = ['system = "dgx-h100"', 'fabric = "infiniband-ndr-400g"', 'cooling = "air"', 'site = "us-virginia"']
    settings = ['accelerators = "1024 accelerator"   # or: site_power_limit = "30 MW", budget = "50 MUSD"']
    if workload == "training":
        choose.append('model = "llama-3.1-70b"')
        settings.append('training_tokens = "15 Ttoken"')
    elif workload == "inference":
        choose.append('model = "llama-3.1-70b"')
    choose.append('cloud = "aws-p5"                  # what owning is compared with')
    return TEMPLATE.format(
        title=title, workload=workload, choose="\n".join(choose) + "\n", set="\n".join(settings) + "\n"
    )
