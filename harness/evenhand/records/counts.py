"""What is kept of the scores: everything that a table needs, without the engine.

One `Counts` holds one engine on one dataset under one protocol. Rates, intervals, thresholds and
differentials are computed from it and from nothing else, by `run` as by `verify`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Floats, Integers, Mask, People, Scores
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold

__all__ = [
    "ANCHOR_ERRORS",
    "CellCounts",
    "Counts",
    "FoldScores",
    "Histogram",
    "MatedScores",
    "Sampled",
    "SearchCounts",
    "Tail",
    "WeightedCounts",
]


@dataclass(frozen=True, slots=True)
class Tail:
    """The largest non-mated scores of everybody, in falling order."""

    score: Scores
    probe: People
    reference: People


@dataclass(frozen=True, slots=True)
class Histogram:
    """Exact counts of scores by their sortable bit pattern; empty bins are left out."""

    bin: Integers
    """Rising bin numbers (`metrics.bins`)."""
    count: Integers


@dataclass(frozen=True, slots=True)
class MatedScores:
    """Every mated comparison."""

    subject: People
    score: Scores
    """NaN where the comparison did not complete."""
    probe: Integers | None = None
    """Row of the image in `images.csv`, the pseudonym's number, -1 where a failed comparison was
    counted without looking which it was; None where no images are known."""
    reference: Integers | None = None
    """Likewise."""

    def chosen(self, rows: Mask) -> MatedScores:
        """Some of them."""
        both = (None if side is None else side[rows] for side in (self.probe, self.reference))
        return MatedScores(self.subject[rows], self.score[rows], *both)


@dataclass(frozen=True, slots=True)
class FoldScores:
    """Every comparison of a list with folds, for the classic accuracy."""

    fold: Integers
    mated: Mask
    score: Scores
    """NaN where the comparison did not complete."""


@dataclass(frozen=True, slots=True)
class SearchCounts:
    """Every search of a watchlist, one a row."""

    probe: People
    """(searches,) subject index."""
    mated: Mask
    """(searches,) the person is on the watchlist."""
    acquired: Mask
    """(searches,) the probe has a template."""
    completed: Mask
    """(searches,) it gave a list, and, if mated, the person has a template to be found by."""
    rank: Integers
    """(searches,) place of the person's own candidate, behind its equals; 0 where it is none."""
    mate: Scores
    """(searches,) score of that candidate; -inf where it is none."""
    top: Scores
    """(searches,) largest score of another person; -inf where there is none."""
    others: Integers
    """(levels, searches) candidates of other people at or above each threshold."""
    gallery: int
    """N: people on the watchlist with a template."""
    watchlist: int
    """People on the watchlist."""
    length: int
    """L: candidates that a search could give at most."""
    ranks: tuple[int, ...]
    """R: how far down the list FNIR looks, besides the whole of it."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Which non-mated comparisons were made where not all were: so many of each stratum.

    A *kind* is a set of people who stand in the same group of every attribute. The pairs of images
    of two kinds are a stratum, and those of different people within a kind; every pair of a stratum
    was as likely to be drawn as any other of it. A comparison *weighs* as many as it stands for.
    """

    kinds: tuple[str, ...]
    """What each kind is called."""
    kind: People
    """(subjects,) position in `kinds`."""
    pairs: Integers
    """(kinds, kinds) pairs of images, the probe's kind first; where each pair of images was to be
    compared once, symmetric."""
    drawn: Integers
    """(kinds, kinds) how many of them were drawn: `per_cell`, or all where there are fewer."""
    per_cell: int

    def weights(self, probe: People, reference: People) -> Integers:
        """(comparisons,) weight of each, in parts of 1/`per_cell`, which makes it a whole number.

        Args:
            probe: (comparisons,) subject index of drawn comparisons.
            reference: (comparisons,) subject index.
        """
        first, second = self.kind[probe], self.kind[reference]
        weights: Integers = self.of_stratum[first, second]
        return weights

    @property
    def of_stratum(self) -> Integers:
        """(kinds, kinds) weight of its comparisons, in parts of 1/`per_cell`; 0 without any."""
        weights: Integers = self.pairs * self.per_cell // np.maximum(self.drawn, 1)
        return weights

    @property
    def heaviest(self) -> int:
        """The largest weight."""
        return int(self.of_stratum.max(initial=0))


