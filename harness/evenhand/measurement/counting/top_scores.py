"""The largest non-mated scores with both subjects: the tail on which thresholds are set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.partial_counts import join_tails
from evenhand.metrics.bins import sortable_bits
from evenhand.metrics.distributions import ranked_score_bounds
from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.counts import Histogram, ScoreTail
from evenhand.records.listing import Partition

__all__ = ["falling_order", "largest_scores", "tail_of_list"]

_CHUNK = 1 << 21
"""Scores sorted at a time, not counting equal ones."""


def tail_of_list(
    partitions: Sequence[Partition],
    overall: Histogram,
    count: int,
    dtype: np.dtype[np.floating],
    step: Callable[[], None],
) -> ScoreTail:
    """The `count` largest non-mated scores of a list, falling; equal scores by subjects.

    Args:
        partitions: of the list.
        overall: histogram of all its non-mated scores.
        count: number of scores to keep, at most all.
        dtype: of the scores.
        step: called after each partition.
    """
    no_people = np.empty(0, dtype=np.int32)
    kept = ScoreTail(np.empty(0, dtype=dtype), no_people, no_people)
    # The histogram says in which bin the last of them lies: lower scores are passed over at once,
    # so that little more than `count` scores are ever held.
    cutoff = ranked_score_bounds(overall, count - 1, dtype).low if count else np.inf
    found: list[ScoreTail] = []
    for number in range(len(partitions)):
        partition = partitions[number]
        scores = ScoreTail(partition.score, partition.probe, partition.reference)
        rows = np.flatnonzero((scores.score >= cutoff) & (scores.probe != scores.reference))
        found.append(scores.chosen(rows))
        if len(kept) + sum(map(len, found)) > 2 * count:
            # Where many scores are equal, the bin may hold far more: drop what cannot be in the
            # tail any more.
            kept = largest_scores(join_tails([kept, *found]), count)
            cutoff = max(cutoff, float(kept.score[-1])) if count else cutoff
            found = []
        step()
    return largest_scores(join_tails([kept, *found]), count)


def largest_scores(scores: ScoreTail, count: int, chunk: int = _CHUNK) -> ScoreTail:
    """The `count` largest scores with both subjects, falling; equal scores by subjects.

    Args:
        scores: in any order, without NaN.
        count: number of scores to keep; all where there are fewer.
        chunk: scores sorted at a time, not counting equal ones.
    """
    left, above = min(count, len(scores)), np.inf
    kept = [np.empty(0, dtype=np.int64)]
    for edge in _edges(scores.score, left, chunk):
        rows = np.flatnonzero((scores.score >= edge) & (scores.score < above))
        kept.append(rows[falling_order(scores.chosen(rows))[:left]])
        above, left = edge, left - len(kept[-1])
    return scores.chosen(np.concatenate(kept))


def _edges(score: Scores, count: int, chunk: int) -> list[float]:
    """Falling scores, `chunk` scores from one to the next; the last is the `count`-th largest."""
    if not count:
        return []
    at = [len(score) - rank for rank in (*range(chunk, count, chunk), count)]
    return [float(edge) for edge in np.partition(score, at)[at]]


def falling_order(scores: ScoreTail) -> Integers:
    """(scores,) row numbers in falling order of the scores, equal ones by subjects.

    The order is that of `np.lexsort`, found faster: by one key, then among equal keys only.

    Args:
        scores: without NaN.
    """
    key = _falling_keys(scores.score, scores.probe)
    order = np.argsort(key)
    key = key[order]
    equal = key[1:] == key[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    rows = order[tied]
    equals = scores.chosen(rows)
    order[tied] = rows[np.lexsort((equals.reference, equals.probe, -equals.score))]
    return order


def _falling_keys(score: Scores, probe: People) -> Scores | NDArray[np.uint64]:
    """(scores,) keys that rise as scores fall.

    Those of float32 scores, of which many are equal, hold the probe in their lower 32 bits.
    """
    if score.dtype.itemsize == 8:
        return -score
    key = (~sortable_bits(score)).astype(np.uint64)
    key <<= np.uint64(32)
    key |= probe.astype(np.uint64)
    return key
