"""planner scaling"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.commands.arguments import Arguments, Parser, add_scenario
from planner.commands.output import Answer, add_table

if TYPE_CHECKING:
    from planner.studies.scaling import Curve
    from planner.tables import Table


_COLUMNS = ("step_time", "tokens_per_second", "mfu", "communication_share", "goodput", "time_to_train")


def configure(parser: Parser) -> None:
    add_scenario(parser)
    parser.add_argument(
        "--sizes", metavar="N,N,...", help="accelerators to try; doublings around the scenario's if left out"
    )
    parser.add_argument(
        "--batch",
        choices=("fixed", "per-accelerator"),
        default="fixed",
        help="keep the batch, or let it grow with the accelerators",
    )
    add_table(parser, "the curve")


def run(args: Arguments) -> Answer:
    from planner.studies import scaling

    scenario = args.scenario()
    curve = scaling.curve(scenario, args.catalog, _sizes(args.sizes) if args.sizes else None, args.batch)
    knee = f"{curve.knee:,.0f} accelerators" if curve.knee else "beyond these sizes"
    knee = f"The knee, where a further accelerator brings less than {100 * scaling.KNEE:.0f} %: {knee}"
    return Answer(
        text=lambda: f"{_table(curve).text()}\n\n{knee}",
        table=lambda: _table(curve),
        data=lambda: {
            "points": [
                {"accelerators": point.accelerators, "marginal_gain": point.marginal_gain, **point.figures}
                for point in curve.points
            ],
            "knee": curve.knee,
            "batch": args.batch,
        },
    )


def _table(curve: Curve) -> Table:
    from planner.plan import plan
    from planner.tables import Table

    cells = [
        [f"{point.accelerators:,.0f}"]
        + [plan.shown(name, point.figures[name]) if name in point.figures else "" for name in _COLUMNS]
        + [f"{100 * point.marginal_gain:.0f} %", "yes" if point.figures.get("memory_margin", 0) >= 0 else "no"]
        for point in curve.points
    ]
    return Table(["accelerators", *_COLUMNS, "marginal gain", "fits"], cells, frozenset(range(len(_COLUMNS) + 2)))


def _sizes(text: str) -> list[float]:
    from planner.errors import one

    try:
        sizes = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise one("--sizes", "", f"'{text}' is not a list of numbers like 1024,2048,4096") from None
    if not sizes or min(sizes) < 1:
        raise one("--sizes", "", "takes numbers of accelerators, at least 1")
    return sizes
