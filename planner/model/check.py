"""What is wrong with the wiring itself: names, units, options."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from planner import glossary, units
from planner.model.wiring import NUMBER, Equation, alternatives, route


def problems() -> list[str]:
    """Everything wrong with the wiring: undeclared names, units that do not match, wrong docstrings, cycles."""
    rows = glossary.quantities()
    wrong = [*_unit_problems(rows), *_field_problems(rows), *_relation_problems(rows)]
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


def _relation_problems(rows: Mapping[str, glossary.Quantity]) -> Iterator[str]:
    """Quantities that are held against something that is none, or that is in another unit."""
    for name, row in rows.items():
        place, bound = f"glossary {row.room}: {name}", row.at_most
        unknown = [each for each in (*row.instead_of, bound) if each and each not in rows]
        yield from (f"{place}: is held against '{each}', which is not in the glossary" for each in unknown)
        if bound and bound in rows and not units.same_dimensions(row.unit, rows[bound].unit):
            yield f"{place}: '{row.unit}' cannot be at most {bound}, '{rows[bound].unit}'"
        if row.conserved and name not in alternatives():
            yield f"{place}: is conserved, but nothing computes it"


def _option_problems(row: glossary.Quantity, choices: set[str | None]) -> Iterator[str]:
    """Alternatives of a quantity that are not the choices of its option."""
    if choices == {None}:
        return
    option = glossary.options().get(row.option or "")
    named = {choice for choice in choices if choice is not None}
    whole = option is not None and (None in choices or named == set(option.choices))
    if option is None or not whole or not named <= set(option.choices):
        yield f"{row.name}: its alternatives {sorted(map(str, choices))} are not the choices of an option"


def _equation_problems(equation: Equation, rows: Mapping[str, glossary.Quantity]) -> Iterator[str]:
    """Names and units that do not fit, in what an equation needs, says and computes."""
    place = f"{equation.room}.{equation.function.__name__}"
    unknown = [need for need in equation.needs if need not in rows]
    if unknown:
        yield from (f"{place}: needs '{need}', which is not in the glossary" for need in unknown)
        return
    declared, needs = rows[equation.name].unit, {need: rows[need].unit for need in equation.needs}
    if not equation.paragraphs[0].rstrip().endswith(f"[{declared}]"):
        yield f"{place}: its first sentence does not end in [{declared}]"
    if equation.ranges and {name: unit for name, (unit, _) in equation.ranges.items()} != needs:
        yield f"{place}: its Parameters are to be {', '.join(f'{need} : {unit}' for need, unit in needs.items())}"
    stated = NUMBER.match(equation.formula)
    if stated:
        if stated["number"] and declared != units.DIMENSIONLESS:
            yield f"{place}: gives the number {stated['number']}, declared {declared}"
        return
    try:
        computed = units.traced(equation.function, needs)
    except Exception as error:
        yield f"{place}: {type(error).__name__}: {error}"
    else:
        if not units.same_dimensions(computed, declared):
            yield f"{place}: computes {computed}, declared {declared}"


def _option_combinations() -> list[dict[str, str]]:
    """Each option's choices in turn, the others at their first choice."""
    first = {name: option.choices[0] for name, option in glossary.options().items()}
    return [first] + [first | {n: c} for n, option in glossary.options().items() for c in option.choices[1:]]
