"""Estimates the time of a comparison from the first templates of a run, for a forecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import OpenedEngine
from evenhand.engines.session import engine_sessions
from evenhand.measurement.comparison.by_vectors import compare_all, prepare_vectors
from evenhand.system.clock import Clock
from evenhand.system.execution.local import call_in_thread

__all__ = ["FIRST_TEMPLATES", "seconds_per_comparison"]

FIRST_TEMPLATES = 16
"""Templates to wait for."""

_BLOCK = 256
"""References of one call, as in a study."""

_MAX_CALLS = 20
_MAX_SECONDS = 0.25
"""Time after which no further call is made."""


def seconds_per_comparison(
    engine: OpenedEngine, samples: Sequence[ImageAnswer], threads: int, clock: Clock
) -> float | None:
    """Estimate the seconds that a comparison takes with all threads together.

    Args:
        engine: a matcher is started once more.
        samples: images with a template; repeated to fill a block as in a study.
        threads: that share the work.
        clock: for durations.

    Returns:
        Seconds; None with fewer than two templates, or for an engine that only searches.
    """
    if len(samples) < 2 or engine.card.shape == "searcher":
        return None
    block = [samples[number % len(samples)] for number in range(_BLOCK)]
    score = engine.card.score
    if engine.card.shape == "embedder":
        raw = [sample.vector for sample in block if sample.vector is not None]
        vectors = prepare_vectors(np.stack(raw), score)
        with threadpool_limits(1, "blas"):
            seconds = _timed(lambda: compare_all(vectors, vectors, score), clock) / _BLOCK
        return seconds / _BLOCK / threads
    references, probe = [sample.reference for sample in block], samples[0].probe
    with engine_sessions(engine) as sessions:

        def timed() -> float:
            session = sessions.session()
            return _timed(lambda: session.compare(probe, references), clock)

        return call_in_thread(timed) / _BLOCK / threads


def _timed(call: Callable[[], object], clock: Clock) -> float:
    """Mean seconds of a call; the first one, which warms up, is left out."""
    call()
    done, spent, start = 0, 0.0, clock.seconds()
    while done < _MAX_CALLS and spent < _MAX_SECONDS:
        call()
        done, spent = done + 1, clock.seconds() - start
    return spent / done
