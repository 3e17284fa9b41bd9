"""What is wrong with the wiring itself: names, units, options."""

from __future__ import annotations

from collections.abc import Mapping

from planner import glossary, units
from planner.model.wiring import NUMBER, Equation, alternatives, route


def problems() -> list[str]:
    """Everything wrong with the wiring: undeclared names, units that do not match, wrong docstrings, cycles."""
    found: list[str] = []
    rows = glossary.quantities()
    for name, quantity in rows.items():
        for text in (quantity.unit, quantity.show):
            try:
                unit = units.unit(text)
            except units.UnitError as error:
                found.append(f"glossary {quantity.room}: {name}: {error}")
                break
            if text == quantity.unit and (unit.factor != 1 or unit.offset != 0):
                found.append(f"glossary {quantity.room}: {name}: '{text}' is not a coherent base unit")
        else:
            if not units.same_dimensions(quantity.unit, quantity.show):
                found.append(f"glossary {quantity.room}: {name}: '{quantity.show}' does not show '{quantity.unit}'")
    for kind in glossary.kinds().values():
        for role, (field_name, row) in ((r, f) for r in kind.roles for f in kind.fields.items()):
            name = f"{role}_{field_name}"
            declared = rows[name].unit
            if not units.same_dimensions(declared, row.unit):
                found.append(
                    f"glossary {rows[name].room}: {name}: '{declared}', the field of {kind.name} is '{row.unit}'"
                )
    for name, choices in alternatives().items():
        if name not in rows:
            found.append(f"{next(iter(choices.values())).room}: '{name}' is not in the glossary")
            continue
        if set(choices) != {None}:
            option = glossary.options().get(rows[name].option or "")
            named = {choice for choice in choices if choice is not None}
            whole = option is not None and (None in choices or named == set(option.choices))
            if option is None or not whole or not named <= set(option.choices):
                found.append(f"{name}: its alternatives {sorted(map(str, choices))} are not the choices of an option")
        for found_equation in choices.values():
            found.extend(_equation_problems(found_equation, rows))
    for option_choices in _option_combinations():
        try:
            route(tuple(alternatives()), (), option_choices)
        except glossary.GlossaryError as error:
            found.append(str(error))
    return found


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
