"""Mutate every equation - operators, operands, constants, comparisons - and count the mutants that the tests
notice; those that none notices are listed with the reason.

    python benchmarks/mutation.py [ROOM ...]

A mutant counts as noticed where the unit trace fails, or where some figure that tests/model/test_golden.py holds would
move: each function is replayed on the inputs it had in every golden case, and at the points at which each equation is
held.
"""

import ast
import copy
import inspect
import sys
import textwrap
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.model import wiring
from planner.plan import sizing
from tests import golden

OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq}
FUNCTIONS = {
    "minimum": "maximum",
    "maximum": "minimum",
    "ceil": "floor",
    "floor": "ceil",
    "log2": "sqrt",
    "sqrt": "log2",
}


def mutants(tree):
    """Copies of a function's tree with one thing changed, with words for it."""
    nodes = list(ast.walk(tree))
    for index, node in enumerate(nodes):
        for changed, words in changes(node):
            copied = copy.deepcopy(tree)
            target = list(ast.walk(copied))[index]
            for name, value in changed.items():
                setattr(target, name, value)
            yield ast.fix_missing_locations(copied), f"line {getattr(node, 'lineno', 0)}: {words}"


def changes(node):
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        other = OPERATORS[type(node.op)]
        yield {"op": other()}, f"{type(node.op).__name__} becomes {other.__name__}"
        if isinstance(node.op, ast.Sub | ast.Div | ast.Pow):
            yield {"left": node.right, "right": node.left}, f"operands of {type(node.op).__name__} swapped"
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        comparison = COMPARISONS[type(node.ops[0])]
        yield {"ops": [comparison()]}, f"{type(node.ops[0]).__name__} becomes {comparison.__name__}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield {"value": node.value + 1}, f"{node.value} becomes {node.value + 1}"
    elif isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
        yield {"attr": FUNCTIONS[node.attr]}, f"{node.attr} becomes {FUNCTIONS[node.attr]}"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield {"op": ast.UAdd()}, "minus dropped"


def recorded():
    """Function -> the inputs it had and what it gave, over all golden cases."""
    records = defaultdict(list)
    catalog = Catalog()
    for resolved in golden.cases(catalog).values():
        whole = golden.evaluated(resolved)
        for step in wiring.route(sizing.wanted(whole), whole).steps if whole else ():
            inputs, value = [whole.value(need) for need in step.needs], float(whole.value(step.figure))
            if np.isfinite(value):
                records[step.equation.function].append((inputs, value))
    with np.errstate(all="ignore"):
        for choices in wiring.alternatives().values():
            for equation in choices.values():
                for number in range(golden.POINTS):
                    inputs = [golden.point(need, number) for need in equation.needs]
                    value = float(equation.function(*inputs))
                    if np.isfinite(value):
                        records[equation.function].append((inputs, value))
    return records


def noticed(function, equation, records):
    """Whether the unit trace or some golden figure tells the mutant from the equation."""
    rows = glossary.quantities()
    if not records:
        try:
            unit = units.traced(function, {need: rows[need].unit for need in equation.needs})
            return not units.same_dimensions(unit, rows[equation.name].unit)
        except Exception:
            return True
    with np.errstate(all="ignore"):
        for inputs, value in records:
            try:
                if not golden.close(float(function(*inputs)), value) and value != float(function(*inputs)):
                    return True
            except Exception:
                return True
    try:
        unit = units.traced(function, {need: rows[need].unit for need in equation.needs})
        return not units.same_dimensions(unit, rows[equation.name].unit)
    except Exception:
        return True


def reason(function, words, records):
    """Why nothing notices a mutant."""
    if any(name in words for name in ("Lt", "Gt")):
        return "the two sides are equal in no case"
    with np.errstate(all="ignore"):
        moved = [float(function(*inputs)) != value for inputs, value in records]
    if not moved:
        return "no case reaches it: the unit trace alone holds it"
    if any(moved):
        return "moves the figure by less than the tolerance of the cases"
    return "a part that is 0, 1 or not taken in every case"


def main(rooms):
    records = recorded()
    killed, tried, survivors = Counter(), Counter(), []
    for choices in wiring.alternatives().values():
        for equation in choices.values():
            function = equation.function
            if (rooms and equation.room not in rooms) or function.__module__ == wiring.__name__:
                # What a row of the glossary says equals another quantity has nothing to mutate.
                continue
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
            for mutant, words in mutants(tree):
                scope = dict(function.__globals__)
                exec(compile(mutant, "mutant", "exec"), scope)
                tried[equation.room] += 1
                if noticed(scope[function.__name__], equation, records.get(function, [])):
                    killed[equation.room] += 1
                else:
                    why = reason(scope[function.__name__], words, records.get(function, []))
                    survivors.append(f"{equation.room}.{function.__name__}: {words}: {why}")
    for room in sorted(tried):
        print(f"{room:20} {killed[room]:5} of {tried[room]:5} noticed  {killed[room] / tried[room]:.1%}")
    total, all_killed = sum(tried.values()), sum(killed.values())
    print(f"{'all':20} {all_killed:5} of {total:5} noticed  {all_killed / total:.1%}")
    print(f"\nsurvivors: {len(survivors)}\n" + "\n".join(f"  {line}" for line in survivors))


if __name__ == "__main__":
    main(sys.argv[1:])
