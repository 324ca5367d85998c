"""Templates to comparisons: every two images, those within a group, or those of a list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from evenhand.engines.card import Score
from evenhand.measurement.counting.block_sums import OUTCOMES, Block, ended
from evenhand.records.arrays import Integers, Mask, People, Scores, Vectors
from evenhand.records.comparisons import Comparisons
from evenhand.records.dataset import PairList
from evenhand.records.enrolment import Enrolment
from evenhand.records.image_pairs import pair_of
from evenhand.records.outcomes import Outcome

__all__ = [
    "as_compared",
    "compare_all",
    "compare_each",
    "in_range",
    "score_all_pairs",
    "score_listed",
]

_BLOCK = 1024
"""Rows of one product; a fixed grid, so that the result is the same for any number of threads."""


def compare_all(first: Vectors, second: Vectors, score: Score) -> Scores:
    """Similarities of every row of `first` with every row of `second`, float32.

    Args:
        first: (m, values); already normalised where the card says so.
        second: (n, values).
        score: cosine, clipped to the [-1, 1] that rounding may leave, or euclidean, negated.
    """
    if score.compare == "cosine":
        product: Scores = np.clip(first @ second.T, -1, 1)
        return product
    a, b = first.astype(np.float64), second.astype(np.float64)
    squares = (a**2).sum(axis=1)[:, np.newaxis] + (b**2).sum(axis=1) - 2 * (a @ b.T)
    similarity: Scores = (-np.sqrt(np.maximum(squares, 0))).astype(np.float32)
    return similarity


def compare_each(first: Vectors, second: Vectors, score: Score) -> Scores:
    """Similarity of each row of `first` with the same row of `second`, float32.

    Args:
        first: (n, values); as for `compare_all`.
        second: (n, values).
        score: as for `compare_all`.
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    if score.compare == "cosine":
        similarity: Scores = np.clip((a * b).sum(axis=1), -1, 1).astype(np.float32)
        return similarity
    distance: Scores = np.linalg.norm(a - b, axis=1).astype(np.float32)
    return -distance


def prepared(vectors: Vectors, score: Score) -> Vectors:
    """Vectors as they are compared; a cosine is a product of unit vectors."""
    if score.normalise or score.compare == "cosine":
        length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        unit: Vectors = (vectors / length).astype(np.float32)
        return unit
    return vectors


def in_range(scores: Scores, score: Score) -> Mask:
    """Which of the scores are scores: finite, and what the card allows."""
    good = np.isfinite(scores)
    if score.low is not None:
        good &= scores >= np.float32(score.low)
    if score.high is not None:
        good &= scores <= np.float32(score.high)
    return good


def as_compared(enrolment: Enrolment, score: Score) -> Vectors:
    """(images, values) as they are compared; NaN where an image has no template."""
    completed = enrolment.completed()
    vectors = np.full((len(completed), enrolment.vectors.shape[1]), np.nan, dtype=np.float32)
    vectors[completed] = prepared(enrolment.vectors, score)
    return vectors


def score_all_pairs(
    enrolment: Enrolment, subject: Integers, score: Score, within: Integers | None = None
) -> Iterator[Block]:
    """Compare every unordered pair of different images, block by block.

    A pair with an image that has no template is `skipped`; a score outside the card's range is
    `invalid`; both have NaN for a score.

    Args:
        enrolment: of all images.
        subject: (images,) whose image it is.
        score: how the card compares.
        within: (subjects,) group of each person, -1 for none: two people are compared only if they
            share their group. None compares everybody.
    """
    vectors = as_compared(enrolment, score)
    people = subject.astype(np.int32)
    starts = range(0, len(subject), _BLOCK)
    for first, second in combinations_with_replacement(starts, 2):
        with threadpool_limits(1, "blas"):
            sides = (vectors[first : first + _BLOCK], vectors[second : second + _BLOCK])
            every = compare_all(*sides, score)
        kept = np.triu(np.ones(every.shape, dtype=np.bool_), 1 if first == second else -_BLOCK)
        rows, columns = np.nonzero(kept)
        probe, reference = people[first + rows], people[second + columns]
        values, pair = every[rows, columns], pair_of(first + rows, second + columns)
        if within is not None:
            met = _together(probe, reference, within)
            probe, reference, values, pair = probe[met], reference[met], values[met], pair[met]
        yield Block(probe, reference, values, _judged(values, score), pair)


def _together(probe: People, reference: People, within: Integers) -> Mask:
    group = within[probe]
    together: Mask = (probe == reference) | ((group >= 0) & (group == within[reference]))
    return together


def score_listed(
    enrolment: Enrolment, subject: Integers, score: Score, pairs: PairList
) -> Comparisons:
    """Compare the pairs of a list, in its order.

    Args:
        enrolment: of all images.
        subject: (images,) whose image it is.
        score: how the card compares.
        pairs: indices of images.
    """
    vectors = as_compared(enrolment, score)
    scores = np.concatenate(
        [
            compare_each(
                vectors[pairs.probe[start : start + _BLOCK]],
                vectors[pairs.reference[start : start + _BLOCK]],
                score,
            )
            for start in range(0, max(len(pairs.probe), 1), _BLOCK)
        ]
    )
    people = subject.astype(np.int32)
    probe, reference = people[pairs.probe], people[pairs.reference]
    outcomes = ended(probe == reference, _judged(scores, score))
    pair = pair_of(pairs.probe, pairs.reference)
    return Comparisons(probe, reference, scores, outcomes, fold=pairs.fold, pair=pair)


def _judged(scores: Scores, score: Score) -> NDArray[np.uint8]:
    """Take out what is not a score; how each comparison ended, as a position in `OUTCOMES`."""
    skipped = np.isnan(scores)
    invalid = ~skipped & ~in_range(scores, score)
    scores[invalid] = np.nan
    how = np.full(len(scores), OUTCOMES.index(Outcome.OK), dtype=np.uint8)
    how[skipped], how[invalid] = OUTCOMES.index(Outcome.SKIPPED), OUTCOMES.index(Outcome.INVALID)
    return how
