"""How far a long computation has come, its rate and the time left, on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Shorter work shows nothing.
_PATIENCE = 0.2
# Where standard error is no terminal, a line now and then.
_EVERY_LINE = 30.0


class Progress:
    """A bar on a terminal, a line every half minute elsewhere; silent where the work is short.

    A total of 0 is one that is not known: what is done and the rate are shown.
    """

    def __init__(self, total: int, console: Console | None = None):
        from rich import progress
        from rich.console import Console

        self.total = total
        console = console or Console(stderr=True)
        self.clock = console.get_time
        self.start = self.shown = self.clock()
        self.done = self.before = 0
        known = [progress.BarColumn(30), progress.TaskProgressColumn()] if total else []
        left = [progress.TimeRemainingColumn(), progress.TextColumn("left")] if total else []
        columns = [*known, progress.TextColumn("{task.description}"), *left]
        self.bar = progress.Progress(*columns, console=console, transient=True)
        self.task = self.bar.add_task("", total=total or None)

    def __call__(self, done: int, resumed: bool = False) -> None:
        """`done` scenarios are finished; what was resumed does not count for the rate."""
        self.done = done
        if resumed:
            self.before = done
            self.bar.reset(self.task, completed=done)
        now = self.clock()
        rate = (self.done - self.before) / max(now - self.start, 1e-9)
        of = f" of {self.total:,}" if self.total else ""
        self.bar.update(self.task, completed=done, description=f"{done:,}{of} scenarios  {rate:,.0f}/s")
        if self.bar.console.is_terminal:
            if now - self.start >= _PATIENCE:
                self.bar.start()
        elif now - self.shown >= _EVERY_LINE:
            self.shown = now
            self.bar.console.print(self.bar.get_renderable())

    def close(self) -> None:
        """Clear the bar."""
        if self.bar.live.is_started:
            self.bar.stop()

    def summary(self) -> str:
        """What was done in which time."""
        seconds = max(self.clock() - self.start, 1e-9)
        made = self.done - self.before
        return f"{made:,} scenarios in {duration(seconds)} ({made / seconds:,.0f}/s)"


def duration(seconds: float) -> str:
    """A time for people: 0.4 s, 12 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
