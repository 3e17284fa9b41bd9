"""A plan as text and tables."""

from __future__ import annotations

import math
from typing import Any

from planner import chain, currency, dating, decision, glossary, units
from planner.plan import Plan, Result, defaults_that_mattered, shown
from planner.table import Cell, Table

_MARKS = {True: "ok  ", False: "FAIL"}
_MOST_DEFAULTS = 12
_STALE = "stale price"


def text(found: Plan, everything: bool = False) -> str:
    """The plan for a terminal: headline, checks, what binds, the defaults that mattered."""
    scenario = found.scenario
    chosen = ", ".join(f"{role} {entry.key}" for role, entry in sorted(found.resolved.entries.items()))
    parts = [f"{scenario.name}\n{scenario.workload}: {chosen}{_work(found)}"]
    parts.append(_sized(found))
    parts.append(_searched(found))
    parts.append((quantities(found) if everything else headlines(found)).text())
    parts.append("\n".join(decision.own_or_rent(found)))
    parts.append(_outside(found))
    money = currency.of_plan(found)
    if money.name != "USD":
        parts.append(currency.headlines(found, money).text())
    parts.append(_stale(found))
    parts.append(_checks(found))
    parts.append(_binding(found))
    parts.append(_defaults(found))
    asked = set(chain.wanted(found.resolved.options))
    absent = [name for name in glossary.headlines() if name in found.missing and name in asked]
    if absent:
        rows = [f"  {name}: missing {', '.join(found.missing[name][:6])}" for name in absent]
        parts.append("Not computed\n" + "\n".join(rows))
    return "\n\n".join(part for part in parts if part)


# What the work is, in which formats and by which software, where results hang on it and nobody may have said it.
_WORK = {
    "training": ("training_precision", "sequence_length", "global_batch", "training_tokens", "training_software"),
    "inference": ("weight_precision", "kv_precision", "serving_stack", "input_tokens", "output_tokens"),
}


def _work(found: Plan) -> str:
    options, values = found.resolved.options, found.values
    if found.resolved.pools:
        return ""
    words = [
        f"{name} {options[name] if name in options else shown(name, values[name])}"
        for name in _WORK.get(found.scenario.workload, ())
        if name in options or name in values
    ]
    return f"\n{', '.join(words)}" if words else ""


def _sized(found: Plan) -> str:
    """What each target alone would take, or leave where pools before it have taken their part."""
    words = []
    for name, count in found.sized_by.items():
        sizes = glossary.quantities()[name].sizes or {}
        takes = "takes" if sizes.get("want") == "smallest" else "leaves" if found.resolved.pools else "allows"
        words.append(f"{name} {takes} {shown(chain.SIZE, count)}")
    return f"Sized to {shown(chain.SIZE, found.values[chain.SIZE])}: {', '.join(words)}" if words else ""


def _searched(found: Plan) -> str:
    """The strategies found, a line for each pool."""
    by_pool: dict[str, list[str]] = {}
    for name in found.given:
        pool, _, degree = name.rpartition("/")
        if name not in found.resolved.facts and degree != chain.SIZE:
            by_pool.setdefault(pool, []).append(f"{degree} {shown(name, found.given[name])}")
    return "\n".join(f"Searched{pool and f' for {pool}'}: {', '.join(degrees)}" for pool, degrees in by_pool.items())


def _outside(found: Plan) -> str:
    """Headline figures that lie outside their own band, and why that is so."""
    outside = [
        name
        for name in glossary.headlines()
        if (result := found.results.get(name)) is not None
        and result.low is not None
        and result.high is not None
        and not result.low <= result.value <= result.high
    ]
    if not outside:
        return ""
    why = "typical values of their inputs lie near one end of the ranges. planner risk prints the medians"
    return f"Outside their own band: {', '.join(outside)}; {why}."


def headlines(found: Plan) -> Table:
    """The headline figures with their bands."""
    size = found.resolved.facts.get("accelerators")
    first = Result(
        "accelerators",
        float(found.values["accelerators"]),
        size.low if size else None,
        size.high if size else None,
        size.kind if size else "derived",
    )
    names = [name for name in glossary.headlines() if name in found.results]
    return _table([first, *(found.results[name] for name in names)])


def quantities(found: Plan) -> Table:
    """Every computed quantity, room by room."""
    return _table(list(found.results.values()))


def _table(results: list[Result]) -> Table:
    rows: list[list[Cell]] = []
    for result in results:
        row = glossary.quantities()[result.name]
        show = units.readable_unit(result.value, row.show)
        unit = "" if row.labels or show == units.DIMENSIONLESS else show
        value = shown(result.name, result.value) if row.labels else _in(show, result.value)
        kind = f"{result.kind}, {_STALE}" if result.stale else result.kind
        rows.append([result.name, value, unit, _in(show, result.low), _in(show, result.high), kind])
    return Table(["quantity", "value", "unit", "P10", "P90", "kind"], rows, frozenset({1, 3, 4}))


