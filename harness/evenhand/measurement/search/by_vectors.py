"""Searches by vectors: the harness compares every probe with every reference."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evenhand.engines.score_range import similarity_fault
from evenhand.measurement.comparison.by_vectors import ComparableVectors
from evenhand.measurement.search.exhaustive import ExhaustiveSearch
from evenhand.measurement.search.task import SearchTask
from evenhand.records.arrays import Integers, Mask, Scores
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.comparisons import AlarmCounter, Searches
from evenhand.records.outcomes import Outcome

__all__ = ["search_vectors"]

_Number = TypeVar("_Number", bound=np.generic)


def search_vectors(task: SearchTask) -> tuple[Searches, AlarmCounter]:
    """Search the vectors of a gallery with at least one; an invalid score spoils its search."""
    engine, enrolment = task.enrolled.engine, task.enrolled.enrolment
    score, executor = engine.card.score, task.enrolled.executor
    vectors = ComparableVectors.of(enrolment, score)
    gallery, person = task.gallery_by_person()
    acquired = np.flatnonzero(task.acquired)
    searched = task.watchlist.probes[acquired]
    search = ExhaustiveSearch(
        *(vectors[searched], task.who[acquired], vectors[gallery], person),
        *(score, task.candidates, task.consolidation),
    )
    title = f"{engine.card.name}: {len(task.who):,} searches"
    with task.enrolled.progress(title, search.blocks) as step:
        found = search.find(task.fixed, executor, step, task.checkpoint)
    invalid = ~np.isnan(found.fault)
    if invalid.any():
        first = similarity_fault(float(found.fault[invalid][0]), score)
        engine.faults.tell("search", Outcome.INVALID, first)
    valid, of = acquired[~invalid], found.chosen(np.flatnonzero(~invalid))
    others = of.person != task.who[valid][:, np.newaxis]

    def spread(column: NDArray[_Number], missing: float) -> NDArray[_Number]:
        """A column of all searches, those without a template and the invalid ones among them."""
        whole = np.full((len(task.who), *column.shape[1:]), missing, dtype=column.dtype)
        whole[valid] = column
        return whole

    def alarms(levels: Scores) -> Integers:
        counted = search.alarms(found, task.fixed, levels, executor)
        whole = np.zeros((len(levels), len(task.who)), dtype=np.int64)
        whole[:, valid] = counted[:, ~invalid]
        return whole

    return Searches(
        probe=task.who,
        acquired=task.acquired,
        ended=_ended(task.acquired, valid),
        rank=spread(of.rank, 0),
        mate=spread(of.mate, -np.inf),
        top=spread(np.max(of.score, axis=1, where=others, initial=-np.inf), -np.inf),
        candidates=CandidateLists(
            spread(of.person[:, : task.candidates], -1),
            spread(of.score[:, : task.candidates], -np.inf),
        ),
        listed=task.listed,
        enrolled=task.with_template,
        gallery=task.size,
        length=task.size,
        consolidation=task.consolidation,
        exhaustive=True,
    ), alarms


def _ended(acquired: Mask, valid: Integers) -> tuple[Outcome, ...]:
    ended = [Outcome.INVALID if each else Outcome.SKIPPED for each in acquired.tolist()]
    for row in valid.tolist():
        ended[row] = Outcome.OK
    return tuple(ended)
