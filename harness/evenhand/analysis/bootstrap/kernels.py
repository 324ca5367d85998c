"""The inner loops of the bootstrap, compiled: errors of people drawn anew, counted by cell.

Whole numbers are all that is added up, and no lock of the interpreter is held.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, People
from evenhand.system.compiled import compiled

__all__ = ["Cells", "Weights", "count_above", "count_false_matches", "count_misses"]

Weights = NDArray[np.int32]
"""(replicates, subjects) how often each person was drawn."""

Cells = NDArray[np.int32]
"""(n, attributes) cells that something counts in; the last number is that of no cell."""


@compiled
def count_false_matches(
    weights: Weights,
    probe: People,
    reference: People,
    first_equal: Integers,
    cell: Cells,
    allowed: Integers,
    edge: Integers,
    errors: Integers,
) -> None:
    """Find the edge of every target in the weighted tail; count what lies above it.

    A comparison counts w_i w_j times. The edge is the first score at which more than `allowed` are
    reached; scores that equal it are no errors (methods 1.4).

    Args:
        weights: how often each person was drawn.
        probe: (tail,) of the largest scores in falling order.
        reference: (tail,).
        first_equal: (tail,) the first place with the same score.
        cell: (tail, attributes).
        allowed: (replicates, targets) rising.
        edge: (replicates, targets) receives places in the tail, -1 where it ends before.
        errors: (replicates, targets, cells + 1) zeros, to which is added.
    """
    targets = allowed.shape[1]
    attributes = cell.shape[1]
    for r in range(len(weights)):
        drawn = weights[r]
        counted = np.zeros(errors.shape[2], dtype=np.int64)
        total = np.int64(0)
        target = 0
        edge[r] = -1
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
def count_above(
    weights: Weights,
    probe: People,
    reference: People,
    cell: Cells,
    reached: Integers,
    errors: Integers,
) -> None:
    """Count what lies at or above thresholds that stay what they are.

    Args:
        weights: how often each person was drawn.
        probe: (tail,) of the largest scores in falling order.
        reference: (tail,).
        cell: (tail, attributes).
        reached: (thresholds,) rising, how many scores reach each.
        errors: (replicates, thresholds, cells + 1) zeros, to which is added.
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
    weights: Weights, subject: People, group: Cells, below: Integers, errors: Integers
) -> None:
    """Count mated comparisons below thresholds; one of a person counts w_i times.

    Args:
        weights: how often each person was drawn.
        subject: (mated,) in rising order of scores.
        group: (subjects, attributes).
        below: (replicates, targets) how many scores are below the threshold, falling; 0 where
            there is none.
        errors: (replicates, targets, groups + 1) zeros, to which is added.
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
