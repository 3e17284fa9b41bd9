"""Every figure of every shipped scenario, and each equation at a few points, as they were when last looked at.

python -m tests.golden            writes the figures again and prints what moved, for the change log
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from planner import glossary
from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.model import wiring
from planner.model.scopes import Figure
from planner.plan import planning, sizing
from planner.scenario import resolve, scenario, scenario_file

FILE = Path(__file__).parent / "data" / "golden.json"
EQUATIONS = Path(__file__).parent / "data" / "equations.json"
POINTS = 4
# One scenario for each workload: its options are switched one by one.
BASES = ("own-8000-h100", "llama-3.1-405b", "enterprise-8-gpu", "facility-30mw")
KINDS = ("stacks", "software", "formats")
DIGITS = 10


def cases(catalog):
    """Name -> resolved scenario."""
    by_name = {
        name: resolve.resolve(scenario_file.load(name, catalog), catalog)
        for name in scenario_file.shipped_names(catalog)
    }
    for base in BASES:
        given = scenario_file.load(base, catalog)
        for name, choices in switches(catalog).items():
            for choice in choices:
                held = by_name[base].entries[name].key if name in glossary.roles() else by_name[base].options[name]
                if held != choice:
                    switched = scenario.changed(given, {}, {name: choice})
                    by_name[f"{base} {name}={choice}"] = resolve.resolve(switched, catalog)
    return by_name


def switches(catalog):
    """What is switched one by one: options, and the roles that software and number formats play."""
    options = {name: option.choices for name, option in glossary.options().items() if not option.role}
    of_kinds = {role: catalog.keys(kind) for role, kind in glossary.roles().items() if kind in KINDS}
    return {name: choices for name, choices in options.items() if name != "workload"} | of_kinds


def evaluated(resolved):
    """Every scope with what is given and what follows; nothing where the scenario cannot be planned."""
    try:
        given, _ = sizing.with_size_and_strategies(planning.with_demand(resolved))
    except InputError:
        return None
    return wiring.evaluate(sizing.wanted(given), given)


def figures():
    """Case -> quantity -> value; of a switched option only what differs from its base."""
    catalog = Catalog()
    by_name = {}
    for name, resolved in cases(catalog).items():
        whole = evaluated(resolved)
        rounded = {
            str(Figure(scope.place, quantity)): float(f"{float(value):.{DIGITS}g}")
            for scope in (whole.walk() if whole else ())
            for quantity, value in scope.known.items()
            if quantity not in scope.given and np.isfinite(float(value))
        }
        base = by_name.get(name.partition(" ")[0], {}) if " " in name else {}
        by_name[name] = {quantity: value for quantity, value in rounded.items() if base.get(quantity) != value}
    return by_name


def point(name, number):
    """A value that depends on the quantity's name and the point's number alone, within its limits, seldom 0 or 1."""
    row = glossary.quantities()[name]
    digest = hashlib.sha256(f"{name} {number}".encode()).digest()
    share = 0.05 + 0.9 * int.from_bytes(digest[:6], "big") / 2**48
    # A constant such as one_port is drawn too: at 1 it would not show where an equation leaves it out.
    constant = row.low is not None and row.low == row.high and row.low < 1e3
    low = 0.0 if row.low is None or constant else row.low
    high = row.high if row.high is not None and row.high < 1e3 and not constant else max(low, 1.0) * 6
    value = low + share * (high - low)
    return np.float64(round(value) if row.labels or row.whole else value)


def points():
    """Equation -> what it gives at each point; nothing where it has no finite value there."""
    by_name = {}
    with np.errstate(all="ignore"):
        for choices in wiring.alternatives().values():
            for equation in choices.values():
                for number in range(POINTS):
                    value = float(equation.function(*[point(need, number) for need in equation.needs]))
                    if np.isfinite(value):
                        key = f"{equation.room}.{equation.function.__name__}"
                        by_name.setdefault(key, {})[str(number)] = float(f"{value:.{DIGITS}g}")
    return by_name


def moved(before, after):
    """What is new, gone or different, in words."""
    lines = []
    for case in sorted({*before, *after}):
        old, new = before.get(case, {}), after.get(case, {})
        for quantity in sorted({*old, *new}):
            if not close(old.get(quantity), new.get(quantity)):
                lines.append(f"{case}: {quantity}: {old.get(quantity)} -> {new.get(quantity)}")
    return lines


def close(one, other):
    return one is not None and other is not None and abs(one - other) <= 1e-6 * max(abs(one), abs(other))


if __name__ == "__main__":
    for file, after in ((FILE, figures()), (EQUATIONS, points())):
        before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        print("\n".join(moved(before, after)) or f"{file.name}: nothing moved")
        file.write_text(json.dumps(after, indent=0, sort_keys=True) + "\n", encoding="utf-8")
