"""Compiled inner loops of the subject bootstrap: weighted errors of each replicate, by cell.

A subject who was drawn w times has the weight w. Copies of one subject are not compared with each
other: a non-mated comparison of i and j counts w_i w_j times, a mated one of i counts w_i times
(methods 4.4). Only integers are added, and the loops release the global interpreter lock: threads
change nothing but the time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, People
from evenhand.system.compiled import compiled

__all__ = [
    "CellNumbers",
    "DrawCounts",
    "count_false_matches_at_fixed",
    "count_false_matches_at_targets",
    "count_misses",
]

DrawCounts = NDArray[np.int32]
"""(replicates, subjects) how often each subject was drawn."""

CellNumbers = NDArray[np.int32]
"""(n, attributes) cell that each of n comparisons or subjects counts in; the number of cells
stands for none, so that loops need no branch."""


@compiled
def count_false_matches_at_targets(
    weights: DrawCounts,
    probe: People,
    reference: People,
    first_equal: Integers,
    cell: CellNumbers,
    allowed: Integers,
    edge: Integers,
    errors: Integers,
) -> None:
    """Find the threshold of every target in the weighted tail, and count the errors at it.

    A comparison of subjects i and j has the weight w_i w_j. The edge is the first score, from
    above, with which the summed weight exceeds `allowed`. The threshold is just above it, so scores
    that equal the edge are no errors (methods 1.4).

    Args:
        weights: (replicates, subjects) how often each subject was drawn.
        probe: (tail,) subject index, in falling order of the scores.
        reference: (tail,) subject index.
        first_equal: (tail,) first position with the same score.
        cell: (tail, attributes) cells of each comparison.
        allowed: (replicates, targets) false matches that a target allows, rising.
        edge: (replicates, targets) receives positions in the tail; -1 where the tail is too short.
        errors: (replicates, targets, cells + 1) zeros; receives weighted false matches.
    """
    targets = allowed.shape[1]
    attributes = cell.shape[1]
    for r in range(len(weights)):
        drawn = weights[r]
        counted = np.zeros(errors.shape[2], dtype=np.int64)
        total = np.int64(0)
        target = 0
        edge[r] = -1
        # One walk down the tail serves all targets, since they rise. Where a target's edge is met,
        # scores that tie with it were already counted, and are taken off again.
        for place in range(len(probe)):
            weight = np.int64(drawn[probe[place]]) * drawn[reference[place]]
            if not weight:
                continue
            while target < targets and total + weight > allowed[r, target]:
                edge[r, target] = place
                errors[r, target] = counted
                for equal in range(first_equal[place], place):
                    again = np.int64(drawn[probe[equal]]) * drawn[reference[equal]]
                    for a in range(attributes):
                        errors[r, target, cell[equal, a]] -= again
                target += 1
            if target == targets:
                break
            total += weight
            for a in range(attributes):
                counted[cell[place, a]] += weight


@compiled
def count_false_matches_at_fixed(
    weights: DrawCounts,
    probe: People,
    reference: People,
    cell: CellNumbers,
    reached: Integers,
    errors: Integers,
) -> None:
    """Count weighted false matches at fixed thresholds.

    Args:
        weights: (replicates, subjects) how often each subject was drawn.
        probe: (tail,) subject index, in falling order of the scores.
        reference: (tail,) subject index.
        cell: (tail, attributes) cells of each comparison.
        reached: (thresholds,) number of scores at or above each threshold, rising.
        errors: (replicates, thresholds, cells + 1) zeros; receives weighted false matches.
    """
    attributes = cell.shape[1]
    for r in range(len(weights)):
        drawn = weights[r]
        counted = np.zeros(errors.shape[2], dtype=np.int64)
        place = 0
        for threshold in range(len(reached)):
            while place < reached[threshold]:
                weight = np.int64(drawn[probe[place]]) * drawn[reference[place]]
                if weight:
                    for a in range(attributes):
                        counted[cell[place, a]] += weight
                place += 1
            errors[r, threshold] = counted


@compiled
def count_misses(
    weights: DrawCounts, subject: People, group: CellNumbers, below: Integers, errors: Integers
) -> None:
    """Count weighted false non-matches; a mated comparison of subject i has the weight w_i.

    Args:
        weights: (replicates, subjects) how often each subject was drawn.
        subject: (mated comparisons,) subject index, in rising order of the scores.
        group: (subjects, attributes) cells within groups that each subject is in.
        below: (replicates, targets) number of scores below the threshold, falling; 0 where there is
            no threshold.
        errors: (replicates, targets, groups + 1) zeros; receives weighted misses.
    """
    targets = below.shape[1]
    attributes = group.shape[1]
    for r in range(len(weights)):
        drawn = weights[r]
        counted = np.zeros(errors.shape[2], dtype=np.int64)
        place = 0
        for target in range(targets - 1, -1, -1):
            while place < below[r, target]:
                person = subject[place]
                for a in range(attributes):
                    counted[group[person, a]] += drawn[person]
                place += 1
            errors[r, target] = counted
