"""The glossary: every quantity's name, unit, meaning, limits and rules.

Of what an equation computes, its docstring says meaning and unit.  Rooms (`<folder>/<room>.toml`, in the folders of
planner.equations) hold one table for each other quantity, and for what is to say beside: how it is shown, its limits,
how it combines.  Where an option chooses between equations, the table with the option says the meaning.
Kinds (`kinds/<kind>.toml`) describe catalog entries:
field `power` of the entry chosen for role `accelerator` is the quantity `accelerator_power`.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planner.glossary.docstrings import GlossaryError, Statement, statements

HERE = Path(__file__).parent

# Folders or rooms that only one workload asks for; all others are asked for by every scenario.  Claims alone ask for
# the market's.
ASKED_FOR_BY = {"training": "training", "serving": "inference", "market": "claims"}

# The choice in a row's `same_as` that stands for every choice without an equation of its own.
OTHER = "other"
# The first and last year of a date.
_YEARS = (1900.0, 2200.0)
# What stands in a row's `same_as` for each choice of its option: `accelerator_{choice}`.
CHOICE = "{choice}"


@dataclass(frozen=True)
class Quantity:
    """One name with its one meaning and one unit."""

    name: str
    unit: str
    meaning: str
    room: str
    show: str
    low: float | None = None
    high: float | None = None
    # The option that chooses between alternative equations of this quantity.
    option: str | None = None
    # What it equals where that is only another quantity or a number, by the choices of the option (None: every choice
    # without one of its own): `x`, or `0 * x` and `4/3 + 0 * x` for a number that is known only where x is.  `x: why`
    # says why.
    same_as: dict[str | None, str] = field(default_factory=dict)
    # Names of whole-number values (1, 2, ...), for quantities that classify.
    labels: tuple[str, ...] = ()
    # A margin: below zero the check of this name fails with this message ({name} is filled with values).
    check: str | None = None
    # A share of a limit in use: the largest of these is the binding constraint, called by this text.
    binds: str | None = None
    # A target that sizes the cluster: {"quantity": ..., "at": "most" | "least"}.
    sizes: dict[str, str] | None = None
    # Rank among the headline figures.
    headline: int | None = None
    # How the quantity combines over the pools of a scenario: "sum", "peak" (the most that is in
    # service together), "max", "min", "mean <weight quantity>", "weigh <weight quantity>" (a weighted sum), "again"
    # (computed again, by its equation, from what its inputs combine to) or "none" (each pool has its own).
    combine: str = "none"
    # The one workload that asks for it; None where every workload does.
    workload: str | None = None
    # Whether a relative change of it means something; it does not for calendar years.
    ratio: bool = True
    # Whether the value must be a whole number.
    whole: bool = False
    # Whether it follows from the rest by counting or adding up, so that a set value that is another contradicts.
    conserved: bool = False
    # Inputs of a conserved quantity that it may be set instead of: it contradicts only where one of these is said too.
    instead_of: tuple[str, ...] = ()
    # The quantity of which it is a part, or that bounds it: to be more contradicts.
    at_most: str | None = None
    # Why no equation and no check reads it: it is shown, searched and compared, and moves no figure.
    label_only: str = ""

    def limits(self) -> str:
        """The limits in words, in display units, or an empty text."""
        from planner import units

        if self.low is not None and self.high is not None:
            return f"{units.text(self.low, self.show)} to {units.text(self.high, self.show)}"
        if self.low is not None:
            return f"at least {units.text(self.low, self.show)}"
        if self.high is not None:
            return f"at most {units.text(self.high, self.show)}"
        return ""

    def holds(self, value: float) -> bool:
        """Whether a value is within the limits."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def text(self, value: Any) -> str:
        """A value as text in the display unit, or its label."""
        from planner import units

        if math.isnan(value):
            return "no finite value"
        if self.labels and 1 <= value <= len(self.labels):
            return self.labels[int(value) - 1]
        return units.text(float(value), units.readable_unit(float(value), self.show))


