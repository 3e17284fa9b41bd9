"""A scenario: catalog choices, set values and ranges; read from TOML, checked as a whole, resolved to facts."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from planner import glossary, paths, scenario_values, units
from planner.catalog import Catalog, Entry, Fact
from planner.problems import InputError, Problem, enough, one, parse_toml, read_toml, unknown

WORKLOADS = ("training", "inference", "capacity")
_TABLES = ("choose", "set", "range")
_KEYS = ("name", "description", "workload", "order", "start", *_TABLES)
_OF_THE_WHOLE = ("correlate", "demand", "pool", "site")
_MOST_TABLES = 100
_SITE_KEYS = ("name", "set")
_POOL_NAME = re.compile(r"[^0-9a-z]+")


@dataclass
class Scenario:
    """What the user said; texts as written, nothing resolved."""

    name: str
    workload: str = "capacity"
    description: str = ""
    choose: dict[str, str] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    range: dict[str, list[Any]] = field(default_factory=dict)
    # Rank correlation of uncertain quantities: {"a": {"b": 0.6}}.
    correlate: dict[str, dict[str, float]] = field(default_factory=dict)
    # The day on which the first part is in service; pools give their own.
    start: datetime.date | None = None
    # The day on which parts are ordered, against which their availability and the age of prices are checked.
    order: datetime.date | None = None
    # What is particular to each site, by the entry's name, where pools stand on several.
    sites: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What is asked for over time, as planner.demand reads it.
    demand: list[dict[str, Any]] = field(default_factory=list)
    # Parts of the site by name, each a scenario that says only what is different from the whole.
    pools: dict[str, Scenario] = field(default_factory=dict)
    # The file, or the shipped scenario's name, for messages.
    place: str = "scenario"
    path: Path | None = None


class Lookup(Protocol):
    """What resolving needs of a catalog."""

    @property
    def defaults(self) -> dict[str, Fact]: ...

    @property
    def default_choices(self) -> dict[str, str]: ...

    @property
    def rules(self) -> list[dict[str, Any]]: ...

    def find(self, kind: str, name: str) -> Entry: ...


@dataclass
class Resolved:
    """A scenario with every choice looked up: a fact for each quantity that is given, and the chosen options."""

    scenario: Scenario
    facts: dict[str, Fact]
    options: dict[str, str]
    entries: dict[str, Entry]
    # Each pool resolved by itself, by the name that its quantities have before their own: "serving", "oregon/serving".
    pools: dict[str, Resolved] = field(default_factory=dict)
    # Tables of the catalog's rules, the strongest layer first.
    rules: list[dict[str, Any]] = field(default_factory=list)

    @functools.cached_property
    def values(self) -> dict[str, float]:
        """Base values by quantity; as numpy's floats, with which a division by zero is infinite and no error."""
        return {name: np.float64(fact.value) for name, fact in self.facts.items()}

    @property
    def said(self) -> list[str]:
        """Names of the quantities that the scenario itself sets."""
        return [name for name, fact in self.facts.items() if fact.origin == "scenario"]


def load(file: str | Path, catalog: Catalog | None = None) -> Scenario:
    """The scenario in a file, or the shipped scenario of that name."""
    path = Path(file)
    if not _there(path):
        names = shipped_names(catalog)
        if str(file) not in names:
            raise one(str(file), "", f"no such file, and {unknown('scenario', str(file), names)}")
        path = names[str(file)]
    return from_table(read_toml(path), path.name, path, catalog)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # Longer than a file name may be, or in a place that may not be looked into.
        return False


def loads(text: str, place: str = "scenario") -> Scenario:
    """The scenario written in `text`."""
    return from_table(parse_toml(text.encode(), place), place)


def shipped_names(catalog: Catalog | None = None) -> dict[str, Path]:
    """Shipped scenarios, and those of the user's own catalog directories, by name."""
    layers = catalog.layers if catalog else paths.catalog_layers()
    return {path.stem: path for layer in layers for path in sorted((layer / "scenarios").glob("*.toml"))}


