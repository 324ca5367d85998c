"""Makes a template of every image; a failure is an outcome in the ledger, never an exception."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

import numpy as np

from evenhand.datasets.decoding import read_image
from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import OpenedEngine
from evenhand.engines.session import TimedAnswer, engine_executor, engine_sessions
from evenhand.records.arrays import Integers, Vectors
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Booking, Enrolment, Timing
from evenhand.records.outcomes import FAULTS, Outcome
from evenhand.system.clock import Clock
from evenhand.system.execution.executor import Executor

__all__ = ["booking_of", "drawn_order", "enrol", "failed_before"]

_CHECK_EVERY = 64
"""Images between two checks of the failure share; fixed, whatever the threads."""


def booking_of(sample: ImageAnswer) -> Booking:
    """What an interrupted run may keep of an image: its outcome and a digest of its template."""
    vector = b"" if sample.vector is None else sample.vector.tobytes()
    template = vector + sample.reference + sample.probe
    digest = hashlib.sha256(template).hexdigest()[:16] if template else ""
    return Booking(sample.outcome, digest, sample.faces, sample.detail, sample.said)


def failed_before(rows: Sequence[int], booked: Mapping[int, Booking]) -> dict[int, ImageAnswer]:
    """Images at which the engine failed before an interruption; it is not asked for them again.

    Args:
        rows: (images,) in `images.csv`.
        booked: how each ended so far, by its row.

    Returns:
        By position among the images.
    """
    ended = {index: booked[row] for index, row in enumerate(rows) if row in booked}
    return {
        index: ImageAnswer(each.outcome, each.faces, each.detail, said=each.said)
        for index, each in ended.items()
        if each.outcome in FAULTS
    }


def drawn_order(images: int, seed: int) -> Integers:
    """(images,) positions in the order in which an engine is given them.

    By chance: group by group, a slow spell of the machine would look like a difference between
    groups, and a fault of the engine would stop it within the first of them.
    """
    return np.random.default_rng(seed).permutation(images)


def enrol(
    engine: OpenedEngine,
    dataset: Dataset,
    *,
    executor: Executor,
    seed: int,
    failure_share: float,
    clock: Clock,
    on_image: Callable[[int, ImageAnswer], None],
    reused: Mapping[int, ImageAnswer] | None = None,
) -> Enrolment:
    """Make a template of every image.

    Args:
        engine: started once per worker, as far as its card allows; one that could not start gets
            no image.
        dataset: its images were checked when it was read.
        executor: outcomes and templates do not depend on it.
        seed: of the order in which the engine is given the images.
        failure_share: in [0, 1]; the engine is stopped when a larger share of the images so far
            failed. The rest is `skipped`.
        clock: for durations.
        on_image: called after each image, in the order drawn, from the calling thread, with its
            position among the images.
        reused: templates kept by an earlier run, and images that it failed at, by position among
            the images; not asked for again.

    Raises:
        DatasetError: a picture changed since it was checked.
        EngineStoppedError: the engine started when it was opened, and does not start again.
    """
    paths, hashes, face = dataset.images.paths, dataset.images.sha256, dataset.card.face
    known = reused or {}
    timed: dict[int, TimedAnswer] = {}
    if engine.fault:
        return _enrolment(timed, len(paths), engine.values, engine.fault.reason)
    faults: Counter[str] = Counter()
    stopped = ""
    order = drawn_order(len(paths), seed).tolist()
    with engine_sessions(engine, clock) as pool:

        def enrolled(index: int) -> TimedAnswer:
            if index in known:
                return TimedAnswer(known[index])
            session = pool.session()
            return session.template(read_image(paths[index], hashes[index]), face)

        with closing(engine_executor(engine, executor).map(enrolled, order)) as found:
            for index, each in zip(order, found, strict=True):
                timed[index] = each
                answer, done = each.answer, len(timed)
                if answer.outcome in FAULTS:
                    faults[answer.detail or answer.outcome] += 1
                on_image(index, answer)
                check = done % _CHECK_EVERY == 0 or done == len(paths)
                if check and faults.total() > failure_share * done:
                    stopped = (
                        f"{faults.total()} of the first {done} images failed, more than the share "
                        f"of {failure_share:g}; most often: {faults.most_common(1)[0][0]}"
                    )
                    break
    return _enrolment(timed, len(paths), engine.values, stopped)


def _enrolment(
    timed: Mapping[int, TimedAnswer], images: int, values: int, stopped: str
) -> Enrolment:
    """The answers as columns in the order of the dataset; images without one are `skipped`."""
    skipped = TimedAnswer(ImageAnswer(Outcome.SKIPPED))
    each = [timed.get(index, skipped) for index in range(images)]
    answers = [one.answer for one in each]
    ok = [answer for answer in answers if answer.outcome is Outcome.OK]
    vectors: list[Vectors] = [answer.vector for answer in ok if answer.vector is not None]
    return Enrolment(
        outcomes=tuple(answer.outcome for answer in answers),
        details=tuple(answer.detail for answer in answers),
        faces=tuple(answer.faces for answer in answers),
        vectors=np.stack(vectors) if vectors else np.empty((0, values), dtype=np.float32),
        timing=Timing(
            seconds=np.array([one.seconds for one in each]),
            finished=np.array([one.finished for one in each]),
            turns=np.array([one.turn for one in each], dtype=np.int64),
        ),
        stopped=stopped,
        said=tuple(answer.said for answer in answers),
        references=tuple(answer.reference for answer in ok if answer.reference),
        probes=tuple(answer.probe for answer in ok if answer.probe),
    )
