"""Random scenarios, and the routes by which the planner comes to their figures.

Each route gives figures beside those of the plans that they should equal.  tests/whole/test_routes.py draws a few
hundred; benchmarks/routes.py as many as there is time for.
"""

import contextlib
import csv
import datetime
import io
import math
from dataclasses import dataclass, field, replace
from unittest import mock

import numpy as np

import planner
from planner import glossary, units
from planner.errors import InputError
from planner.model.scopes import figure
from planner.plan import plan, planning
from planner.reports import plan_text
from planner.scenario import edits, scenario, scenario_file
from planner.studies import comparison, optimize, solve
from planner.studies.sweep import engine, sweep, workers
from planner.tui.session import Session
from tests.hostile import shipped

# Sums in another order, and texts of fifteen digits, differ by less.
TOLERANCE = 1e-11
WATCHED = (
    "tco", "npv_saving", "capex", "opex_per_year", "facility_power", "racks", "cloud_cost", "npv_own", "npv_cloud",
    "accelerators", "output_tokens_per_second", "time_to_train", "mfu", "cost_per_useful_accelerator_hour",
    "total_carbon_per_year", "break_even_time",
)  # fmt: skip
SITES = ("us-virginia", "us-texas", "iceland", "germany", "france")
SYSTEMS = ("dgx-h100", "dgx-b200", "hgx-h200")
CLOUDS = ("aws-p5", "coreweave-h100", "azure-nd-h100-v5")
# Quantities that vary, with the ends between which they are drawn and their unit.
NUMBERS = {
    "analysis_period": (2, 7, "year"),
    "pue": (1.05, 1.6, ""),
    "electricity_price": (20, 200, "USD/MWh"),
    "system_price": (150, 500, "kUSD/system"),
    "cloud_price": (1, 6, "USD/accelerator/h"),
    "discount_rate": (2, 15, "%"),
    "utilization": (20, 95, "%"),
    "hardware_price_decline": (0, 25, "%"),
    "maintenance_share": (1, 8, "%/year"),
    "start_delay": (0, 18, "month"),
    "ramp_time": (0, 12, "month"),
    "site_rack_limit": (50, 250, "kW/rack"),
}
SIZES = (64, 256, 512, 1024, 2048, 4096)


@dataclass
class Outcome:
    """What a route gave against the plans of the same scenarios."""

    route: str
    table: dict
    figures: int = 0
    differing: list[str] = field(default_factory=list)

    def hold(self, name, one, other):
        """Two values of one figure: counted, and noted where they differ."""
        self.figures += 1
        one, other = (math.nan if each is None or not math.isfinite(each) else float(each) for each in (one, other))
        neither = math.isnan(one) and math.isnan(other)
        if not (neither or math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-9)):
            self.differing.append(f"{name}: {one!r} and {other!r}")


# Scenarios


def number(rng, name):
    """A value of a quantity as a text."""
    low, high, unit = NUMBERS[name]
    return f"{rng.uniform(low, high):.6g} {unit}".strip()


def table(rng):
    """A scenario as the table of a file; most can be planned."""
    given = {
        "name": "routes",
        "workload": rng.choice(scenario.WORKLOADS),
        "choose": {"system": rng.choice(SYSTEMS), "site": rng.choice(SITES), "cloud": rng.choice(CLOUDS)},
        "set": numbers(rng, rng.randrange(4)) | options(rng, rng.randrange(3)),
    }
    given["choose"]["model"] = rng.choice(("llama-3.1-70b", "llama-3.1-8b"))
    given["set"]["training_tokens"] = f"{rng.randrange(1, 9)} Ttoken"
    pools = rng.choice((0, 0, 1, 2, 3))
    if pools:
        given["start"] = datetime.date(2027, 1, 1)
        given["pool"] = [pool(rng, position) for position in range(pools)]
    else:
        given["set"] |= size(rng)
    if rng.random() < 0.3:
        name = rng.choice(("electricity_price", "pue", "discount_rate"))
        low, high, unit = NUMBERS[name]
        given["set"].pop(name, None)
        given["range"] = {name: [f"{low + share * (high - low):.6g} {unit}".strip() for share in (0.1, 0.4, 0.8)]}
    if rng.random() < 0.4:
        now, growth = f"{rng.choice(SIZES)} accelerator", f"{rng.randrange(90)} %/year"
        given["demand"] = [{"quantity": "installed_accelerators", "now": now, "growth": growth}]
    return given


