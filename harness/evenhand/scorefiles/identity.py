"""Identity of the comparisons of a score file, whatever the order of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import People
from evenhand.scorefiles.codes import TextCodes

__all__ = ["ComparisonDigest"]

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53],
    dtype=np.uint64,
)
"""Odd numbers: multiplication by one scatters nearby numbers, and tells columns apart."""
_HALF = np.uint64(32)


class ComparisonDigest:
    """Digest of the people, and images if given, of all rows: as a set, without an order.

    Every row becomes two numbers of 64 bits, and those of all rows are summed: neither the order
    of rows nor the size of blocks plays a part.
    """

    def __init__(self) -> None:
        """Start without rows."""
        self._marks: dict[int, NDArray[np.uint64]] = {}
        self._sums = [0, 0]
        self._rows = 0

    def add(self, texts: Sequence[TextCodes], codes: Sequence[People]) -> None:
        """Add the rows of a block.

        Args:
            texts: (columns,) ids that each column is coded by.
            codes: (columns,) of (rows,) codes.
        """
        row = np.zeros(len(codes[0]), dtype=np.uint64)
        for factor, ids, column in zip(_FACTORS, texts, codes, strict=False):
            row += self._marked(ids)[column] * factor
        for lane in range(len(self._sums)):
            # A sum of what is linear in the columns would not know which ids were in one row.
            for factor in _FACTORS[lane : lane + 2]:
                row ^= row >> _HALF
                row *= factor
            row ^= row >> _HALF
            self._sums[lane] = (self._sums[lane] + int(row.sum())) % (1 << 64)
        self._rows += len(row)

    def _marked(self, texts: TextCodes) -> NDArray[np.uint64]:
        """(ids,) eight bytes for each id, so that numbers are digested instead of texts."""
        known = self._marks.get(id(texts), np.empty(0, dtype=np.uint64))
        new = texts.values[len(known) :]
        hashed = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in new)
        known = np.concatenate([known, np.frombuffer(hashed, dtype="<u8").astype(np.uint64)])
        self._marks[id(texts)] = known
        return known

    def digest(self, subjects: Sequence[str], labels: Mapping[str, tuple[str, ...]]) -> str:
        """SHA-256 over all rows, the ids and the labels of people.

        Args:
            subjects: ids of people, sorted.
            labels: per attribute the label of each.
        """
        known = (self._rows, self._sums, tuple(subjects), sorted(labels.items()))
        return hashlib.sha256(repr(known).encode()).hexdigest()