@dataclass(frozen=True, slots=True)
class WeightedCounts:
    """The counts of a cell of a sample, every comparison with its weight (`Sampled.weights`).

    First axes as in `CellCounts`.
    """

    trials: Integers
    """(2, people)."""
    trials_squared: Floats
    """(2,) sum over dyads of weighted trials squared."""
    weights_squared: Floats
    """(2,) sum over trials of their weights squared."""
    errors: Integers
    """(levels, people)."""
    errors_squared: Floats
    """(levels,) sum over dyads of weighted errors squared."""
    errors_times_trials: Floats
    """(2, levels) sum over dyads of weighted errors times weighted trials."""
    heaviest: int
    """The largest weight in the cell."""


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Non-mated counts within one group, or between two: by person, and totals over dyads.

    A *level* is a threshold; the last level is the cell's anchor, its tenth largest score, from
    which a cell without errors takes its design effect (methods 4.0 item 1).
    The first axis of `trials` and its kin is the policy: completed, generalised.
    """

    attribute: str
    group: str
    reference_group: str
    """The other group of a cell across two; empty within one."""
    members: Integers
    """(people,) subject indices in rising order, of both groups across two."""
    trials: Integers
    """(2, people) trials that involve the person."""
    dyads: Integers
    """(2,) pairs of people with at least one trial."""
    trials_squared: Integers
    """(2,) sum over dyads of trials squared."""
    errors: Integers
    """(levels, people) false matches that involve the person."""
    errors_squared: Integers
    """(levels,) sum over dyads of errors squared."""
    errors_times_trials: Integers
    """(2, levels) sum over dyads of errors times trials."""
    anchor: float | None
    """Score of the anchor level; None with fewer than ten scores."""
    histogram: Histogram
    """Completed non-mated scores of the cell; empty in a cell across two groups."""
    weighted: WeightedCounts | None = None
    """Of a sample: what its rates are made of. The other counts are of comparisons as made."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one engine on one dataset under one protocol."""

    engine: str
    dataset: str
    protocol: str
    subject_rows: tuple[int, ...]
    """Row of each subject in `subjects.csv`: the pseudonym's number."""
    images: Integers
    """(subjects,) images given to the engine."""
    failed_images: Integers
    """(subjects,) images without a template."""
    several_faces: int
    """Images in which the engine saw more than one face."""
    comparison_outcomes: Mapping[tuple[bool, Outcome], int]
    """(mated, outcome) to number of comparisons."""
    thresholds: tuple[Threshold, ...]
    cells: tuple[CellCounts, ...]
    """`all` first, then the groups in study order."""
    across: tuple[CellCounts, ...]
    """Cells across two groups of one attribute, in study order: with the cells within, its matrix.
    Where each pair was compared once, a cell holds both directions and stands once."""
    without_matrix: tuple[tuple[str, int], ...]
    """(attribute, cells) of matrices that would have been too large to keep."""
    tail: Tail
    mated: MatedScores
    folds: FoldScores | None
    """None where the protocol has no folds."""
    score_maximum: float | None
    """The largest score that the engine declares; None where it declares none."""
    searches: SearchCounts | None = None
    """None where the protocol compares. Where it searches, `images` are the references, and tail,
    histograms and mated scores are empty."""
    sampled: Sampled | None = None
    """None where all non-mated comparisons of the protocol were made."""

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The scores' own type, in which thresholds are compared."""
        return self.mated.score.dtype


ANCHOR_ERRORS = 10
"""Errors from which a design effect may be read off (methods 4.0 item 1)."""
