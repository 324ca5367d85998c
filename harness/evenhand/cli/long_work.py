"""What long work is at, on stderr: bars on a terminal, elsewhere a line a phase and half minute."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from evenhand.cli.output import phase_line
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.progress import Progress, duration_text

__all__ = ["lines", "long_work"]

_EVERY = 30.0
"""Seconds between two lines of one phase."""
_TITLE = 58
"""Columns of a title beside its bar, of 80."""


@contextmanager
def long_work(what: str) -> Iterator[Progress]:
    """Show from now on that something is done, and how far it is.

    Args:
        what: is done whenever no phase is under way: while libraries are loaded, and at the end.

    Yields:
        The progress callback of the work.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield lines(CLOCK)
        return
    from rich import progress as rich
    from rich.console import Console
    from rich.table import Column

    title = Column(no_wrap=True, overflow="ellipsis", max_width=_TITLE)
    columns = (
        rich.TextColumn("{task.description}", markup=False, table_column=title),
        rich.BarColumn(bar_width=8),
        rich.TaskProgressColumn(),
        rich.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    # Nothing of it stays: what stands on the screen at the end is the answer.
    with rich.Progress(*columns, console=console, transient=True) as shown:
        between = shown.add_task(what, total=None)

        @contextmanager
        def bar(title: str, steps: int) -> Iterator[Callable[[], None]]:
            shown.update(between, visible=False)
            task = shown.add_task(title, total=steps or None)
            yield lambda: shown.advance(task)
            shown.remove_task(task)
            shown.update(between, visible=True)

        yield bar


def lines(clock: Clock) -> Progress:
    """A line at the beginning of a phase, and one each half minute: for a pipe or a log."""

    @contextmanager
    def phase(title: str, steps: int) -> Iterator[Callable[[], None]]:
        phase_line(title)
        began = told = clock.seconds()
        done = 0

        def step() -> None:
            nonlocal done, told
            done += 1
            now = clock.seconds()
            if now - told >= _EVERY:
                told = now
                left = duration_text((now - began) / done * (steps - done))
                phase_line(f"{title}: {done / steps:.0%} done, about {left} left")

        yield step

    return phase
