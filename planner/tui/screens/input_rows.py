"""The rows of the inputs with their signs and values, and the line that explains the one under the cursor."""

from __future__ import annotations

from planner import glossary, units
from planner.catalog.entries import value_of
from planner.scenario.edits import DATES
from planner.tui import words
from planner.tui.screens import topics
from planner.tui.session import Session
from planner.tui.widgets.cell import VALUE_WIDTH
from planner.tui.widgets.lines import Row

# Where a value comes from, told by a sign before its name.
SET, WHOLE, DEFAULT, CATALOG, FOUND, WRONG = "●", "○", "·", "◇", "=", "!"
_DATES = {
    "start": "The day on which the part is in service; a pool that says none starts with the whole",
    "order": "The day on which parts are ordered: what ships by then, and how old prices are, is counted from it",
}
# Quantity, the text typed for it that could not be taken, and why.
Wrong = tuple[str, str, str]


def rows(session: Session, wrong: Wrong | None, revealed: str = "") -> list[Row]:
    """Every input of the shown part under its topic; `revealed` is one that no topic lists."""
    view = session.view
    lines = []
    if session.scenario.pools:
        lines.append(Row("pool", (SET, "pool", f"{cut(part_name(session))} ▾"), tone="strong"))
    if revealed:
        lines += [Row("heading:revealed", ("Asked for",), "heading"), _value(session, revealed, wrong)]
    for topic in topics.topics(view):
        lines.append(Row(f"heading:{topic.key}", (topic.title,), "heading"))
        if topic.key == "choices":
            lines.append(Row("workload", (SET, "workload", f"{view.said.workload} ▾")))
        lines += [_role(session, role) for role in topic.roles]
        lines += [_option(session, name) for name in topic.options]
        lines += [_value(session, name, wrong) for name in topic.values]
    return lines


def part_name(session: Session) -> str:
    """The shown part by its name."""
    return session.view.said.name if session.pool else "the whole"


def _sign(session: Session, name: str, without: str) -> str:
    """The sign of what the part says, of what the whole scenario says for a pool, or the one `without` either."""
    view = session.view
    if view.own(name):
        return SET
    fact = view.fact(name)
    said = fact.origin == "scenario" if fact else name in {**session.scenario.set, **session.scenario.choose}
    return WHOLE if said and view.pool else without


def _role(session: Session, role: str) -> Row:
    view, label = session.view, words.label(role)
    if _problems(session, f"choose.{role}"):
        return Row(f"role:{role}", (WRONG, label, f"{cut(str(view.said.choose.get(role, '')))} ▾"), tone="bad")
    entry = view.entry(role)
    if entry is None and role in view.said.choose:
        # Every pool has another: what the whole says holds for those that are added.
        text = view.said.choose[role]
    elif entry is None and view.pools_saying(role):
        text = "by pool"
    else:
        text = entry.name if entry else "none chosen"
    return Row(f"role:{role}", (_sign(session, role, CATALOG if entry else " "), label, f"{cut(text)} ▾"))


def _option(session: Session, name: str) -> Row:
    view = session.view
    text = view.said.set.get(name, view.seen.options.get(name, ""))
    return Row(f"option:{name}", (_sign(session, name, DEFAULT), words.label(name), f"{text} ▾"))


def _value(session: Session, name: str, wrong: Wrong | None) -> Row:
    view, key, label = session.view, f"value:{name}", words.label(name)
    if wrong is not None and wrong[0] == name:
        return Row(key, (WRONG, label, wrong[1]), tone="bad")
    if _problems(session, f"set.{name}", f"range.{name}"):
        return Row(key, (WRONG, label, str(view.said.set.get(name, ""))), tone="bad")
    if name in DATES:
        day = getattr(view.said, name) or getattr(session.scenario, name)
        sign = SET if view.own(name) else WHOLE if day else " "
        return Row(key, (sign, label, str(day or "not set")), tone="" if view.own(name) else "dim")
    fact = view.fact(name)
    if fact is not None:
        default = fact.origin.startswith(("defaults", "calibration"))
        sign = _sign(session, name, DEFAULT if default else CATALOG)
        return Row(key, (sign, label, words.text(name, fact.value)), tone="" if sign == SET else "dim")
    if name in view.seen.given:
        return Row(key, (FOUND, label, words.text(name, view.seen.given[name])))
    if view.own(name):
        return Row(key, (SET, label, _as_said(session, name)))
    return Row(key, (" ", label, "by pool" if view.pools_saying(name) else "not set"), tone="dim")


def _as_said(session: Session, name: str) -> str:
    """A value that the whole says where each pool has its own."""
    said = session.view.said
    given = said.set.get(name) or said.range[name][1]
    try:
        return words.text(name, value_of(given, glossary.quantities()[name]))
    except units.UnitError:
        return str(given)


def _problems(session: Session, *fields: str) -> str:
    """What is wrong with a field of the shown part, or an empty text."""
    named = {each for field in fields for each in session.view.problem_fields(field)}
    return next((problem.message for problem in session.problems if problem.field in named), "")


def problem(session: Session, key: str, wrong: Wrong | None) -> str:
    """What is wrong with the input of this row, or an empty text."""
    kind, _, name = key.partition(":")
    if wrong is not None and wrong[0] == name:
        return wrong[2]
    fields = {"value": (f"set.{name}", f"range.{name}"), "role": (f"choose.{name}",), "option": (f"set.{name}",)}
    return _problems(session, *fields.get(kind, ()))


def meaning(session: Session, row: Row) -> str:
    """What an input means, takes, and comes from."""
    kind, _, name = row.key.partition(":")
    if row.key == "workload":
        return "What the cluster is for. Enter shows the choices."
    if row.key == "pool":
        return "The part of the scenario that is shown and edited. Enter shows its pools."
    if row.form == "heading":
        return ""
    apart = "; ".join(f"{pool}: {text}" for pool, text in session.view.pools_saying(name).items())
    apart = f" Pools say their own: {apart}." if apart else ""
    if kind == "role":
        return f"{glossary.role_meaning(name)}. Enter shows the catalog.{apart}"
    if kind == "option":
        option = glossary.options()[name]
        return f"{option.meaning}: {', '.join(option.choices)}.{apart}"
    if name in DATES:
        return f"{_DATES[name]}. Takes a date, as 2027-07-01."
    quantity = glossary.quantities()[name]
    takes = f"{words.takes(quantity)}. " if words.takes(quantity) else ""
    return f"{quantity.meaning}. {takes}{_origin(session, name)}{apart}"


def _origin(session: Session, name: str) -> str:
    """Where the value of an input comes from, as a sentence's beginning."""
    fact = session.view.fact(name)
    if fact is None:
        return ""
    if fact.origin == "scenario" and session.pool:
        return "Set by this pool." if session.view.own(name) else "Set by the whole scenario."
    origin = words.provenance(fact, session.catalog.sources, session.price_day)
    return f"{origin[:1].upper()}{origin[1:]}"


def text_at_first(session: Session, name: str) -> str:
    """What stands in the field when an input is edited: the text as written, else the value exactly."""
    view = session.view
    if name in DATES:
        return str(getattr(view.said, name) or "")
    if name in view.said.set:
        return str(view.said.set[name])
    value = view.seen.given.get(name)
    return "" if value is None else units.exact_text(float(value), glossary.quantities()[name].show)


def cut(text: str, width: int = VALUE_WIDTH - 2) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
