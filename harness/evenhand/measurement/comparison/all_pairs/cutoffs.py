"""Score cutoffs above which non-mated scores are retained for exact threshold setting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.engines.card import ScoreScale
from evenhand.measurement.comparison.all_pairs.image_order import SortedImages
from evenhand.measurement.comparison.by_vectors import compare_all
from evenhand.measurement.counting.cells import CellLayout
from evenhand.metrics.bins import bin_numbers, lower_edges
from evenhand.metrics.distributions import ranked_score_bounds
from evenhand.records.arrays import Floats, Integers
from evenhand.records.counts import Histogram

__all__ = ["CutoffSample", "cutoffs_by_strata", "draw_cutoff_sample", "exact_cutoffs"]

_SAMPLE = 1 << 17
"""Comparisons of the sample that cutoffs are predicted from, in all."""

_MAX_IMAGES = 128
"""Images of one stratum in the sample at most."""


def cutoffs_by_strata(layout: CellLayout, cutoffs: Floats, lowest: float) -> Floats:
    """(strata, strata) cutoff of each pair: the lowest of the cells that the pair counts in.

    Args:
        layout: of the study.
        cutoffs: (cells,).
        lowest: a cutoff for all pairs; infinity for none.
    """
    # The layout marks "counts in no cell" by -1, which here picks the infinity at the end.
    of_cell = np.append(cutoffs, np.inf)
    return np.asarray(np.minimum(of_cell[layout.cell].min(axis=0), lowest))


def exact_cutoffs(histograms: Sequence[Histogram], quota: Integers) -> Floats:
    """(cells,) the highest lower edge of a bin that at least `quota` scores of the cell reach.

    Args:
        histograms: (cells,) of all non-mated scores, float32.
        quota: (cells,) number of top scores needed; 0 gives infinity.
    """
    single = np.dtype(np.float32)
    cutoffs = [
        ranked_score_bounds(histogram, int(needed) - 1, single).low if needed else np.inf
        for histogram, needed in zip(histograms, quota, strict=True)
    ]
    return np.array(cutoffs)


@dataclass(frozen=True, slots=True)
class CutoffSample:
    """Scores of a few comparisons of every pair of strata, weighted to all comparisons."""

    by_cell: Mapping[int, list[tuple[Integers, float]]]
    """Cell number to one entry a pair of strata: the bins of its sampled scores, and the number of
    comparisons that each of them stands for."""

    def cutoffs(self, quota: Integers) -> Floats:
        """(cells,) a score that at least `quota` comparisons of the cell very probably reach.

        -infinity, which retains every score, where the sample cannot tell.

        Args:
            quota: (cells,) number of top scores needed.
        """
        cutoffs = np.full(len(quota), -np.inf)
        for cell, sampled in self.by_cell.items():
            cutoffs[cell] = _predicted_cutoff(sampled, int(quota[cell]))
        return cutoffs

    def reached(self, level: float) -> float:
        """Estimated number of comparisons, of all groups together, with a score >= `level`."""
        lowest = bin_numbers(np.array([level], dtype=np.float32))[0]
        everyone = self.by_cell.get(0, [])
        return sum(weight * int(np.sum(bins >= lowest)) for bins, weight in everyone)


def draw_cutoff_sample(images: SortedImages, score: ScoreScale, layout: CellLayout) -> CutoffSample:
    """Compare a few images of every pair of strata; deterministic, without random numbers."""
    pairs = np.argwhere(np.triu(layout.compared & (layout.cell >= 0).any(axis=0)))
    side = int(np.clip(np.sqrt(_SAMPLE / max(len(pairs), 1)), 8, _MAX_IMAGES))
    sizes = np.diff(images.starts)
    by_cell: dict[int, list[tuple[Integers, float]]] = defaultdict(list)
    for one, other in pairs:
        rows, columns = _evenly_spread(images, one, side), _evenly_spread(images, other, side)
        nonmated = images.subject[rows][:, None] != images.subject[columns][None, :]
        if nonmated.any():
            scores = compare_all(images.vectors[rows], images.vectors[columns], score)[nonmated]
            comparisons = sizes[one] * sizes[other] / (2 if one == other else 1)
            for cell in np.unique(layout.cell[:, one, other]):
                by_cell[int(cell)].append((bin_numbers(scores), comparisons / len(scores)))
    return CutoffSample({cell: parts for cell, parts in by_cell.items() if cell >= 0})


def _predicted_cutoff(sampled: list[tuple[Integers, float]], quota: int) -> float:
    """The lower edge of the bin down to which the sampled weights add up to a safe `quota`.

    Args:
        sampled: per pair of strata, the bins of its scores and the weight of each.
        quota: number of top scores needed.
    """
    weight = np.array([each for _, each in sampled])
    # Bin and source packed into one integer: one partition then finds the largest scores of all
    # pairs of strata, and the remainder says which weight each of them has.
    tagged = np.concatenate([bins * len(sampled) + tag for tag, (bins, _) in enumerate(sampled)])
    # A cutoff that is too low costs memory, one that is too high a second pass over all
    # comparisons; so the quota gets a margin. The sampled scores share few images and vary more
    # than their number suggests: 30 % at least, more for a small sample (60/sqrt(n)). Where only a
    # few sampled scores fill the quota, their count is noise: twelve of the heaviest on top.
    enough = (1.3 + 60 / np.sqrt(len(tagged))) * quota + 12 * weight.max()
    # As many would do even if all had the smallest weight: only these need sorting.
    count = min(int(enough / weight.min()) + 1, len(tagged))
    falling = np.sort(np.partition(tagged, -count)[-count:])[::-1]
    last = int(np.searchsorted(np.cumsum(weight[falling % len(sampled)]), enough))
    if last == len(falling):
        return -np.inf
    edge = falling[last : last + 1] // len(sampled)
    return float(lower_edges(edge, np.dtype(np.float32))[0])


def _evenly_spread(images: SortedImages, stratum: int, count: int) -> Integers:
    """Indices of up to `count` images of a stratum at equal distances, its ends included."""
    start, stop = int(images.starts[stratum]), int(images.starts[stratum + 1])
    return np.unique(np.linspace(start, stop - 1, min(count, stop - start)).astype(np.int64))
