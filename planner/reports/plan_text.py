"""A plan as text and tables."""

from __future__ import annotations

from planner import glossary, units
from planner.catalog import ages
from planner.money import currency
from planner.plan import dates, sizing
from planner.plan.derivation_text import _STALE
from planner.plan.plan import Plan, Result, defaults_that_mattered, shown
from planner.reports import decision
from planner.tables import Cell, Table

_MARKS = {True: "ok  ", False: "FAIL"}
_MOST_DEFAULTS = 12


def text(the_plan: Plan, everything: bool = False) -> str:
    """The plan for a terminal: headline, checks, what binds, the defaults that mattered."""
    scenario = the_plan.scenario
    entries = sorted(the_plan.whole.all_entries().items(), key=lambda each: str(each[0]))
    # Entries that one workload alone asks for stand with the work.
    general = [(role, entry) for role, entry in entries if not glossary.kinds()[entry.kind].workloads]
    chosen = ", ".join(f"{role} {entry.key}" for role, entry in general)
    parts = [f"{scenario.name}\n{scenario.workload}: {chosen}{_work(the_plan)}"]
    parts.append(_sized(the_plan))
    parts.append(_searched(the_plan))
    parts.append((quantities(the_plan) if everything else headlines(the_plan)).text())
    parts.append("\n".join(decision.own_or_rent(the_plan)))
    parts.append(_outside(the_plan))
    money = currency.of_plan(the_plan)
    if money.name != "USD":
        parts.append(currency.headlines(the_plan, money).text())
    parts.append(_stale(the_plan))
    parts.append(_checks(the_plan))
    parts.append(_binding(the_plan))
    parts.append(_defaults(the_plan))
    asked = {each.name for each in sizing.wanted(the_plan.whole) if not each.place}
    absent = [name for name in glossary.headlines() if name in the_plan.missing and name in asked]
    if absent:
        rows = [f"  {name}: missing {', '.join(the_plan.missing[name][:6])}" for name in absent]
        parts.append("Not computed\n" + "\n".join(rows))
    return "\n\n".join(part for part in parts if part)


# What the work is, in which formats and by which software, where results hang on it and nobody may have said it.
_WORK = {
    "training": ("training_precision", "sequence_length", "global_batch", "training_tokens", "training_software"),
    "inference": ("weight_precision", "kv_precision", "serving_stack", "input_tokens", "output_tokens"),
}


def _work(the_plan: Plan) -> str:
    entries, values = the_plan.whole.entries, the_plan.whole
    if the_plan.whole.parts:
        return ""
    words = [
        f"{name} {entries[name].key if name in entries else shown(name, values[name])}"
        for name in _WORK.get(the_plan.scenario.workload, ())
        if name in entries or name in values
    ]
    return f"\n{', '.join(words)}" if words else ""


def _sized(the_plan: Plan) -> str:
    """What each target alone would take, or leave where pools before it have taken their part."""
    words = []
    for name, count in the_plan.sized_by.items():
        sizes = glossary.quantities()[name].sizes or {}
        takes = "takes" if sizes.get("want") == "smallest" else "leaves" if the_plan.whole.parts else "allows"
        words.append(f"{name} {takes} {shown(sizing.SIZE, count)}")
    return f"Sized to {shown(sizing.SIZE, the_plan.whole[sizing.SIZE])}: {', '.join(words)}" if words else ""


def _searched(the_plan: Plan) -> str:
    """The strategies found, a line for each pool."""
    lines = []
    for scope in the_plan.whole.walk():
        open_names = [name for name in scope.given if name not in scope.facts and name != sizing.SIZE]
        if open_names:
            degrees = ", ".join(f"{name} {shown(name, scope.given[name])}" for name in open_names)
            lines.append(f"Searched{' for ' if scope.path else ''}{scope.path}: {degrees}")
    return "\n".join(lines)


def _outside(the_plan: Plan) -> str:
    """Headline figures that lie outside their own band, and why that is so."""
    outside = [
        name
        for name in glossary.headlines()
        if (result := the_plan.results.get(name)) is not None
        and result.low is not None
        and result.high is not None
        and not result.low <= result.value <= result.high
    ]
    if not outside:
        return ""
    why = "typical values of their inputs lie near one end of the ranges. planner risk prints the medians"
    return f"Outside their own band: {', '.join(outside)}; {why}."


def headlines(the_plan: Plan) -> Table:
    """The headline figures with their bands."""
    size = the_plan.whole.facts.get("accelerators")
    first = Result(
        "accelerators",
        float(the_plan.whole["accelerators"]),
        size.low if size else None,
        size.high if size else None,
        size.kind if size else "derived",
    )
    names = [name for name in glossary.headlines() if name in the_plan.results]
    return _table([first, *(the_plan.results[name] for name in names)])


def quantities(the_plan: Plan) -> Table:
    """Every computed quantity, room by room."""
    return _table(list(the_plan.results.values()))


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


def _stale(the_plan: Plan) -> str:
    """The prices behind the mark, with their ages."""
    headline = [the_plan.results[name] for name in glossary.headlines() if name in the_plan.results]
    names = sorted({name for result in headline for name in result.stale})
    day = dates.price_day(the_plan.scenario)
    facts = {str(each): fact for each, fact in the_plan.whole.all_facts().items()}
    rows = [f"  {n} = {shown(n, facts[n].value)}: {ages.age_text(facts[n], day)}" for n in names]
    return f"Stale prices, older than a year on {day}\n" + "\n".join(rows) if rows else ""


def _checks(the_plan: Plan) -> str:
    if not the_plan.checks:
        return ""
    ordered = sorted(the_plan.checks, key=lambda check: check.ok)
    return "Checks\n" + "\n".join(f"  {_MARKS[check.ok]} {check.name}: {check.message}" for check in ordered)


def _binding(the_plan: Plan) -> str:
    if not the_plan.binding:
        return ""
    shares = ", then ".join(
        f"{name} ({units.number_text(100 * share, 3)} % used)" for name, share in the_plan.binding[:2]
    )
    return f"Binds first: {shares}"


def _defaults(the_plan: Plan) -> str:
    mattered = defaults_that_mattered(the_plan)[:_MOST_DEFAULTS]
    day = dates.price_day(the_plan.scenario)
    rows = [
        [
            d.name,
            shown(d.name, d.fact.value),
            f"{d.elasticity:+.2f} % on {d.moves}",
            f"{d.fact.kind}, {_STALE}" if ages.is_stale(d.fact, day) else d.fact.kind,
            d.fact.source,
        ]
        for d in mattered
    ]
    if not rows:
        return ""
    table = Table(["default", "value", "a change of 1 % moves", "kind", "source"], rows)
    return f"Defaults that mattered (set them to take them over)\n{table.text()}"