def _in(unit: str, value: float | None) -> float | None:
    return None if value is None else float(units.convert(value, unit))


def _number(value: float | None, unit: str) -> str:
    return "" if value is None or not math.isfinite(value) else units.number_text(float(units.convert(value, unit)))


def _stale(found: Plan) -> str:
    """The prices behind the mark, with their ages."""
    headline = [found.results[name] for name in glossary.headlines() if name in found.results]
    names = sorted({name for result in headline for name in result.stale})
    day = dating.price_day(found.scenario)
    facts = found.resolved.facts
    rows = [f"  {n} = {shown(n, facts[n].value)}: {dating.age_text(facts[n], day)}" for n in names]
    return f"Stale prices, older than a year on {day}\n" + "\n".join(rows) if rows else ""


def _checks(found: Plan) -> str:
    if not found.checks:
        return ""
    ordered = sorted(found.checks, key=lambda check: check.ok)
    return "Checks\n" + "\n".join(f"  {_MARKS[check.ok]} {check.name}: {check.message}" for check in ordered)


def _binding(found: Plan) -> str:
    if not found.binding:
        return ""
    shares = ", then ".join(f"{name} ({units.number_text(100 * share, 3)} % used)" for name, share in found.binding[:2])
    return f"Binds first: {shares}"


def _defaults(found: Plan) -> str:
    mattered = defaults_that_mattered(found)[:_MOST_DEFAULTS]
    day = dating.price_day(found.scenario)
    rows = [
        [
            d.name,
            shown(d.name, d.fact.value),
            f"{d.elasticity:+.2f} % on {d.moves}",
            f"{d.fact.kind}, {_STALE}" if dating.is_stale(d.fact, day) else d.fact.kind,
            d.fact.source,
        ]
        for d in mattered
    ]
    if not rows:
        return ""
    table = Table(["default", "value", "a change of 1 % moves", "kind", "source"], rows)
    return f"Defaults that mattered (set them to take them over)\n{table.text()}"


def derivation_json(step: Any, found: Plan, sources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A derivation as nested tables."""
    row = glossary.quantities()[step.name]
    node: dict[str, Any] = {"name": step.name, "meaning": row.meaning, "unit": row.show}
    node["value"] = None if step.value is None else float(units.convert(float(step.value), row.show))
    if step.equation is not None:
        node |= {"formula": step.equation.formula, "notes": step.equation.notes, "room": step.equation.room}
        if step.repeated:
            node["repeated"] = True
        node["inputs"] = [derivation_json(need, found, sources) for need in step.inputs]
    elif (fact := found.resolved.facts.get(step.name)) is not None:
        source = sources.get(fact.source, {})
        node["fact"] = {
            "from": fact.origin,
            "kind": fact.kind,
            "source": fact.source,
            "title": source.get("title", ""),
            "url": source.get("url", ""),
            "where": fact.where,
            "as_of": str(fact.as_of or ""),
            "stale": dating.is_stale(fact, dating.price_day(found.scenario)),
            "note": fact.note,
            "low": None if fact.low is None else float(units.convert(fact.low, row.show)),
            "high": None if fact.high is None else float(units.convert(fact.high, row.show)),
        }
    return node


def derivation_text(step: Any, found: Plan, sources: dict[str, dict[str, Any]], depth: int = 0) -> str:
    """A derivation as an indented tree: name, value, formula; facts with their sources."""
    pad = "  " * depth
    value = "not computed" if step.value is None else shown(step.name, step.value)
    line = f"{pad}{step.name} = {value}"
    if step.equation is None:
        return line + _origin(step, found, sources)
    if step.repeated:
        return f"{line}   (derived above)"
    meaning = glossary.quantities()[step.name].meaning
    formula = " ".join(step.equation.formula.split())
    lines = [f"{line}   {meaning}", f"{pad}    {formula}   [{step.equation.room}]"]
    lines += [derivation_text(need, found, sources, depth + 1) for need in step.inputs]
    return "\n".join(lines)


def _origin(step: Any, found: Plan, sources: dict[str, dict[str, Any]]) -> str:
    fact = found.resolved.facts.get(step.name)
    if fact is None:
        return "   found by the planner: " + ("size" if step.name.endswith(chain.SIZE) else "strategy")
    if fact.origin == "scenario":
        return "   set by the scenario"
    title = sources.get(fact.source, {}).get("title", fact.source)
    stale = _STALE if dating.is_stale(fact, dating.price_day(found.scenario)) else ""
    details = [fact.kind, title, fact.where, str(fact.as_of or ""), stale]
    spread = ""
    if fact.low is not None or fact.high is not None:
        show = glossary.quantities()[step.name].show
        spread = f" ({_number(fact.low, show)} to {_number(fact.high, show)})"
    return f"{spread}   from {fact.origin}: " + "; ".join(part for part in details if part)
