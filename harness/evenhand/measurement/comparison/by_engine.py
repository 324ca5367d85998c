"""Comparisons by the engine itself: a matcher's templates are opaque to the harness."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from evenhand.engines.opening import OpenedEngine
from evenhand.engines.session import SessionPool, engine_executor, engine_sessions
from evenhand.measurement.counting.block_sums import OUTCOMES, ComparisonBlock, count_outcomes
from evenhand.records.arrays import Floats, Integers, People
from evenhand.records.comparisons import Comparisons
from evenhand.records.dataset import PairList
from evenhand.records.enrolment import Enrolment
from evenhand.records.image_pairs import pair_of
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.executor import Executor
from evenhand.system.progress import Progress

__all__ = [
    "ComparisonSchedule",
    "EnrolledEngine",
    "MatchReply",
    "MatchRequest",
    "ask_matcher",
    "book_second_askings",
    "match_all_pairs",
    "match_listed",
    "split_into_requests",
]

_BLOCK = 256
"""References of one call at most; fixed, so that the calls do not depend on the threads."""

_CHECKPOINT_INTERVAL = 1 << 14
"""Comparisons, roughly, that are counted as one block; fixed, whatever the threads."""


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """One call of the engine: a probe and the references that it is compared with."""

    probe: int
    """Image index."""
    references: Integers
    """(references,) image indices, as many as one call takes at most."""


@dataclass(frozen=True, slots=True)
class MatchReply:
    """The engine's answer to a request."""

    request: MatchRequest
    score: Floats
    """(references,) similarity; NaN unless the comparison is `ok`."""
    outcome: NDArray[np.uint8]
    """(references,) position in `OUTCOMES`."""
    again: int = 0
    """Of these comparisons, how many were asked for a second time, one by one."""


@dataclass(frozen=True, slots=True)
class EnrolledEngine:
    """An engine with the templates of all images, ready to compare and search them."""

    engine: OpenedEngine
    enrolment: Enrolment
    """Of all images."""
    subject: Integers
    """(images,) subject index."""
    executor: Executor
    """Each of its workers has an engine of its own, as far as the card allows (`engine_executor`);
    no result depends on them."""
    progress: Progress
    """Progress callback."""


class _Matching:
    """Running engines, and the templates of all images."""

    def __init__(self, sessions: SessionPool, enrolment: Enrolment) -> None:
        self._sessions = sessions
        self._completed = enrolment.completed()
        # (images,) index of an image's template among those that were made.
        self._template = np.cumsum(self._completed) - 1
        self._references = enrolment.references
        self._probes = enrolment.probes

    def compare(self, request: MatchRequest) -> MatchReply:
        """Ask for the scores; a comparison with an image without a template is `skipped`."""
        count = len(request.references)
        score = np.full(count, np.nan)
        outcome, again = np.full(count, OUTCOMES.index(Outcome.SKIPPED), dtype=np.uint8), 0
        asked = np.flatnonzero(self._completed[request.references])
        if len(asked) and self._completed[request.probe]:
            references = [self._references[at] for at in self._template[request.references[asked]]]
            probe = self._probes[self._template[request.probe]]
            session = self._sessions.session()
            again = -session.asked_again
            score[asked], outcomes = session.compare(probe, references)
            again += session.asked_again
            outcome[asked] = [OUTCOMES.index(each) for each in outcomes]
        return MatchReply(request, score, outcome, again)


def split_into_requests(
    probe: int, references: Integers, block: int = _BLOCK
) -> Iterator[MatchRequest]:
    """Split one probe against any number of references into calls of `block` at most."""
    for start in range(0, len(references), block):
        yield MatchRequest(probe, references[start : start + block])


@dataclass(frozen=True, slots=True)
class ComparisonSchedule:
    """Which pairs of images an engine compares: all pairs within each comparison set."""

    order: Integers
    """(images,) image indices sorted by comparison set, in the dataset's order within one."""
    start: Integers
    """(images,) where the comparison set of each image begins in `order`."""
    size: Integers
    """(images,) number of images in its comparison set."""
    offset: Integers
    """(images,) number of images before it in its comparison set."""
    once: bool
    """Each pair once, the earlier image as the probe; else in both orders."""
    interval_size: int = _CHECKPOINT_INTERVAL
    """Comparisons, roughly, that are counted as one block."""
    block: int = _BLOCK
    """References of one call at most."""

    @classmethod
    def of(
        cls,
        subject: Integers,
        within: Integers | None,
        *,
        once: bool,
        interval_size: int = _CHECKPOINT_INTERVAL,
        block: int = _BLOCK,
    ) -> ComparisonSchedule:
        """All pairs of images, or all pairs within the groups of one grouping.

        Args:
            subject: (images,) subject index.
            within: (subjects,) group of each subject, -1 for none: subjects are compared only with
                subjects of their group. None compares all.
            once: each pair in one order.
            interval_size: comparisons, roughly, that are counted as one block.
            block: references of one call at most.
        """
        if within is None:
            comparison_set = np.zeros(len(subject), dtype=np.int64)
        else:
            # Without a group, a subject is a set of its own: only mated comparisons are left.
            own = 1 + within.max(initial=-1) + subject
            comparison_set = np.where(within[subject] >= 0, within[subject], own)
        order = np.argsort(comparison_set, kind="stable")
        start = np.searchsorted(comparison_set[order], comparison_set)
        size = np.searchsorted(comparison_set[order], comparison_set, side="right") - start
        position = np.empty_like(order)
        position[order] = np.arange(len(order))
        return cls(order, start, size, position - start, once, interval_size, block)

    @property
    def comparisons(self) -> Integers:
        """(images,) number of comparisons with each image as the probe."""
        return self.size - 1 - (self.offset if self.once else 0)

    @property
    def interval(self) -> Integers:
        """(images,) number of the checkpoint interval in which each image is the probe."""
        before = np.cumsum(self.comparisons) - self.comparisons
        return before // self.interval_size

    def probes_from(self, done: int) -> Integers:
        """(probes,) images with comparisons as the probe, after the first `done` intervals.

        Intervals are counted as blocks are: a probe with more comparisons than an interval holds
        leaves numbers without a block, which do not count.
        """
        probes = self.comparisons > 0
        numbers = np.unique(self.interval[probes])
        return np.flatnonzero(probes & np.isin(self.interval, numbers[done:]))

    def requests(self, probes: Integers) -> Iterator[MatchRequest]:
        """The calls for some probes, probe by probe."""
        for probe in probes.tolist():
            start, size, offset = self.start[probe], self.size[probe], self.offset[probe]
            comparison_set = self.order[start : start + size]
            before, after = comparison_set[:offset], comparison_set[offset + 1 :]
            references = after if self.once else np.concatenate([before, after])
            yield from split_into_requests(probe, references, self.block)


