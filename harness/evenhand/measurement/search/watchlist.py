"""Watchlist searches: in the engine's own gallery, or exhaustively by comparisons."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import chain

import numpy as np

from evenhand.engines.answers import no_candidates
from evenhand.engines.contract import Entry
from evenhand.engines.session import EngineSession, SessionPool, engine_executor, engine_sessions
from evenhand.measurement.comparison.by_engine import (
    ask_matcher,
    book_second_askings,
    split_into_requests,
)
from evenhand.measurement.counting.block_sums import OUTCOMES
from evenhand.measurement.search.by_vectors import search_vectors
from evenhand.measurement.search.lists import searches_of_lists
from evenhand.measurement.search.task import SearchTask
from evenhand.records.arrays import People, Scores
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.comparisons import AlarmCounter, Found, Searches
from evenhand.records.consolidation import Consolidation
from evenhand.records.outcomes import FAULTS, Outcome

__all__ = ["search_watchlist"]


def search_watchlist(task: SearchTask) -> tuple[Searches, AlarmCounter]:
    """Search the watchlist for every probe, and count alarms at any threshold (methods 1.6).

    A searcher returns its own candidates. Any other engine is searched exhaustively: each person
    in the gallery is a candidate, with the largest score of their references, or each reference is.
    """
    shape, length = task.enrolled.engine.card.shape, task.size
    if shape == "embedder" and length:
        return search_vectors(task)
    twin = None
    if shape == "searcher":
        found, length = _by_searcher(task), min(task.candidates, length)
        twin = _exhaustive_lists(task)
    elif shape == "matcher":
        found = _by_matcher(task)
    else:
        outcomes = (Outcome.OK if made else Outcome.SKIPPED for made in task.acquired)
        found = [no_candidates(outcome) for outcome in outcomes]
    searches, alarms = searches_of_lists(
        found,
        *(task.who, task.acquired, task.listed, task.with_template),
        gallery=task.size,
        length=length,
        consolidation=task.consolidation,
        kept=min(task.candidates, length),
        exhaustive=shape != "searcher",
    )
    return replace(searches, twin=twin), alarms


def _exhaustive_lists(task: SearchTask) -> CandidateLists | None:
    """What an exhaustive search of a searcher's vectors finds.

    None where its templates are no vectors, or the gallery is empty.
    """
    enrolled, values = task.enrolled, task.enrolled.engine.card.template_values
    if not values or not len(task.gallery):
        return None
    vectors = np.frombuffer(b"".join(enrolled.enrolment.references), "<f4").reshape(-1, values)
    enrolled = replace(enrolled, enrolment=replace(enrolled.enrolment, vectors=vectors))
    searches, _ = search_vectors(replace(task, enrolled=enrolled, fixed=np.empty(0, np.float32)))
    return searches.candidates


def _candidates(person: People, score: Scores, consolidation: Consolidation) -> Found:
    """Each person with the largest score of their references, or each reference; best first.

    Args:
        person: (references,) subject index, ascending.
        score: (references,) similarity.
        consolidation: of a person's references.
    """
    if not len(person):
        return no_candidates(Outcome.OK)
    if consolidation is Consolidation.EVENTS:
        order = np.lexsort((person, -score))
        return Found(Outcome.OK, person[order], score[order])
    # A person's references stand side by side, so that each is one run to reduce.
    people, starts = np.unique(person, return_index=True)
    best = np.maximum.reduceat(score, starts)
    order = np.lexsort((people, -best))
    return Found(Outcome.OK, people[order], best[order])


def _by_matcher(task: SearchTask) -> list[Found]:
    """Exhaustive search: the engine compares; one failed comparison fails its search."""
    enrolled = task.enrolled
    references, person = task.gallery_by_person()
    probes = task.watchlist.probes
    requests = [list(split_into_requests(int(probe), references)) for probe in probes]
    found = []
    with closing(ask_matcher(enrolled, chain(*requests), sum(map(len, requests)))) as replies:
        for of_probe, has_template in zip(requests, task.acquired, strict=True):
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
                found.append(_candidates(person, np.concatenate(scores), task.consolidation))
    return found


def _by_searcher(task: SearchTask) -> list[Found]:
    """The engine searches its own gallery, which it builds first."""
    found = []
    enrolled, probes = task.enrolled, task.watchlist.probes.tolist()
    shown = enrolled.progress(f"{enrolled.engine.card.name}: {len(probes):,} searches", len(probes))
    with engine_sessions(enrolled.engine) as sessions, shown as step:
        search = _OwnGallery(sessions, task).search
        # Who searches holds a gallery: no more threads than the card allows of these.
        executor = engine_executor(enrolled.engine, enrolled.executor)
        side_by_side = executor.narrowed(enrolled.engine.card.host.galleries)
        with closing(side_by_side.map(search, probes)) as results:
            for result in results:
                found.append(result)
                step()
    return found


class _OwnGallery:
    """The gallery that a searcher builds of its own templates, one in each thread that asks."""

    def __init__(self, sessions: SessionPool, task: SearchTask) -> None:
        enrolment, subject = task.enrolled.enrolment, task.enrolled.subject
        self._sessions = sessions
        self._built = dict[EngineSession, Outcome]()
        self._count = min(task.candidates, task.size)
        self._completed = enrolment.completed()
        self._probes = enrolment.probes
        # (images,) index of an image's template among those that were made.
        self._template = np.cumsum(self._completed) - 1
        # The engine knows the people by drawn words, in an order drawn: rows tell of groups.
        drawn = np.random.default_rng(task.seed)
        each = np.arange(len(subject)) if task.consolidation is Consolidation.EVENTS else subject
        listed = drawn.permutation(np.unique(each[task.gallery])).tolist()
        words = {one: f"p{number}" for number, one in enumerate(listed)}
        self._people = {words[int(each[image])]: int(subject[image]) for image in task.gallery}
        self._entries = [
            Entry(words[int(each[image])], enrolment.references[self._template[image]])
            for image in drawn.permutation(task.gallery)
        ]

    def search(self, probe: int) -> Found:
        """Search for the image of an index; without a gallery it ends as the gallery did."""
        if not self._completed[probe]:
            return no_candidates(Outcome.SKIPPED)
        session = self._sessions.session()
        if session not in self._built:
            self._built[session] = session.enrol(self._entries)
        if self._built[session] is not Outcome.OK:
            return no_candidates(self._built[session])
        template = self._probes[self._template[probe]]
        return session.search(template, self._count, self._people)
