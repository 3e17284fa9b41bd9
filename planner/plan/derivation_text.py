"""A derivation as text and as JSON, down to facts and their sources."""

from __future__ import annotations

import math
from typing import Any

from planner import glossary, units
from planner.catalog import ages
from planner.plan import dates, sizing
from planner.plan.plan import displayed, shown
from planner.scenario.scenario import Resolved

_STALE = "stale price"


def _number(value: float | None, unit: str) -> str:
    return "" if value is None or not math.isfinite(value) else units.number_text(float(units.convert(value, unit)))


def derivation_json(step: Any, whole: Resolved, sources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A derivation as nested tables."""
    row = glossary.quantities()[step.figure.name]
    node: dict[str, Any] = {"name": step.name, "meaning": row.meaning, "unit": row.show}
    node["value"] = displayed(step.figure.name, step.value)
    if step.equation is not None:
        node |= {"formula": step.equation.formula, "notes": step.equation.notes, "room": step.equation.room}
        if step.repeated:
            node["repeated"] = True
        node["inputs"] = [derivation_json(need, whole, sources) for need in step.inputs]
    elif (fact := whole.fact(step.figure)) is not None:
        source = sources.get(fact.source, {})
        node["fact"] = {
            "from": fact.origin,
            "kind": fact.kind,
            "source": fact.source,
            "title": source.get("title", ""),
            "url": source.get("url", ""),
            "where": fact.where,
            "as_of": str(fact.as_of or ""),
            "stale": ages.is_stale(fact, dates.price_day(whole.scenario)),
            "note": fact.note,
            "low": None if fact.low is None else float(units.convert(fact.low, row.show)),
            "high": None if fact.high is None else float(units.convert(fact.high, row.show)),
        }
    return node


def derivation_text(step: Any, whole: Resolved, sources: dict[str, dict[str, Any]], depth: int = 0) -> str:
    """A derivation as an indented tree: name, value, formula; facts with their sources."""
    pad = "  " * depth
    value = "not computed" if step.value is None else shown(step.name, step.value)
    line = f"{pad}{step.name} = {value}"
    if step.equation is None:
        return line + _origin(step, whole, sources)
    if step.repeated:
        return f"{line}   (derived above)"
    meaning = glossary.quantities()[step.figure.name].meaning
    formula = " ".join(step.equation.formula.split())
    lines = [f"{line}   {meaning}", f"{pad}    {formula}   [{step.equation.room}]"]
    lines += [derivation_text(need, whole, sources, depth + 1) for need in step.inputs]
    return "\n".join(lines)


def _origin(step: Any, whole: Resolved, sources: dict[str, dict[str, Any]]) -> str:
    fact = whole.fact(step.figure)
    if fact is None:
        return "   found by the planner: " + ("size" if step.figure.name == sizing.SIZE else "strategy")
    if fact.origin == "scenario":
        return "   set by the scenario"
    title = sources.get(fact.source, {}).get("title", fact.source)
    stale = _STALE if ages.is_stale(fact, dates.price_day(whole.scenario)) else ""
    details = [fact.kind, title, fact.where, str(fact.as_of or ""), stale]
    spread = ""
    if fact.low is not None or fact.high is not None:
        show = glossary.quantities()[step.figure.name].show
        spread = f" ({_number(fact.low, show)} to {_number(fact.high, show)})"
    return f"{spread}   from {fact.origin}: " + "; ".join(part for part in details if part)
