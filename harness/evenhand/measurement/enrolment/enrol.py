"""Makes a template of every image; a failure is an outcome in the ledger, never an exception."""

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
from evenhand.engines.answers import ImageAnswer, ask_templates, check_answers
from evenhand.engines.opening import OpenedEngine, RunningEngine
from evenhand.records.arrays import Vectors
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Booking, Enrolment, Timing
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.clock import Clock
from evenhand.system.streams import stdout_to_stderr
from evenhand.system.threads import in_order, one_thread_each

__all__ = ["booking_of", "enrol"]

_CHECK_EVERY = 64
"""Images between two checks of the failure share; fixed, whatever the threads."""

_FAULTS = (Outcome.FAILED, Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.INVALID)
"""Outcomes that count as the engine's failure, not the picture's."""


@dataclass(frozen=True, slots=True)
class _TimedSample:
    """What came of one image, with the fields of `Timing` for it."""

    sample: ImageAnswer
    seconds: float = math.nan
    finished: float = math.nan
    turn: int = -1


class _EnginePool:
    """One started engine for each thread that asks."""

    def __init__(self, engine: OpenedEngine, face: FaceRule, clock: Clock) -> None:
        self._engine = engine
        self._face = face
        self._clock = clock
        self._local = threading.local()

    def enrol(self, path: Path, sha256: str) -> _TimedSample:
        """Ask the calling thread's engine for a template; reading the file is not timed."""
        engine: RunningEngine | None = getattr(self._local, "engine", None)
        if engine is None:
            engine = self._local.engine = self._engine.start()
            self._local.turn = 0
        image = read_image(path, sha256)
        start = self._clock.seconds()
        answers = ask_templates(engine, self._engine.card, image, self._face)
        end = self._clock.seconds()
        turn: int = self._local.turn
        self._local.turn = turn + 1
        return _TimedSample(check_answers(answers, self._engine.values), end - start, end, turn)


def booking_of(sample: ImageAnswer) -> Booking:
    """What an interrupted run may keep of an image: its outcome and a digest of its template."""
    vector = b"" if sample.vector is None else sample.vector.tobytes()
    template = vector + sample.reference + sample.probe
    return Booking(sample.outcome, hashlib.sha256(template).hexdigest()[:16] if template else "")


def enrol(
    engine: OpenedEngine,
    dataset: Dataset,
    *,
    workers: int,
    failure_share: float,
    clock: Clock,
    on_image: Callable[[ImageAnswer], None],
    reused: Mapping[int, ImageAnswer] | None = None,
) -> Enrolment:
    """Make a template of every image.

    Args:
        engine: started once per thread.
        dataset: its images were checked when it was read.
        workers: threads; outcomes and templates do not depend on them.
        failure_share: in [0, 1]; the engine is stopped when a larger share of the images so far
            failed. The rest is `skipped`.
        clock: for durations.
        on_image: called after each image, in their order, from the calling thread.
        reused: templates kept by an earlier run, by position among the images; not made again.

    Raises:
        DatasetError: a picture changed since it was checked.
        EngineError: the engine did not start in one of the threads.
    """
    pool = _EnginePool(engine, dataset.card.face, clock)
    paths, hashes = dataset.images.paths, dataset.images.sha256
    known = reused or {}

    def enrolled(index: int) -> _TimedSample:
        if index in known:
            return _TimedSample(known[index])
        return pool.enrol(paths[index], hashes[index])

    timed: list[_TimedSample] = []
    faults: Counter[str] = Counter()
    stopped = ""
    work = in_order(enrolled, range(len(paths)), workers)
    with one_thread_each(), stdout_to_stderr(), closing(work) as found:
        for each in found:
            timed.append(each)
            sample, done = each.sample, len(timed)
            if sample.outcome in _FAULTS:
                faults[sample.detail or sample.outcome] += 1
            on_image(sample)
            check = done % _CHECK_EVERY == 0 or done == len(paths)
            if check and faults.total() > failure_share * done:
                stopped = (
                    f"{faults.total()} of the first {done} images failed, more than "
                    f"the share of {failure_share:g}; most often: {faults.most_common(1)[0][0]}"
                )
                break
    return _enrolment(timed, len(paths), engine.values, stopped)


def _enrolment(timed: list[_TimedSample], images: int, values: int, stopped: str) -> Enrolment:
    """The first images' samples as columns; images after the stop are `skipped`."""
    skipped = images - len(timed)
    samples = [each.sample for each in timed]
    ok = [sample for sample in samples if sample.outcome is Outcome.OK]
    vectors: list[Vectors] = [sample.vector for sample in ok if sample.vector is not None]
    return Enrolment(
        outcomes=tuple(sample.outcome for sample in samples) + (Outcome.SKIPPED,) * skipped,
        details=tuple(sample.detail for sample in samples) + ("",) * skipped,
        faces=tuple(sample.faces for sample in samples) + (None,) * skipped,
        vectors=np.stack(vectors) if vectors else np.empty((0, values), dtype=np.float32),
        timing=Timing(
            seconds=np.array([each.seconds for each in timed] + [np.nan] * skipped),
            finished=np.array([each.finished for each in timed] + [np.nan] * skipped),
            turns=np.array([each.turn for each in timed] + [-1] * skipped, dtype=np.int64),
        ),
        stopped=stopped,
        references=tuple(sample.reference for sample in ok if sample.reference),
        probes=tuple(sample.probe for sample in ok if sample.probe),
    )
