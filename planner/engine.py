"""Many scenarios at once: a chunk is a pure function of what is swept and the chunk's number.

The same function runs here, in threads, or on the workers of a cluster; nothing it needs lies outside its
arguments, so chunks may run in any order, anywhere, more than once, and give the same numbers to the last bit.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from planner import axes, chain, glossary, model, program
from planner.axes import Axis, SampledAxis
from planner.catalog import Catalog, Entry, Fact
from planner.problems import InputError, Problem, one, unknown
from planner.scenario import Resolved, Scenario, changed, resolve

# Long enough that threads rarely wait for each other between equations, short enough for the cache.
ROWS = 65536
# Rows evaluated together where a strategy is searched for each: rows times strategies stay in the cache.
SEARCH_ROWS = 64


@functools.cache
def equations_digest() -> str:
    """The equations and the glossary as one number in hexadecimal; workers with others would give other results."""
    found = hashlib.sha256()
    package = Path(glossary.__file__).parents[1]
    for path in sorted([*package.glob("equations/*.py"), *package.glob("glossary/**/*.toml"), package / "chain.py"]):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


class Snapshot:
    """The part of a catalog that a sweep reads, held in memory so that it can travel to another machine."""

    def __init__(self, catalog: Catalog):
        self.defaults: dict[str, Fact] = catalog.defaults
        self.default_choices: dict[str, str] = catalog.default_choices
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


class Runner:
    """One scenario with some of its quantities as arrays: sizes, chooses strategies and evaluates, block by block."""

    def __init__(
        self,
        resolved: Resolved,
        varying: Iterable[str],
        wanted: Iterable[str],
        by_variant: Mapping[str, Any] | None = None,
    ):
        # Figures that differ between the entries and options swept over, one value for each variant.
        self.by_variant = by_variant or {}
        self.wanted = tuple(wanted)
        self.varying = tuple(varying)
        self.options = resolved.options
        self.place = resolved.scenario.place
        self.values: dict[str, Any] = dict(resolved.values)
        self.said = [*resolved.said, *self.varying]
        self._programs: dict[frozenset[str], program.Program] = {}
        self._searches: bool | None = None

    def __call__(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The wanted quantities, floats where nothing that varies reaches them; a missing quantity is absent."""
        count = max((len(column) for column in columns.values()), default=1)
        if self._searches is None:
            first = self._sized({name: np.float64(column[0]) for name, column in columns.items()})
            self._searches = chain.with_strategies(first, self.options).keys() > first.keys()
        rows = SEARCH_ROWS if self._searches else ROWS
        blocks = [
            self._block({name: column[start : start + rows] for name, column in columns.items()})
            for start in range(0, count, rows)
        ]
        return {
            name: first if np.ndim(first) == 0 or len(blocks) == 1 else np.concatenate([b[name] for b in blocks])
            for name, first in blocks[0].items()
        }

    def missing(self, name: str) -> tuple[str, ...]:
        """What a wanted quantity lacks."""
        sizes = {pool + chain.SIZE: np.float64(1) for pool in model.pools(self.options)}
        given = {**sizes, **self.values, **dict.fromkeys(self.varying, np.float64(1))}
        return model.route([name], chain.with_strategies(given, self.options), self.options).missing.get(name, ())

    def _sized(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        return chain.sized({**self.values, **columns}, self.said, self.options, self.place)[0]

    def _block(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        values = self._sized(columns)
        if self._searches:
            values = chain.with_strategies(values, self.options)
        moving = frozenset(name for name, value in values.items() if isinstance(value, np.ndarray) and value.ndim)
        if moving not in self._programs:
            self._programs[moving] = program.compiled(self.wanted, values, sorted(moving), self.options)
        return self._programs[moving].run(values)


@dataclass
class Task:
    """All that the chunks of a sweep depend on."""

    scenario: Scenario
    catalog: Snapshot
    axes: tuple[Axis | SampledAxis, ...]
    watch: tuple[str, ...]
    seed: int = 0
    _runners: dict[Any, list[tuple[Runner, Any]]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rows(self) -> int:
        return axes.rows(self.axes)

    @property
    def chunks(self) -> int:
        return -(-self.rows // ROWS)

    def length(self, number: int) -> int:
        """Scenarios of one chunk."""
        return min(ROWS, self.rows - number * ROWS)

    @property
    def texts(self) -> dict[str, tuple[str, ...]]:
        """Roles and options that vary, with the names they take."""
        return {name: values for axis in self.axes for name, values in axis.texts.items()}

    @property
    def numbers(self) -> tuple[str, ...]:
        """Quantities that vary."""
        return tuple(name for axis in self.axes for name in axis.names if name not in axis.texts)

    def resolved(self, chosen: Mapping[str, str]) -> Resolved:
        """The scenario with these entries and options in place of its own."""
        roles = glossary.roles()
        choose = {name: text for name, text in chosen.items() if name in roles}
        settings = {name: text for name, text in chosen.items() if name not in roles}
        return resolve(changed(self.scenario, choose, settings), self.catalog)  # type: ignore[arg-type]

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
    problems = [Problem("watch", name, unknown("quantity", name, rows)) for name in watch or () if name not in rows]
    if problems:
        raise InputError(problems)
    # Resolved with the catalog itself first, which reports every problem of the scenario.
    resolve(scenario, catalog)
    snapshot = Snapshot(catalog)
    for role, name in scenario.choose.items():
        if role in glossary.roles() and isinstance(name, str):
            snapshot.add(catalog, role, name)
    for axis in varied:
        for role, names in axis.texts.items():
            for name in names if role in glossary.roles() else ():
                snapshot.add(catalog, role, name)
    found = Task(scenario, snapshot, tuple(varied), tuple(watch or ()), seed)
    if watch is None:
        asked = set(chain.asked(scenario.workload))
        found.watch = tuple(name for name in glossary.headlines() if name in asked and name in _computable(found))
    return found


def _computable(found: Task) -> set[str]:
    """Quantities that some scenario of the sweep has, each choice tried alone."""
    tried: list[dict[str, str]] = [{name: texts[0] for name, texts in found.texts.items()}]
    tried += [tried[0] | {name: text} for name, texts in found.texts.items() for text in texts[1:]]
    wanted = tuple(glossary.headlines())
    have: set[str] = set()
    for chosen in tried:
        resolved = found.resolved(chosen)
        sizes = {pool + chain.SIZE: np.float64(1) for pool in model.pools(resolved.options)}
        given = {**sizes, **resolved.values, **dict.fromkeys(found.numbers, np.float64(1))}
        given = chain.with_strategies(given, resolved.options)
        have |= {*wanted} - model.route(wanted, given, resolved.options).missing.keys()
    return have


def chunk(found: Task, number: int) -> dict[str, Any]:
    """Chunk `number` of a sweep: a column for each varied and each watched name; positions where texts vary."""
    index = number * ROWS + np.arange(found.length(number), dtype=np.int64)
    columns: dict[str, Any] = {}
    for axis, position in zip(found.axes, axes.positions(found.axes, index), strict=True):
        columns |= dict.fromkeys(axis.texts, position) | axis.columns(position, found.seed)
    return columns | evaluated(found, columns)


def evaluated(found: Task, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The watched quantities for columns of what varies: base values, positions among the names where texts vary."""
    count = len(next(iter(columns.values())))
    variant = np.zeros(count, dtype=np.int64)
    for axis in found.axes:
        if axis.texts:
            variant = variant * axis.size + columns[next(iter(axis.texts))]
    results = {name: np.full(count, np.nan) for name in found.watch}
    _, firsts, which = np.unique(variant, return_index=True, return_inverse=True)
    chosen = [{name: texts[columns[name][first]] for name, texts in found.texts.items()} for first in firsts]
    for runner, members in _groups(found, chosen):
        rows = np.flatnonzero(np.isin(which, members)) if len(members) < len(chosen) else slice(None)
        given = {name: columns[name][rows] for name in found.numbers}
        for name, by_variant in runner.by_variant.items():
            given[name] = by_variant[np.searchsorted(members, which[rows])]
        for name, values in runner(given).items():
            results[name][rows] = values
    return results


def _groups(found: Task, chosen: Sequence[Mapping[str, str]]) -> list[tuple[Runner, Any]]:
    """Variants that run through the same equations, together: the figures in which they differ become arrays."""
    key = tuple(tuple(each.values()) for each in chosen)
    known = found._runners.get(key)
    if known is None:
        alike: dict[Any, list[int]] = {}
        resolved = [found.resolved(each) for each in chosen]
        for number, each in enumerate(resolved):
            alike.setdefault((tuple(each.options.items()), frozenset(each.facts)), []).append(number)
        known = [
            (_runner(found, [resolved[number] for number in members]), np.array(members)) for members in alike.values()
        ]
        # One set of variants at a time: neighbouring chunks mostly share it.
        found._runners = {key: known}
    return known


def _runner(found: Task, alike: Sequence[Resolved]) -> Runner:
    first = alike[0].values
    differing = [
        name
        for name, value in first.items()
        if name not in found.numbers and any(each.values[name] != value for each in alike[1:])
    ]
    by_variant = {name: np.array([each.values[name] for each in alike]) for name in differing}
    return Runner(alike[0], [*found.numbers, *differing], found.watch, by_variant)
