"""Pictures of a plan, drawn by matplotlib as SVG: each says in words what it shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner import books, glossary, model, units
from planner.catalog import Catalog
from planner.ledger import OWN, RENT
from planner.plan import Plan, shown
from planner.table import needed

# Dark enough on white for print and for readers who do not tell red from green (Okabe and Ito's palette).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F")
SIZE = (7.2, 3.4)
_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.prop_cycle": "cycler('color', [" + ", ".join(repr(c) for c in COLOURS) + "])",
}


@dataclass(frozen=True)
class Picture:
    """A drawing with its title and what it shows in words."""

    name: str
    title: str
    alt: str
    draw: Callable[[Any], None]

    def svg(self) -> str:
        """The drawing as an SVG element that says its title and description to those who cannot see it."""
        import html

        text = self._saved("svg").decode()
        opening = f'<svg role="img" aria-label="{html.escape(self.alt, quote=True)}" '
        return text[text.index("<svg ") :].replace("<svg ", opening, 1)

    def png(self) -> bytes:
        """The drawing as pixels, for formats that take no SVG."""
        return self._saved("png")

    def _saved(self, form: str) -> bytes:
        needed("matplotlib", "report")
        from matplotlib import rc_context
        from matplotlib.figure import Figure

        # A fixed salt and no date: the same plan gives the same file.
        style: Any = _STYLE | {"svg.hashsalt": self.name}
        with rc_context(style):
            figure = Figure(figsize=SIZE, dpi=150, layout="constrained")
            self.draw(figure.add_subplot())
            stream = io.BytesIO()
            metadata = {"Date": None} if form == "svg" else {}
            figure.savefig(stream, format=form, metadata=metadata)
        return stream.getvalue()


def parts(found: Plan, name: str) -> dict[str, float]:
    """What a computed sum is made of: the direct inputs of its equation that have its unit, where they add up to it."""
    steps = model.route((name,), found.given, found.resolved.options).steps
    if not steps or steps[-1].name != name or name not in found.values:
        return {}
    rows = glossary.quantities()
    same = {need: float(found.values[need]) for need in steps[-1].needs if rows[need].unit == rows[name].unit}
    total = float(found.values[name])
    return same if total and abs(sum(same.values()) - total) <= 1e-6 * abs(total) else {}


def breakdown(found: Plan, name: str, title: str) -> Picture | None:
    """What a sum is made of, as bars."""
    made_of = {part: value for part, value in parts(found, name).items() if value}
    if not made_of:
        return None
    ordered = sorted(made_of.items(), key=lambda pair: pair[1])
    show = units.readable_unit(float(found.values[name]), glossary.quantities()[name].show)
    total = float(found.values[name])
    words = ", ".join(f"{part} {shown(part, value)} ({value / total:.0%})" for part, value in reversed(ordered))

    def draw(axes: Any) -> None:
        values = [float(units.convert(value, show)) for _, value in ordered]
        bars = axes.barh([part for part, _ in ordered], values, color=COLOURS[0])
        axes.bar_label(bars, [f"{value / total:.0%}" for _, value in ordered], padding=3)
        axes.margins(x=0.12)
        axes.set_xlabel(show)

    return Picture(name, title, f"{title}, {shown(name, total)} in all: {words}.", draw)


def cash_flow(found: Plan) -> Picture | None:
    """What has been paid by month for the plan and for renting, from the ledger, with the month in which they meet."""
    book = books.of_plan(found)
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


def by_utilization(found: Plan) -> Picture | None:
    """Cost of a useful accelerator-hour, owned and rented, against how much the cluster is used."""
    name, rented = "cost_per_useful_accelerator_hour", "cloud_price"
    if name not in found.values or rented not in found.values or "utilization" not in found.given:
        return None
    shares = np.linspace(0.05, 1, 39)
    values = model.evaluate([name], {**found.given, "utilization": shares}, found.resolved.options)
    show = glossary.quantities()[name].show
    owned = units.convert(np.broadcast_to(values[name], shares.shape), show)
    price = float(units.convert(found.values[rented], show))
    cross = float(found.values.get("break_even_utilization", np.nan))
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


def tornado(found: Plan, name: str, most: int = 12) -> Picture | None:
    """How far each uncertain input alone moves a figure, from its low to its high end."""
    swings = swing(found, name)[:most]
    if not swings:
        return None
    show = units.readable_unit(float(found.values[name]), glossary.quantities()[name].show)
    words = "; ".join(f"{each} {shown(name, low)} to {shown(name, high)}" for each, low, high in swings[:4])
    alt = f"Each input moved alone from its low to its high end; the strongest on {name}: {words}."

    def draw(axes: Any) -> None:
        middle = float(units.convert(found.values[name], show))
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


def swing(found: Plan, name: str) -> list[tuple[str, float, float]]:
    """Uncertain inputs with the figure at their low and at their high end, the widest first."""
    uncertain = {
        each: fact
        for each, fact in found.resolved.facts.items()
        if fact.low is not None and fact.high is not None and fact.low < fact.high and each in found.given
    }
    if name not in found.values or not uncertain:
        return []
    count = len(uncertain)
    values: dict[str, Any] = dict(found.given)
    for column, (each, fact) in enumerate(uncertain.items()):
        moved = np.full(2 * count, float(values[each]))
        moved[column], moved[count + column] = fact.low, fact.high
        values[each] = moved
    ends = np.broadcast_to(model.evaluate([name], values, found.resolved.options)[name], (2 * count,))
    rows = [(each, float(ends[i]), float(ends[count + i])) for i, each in enumerate(uncertain)]
    moved_rows = [row for row in rows if row[1] != row[2] and np.isfinite(row[1:]).all()]
    return sorted(moved_rows, key=lambda row: -abs(row[2] - row[1]))


def power(found: Plan) -> Picture | None:
    """Where the power goes at full load: compute, network, storage, and what cooling and conversion add."""
    made_of = parts(found, "it_power")
    if not made_of or "facility_power" not in found.values:
        return None
    total = float(found.values["facility_power"])
    overhead = total - float(found.values["it_power"])
    pieces = {**{name: value for name, value in made_of.items() if value}, "cooling and losses": overhead}
    show = units.readable_unit(total, "MW")
    limit = float(found.values.get("site_power_limit", np.nan))
    words = ", ".join(f"{name} {shown('facility_power', value)}" for name, value in pieces.items())
    racks = (
        f"; {shown('racks', found.values['racks'])} at {shown('rack_power', found.values['rack_power'])}"
        if "racks" in found.values and "rack_power" in found.values
        else ""
    )
    alt = f"{shown('facility_power', total)} at full load: {words}{racks}."

    def draw(axes: Any) -> None:
        left = 0.0
        for number, (name, value) in enumerate(pieces.items()):
            width = float(units.convert(value, show))
            hatch = ("", "//", "..", "xx")[number % 4]
            axes.barh(
                ["power"], [width], left=left, label=name, color=COLOURS[number % 6], hatch=hatch, edgecolor="white"
            )
            left += width
        if np.isfinite(limit):
            axes.axvline(float(units.convert(limit, show)), color="black", linestyle="--", label="site limit")
        axes.set_xlabel(show)
        axes.set_ylim(-1.2, 0.8)
        axes.legend(frameon=False, ncols=3, loc="lower left")

    return Picture("power", "Where the power goes", alt, draw)


def of_plan(found: Plan, catalog: Catalog) -> list[Picture]:
    """Every picture that the plan has the figures for."""
    from planner import charts, timeline

    drawn = [
        breakdown(found, "capex", "What must be paid before the cluster runs"),
        breakdown(found, "opex_per_year", "What must be paid each year"),
        cash_flow(found),
        by_utilization(found),
        charts.load_duration(found),
        charts.owned_share(found),
        power(found),
        charts.capacity_by_month(found),
        charts.step_parts(found),
        charts.scaling_curve(found, catalog),
        timeline.picture(found),
        *(tornado(found, name) for name in ("npv_saving", "capex", "step_time", "cost_per_million_tokens")),
    ]
    return [picture for picture in drawn if picture is not None]
