"""How far a long computation has come, its rate and the time left, on standard error."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_WIDTH = 30
_EVERY = 0.2
# Where standard error is no terminal, a line now and then.
_EVERY_LINE = 30.0


class Progress:
    """A bar on a terminal, a line every half minute elsewhere; silent where the work is short.

    A total of 0 is one that is not known: what is done and the rate are shown.
    """

    def __init__(self, total: int, what: str = "scenarios", stream: TextIO | None = None):
        self.total = total
        self.what = what
        self.stream = stream if stream is not None else sys.stderr
        self.start = self._shown = time.monotonic()
        self.done = self.before = 0
        self._terminal = self.stream.isatty()

    def __call__(self, done: int, resumed: bool = False) -> None:
        """`done` of the total are finished; what was resumed does not count for the rate."""
        self.done = done
        if resumed:
            self.before = done
        now = time.monotonic()
        if now - self._shown >= (_EVERY if self._terminal else _EVERY_LINE):
            self._shown = now
            text = self.text(now)
            self.stream.write(f"\r{text}\x1b[K" if self._terminal else f"{text}\n")
            self.stream.flush()

    def text(self, now: float) -> str:
        """The bar, counts, rate and time left."""
        rate = (self.done - self.before) / max(now - self.start, 1e-9)
        if not self.total:
            return f"{self.done:,} {self.what}  {rate:,.0f}/s"
        share = self.done / self.total
        filled = int(share * _WIDTH)
        left = duration((self.total - self.done) / rate) if rate > 0 else "?"
        bar = "█" * filled + "░" * (_WIDTH - filled)
        return f"{bar} {share:4.0%}  {self.done:,} of {self.total:,} {self.what}  {rate:,.0f}/s  {left} left"

    def close(self) -> None:
        """Clear the bar."""
        if self._terminal:
            self.stream.write("\r\x1b[K")
            self.stream.flush()

    def summary(self) -> str:
        """What was done in which time."""
        seconds = max(time.monotonic() - self.start, 1e-9)
        made = self.done - self.before
        return f"{made:,} {self.what} in {duration(seconds)} ({made / seconds:,.0f}/s)"


def duration(seconds: float) -> str:
    """A time for people: 0.4 s, 12 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
