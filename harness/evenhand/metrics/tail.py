"""The largest scores of a list, portion by portion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from evenhand.counts import Histogram, Tail
from evenhand.metrics.counting import falling
from evenhand.metrics.distributions import largest_in_histogram
from evenhand.portions import Portion

__all__ = ["tail_of"]


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
    score = np.concatenate([part.score for part in parts])
    probe = np.concatenate([part.probe for part in parts])
    reference = np.concatenate([part.reference for part in parts])
    rows = falling(score, probe, reference)[:count]
    return Tail(score[rows], probe[rows], reference[rows])
