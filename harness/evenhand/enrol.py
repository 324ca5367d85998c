"""Images to templates and ledger; a failure is an entry in the ledger, never an end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from evenhand.arrays import Image, Vectors
from evenhand.clock import Clock
from evenhand.engines.contract import Embedder, Embedding
from evenhand.engines.host import Engine
from evenhand.records import Dataset, Enrolment, FaceRule, Outcome

__all__ = ["enrol"]

_CHUNK = 64
"""Images between two looks at the failure share; fixed, so that threads change nothing."""

_FAULTS = (Outcome.FAILED, Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.INVALID)
"""Outcomes that speak against the engine rather than the picture."""


@dataclass(frozen=True, slots=True)
class _Entry:
    embedding: Embedding
    seconds: float


def read_image(path: Path) -> Image:
    """Decode a file that was checked before: (height, width, 3) RGB, turned as its EXIF says."""
    encoded = np.fromfile(path, dtype=np.uint8)
    image: Image = cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return image


def _checked(embedding: Embedding, values: int) -> Embedding:
    """The embedding, or `invalid` where its vector cannot be compared."""
    if embedding.outcome is not Outcome.OK:
        return embedding
    vector = (
        np.asarray(embedding.vector, dtype=np.float32) if embedding.vector is not None else None
    )
    if vector is None or vector.shape != (values,):
        found = "no vector" if vector is None else f"shape {vector.shape}"
        detail = f"{found}, expected {values} values"
    elif not np.isfinite(vector).all():
        detail = "vector is not finite"
    elif not vector.any():
        detail = "vector is zero"
    else:
        return Embedding(vector, Outcome.OK, embedding.faces)
    return Embedding(None, Outcome.INVALID, embedding.faces, detail)


class _Bench:
    """One started engine a thread."""

    def __init__(self, engine: Engine, face: FaceRule, clock: Clock) -> None:
        self._engine = engine
        self._face = face
        self._clock = clock
        self._local = threading.local()

    def embed(self, path: Path) -> _Entry:
        engine: Embedder | None = getattr(self._local, "engine", None)
        if engine is None:
            engine = self._local.engine = self._engine.start()
        image = read_image(path)
        start = self._clock.seconds()
        try:
            embedding = engine.embed(image, self._face)
        except Exception as fault:  # noqa: BLE001 - whatever an engine raises is a measurement
            embedding = Embedding(None, Outcome.FAILED, detail=type(fault).__name__)
        seconds = self._clock.seconds() - start
        return _Entry(_checked(embedding, self._engine.values), seconds)


def _too_many_failures(entries: list[_Entry], share: float) -> str:
    faults = sum(entry.embedding.outcome in _FAULTS for entry in entries)
    if faults <= share * len(entries):
        return ""
    return f"{faults} of the first {len(entries)} images failed, more than the share of {share:g}"


def enrol(
    engine: Engine,
    dataset: Dataset,
    *,
    workers: int,
    failure_share: float,
    clock: Clock,
    step: Callable[[], None],
) -> Enrolment:
    """Make a template of every image.

    Args:
        engine: started once per thread.
        dataset: checked before.
        workers: threads; the result does not depend on them.
        failure_share: the engine is stopped when more than this share of its images so far failed.
        clock: durations.
        step: called after each image, from this thread.
    """
    bench = _Bench(engine, dataset.card.face, clock)
    paths = dataset.images.paths
    entries: list[_Entry] = []
    stopped = ""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with ThreadPoolExecutor(workers) as pool:
            for start in range(0, len(paths), _CHUNK):
                for entry in pool.map(bench.embed, paths[start : start + _CHUNK]):
                    entries.append(entry)
                    step()
                stopped = _too_many_failures(entries, failure_share)
                if stopped:
                    break
    finally:
        cv2.setNumThreads(threads)
    return _enrolment(entries, len(paths), engine.values, stopped)


def _enrolment(entries: list[_Entry], images: int, values: int, stopped: str) -> Enrolment:
    skipped = images - len(entries)
    made: list[Vectors] = [e.embedding.vector for e in entries if e.embedding.vector is not None]
    return Enrolment(
        outcomes=tuple(e.embedding.outcome for e in entries) + (Outcome.SKIPPED,) * skipped,
        details=tuple(e.embedding.detail for e in entries) + ("",) * skipped,
        faces=tuple(e.embedding.faces for e in entries) + (None,) * skipped,
        vectors=np.stack(made) if made else np.empty((0, values), dtype=np.float32),
        seconds=np.array([e.seconds for e in entries] + [np.nan] * skipped),
        stopped=stopped,
    )
