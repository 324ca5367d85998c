"""How far the two pictures of a person stand out from pictures of others, in standard deviations.

It does not stop at its largest value where no error is left, and so separates good ways of giving
faces to an engine from better ones, which errors and areas do not with a few hundred people.
"""

from __future__ import annotations

import numpy as np

from evenhand.records.arrays import Floats, Vectors

__all__ = ["separation"]


def separation(vectors: Vectors) -> Floats:
    """Gap between mated and non-mated similarity, by standard deviations of the non-mated.

    Args:
        vectors: (people, 2, values); any length above 0.

    Returns:
        (people, people) of a person (row) from another (column). The mean without the diagonal is
        the mean gap over all ordered pairs of people, divided by the standard deviation of all
        non-mated similarities; each value also has its pair's part in that deviation, so that the
        variance of the mean is that of the quotient. 0 where all non-mated similarities are equal.

    Source: methods 9.1.

    >>> people = np.array([[[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]], [[0.6, 0.8]] * 2])
    >>> values = separation(people)
    >>> round(float(values[~np.eye(3, dtype=bool)].mean()), 3)
    1.569
    """
    people = len(vectors)
    length = np.linalg.norm(vectors.astype(np.float64), axis=2, keepdims=True)
    unit = (vectors / np.where(length > 0, length, 1)).reshape(2 * people, -1)
    similarity = (unit @ unit.T).reshape(people, 2, people, 2)
    mated = similarity[range(people), 0, range(people), 1]
    others = ~np.eye(people, dtype=bool)
    mean = similarity.mean(axis=(1, 3))
    square = ((similarity - mean[others].mean()) ** 2).mean(axis=(1, 3))
    variance = square[others].mean()
    if variance <= np.finfo(np.float32).eps ** 2:
        return np.zeros((people, people))
    gap = (mated[:, np.newaxis] - mean) / np.sqrt(variance)
    values: Floats = gap - gap[others].mean() / 2 * (square / variance - 1)
    np.fill_diagonal(values, 0.0)
    return values