def from_table(raw: Mapping[str, Any], place: str, path: Path | None = None, catalog: Lookup | None = None) -> Scenario:
    """A parsed scenario file as a Scenario; where its structure has a problem, every other problem beside it."""
    found: list[Problem] = []
    whole = _part(raw, place, "", (*_KEYS, *_OF_THE_WHOLE), found)
    correlate = raw.get("correlate", {})
    if isinstance(correlate, dict):
        whole.correlate.update(correlate)
    else:
        found.append(Problem(place, "correlate", "takes a table: write [correlate.QUANTITY] and OTHER = 0.6 below it"))
    whole.demand.extend(_list_of_tables(raw, "demand", place, found))
    for number, row in enumerate(_list_of_tables(raw, "site", place, found), 1):
        at = f"site {number}"
        found.extend(Problem(place, f"{at}.{k}", unknown("key", k, _SITE_KEYS)) for k in row if k not in _SITE_KEYS)
        name, table = row.get("name"), row.get("set", {})
        if not isinstance(name, str) or not isinstance(table, dict):
            found.append(Problem(place, at, 'takes name = "SITE" (planner catalog list sites) and a table [site.set]'))
        else:
            whole.sites[name] = table
            found.extend(_unknown_site(name, place, at, catalog))
    for number, row in enumerate(_list_of_tables(raw, "pool", place, found), 1):
        part = _part(
            {"name": f"pool {number}", "workload": whole.workload} | row, place, f"pool {number}", _KEYS, found
        )
        key = pool_key(part.name) or f"pool-{number}"
        if key in whole.pools:
            found.append(Problem(place, f"pool {number}.name", f"'{part.name}' is the name of another pool too"))
        whole.pools[key] = part
    if found:
        raise InputError(list(dict.fromkeys([*found, *_further(whole, catalog or Catalog())])))
    return replace(whole, path=path)


def _unknown_site(name: str, place: str, at: str, catalog: Lookup | None) -> list[Problem]:
    try:
        (catalog or Catalog()).find("sites", name)
    except InputError as error:
        return [Problem(place, f"{at}.name", problem.message) for problem in error.problems]
    return []


def _further(scenario: Scenario, catalog: Lookup) -> list[Problem]:
    """What else is wrong with a scenario whose structure is broken, as far as it could be read."""
    try:
        resolve(scenario, catalog)
    except InputError as error:
        return error.problems
    return []


def pool_key(name: str) -> str:
    """What a pool of this name is called before its quantities: 'Serving, France' is `serving-france`."""
    return _POOL_NAME.sub("-", name.casefold()).strip("-")


def _list_of_tables(raw: Mapping[str, Any], key: str, place: str, found: list[Problem]) -> list[dict[str, Any]]:
    rows = raw.get(key, [])
    if isinstance(rows, list) and len(rows) > _MOST_TABLES:
        found.append(Problem(place, key, f"has {len(rows):,} tables: it takes at most {_MOST_TABLES}"))
        return []
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        found.append(Problem(place, key, f"takes tables: write [[{key}]] before each"))
        return []
    return rows


def _part(raw: Mapping[str, Any], place: str, at: str, keys: tuple[str, ...], found: list[Problem]) -> Scenario:
    """The whole scenario, or one of its pools (`at` says which)."""
    dot = f"{at}." if at else ""
    for key in raw:
        if key not in keys and not enough(found, place):
            found.append(Problem(place, dot + key, scenario_values.misplaced(key, "key", keys)))
    name = raw.get("name", Path(place).stem)
    if not isinstance(name, str):
        found.append(Problem(place, f"{dot}name", "takes a text in quotes"))
        name = at
    workload = raw.get("workload", "capacity")
    if workload not in WORKLOADS:
        message = f"'{workload}' is not one of {', '.join(WORKLOADS)}{units.suggestion(str(workload), WORKLOADS)}"
        found.append(Problem(place, f"{dot}workload", message))
        workload = "capacity"
    days: dict[str, datetime.date | None] = {}
    for key in ("order", "start"):
        day = raw.get(key)
        if day is not None and (not isinstance(day, datetime.date) or isinstance(day, datetime.datetime)):
            found.append(Problem(place, dot + key, "takes a date without quotes or time, as 2027-07-01"))
            day = None
        days[key] = day
    tables: dict[str, dict[str, Any]] = {}
    for key in _TABLES:
        table = raw.get(key, {})
        if not isinstance(table, dict):
            header = f"[pool.{key}]" if at else f"[{key}]"
            found.append(
                Problem(place, dot + key, f"takes a table: write {header} and one NAME = VALUE a line below it")
            )
            table = {}
        tables[key] = table
    description = str(raw.get("description", ""))
    choose, given, ranges = (tables[key] for key in _TABLES)
    return Scenario(
        name, workload, description, choose, given, ranges, start=days["start"], order=days["order"], place=place
    )


