"""Pictures of a plan, drawn by matplotlib as SVG: each says in words what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planner import glossary, units
from planner.catalog.catalog import Catalog
from planner.errors import InputError
from planner.model import wiring
from planner.money import mix, plan_ledger
from planner.money.ledger import OWN, RENT
from planner.plan import bands, by_month, schedule
from planner.plan.breakdown import addends
from planner.plan.plan import Plan, shown
from planner.reports.picture import COLOURS, Picture
from planner.studies import scaling

_YEAR = units.read("1 year", "s")
# Signs of neighbours in a picture, told apart without colour.
_HATCHES = ("", "//", "..", "xx")


def of_plan(the_plan: Plan, catalog: Catalog) -> list[Picture]:
    """Every picture that the plan has the figures for."""
    drawn = [
        breakdown(the_plan, "capex", "What must be paid before the cluster runs"),
        breakdown(the_plan, "opex_per_year", "What must be paid each year"),
        cash_flow(the_plan),
        by_utilization(the_plan),
        load_duration(the_plan),
        owned_share(the_plan),
        power(the_plan),
        capacity_by_month(the_plan),
        step_parts(the_plan),
        scaling_curve(the_plan, catalog),
        way_to_service(the_plan),
        *(tornado(the_plan, name) for name in ("npv_saving", "capex", "step_time", "cost_per_million_tokens")),
    ]
    return [picture for picture in drawn if picture is not None]


def breakdown(the_plan: Plan, name: str, title: str) -> Picture | None:
    """What a sum is made of, as bars."""
    made_of = {part: value for part, value in addends(the_plan, name).items() if value}
    if not made_of:
        return None
    ordered = sorted(made_of.items(), key=lambda pair: pair[1])
    show = units.readable_unit(float(the_plan.whole[name]), glossary.quantities()[name].show)
    total = float(the_plan.whole[name])
    words = ", ".join(f"{part} {shown(part, value)} ({value / total:.0%})" for part, value in reversed(ordered))

    def draw(axes: Any) -> None:
        values = [float(units.convert(value, show)) for _, value in ordered]
        bars = axes.barh([part for part, _ in ordered], values, color=COLOURS[0])
        axes.bar_label(bars, [f"{value / total:.0%}" for _, value in ordered], padding=3)
        axes.margins(x=0.12)
        axes.set_xlabel(show)

    return Picture(name, title, f"{title}, {shown(name, total)} in all: {words}.", draw)


def cash_flow(the_plan: Plan) -> Picture | None:
    """What has been paid by month for the plan and for renting, from the ledger, with the month in which they meet."""
    book = plan_ledger.of_plan(the_plan)
    own, rent = (-np.cumsum(np.reshape(book.ledger.amounts(side=side), -1)) for side in (OWN, RENT))
    if book.ledger.incomplete or not (book.ledger.pick(side=OWN) and book.ledger.pick(side=RENT)):
        return None
    show = units.readable_unit(float(max(own.max(), rent.max())), "MUSD")
    meeting = book.measures.get("break_even_month")
    alt = f"Owning starts at {shown('capex', own[0])} and ends at {shown('tco', own[-1])} after what is sold; "
    alt += f"renting reaches {shown('tco', rent[-1])}. "
    alt += f"They meet in month {meeting:.0f}." if meeting is not None else "They do not meet within the period."

    def draw(axes: Any) -> None:
        months = np.arange(len(own))
        axes.plot(months, units.convert(own, show), label="own")
        axes.plot(months, units.convert(rent, show), "--", label="rent")
        if meeting is not None:
            at = float(units.convert(np.interp(meeting, months, rent), show))
            axes.plot([meeting], [at], "o", color=COLOURS[6])
            axes.annotate(f"break-even, month {meeting:.0f}", (meeting, at), (6, -14), textcoords="offset points")
        axes.set_xlabel("month")
        axes.set_ylabel(f"paid so far [{show}]")
        axes.set_ylim(min(0, float(units.convert(own.min(), show))))
        axes.legend(frameon=False)

    return Picture("cash-flow", "Paid so far, owning and renting", alt, draw)


def by_utilization(the_plan: Plan) -> Picture | None:
    """Cost of a useful accelerator-hour, owned and rented, against how much the cluster is used."""
    name, rented = "cost_per_useful_accelerator_hour", "cloud_price"
    if name not in the_plan.whole or rented not in the_plan.whole or "utilization" not in the_plan.whole.given:
        return None
    shares = np.linspace(0.05, 1, 39)
    varied = the_plan.whole.copied()
    for scope in varied.walk():
        if "utilization" in scope.given:
            scope.given["utilization"] = shares
    values = wiring.evaluate([name], varied)
    show = glossary.quantities()[name].show
    owned = units.convert(np.broadcast_to(values[name], shares.shape), show)
    price = float(units.convert(the_plan.whole[rented], show))
    cross = float(the_plan.whole.get("break_even_utilization", np.nan))
    alt = f"An owned useful hour costs {owned[-1]:.2f} {show} at full use and {owned[0]:.0f} at 5 %"
    alt += f"; renting by the hour {price:.2f}"
    alt += (
        f"; with the services of the cloud owning pays from {cross:.0%} use."
        if cross <= 1
        else "; owning stays dearer at any use."
    )

    def draw(axes: Any) -> None:
        axes.plot(100 * shares, owned, label="own")
        axes.axhline(price, linestyle="--", color=COLOURS[1], label="rent by the hour")
        axes.set_xlabel("utilization [%]")
        axes.set_ylabel(show)
        axes.set_ylim(0, min(owned[0], 4 * max(price, owned[-1])))
        axes.legend(frameon=False)

    return Picture("by-utilization", "Cost of a useful hour against utilization", alt, draw)


def load_duration(the_plan: Plan) -> Picture | None:
    """The load over the share of time that it is exceeded, and how the cheapest mix covers it."""
    cheapest = None if the_plan.whole.parts else mix.of_plan(the_plan)
    if cheapest is None or "utilization" not in the_plan.whole or not cheapest.shares:
        return None
    load = mix.curve_of(cheapest.peak, float(the_plan.whole["utilization"]))
    covered = {way: share * cheapest.peak for way, share in cheapest.shares.items() if share > 0}
    words = ", ".join(f"{share:.0%} {way}" for way, share in cheapest.shares.items() if share > 0)
    least = shown("opex_per_year", cheapest.cost)
    pure = ", ".join(f"all {way} {shown('opex_per_year', cost)}" for way, cost in cheapest.pure.items())
    alt = f"The cheapest cover of the load is {words} of the peak, at {least} (levelised); {pure}."

    def draw(axes: Any) -> None:
        time = 100 * np.arange(len(load)) / len(load)
        axes.plot(time, load, color="black", label="load")
        low = 0.0
        for number, (way, height) in enumerate(covered.items()):
            hatch = _HATCHES[number % len(_HATCHES)]
            axes.fill_between(time, low, np.clip(load, low, low + height), label=way, alpha=0.5, hatch=hatch)
            low += height
        axes.set_xlabel("share of the time in which the load is exceeded [%]")
        axes.set_ylabel("accelerators")
        axes.legend(frameon=False)

    return Picture("load-duration", "The load and the cheapest way to cover it", alt, draw)


def owned_share(the_plan: Plan) -> Picture | None:
    """Yearly cost of the best mix against the share of the peak that is owned, with the pure options."""
    cheapest = None if the_plan.whole.parts else mix.of_plan(the_plan)
    if cheapest is None or len(cheapest.curve) < 3:
        return None
    shares = np.array([share for share, _ in cheapest.curve])
    costs = np.array([cost for _, cost in cheapest.curve]) * _YEAR / 1e6
    best = cheapest.shares.get(mix.OWNED, 0.0)
    alt = f"With {shares[0]:.0%} of the peak owned the best mix costs {costs[0]:,.4g} MUSD a year, with all of it "
    alt += f"{costs[-1]:,.4g}; least at {best:.0%}: {cheapest.cost * _YEAR / 1e6:,.4g}."

    def draw(axes: Any) -> None:
        axes.plot(100 * shares, costs, label="best mix around what is owned")
        axes.plot([100 * best], [cheapest.cost * _YEAR / 1e6], "o", color="black", label="cheapest")
        for number, (way, cost) in enumerate(cheapest.pure.items()):
            if way != mix.OWNED:
                axes.axhline(
                    cost * _YEAR / 1e6, linestyle=("--", ":", "-.")[number % 3], color="grey", label=f"all {way}"
                )
        axes.set_xlabel("share of the peak that is owned [%]")
        axes.set_ylabel("MUSD a year, levelised")
        axes.set_ylim(0)
        axes.legend(frameon=False)

    return Picture("owned-share", "Cost against the share that is owned", alt, draw)


def power(the_plan: Plan) -> Picture | None:
    """Where the power goes at full load: compute, network, storage, and what cooling and conversion add."""
    made_of = addends(the_plan, "it_power")
    if not made_of or "facility_power" not in the_plan.whole:
        return None
    total = float(the_plan.whole["facility_power"])
    overhead = total - float(the_plan.whole["it_power"])
    pieces = {**{name: value for name, value in made_of.items() if value}, "cooling and losses": overhead}
    show = units.readable_unit(total, "MW")
    limit = float(the_plan.whole.get("site_power_limit", np.nan))
    words = ", ".join(f"{name} {shown('facility_power', value)}" for name, value in pieces.items())
    racks = (
        f"; {shown('racks', the_plan.whole['racks'])} at {shown('rack_power', the_plan.whole['rack_power'])}"
        if "racks" in the_plan.whole and "rack_power" in the_plan.whole
        else ""
    )
    alt = f"{shown('facility_power', total)} at full load: {words}{racks}."

    def draw(axes: Any) -> None:
        _stacked(axes, "power", {name: float(units.convert(value, show)) for name, value in pieces.items()}, show)
        if np.isfinite(limit):
            axes.axvline(float(units.convert(limit, show)), color="black", linestyle="--", label="site limit")
        axes.legend(frameon=False, ncols=3, loc="lower left")

    return Picture("power", "Where the power goes", alt, draw)


def capacity_by_month(the_plan: Plan) -> Picture | None:
    """What the pools of a site have in service by month, with the power they draw."""
    if not the_plan.whole.parts:
        return None
    timeline = by_month.timeline(the_plan)
    name, power = "installed_accelerators", "facility_power"
    if name not in timeline.values or power not in timeline.values:
        return None
    show = units.readable_unit(float(timeline.values[power].max()), "MW")
    steps = [
        f"{timeline.months[month]:%Y-%m} {shown(name, timeline.values[name][month])}, "
        f"{shown(power, timeline.values[power][month])}"
        for month in timeline.changes
    ]

    def draw(axes: Any) -> None:
        months = np.arange(len(timeline.months))
        base = np.zeros(len(months))
        for number, pool in enumerate(the_plan.whole.pools):
            amount = timeline.in_service[pool.path] * float(pool.known.get(name, 0))
            if amount.any():
                hatch = _HATCHES[number % len(_HATCHES)]
                axes.fill_between(months, base, base + amount, step="post", label=pool.path, alpha=0.6, hatch=hatch)
                base = base + amount
        axes.set_ylabel("installed accelerators")
        axes.set_xlabel(f"months from {timeline.months[0]:%Y-%m}")
        axes.legend(frameon=False, loc="upper left")
        other = axes.twinx()
        other.plot(months, units.convert(timeline.values[power], show), color="black", linestyle=":")
        other.set_ylabel(f"dotted: facility power [{show}]")

    return Picture("capacity", "Capacity by month", f"In service: {'; '.join(steps)}.", draw)


def step_parts(the_plan: Plan) -> Picture | None:
    """What a training step consists of."""
    wanted = ("compute_step_time", "data_time", "data_exposed", "optimizer_time", "communication_share", "step_time")
    values = wiring.evaluate(wanted, the_plan.whole)
    if the_plan.whole.parts or any(name not in values for name in wanted):
        return None
    step = float(values["step_time"])
    communication = float(values["communication_share"]) * step
    optimizer = float(values["optimizer_time"])
    pieces = {
        "computing and waiting for the pipeline": max(step - communication - optimizer, 0.0),
        "communication that computing does not hide": communication,
        "optimizer": optimizer,
    }
    words = ", ".join(f"{name} {value / step:.0%}" for name, value in pieces.items())

    def draw(axes: Any) -> None:
        _stacked(axes, "step", pieces, "s")
        axes.legend(frameon=False, loc="lower left")

    return Picture("step", "Where the time of a step goes", f"A step of {shown('step_time', step)}: {words}.", draw)


def _stacked(axes: Any, row: str, pieces: Mapping[str, float], unit: str) -> None:
    """One bar made of pieces, with room for their names below it."""
    left = 0.0
    for number, (name, width) in enumerate(pieces.items()):
        look = {"color": COLOURS[number % 6], "hatch": _HATCHES[number % len(_HATCHES)], "edgecolor": "white"}
        axes.barh([row], [width], left=left, label=name, **look)
        left += width
    axes.set_xlabel(unit)
    axes.set_ylim(-1.2, 0.8)


def scaling_curve(the_plan: Plan, catalog: Catalog) -> Picture | None:
    """Tokens a second against the number of accelerators, with the knee."""
    scenario = the_plan.scenario
    if scenario.workload != "training" or scenario.pools or "tokens_per_second" not in the_plan.whole:
        return None
    size = float(the_plan.whole["accelerators"])
    curve = scaling.curve(scenario, catalog, scaling.sizes_around(size, float(the_plan.whole["system_accelerators"])))
    points = [
        (p.accelerators, p.figures["tokens_per_second"]) for p in curve.points if "tokens_per_second" in p.figures
    ]
    if len(points) < 2:
        return None
    sizes, rates = (np.array(column) for column in zip(*points, strict=True))
    ideal = rates[0] * sizes / sizes[0]
    show = units.readable_unit(float(rates.max()), glossary.quantities()["tokens_per_second"].show)
    alt = f"From {shown('accelerators', sizes[0])} to {shown('accelerators', sizes[-1])} the batch stays as it is; "
    alt += f"the largest reaches {rates[-1] / ideal[-1]:.0%} of what it would at the efficiency of the smallest."
    if curve.knee:
        alt += f" Beyond {shown('accelerators', curve.knee)} more accelerators bring little."

    def draw(axes: Any) -> None:
        axes.plot(sizes, units.convert(ideal, show), "--", color=COLOURS[7], label="in proportion")
        axes.plot(sizes, units.convert(rates, show), "o-", label="predicted")
        axes.set_xscale("log", base=2)
        axes.set_xticks(sizes, [f"{n:,.0f}" for n in sizes], rotation=30)
        axes.set_xlabel("accelerators")
        axes.set_ylabel(show)
        axes.legend(frameon=False)

    return Picture("scaling", "How training speed grows with the cluster", alt, draw)


def way_to_service(the_plan: Plan) -> Picture | None:
    """The activities until the cluster is in service; None where the plan has no schedule."""
    try:
        bars = schedule.activities(the_plan)
    except InputError:
        return None
    months = [(schedule.months(bar.start), schedule.months(bar.end)) for bar in bars]
    words = "; ".join(
        f"{bar.name} from month {start} to {end}{', critical' if bar.critical else ''}"
        for bar, (start, end) in zip(bars, months, strict=True)
    )

    def draw(axes: Any) -> None:
        month = units.read("1 month", "s")
        for row, bar in enumerate(reversed(bars)):
            colour = COLOURS[1] if bar.critical else COLOURS[5]
            axes.barh(row, (bar.end - bar.start) / month, left=bar.start / month, color=colour)
        axes.set_yticks(range(len(bars)), [bar.name for bar in reversed(bars)])
        axes.set_xlabel("months from the decision")

    return Picture("schedule", "The way to service; the critical path is darker", f"{words}.", draw)


def tornado(the_plan: Plan, name: str, most: int = 12) -> Picture | None:
    """How far each uncertain input alone moves a figure, from its low to its high end."""
    swings = swing(the_plan, name)[:most]
    if not swings:
        return None
    show = units.readable_unit(float(the_plan.whole[name]), glossary.quantities()[name].show)
    words = "; ".join(f"{each} {shown(name, low)} to {shown(name, high)}" for each, low, high in swings[:4])
    alt = f"Each input moved alone from its low to its high end; the strongest on {name}: {words}."

    def draw(axes: Any) -> None:
        middle = float(units.convert(the_plan.whole[name], show))
        for row, (_, low, high) in enumerate(reversed(swings)):
            ends = [float(units.convert(end, show)) for end in (low, high)]
            axes.barh(row, ends[0] - middle, left=middle, color=COLOURS[5], edgecolor="black", linewidth=0.4)
            axes.barh(
                row, ends[1] - middle, left=middle, color=COLOURS[4], edgecolor="black", linewidth=0.4, hatch="//"
            )
        axes.axvline(middle, color="black", linewidth=0.8)
        axes.set_yticks(range(len(swings)), [each for each, _, _ in reversed(swings)])
        axes.set_xlabel(f"{name} [{show}]; hatched: input at its high end")

    return Picture(f"tornado-{name}", f"What moves {name}", alt, draw)


def swing(the_plan: Plan, name: str) -> list[tuple[str, float, float]]:
    """Uncertain inputs with the figure at their low and at their high end, the widest first."""
    uncertain = bands.uncertain(the_plan.whole)
    if name not in the_plan.whole or not uncertain:
        return []
    count = len(uncertain)
    whole = the_plan.whole.copied()
    for column, (each, fact) in enumerate(uncertain.items()):
        given = whole.at(each.place).given
        moved = np.full(2 * count, float(given[each.name]))
        moved[column], moved[count + column] = fact.low, fact.high
        given[each.name] = moved
    ends = np.broadcast_to(wiring.evaluate([name], whole)[name], (2 * count,))
    rows = [(str(each), float(ends[i]), float(ends[count + i])) for i, each in enumerate(uncertain)]
    moved_rows = [row for row in rows if row[1] != row[2] and np.isfinite(row[1:]).all()]
    return sorted(moved_rows, key=lambda row: -abs(row[2] - row[1]))
