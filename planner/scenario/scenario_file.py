"""A scenario: catalog choices, set values and ranges; read from TOML, checked as a whole, resolved to facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner import fields, paths
from planner.catalog.catalog import Catalog
from planner.errors import InputError, Problem, gathered, one, unknown
from planner.fields import At, Field, Form, Takes
from planner.files import parse_toml, read_toml
from planner.scenario.resolve import resolve
from planner.scenario.scenario import WORKLOADS, Lookup, Scenario, pool_key
from planner.scenario.settings import misplaced


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


def loads(text: str, place: str = "scenario", catalog: Catalog | None = None) -> Scenario:
    """The scenario written in `text`."""
    return from_table(parse_toml(text.encode(), place), place, catalog=catalog)


def shipped_names(catalog: Catalog | None = None) -> dict[str, Path]:
    """Shipped scenarios, and those of the user's own catalog directories, by name."""
    layers = catalog.layers if catalog else paths.catalog_layers()
    return {path.stem: path for layer in layers for path in sorted((layer / "scenarios").glob("*.toml"))}


def from_table(raw: Mapping[str, Any], place: str, path: Path | None = None, catalog: Lookup | None = None) -> Scenario:
    """A parsed scenario file as a Scenario; where its structure has a problem, every other problem beside it."""
    problems: list[Problem] = []
    given = FORM.values(raw, At(place, problems))
    sites, pools = given.pop("site"), given.pop("pool")
    scenario = _scenario(given, place, Path(place).stem)
    for number, site in enumerate(sites, 1):
        if site is not None:
            scenario.sites[site["name"]] = site["set"]
            problems += _unknown_site(site["name"], place, f"site {number}", catalog)
    for number, pool in enumerate(pools, 1):
        part = _scenario({**pool, "workload": pool["workload"] or scenario.workload}, place, f"pool {number}")
        key = pool_key(part.name) or f"pool-{number}"
        if key in scenario.pools:
            problems.append(Problem(place, f"pool {number}.name", f"'{part.name}' is the name of another pool too"))
        scenario.pools[key] = part
    if problems:
        # What else is wrong with a scenario whose structure is broken, as far as it could be read.
        with gathered(problems):
            resolve(scenario, catalog or Catalog())
        raise InputError(list(dict.fromkeys(problems)))
    return replace(scenario, path=path)


def _scenario(given: Mapping[str, Any], place: str, name: str) -> Scenario:
    """The whole, or a pool, of what its table gives; what it leaves open is as a scenario has it."""
    said = {key: value for key, value in given.items() if value is not None}
    return Scenario(**{"name": name, **said}, place=place)


# What a scenario file holds

_DAY = fields.such("a date without quotes or time, as 2027-07-01", fields.is_day)


def _of_a_part(header: str) -> tuple[Field, ...]:
    """What the whole and each of its pools may say; `header` begins the names of its tables."""

    def table(key: str) -> Takes:
        return fields.such(f"a table: write [{header}{key}] and one NAME = VALUE a line below it", fields.is_table)

    return (
        Field("name", fields.TEXT, "its title"),
        Field("description", fields.TEXT, "what it is about"),
        Field("workload", fields.choice(WORKLOADS), "what the machines are for"),
        Field("order", _DAY, "the day on which it is ordered"),
        Field("start", _DAY, "the day on which it is in service"),
        Field("choose", table("choose"), "catalog entries by role"),
        Field("set", table("set"), "quantities and options by name"),
        Field("range", table("range"), "low, typical and high of uncertain quantities by name"),
    )


def _form(*given: Field) -> Form:
    return Form(given, unknown=lambda name, names: misplaced(name, "key", names))


_CORRELATE = fields.such("a table: write [correlate.QUANTITY] and OTHER = 0.6 below it", fields.is_table)
_SITE = Form(
    (
        Field(
            "name",
            fields.TEXT,
            "its catalog entry",
            required=True,
            missing='is missing: it takes name = "SITE" (planner catalog list sites)',
        ),
        Field("set", fields.such("a table [site.set]", fields.is_table), "quantities of this site by name", {}),
    ),
    dict,
)
FORM = _form(
    *_of_a_part(""),
    Field("correlate", _CORRELATE, "rank correlation of two uncertain quantities, from -1 to 1"),
    Field("demand", fields.tables(), "what is asked for over time"),
    Field("site", fields.tables(_SITE), "what is particular to a site", ()),
    Field("pool", fields.tables(_form(*_of_a_part("pool."))), "parts of the cluster that differ", ()),
)


def _unknown_site(name: str, place: str, at: str, catalog: Lookup | None) -> list[Problem]:
    try:
        (catalog or Catalog()).find("sites", name)
    except InputError as error:
        return [Problem(place, f"{at}.name", problem.message) for problem in error.problems]
    return []


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
