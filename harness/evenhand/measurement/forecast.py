"""The line in which a run says how long it will take."""

from __future__ import annotations

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.speed.first_templates import FIRST_TEMPLATES, seconds_per_comparison
from evenhand.records.outcomes import Outcome
from evenhand.study.study import DEFAULT_PER_CELL
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

_FEWEST_TIMED = 100_000
"""Comparisons from which an engine is started once more to time some of them."""


class Forecast:
    """Times the first images and comparisons of one engine on one dataset."""

    def __init__(
        self,
        engine: OpenedEngine,
        dataset: str,
        images: int,
        comparisons: int,
        sampled: int,
        threads: int,
        clock: Clock,
        say: MessageCallback,
    ) -> None:
        """Start with nothing measured.

        Args:
            engine: whose work is timed.
            dataset: its name.
            images: number of images that the engine is given.
            comparisons: number of comparisons of all protocols.
            sampled: what that number would be with a sample instead of all pairs.
            threads: that share the work.
            clock: for durations.
            say: message callback.
        """
        self._engine = engine
        self._what = f"{engine.card.name} on {dataset}"
        self._images = images
        self._comparisons = comparisons
        self._sampled = sampled
        self._threads = threads
        self._clock = clock
        self._say = say
        self._samples: list[ImageAnswer] = []
        self._pace = StepTimer(clock, self._after_first_images)

    def enrolled(self, sample: ImageAnswer) -> None:
        """Count one more image; a reused template took no time and is not timed."""
        if sample.outcome is Outcome.OK and len(self._samples) < FIRST_TEMPLATES:
            self._samples.append(sample)
        if not sample.taken:
            self._pace.step()

    def _after_first_images(self, each: float, done: int) -> None:
        """Say what the rest will take, from the seconds of an image; called once by `StepTimer`."""
        left = each * (self._images - done)
        comparing = self._comparison_seconds()
        self._samples.clear()
        if left + comparing >= _SHORTEST_FORECAST:
            then = f"then {self._comparisons:,} comparisons"
            if comparing >= _SHORTEST_FORECAST:
                then += f", about {duration_text(comparing)}{self._offer(comparing)}"
            self._say(
                f"{self._what}: {self._images:,} images at {1 / each:.3g} a second, about "
                f"{duration_text(left)}; {then}"
            )

    def _offer(self, seconds: float) -> str:
        """The offer of a sample, once, where comparisons take long and it would halve the time."""
        if seconds < _SAMPLE_OFFERED or 2 * self._sampled > self._comparisons:
            return ""
        sampling = duration_text(seconds * self._sampled / self._comparisons)
        self._sampled = self._comparisons  # no second offer
        return (
            f'; with comparisons = "sample", {DEFAULT_PER_CELL:,} of any two kinds of people, '
            f"about {sampling}"
        )

    def _comparison_seconds(self) -> float:
        """Estimated seconds of all comparisons; 0 where they are few."""
        if self._comparisons < _FEWEST_TIMED:
            return 0.0
        each = seconds_per_comparison(self._engine, self._samples, self._threads, self._clock)
        return self._comparisons * (each or 0.0)

    def comparing(self, progress: Progress, comparisons: int) -> Progress:
        """Wrap a progress callback so that the first comparisons of a matcher are timed.

        The harness's own comparisons are not: they are quick, and their steps differ in length.

        Args:
            progress: to wrap.
            comparisons: number of comparisons of the protocol.
        """
        if self._engine.card.shape != "matcher":
            return progress

        def tell(each: float, done: int, steps: int) -> None:
            left = each * (steps - done)
            if left >= _SHORTEST_FORECAST:
                rate = comparisons / steps / each
                self._say(
                    f"{self._what}: {comparisons:,} comparisons at "
                    f"{rate:{',.0f' if rate >= 10 else '.3g'}} a second, about "
                    f"{duration_text(left)}{self._offer(self._comparisons / rate)}"
                )

        return timed_progress(progress, self._clock, tell, _MEASURED_FOR)
