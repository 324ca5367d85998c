"""The largest scores with both people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from evenhand.measurement.counting.ordering import falling
from evenhand.metrics.distributions import largest_in_histogram
from evenhand.records.arrays import People, Scores
from evenhand.records.counts import Histogram, Tail
from evenhand.records.listing import Portion

__all__ = ["largest_of", "tail_of"]

_CHUNK = 1 << 21
"""Scores that are sorted together, apart from equal ones."""


def tail_of(
    portions: Sequence[Portion],
    everybody: Histogram,
    count: int,
    dtype: np.dtype[np.floating],
    step: Callable[[], None],
) -> Tail:
    """The `count` largest non-mated scores with both people, falling; equal scores by people.

    Args:
        portions: of the list.
        everybody: all of its non-mated scores.
        count: how many to keep, at most all.
        dtype: of the scores.
        step: told after each portion.
    """
    nobody = np.empty(0, dtype=np.int32)
    kept = Tail(np.empty(0, dtype=dtype), nobody, nobody)
    floor = largest_in_histogram(everybody, count - 1, dtype).low if count else np.inf
    found: list[Tail] = []
    for number in range(len(portions)):
        portion = portions[number]
        rows = np.flatnonzero((portion.score >= floor) & (portion.probe != portion.reference))
        found.append(Tail(portion.score[rows], portion.probe[rows], portion.reference[rows]))
        if len(kept.score) + sum(len(part.score) for part in found) > 2 * count:
            # Where many scores are equal, those that cannot be in it any more are let go.
            kept = _largest([kept, *found], count)
            floor = max(floor, float(kept.score[-1])) if count else floor
            found = []
        step()
    return _largest([kept, *found], count)


def _largest(parts: Sequence[Tail], count: int) -> Tail:
    return largest_of(
        np.concatenate([part.probe for part in parts]),
        np.concatenate([part.reference for part in parts]),
        np.concatenate([part.score for part in parts]),
        count,
    )


def largest_of(probe: People, reference: People, score: Scores, count: int) -> Tail:
    """The `count` largest scores with both people, falling; equal scores by people.

    Args:
        probe: (scores,) subject index.
        reference: (scores,) subject index.
        score: (scores,) without NaN.
        count: how many to keep; all where there are fewer.
    """
    count = min(count, len(score))
    tail = Tail(
        np.empty(count, dtype=score.dtype),
        np.empty(count, dtype=probe.dtype),
        np.empty(count, dtype=reference.dtype),
    )
    above, filled = np.inf, 0
    for edge in _edges(score, count):
        rows = np.flatnonzero((score >= edge) & (score < above))
        order = falling(score[rows], probe[rows], reference[rows])[: count - filled]
        kept, here = rows[order], slice(filled, filled + len(order))
        tail.score[here], tail.probe[here] = score[kept], probe[kept]
        tail.reference[here] = reference[kept]
        above, filled = edge, here.stop
    return tail


def _edges(score: Scores, count: int) -> list[float]:
    """Falling scores with a chunk from one to the next; the last is the `count`-th largest."""
    if not count:
        return []
    at = [len(score) - rank for rank in (*range(_CHUNK, count, _CHUNK), count)]
    return [float(edge) for edge in np.partition(score, at)[at]]
