"""What is wrong with the wiring itself: names, units, options."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from planner import glossary, units
from planner.model.wiring import NUMBER, Equation, alternatives, route


def problems() -> list[str]:
    """Everything wrong with the wiring: undeclared names, units that do not match, wrong docstrings, cycles."""
    rows = glossary.quantities()
    wrong = [*_unit_problems(rows), *_field_problems(rows)]
    for name, choices in alternatives().items():
        if name not in rows:
            wrong.append(f"{next(iter(choices.values())).room}: '{name}' is not in the glossary")
            continue
        wrong += _option_problems(rows[name], set(choices))
        wrong += [problem for equation in choices.values() for problem in _equation_problems(equation, rows)]
    for choices_of_options in _option_combinations():
        try:
            route(tuple(alternatives()), (), choices_of_options)
        except glossary.GlossaryError as error:
            wrong.append(str(error))
    return wrong


def _unit_problems(rows: Mapping[str, glossary.Quantity]) -> Iterator[str]:
    """Units that are no units, no coherent base units, or do not show their quantity."""
    for name, row in rows.items():
        try:
            base, shown = units.unit(row.unit), units.unit(row.show)
        except units.UnitError as error:
            yield f"glossary {row.room}: {name}: {error}"
            continue
        if base.factor != 1 or base.offset != 0:
            yield f"glossary {row.room}: {name}: '{row.unit}' is not a coherent base unit"
        if base.dimensions != shown.dimensions:
            yield f"glossary {row.room}: {name}: '{row.show}' does not show '{row.unit}'"


def _field_problems(rows: Mapping[str, glossary.Quantity]) -> Iterator[str]:
    """Fields of entries that are in another unit than the quantity that they are."""
    for kind in glossary.kinds().values():
        for role, (field, row) in itertools.product(kind.roles, kind.fields.items()):
            declared = rows[f"{role}_{field}"]
            if not units.same_dimensions(declared.unit, row.unit):
                of_kind = f"the field of {kind.name} is '{row.unit}'"
                yield f"glossary {declared.room}: {role}_{field}: '{declared.unit}', {of_kind}"


def _option_problems(row: glossary.Quantity, choices: set[str | None]) -> Iterator[str]:
    """Alternatives of a quantity that are not the choices of its option."""
    if choices == {None}:
        return
    option = glossary.options().get(row.option or "")
    named = {choice for choice in choices if choice is not None}
    whole = option is not None and (None in choices or named == set(option.choices))
    if option is None or not whole or not named <= set(option.choices):
        yield f"{row.name}: its alternatives {sorted(map(str, choices))} are not the choices of an option"


def _equation_problems(found: Equation, rows: Mapping[str, glossary.Quantity]) -> list[str]:
    unknown = [need for need in found.needs if need not in rows]
    if unknown:
        return [f"{found.room}.{found.function.__name__}: needs '{n}', which is not in the glossary" for n in unknown]
    problems_here = []
    declared = rows[found.name].unit
    if not found.paragraphs[0].rstrip().endswith(f"[{declared}]"):
        problems_here.append(f"{found.room}.{found.function.__name__}: its first sentence does not end in [{declared}]")
    if found.ranges and {n: unit for n, (unit, _) in found.ranges.items()} != {n: rows[n].unit for n in found.needs}:
        asked = ", ".join(f"{need} : {rows[need].unit}" for need in found.needs)
        problems_here.append(f"{found.room}.{found.function.__name__}: its Parameters are to be {asked}")
    stated = NUMBER.match(found.formula)
    if stated:
        if stated["number"] and declared != units.DIMENSIONLESS:
            number = stated["number"]
            problems_here.append(
                f"{found.room}.{found.function.__name__}: gives the number {number}, declared {declared}"
            )
        return problems_here
    try:
        computed = units.traced(found.function, {need: rows[need].unit for need in found.needs})
        if not units.same_dimensions(computed, declared):
            problems_here.append(f"{found.room}.{found.function.__name__}: computes {computed}, declared {declared}")
    except Exception as error:
        problems_here.append(f"{found.room}.{found.function.__name__}: {type(error).__name__}: {error}")
    return problems_here


def _option_combinations() -> list[dict[str, str]]:
    """Each option's choices in turn, the others at their first choice."""
    first = {name: option.choices[0] for name, option in glossary.options().items()}
    return [first] + [first | {n: c} for n, option in glossary.options().items() for c in option.choices[1:]]
