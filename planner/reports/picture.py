"""One picture: a title, words that say the same, and how it is drawn."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planner.extras import needed

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
