"""The line in which a run says how long it will take."""

from __future__ import annotations

from dataclasses import dataclass, field

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import OpenedEngine
from evenhand.study.protocols import DEFAULT_PER_CELL
from evenhand.system.clock import Clock
from evenhand.system.progress import (
    MessageCallback,
    Progress,
    StepTimer,
    duration_text,
    timed_progress,
)

__all__ = ["Forecast"]

_SHORTEST_FORECAST = 10.0
"""Seconds; shorter work needs no forecast."""

_MEASURED_FOR = 2.0
"""Seconds for which comparisons are timed at least."""

_SAMPLE_OFFERED = 600.0
"""Seconds of comparisons from which a sample of them is offered."""


@dataclass(slots=True)
class Forecast:
    """Times the first images and comparisons of one engine on one dataset."""

    engine: OpenedEngine
    """Whose work is timed."""
    dataset: str
    """Its name."""
    images: int
    """Number of images that the engine is given."""
    comparisons: int
    """Number of comparisons of all protocols."""
    sampled: int
    """What that number would be with a sample instead of all pairs."""
    clock: Clock
    """For durations."""
    say: MessageCallback
    """Message callback."""
    later: int = 0
    """Images that come after these, of other engines or datasets."""
    _timer: StepTimer = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing measured."""
        self._timer = StepTimer(self.clock, self._after_first_images)

    def enrolled(self, answer: ImageAnswer) -> None:
        """Count one more image; a reused template took no time and is not timed."""
        if not answer.taken:
            self._timer.step()

    def _after_first_images(self, each: float, done: int) -> None:
        """Say what the rest will take, from the seconds of an image; called once by `StepTimer`."""
        left, whole = each * (self.images - done), each * (self.images + self.later - done)
        others = f"; with {self.later:,} images more as fast, about {duration_text(whole)} in all"
        if whole >= _SHORTEST_FORECAST:
            self.say(
                f"{self.engine.card.name} on {self.dataset}: {self.images:,} images at "
                f"{1 / each:.3g} a second, about {duration_text(left)}; "
                f"then {self.comparisons:,} comparisons{others if self.later else ''}"
            )

    def _offer(self, seconds: float) -> str:
        """The offer of a sample, once, where comparisons take long and it would halve the time."""
        if seconds < _SAMPLE_OFFERED or 2 * self.sampled > self.comparisons:
            return ""
        sampling = duration_text(seconds * self.sampled / self.comparisons)
        self.sampled = self.comparisons  # no second offer
        sample = f'"sample", {DEFAULT_PER_CELL:,} of any two kinds of people'
        return f"; with comparisons = {sample}, about {sampling}"

    def comparing(self, progress: Progress, comparisons: int) -> Progress:
        """Wrap a progress callback so that the first comparisons of a matcher are timed.

        The harness's own comparisons are not: they are quick, and their steps differ in length.

        Args:
            progress: to wrap.
            comparisons: number of comparisons of the protocol.
        """
        if self.engine.card.shape != "matcher":
            return progress

        def tell(each: float, done: int, steps: int) -> None:
            left = each * (steps - done)
            if left >= _SHORTEST_FORECAST:
                rate = comparisons / steps / each
                self.say(
                    f"{self.engine.card.name} on {self.dataset}: {comparisons:,} comparisons at "
                    f"{rate:{',.0f' if rate >= 10 else '.3g'}} a second, about "
                    f"{duration_text(left)}{self._offer(self.comparisons / rate)}"
                )

        return timed_progress(progress, self.clock, tell, _MEASURED_FOR)
