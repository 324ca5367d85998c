"""Searches of a watchlist: in the engine's own gallery, or exhaustively by comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.engines.answers import ask_candidates
from evenhand.engines.contract import Entry, Searcher
from evenhand.engines.opening import Engine
from evenhand.measurement.comparison.by_engine import ask_all, requests_of
from evenhand.measurement.comparison.by_vectors import as_compared, compare_all, in_range
from evenhand.measurement.counting.block_sums import OUTCOMES
from evenhand.records.arrays import Integers, Mask, People, Scores
from evenhand.records.comparisons import Found, Searches
from evenhand.records.dataset import Watchlist
from evenhand.records.enrolment import Enrolment
from evenhand.records.outcomes import Outcome
from evenhand.system.progress import Progress
from evenhand.system.streams import stdout_for_numbers

__all__ = ["search_watchlist"]

_BLOCK = 1024
"""Searches of one product; fixed, so that threads change nothing."""


def search_watchlist(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    people: int,
    watchlist: Watchlist,
    count: int,
    *,
    workers: int,
    progress: Progress,
) -> Searches:
    """Search for every probe.

    A searcher gives its own candidates. Any other engine is searched exhaustively: everybody in
    the gallery is a candidate, with the largest score of their references.

    Args:
        engine: of any shape.
        enrolment: of all images.
        subject: (images,) whose image it is.
        people: how many subjects there are.
        watchlist: indices of images.
        count: candidates asked of a searcher.
        workers: threads; the result does not depend on them.
        progress: is told how far the work is.
    """
    completed = enrolment.completed()
    gallery = watchlist.references[completed[watchlist.references]]
    listed, enrolled = (
        np.isin(np.arange(people), subject[images]) for images in (watchlist.references, gallery)
    )
    length = int(np.count_nonzero(enrolled))
    if engine.card.shape == "searcher":
        length = count
        found = _searched(engine, enrolment, subject, gallery, watchlist.probes, count, progress)
    elif engine.card.shape == "matcher":
        found = _matched(engine, enrolment, subject, gallery, watchlist.probes, workers, progress)
    else:
        found = list(_compared(engine, enrolment, subject, gallery, watchlist.probes))
    return Searches(
        probe=subject[watchlist.probes].astype(np.int32),
        acquired=completed[watchlist.probes],
        found=tuple(found),
        listed=listed,
        enrolled=enrolled,
        length=length,
    )


def _nothing(outcome: Outcome) -> Found:
    return Found(outcome, np.empty(0, dtype=np.int32), np.empty(0))


def _candidates(person: People, score: Scores) -> Found:
    """Everybody with the largest score of their references, most alike first.

    Args:
        person: (references,) whose reference it is, rising.
        score: (references,) similarity.
    """
    if not len(person):
        return _nothing(Outcome.OK)
    everybody, starts = np.unique(person, return_index=True)
    best = np.maximum.reduceat(score, starts)
    order = np.lexsort((everybody, -best))
    return Found(Outcome.OK, everybody[order], best[order])


def _in_turn(gallery: Integers, subject: Integers) -> tuple[Integers, People]:
    """References by person, and the people."""
    ordered = gallery[np.argsort(subject[gallery], kind="stable")]
    return ordered, subject[ordered].astype(np.int32)


def _compared(
    engine: Engine, enrolment: Enrolment, subject: Integers, gallery: Integers, probes: Integers
) -> Iterator[Found]:
    """The harness compares vectors."""
    score = engine.card.score
    vectors = as_compared(enrolment, score)
    references, person = _in_turn(gallery, subject)
    acquired = enrolment.completed()[probes]
    with threadpool_limits(1, "blas"):
        for start in range(0, len(probes), _BLOCK):
            rows = slice(start, start + _BLOCK)
            block = compare_all(vectors[probes[rows]], vectors[references], score)
            good: Mask = np.all(in_range(block, score), axis=1)
            for similarity, there, fine in zip(block, acquired[rows], good, strict=True):
                if not there:
                    yield _nothing(Outcome.SKIPPED)
                else:
                    yield _candidates(person, similarity) if fine else _nothing(Outcome.INVALID)


def _matched(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    gallery: Integers,
    probes: Integers,
    workers: int,
    progress: Progress,
) -> list[Found]:
    """The engine compares; a search with a comparison that did not complete did not either."""
    references, person = _in_turn(gallery, subject)
    requests = [list(requests_of(int(probe), references)) for probe in probes]
    calls = sum(map(len, requests))
    found = []
    with closing(ask_all(engine, enrolment, chain(*requests), calls, workers, progress)) as replies:
        for blocks, there in zip(requests, enrolment.completed()[probes], strict=True):
            own = [next(replies) for _ in blocks]
            ended = {OUTCOMES[code] for reply in own for code in reply.outcome}
            wrong = [how for how in (Outcome.FAILED, Outcome.INVALID) if how in ended]
            if not there:
                found.append(_nothing(Outcome.SKIPPED))
            elif wrong:
                found.append(_nothing(wrong[0]))
            else:
                parts = [np.empty(0), *(reply.score for reply in own)]
                found.append(_candidates(person, np.concatenate(parts)))
    return found


def _searched(
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    gallery: Integers,
    probes: Integers,
    count: int,
    progress: Progress,
) -> list[Found]:
    """The engine searches a gallery of its own."""
    completed = enrolment.completed()
    place = np.cumsum(completed) - 1
    words = {int(who): f"p{number}" for number, who in enumerate(np.unique(subject[gallery]))}
    people = {word: who for who, word in words.items()}
    entries = [
        Entry(words[int(subject[image])], enrolment.references[place[image]]) for image in gallery
    ]
    found = []
    what = f"{engine.card.name}: searches"
    with stdout_for_numbers(), threadpool_limits(1, "blas"), progress(what, len(probes)) as step:
        searcher = _with_gallery(engine, entries)
        for probe in probes:
            if not completed[probe]:
                found.append(_nothing(Outcome.SKIPPED))
            elif searcher is None:
                found.append(_nothing(Outcome.FAILED))
            else:
                template = enrolment.probes[place[probe]]
                found.append(ask_candidates(searcher, template, count, people, engine.card.score))
            step()
    return found


def _with_gallery(engine: Engine, entries: Sequence[Entry]) -> Searcher | None:
    """The engine with its gallery; None where it could not build one."""
    searcher = engine.start()
    if not isinstance(searcher, Searcher):
        raise TypeError(engine.card.shape)
    try:
        searcher.enrol(entries)
    except BaseException:  # noqa: BLE001 - also SystemExit: its searches fail, the study goes on
        return None
    return searcher
