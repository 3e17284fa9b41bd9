"""What a plot shows, as plain data, and how it is drawn in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# Signs of successive lines: told apart without colour.
_MARKERS = ("braille", "dot", "x", "*", "+", "o", "#", "@")


@dataclass(frozen=True)
class Series:
    """Points joined by a line or standing alone."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    points: bool = False


@dataclass(frozen=True)
class Picture:
    """Lines, points, a histogram, bars or a heat map."""

    title: str
    x: str = ""
    y: str = ""
    series: tuple[Series, ...] = ()
    # Values whose frequencies are drawn, and how many classes they are put in.
    histogram: Sequence[float] = ()
    classes: int = 40
    # Labels with a value each.
    bars: tuple[tuple[str, float], ...] = ()
    # Rows of values over `columns` and `rows`.
    heat: Sequence[Sequence[float]] = ()
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    # Positions marked by a line across: name -> x.
    marks: dict[str, float] = field(default_factory=dict)
    # A level marked by a line: name -> y.
    levels: dict[str, float] = field(default_factory=dict)


def draw(plt: Any, picture: Picture, width: int) -> None:
    """Draw a picture with plotext; a title wider than the plot would not be shown at all."""
    plt.clear_figure()
    room = max(10, width - 4)
    plt.title(picture.title if len(picture.title) <= room else picture.title[: room - 1] + "…")
    plt.xlabel(picture.x)
    plt.ylabel(picture.y)
    for number, series in enumerate(picture.series):
        marker = _MARKERS[number % len(_MARKERS)]
        if series.points:
            plt.scatter(list(series.xs), list(series.ys), label=series.name or None, marker="dot")
        else:
            plt.plot(list(series.xs), list(series.ys), label=series.name or None, marker=marker)
    if len(picture.histogram):
        plt.hist(list(picture.histogram), picture.classes)
    if picture.bars:
        names, values = zip(*picture.bars, strict=True)
        plt.bar(list(names), list(values), orientation="horizontal", width=0.4)
    if len(picture.heat):
        plt.matrix_plot([list(row) for row in picture.heat])
        plt.xticks(list(range(1, len(picture.columns) + 1)), list(picture.columns))
        plt.yticks(list(range(1, len(picture.rows) + 1)), list(picture.rows))
    for position in picture.marks.values():
        plt.vline(position)
    for level in picture.levels.values():
        plt.hline(level)
