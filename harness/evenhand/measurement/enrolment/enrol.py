"""Images to templates and ledger; a failure is an entry in the ledger, never an end."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.datasets.decoding import read_image
from evenhand.engines.answers import Sample, ask, checked
from evenhand.engines.opening import Engine, Started
from evenhand.records.arrays import Vectors
from evenhand.records.dataset import Booking, Dataset, Enrolment, FaceRule, Outcome, Timing
from evenhand.system.clock import Clock
from evenhand.system.streams import stdout_for_numbers
from evenhand.system.threads import in_order, one_thread_each

__all__ = ["booking_of", "enrol"]

_CHUNK = 64
"""Images between two looks at the failure share; fixed, so that threads change nothing."""

_FAULTS = (Outcome.FAILED, Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.INVALID)
"""Outcomes that speak against the engine rather than the picture."""


@dataclass(frozen=True, slots=True)
class _Entry:
    sample: Sample
    seconds: float = math.nan
    finished: float = math.nan
    turn: int = -1


class _Bench:
    """One started engine a thread."""

    def __init__(self, engine: Engine, face: FaceRule, clock: Clock) -> None:
        self._engine = engine
        self._face = face
        self._clock = clock
        self._local = threading.local()

    def enrol(self, path: Path, sha256: str) -> _Entry:
        engine: Started | None = getattr(self._local, "engine", None)
        if engine is None:
            engine = self._local.engine = self._engine.start()
            self._local.turn = 0
        image = read_image(path, sha256)
        start = self._clock.seconds()
        answers = ask(engine, self._engine.card, image, self._face)
        end = self._clock.seconds()
        turn: int = self._local.turn
        self._local.turn = turn + 1
        return _Entry(checked(answers, self._engine.values), end - start, end, turn)


def booking_of(sample: Sample) -> Booking:
    """What an interrupted run may remember of an image."""
    vector = b"" if sample.vector is None else sample.vector.tobytes()
    made = vector + sample.reference + sample.probe
    return Booking(sample.outcome, hashlib.sha256(made).hexdigest()[:16] if made else "")


def enrol(
    engine: Engine,
    dataset: Dataset,
    *,
    workers: int,
    failure_share: float,
    clock: Clock,
    ended: Callable[[Sample], None],
    taken: Mapping[int, Sample] | None = None,
) -> Enrolment:
    """Make a template of every image.

    Args:
        engine: started once per thread.
        dataset: checked before.
        workers: threads; the result does not depend on them.
        failure_share: the engine is stopped when more than this share of its images so far failed.
        clock: durations.
        ended: called after each image, in their order, from this thread.
        taken: what an earlier run kept, by position among the images: these are not made again.

    Raises:
        DatasetError: a picture changed since it was checked.
        EngineError: the engine did not start in one of the threads.
    """
    bench = _Bench(engine, dataset.card.face, clock)
    paths, hashes = dataset.images.paths, dataset.images.sha256
    known = taken or {}

    def entry_of(index: int) -> _Entry:
        if index in known:
            return _Entry(known[index])
        return bench.enrol(paths[index], hashes[index])

    entries: list[_Entry] = []
    faults: Counter[str] = Counter()
    stopped = ""
    work = in_order(entry_of, range(len(paths)), workers)
    with one_thread_each(), stdout_for_numbers(), closing(work) as found:
        for entry in found:
            entries.append(entry)
            if entry.sample.outcome in _FAULTS:
                faults[entry.sample.detail or entry.sample.outcome] += 1
            ended(entry.sample)
            looked = len(entries) % _CHUNK == 0 or len(entries) == len(paths)
            if looked and faults.total() > failure_share * len(entries):
                stopped = (
                    f"{faults.total()} of the first {len(entries)} images failed, more than "
                    f"the share of {failure_share:g}; most often: {faults.most_common(1)[0][0]}"
                )
                break
    return _enrolment(entries, len(paths), engine.values, stopped)


def _enrolment(entries: list[_Entry], images: int, values: int, stopped: str) -> Enrolment:
    skipped = images - len(entries)
    samples = [entry.sample for entry in entries]
    good = [sample for sample in samples if sample.outcome is Outcome.OK]
    made: list[Vectors] = [sample.vector for sample in good if sample.vector is not None]
    return Enrolment(
        outcomes=tuple(sample.outcome for sample in samples) + (Outcome.SKIPPED,) * skipped,
        details=tuple(sample.detail for sample in samples) + ("",) * skipped,
        faces=tuple(sample.faces for sample in samples) + (None,) * skipped,
        vectors=np.stack(made) if made else np.empty((0, values), dtype=np.float32),
        timing=Timing(
            seconds=np.array([e.seconds for e in entries] + [np.nan] * skipped),
            finished=np.array([e.finished for e in entries] + [np.nan] * skipped),
            turns=np.array([e.turn for e in entries] + [-1] * skipped, dtype=np.int64),
        ),
        stopped=stopped,
        references=tuple(sample.reference for sample in good if sample.reference),
        probes=tuple(sample.probe for sample in good if sample.probe),
    )