@dataclass(frozen=True)
class Option:
    """A named choice between alternative equations."""

    name: str
    choices: tuple[str, ...]
    meaning: str
    room: str
    # The role whose entry chooses, where a text field of its kind does; of a kind's option every such role.
    role: str = ""
    roles: tuple[str, ...] = ()
    # Why no figure depends on it.
    label_only: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of catalog entry: its fields and the roles that its entries may play."""

    name: str
    meaning: str
    roles: tuple[str, ...]
    fields: dict[str, Quantity]
    text: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    # Field -> role: the field names an entry that is also chosen for the role when the scenario does not.
    references: dict[str, str] = field(default_factory=dict)
    # Another name of a field -> the field, understood where a user writes it.
    synonyms: dict[str, str] = field(default_factory=dict)
    # Text field -> the option that it chooses, for each role of the option: field `peak` of the entry chosen for role
    # `weight_precision` is the choice of the option `weight_precision_peak`.
    options: dict[str, Option] = field(default_factory=dict)
    # Role -> the role whose fields its own equal, where no entry is chosen for it.
    same_as: dict[str, str] = field(default_factory=dict)
    # Role -> the one workload that asks for it; every workload asks for the others.
    workloads: dict[str, str] = field(default_factory=dict)
    # Role -> what its entry is for, where the kind's meaning does not say it.
    meanings: dict[str, str] = field(default_factory=dict)


def parted(text: str) -> tuple[tuple[str, ...], str]:
    """The names of the scopes before a name as it is written, and the name itself: `oregon/serving/racks`."""
    *scopes, name = text.split("/")
    return tuple(scopes), name


class _Quantities(dict[str, Quantity]):
    """Quantities by name, also with the scopes before it."""

    def __missing__(self, name: str) -> Quantity:
        scopes, quantity = parted(name)
        if not scopes:
            raise KeyError(name)
        return self[quantity]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(parted(name)[1])


@functools.cache
def quantities() -> dict[str, Quantity]:
    """Every quantity by name, rooms first, then the fields of the kinds by role."""
    by_name = _Quantities()
    for name, row in _rows():
        if "choices" not in row:
            by_name[name] = _quantity(name, row)
    for kind in kinds().values():
        for role in kind.roles:
            for field_name, quantity in kind.fields.items():
                name = f"{role}_{field_name}"
                at_most = quantity.at_most and f"{role}_{quantity.at_most}"
                same_as: dict[str | None, str] = {}
                if role in kind.same_as:
                    same_as = {None: f"{kind.same_as[role]}_{field_name}"}
                # A room may say more about a field than its kind does.
                by_name.setdefault(name, replace(quantity, name=name, at_most=at_most, same_as=same_as))
            for date in kind.dates:
                name = f"{role}_{date}_year"
                meaning = f"Year of '{date}', with its fraction"
                by_name.setdefault(name, Quantity(name, "1", meaning, kind.name, "1", *_YEARS))
    return by_name


@functools.cache
def options() -> dict[str, Option]:
    """Every option by name: those of the rooms, then those that the entries of roles choose."""
    of_rooms = {name: _option(name, row) for name, row in _rows() if "choices" in row}
    return of_rooms | {
        f"{role}_{text}": replace(option, name=f"{role}_{text}", role=role)
        for kind in kinds().values()
        for text, option in kind.options.items()
        for role in option.roles
    }


def _option(name: str, row: Mapping[str, Any]) -> Option:
    said = {key: row[key] for key in ("meaning", "room", "label_only") if key in row}
    return Option(name, tuple(row["choices"]), roles=tuple(row.get("roles", ())), **said)


@functools.cache
def kinds() -> dict[str, Kind]:
    """Every kind of catalog entry by the name of its directory."""
    by_name = {}
    for path in sorted((HERE / "kinds").glob("*.toml")):
        row = tomllib.loads(path.read_text(encoding="utf-8"))
        fields = {name: _quantity(name, given | {"room": path.stem}) for name, given in row.get("fields", {}).items()}
        by_name[path.stem] = Kind(
            path.stem,
            row["meaning"],
            tuple(row.get("roles", ())),
            fields,
            tuple(row.get("text", ())),
            tuple(row.get("dates", ())),
            tuple(row.get("lists", ())),
            row.get("references", {}),
            row.get("synonyms", {}),
            {name: _option(name, given | {"room": path.stem}) for name, given in row.get("options", {}).items()},
            row.get("same_as", {}),
            row.get("workloads", {}),
            row.get("meanings", {}),
        )
    return by_name


@functools.cache
def roles() -> dict[str, str]:
    """Role -> kind."""
    return {role: kind.name for kind in kinds().values() for role in kind.roles}


@functools.cache
def roles_of_work() -> frozenset[str]:
    """Roles that one workload alone asks for: software and number formats."""
    return frozenset(role for kind in kinds().values() for role in kind.workloads)


def role_meaning(role: str) -> str:
    """What the entry of a role is."""
    kind = kinds()[roles()[role]]
    return kind.meanings.get(role, kind.meaning)


def asks(workload: str, role: str) -> bool:
    """Whether a workload asks for the entry of a role."""
    return kinds()[roles()[role]].workloads.get(role, workload) == workload


def parameter(name: str) -> Quantity:
    """The quantity that a fitted parameter is: one of the glossary, or the field of an entry, KIND.ENTRY.FIELD."""
    kind, dot, field_name = name.partition(".")
    return kinds()[kind].fields[field_name.rpartition(".")[2]] if dot else quantities()[name]


@functools.cache
def rooms() -> dict[str, list[str]]:
    """Room -> names of its quantities, in the order of the file."""
    names: dict[str, list[str]] = {}
    for name, row in _rows():
        if "choices" not in row:
            names.setdefault(row["room"], []).append(name)
    return names


@functools.cache
def headlines() -> list[str]:
    """Names of the headline figures by rank."""
    ranked = [(q.headline, name) for name, q in quantities().items() if q.headline is not None]
    return [name for _, name in sorted(ranked)]


@functools.cache
def _rows() -> list[tuple[str, dict[str, Any]]]:
    """Each quantity and option that is no field of a kind, with all that tables and docstrings say of it."""
    tables: dict[str, dict[str, Any]] = {}
    for path in sorted(HERE.glob("*/*.toml"), key=lambda path: path.stem):
        if path.parent.name == "kinds":
            continue
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in tables:
                raise GlossaryError(f"{path.name}: '{name}' stands in {tables[name]['room']}.toml too")
            tables[name] = _placed(table, path.parent.name, path.stem)
    said = statements()
    fields = {f"{role}_{name}" for kind in kinds().values() for role in kind.roles for name in kind.fields}
    for name, (first, *_) in said.items():
        if name not in tables and name not in fields:
            tables[name] = _placed({}, first.folder, first.room)
    return [(name, _joined(name, table, said.get(name, []))) for name, table in tables.items()]


def _placed(table: dict[str, Any], folder: str, room: str) -> dict[str, Any]:
    return {"workload": ASKED_FOR_BY.get(folder, ASKED_FOR_BY.get(room))} | table | {"room": room}


def _joined(name: str, table: dict[str, Any], said: list[Statement]) -> dict[str, Any]:
    """What a table says, with meaning and unit from the equations where these say them."""
    if not said:
        return table
    place = f"{table['room']}.toml: [{name}]"
    declared = {statement.unit for statement in said} | ({table["unit"]} if "unit" in table else set())
    if len(declared) > 1:
        raise GlossaryError(f"{place} is given in several units: {', '.join(sorted(declared))}")
    by_option = "option" in table or len(said) > 1 or bool(said[0].choice)
    if by_option and "meaning" not in table:
        raise GlossaryError(f"{place} is chosen by an option: say here what it means")
    if "unit" in table or ("meaning" in table and not by_option):
        raise GlossaryError(f"{place} says what the docstring in {said[0].room}.py says already: unit or meaning")
    return {"meaning": said[0].sentence} | table | {"unit": declared.pop()}


def _quantity(name: str, row: dict[str, Any]) -> Quantity:
    known = set(Quantity.__dataclass_fields__) - {"name"}
    unknown = set(row) - known
    if unknown or "unit" not in row or "meaning" not in row:
        raise GlossaryError(f"{row.get('room')}.toml: [{name}] needs unit and meaning; unknown keys: {sorted(unknown)}")
    given = row | {
        "show": row.get("show", row["unit"]),
        "labels": tuple(row.get("labels", ())),
        "instead_of": tuple(row.get("instead_of", ())),
        "same_as": _same_as(row.get("same_as", {}), row.get("option", "")),
    }
    return Quantity(name=name, **given)


def _same_as(given: str | int | dict[str, str | int], option: str) -> dict[str | None, str]:
    if isinstance(given, str) and CHOICE in given:
        return {choice: given.replace(CHOICE, choice) for choice in options()[option].choices}
    by_choice = given if isinstance(given, dict) else {OTHER: given}
    return {None if choice == OTHER else choice: str(text) for choice, text in by_choice.items()}
