"""The rows of the results side: figures, checks, what binds, what a total is made of."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from planner import glossary
from planner.model.scopes import Figure, figure, place, written
from planner.plan import breakdown, sizing
from planner.plan.plan import Plan, shown
from planner.reports import decision
from planner.tui import words
from planner.tui.screens import topics
from planner.tui.session import Session
from planner.tui.view import View
from planner.tui.widgets.lines import Column, Row

NARROW = (Column("result", shorter=words.short), Column("value", 15, right=True), Column("change", 8, right=True))
WIDE = (
    Column("result", shorter=words.short),
    Column("value", 10, right=True),
    Column("unit", 9),
    Column("change", 9, right=True),
    Column("P10 to P90", 14, right=True),
)
FINDINGS = (Column("checks, limits", shorter=words.short), Column("", 9), Column("", 14, right=True))
_MOST_LIMITS = 4
_BAR = 9


@dataclass(frozen=True)
class Large:
    """A figure shown in large digits."""

    name: str
    label: str
    number: str
    unit: str
    change: str


def large(session: Session) -> list[Large]:
    """The figures in large digits."""
    plan = session.plan
    if plan is None:
        return []
    figures = []
    for name in topics.large(plan, session.view):
        value = plan.results[name].value
        number, unit = words.split(name, value, 3)
        moved = words.change(value, session.baseline.value(name) if session.baseline else None)
        figures.append(Large(name, words.label(name), number, unit, moved))
    return figures


def caption(figure: Large, width: int) -> str:
    """A large figure's name, unit and change in a line of `width`: the name gives way, its unit does not."""
    unit = f", {words.short(figure.unit)}" if figure.unit and figure.unit not in figure.label else ""
    moved = f"  {figure.change}" if figure.change else ""
    room = max(8, width - len(unit) - len(moved))
    label = figure.label if len(figure.label) <= room else words.short(figure.label)
    return (label if len(label) <= room else f"{label[: room - 1]}…") + unit + moved


def verdict(session: Session) -> tuple[bool, str]:
    """Whether all is well, and one line that says what is not or what binds first."""
    if session.problems:
        count = len(session.problems)
        more = f" (and {count - 1} more)" if count > 1 else ""
        return False, f"! {session.problems[0]}{more}"
    plan = session.plan
    if plan is None:
        return False, "! nothing computed"
    failed = [check for check in plan.checks if not check.ok]
    rest = ""
    if plan.binding:
        name, share = plan.binding[0]
        rest = f"binds first: {name} ({words.percent(share, 3)} used)"
    rest = "; ".join(filter(None, (rest, decision.in_brief(plan))))
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        message = failed[0].message.rstrip(".")
        return False, f"✗ {words.label(failed[0].name)}: {message}{more}; {rest}"
    count = len(plan.checks)
    hold = {0: "no check applies", 1: "the one check holds"}.get(count, f"all {count} checks hold")
    return True, f"✓ {hold}; {rest}"


def figures(session: Session, wide: bool) -> list[Row]:
    """Every result under its heading, with its change against the baseline; the missing ones with what they lack."""
    plan = session.plan
    if plan is None:
        return [Row("none", ("nothing computed yet: see the problem above",), "note", "bad")]
    rows: list[Row] = []
    for title, names in topics.results(plan, session.view):
        under_it = [_figure(session, plan, name, wide) for name in names]
        if under_it:
            rows += [Row(f"heading:{title}", (title,), "heading"), *under_it]
    return rows


def _figure(session: Session, plan: Plan, name: str, wide: bool) -> Row:
    value = plan.value(name)
    if value is None:
        lacking = f"missing: {', '.join(plan.missing.get(name, ()))}"
        cells: tuple[str, ...] = (f"{words.label(name)} {lacking}",)
        return Row(name, cells, "note", "dim")
    moved = words.change(value, session.baseline.value(name) if session.baseline else None)
    tone = "strong" if name in glossary.headlines() else ""
    if not wide:
        return Row(name, (words.label(name), words.text(name, value), moved), tone=tone)
    number, unit = words.split(name, value)
    low, high = session.bands.get(name, (None, None))
    return Row(
        name, (words.label(name), number, words.short(unit), moved, words.band(name, low, high, value)), tone=tone
    )


