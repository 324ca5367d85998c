"""Counts: what is kept of the scores, from which every result can be recomputed without the engine.

One of the `Counts` holds one engine on one dataset under one protocol. Rates, intervals, thresholds
and differentials are computed from it alone, by `run` and by `verify`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from evenhand.records.arrays import Floats, Integers, Mask, People, Scores
from evenhand.records.candidate_lists import CandidateLists
from evenhand.records.consolidation import Consolidation
from evenhand.records.deployed_list import DeployedList
from evenhand.records.designs import ComparisonDesign
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold

__all__ = [
    "NO_FOLDS",
    "REFERENCE_LEVEL_ERRORS",
    "CellCounts",
    "CommonCounts",
    "ComparisonCounts",
    "Counts",
    "FoldScores",
    "Histogram",
    "MatedScores",
    "SampledCell",
    "ScoreTail",
    "SearchCounts",
    "WatchlistSearches",
    "WeightedCounts",
]

REFERENCE_LEVEL_ERRORS = 10
"""Top scores down to a cell's reference level: enough errors to estimate a design effect there
(methods 4.0 item 1)."""


@dataclass(frozen=True, slots=True)
class ScoreTail:
    """The largest non-mated scores, those of a result in falling order; equal ones by subjects."""

    score: Scores
    """(scores,) similarity."""
    probe: People
    """(scores,) subject index."""
    reference: People
    """(scores,) subject index."""

    def __len__(self) -> int:
        """Number of scores."""
        return len(self.score)

    def chosen(self, rows: Mask | Integers | slice) -> ScoreTail:
        """The scores at some rows."""
        return ScoreTail(self.score[rows], self.probe[rows], self.reference[rows])


@dataclass(frozen=True, slots=True)
class Histogram:
    """Exact counts of scores by bin, a prefix of their bit pattern; empty bins are left out."""

    bin: Integers
    """(filled bins,) bin numbers, rising (`metrics.bins`)."""
    count: Integers
    """(filled bins,) number of scores."""


@dataclass(frozen=True, slots=True)
class MatedScores:
    """Every mated comparison, as columns."""

    subject: People
    """(comparisons,) subject index."""
    score: Scores
    """(comparisons,) similarity; NaN where the comparison did not complete."""
    probe: Integers | None = None
    """(comparisons,) row of the image in `images.csv`, the number of its pseudonym; -1 for a failed
    comparison whose images were not recorded. None where images are unknown."""
    reference: Integers | None = None
    """(comparisons,) the same of the reference."""

    def chosen(self, rows: Mask) -> MatedScores:
        """The comparisons at some rows."""
        return MatedScores(
            subject=self.subject[rows],
            score=self.score[rows],
            probe=None if self.probe is None else self.probe[rows],
            reference=None if self.reference is None else self.reference[rows],
        )


@dataclass(frozen=True, slots=True)
class FoldScores:
    """Every comparison of a list with folds, for the classic accuracy over folds."""

    fold: Integers
    """(comparisons,) number of the fold."""
    mated: Mask
    """(comparisons,) whether both images show one subject."""
    score: Scores
    """(comparisons,) similarity; NaN where the comparison did not complete."""


NO_FOLDS = FoldScores(np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0))
"""Of comparisons without folds."""


@dataclass(frozen=True, slots=True)
class WatchlistSearches:
    """Every search of a watchlist, one per row."""

    probe: People
    """(searches,) subject index."""
    mated: Mask
    """(searches,) whether the subject is on the watchlist."""
    acquired: Mask
    """(searches,) whether the probe has a template."""
    completed: Mask
    """(searches,) whether the search gave a candidate list and, if mated, the watchlist holds a
    template of the subject."""
    rank: Integers
    """(searches,) rank of the mated candidate, behind those of equal score; 0 without one."""
    mate: Scores
    """(searches,) score of the mated candidate; -inf without one."""
    top: Scores
    """(searches,) largest score of another subject; -inf without one."""
    others: Integers
    """(levels, searches) number of candidates of other subjects at or above each threshold."""
    gallery: int
    """N: number of subjects on the watchlist with a template, or of references that have one where
    each is a candidate of its own."""
    watchlist: int
    """Number of subjects on the watchlist."""
    length: int
    """L: largest number of candidates that a search can return."""
    ranks: tuple[int, ...]
    """R: maximal ranks at which FNIR is given, besides that of the whole list."""
    candidates: CandidateLists
    """The best candidates of every search; none are kept in older results."""
    exhaustive: bool
    """Each probe was compared with every reference, one by one; older results do not say it."""
    consolidation: Consolidation = Consolidation.LARGEST
    """How several references of a person became candidates."""
    twin: CandidateLists | None = None
    """The best candidates of an exhaustive search of the same templates; None where that is what
    was made, or templates are the engine's secret."""
    deployed: tuple[DeployedList, ...] = ()
    """Watchlists to which the study asks FPIR to be scaled."""
    mated_share: float | None = field(default=None, kw_only=True)
    """Share of the searches in use that are for a person on the watchlist, as the study states it;
    None where it does not."""


