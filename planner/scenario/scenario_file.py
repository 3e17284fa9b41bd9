"""A scenario: catalog choices, set values and ranges; read from TOML, checked as a whole, resolved to facts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner import paths, units
from planner.catalog.catalog import Catalog
from planner.errors import InputError, Problem, enough, one, parse_toml, read_toml, unknown
from planner.scenario.resolve import misplaced, resolve
from planner.scenario.scenario import _TABLES, WORKLOADS, Lookup, Scenario, pool_key

_KEYS = ("name", "description", "workload", "order", "start", *_TABLES)
_OF_THE_WHOLE = ("correlate", "demand", "pool", "site")
_MOST_TABLES = 100
_SITE_KEYS = ("name", "set")


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
            found.append(Problem(place, dot + key, misplaced(key, "key", keys)))
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
