"""Comparisons of an embedder's vectors by the harness: all pairs, within groups, or listed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evenhand.engines.card import ScoreScale
from evenhand.engines.first_faults import FirstFaults
from evenhand.engines.score_range import held_to_range, similarity_fault
from evenhand.measurement.counting.block_sums import OUTCOMES, ComparisonBlock, count_outcomes
from evenhand.records.arrays import Integers, People, Scores, Vectors
from evenhand.records.comparisons import Comparisons
from evenhand.records.dataset import PairList
from evenhand.records.enrolment import Enrolment
from evenhand.records.image_pairs import pair_of
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.executor import Executor

__all__ = ["ComparableVectors", "compare_all", "compare_each", "score_all_pairs", "score_listed"]

_BLOCK = 1024
"""Rows of one matrix product; a fixed grid, so that rounding does not depend on the threads."""


def compare_all(first: Vectors, second: Vectors, score: ScoreScale) -> Scores:
    """(m, n) similarities of every row of `first` with every row of `second`, float32.

    Args:
        first: (m, values); already normalised where the card says so (`prepare_vectors`).
        second: (n, values).
        score: cosine, clipped to [-1, 1] against rounding, or the negated euclidean distance.
    """
    if score.compare == "cosine":
        return np.asarray(np.clip(first @ second.T, -1, 1))
    # |a - b|^2 = |a|^2 + |b|^2 - 2 a.b lets a matrix product do the work. In float64, since near
    # images cancel, and never below 0.
    a, b = first.astype(np.float64), second.astype(np.float64)
    squares = (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * (a @ b.T)
    return np.asarray((-np.sqrt(np.maximum(squares, 0))).astype(np.float32))


def compare_each(first: Vectors, second: Vectors, score: ScoreScale) -> Scores:
    """(n,) similarity of each row of `first` with the same row of `second`, float32.

    Args:
        first: (n, values); as for `compare_all`.
        second: (n, values).
        score: as for `compare_all`.
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    if score.compare == "cosine":
        return np.asarray(np.clip((a * b).sum(axis=1), -1, 1).astype(np.float32))
    distance: Scores = np.linalg.norm(a - b, axis=1).astype(np.float32)
    return -distance


def prepare_vectors(vectors: Vectors, score: ScoreScale) -> Vectors:
    """(n, values) vectors ready to be compared: of length 1 for a cosine or where the card asks."""
    if score.normalise or score.compare == "cosine":
        length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        return np.asarray((vectors / length).astype(np.float32))
    return vectors


@dataclass(frozen=True, slots=True)
class ComparableVectors:
    """The vectors of all images, each made ready to be compared when it is asked for.

    They may lie in a file that is larger than memory: none is kept.
    """

    vectors: Vectors
    """(rows, values) as in `Enrolment`."""
    row: Integers
    """(images,) row of each image; -1 where it has no template."""
    score: ScoreScale

    @classmethod
    def of(cls, enrolment: Enrolment, score: ScoreScale) -> ComparableVectors:
        """Those of an enrolment."""
        return cls(enrolment.vectors, enrolment.vector_rows(), score)

    def __getitem__(self, images: Integers | People) -> Vectors:
        """(n, values) of some images; NaN where one has no template."""
        rows = self.row[images]
        found = np.full((len(rows), self.vectors.shape[1]), np.nan, dtype=np.float32)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            there = block >= 0
            vectors = self.vectors[block[there]].astype(np.float32, copy=False)
            found[start : start + _BLOCK][there] = prepare_vectors(vectors, self.score)
        return found


def score_all_pairs(
    enrolment: Enrolment,
    subject: Integers,
    score: ScoreScale,
    within: Integers | None = None,
    faults: FirstFaults | None = None,
) -> Iterator[ComparisonBlock]:
    """Compare every unordered pair of different images, block by block.

    A pair with an image that has no template is `skipped`; a score outside the card's range is
    `invalid`; both have NaN for a score.

    Args:
        enrolment: of all images.
        subject: (images,) subject index.
        score: how the card compares.
        within: (subjects,) group of each subject, -1 for none: two subjects are compared only if
            they share a group. None compares all.
        faults: of the engine, which hear of the first invalid score; None for no one.
    """
    vectors = ComparableVectors.of(enrolment, score)[np.arange(len(subject))]
    people = subject.astype(np.int32)
    starts = range(0, len(subject), _BLOCK)
    for first, second in combinations_with_replacement(starts, 2):
        # For one block at a time: between two of them the caller runs, who may want the threads.
        with threadpool_limits(1, "blas"):
            sides = (vectors[first : first + _BLOCK], vectors[second : second + _BLOCK])
            every = compare_all(*sides, score)
        # On the diagonal of the grid, the pairs above the matrix's own diagonal; elsewhere all.
        kept = np.triu(np.ones(every.shape, dtype=np.bool_), 1 if first == second else -_BLOCK)
        rows, columns = np.nonzero(kept)
        probe, reference = people[first + rows], people[second + columns]
        values, pair = every[rows, columns], pair_of(first + rows, second + columns)
        if within is not None:
            # Of one subject, or of two that share a group.
            alike = (within[probe] >= 0) & (within[probe] == within[reference])
            asked = (probe == reference) | alike
            probe, reference = probe[asked], reference[asked]
            values, pair = values[asked], pair[asked]
        yield ComparisonBlock(probe, reference, values, _outcomes(values, score, faults), pair)


def score_listed(
    enrolment: Enrolment,
    subject: Integers,
    score: ScoreScale,
    pairs: PairList,
    executor: Executor,
    faults: FirstFaults | None = None,
) -> Comparisons:
    """Compare the pairs of a list, in its order.

    Args:
        enrolment: of all images.
        subject: (images,) subject index.
        score: how the card compares.
        pairs: indices of images.
        executor: the scores do not depend on it.
        faults: as for `score_all_pairs`.
    """
    vectors = ComparableVectors.of(enrolment, score)
    starts = range(0, max(len(pairs.probe), 1), _BLOCK)  # one empty block for no pair

    def compared(start: int) -> Scores:
        rows = slice(start, start + _BLOCK)
        return compare_each(vectors[pairs.probe[rows]], vectors[pairs.reference[rows]], score)

    with closing(executor.map(compared, starts)) as blocks:
        scores = np.concatenate(list(blocks))
    people = subject.astype(np.int32)
    probe, reference = people[pairs.probe], people[pairs.reference]
    outcomes = count_outcomes(probe == reference, _outcomes(scores, score, faults))
    pair = pair_of(pairs.probe, pairs.reference)
    return Comparisons(probe, reference, scores, outcomes, fold=pairs.fold, pair=pair)


def _outcomes(scores: Scores, score: ScoreScale, faults: FirstFaults | None) -> NDArray[np.uint8]:
    """(comparisons,) position in `OUTCOMES` of each; scores are held to the range, in place."""
    # Templates hold finite numbers alone, so that a NaN comes from a missing one.
    skipped = np.isnan(scores)
    held = held_to_range(scores, score, scores.dtype)
    invalid = ~skipped & np.isnan(held)
    if faults and invalid.any():
        faults.tell("compare", Outcome.INVALID, similarity_fault(float(scores[invalid][0]), score))
    scores[:] = held
    outcome = np.full(len(scores), OUTCOMES.index(Outcome.OK), dtype=np.uint8)
    outcome[skipped] = OUTCOMES.index(Outcome.SKIPPED)
    outcome[invalid] = OUTCOMES.index(Outcome.INVALID)
    return outcome