def pool(rng, position):
    """A pool with a size, which may be of another kind, stand elsewhere and start later."""
    given = {"name": f"pool {'abc'[position]}", "set": numbers(rng, rng.randrange(3)) | size(rng, alone=False)}
    choose = {"site": rng.choice(SITES), "system": rng.choice(SYSTEMS)}
    given["choose"] = {role: choose[role] for role in rng.sample(sorted(choose), rng.choice((0, 0, 1, 2)))}
    if rng.random() < 0.3:
        given["workload"] = rng.choice(scenario.WORKLOADS)
    if position and rng.random() < 0.6:
        given["set"].pop("start_delay", None)
        given["start"] = datetime.date(2027 + rng.randrange(2), rng.randrange(1, 13), 1)
    return given


def numbers(rng, count):
    return {name: number(rng, name) for name in rng.sample(sorted(NUMBERS), count)}


def options(rng, count):
    return {name: rng.choice(glossary.options()[name].choices) for name in rng.sample(free_options(), count)}


def free_options():
    """Options that go with every scenario; a rented one has no figures of a hall, which a sweep gives as zeros."""
    taken = {"workload", "ownership"}
    return sorted(name for name, option in glossary.options().items() if not option.role and name not in taken)


def size(rng, alone=True):
    if alone and rng.random() < 0.2:
        return {"site_power_limit": f"{rng.uniform(0.5, 8):.4g} MW"}
    return {"accelerators": f"{rng.choice(SIZES)} accelerator"}


def read(given):
    return scenario_file.from_table(given, "routes.toml", catalog=shipped())


def planned(given):
    return planning.plan(given, shipped(), bands=False)


def varied(rng, given):
    """A quantity that varies, of the whole or of one pool, with some values as texts."""
    name = rng.choice(sorted(NUMBERS))
    values = [number(rng, name) for _ in range(rng.choice((1, 2, 3)))]
    if given.pools and rng.random() < 0.4:
        name = f"{rng.choice(sorted(given.pools))}/{name}"
    return name, values


def exact(name, value):
    """A base value as a text that is read back as it is."""
    return f"{float(value)!r} {glossary.quantities()[figure(name).name].unit}".removesuffix(" 1")


# Routes


def by_sweep(rng, given, outcome):
    """Rows of a sweep, in chunks of any length, by one thread or two, against a plan each."""
    axes = dict(varied(rng, given) for _ in range(rng.choice((1, 1, 2))))
    if rng.random() < 0.4:
        name = rng.choice(free_options())
        axes[name] = list(glossary.options()[name].choices)
    if rng.random() < 0.3:
        axes["site"] = rng.sample(SITES, 2)
    axes = {name: axes[name] for name in rng.sample(sorted(axes), len(axes))}
    with mock.patch.object(engine, "ROWS", rng.choice((1, 2, 5, 64 * 8, engine.ROWS))):
        task = sweep.task(given, axes, shipped(), WATCHED)
        numbers_of_chunks = rng.sample(range(task.chunks), task.chunks)
        chunks = dict(workers.finished(task, numbers_of_chunks, jobs=rng.choice((1, 2))))
        columns = {name: np.concatenate([chunks[n][name] for n in sorted(chunks)]) for name in chunks[0]}
    for row in rng.sample(range(task.rows), min(task.rows, 3)):
        texts = {name: names[int(columns[name][row])] for name, names in task.texts.items()}
        settings = {name: exact(name, columns[name][row]) for name in task.numbers}
        hold_row(outcome, given, texts, settings, {name: columns[name][row] for name in WATCHED})


def hold_row(outcome, given, texts, settings, values):
    choose = {name: text for name, text in texts.items() if figure(name).name in glossary.roles()}
    chosen = {name: text for name, text in texts.items() if name not in choose}
    try:
        the_plan = planned(scenario.changed(given, choose, settings | chosen))
    except InputError:
        return
    for name, value in values.items():
        outcome.hold(f"{texts} {settings} {name}", value, the_plan.value(name))


def by_solve(rng, given, outcome):
    """What solve reaches, against the plan with what it found."""
    name = rng.choice(("pue", "electricity_price", "system_price", "cloud_price", "utilization", "analysis_period"))
    now = planned(given).value("tco") or 1e6
    low, high, unit = NUMBERS[name]
    found = solve.solve(given, name, f"tco <= {now * rng.uniform(0.8, 1.2)!r} USD", shipped(), f"{low}:{high} {unit}")
    at = found.value if found.value is not None else found.nearest
    hold_row(outcome, given, {}, {name: exact(name, at)}, found.reached)


