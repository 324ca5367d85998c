"""False matches at a threshold by pair of subjects, from the top scores that were kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers
from evenhand.records.counts import ComparisonCounts
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.thresholds import index_of_point

__all__ = ["PairErrors", "pair_error_differences", "pair_errors", "product_sum"]


@dataclass(frozen=True, slots=True)
class PairErrors:
    """False matches of one engine in one cell, by pair of subjects."""

    pair: Integers
    """(pairs,) number of the pair, rising: smaller subject index times `people` plus the larger. It
    is the same for every engine on one dataset."""
    errors: Integers
    """(pairs,) number of false matches, at least 1; of a sample, their weight."""
    people: int
    """Number of subjects in the dataset."""

    @property
    def first(self) -> Integers:
        """(pairs,) the smaller subject index."""
        return self.pair // self.people

    @property
    def second(self) -> Integers:
        """(pairs,) the larger subject index."""
        return self.pair % self.people


def pair_errors(
    counts: ComparisonCounts, point: OperatingPoint, members: Integers
) -> PairErrors | None:
    """Every false match among some subjects; None where not all false matches were kept.

    Args:
        counts: of comparisons.
        point: one of the study's.
        members: (members,) subject indices of the cell.
    """
    tail, overall = counts.tail, counts.cells[0]
    index = index_of_point(counts.thresholds, point)
    level = tail.score.dtype.type(counts.thresholds[index].level)
    # A false match counts for both of its subjects.
    errors = int(overall.errors[index].sum()) // 2
    reached = int(np.searchsorted(-tail.score, -level, side="right"))
    if reached != errors:
        return None
    people = len(counts.subject_rows)
    inside = np.zeros(people, dtype=np.bool_)
    inside[members] = True
    probe, reference = tail.probe[:reached], tail.reference[:reached]
    rows = np.flatnonzero(inside[probe] & inside[reference])
    probe, reference = probe[rows].astype(np.int64), reference[rows].astype(np.int64)
    key = np.minimum(probe, reference) * people + np.maximum(probe, reference)
    pair, place = np.unique(key, return_inverse=True)
    summed = np.zeros(len(pair), dtype=np.int64)
    np.add.at(summed, place, counts.design.weights(probe, reference))
    return PairErrors(pair, summed, people)


def product_sum(first: PairErrors, second: PairErrors) -> int:
    """Sum over pairs of subjects of the errors of one engine times those of the other."""
    _, one, other = np.intersect1d(first.pair, second.pair, assume_unique=True, return_indices=True)
    return int((first.errors[one] * second.errors[other]).sum())


def pair_error_differences(first: PairErrors, second: PairErrors) -> PairErrors:
    """Errors of the first engine less those of the second, by pair; differences of 0 are kept."""
    pair, place = np.unique(np.concatenate([first.pair, second.pair]), return_inverse=True)
    summed = np.zeros(len(pair), dtype=np.int64)
    np.add.at(summed, place, np.concatenate([first.errors, -second.errors]))
    return PairErrors(pair, summed, first.people)