def changed(scenario: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    """A copy with further choices and set values; a set value takes the quantity's range away.

    `serving/accelerators` changes the pool `serving` alone; a plain name holds for the whole and all its pools.
    """
    found: list[Problem] = []
    own: dict[str, tuple[dict[str, str], dict[str, Any]]] = {key: ({}, {}) for key in scenario.pools}
    outer: tuple[dict[str, str], dict[str, Any]] = ({}, {})
    for which, given in enumerate((choose, set)):
        for name, value in given.items():
            pool, slash, quantity = name.rpartition("/")
            if slash and pool not in own:
                place = f"{_TABLES[which]}.{name}"
                found.append(Problem(scenario.place, place, unknown("pool", pool, scenario.pools)))
            elif slash:
                own[pool][which][quantity] = value
            else:
                outer[which][name] = value
    if found:
        raise InputError(found)
    pools = {key: _with(without(part, *outer), *own[key]) for key, part in scenario.pools.items()}
    sites = {site: {n: v for n, v in table.items() if n not in outer[1]} for site, table in scenario.sites.items()}
    return replace(_with(scenario, *outer), pools=pools, sites=sites)


def _with(part: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    kept = {name: given for name, given in part.range.items() if name not in set}
    return replace(part, choose={**part.choose, **choose}, set={**part.set, **set}, range=kept)


def without(part: Scenario, choose: Mapping[str, str], set: Mapping[str, Any]) -> Scenario:
    """What a pool says of its own, less what was changed for the whole."""

    def rest(table: dict[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
        return {name: given for name, given in table.items() if name not in gone}

    return replace(part, choose=rest(part.choose, choose), set=rest(part.set, set), range=rest(part.range, set))


def resolve(scenario: Scenario, catalog: Lookup) -> Resolved:
    """Every fact and option that holds for the scenario; InputError with all problems at once."""
    if scenario.pools:
        from planner import pools

        return pools.resolve_pools(scenario, catalog)
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
            facts[name] = _where_it_holds(fact, entries)
    for role, entry in entries.items():
        for key, fact in entry.facts.items():
            facts[f"{role}_{key}"] = fact
        for key in glossary.kinds()[entry.kind].dates:
            if key in entry.text:
                year = Fact(year_of(entry.text[key]), kind="quoted", origin=entry.origin, field=key)
                facts[f"{role}_{key}_year"] = year
    scenario_values.apply_set(scenario, facts, options, found)
    scenario_values.apply_ranges(scenario, facts, found)
    found.extend(scenario_values.correlation_problems(scenario, facts))
    if found:
        raise InputError(found)
    return Resolved(scenario, facts, options, entries, rules=catalog.rules)


def _where_it_holds(fact: Fact, entries: Mapping[str, Entry]) -> Fact:
    """A default as it is, or as an estimate where it was fitted to other entries than those chosen."""
    others = [role for role, keys in fact.holds_for if role in entries and entries[role].key not in keys]
    return replace(fact, kind="estimate") if others and fact.kind == "derived" else fact


def year_of(date: datetime.date) -> float:
    """A date as a year with its fraction: 2026-07-01 is 2026.5."""
    return round(date.year + (date.timetuple().tm_yday - 1) / 365.25, 3)


def _entries(scenario: Scenario, catalog: Lookup, found: list[Problem]) -> dict[str, Entry]:
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
        if enough(found, scenario.place):
            break
        if role not in roles:
            found.append(Problem(scenario.place, f"choose.{role}", scenario_values.misplaced(role, "role", roles)))
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
    for role, name in catalog.default_choices.items():
        if role not in entries and role not in scenario.choose:
            choose(role, name, "choices.toml")
    return entries


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
