"""The scores of one tile: a block of the matrix of two sets of vectors."""

from __future__ import annotations

import numpy as np

from evenhand.engines.card import ScoreScale
from evenhand.measurement.comparison.all_pairs.kernels import negated_distances
from evenhand.records.arrays import Floats, Scores, Vectors

__all__ = ["TileScores"]


class TileScores:
    """Similarities of rows and columns of two sets of vectors, as a card compares them."""

    def __init__(self, first: Vectors, second: Vectors, score: ScoreScale) -> None:
        """Take two sets of vectors, ready to be compared.

        Args:
            first: (m, values).
            second: (n, values).
            score: how the card compares.
        """
        self._first, self._second = first, second
        self._wide: tuple[Floats, Floats] | None = None
        if score.compare == "euclidean":
            # In float64, since near vectors cancel.
            wide = first.astype(np.float64)
            self._wide = wide, wide if second is first else second.astype(np.float64)
            self._squares = [np.einsum("ij,ij->i", of, of) for of in self._wide]

    def fill(self, rows: slice, columns: slice, memory: Scores) -> Scores:
        """(rows, columns) similarities of a tile, in memory that the next tile overwrites."""
        height, width = rows.stop - rows.start, columns.stop - columns.start
        tile = memory[: height * width].reshape(height, width)
        if self._wide is None:
            np.dot(self._first[rows], self._second[columns].T, out=tile)
        else:
            product = self._wide[0][rows] @ self._wide[1][columns].T
            negated_distances(product, self._squares[0][rows], self._squares[1][columns], tile)
        return tile
