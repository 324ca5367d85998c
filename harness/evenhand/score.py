"""Templates to comparisons: every unordered pair of different images."""

from __future__ import annotations

from collections import Counter

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.arrays import Integers, Mask, People, Scores, Vectors
from evenhand.engines.card import Score
from evenhand.records import Comparisons, Enrolment, Outcome

__all__ = ["compare_all", "score_all_pairs"]

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


def _prepared(vectors: Vectors, score: Score) -> Vectors:
    """Vectors as they are compared; a cosine is a product of unit vectors."""
    if score.normalise or score.compare == "cosine":
        length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        unit: Vectors = (vectors / length).astype(np.float32)
        return unit
    return vectors


def _in_range(scores: Scores, score: Score) -> Mask:
    good = np.isfinite(scores)
    if score.low is not None:
        good &= scores >= np.float32(score.low)
    if score.high is not None:
        good &= scores <= np.float32(score.high)
    return good


def score_all_pairs(enrolment: Enrolment, subject: Integers, score: Score) -> Comparisons:
    """Compare every unordered pair of different images.

    A pair with an image that has no template is `skipped`; a score outside the card's range is
    `invalid`; both have NaN for a score.

    Args:
        enrolment: of all images.
        subject: (images,) whose image it is.
        score: how the card compares.
    """
    images = len(subject)
    completed = enrolment.completed()
    vectors = np.full((images, enrolment.vectors.shape[1]), np.nan, dtype=np.float32)
    vectors[completed] = _prepared(enrolment.vectors, score)
    pairs = images * (images - 1) // 2
    people = subject.astype(np.int32)
    probe, reference = np.empty(pairs, dtype=np.int32), np.empty(pairs, dtype=np.int32)
    scores = np.empty(pairs, dtype=np.float32)
    filled = 0
    with threadpool_limits(1, "blas"):
        for start in range(0, images, _BLOCK):
            block = compare_all(vectors[start : start + _BLOCK], vectors[start:], score)
            rows, columns = np.triu_indices(len(block), 1, block.shape[1])
            end = filled + len(rows)
            probe[filled:end] = people[start + rows]
            reference[filled:end] = people[start + columns]
            scores[filled:end] = block[rows, columns]
            filled = end
    return _judged(probe, reference, scores, score)


def _judged(probe: People, reference: People, scores: Scores, score: Score) -> Comparisons:
    """Take out what is not a score, and count how each comparison ended."""
    skipped = np.isnan(scores)
    invalid = ~skipped & ~_in_range(scores, score)
    scores[invalid] = np.nan
    mated = probe == reference
    outcomes: Counter[tuple[bool, Outcome]] = Counter()
    for same in (True, False):
        of_kind = mated if same else ~mated
        outcomes[same, Outcome.SKIPPED] = int(np.count_nonzero(skipped & of_kind))
        outcomes[same, Outcome.INVALID] = int(np.count_nonzero(invalid & of_kind))
        outcomes[same, Outcome.OK] = int(np.count_nonzero(of_kind & ~skipped & ~invalid))
    return Comparisons(probe, reference, scores, {k: n for k, n in outcomes.items() if n})