def findings(session: Session, width: int) -> list[Row]:
    """Checks in lines of `width`, the limits nearest to being reached, and what cost and power are made of."""
    plan, view = session.plan, session.view
    if plan is None:
        return []
    return [*_checks(plan, view, width), *_limits(plan, view), *_what_sets_the_size(plan, view), *_parts(plan, view)]


def _checks(plan: Plan, view: View, width: int) -> Iterator[Row]:
    checks = [check for check in plan.checks if view.belongs(figure(check.name).place)]
    if checks:
        yield Row("heading:checks", ("Checks",), "heading")
    for check in sorted(checks, key=lambda each: each.ok):
        mark, tone = ("✓", "") if check.ok else ("✗", "bad")
        pool = written(figure(check.name).place)
        message = f"{pool}: {check.message}" if pool and not view.pool else check.message
        lines = textwrap.wrap(f"{mark} {message}", max(20, width), subsequent_indent="  ")
        for index, line in enumerate(lines):
            yield Row(f"check:{check.name}:{index}", (line,), "note", tone)


def _limits(plan: Plan, view: View) -> Iterator[Row]:
    limits = [(name, share) for name, share in plan.binding if view.belongs(_limit(name)[1])]
    if limits:
        yield Row("heading:limits", ("Limits in use, the binding one first",), "heading")
    for name, share in limits[:_MOST_LIMITS]:
        label = _limit(name)[0] if view.pool else name
        yield _bar_row(f"limit:{name}", label, share, words.percent(share, 3), "bad" if share > 1 else "")


def _what_sets_the_size(plan: Plan, view: View) -> Iterator[Row]:
    sized_by = {name: count for name, count in plan.sized_by.items() if view.belongs(figure(name).place)}
    if sized_by:
        yield Row("heading:size", ("What sets the size",), "heading")
    for name, count in sized_by.items():
        yield Row(f"value:{name}", (f"{words.scoped(name, view.place)}: {shown(sizing.SIZE, count)}",), "note")


def _parts(plan: Plan, view: View) -> Iterator[Row]:
    for total in map(view.written, topics.BREAKDOWNS):
        parts = breakdown.parts(plan, total)
        if parts:
            title = f"{words.title(figure(total).name)}: {shown(total, plan.results[total].value)}"
            yield Row(f"heading:{total}", (title,), "heading")
        for part in parts:
            name = words.scoped(part.name, view.place)
            yield _bar_row(f"part:{total}:{part.name}", name, part.share, words.text(part.name, part.value, 3))


def _bar_row(key: str, label: str, share: float, text: str, tone: str = "") -> Row:
    return Row(key, (label, words.bar(share, _BAR), text), tone=tone, tones=(tone, tone or "bar", tone))


@functools.lru_cache(maxsize=256)
def _limit(text: str) -> tuple[str, tuple[str, ...]]:
    """'cooling of serving' as the limit and the place of the pool or site that it is of."""
    for each in glossary.quantities().values():
        if text == each.binds:
            return text, ()
        if each.binds and text.startswith(f"{each.binds} of "):
            return each.binds, place(text.removeprefix(f"{each.binds} of "))
    return text, ()


def quantity(row: Row) -> str:
    """The quantity that a row of figures or findings speaks of, or an empty text."""
    kind, _, rest = row.key.partition(":")
    rows = glossary.quantities()
    if kind == "check":
        rest = rest.rpartition(":")[0]
        return next((name for name in (f"{rest}_margin", rest) if name in rows), "")
    if kind == "limit":
        text, where = _limit(rest)
        name = next((name for name, each in rows.items() if each.binds == text), "")
        return str(Figure(where, name)) if name else ""
    name = rest.rpartition(":")[2] if kind in ("part", "value") else row.key
    return name if name in rows else ""
