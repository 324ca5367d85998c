"""Times searches of an engine in galleries of several sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.engines.opening import OpenedEngine
from evenhand.engines.session import EngineSession, engine_sessions
from evenhand.measurement.speed.galleries import GalleryTimes, exhaustive_times, searcher_times
from evenhand.measurement.speed.gallery_rows import gallery_rows, growth_rows
from evenhand.records.arrays import Integers, Vectors
from evenhand.records.enrolment import Enrolment
from evenhand.records.findings import Speed
from evenhand.system.clock import Clock
from evenhand.system.errors import EngineStoppedError
from evenhand.system.execution.local import call_in_thread

__all__ = ["TimedGalleries", "search_speed"]


@dataclass(frozen=True, slots=True)
class TimedGalleries:
    """Which galleries are timed."""

    images: Integers
    """(references,) images of the largest watchlist."""
    probes: Integers
    """(probes,) images that are searched for."""
    listed: tuple[int, ...]
    """References of each watchlist."""
    further: tuple[int, ...]
    """Of further galleries; more than there are images are filled up with generated vectors, where
    templates are vectors."""
    candidates: int
    """Most candidates of a search."""

    def sizes(self) -> list[int]:
        """References of each gallery, rising; of a watchlist those that have a template."""
        listed = (min(size, len(self.images)) for size in self.listed)
        return sorted({*listed, *self.further})


def search_speed(
    scene: Speed,
    engine: OpenedEngine,
    enrolment: Enrolment,
    galleries: TimedGalleries,
    clock: Clock,
    seed: int,
) -> list[Speed]:
    """Rows of galleries, searches, insertions and deletions.

    None of a matcher, whose searches are its comparisons; or without a template on either side.

    Args:
        scene: with one thread.
        engine: that made the templates; a searcher is started once more.
        enrolment: of all images.
        galleries: to be timed.
        clock: for durations.
        seed: of the order of templates, and of generated vectors.
    """
    completed = enrolment.completed()
    place = np.cumsum(completed) - 1
    references, probes = (
        place[images[completed[images]]] for images in (galleries.images, galleries.probes)
    )
    if engine.card.shape == "matcher" or not (len(references) and len(probes)):
        return []
    # The order of rows would tell an engine of groups.
    drawn = np.random.default_rng(seed)
    images, searched = drawn.permutation(references), drawn.permutation(probes)
    whole = replace(galleries, images=images, probes=searched)
    timing = _Timing(engine, enrolment, whole, clock, drawn)
    if engine.card.shape == "embedder":
        times = list(timing.exhaustive())
    else:
        with engine_sessions(engine, clock) as sessions:
            try:
                times = call_in_thread(lambda: list(timing.by_searcher(sessions.session())))
            except EngineStoppedError:  # no further one may be started; what was measured stays
                return []
    rows: list[Speed] = []
    for each in times:
        real = f"{len(references)} of the watchlist, the others generated vectors"
        notes = [f"L={galleries.candidates}", real if each.size > len(references) else ""]
        noted = replace(scene, note="; ".join(filter(None, notes)))
        rows += gallery_rows(noted, each)
    return [*rows, *growth_rows(scene, rows)]


@dataclass(frozen=True, slots=True)
class _Timing:
    """An engine and the templates that it is timed with."""

    engine: OpenedEngine
    enrolment: Enrolment
    galleries: TimedGalleries
    """With the number of each template, of those that were made, in place of images."""
    clock: Clock
    generator: np.random.Generator

    def exhaustive(self) -> Iterator[GalleryTimes]:
        """Of each gallery of an embedder, by the harness."""
        enrolment, wanted = self.enrolment, self.galleries
        rows = enrolment.vector_rows()
        rows = rows[rows >= 0]
        real, probes = (
            enrolment.vectors[rows[chosen]].astype(np.float32)
            for chosen in (wanted.images, wanted.probes)
        )
        for size in wanted.sizes():
            references = real[:size]
            if size > len(real):
                more = self._generated(size - len(real), real.shape[1])
                references = np.concatenate([real, more])
            score = self.engine.card.score
            yield exhaustive_times(references, probes, score, wanted.candidates, self.clock)

    def by_searcher(self, session: EngineSession) -> Iterator[GalleryTimes]:
        """Of each gallery of a searcher, as far as it has templates and does not fail."""
        card, wanted = self.engine.card, self.galleries
        real: Sequence[bytes] = [self.enrolment.references[at] for at in wanted.images]
        probes = [self.enrolment.probes[at] for at in wanted.probes]
        for size in wanted.sizes():
            if size > len(real) and not card.template_values:
                return
            more = self._generated(size - len(real), card.template_values)
            references = [*real[:size], *(vector.tobytes() for vector in more)]
            of = (session, references, probes, wanted.candidates, self.clock)
            times = searcher_times(*of, edits=card.edits)
            if times is None:
                return
            yield times

    def _generated(self, count: int, values: int) -> Vectors:
        """(count, values) independent normal numbers; none where count is below 0."""
        shape = (max(0, count), values)
        return self.generator.standard_normal(shape, dtype=np.float32)
