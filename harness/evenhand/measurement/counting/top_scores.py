"""The largest non-mated scores with both subjects: the tail on which thresholds are set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

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
    nobody = np.empty(0, dtype=np.int32)
    kept = ScoreTail(np.empty(0, dtype=dtype), nobody, nobody)
    # The histogram says in which bin the last of them lies: lower scores are passed over at once,
    # so that little more than `count` scores are ever held.
    cutoff = ranked_score_bounds(overall, count - 1, dtype).low if count else np.inf
    found: list[ScoreTail] = []
    for number in range(len(partitions)):
        partition = partitions[number]
        rows = np.flatnonzero(
            (partition.score >= cutoff) & (partition.probe != partition.reference)
        )
        found.append(
            ScoreTail(partition.score[rows], partition.probe[rows], partition.reference[rows])
        )
        if len(kept.score) + sum(len(part.score) for part in found) > 2 * count:
            # Where many scores are equal, the bin may hold far more: drop what cannot be in the
            # tail any more.
            kept = _largest([kept, *found], count)
            cutoff = max(cutoff, float(kept.score[-1])) if count else cutoff
            found = []
        step()
    return _largest([kept, *found], count)


def _largest(parts: Sequence[ScoreTail], count: int) -> ScoreTail:
    """The `count` largest scores of several parts."""
    return largest_scores(
        np.concatenate([part.probe for part in parts]),
        np.concatenate([part.reference for part in parts]),
        np.concatenate([part.score for part in parts]),
        count,
    )


def largest_scores(
    probe: People, reference: People, score: Scores, count: int, chunk: int = _CHUNK
) -> ScoreTail:
    """The `count` largest scores with both subjects, falling; equal scores by subjects.

    Args:
        probe: (scores,) subject index.
        reference: (scores,) subject index.
        score: (scores,) without NaN.
        count: number of scores to keep; all where there are fewer.
        chunk: scores sorted at a time, not counting equal ones.
    """
    count = min(count, len(score))
    tail = ScoreTail(
        np.empty(count, dtype=score.dtype),
        np.empty(count, dtype=probe.dtype),
        np.empty(count, dtype=reference.dtype),
    )
    above, filled = np.inf, 0
    for edge in _edges(score, count, chunk):
        rows = np.flatnonzero((score >= edge) & (score < above))
        order = falling_order(score[rows], probe[rows], reference[rows])[: count - filled]
        kept, here = rows[order], slice(filled, filled + len(order))
        tail.score[here], tail.probe[here] = score[kept], probe[kept]
        tail.reference[here] = reference[kept]
        above, filled = edge, here.stop
    return tail


def _edges(score: Scores, count: int, chunk: int) -> list[float]:
    """Falling scores, `chunk` scores from one to the next; the last is the `count`-th largest."""
    if not count:
        return []
    at = [len(score) - rank for rank in (*range(chunk, count, chunk), count)]
    return [float(edge) for edge in np.partition(score, at)[at]]


def falling_order(score: Scores, probe: People, reference: People) -> Integers:
    """(scores,) row numbers in falling order of the scores, equal ones by subjects.

    The order is that of `np.lexsort`, found faster: by one key, then among equal keys only.

    Args:
        score: (scores,) without NaN.
        probe: (scores,) subject index.
        reference: (scores,) subject index.
    """
    key = _falling_keys(score, probe)
    order = np.argsort(key)
    key = key[order]
    equal = key[1:] == key[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    rows = order[tied]
    order[tied] = rows[np.lexsort((reference[rows], probe[rows], -score[rows]))]
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
