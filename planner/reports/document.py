"""A plan as one document: the decision first, then figures, pictures, assumptions with sources, and derivations.

The content is made once, as sections of texts, tables and pictures.  `rendering` writes it as HTML, Markdown or PDF,
and `workbook` as a spreadsheet.
"""

from __future__ import annotations

import datetime
import platform
from dataclasses import dataclass, field
from typing import Any

from planner import __version__, glossary, units
from planner.catalog.catalog import Catalog
from planner.model import derivation, wiring
from planner.model.scopes import Figure
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


def of_plan(the_plan: Plan, catalog: Catalog, today: datetime.date) -> Document:
    """The report on one plan."""
    sections = [
        Section("Decision", [decision.in_words(the_plan, risk.risk(the_plan.scenario, catalog))]),
        Section("Headline figures", [plan_text.headlines(the_plan), _bands_in_words()]),
        Section("Checks and limits", _limits(the_plan)),
        Section("Pictures", list(pictures.of_plan(the_plan, catalog))),
        Section("Bill of materials", _materials(the_plan)),
        Section("Cash flow", _cash(the_plan)),
        Section("Assumptions", assumptions(the_plan, catalog, today)),
        Section("Defaults that mattered", _defaults(the_plan)),
        Section("Not computed", _missing(the_plan)),
        Section("Derivations", derivations(the_plan, catalog)),
        Section("How to reproduce this", _reproduce(the_plan, catalog)),
    ]
    entries = sorted(the_plan.whole.asked_entries().items(), key=lambda each: str(each[0]))
    chosen = ", ".join(f"{role} {entry.name}" for role, entry in entries)
    subtitle = f"{the_plan.scenario.workload.capitalize()}: {chosen}. {the_plan.scenario.description}".strip()
    return Document(the_plan.scenario.name, subtitle, [section for section in sections if section.blocks])


def of_comparison(plans: list[Plan], catalog: Catalog, today: datetime.date) -> Document:
    """The report on several plans: side by side first, then each one's decision and assumptions."""
    compared = comparison.compare(plans)
    sections = [Section("Side by side", [comparison.table(compared)])]
    for other, causes in zip(plans[1:], comparison.causes_tables(compared), strict=True):
        if causes.rows:
            sections.append(Section(f"What makes {other.scenario.name} differ", [causes]))
    for each in plans:
        blocks: list[Block] = [decision.in_words(each), *_limits(each), *pictures.of_plan(each, catalog)[:3]]
        sections.append(Section(each.scenario.name, blocks))
    sections.append(Section("How to reproduce this", [b for each in plans for b in _reproduce(each, catalog)[:1]]))
    names = ", ".join(each.scenario.name for each in plans)
    return Document(f"Comparison of {len(plans)} scenarios", names, sections)


def _bands_in_words() -> str:
    return (
        f"P10 and P90 come from {bands.SAMPLES} samples of all inputs with a range; size and strategy stay. "
        "The kind of a figure is the weakest among its inputs: measured, rated, quoted, derived, estimate."
    )


def _limits(the_plan: Plan) -> list[Block]:
    checks = sorted(the_plan.checks, key=lambda check: check.ok)
    rows: list[list[Cell]] = [["ok" if check.ok else "FAILS", check.name, check.message] for check in checks]
    blocks: list[Block] = [Table(["", "check", "why"], rows)] if rows else []
    if the_plan.binding:
        shares: list[list[Cell]] = [[name, 100 * share] for name, share in the_plan.binding]
        blocks.append(Table(["limit", "used [%]"], shares, frozenset({1})))
    return blocks


def _materials(the_plan: Plan) -> list[Block]:
    bill = bill_of_materials.table(the_plan)
    return [bill] if bill.rows else []


def _cash(the_plan: Plan) -> list[Block]:
    book, money = plan_ledger.of_plan(the_plan), currency.of_plan(the_plan)
    if not book.ledger.flows:
        return []
    stated = [[name, words] for name, words in plan_ledger.assumptions(book, money)]
    return [
        plan_ledger.years_table(book, money),
        plan_ledger.lines_table(book, money),
        Table(["convention", "what holds"], stated),
    ]


def assumptions(the_plan: Plan, catalog: Catalog, today: datetime.date) -> list[Block]:
    """Every figure that the results rest on: value, range, kind, source, place and age."""
    used: dict[Figure, None] = {}
    given, facts = the_plan.whole.all_given(), the_plan.whole.all_facts()
    for name in glossary.headlines():
        if name in the_plan.results:
            needed = wiring.inputs_of(name, the_plan.whole)
            used.update(dict.fromkeys(each for each in given if each in needed))
    rows: list[list[Cell]] = []
    for each in used:
        fact = facts.get(each)
        if fact is None or fact.source == "definition":
            continue
        show = units.readable_unit(float(fact.value), glossary.quantities()[each.name].show)
        ends = [None if end is None else float(units.convert(end, show)) for end in (fact.low, fact.high)]
        title = (
            "the scenario"
            if fact.origin == "scenario"
            else catalog.sources.get(fact.source, {}).get("title", fact.source)
        )
        age = "" if fact.as_of is None else f"{(today - fact.as_of).days / 365.25:.1f}"
        value = float(units.convert(fact.value, show))
        rows.append([str(each), value, *ends, show, fact.kind, title, fact.where, str(fact.as_of or ""), age])
    columns = ["quantity", "value", "low", "high", "unit", "kind", "source", "place", "as of", "age [years]"]
    return [Table(columns, rows, frozenset({1, 2, 3, 9}))] if rows else []


def _defaults(the_plan: Plan) -> list[Block]:
    rows: list[list[Cell]] = [
        [each.name, shown(each.figure.name, each.fact.value), each.elasticity, each.moves, each.fact.kind]
        for each in defaults_that_mattered(the_plan)
    ]
    columns = ["default", "value", "effect of 1 % [%]", "on", "kind"]
    return [Table(columns, rows, frozenset({2}))] if rows else []


def _missing(the_plan: Plan) -> list[Block]:
    missing = the_plan.missing
    rows = [[name, ", ".join(missing[name])] for name in glossary.headlines() if name in missing]
    return [Table(["quantity", "lacks"], rows)] if rows else []


def derivations(the_plan: Plan, catalog: Catalog) -> list[Block]:
    """The chain of equations and sourced facts behind each headline figure."""
    rows = glossary.quantities()
    blocks: list[Block] = []
    seen: set[Figure] = set()
    for name in glossary.headlines():
        if name in the_plan.results:
            tree = derivation.derivation(name, the_plan.whole, seen)
            text = derivation_text.derivation_text(tree, the_plan.whole, catalog.sources)
            blocks.append(Derivation(f"{name}: {rows[name].meaning}", text))
    return blocks


def _reproduce(the_plan: Plan, catalog: Catalog) -> list[Block]:
    import numpy

    entries = ", ".join(dict.fromkeys(entry.origin for entry in the_plan.whole.asked_entries().values()))
    own = len(catalog.layers) - 1
    made = f"planner {__version__}, Python {platform.python_version()}, numpy {numpy.__version__}"
    made += f"; seed 0; {bands.SAMPLES} samples."
    layers = f" {own} catalog director{'y' if own == 1 else 'ies'} of the user's own on top." if own else ""
    blocks: list[Block] = [f"{the_plan.scenario.name}: {made} Entries: {entries}.{layers}"]
    if the_plan.scenario.path is not None:
        blocks.append(Derivation("The scenario file", the_plan.scenario.path.read_text(encoding="utf-8")))
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
