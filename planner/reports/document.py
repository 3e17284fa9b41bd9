"""A plan as one document: the decision first, then figures, pictures, assumptions with sources, and derivations.

The content is made once, as sections of texts, tables and pictures; planner.rendering writes it as HTML, Markdown or
PDF, and planner.workbook as a spreadsheet.
"""

from __future__ import annotations

import datetime
import platform
from dataclasses import dataclass, field
from typing import Any

from planner import __version__, glossary, units
from planner.catalog.catalog import Catalog
from planner.model import derivation, wiring
from planner.money import currency, plan_ledger
from planner.plan import bands, derivation_text
from planner.plan.plan import Plan, defaults_that_mattered, shown
from planner.reports import bill_of_materials, decision, pictures, plan_text
from planner.reports.picture import Picture
from planner.studies import comparison, risk
from planner.tables import Cell, Table


@dataclass(frozen=True)
class Derivation:
    """How a figure comes about, as indented lines."""

    title: str
    text: str


Block = str | Table | Picture | Derivation


@dataclass
class Section:
    """A heading with what stands below it."""

    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Document:
    """A title and its sections."""

    title: str
    subtitle: str
    sections: list[Section]


def of_plan(found: Plan, catalog: Catalog, today: datetime.date) -> Document:
    """The report on one plan."""
    sections = [
        Section("Decision", [decision.in_words(found, risk.risk(found.scenario, catalog))]),
        Section("Headline figures", [plan_text.headlines(found), _bands_in_words()]),
        Section("Checks and limits", _limits(found)),
        Section("Pictures", list(pictures.of_plan(found, catalog))),
        Section("Bill of materials", _materials(found)),
        Section("Cash flow", _cash(found)),
        Section("Assumptions", assumptions(found, catalog, today)),
        Section("Defaults that mattered", _defaults(found)),
        Section("Not computed", _missing(found)),
        Section("Derivations", derivations(found, catalog)),
        Section("How to reproduce this", _reproduce(found, catalog)),
    ]
    chosen = ", ".join(f"{role} {entry.name}" for role, entry in sorted(found.resolved.asked_entries.items()))
    subtitle = f"{found.scenario.workload.capitalize()}: {chosen}. {found.scenario.description}".strip()
    return Document(found.scenario.name, subtitle, [section for section in sections if section.blocks])


def of_comparison(found: list[Plan], catalog: Catalog, today: datetime.date) -> Document:
    """The report on several plans: side by side first, then each one's decision and assumptions."""
    compared = comparison.compare(found)
    sections = [Section("Side by side", [comparison.table(compared)])]
    for other, causes in zip(found[1:], comparison.causes_tables(compared), strict=True):
        if causes.rows:
            sections.append(Section(f"What makes {other.scenario.name} differ", [causes]))
    for each in found:
        blocks: list[Block] = [decision.in_words(each), *_limits(each), *pictures.of_plan(each, catalog)[:3]]
        sections.append(Section(each.scenario.name, blocks))
    sections.append(Section("How to reproduce this", [b for each in found for b in _reproduce(each, catalog)[:1]]))
    names = ", ".join(each.scenario.name for each in found)
    return Document(f"Comparison of {len(found)} scenarios", names, sections)


def _bands_in_words() -> str:
    return (
        f"P10 and P90 come from {bands.SAMPLES} samples of all inputs with a range; size and strategy stay. "
        "The kind of a figure is the weakest among its inputs: measured, rated, quoted, derived, estimate."
    )


def _limits(found: Plan) -> list[Block]:
    rows: list[list[Cell]] = [
        ["ok" if check.ok else "FAILS", check.name, check.message] for check in sorted(found.checks, key=lambda c: c.ok)
    ]
    blocks: list[Block] = [Table(["", "check", "why"], rows)] if rows else []
    if found.binding:
        shares: list[list[Cell]] = [[name, 100 * share] for name, share in found.binding]
        blocks.append(Table(["limit", "used [%]"], shares, frozenset({1})))
    return blocks


def _materials(found: Plan) -> list[Block]:
    bill = bill_of_materials.table(found)
    return [bill] if bill.rows else []


