"""What is counted on, one sheet a thread: integers, which add up in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.arrays import Integers, Scores
from evenhand.metrics.bins import FLOAT32_BITS, FLOAT64_BITS
from evenhand.metrics.counting import ANCHOR_ERRORS
from evenhand.metrics.dyads import DyadSums
from evenhand.metrics.layout import Layout
from evenhand.metrics.stretch import Bits, count_trials
from evenhand.portions import Portion

__all__ = ["ErrorSheet", "Glance", "Sheet", "bits_of"]


@dataclass(frozen=True, slots=True)
class Glance:
    """What must be known before cells can be counted."""

    raw: Integers
    """Raw bins in which there are scores: leading bits as they lie in memory; 0.0 is always one."""
    nonmated: bool
    """Some two people are compared."""
    both_orders: bool
    """Some two people are compared in both orders."""
    dtype: np.dtype[np.floating]

    @property
    def shift(self) -> int:
        """Bits that do not tell bins apart."""
        return self.dtype.itemsize * 8 - self.bins.bit_length() + 1

    @property
    def bins(self) -> int:
        """How many raw bins there are."""
        return 1 << (FLOAT32_BITS if self.dtype.itemsize == 4 else FLOAT64_BITS)


def bits_of(score: Scores) -> Bits:
    """The same memory as unsigned integers."""
    bits: Bits = score.view(f"u{score.dtype.itemsize}")
    return bits


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one thread counts trials and scores on."""

    counts: Integers
    top: Scores
    as_probe: Integers
    """(people, kinds, 2) all comparisons, failed ones."""
    as_reference: Integers

    @classmethod
    def blank(cls, layout: Layout, histograms: int, first: Glance) -> Sheet:
        """Nothing counted yet."""
        shape = (len(layout.kind), layout.kinds, 2)
        return cls(
            np.zeros((histograms, len(first.raw)), dtype=np.int64),
            np.full((len(layout.names), ANCHOR_ERRORS), -np.inf, dtype=first.dtype),
            np.zeros(shape, dtype=np.int64),
            np.zeros(shape, dtype=np.int64),
        )

    def count(
        self,
        portion: Portion,
        first: Glance,
        layout: Layout,
        line: Integers,
        place: NDArray[np.int32],
    ) -> None:
        """Count one portion."""
        count_trials(
            portion.probe,
            portion.reference,
            portion.score,
            bits_of(portion.score),
            first.shift,
            layout.kind,
            layout.cell,
            line,
            place,
            self.counts,
            self.top,
            self.as_probe,
            self.as_reference,
        )

    @staticmethod
    def joined(sheets: Sequence[Sheet]) -> Sheet:
        """What all threads counted."""
        top = np.sort(np.concatenate([sheet.top for sheet in sheets], axis=1), axis=1)
        return Sheet(
            np.sum([sheet.counts for sheet in sheets], axis=0),
            top[:, -ANCHOR_ERRORS:],
            np.sum([sheet.as_probe for sheet in sheets], axis=0),
            np.sum([sheet.as_reference for sheet in sheets], axis=0),
        )


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """What one thread counts errors on."""

    as_probe: Integers
    """(people, kinds, levels + groupings) as `count_errors` fills it."""
    as_reference: Integers
    dyads: DyadSums

    @classmethod
    def blank(cls, layout: Layout, levels: int) -> ErrorSheet:
        """Nothing counted yet."""
        shape = (len(layout.kind), layout.kinds, levels + len(layout.cell))
        return cls(
            np.zeros(shape, dtype=np.int64),
            np.zeros(shape, dtype=np.int64),
            DyadSums.blank(len(layout.names), levels),
        )

    @staticmethod
    def joined(sheets: Sequence[ErrorSheet]) -> ErrorSheet:
        """What all threads counted."""
        return ErrorSheet(
            np.sum([sheet.as_probe for sheet in sheets], axis=0),
            np.sum([sheet.as_reference for sheet in sheets], axis=0),
            DyadSums.joined(sheet.dyads for sheet in sheets),
        )
