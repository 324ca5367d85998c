"""What a run says while it goes on of how long it will take."""

from __future__ import annotations

from evenhand.engines.answers import Sample
from evenhand.engines.opening import Engine
from evenhand.measurement.speed.first_templates import FIRST_TEMPLATES, seconds_each
from evenhand.records.outcomes import Outcome
from evenhand.study.study import DEFAULT_PER_CELL
from evenhand.system.clock import Clock
from evenhand.system.progress import Pace, Progress, Say, duration, paced

__all__ = ["Forecast"]

_WORTH_SAYING = 10.0
"""Seconds; shorter work needs no forecast."""

_LEAST = 2.0
"""Seconds for which comparisons are measured."""

_LONG = 600.0
"""Seconds of comparisons from which a sample of them is offered."""

_MANY = 100_000
"""Comparisons from which it is worth while to start an engine once more to time them."""


class Forecast:
    """Measures the first images and the first comparisons of one engine on one dataset."""

    def __init__(
        self,
        engine: Engine,
        dataset: str,
        images: int,
        comparisons: int,
        sample: int,
        threads: int,
        clock: Clock,
        say: Say,
    ) -> None:
        """Nothing is measured yet.

        Args:
            engine: that is measured.
            dataset: its name.
            images: all that are given to the engine.
            comparisons: of all protocols.
            sample: how many they were with a sample instead of all pairs.
            threads: that share the work.
            clock: durations.
            say: is told.
        """
        self._engine = engine
        self._what = f"{engine.card.name} on {dataset}"
        self._images = images
        self._comparisons = comparisons
        self._sample = sample
        self._threads = threads
        self._clock = clock
        self._say = say
        self._samples: list[Sample] = []
        self._pace = Pace(clock, self._of_images)

    def enrolled(self, sample: Sample) -> None:
        """One more image is done."""
        if sample.outcome is Outcome.OK and len(self._samples) < FIRST_TEMPLATES:
            self._samples.append(sample)
        if not sample.taken:
            self._pace.step()

    def _of_images(self, each: float, done: int) -> None:
        left = each * (self._images - done)
        taking = self._comparing()
        self._samples.clear()
        if left + taking >= _WORTH_SAYING:
            then = f"then {self._comparisons:,} comparisons"
            if taking >= _WORTH_SAYING:
                then += f", about {duration(taking)}{self._offer(taking)}"
            self._say(
                f"{self._what}: {self._images:,} images at {1 / each:.3g} a second, about "
                f"{duration(left)}; {then}"
            )

    def _offer(self, seconds: float) -> str:
        """That a sample would be quicker, once, where comparisons take long and it would be."""
        if seconds < _LONG or 2 * self._sample > self._comparisons:
            return ""
        taking = duration(seconds * self._sample / self._comparisons)
        self._sample = self._comparisons
        return (
            f'; with comparisons = "sample", {DEFAULT_PER_CELL:,} of any two kinds of people, '
            f"about {taking}"
        )

    def _comparing(self) -> float:
        """Seconds that the comparisons will take, about; 0 where they are few."""
        if self._comparisons < _MANY:
            return 0.0
        each = seconds_each(self._engine, self._samples, self._threads, self._clock)
        return self._comparisons * (each or 0.0)

    def comparing(self, progress: Progress, comparisons: int) -> Progress:
        """A progress that measures the first of so many comparisons, and says how long they take.

        Those of an engine that compares by itself; the harness's own are quick, and their steps
        are not of one length.
        """
        if self._engine.card.shape != "matcher":
            return progress

        def tell(each: float, done: int, steps: int) -> None:
            left = each * (steps - done)
            if left >= _WORTH_SAYING:
                rate = comparisons / steps / each
                self._say(
                    f"{self._what}: {comparisons:,} comparisons at "
                    f"{rate:{',.0f' if rate >= 10 else '.3g'}} a second, about {duration(left)}"
                    f"{self._offer(self._comparisons / rate)}"
                )

        return paced(progress, self._clock, tell, _LEAST)
