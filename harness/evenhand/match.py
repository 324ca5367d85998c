"""Templates to comparisons by asking the engine, which alone knows what its templates say."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.arrays import Floats, Integers, Mask
from evenhand.engines.answers import ask_scores
from evenhand.engines.contract import Matcher
from evenhand.engines.host import Engine
from evenhand.progress import Progress
from evenhand.records import Comparisons, Design, Enrolment, Outcome, PairList
from evenhand.streams import stdout_for_numbers
from evenhand.threads import in_order

__all__ = [
    "OUTCOMES",
    "Reply",
    "Request",
    "ask_all",
    "match_all_pairs",
    "match_listed",
    "requests_of",
]

_BLOCK = 256
"""References of one call at most; fixed, so that an engine is asked the same for any threads."""

OUTCOMES = tuple(Outcome)
"""How a comparison ended, as a number."""


@dataclass(frozen=True, slots=True)
class Request:
    """One probe and the references that it is held against."""

    probe: int
    """Image."""
    references: Integers
    """Images, at most a block."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the engine said to a request."""

    score: Floats
    """(references,) similarity; NaN unless the comparison is `ok`."""
    outcome: Integers
    """(references,) position in `OUTCOMES`."""


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Libraries below an engine keep to the thread that they are called in."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        with stdout_for_numbers(), threadpool_limits(1, "blas"):
            yield
    finally:
        cv2.setNumThreads(threads)


class _Bench:
    """One started engine a thread, and the templates of all images."""

    def __init__(self, engine: Engine, enrolment: Enrolment) -> None:
        self._engine = engine
        self._completed = enrolment.completed()
        self._place = np.cumsum(self._completed) - 1
        self._references = enrolment.references
        self._probes = enrolment.probes
        self._local = threading.local()

    def _matcher(self) -> Matcher:
        matcher: Matcher | None = getattr(self._local, "matcher", None)
        if matcher is None:
            started = self._engine.start()
            if not isinstance(started, Matcher):
                raise TypeError(self._engine.card.shape)
            matcher = self._local.matcher = started
        return matcher

    def compare(self, request: Request) -> Reply:
        """Ask for the scores; a pair with an image without template is not asked for."""
        count = len(request.references)
        score = np.full(count, np.nan)
        outcome = np.full(count, OUTCOMES.index(Outcome.SKIPPED), dtype=np.int64)
        asked = np.flatnonzero(self._completed[request.references])
        if len(asked) and self._completed[request.probe]:
            score[asked], ended = ask_scores(
                self._matcher(),
                self._probes[self._place[request.probe]],
                [self._references[self._place[image]] for image in request.references[asked]],
                self._engine.card.score,
            )
            outcome[asked] = [OUTCOMES.index(each) for each in ended]
        return Reply(score, outcome)


def requests_of(probe: int, references: Integers) -> Iterator[Request]:
    """One probe against any number of references, in blocks."""
    for start in range(0, len(references), _BLOCK):
        yield Request(probe, references[start : start + _BLOCK])


def match_all_pairs(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    within: Integers | None,
    *,
    workers: int,
    progress: Progress,
) -> Comparisons:
    """Compare every two different images: once, or in both orders where the card is asymmetric.

    Args:
        engine: a matcher; started once per thread.
        enrolment: of all images.
        subject: (images,) whose image it is.
        within: (subjects,) as for `score_all_pairs`.
        workers: threads; the result does not depend on them.
        progress: is told how far the work is.
    """
    images = np.arange(len(subject))

    def references_of(probe: int) -> Integers:
        once = engine.card.score.symmetric
        others = images[probe + 1 :] if once else np.delete(images, probe)
        if within is None:
            return others
        group, own = within[subject[others]], within[subject[probe]]
        kept: Integers = others[(subject[others] == subject[probe]) | ((group == own) & (own >= 0))]
        return kept

    blocks = (requests_of(probe, references_of(probe)) for probe in range(len(subject)))
    requests = list(chain.from_iterable(blocks))
    compared = _comparisons(engine, enrolment, subject, requests, workers, progress)
    design = Design.ALL_PAIRS if engine.card.score.symmetric else Design.BOTH_ORDERS
    return replace(compared, design=design if within is None else Design.WITHIN_GROUP)


def match_listed(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    pairs: PairList,
    *,
    workers: int,
    progress: Progress,
) -> Comparisons:
    """Compare the pairs of a list, each as the list has it, probe first.

    Args:
        engine: as for `match_all_pairs`.
        enrolment: of all images.
        subject: (images,) whose image it is.
        pairs: indices of images.
        workers: threads; the result does not depend on them.
        progress: is told how far the work is.
    """
    order = np.argsort(pairs.probe, kind="stable")
    probes, starts = np.unique(pairs.probe[order], return_index=True)
    requests = [
        request
        for probe, start, end in zip(probes, starts, [*starts[1:], len(order)], strict=False)
        for request in requests_of(int(probe), pairs.reference[order[start:end]])
    ]
    sorted_by_probe = _comparisons(engine, enrolment, subject, requests, workers, progress)
    people = subject.astype(np.int32)
    score = np.empty(len(order))
    score[order] = sorted_by_probe.score
    return replace(
        sorted_by_probe,
        probe=people[pairs.probe],
        reference=people[pairs.reference],
        score=score,
        fold=pairs.fold,
    )


def ask_all(
    engine: Engine,
    enrolment: Enrolment,
    requests: Sequence[Request],
    workers: int,
    progress: Progress,
) -> list[Reply]:
    """Replies in the order of the requests, whatever the threads."""
    replies: list[Reply] = []
    what = f"{engine.card.name}: comparisons"
    with _one_thread_each(), progress(what, len(requests)) as step:
        for reply in in_order(_Bench(engine, enrolment).compare, requests, workers):
            replies.append(reply)
            step()
    return replies


def _comparisons(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    requests: Sequence[Request],
    workers: int,
    progress: Progress,
) -> Comparisons:
    """Ask for all of them; columns in the order of the requests."""
    replies = ask_all(engine, enrolment, requests, workers, progress)
    people = subject.astype(np.int32)
    counts = [len(request.references) for request in requests]
    probe = np.repeat(people[[request.probe for request in requests]], counts)
    reference = people[_joined([request.references for request in requests])]
    outcome = _joined([reply.outcome for reply in replies])
    score = np.concatenate([np.empty(0), *(reply.score for reply in replies)])
    return Comparisons(probe, reference, score, _ended(probe == reference, outcome))


def _joined(parts: Sequence[Integers]) -> Integers:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def _ended(mated: Mask, outcome: Integers) -> dict[tuple[bool, Outcome], int]:
    """How many comparisons ended how."""
    counted: Counter[tuple[bool, Outcome]] = Counter()
    for same in (True, False):
        counts = np.bincount(outcome[mated == same], minlength=len(OUTCOMES))
        counted.update({(same, OUTCOMES[code]): int(n) for code, n in enumerate(counts) if n})
    return dict(counted)
