"""Scenarios side by side, and which inputs cause the differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner import glossary, units
from planner.errors import one, unknown
from planner.plan.plan import Plan, shown
from planner.studies import attribution
from planner.studies.attribution import Cause
from planner.tables import Cell, Table

_MOST_CAUSES = 6
_MOST_OF_A_CHOICE = 3


@dataclass
class Comparison:
    """The same quantities of several plans, the first being what the others are held against."""

    plans: list[Plan]
    names: list[str]
    # For each plan after the first: quantity -> causes, the strongest first.
    causes: list[dict[str, list[Cause]]]


def compare(plans: list[Plan], names: list[str] | None = None, everything: bool = False) -> Comparison:
    """Compare plans in the named quantities, the headline figures or everything that differs."""
    rows = glossary.quantities()
    for name in names or []:
        if name not in rows:
            raise one("compare", "--watch", unknown("quantity", name, rows))
    if names is None and everything:
        computed = dict.fromkeys(name for plan in plans for name in plan.results)
        names = [name for name in computed if len({plan.value(name) for plan in plans}) > 1]
    names = names or ["accelerators", *glossary.headlines()]
    names = [name for name in names if any(plan.value(name) is not None for plan in plans)]
    return Comparison(plans, names, [attribution.causes(plans[0], other, names) for other in plans[1:]])


def table(compared: Comparison) -> Table:
    """Quantities down, scenarios across, with the ratio to the first."""
    columns = ["quantity"]
    for index, each in enumerate(compared.plans):
        columns += [each.scenario.name] if index == 0 else [each.scenario.name, "ratio"]
    rows = []
    for name in compared.names:
        first = compared.plans[0].value(name)
        cells = [name]
        for index, each in enumerate(compared.plans):
            value = each.value(name)
            cells.append("missing" if value is None else shown(name, value))
            if index:
                cells.append(f"{value / first:.3g}" if value is not None and first else "")
        rows.append(cells)
    return Table(columns, rows, frozenset(range(1, len(columns))))


def causes_tables(compared: Comparison) -> list[Table]:
    """For each scenario after the first: the inputs that make it differ, with their parts of the difference."""
    tables = []
    for by_name in compared.causes:
        rows: list[list[Cell]] = []
        for name, strongest in by_name.items():
            show = glossary.quantities()[name].show
            factor = units.unit(show).factor
            rows += [[name, cause.name, cause.change / factor, show] for cause in strongest[:_MOST_CAUSES]]
        tables.append(Table(["quantity", "input", "change", "unit"], rows, frozenset({2})))
    return tables


def text(compared: Comparison) -> str:
    """The table, and below it what causes each difference from the first scenario."""
    parts = [table(compared).text()]
    for other, by_name in zip(compared.plans[1:], compared.causes, strict=True):
        lines = [f"What makes {other.scenario.name} differ (what is listed adds up, but for what is left out):"]
        for name, strongest in by_name.items():
            show = glossary.quantities()[name].show
            words = _grouped(strongest, show)[:_MOST_CAUSES]
            if words:
                lines.append(f"  {name}: {', '.join(words)}")
        differing = choices(compared.plans[0], other)
        if differing:
            lines.append("  choices: " + ", ".join(differing))
        if len(lines) > 1:
            parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _grouped(causes: list[Cause], show: str) -> list[str]:
    """Causes in words, those that one choice brings along together."""
    together: dict[str, list[Cause]] = {}
    for cause in causes:
        together.setdefault(cause.choice or cause.name, []).append(cause)
    ranked = sorted(together.items(), key=lambda pair: -abs(sum(cause.change for cause in pair[1])))
    words = []
    for name, members in ranked:
        inner = ", ".join(f"{c.name} {signed(c.change, show)}" for c in members[:_MOST_OF_A_CHOICE] if c.name != name)
        total = signed(sum(cause.change for cause in members), show)
        words.append(f"{name} {total}{f' ({inner})' if inner else ''}")
    return words


def choices(base: Plan, other: Plan) -> list[str]:
    """Entries and options that two scenarios choose differently, in words."""
    entries, others = base.whole.all_entries(), other.whole.all_entries()
    pairs = [(role, entries.get(role), others.get(role)) for role in dict.fromkeys([*entries, *others])]
    own = {name for name, option in glossary.options().items() if not option.role}
    options = {each: choice for each, choice in base.whole.all_options().items() if each.name in own}
    words = [f"{r} {a.key if a else 'none'} -> {b.key if b else 'none'}" for r, a, b in pairs if a != b]
    return words + [f"{n} {options[n]} -> {c}" for n, c in other.whole.all_options().items() if options.get(n, c) != c]


def signed(change: float, unit: str) -> str:
    """A difference with its sign, in the given unit."""
    target = units.unit(unit)
    # A change has no zero point: only the factor of the unit applies.
    number = units.number_text(change / target.factor, 3)
    return f"{'+' if change > 0 else ''}{number}{'' if unit == units.DIMENSIONLESS else ' ' + unit}"


def to_json(compared: Comparison) -> dict[str, Any]:
    """The comparison as tables, values in display units."""
    rows = glossary.quantities()

    def number(each: Plan, name: str) -> float | None:
        value = each.value(name)
        return None if value is None else float(units.convert(value, rows[name].show))

    return {
        "scenarios": [each.scenario.name for each in compared.plans],
        "quantities": {
            name: {"unit": rows[name].show, "values": [number(each, name) for each in compared.plans]}
            for name in compared.names
        },
        "causes": [
            {
                name: [
                    {"name": c.name, "change": c.change / units.unit(rows[name].show).factor, "choice": c.choice}
                    for c in strongest
                ]
                for name, strongest in by_name.items()
            }
            for by_name in compared.causes
        ],
    }
