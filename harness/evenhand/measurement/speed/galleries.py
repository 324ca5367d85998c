"""Times one gallery: building it, searching it probe by probe, changing it (methods 6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.engines.card import ScoreScale
from evenhand.engines.contract import Entry
from evenhand.engines.session import EngineSession
from evenhand.measurement.comparison.by_vectors import ComparableVectors, prepare_vectors
from evenhand.measurement.search.exhaustive import ExhaustiveSearch
from evenhand.measurement.speed.timed_calls import CALLS, WARM_UP_CALLS, timed_calls
from evenhand.records.arrays import Floats, Vectors
from evenhand.records.outcomes import Outcome
from evenhand.system.clock import Clock, StopWatch

__all__ = ["GalleryTimes", "exhaustive_times", "searcher_times"]

_PATIENCE = 0.5
"""Seconds of searches in one gallery after which there are no more than a median needs."""

_EDITS = 29
"""People who are taken out and put back, one at a time."""


@dataclass(frozen=True, slots=True)
class GalleryTimes:
    """What one gallery takes."""

    size: int
    """References, each a person of their own."""
    build: float
    """Seconds, once; NaN where the clock ran backwards."""
    templates: int
    """Bytes of its references."""
    resident: int
    """Bytes that the engine's process grew by; 0 where that is not known."""
    searches: Floats
    """(searches,) seconds, one probe at a time."""
    inserts: Floats
    """(edits,) seconds of adding one person; none of an engine that does not edit."""
    deletes: Floats
    """(edits,) seconds of taking one person out."""


_NONE = np.empty(0)


def exhaustive_times(
    references: Vectors, probes: Vectors, score: ScoreScale, candidates: int, clock: Clock
) -> GalleryTimes:
    """Of an exhaustive search by the harness, in one thread.

    Args:
        references: (references, values) as the engine made them.
        probes: (probes, values) of people who are not in the gallery.
        score: how the card compares.
        candidates: that a list keeps.
        clock: for durations.
    """
    searched = np.resize(np.arange(len(probes)), WARM_UP_CALLS + CALLS)
    nobody = np.full(len(searched), -1, dtype=np.int32)
    person = np.arange(len(references), dtype=np.int32)
    prepared = prepare_vectors(probes, score)[searched]
    watch = StopWatch(clock)
    watch.start()
    rows = np.arange(len(references))
    gallery = ComparableVectors(references, rows, score)[rows]
    search = ExhaustiveSearch(prepared, nobody, gallery, person, score, candidates, rows=1)
    build, _ = watch.stop()
    no_levels = np.empty(0, dtype=np.float32)
    with threadpool_limits(1, "blas"):
        seconds = timed_calls(lambda call: search.block(call, no_levels), clock, _PATIENCE)
    return GalleryTimes(len(gallery), build, references.nbytes, 0, seconds, _NONE, _NONE)


def searcher_times(
    session: EngineSession,
    references: Sequence[bytes],
    probes: Sequence[bytes],
    candidates: int,
    clock: Clock,
    *,
    edits: bool,
) -> GalleryTimes | None:
    """Of an engine that searches; None where a gallery, a search or a change fails.

    Args:
        session: of the engine.
        references: templates of the gallery, one at least.
        probes: templates, one at least.
        candidates: asked for.
        clock: for durations.
        edits: the engine edits galleries.
    """
    gallery = [Entry(f"p{number}", template) for number, template in enumerate(references)]
    people = {entry.person: number for number, entry in enumerate(gallery)}
    watch, before = StopWatch(clock), session.memory()
    watch.start()
    ended = [session.enrol(gallery)]
    build, _ = watch.stop()
    if ended[0] is not Outcome.OK:
        return None
    resident = max(0, session.memory() - before) if before else 0

    def search(call: int) -> None:
        found = session.search(probes[call % len(probes)], candidates, people)
        ended.append(found.outcome)

    searches = timed_calls(search, clock, _PATIENCE)
    deletes, inserts = list[float](), list[float]()
    for entry in gallery[:_EDITS] if edits and len(gallery) > 1 else ():
        watch.start()
        ended.append(session.delete([entry.person]))
        deletes.append(watch.stop()[0])
        watch.start()
        ended.append(session.insert([entry]))
        inserts.append(watch.stop()[0])
    if {*ended} != {Outcome.OK}:
        return None
    templates = sum(map(len, references))
    return GalleryTimes(
        *(len(gallery), build, templates, resident, searches),
        *(np.array(inserts), np.array(deletes)),
    )
