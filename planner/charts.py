"""Pictures of performance and of time: the parts of a step, the scaling curve, the load, capacity by month."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner import glossary, hybrid, model, phases, scaling, units
from planner.catalog import Catalog
from planner.pictures import COLOURS, Picture
from planner.plan import Plan, shown

_YEAR = units.read("1 year", "s")


def step_parts(found: Plan) -> Picture | None:
    """What a training step consists of."""
    wanted = ("compute_step_time", "data_time", "data_exposed", "optimizer_time", "communication_share", "step_time")
    values = model.evaluate(wanted, found.given, found.resolved.options)
    if found.resolved.pools or any(name not in values for name in wanted):
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
        left = 0.0
        for number, (name, value) in enumerate(pieces.items()):
            hatch = ("", "//", "..")[number]
            axes.barh(["step"], [value], left=left, label=name, color=COLOURS[number], hatch=hatch, edgecolor="white")
            left += value
        axes.set_xlabel("s")
        axes.set_ylim(-1.2, 0.8)
        axes.legend(frameon=False, loc="lower left")

    return Picture("step", "Where the time of a step goes", f"A step of {shown('step_time', step)}: {words}.", draw)


def scaling_curve(found: Plan, catalog: Catalog) -> Picture | None:
    """Tokens a second against the number of accelerators, with the knee."""
    scenario = found.scenario
    if scenario.workload != "training" or scenario.pools or "tokens_per_second" not in found.values:
        return None
    size = float(found.values["accelerators"])
    curve = scaling.curve(scenario, catalog, scaling.sizes_around(size, float(found.values["system_accelerators"])))
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


def load_duration(found: Plan) -> Picture | None:
    """The load over the share of time that it is exceeded, and how the cheapest mix covers it."""
    mix = None if found.resolved.pools else hybrid.of_plan(found)
    if mix is None or "utilization" not in found.values or not mix.shares:
        return None
    load = hybrid.curve_of(mix.peak, float(found.values["utilization"]))
    covered = {way: share * mix.peak for way, share in mix.shares.items() if share > 0}
    words = ", ".join(f"{share:.0%} {way}" for way, share in mix.shares.items() if share > 0)
    cheapest = shown("opex_per_year", mix.cost)
    pure = ", ".join(f"all {way} {shown('opex_per_year', cost)}" for way, cost in mix.pure.items())
    alt = f"The cheapest cover of the load is {words} of the peak, at {cheapest} (levelised); {pure}."

    def draw(axes: Any) -> None:
        time = 100 * np.arange(len(load)) / len(load)
        axes.plot(time, load, color="black", label="load")
        low = 0.0
        for number, (way, height) in enumerate(covered.items()):
            hatch = ("", "//", "..")[number]
            axes.fill_between(time, low, np.clip(load, low, low + height), label=way, alpha=0.5, hatch=hatch)
            low += height
        axes.set_xlabel("share of the time in which the load is exceeded [%]")
        axes.set_ylabel("accelerators")
        axes.legend(frameon=False)

    return Picture("load-duration", "The load and the cheapest way to cover it", alt, draw)


def owned_share(found: Plan) -> Picture | None:
    """Yearly cost of the best mix against the share of the peak that is owned, with the pure options."""
    mix = None if found.resolved.pools else hybrid.of_plan(found)
    if mix is None or len(mix.curve) < 3:
        return None
    shares = np.array([share for share, _ in mix.curve])
    costs = np.array([cost for _, cost in mix.curve]) * _YEAR / 1e6
    best = mix.shares.get(hybrid.OWNED, 0.0)
    alt = f"With {shares[0]:.0%} of the peak owned the best mix costs {costs[0]:,.4g} MUSD a year, with all of it "
    alt += f"{costs[-1]:,.4g}; least at {best:.0%}: {mix.cost * _YEAR / 1e6:,.4g}."

    def draw(axes: Any) -> None:
        axes.plot(100 * shares, costs, label="best mix around what is owned")
        axes.plot([100 * best], [mix.cost * _YEAR / 1e6], "o", color="black", label="cheapest")
        for number, (way, cost) in enumerate(mix.pure.items()):
            if way != hybrid.OWNED:
                axes.axhline(
                    cost * _YEAR / 1e6, linestyle=("--", ":", "-.")[number % 3], color="grey", label=f"all {way}"
                )
        axes.set_xlabel("share of the peak that is owned [%]")
        axes.set_ylabel("MUSD a year, levelised")
        axes.set_ylim(0)
        axes.legend(frameon=False)

    return Picture("owned-share", "Cost against the share that is owned", alt, draw)


def capacity_by_month(found: Plan) -> Picture | None:
    """What the pools of a site have in service by month, with the power they draw."""
    if not found.resolved.pools:
        return None
    timeline = phases.timeline(found)
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
        for number, (pool, share) in enumerate(timeline.in_service.items()):
            amount = share * float(found.values.get(f"{pool}/{name}", 0))
            if amount.any():
                hatch = ("", "//", "..", "xx")[number % 4]
                axes.fill_between(months, base, base + amount, step="post", label=pool, alpha=0.6, hatch=hatch)
                base = base + amount
        axes.set_ylabel("installed accelerators")
        axes.set_xlabel(f"months from {timeline.months[0]:%Y-%m}")
        axes.legend(frameon=False, loc="upper left")
        other = axes.twinx()
        other.plot(months, units.convert(timeline.values[power], show), color="black", linestyle=":")
        other.set_ylabel(f"dotted: facility power [{show}]")

    return Picture("capacity", "Capacity by month", f"In service: {'; '.join(steps)}.", draw)
