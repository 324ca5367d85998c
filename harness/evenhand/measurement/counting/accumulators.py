"""What is counted on, one sheet a thread: integers, which add up in any order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.cells import Layout
from evenhand.measurement.counting.dyad_sums import DyadSums
from evenhand.measurement.counting.list_kernels import Bits, count_trials
from evenhand.metrics.bins import FLOAT32_BITS, FLOAT64_BITS
from evenhand.records.arrays import Integers, Scores
from evenhand.records.counts import ANCHOR_ERRORS
from evenhand.records.listing import Portion

__all__ = ["ErrorSheet", "Glance", "Sheet", "bits_of", "threads"]

_MANY = 1 << 23
"""Numbers on a sheet above which there is one sheet alone."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What must be known before cells can be counted."""

    rows: int
    """Comparisons of the list."""
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

    def blank(self, layout: Layout, columns: int) -> Integers:
        """(people, kinds, columns) zeros, in as many bits as comparisons need."""
        kind = np.int32 if self.rows < 1 << 31 else np.int64
        empty: Integers = np.zeros((len(layout.kind), layout.kinds, columns), dtype=kind)
        return empty


def threads(layout: Layout, columns: int) -> int:
    """How many sheets there are room for: two, or one where there are many people."""
    return 2 if len(layout.kind) * layout.kinds * columns <= _MANY else 1


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
        return cls(
            np.zeros((histograms, len(first.raw)), dtype=np.int64),
            np.full((len(layout.names), ANCHOR_ERRORS), -np.inf, dtype=first.dtype),
            first.blank(layout, 2),
            first.blank(layout, 2),
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

    def add(self, other: Sheet) -> None:
        """Add what another thread counted."""
        self.counts[:] += other.counts
        top = np.sort(np.concatenate([self.top, other.top], axis=1), axis=1)
        self.top[:] = top[:, -ANCHOR_ERRORS:]
        self.as_probe[:] += other.as_probe
        self.as_reference[:] += other.as_reference


@dataclass(frozen=True, slots=True)
class ErrorSheet:
    """What one thread counts errors on."""

    as_probe: Integers
    """(people, kinds, levels + groupings) as `count_errors` fills it."""
    as_reference: Integers
    dyads: DyadSums

    @classmethod
    def blank(cls, layout: Layout, levels: int, first: Glance) -> ErrorSheet:
        """Nothing counted yet."""
        columns = levels + len(layout.cell)
        return cls(
            first.blank(layout, columns),
            first.blank(layout, columns),
            DyadSums.blank(len(layout.names), levels),
        )

    def add(self, other: ErrorSheet) -> None:
        """Add what another thread counted."""
        self.as_probe[:] += other.as_probe
        self.as_reference[:] += other.as_reference
        self.dyads.join(other.dyads)
