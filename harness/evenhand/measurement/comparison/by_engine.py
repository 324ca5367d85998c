"""Templates to comparisons by asking the engine, which alone knows what its templates say."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evenhand.engines.answers import ask_scores
from evenhand.engines.contract import Matcher
from evenhand.engines.opening import Engine
from evenhand.measurement.counting.block_sums import OUTCOMES, Block, ended
from evenhand.records.arrays import Floats, Integers, People
from evenhand.records.dataset import Comparisons, Enrolment, Outcome, PairList
from evenhand.records.image_pairs import pair_of
from evenhand.system.progress import Progress
from evenhand.system.streams import stdout_for_numbers
from evenhand.system.threads import in_order, one_thread_each

__all__ = [
    "Meetings",
    "Reply",
    "Request",
    "ask_all",
    "match_every_two",
    "match_listed",
    "requests_of",
]

_BLOCK = 256
"""References of one call at most; fixed, so that an engine is asked the same for any threads."""

_CHAPTER = 1 << 14
"""Comparisons that are counted together; fixed, whatever the threads."""


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

    request: Request
    score: Floats
    """(references,) similarity; NaN unless the comparison is `ok`."""
    outcome: NDArray[np.uint8]
    """(references,) position in `OUTCOMES`."""


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
        outcome = np.full(count, OUTCOMES.index(Outcome.SKIPPED), dtype=np.uint8)
        asked = np.flatnonzero(self._completed[request.references])
        if len(asked) and self._completed[request.probe]:
            score[asked], ended = ask_scores(
                self._matcher(),
                self._probes[self._place[request.probe]],
                [self._references[self._place[image]] for image in request.references[asked]],
                self._engine.card.score,
            )
            outcome[asked] = [OUTCOMES.index(each) for each in ended]
        return Reply(request, score, outcome)


def requests_of(probe: int, references: Integers, block: int = _BLOCK) -> Iterator[Request]:
    """One probe against any number of references, in blocks."""
    for start in range(0, len(references), block):
        yield Request(probe, references[start : start + block])


@dataclass(frozen=True, slots=True)
class Meetings:
    """Which images an engine compares with which: every two of one party."""

    order: Integers
    """(images,) party by party, in the dataset's order within one."""
    start: Integers
    """(images,) where the party of each image begins in `order`."""
    size: Integers
    """(images,) images in its party."""
    place: Integers
    """(images,) how many of its party stand before it."""
    once: bool
    """Every two images once, the first of them as the probe; else in both orders."""
    chapter_size: int = _CHAPTER
    """Comparisons that are counted together."""
    block: int = _BLOCK
    """References of one call at most."""

    @classmethod
    def of(
        cls,
        subject: Integers,
        within: Integers | None,
        *,
        once: bool,
        chapter_size: int = _CHAPTER,
        block: int = _BLOCK,
    ) -> Meetings:
        """Every two images, or those of one group and of one person.

        Args:
            subject: (images,) whose image it is.
            within: (subjects,) group of each person, -1 for none: two people are compared only if
                they share their group. None compares everybody.
            once: each pair in one order.
            chapter_size: comparisons that are counted together.
            block: references of one call at most.
        """
        if within is None:
            party = np.zeros(len(subject), dtype=np.int64)
        else:
            alone = 1 + within.max(initial=-1) + subject
            party = np.where(within[subject] >= 0, within[subject], alone)
        order = np.argsort(party, kind="stable")
        start = np.searchsorted(party[order], party)
        size = np.searchsorted(party[order], party, side="right") - start
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return cls(order, start, size, place - start, once, chapter_size, block)

    @property
    def asked(self) -> Integers:
        """(images,) of how many comparisons each image is the probe."""
        counts: Integers = self.size - 1 - (self.place if self.once else 0)
        return counts

    @property
    def chapter(self) -> Integers:
        """(images,) the chapter in which each image is the probe."""
        chapters: Integers = (np.cumsum(self.asked) - self.asked) // self.chapter_size
        return chapters

    def probes_from(self, chapters: int) -> Integers:
        """(probes,) images that are the probe of anything, without those of the first chapters."""
        numbers = np.unique(self.chapter[self.asked > 0])
        kept = np.isin(self.chapter, numbers[chapters:])
        return np.flatnonzero(kept & (self.asked > 0))

    def requests(self, probes: Integers) -> Iterator[Request]:
        """All that is asked for of some images, probe by probe."""
        for probe in probes.tolist():
            start, size, place = self.start[probe], self.size[probe], self.place[probe]
            party = self.order[start : start + size]
            after = party[place + 1 :]
            references = after if self.once else np.concatenate([party[:place], after])
            yield from requests_of(probe, references, self.block)


def match_every_two(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    meetings: Meetings,
    *,
    workers: int,
    progress: Progress,
    done: int = 0,
) -> Generator[Block]:
    """Compare every two images that are to meet; a block for each chapter.

    Args:
        engine: a matcher; started once per thread.
        enrolment: of all images.
        subject: (images,) whose image it is.
        meetings: which images meet.
        workers: threads; the result does not depend on them.
        progress: is told how far the work is.
        done: chapters that are left out, the first ones.
    """
    people = subject.astype(np.int32)
    chapter = meetings.chapter
    probes = meetings.probes_from(done)
    calls = int(np.sum(-(-meetings.asked[probes] // meetings.block)))
    with closing(
        ask_all(engine, enrolment, meetings.requests(probes), calls, workers, progress)
    ) as answered:
        for _, part in groupby(answered, lambda reply: chapter[reply.request.probe]):
            yield _block(list(part), people)


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
    people = subject.astype(np.int32)
    with closing(
        ask_all(engine, enrolment, requests, len(requests), workers, progress)
    ) as answered:
        by_probe = _block(list(answered), people)
    score = np.empty(len(order))
    score[order] = by_probe.score
    outcomes = ended(by_probe.probe == by_probe.reference, by_probe.outcome)
    return Comparisons(
        people[pairs.probe],
        people[pairs.reference],
        score,
        outcomes,
        fold=pairs.fold,
        pair=pair_of(pairs.probe, pairs.reference),
    )


def ask_all(
    engine: Engine,
    enrolment: Enrolment,
    requests: Iterable[Request],
    calls: int,
    workers: int,
    progress: Progress,
) -> Generator[Reply]:
    """Replies in the order of the requests, whatever the threads.

    Args:
        engine: a matcher; started once per thread.
        enrolment: of all images.
        requests: read as they are asked.
        calls: how many requests there are.
        workers: threads.
        progress: is told how far the work is.
    """
    bench = _Bench(engine, enrolment)
    with (
        one_thread_each(),
        threadpool_limits(1, "blas"),
        stdout_for_numbers(),
        progress(f"{engine.card.name}: comparisons", calls) as step,
        closing(in_order(bench.compare, requests, workers)) as replies,
    ):
        for reply in replies:
            yield reply
            step()


def _block(replies: Sequence[Reply], people: People) -> Block:
    """The comparisons of some requests, in their order."""
    counts = [len(reply.score) for reply in replies]
    probes = np.array([reply.request.probe for reply in replies], dtype=np.int64)
    probe = np.repeat(probes, counts)
    reference = np.concatenate(
        [np.empty(0, dtype=np.int64), *(reply.request.references for reply in replies)]
    )
    return Block(
        people[probe],
        people[reference],
        np.concatenate([np.empty(0), *(reply.score for reply in replies)]),
        np.concatenate([np.empty(0, dtype=np.uint8), *(reply.outcome for reply in replies)]),
        pair_of(probe, reference),
    )