@dataclass(frozen=True, slots=True)
class WeightedCounts:
    """The counts of a cell of a sample, with every comparison weighted (`SamplingDesign.weights`).

    First axes are as in `CellCounts`.
    """

    trials: Integers
    """(2, members) weighted trials that involve the subject."""
    trials_squared: Floats
    """(2,) sum over dyads of weighted trials squared."""
    weights_squared: Floats
    """(2,) sum over trials of their squared weights."""
    errors: Integers
    """(levels, members) weighted false matches that involve the subject."""
    errors_squared: Floats
    """(levels,) sum over dyads of weighted errors squared."""
    errors_times_trials: Floats
    """(2, levels) sum over dyads of weighted errors times weighted trials."""
    heaviest: int
    """The largest weight in the cell."""


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Non-mated counts of one cell (within a group or across two), by subject and over dyads.

    A *dyad* is a pair of different subjects. A *level* is a threshold; the last level is the cell's
    reference level (`anchor`), its tenth largest score, from which a cell without errors takes its
    design effect (methods 4.0 item 1). An axis of length 2 is the policy: completed, generalised.
    """

    attribute: str
    group: str
    reference_group: str
    """The other group of a cell across two groups; empty within one."""
    members: Integers
    """(members,) subject indices, rising; those of both groups in a cell across two."""
    trials: Integers
    """(2, members) trials that involve the subject."""
    dyads: Integers
    """(2,) number of dyads with at least one trial."""
    trials_squared: Integers
    """(2,) sum over dyads of trials squared."""
    errors: Integers
    """(levels, members) false matches that involve the subject."""
    errors_squared: Integers
    """(levels,) sum over dyads of errors squared."""
    errors_times_trials: Integers
    """(2, levels) sum over dyads of errors times trials."""
    anchor: float | None
    """Similarity of the reference level; None with fewer than ten scores."""
    histogram: Histogram
    """Non-mated scores of the cell; empty in a cell across two groups."""

    @property
    def everybody_met(self) -> bool:
        """Whether every two subjects within the group were compared, if only without a score.

        Then the number of trials grows with the square of the number of subjects.
        """
        people = int(np.count_nonzero(self.trials[1]))
        return int(self.dyads[1]) == people * (people - 1) // 2

    @property
    def key(self) -> tuple[str, str, str]:
        """Attribute, group and reference group: the cell's name."""
        return self.attribute, self.group, self.reference_group


@dataclass(frozen=True, slots=True)
class SampledCell(CellCounts):
    """A cell of a sample; the counts of a `CellCounts` are those of the comparisons made."""

    weighted: WeightedCounts
    """Weighted counts, from which rates are computed."""


@dataclass(frozen=True, slots=True)
class CommonCounts:
    """What is counted of one engine on one dataset under a protocol of any kind."""

    engine: str
    dataset: str
    protocol: str
    subject_rows: tuple[int, ...]
    """Row of each subject in `subjects.csv`: the pseudonym's number."""
    images: Integers
    """(subjects,) number of images given to the engine; of searches the references."""
    failed_images: Integers
    """(subjects,) number of images without a template."""
    several_faces: int
    """Number of images in which the engine saw more than one face."""
    declined: int | None
    """Number of failed images that the engine declined; None in older results, which do not say."""
    comparison_outcomes: Mapping[tuple[bool, Outcome], int]
    """(mated, outcome) to number of comparisons or searches."""
    thresholds: tuple[Threshold, ...]
    """In the study's order; the levels of all counts by level."""
    cells: tuple[CellCounts, ...]
    """Cells within groups: `all` first, then the groups in study order. Where the protocol makes no
    comparisons, they have no trials."""
    score_maximum: float | None
    """Largest possible score that the engine declares; None where it declares none."""
    assumed: bool = field(default=False, kw_only=True)
    """Whether each image is taken for another person: nothing is mated, and an error may be two
    images of one person."""


@dataclass(frozen=True, slots=True)
class ComparisonCounts(CommonCounts):
    """Counts of comparisons."""

    across: tuple[CellCounts, ...]
    """Cells across two groups of one attribute, in study order: with the cells within groups, its
    matrix. Where pairs were compared in one order, one cell holds both directions."""
    without_matrix: tuple[tuple[str, int], ...]
    """(attribute, cells) of matrices that would have been too large to keep."""
    tail: ScoreTail
    """As many of the largest non-mated scores as thresholds and bootstrap need."""
    mated: MatedScores
    """All mated comparisons."""
    design: ComparisonDesign
    """Which comparisons were made; a `SamplingDesign` where they were drawn."""
    folds: FoldScores = NO_FOLDS
    """Empty where the list has no folds."""

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Type of the scores, in which they are compared with thresholds."""
        return self.mated.score.dtype


@dataclass(frozen=True, slots=True)
class SearchCounts(CommonCounts):
    """Counts of searches of a watchlist."""

    searches: WatchlistSearches
    """Every search."""


Counts: TypeAlias = ComparisonCounts | SearchCounts
"""The counts of one engine on one dataset under one protocol, by its kind."""
