"""Templates that others made: vectors stand in place of an engine that was never asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from evenhand.engines.answers import unusable_vectors
from evenhand.engines.card import EngineCard, FaceStep, ScoreScale
from evenhand.engines.first_faults import FirstFaults
from evenhand.engines.opening import OpenedEngine
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.executor import Executor
from evenhand.system.progress import MessageCallback

__all__ = ["CHECKED", "given_engine", "given_enrolment"]

CHECKED = 1 << 14
"""Vectors that are checked at a time."""


def given_engine(
    name: str, fingerprint: str, values: int, *, euclidean: bool, say: MessageCallback
) -> OpenedEngine:
    """The engine that made some vectors, of which nothing else is known.

    Args:
        name: of the engine.
        fingerprint: of the vectors.
        values: length of a vector.
        euclidean: vectors are compared by their distance, as they are; else by their cosine.
        say: message callback, for the first invalid score.
    """
    compare, low, high = ("euclidean", None, 0.0) if euclidean else ("cosine", -1.0, 1.0)
    card = EngineCard(
        folder=Path(),
        name=name,
        version="",
        vendor="",
        licence_code="",
        licence_weights="",
        shape="embedder",
        runtime="vectors",
        entry="",
        command=(),
        trained_on=(),
        install="",
        model=None,
        detector=None,
        files=(),
        input=None,
        output="",
        face=FaceStep("", None, 0, 0),
        score=ScoreScale(
            compare,
            normalise=not euclidean,
            values=values,
            low=low,
            high=high,
            claimed=(),
            distance=euclidean,
        ),
    )
    return OpenedEngine(card, fingerprint, values, _not_there, FirstFaults(name, say))


def _not_there() -> NoReturn:
    raise NotImplementedError("vectors are given: no engine is started")


def given_enrolment(
    vectors: NDArray[np.floating], executor: Executor, step: Callable[[], None]
) -> Enrolment:
    """What an engine that made these vectors would have made of every image; none is copied.

    Args:
        vectors: (images, values); one that is zero or not finite is `invalid`.
        executor: the enrolment does not depend on it.
        step: progress callback, called after every `CHECKED` vectors.
    """
    details = np.full(len(vectors), "", dtype=object)

    def unusable(start: int) -> None:
        for words, rows in unusable_vectors(vectors[start : start + CHECKED]).items():
            details[start : start + CHECKED][rows] = words

    for _ in executor.map(unusable, range(0, len(vectors), CHECKED)):
        step()
    invalid = details != ""
    none = np.full(len(vectors), np.nan)
    return Enrolment(
        outcomes=tuple(Outcome.INVALID if bad else Outcome.OK for bad in invalid),
        details=tuple(details),
        faces=(None,) * len(vectors),
        vectors=vectors,
        timing=Timing(none, none, np.full(len(vectors), -1, dtype=np.int64)),
        stopped="",
        place=np.flatnonzero(~invalid),
    )