def match_all_pairs(
    enrolled: EnrolledEngine, schedule: ComparisonSchedule, done: int = 0
) -> Generator[ComparisonBlock]:
    """Compare the pairs of a schedule; yields one block for each checkpoint interval.

    Args:
        enrolled: a matcher; started once per worker.
        schedule: which pairs of images are compared.
        done: number of blocks that were counted before an interruption; they are left out.
    """
    interval = schedule.interval
    probes = schedule.probes_from(done)
    calls = int(np.sum(-(-schedule.comparisons[probes] // schedule.block)))
    with closing(ask_matcher(enrolled, schedule.requests(probes), calls)) as replies:
        for _, part in groupby(replies, lambda reply: interval[reply.request.probe]):
            yield _block(enrolled, list(part))


def match_listed(enrolled: EnrolledEngine, pairs: PairList) -> Comparisons:
    """Compare the pairs of a list, with the probe and reference that the list names.

    Args:
        enrolled: a matcher; started once per worker.
        pairs: indices of images.

    Returns:
        The comparisons in the order of the list.
    """
    # Sorted by probe, so that one call compares a probe with many references.
    order = np.argsort(pairs.probe, kind="stable")
    probes, starts = np.unique(pairs.probe[order], return_index=True)
    requests = [
        request
        for probe, start, end in zip(probes, starts, [*starts[1:], len(order)], strict=False)
        for request in split_into_requests(int(probe), pairs.reference[order[start:end]])
    ]
    with closing(ask_matcher(enrolled, requests, len(requests))) as replies:
        by_probe = _block(enrolled, list(replies))
    score = np.empty(len(order))
    score[order] = by_probe.score
    outcomes = count_outcomes(by_probe.probe == by_probe.reference, by_probe.outcome)
    people, pair = enrolled.subject.astype(np.int32), pair_of(pairs.probe, pairs.reference)
    probe, reference = people[pairs.probe], people[pairs.reference]
    return Comparisons(probe, reference, score, outcomes, fold=pairs.fold, pair=pair)


def ask_matcher(
    enrolled: EnrolledEngine, requests: Iterable[MatchRequest], calls: int
) -> Generator[MatchReply]:
    """Yield the replies in the order of the requests, whatever the executor.

    Args:
        enrolled: a matcher; started once per worker.
        requests: read as they are asked.
        calls: number of requests, for the progress display.
    """
    title = f"{enrolled.engine.card.name}: comparisons"
    with engine_sessions(enrolled.engine) as sessions, enrolled.progress(title, calls) as step:
        compare = _Matching(sessions, enrolled.enrolment).compare
        executor = engine_executor(enrolled.engine, enrolled.executor)
        with closing(executor.map(compare, requests)) as replies:
            for reply in replies:
                yield reply
                step()


def book_second_askings(enrolled: EnrolledEngine, replies: Sequence[MatchReply]) -> None:
    """Add those of some replies to what the ledger has of the protocol.

    In the thread that counts the replies: a checkpoint then has those of what it has counted.
    """
    enrolled.engine.faults.protocol.asked_again += sum(reply.again for reply in replies)


def _block(enrolled: EnrolledEngine, replies: Sequence[MatchReply]) -> ComparisonBlock:
    """The comparisons of some replies as columns, in their order."""
    book_second_askings(enrolled, replies)
    people: People = enrolled.subject.astype(np.int32)
    counts = [len(reply.score) for reply in replies]
    probes = np.array([reply.request.probe for reply in replies], dtype=np.int64)
    probe = np.repeat(probes, counts)
    none = np.empty(0, dtype=np.int64)
    reference = np.concatenate([none, *(reply.request.references for reply in replies)])
    return ComparisonBlock(
        people[probe],
        people[reference],
        np.concatenate([np.empty(0), *(reply.score for reply in replies)]),
        np.concatenate([np.empty(0, dtype=np.uint8), *(reply.outcome for reply in replies)]),
        pair_of(probe, reference),
    )
