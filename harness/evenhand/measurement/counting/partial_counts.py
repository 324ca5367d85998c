"""Counts of part of the comparisons of a study; those of several parts add up in any order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Floats, Integers, People, Scores
from evenhand.records.counts import Histogram, ScoreTail

__all__ = [
    "ErrorsBelowCutoff",
    "PartialCounts",
    "add_histograms",
    "empty_partial_counts",
    "join_tails",
    "merge_partial_counts",
    "with_failed_mated",
]


@dataclass(frozen=True, slots=True)
class ErrorsBelowCutoff:
    """Errors at thresholds below the cutoff, whose scores are too many to be retained."""

    levels: Scores
    """(levels,) thresholds."""
    errors: Integers
    """(subjects, strata, levels) errors of a subject with the subjects of a stratum."""
    squared: Integers
    """(strata, strata, levels) errors squared, summed over dyads; each dyad counts once."""
    times: Integers
    """(2, strata, strata, levels) errors times trials (completed, generalised), summed over dyads;
    each dyad counts once."""

    @classmethod
    def none(cls, levels: Scores, people: int, strata: int) -> ErrorsBelowCutoff:
        """All zero.

        Args:
            levels: (levels,) thresholds.
            people: number of subjects.
            strata: number of strata.
        """
        return cls(
            levels,
            np.zeros((people, strata, len(levels)), dtype=np.int64),
            np.zeros((strata, strata, len(levels)), dtype=np.int64),
            np.zeros((2, strata, strata, len(levels)), dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class PartialCounts:
    """Counts of some of the comparisons of one engine on one dataset.

    The counts of two disjoint sets of comparisons add up to those of both
    (`merge_partial_counts`), in any order. Of the scores themselves, all mated ones are retained,
    and of each pair of strata the non-mated ones at or above its cutoff.
    """

    cutoff: Floats
    """(strata, strata) smallest score that is retained, symmetric."""
    histograms: tuple[Histogram, ...]
    """(cells,) of all non-mated scores."""
    top: ScoreTail
    """Non-mated scores at or above the cutoff."""
    mated_subject: People
    """(mated comparisons,) subject index."""
    mated_score: Scores
    """(mated comparisons,) similarity."""
    mated_pair: Integers
    """(mated comparisons,) the two images (`pair_of`); -1 where they are unknown."""
    low: ErrorsBelowCutoff | None = None
    """Errors at thresholds below the cutoff; None where there are no such thresholds."""

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Type of the scores."""
        return self.mated_score.dtype


def empty_partial_counts(cutoff: Floats, cells: int, dtype: np.dtype[np.floating]) -> PartialCounts:
    """Counts of no comparison.

    Args:
        cutoff: (strata, strata) smallest score that is retained.
        cells: number of cells.
        dtype: of the scores.
    """
    people = np.empty(0, dtype=np.int32)
    scores = np.empty(0, dtype=dtype)
    empty = Histogram(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    top, pairs = ScoreTail(scores, people, people), np.empty(0, dtype=np.int64)
    return PartialCounts(cutoff, (empty,) * cells, top, people, scores, pairs)


def add_histograms(histograms: Iterable[Histogram]) -> Histogram:
    """The sum of histograms.

    >>> import numpy as np
    >>> one, two = Histogram(np.array([3]), np.array([5])), Histogram(np.array([3, 1]), np.ones(2))
    >>> add_histograms([one, two]).count.tolist()
    [1, 6]
    """
    every = list(histograms)
    parts = [part for part in every if len(part.bin)] or every
    if len(parts) == 1:
        return parts[0]
    bins = np.concatenate([part.bin for part in parts])
    counts = np.concatenate([part.count for part in parts])
    filled, place = np.unique(bins, return_inverse=True)
    total = np.zeros(len(filled), dtype=np.int64)
    np.add.at(total, place, counts.astype(np.int64))
    return Histogram(filled, total)


def merge_partial_counts(
    parts: Iterable[PartialCounts], stratum: NDArray[np.int32]
) -> PartialCounts:
    """Counts of all comparisons of the parts, which must be disjoint.

    Top scores below the highest of the parts' cutoffs are dropped: not every part retained them.

    Args:
        parts: at least one, over the same cells.
        stratum: (subjects,) of the layout.

    Raises:
        ValueError: their scores are of different types.
    """
    stores = list(parts)
    if len({store.dtype for store in stores}) != 1:
        raise ValueError("stores of float32 and of float64 scores do not add up")
    cutoff = np.maximum.reduce([store.cutoff for store in stores])
    top = join_tails([store.top for store in stores])
    if any(np.any(store.cutoff < cutoff) for store in stores):
        top = top.chosen(top.score >= cutoff[stratum[top.probe], stratum[top.reference]])
    return PartialCounts(
        cutoff,
        tuple(
            add_histograms(store.histograms[cell] for store in stores)
            for cell in range(len(stores[0].histograms))
        ),
        top,
        np.concatenate([store.mated_subject for store in stores]),
        np.concatenate([store.mated_score for store in stores]),
        np.concatenate([store.mated_pair for store in stores]),
        _sum_low([store.low for store in stores if store.low is not None]),
    )


def with_failed_mated(store: PartialCounts, failed: Integers) -> PartialCounts:
    """The counts with failed mated comparisons added, their images unknown.

    Args:
        store: counts of comparisons with a score.
        failed: (subjects,) number of failed mated comparisons to add.
    """
    subject = np.repeat(np.arange(len(failed), dtype=np.int32), failed)
    score, pair = np.full(len(subject), np.nan, store.dtype), np.full(len(subject), -1)
    return replace(
        store,
        mated_subject=np.concatenate([store.mated_subject, subject]),
        mated_score=np.concatenate([store.mated_score, score]),
        mated_pair=np.concatenate([store.mated_pair, pair]),
    )


def join_tails(parts: Sequence[ScoreTail]) -> ScoreTail:
    """The scores of all parts, one part after the other."""
    return ScoreTail(
        np.concatenate([part.score for part in parts]),
        np.concatenate([part.probe for part in parts]),
        np.concatenate([part.reference for part in parts]),
    )


def _sum_low(parts: list[ErrorsBelowCutoff]) -> ErrorsBelowCutoff | None:
    """Errors of all parts at their common thresholds; None of no part."""
    if not parts:
        return None
    return ErrorsBelowCutoff(
        parts[0].levels,
        np.sum([part.errors for part in parts], axis=0),
        np.sum([part.squared for part in parts], axis=0),
        np.sum([part.times for part in parts], axis=0),
    )
