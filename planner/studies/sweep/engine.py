"""Many scenarios at once: a chunk is a pure function of what is swept and the chunk's number.

The same function runs here, in threads, or on the workers of a cluster; nothing it needs lies outside its
arguments, so chunks may run in any order, anywhere, more than once, and give the same numbers to the last bit.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.catalog.entries import Entry, Fact
from planner.errors import InputError, Problem, one, unknown
from planner.model.scopes import Figure, figure
from planner.plan import sizing
from planner.scenario.resolve import resolve
from planner.scenario.scenario import Resolved, Scenario, changed
from planner.studies.sweep import axes
from planner.studies.sweep.axes import Axis, SampledAxis
from planner.studies.sweep.runner import Runner, places

# Long enough that threads rarely wait for each other between equations, short enough for the cache.
ROWS = 114688
# Chunks are shorter by these factors where each row needs a size, or a strategy: they take seconds, not minutes.
SHORTER_FOR_SIZES = 8
SHORTER_FOR_STRATEGIES = 64
# A balance of demand has up to some hundred months for each row.
SHORTER_FOR_DEMAND = 64
# What is watched besides quantities: the limit of which the largest share is in use.
BINDING = "binding_constraint"


@functools.cache
def limits() -> dict[str, str]:
    """The shares of limits in use, with what each limit is called."""
    return {name: row.binds for name, row in glossary.quantities().items() if row.binds}


@functools.cache
def equations_digest() -> str:
    """The equations and the glossary as one number in hexadecimal; workers with others would give other results."""
    digest = hashlib.sha256()
    package = Path(glossary.__file__).parents[1]
    for path in sorted([*package.rglob("*.py"), *package.glob("glossary/**/*.toml")]):
        digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


class Snapshot:
    """The part of a catalog that a sweep reads, held in memory so that it can travel to another machine."""

    def __init__(self, catalog: Catalog):
        self.defaults: dict[str, Fact] = catalog.defaults
        self.default_choices: dict[str, str] = catalog.default_choices
        self.rules: list[dict[str, Any]] = catalog.rules
        self._entries: dict[tuple[str, str], Entry] = {}
        for role, name in self.default_choices.items():
            self.add(catalog, role, name)

    def add(self, catalog: Catalog, role: str, name: str) -> None:
        """Take over an entry and the entries it names."""
        kind = glossary.roles()[role]
        if (kind, name) in self._entries:
            return
        entry = self._entries[kind, name] = catalog.find(kind, name)
        self._entries[kind, entry.key] = entry
        for reference, key in entry.references.items():
            self.add(catalog, glossary.kinds()[kind].references[reference], key)

    def find(self, kind: str, name: str) -> Entry:
        """The entry taken over under this name."""
        return self._entries[kind, name]


@dataclass
class Task:
    """All that the chunks of a sweep depend on."""

    scenario: Scenario
    catalog: Snapshot
    axes: tuple[Axis | SampledAxis, ...]
    watch: tuple[str, ...]
    seed: int = 0
    # By how much chunks are shorter than ROWS.
    shorter: int = 1
    _runners: dict[Any, list[tuple[Runner, Any]]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rows(self) -> int:
        return axes.rows(self.axes)

    @property
    def chunk_rows(self) -> int:
        return max(1, ROWS // self.shorter)

    @property
    def chunks(self) -> int:
        return -(-self.rows // self.chunk_rows)

    def length(self, number: int) -> int:
        """Scenarios of one chunk."""
        return min(self.chunk_rows, self.rows - number * self.chunk_rows)

    @property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """Roles and options that vary, with the names they take."""
        return {name: values for axis in self.axes for name, values in axis.texts.items()}

    @property
    def numbers(self) -> tuple[str, ...]:
        """Quantities that vary."""
        return tuple(name for axis in self.axes for name in axis.names if name not in axis.texts)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Quantities to compute for what is watched."""
        plain = [name for name in self.watch if name != BINDING]
        return tuple(dict.fromkeys([*plain, *(limits() if BINDING in self.watch else ())]))

    def resolved(self, chosen: Mapping[str, str]) -> Resolved:
        """The scenario with these entries and options in place of its own."""
        roles = glossary.roles()
        choose = {name: text for name, text in chosen.items() if figure(name).name in roles}
        settings = {name: text for name, text in chosen.items() if name not in choose}
        return resolve(changed(self.scenario, choose, settings), self.catalog)

    def __getstate__(self) -> dict[str, Any]:
        # Compiled programs stay where they were made; the digest goes along.
        return {**self.__dict__, "_runners": {}, "equations": equations_digest()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state.pop("equations") != equations_digest():
            raise one("--scheduler", "", "a worker has other equations: install the same planner there as here")
        self.__dict__.update(state)


def task(
    scenario: Scenario,
    catalog: Catalog,
    varied: Sequence[Axis | SampledAxis],
    watch: Sequence[str] | None = None,
    seed: int = 0,
) -> Task:
    """A checked sweep, or the scenario with every problem said; watches the headline figures where nothing is named."""
    rows = glossary.quantities()
    problems = [
        Problem("watch", name, unknown("quantity", name, [*rows, BINDING]))
        for name in watch or ()
        if name not in rows and name != BINDING
    ]
    if problems:
        raise InputError(problems)
    # What a pool says of its own gives way to what varies for the whole, as where it is set.
    first = {name: column[0] for axis in varied for name, column in axis.columns(np.array([0]), seed).items()}
    scenario = changed(scenario, {}, {name: f"{float(value)!r} {rows[name].unit}" for name, value in first.items()})
    # A path means nothing on another machine.
    scenario = replace(scenario, path=None)
    # Resolved with the catalog itself first, which reports every problem of the scenario.
    resolve(scenario, catalog)
    snapshot = Snapshot(catalog)
    for part in (scenario, *scenario.pools.values()):
        for role, name in part.choose.items():
            snapshot.add(catalog, role, name)
    for axis in varied:
        for role, names in axis.texts.items():
            plain = figure(role).name
            for name in names if plain in glossary.roles() else ():
                snapshot.add(catalog, plain, name)
    the_sweep = Task(scenario, snapshot, tuple(varied), tuple(watch or ()), seed)
    computable = _try(the_sweep, the_sweep.wanted or tuple(glossary.headlines()))
    if watch is None:
        asked = {each.name for each in sizing.wanted(the_sweep.resolved({})) if not each.place}
        the_sweep.watch = tuple(name for name in glossary.headlines() if name in asked and name in computable)
    return the_sweep


def _try(the_sweep: Task, wanted: Sequence[str]) -> set[str]:
    """Those of the wanted quantities that some scenario of the sweep has, each choice tried alone.

    Also sets the length of chunks; InputError where no choice gives a scenario that can be sized.
    """
    tried: list[dict[str, str]] = [{name: texts[0] for name, texts in the_sweep.texts.items()}]
    tried += [tried[0] | {name: text} for name, texts in the_sweep.texts.items() for text in texts[1:]]
    columns: dict[str, Any] = {}
    for axis in the_sweep.axes:
        columns |= axis.columns(np.array([0]), the_sweep.seed)
    have: set[str] = set()
    refused: list[InputError] = []
    shorter = 1
    for chosen in tried:
        runner = Runner(the_sweep.resolved(chosen), the_sweep.numbers, wanted)
        try:
            have |= runner(columns).keys()
        except InputError as error:
            refused.append(error)
            continue
        for_size = SHORTER_FOR_SIZES if runner.sizes else 1
        for_months = SHORTER_FOR_DEMAND if runner.serves else 1
        shorter = max(shorter, for_months, for_size * (SHORTER_FOR_STRATEGIES if runner.searches else 1))
    if len(refused) == len(tried):
        raise refused[0]
    the_sweep.shorter = shorter
    return have


def chunk(the_sweep: Task, number: int) -> dict[str, Any]:
    """Chunk `number` of a sweep: a column for each varied and each watched name; positions where texts vary."""
    index = number * the_sweep.chunk_rows + np.arange(the_sweep.length(number), dtype=np.int64)
    columns: dict[str, Any] = {}
    for axis, position in zip(the_sweep.axes, axes.positions(the_sweep.axes, index), strict=True):
        columns |= dict.fromkeys(axis.texts, position) | axis.columns(position, the_sweep.seed)
    return columns | evaluated(the_sweep, columns)


def evaluated(the_sweep: Task, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The watched quantities for columns of what varies: base values, positions among the names where texts vary."""
    count = len(next(iter(columns.values())))
    results: dict[str, Any] = {}
    for runner, rows, given in _parts(the_sweep, columns, count):
        try:
            computed = runner(given)
        except InputError:
            # This choice has no size: its figures are missing, as the sweep found when it was made.
            continue
        for name, values in computed.items():
            if np.shape(values) == (count,):
                results[name] = values
            else:
                results.setdefault(name, np.full(count, np.nan))[rows] = values
    for name in the_sweep.wanted:
        if name not in results:
            results[name] = np.full(count, np.nan)
    if BINDING in the_sweep.watch:
        results[BINDING] = _binding(results, count)
    return {name: results[name] for name in the_sweep.watch}


def _parts(
    the_sweep: Task, columns: Mapping[str, Any], count: int
) -> Iterator[tuple[Runner, Any, dict[str | Figure, Any]]]:
    """The rows that run through the same equations: their runner, where they stand, and what varies in them."""
    if not the_sweep.texts:
        ((runner, _),) = _groups(the_sweep, [{}])
        yield runner, slice(None), {name: columns[name] for name in the_sweep.numbers}
        return
    variant = np.zeros(count, dtype=np.int64)
    for axis in the_sweep.axes:
        if axis.texts:
            variant = variant * axis.size + columns[next(iter(axis.texts))]
    _, firsts, which = np.unique(variant, return_index=True, return_inverse=True)
    chosen = [{name: texts[columns[name][first]] for name, texts in the_sweep.texts.items()} for first in firsts]
    for runner, members in _groups(the_sweep, chosen):
        rows = np.flatnonzero(np.isin(which, members)) if len(members) < len(chosen) else slice(None)
        given: dict[str | Figure, Any] = {name: columns[name][rows] for name in the_sweep.numbers}
        for each, by_variant in runner.by_variant.items():
            given[each] = by_variant[np.searchsorted(members, which[rows])]
        yield runner, rows, given


def _binding(results: Mapping[str, Any], count: int) -> Any:
    """The position among the limits of the one that binds first in each row; -1 where none is known."""
    shares = np.array([results[name] for name in limits()]).reshape(-1, count)
    shares = np.where(np.isfinite(shares), shares, -np.inf)
    return np.where(np.isfinite(shares.max(axis=0, initial=-np.inf)), shares.argmax(axis=0), -1)


def _groups(the_sweep: Task, chosen: Sequence[Mapping[str, str]]) -> list[tuple[Runner, Any]]:
    """Variants that run through the same equations, together: the figures in which they differ become arrays."""
    key = tuple(tuple(each.values()) for each in chosen)
    known = the_sweep._runners.get(key)
    if known is None:
        alike: dict[Any, list[int]] = {}
        resolved = [the_sweep.resolved(each) for each in chosen]
        for number, each in enumerate(resolved):
            alike.setdefault(each.shape(), []).append(number)
        known = [
            (_runner(the_sweep, [resolved[number] for number in members]), np.array(members))
            for members in alike.values()
        ]
        # One set of variants at a time: neighbouring chunks mostly share it.
        the_sweep._runners = {key: known}
    return known


def _runner(the_sweep: Task, alike: Sequence[Resolved]) -> Runner:
    first, *others = (each.figures() for each in alike)
    varied = {place for name in the_sweep.numbers for place in places(name, alike[0])}
    differing = [
        each for each, value in first.items() if each not in varied and any(other[each] != value for other in others)
    ]
    by_variant = {each: np.array([first[each], *(other[each] for other in others)]) for each in differing}
    return Runner(alike[0], the_sweep.numbers, the_sweep.wanted, by_variant)
