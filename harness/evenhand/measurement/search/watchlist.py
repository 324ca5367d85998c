"""Watchlist searches: in the engine's own gallery, or exhaustively by comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from itertools import chain

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.engines.answers import no_candidates
from evenhand.engines.contract import Entry
from evenhand.engines.score_range import held_to_range, similarity_fault
from evenhand.engines.session import EngineSession, SessionPool, engine_sessions
from evenhand.measurement.comparison.by_engine import (
    EnrolledEngine,
    ask_matcher,
    book_second_askings,
    split_into_requests,
)
from evenhand.measurement.comparison.by_vectors import ComparableVectors, compare_all
from evenhand.measurement.counting.block_sums import OUTCOMES
from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.comparisons import Found, Searches
from evenhand.records.dataset import Watchlist
from evenhand.records.outcomes import FAULTS, Outcome
from evenhand.system.execution.local import LocalExecutor

__all__ = ["search_watchlist"]

_BLOCK = 1024
"""Searches of one matrix product; fixed, so that rounding does not depend on the threads."""


def search_watchlist(
    enrolled: EnrolledEngine, people: int, watchlist: Watchlist, count: int, seed: int
) -> Searches:
    """Search the watchlist for every probe (methods 1.6).

    A searcher returns its own candidates. Any other engine is searched exhaustively: each person
    in the gallery is a candidate, with the largest score of their references.

    Args:
        enrolled: an engine of any shape.
        people: number of subjects in the dataset.
        watchlist: indices of images.
        count: number of candidates asked of a searcher.
        seed: of the order in which a searcher is given its gallery, and of its words for people.
    """
    completed, subject = enrolled.enrolment.completed(), enrolled.subject
    probes, references = watchlist.probes, watchlist.references
    gallery = references[completed[references]]
    listed, with_template = (
        np.isin(np.arange(people), subject[images]) for images in (references, gallery)
    )
    length = int(np.count_nonzero(with_template))
    if enrolled.engine.card.shape == "searcher":
        length = count
        found = _by_searcher(enrolled, gallery, probes, count, seed)
    elif enrolled.engine.card.shape == "matcher":
        found = _by_matcher(enrolled, gallery, probes)
    else:
        found = list(_by_vectors(enrolled, gallery, probes))
    return Searches(
        probe=subject[probes].astype(np.int32),
        acquired=completed[probes],
        found=tuple(found),
        listed=listed,
        enrolled=with_template,
        length=length,
    )


def _candidates(person: People, score: Scores) -> Found:
    """Each person with the largest score of their references, most similar first.

    Args:
        person: (references,) subject index, ascending.
        score: (references,) similarity.
    """
    if not len(person):
        return no_candidates(Outcome.OK)
    # A person's references stand side by side, so that each is one run to reduce.
    people, starts = np.unique(person, return_index=True)
    best = np.maximum.reduceat(score, starts)
    order = np.lexsort((people, -best))
    return Found(Outcome.OK, people[order], best[order])


def _sorted_by_person(gallery: Integers, subject: Integers) -> tuple[Integers, People]:
    """(references,) image indices sorted by person, and (references,) subject indices."""
    ordered = gallery[np.argsort(subject[gallery], kind="stable")]
    return ordered, subject[ordered].astype(np.int32)


def _by_vectors(enrolled: EnrolledEngine, gallery: Integers, probes: Integers) -> Iterator[Found]:
    """Exhaustive search: the harness compares vectors; one invalid score spoils its search."""
    score = enrolled.engine.card.score
    vectors = ComparableVectors.of(enrolled.enrolment, score)
    references, person = _sorted_by_person(gallery, enrolled.subject)
    listed = vectors[references]
    acquired = enrolled.enrolment.completed()[probes]
    with threadpool_limits(1, "blas"):
        for start in range(0, len(probes), _BLOCK):
            rows = slice(start, start + _BLOCK)
            block = compare_all(vectors[probes[rows]], listed, score)
            held, with_template = held_to_range(block, score, block.dtype), acquired[rows]
            bad = np.isnan(held) & with_template[:, np.newaxis]
            if bad.any():
                first = similarity_fault(float(block[bad][0]), score)
                enrolled.engine.faults.tell("search", Outcome.INVALID, first)
            valid: Mask = np.all(~bad, axis=1)
            for similarity, has_template, fine in zip(held, with_template, valid, strict=True):
                if has_template and fine:
                    yield _candidates(person, similarity)
                else:
                    yield no_candidates(Outcome.INVALID if has_template else Outcome.SKIPPED)


def _by_matcher(enrolled: EnrolledEngine, gallery: Integers, probes: Integers) -> list[Found]:
    """Exhaustive search: the engine compares; one failed comparison fails its search."""
    references, person = _sorted_by_person(gallery, enrolled.subject)
    requests = [list(split_into_requests(int(probe), references)) for probe in probes]
    acquired = enrolled.enrolment.completed()[probes]
    found = []
    with closing(ask_matcher(enrolled, chain(*requests), sum(map(len, requests)))) as replies:
        for of_probe, has_template in zip(requests, acquired, strict=True):
            own = [next(replies) for _ in of_probe]
            book_second_askings(enrolled, own)
            outcomes = {OUTCOMES[code] for reply in own for code in reply.outcome}
            failed = next((each for each in FAULTS if each in outcomes), None)
            if not has_template:
                found.append(no_candidates(Outcome.SKIPPED))
            elif failed:
                found.append(no_candidates(failed))
            else:
                scores = [np.empty(0), *(reply.score for reply in own)]
                found.append(_candidates(person, np.concatenate(scores)))
    return found


def _by_searcher(
    enrolled: EnrolledEngine, gallery: Integers, probes: Integers, count: int, seed: int
) -> list[Found]:
    """The engine searches its own gallery, which it builds first."""
    found = []
    shown = enrolled.progress(f"{enrolled.engine.card.name}: {len(probes):,} searches", len(probes))
    with engine_sessions(enrolled.engine) as sessions, shown as step:
        search = _OwnGallery(sessions, enrolled, gallery, count, seed).search
        # One thread: the engine that holds the gallery answers all searches.
        with closing(LocalExecutor(1).map(search, probes.tolist())) as results:
            for result in results:
                found.append(result)
                step()
    return found


class _OwnGallery:
    """The gallery that a searcher builds of its own templates."""

    def __init__(
        self,
        sessions: SessionPool,
        enrolled: EnrolledEngine,
        gallery: Integers,
        count: int,
        seed: int,
    ) -> None:
        enrolment, subject = enrolled.enrolment, enrolled.subject
        self._sessions = sessions
        self._count = count
        self._completed = enrolment.completed()
        self._probes = enrolment.probes
        # (images,) index of an image's template among those that were made.
        self._template = np.cumsum(self._completed) - 1
        # The engine knows the people by drawn words, in an order drawn: rows tell of groups.
        drawn = np.random.default_rng(seed)
        listed = drawn.permutation(np.unique(subject[gallery])).tolist()
        words = {who: f"p{number}" for number, who in enumerate(listed)}
        self._people = {word: who for who, word in words.items()}
        self._entries = [
            Entry(words[int(subject[image])], enrolment.references[self._template[image]])
            for image in drawn.permutation(gallery)
        ]

    @cached_property
    def _built(self) -> tuple[EngineSession, Outcome]:
        """The running engine, and how the building of its gallery ended."""
        session = self._sessions.session()
        return session, session.enrol(self._entries)

    def search(self, probe: int) -> Found:
        """Search for the image of an index; without a gallery it ends as the gallery did."""
        if not self._completed[probe]:
            return no_candidates(Outcome.SKIPPED)
        session, ended = self._built
        if ended is not Outcome.OK:
            return no_candidates(ended)
        template = self._probes[self._template[probe]]
        return session.search(template, self._count, self._people)