def _cash(found: Plan) -> list[Block]:
    book, money = plan_ledger.of_plan(found), currency.of_plan(found)
    if not book.ledger.flows:
        return []
    stated = [[name, words] for name, words in plan_ledger.assumptions(book, money)]
    return [
        plan_ledger.years_table(book, money),
        plan_ledger.lines_table(book, money),
        Table(["convention", "what holds"], stated),
    ]


def assumptions(found: Plan, catalog: Catalog, today: datetime.date) -> list[Block]:
    """Every figure that the results rest on: value, range, kind, source, place and age."""
    used: dict[str, None] = {}
    for name in glossary.headlines():
        if name in found.results:
            needed = wiring.inputs_of(name, found.given, found.resolved.options)
            used.update(dict.fromkeys(n for n in found.given if n in needed))
    rows: list[list[Cell]] = []
    for name in used:
        fact = found.resolved.facts.get(name)
        if fact is None or fact.source == "definition":
            continue
        show = units.readable_unit(float(fact.value), glossary.quantities()[name].show)
        ends = [None if end is None else float(units.convert(end, show)) for end in (fact.low, fact.high)]
        title = (
            "the scenario"
            if fact.origin == "scenario"
            else catalog.sources.get(fact.source, {}).get("title", fact.source)
        )
        age = "" if fact.as_of is None else f"{(today - fact.as_of).days / 365.25:.1f}"
        value = float(units.convert(fact.value, show))
        rows.append([name, value, *ends, show, fact.kind, title, fact.where, str(fact.as_of or ""), age])
    columns = ["quantity", "value", "low", "high", "unit", "kind", "source", "place", "as of", "age [years]"]
    return [Table(columns, rows, frozenset({1, 2, 3, 9}))] if rows else []


def _defaults(found: Plan) -> list[Block]:
    rows: list[list[Cell]] = [
        [d.name, shown(d.name, d.fact.value), d.elasticity, d.moves, d.fact.kind] for d in defaults_that_mattered(found)
    ]
    columns = ["default", "value", "effect of 1 % [%]", "on", "kind"]
    return [Table(columns, rows, frozenset({2}))] if rows else []


def _missing(found: Plan) -> list[Block]:
    absent = [name for name in glossary.headlines() if name in found.missing]
    return [Table(["quantity", "lacks"], [[name, ", ".join(found.missing[name])] for name in absent])] if absent else []


def derivations(found: Plan, catalog: Catalog) -> list[Block]:
    """The chain of equations and sourced facts behind each headline figure."""
    rows = glossary.quantities()
    blocks: list[Block] = []
    seen: set[str] = set()
    for name in glossary.headlines():
        if name in found.results:
            tree = derivation.derivation(name, found.values, found.given, found.resolved.options, seen)
            text = derivation_text.derivation_text(tree, found, catalog.sources)
            blocks.append(Derivation(f"{name}: {rows[name].meaning}", text))
    return blocks


def _reproduce(found: Plan, catalog: Catalog) -> list[Block]:
    import numpy

    entries = ", ".join(dict.fromkeys(entry.origin for entry in found.resolved.asked_entries.values()))
    own = len(catalog.layers) - 1
    made = f"planner {__version__}, Python {platform.python_version()}, numpy {numpy.__version__}"
    made += f"; seed 0; {bands.SAMPLES} samples."
    layers = f" {own} catalog director{'y' if own == 1 else 'ies'} of the user's own on top." if own else ""
    blocks: list[Block] = [f"{found.scenario.name}: {made} Entries: {entries}.{layers}"]
    if found.scenario.path is not None:
        blocks.append(Derivation("The scenario file", found.scenario.path.read_text(encoding="utf-8")))
    return blocks


def to_json(document: Document) -> dict[str, Any]:
    """Titles, texts and tables of a document."""

    def block(each: Block) -> Any:
        if isinstance(each, Table):
            return {"columns": list(each.columns), "rows": [list(row) for row in each.rows]}
        if isinstance(each, Picture):
            return {"picture": each.title, "alt": each.alt}
        return each if isinstance(each, str) else {"title": each.title, "text": each.text}

    sections = [{"title": s.title, "blocks": [block(each) for each in s.blocks]} for s in document.sections]
    return {"title": document.title, "subtitle": document.subtitle, "sections": sections}
