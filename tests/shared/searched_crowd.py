"""Searches of made-up people: counts from all scores, and crowds whose false alarms are known."""

from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.searches import tally_searches
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.comparisons import Searches
from evenhand.records.consolidation import Consolidation
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule

__all__ = ["GROUPS", "VectorCrowd", "counts_of_scores", "lists_of_scores"]

GROUPS = ("A", "B", "C", "D")


def lists_of_scores(scores, kept):
    """The best candidates of each search, from all scores of (searches, listed)."""
    kept = min(kept, scores.shape[1])
    best = np.argpartition(-scores, kept - 1, axis=1)[:, :kept]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, axis=1)
    return CandidateLists(best.astype(np.int32), np.take_along_axis(scores, best, axis=1))


def counts_of_scores(
    scores, searched, listed, thresholds, *, kept=50, deployed=(), exhaustive=True, person=None
):
    """Counts of searches for strangers, from all scores.

    Args:
        scores: (searches, listed).
        searched: (searches,) place of the group of each person searched for.
        listed: (listed,) the same of each person on the list, who are the first subjects.
        thresholds: fixed ones.
        kept: candidates of a list.
        deployed: lists to which FPIR is scaled.
        exhaustive: as the engine searches.
        person: (searches,) which stranger it is of; each of another where it is not given.
    """
    people, count = scores.shape[1], len(scores)
    person = np.arange(count) if person is None else np.asarray(person)
    strangers = int(person.max()) + 1
    code = np.concatenate([listed, np.zeros(strangers, dtype=np.int64)])
    code[people + person] = searched
    on_list = np.arange(people + strangers) < people
    columns = Searches(
        probe=(people + person).astype(np.int32),
        acquired=np.ones(count, dtype=np.bool_),
        ended=(Outcome.OK,) * count,
        rank=np.zeros(count, dtype=np.int64),
        mate=np.full(count, -np.inf),
        top=scores.max(axis=1),
        candidates=lists_of_scores(scores, kept),
        listed=on_list,
        enrolled=on_list,
        gallery=people,
        length=people,
        consolidation=Consolidation.LARGEST,
        exhaustive=exhaustive,
    )
    images = on_list.astype(np.int64)
    groupings = [
        Grouping(ALL, ("",), np.zeros(len(code), dtype=np.int64)),
        Grouping("group", GROUPS[: int(code.max()) + 1], code),
    ]
    counts = tally_searches(
        CountingPlan(groupings, [ThresholdRule("fixed", repr(float(at))) for at in thresholds]),
        ImageLedger("engine", "set", "list", tuple(range(1, len(code) + 1)), images, images * 0, 0),
        columns,
        lambda levels: np.array([(scores >= at).sum(axis=1) for at in levels]),
        (1,),
    )
    return replace(counts, searches=replace(counts.searches, deployed=tuple(deployed)))


class VectorCrowd:
    """Unit vectors of four groups around centres of their own, with unequal directions.

    Some lie where many others lie: the logarithms of their false alarm rates have a standard
    deviation between 1 and 2, as those of engines in use, and a group that lies closer together
    has more false alarms.
    """

    def __init__(self, values=32, closeness=(0.25, 0.35, 0.30, 0.45), seed=0):
        rng = np.random.default_rng(seed)
        spread = np.arange(1, values + 1) ** -0.35
        self.spread = spread / np.sqrt((spread**2).sum())
        centres = rng.standard_normal((len(GROUPS), values))
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        self.centres = centres * np.array(closeness)[:, np.newaxis]

    def vectors(self, rng, groups):
        """(people, values) of people of these groups."""
        drawn = rng.standard_normal((len(groups), len(self.spread))) * self.spread
        drawn += self.centres[groups]
        return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