def by_optimize(rng, given, outcome):
    """The better of two or three values, against their plans."""
    name, values = varied(rng, given)
    best = optimize.optimize(given, {name: values}, ["tco"], catalog=shipped(), checks=False, watch=WATCHED).best
    plans = [planned(scenario.changed(given, {}, {name: value})) for value in values]
    costs = [the_plan.value("tco") for the_plan in plans if the_plan.value("tco") is not None]
    least = best["tco"][0] if len(best["tco"]) else None
    outcome.hold("least tco", least, min(costs, default=None))
    if least is not None:
        settings = {name: exact(name, best[name][0])}
        hold_row(outcome, given, {}, settings, {each: best[each][0] for each in WATCHED})


def by_file(rng, given, outcome):
    """The plan of the scenario's own file, read from Python."""
    given = replace(given, demand=[])
    text = edits.file_text("", scenario.Scenario(given.name), given)
    hold_plans(outcome, planner.loads(text).plan(), planned(given))


def by_session(rng, given, outcome):
    """What the app shows after a value is typed, taken back and typed again."""
    session = Session(shipped(), given)
    before = session.plan
    name, values = varied(rng, given)
    place, plain = figure(name)
    session.show_pool("/".join(place))
    session.set_value(plain, values[0])
    session.settle()
    session.undo()
    hold_plans(outcome, session.plan, before)
    session.redo()
    part = edits.part_of(given, "/".join(place))
    changed = edits.with_part(given, "/".join(place), replace(part, set={**part.set, plain: values[0]}))
    if plain not in part.range and not session.problems:
        hold_plans(outcome, session.plan, planned(changed))


def by_compare(rng, given, outcome):
    """Figures and causes of a comparison with a changed scenario."""
    name, values = varied(rng, given)
    plans = [planned(given), planned(scenario.changed(given, {}, {name: values[0]}))]
    names = [each for each in WATCHED if all(the_plan.value(each) is not None for the_plan in plans)]
    rows = comparison.to_json(comparison.compare(plans, names))["quantities"]
    for each in names:
        for value, the_plan in zip(rows[each]["values"], plans, strict=True):
            outcome.hold(each, value, plan.displayed(each, the_plan.value(each)))


def by_text(rng, given, outcome):
    """Cells of the table of a plan as CSV, and its JSON."""
    the_plan = planned(given)
    results = plan.to_json(the_plan)["results"]
    rows = list(csv.DictReader(io.StringIO(plan_text.quantities(the_plan).csv())))
    cells = {row["quantity"]: row for row in rows}
    for name, result in the_plan.results.items():
        shown = float(units.convert(result.value, results[name]["unit"]))
        outcome.hold(f"json {name}", results[name]["value"], shown)
        if not glossary.quantities()[name].labels:
            cell = cells[name]
            outcome.hold(f"csv {name}", units.read(f"{cell['value']} {cell['unit']}", cell["unit"]), result.value)


def by_one_pool(rng, given, outcome):
    """A scenario without pools against the same as its only pool."""
    if given.pools:
        given = replace(given, pools={}, set={**given.set, "accelerators": "1024 accelerator"})
    part = scenario.Scenario("only", given.workload)
    hold_plans(outcome, planned(replace(given, pools={"only": part})), planned(given), WATCHED)


def by_pools(rng, given, outcome):
    """A value set for the whole against the same set in each pool; sums of sites against sums of pools."""
    if not given.pools:
        return
    name, rows = rng.choice(sorted({*NUMBERS} - {"start_delay", "analysis_period"})), glossary.quantities()
    value = number(rng, name)
    whole = planned(scenario.changed(given, {}, {name: value}))
    each = {f"{key}/{name}": value for key in given.pools}
    hold_plans(outcome, planned(scenario.changed(given, {}, each)), whole, WATCHED)
    for total in WATCHED:
        parts = [pool.known[total] for pool in whole.whole.pools if total in pool.known]
        if rows[total].combine == "sum" and len(parts) == len(given.pools):
            outcome.hold(f"sum of {total}", sum(parts), whole.value(total))


def hold_plans(outcome, one, other, names=None):
    for name in names or sorted({*one.results, *other.results}):
        outcome.hold(name, one.value(name), other.value(name))


ROUTES = {
    "sweep": by_sweep, "solve": by_solve, "optimize": by_optimize, "file": by_file, "session": by_session,
    "compare": by_compare, "text": by_text, "one pool": by_one_pool, "pools": by_pools,
}  # fmt: skip


def compared(rng, route=None):
    """A random scenario by a route drawn at random, sweeps most often; what is refused has no figures."""
    route = route or rng.choice([*ROUTES, "sweep", "sweep", "sweep"])
    given = table(rng)
    outcome = Outcome(route, given)
    with contextlib.suppress(InputError):
        ROUTES[route](rng, read(given), outcome)
    return outcome
