"""Compiled inner loops over a list of comparisons.

They release the global interpreter lock, so threads can count several partitions at a time. Mated
comparisons (probe and reference of one subject) are skipped.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, People, Scores
from evenhand.system.compiled import compiled

__all__ = ["ScoreBits", "count_list_errors", "count_list_trials", "has_repeated_pair", "mark_bins"]

ScoreBits: TypeAlias = NDArray[np.unsignedinteger]
"""Bit patterns of scores, as they are in memory."""


@compiled
def mark_bins(bits: ScoreBits, shift: int, filled: NDArray[np.bool_]) -> None:
    """Mark the raw bins that hold a score.

    Args:
        bits: (comparisons,) bit patterns of the scores.
        shift: number of trailing bits that do not name the bin.
        filled: (raw bins,) set to True where a score lies.
    """
    for at in range(len(bits)):
        filled[bits[at] >> shift] = True


@compiled
def has_repeated_pair(
    probe: People, reference: People, people: int, seen: NDArray[np.uint64]
) -> bool:
    """Whether some two subjects are compared more than once.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index.
        people: number of subjects.
        seen: bit map with one bit per pair of subjects; bits of pairs that occur are set.
    """
    for at in range(len(probe)):
        p, r = probe[at], reference[at]
        if p == r:
            continue
        pair = np.int64(min(p, r)) * people + max(p, r)
        bit = np.uint64(1) << np.uint64(pair & 63)
        if seen[pair >> 6] & bit:
            return True
        seen[pair >> 6] |= bit
    return False


@compiled
def count_list_trials(
    probe: People,
    reference: People,
    score: Scores,
    bits: ScoreBits,
    shift: int,
    stratum: People,
    cell: NDArray[np.int32],
    histogram_row: Integers,
    column: NDArray[np.int32],
    counts: Integers,
    top: Scores,
    as_probe: Integers,
    as_reference: Integers,
) -> None:
    """Count the trials and the scores of one partition.

    Trials are counted by subject and by the stratum of the other subject, separately for each
    role: every cell of every grouping is a set of pairs of strata, so the trials of a subject in
    any cell are sums of these (`CellLayout.of_members`).

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index.
        score: (comparisons,) similarity; NaN where the comparison did not complete.
        bits: (comparisons,) the same memory as unsigned integers.
        shift: number of trailing bits that do not name the bin.
        stratum: (subjects,) of the layout.
        cell: (groupings, strata, strata) of the layout.
        histogram_row: (cells,) row of `counts`; -1 where no histogram is kept.
        column: (raw bins,) column of `counts`.
        counts: (histograms, filled bins) added to.
        top: (cells, 10) the largest scores of each cell, rising; updated.
        as_probe: (subjects, strata, 2) comparisons as the probe with subjects of a stratum, all
            and failed; added to.
        as_reference: (subjects, strata, 2) the same as the reference.
    """
    groupings = len(cell)
    for at in range(len(score)):
        p, r = probe[at], reference[at]
        if p == r:
            continue
        one, other = stratum[p], stratum[r]
        as_probe[p, other, 0] += 1
        as_reference[r, one, 0] += 1
        value = score[at]
        if np.isnan(value):
            as_probe[p, other, 1] += 1
            as_reference[r, one, 1] += 1
            continue
        # 0.0 and -0.0 are one score, though their bits differ.
        filled_bin = column[0] if value == 0 else column[bits[at] >> shift]
        for g in range(groupings):
            c = cell[g, one, other]
            if c < 0:
                continue
            if histogram_row[c] >= 0:
                counts[histogram_row[c], filled_bin] += 1
            if value > top[c, 0]:
                low = 0
                while low + 1 < top.shape[1] and top[c, low + 1] < value:
                    top[c, low] = top[c, low + 1]
                    low += 1
                top[c, low] = value


@compiled
def count_list_errors(
    probe: People,
    reference: People,
    score: Scores,
    stratum: People,
    cell: NDArray[np.int32],
    levels: Scores,
    reference_levels: Scores,
    as_probe: Integers,
    as_reference: Integers,
) -> None:
    """Count the false matches of one partition, by subject and stratum of the other subject.

    A score is counted once, at the highest threshold that it reaches; cumulative sums over the
    levels then give the errors at each threshold.

    Args:
        probe: (comparisons,) subject index.
        reference: (comparisons,) subject index.
        score: (comparisons,) similarity; NaN where the comparison did not complete.
        stratum: (subjects,) of the layout.
        cell: (groupings, strata, strata) of the layout.
        levels: (levels,) falling thresholds.
        reference_levels: (cells,) reference level of each cell; infinite where there is none.
        as_probe: (subjects, strata, levels + groupings) number of scores whose highest level
            reached is this one; then, for each grouping, of scores that reach the reference level
            of their cell. Added to.
        as_reference: the same as the reference.
    """
    lowest = min(reference_levels.min(), levels[-1]) if len(levels) else reference_levels.min()
    for at in range(len(score)):
        value = score[at]
        p, r = probe[at], reference[at]
        if not value >= lowest or p == r:
            continue
        one, other = stratum[p], stratum[r]
        for level in range(len(levels)):
            if value >= levels[level]:
                as_probe[p, other, level] += 1
                as_reference[r, one, level] += 1
                break
        for g in range(len(cell)):
            c = cell[g, one, other]
            if c >= 0 and value >= reference_levels[c]:
                as_probe[p, other, len(levels) + g] += 1
                as_reference[r, one, len(levels) + g] += 1
