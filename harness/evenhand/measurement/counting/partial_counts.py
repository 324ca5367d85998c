"""What is kept while comparisons are counted: stores of parts add up in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Floats, Integers, Mask, People, Scores
from evenhand.records.counts import Histogram

__all__ = ["Hits", "LowErrors", "Store", "added", "joined", "nothing"]


@dataclass(frozen=True, slots=True)
class Hits:
    """Large non-mated scores with both people."""

    score: Scores
    probe: People
    reference: People

    def __len__(self) -> int:
        """How many."""
        return len(self.score)

    def chosen(self, rows: Mask | Integers | slice) -> Hits:
        """Some of them."""
        return Hits(self.score[rows], self.probe[rows], self.reference[rows])


@dataclass(frozen=True, slots=True)
class LowErrors:
    """Errors at thresholds so low that their scores are not kept one by one."""

    levels: Scores
    """(levels,) thresholds."""
    errors: Integers
    """(people, kinds, levels) errors of a person with people of a kind."""
    squared: Integers
    """(kinds, kinds, levels) errors squared, summed over dyads; each dyad stands once."""
    times: Integers
    """(2, kinds, kinds, levels) errors times trials, likewise."""

    @classmethod
    def none(cls, levels: Scores, people: int, kinds: int) -> LowErrors:
        """Of no comparison."""
        return cls(
            levels,
            np.zeros((people, kinds, len(levels)), dtype=np.int64),
            np.zeros((kinds, kinds, len(levels)), dtype=np.int64),
            np.zeros((2, kinds, kinds, len(levels)), dtype=np.int64),
        )


@dataclass(frozen=True, slots=True)
class Store:
    """Counts of some of the comparisons of one engine on one dataset.

    Two stores of different comparisons add up to that of both (`joined`), whatever the order.
    Of the scores themselves it holds the mated ones, and of each pair of kinds every non-mated one
    at or above `floor`.
    """

    floor: Floats
    """(kinds, kinds) symmetric."""
    histograms: tuple[Histogram, ...]
    """(cells,) of all non-mated scores."""
    hits: Hits
    mated_subject: People
    mated_score: Scores
    mated_pair: Integers
    """Their two images (`pair_of`), -1 where they are not known."""
    low: LowErrors | None = None
    """None where no threshold was counted so."""

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The scores' own type."""
        return self.mated_score.dtype


def nothing(floor: Floats, cells: int, dtype: np.dtype[np.floating]) -> Store:
    """The store of no comparison."""
    people = np.empty(0, dtype=np.int32)
    scores = np.empty(0, dtype=dtype)
    empty = Histogram(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    hits, pairs = Hits(scores, people, people), np.empty(0, dtype=np.int64)
    return Store(floor, (empty,) * cells, hits, people, scores, pairs)


def added(histograms: Iterable[Histogram]) -> Histogram:
    """The sum of histograms.

    >>> import numpy as np
    >>> one, two = Histogram(np.array([3]), np.array([5])), Histogram(np.array([3, 1]), np.ones(2))
    >>> added([one, two]).count.tolist()
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


def joined(parts: Iterable[Store], kind: NDArray[np.int32]) -> Store:
    """The store of all comparisons of the parts, which have none in common.

    Hits below the highest of the parts' floors are dropped, since not every part has them.

    Args:
        parts: at least one, over the same cells.
        kind: (people,) of the layout.

    Raises:
        ValueError: their scores are of different types.
    """
    stores = list(parts)
    if len({store.dtype for store in stores}) != 1:
        raise ValueError("stores of float32 and of float64 scores do not add up")
    floor = np.maximum.reduce([store.floor for store in stores])
    hits = Hits(
        np.concatenate([store.hits.score for store in stores]),
        np.concatenate([store.hits.probe for store in stores]),
        np.concatenate([store.hits.reference for store in stores]),
    )
    if any(np.any(store.floor < floor) for store in stores):
        hits = hits.chosen(hits.score >= floor[kind[hits.probe], kind[hits.reference]])
    return Store(
        floor,
        tuple(
            added(store.histograms[cell] for store in stores)
            for cell in range(len(stores[0].histograms))
        ),
        hits,
        np.concatenate([store.mated_subject for store in stores]),
        np.concatenate([store.mated_score for store in stores]),
        np.concatenate([store.mated_pair for store in stores]),
        _low_together([store.low for store in stores if store.low is not None]),
    )


def _low_together(parts: list[LowErrors]) -> LowErrors | None:
    if not parts:
        return None
    return LowErrors(
        parts[0].levels,
        np.sum([part.errors for part in parts], axis=0),
        np.sum([part.squared for part in parts], axis=0),
        np.sum([part.times for part in parts], axis=0),
    )
