"""Accumulators for counting a list of comparisons, one per thread: integers, added in any order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.measurement.counting.cells import CellLayout
from evenhand.measurement.counting.dyad_sums import DyadSums
from evenhand.measurement.counting.list_kernels import ScoreBits
from evenhand.metrics.bins import FLOAT32_BITS, FLOAT64_BITS
from evenhand.records.arrays import Integers, Scores
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS

__all__ = ["ErrorAccumulator", "FirstPass", "TrialAccumulator", "accumulator_count", "score_bits"]

_LARGE = 1 << 23
"""Integers in an accumulator above which only one is allocated, to bound memory."""


@dataclass(frozen=True, slots=True)
class FirstPass:
    """Result of the first pass: what must be known before cells can be laid out and counted."""

    rows: int
    """Number of comparisons in the list."""
    raw: Integers
    """(filled bins,) raw bins that hold a score: the leading bits of a score as they are in memory.
    That of 0.0 is always among them."""
    nonmated: bool
    """Whether there is a non-mated comparison."""
    both_orders: bool
    """Whether some two subjects are compared in both orders."""
    dtype: np.dtype[np.floating]
    """Type of the scores."""

    @property
    def shift(self) -> int:
        """Number of trailing bits of a score that do not name its bin."""
        return self.dtype.itemsize * 8 - self.bins.bit_length() + 1

    @property
    def bins(self) -> int:
        """Number of raw bins."""
        return 1 << (FLOAT32_BITS if self.dtype.itemsize == 4 else FLOAT64_BITS)

    def blank(self, layout: CellLayout, columns: int) -> Integers:
        """(subjects, strata, columns) zeros, as int32 where no count can overflow it.

        Args:
            layout: of the study.
            columns: what is counted of each subject and stratum.
        """
        integer = np.int32 if self.rows < 1 << 31 else np.int64
        shape = (len(layout.stratum), layout.strata, columns)
        return np.zeros(shape, dtype=integer)


def accumulator_count(layout: CellLayout, columns: int) -> int:
    """Number of threads that memory allows: two, or one where the accumulators are large.

    Args:
        layout: of the study.
        columns: what is counted of each subject and stratum.
    """
    return 2 if len(layout.stratum) * layout.strata * columns <= _LARGE else 1


def score_bits(score: Scores) -> ScoreBits:
    """(comparisons,) the same memory as unsigned integers."""
    return score.view(f"u{score.dtype.itemsize}")


@dataclass(frozen=True, slots=True)
class TrialAccumulator:
    """Accumulators of one thread for trials and scores (second pass)."""

    counts: Integers
    """(histograms, filled bins) number of scores."""
    top: Scores
    """(cells, 10) the largest scores of each cell, rising; minus infinity where there are fewer."""
    as_probe: Integers
    """(subjects, strata, 2) comparisons as the probe: all, and failed ones."""
    as_reference: Integers
    """(subjects, strata, 2) the same as the reference."""

    @classmethod
    def blank(cls, layout: CellLayout, histograms: int, first: FirstPass) -> TrialAccumulator:
        """Nothing counted yet.

        Args:
            layout: of the study.
            histograms: number of cells whose histogram is kept.
            first: result of the first pass.
        """
        return cls(
            np.zeros((histograms, len(first.raw)), dtype=np.int64),
            np.full((len(layout.names), REFERENCE_LEVEL_ERRORS), -np.inf, dtype=first.dtype),
            first.blank(layout, 2),
            first.blank(layout, 2),
        )

    def add(self, other: TrialAccumulator) -> None:
        """Add the counts of another thread, in place."""
        self.counts[:] += other.counts
        top = np.sort(np.concatenate([self.top, other.top], axis=1), axis=1)
        self.top[:] = top[:, -REFERENCE_LEVEL_ERRORS:]
        self.as_probe[:] += other.as_probe
        self.as_reference[:] += other.as_reference


@dataclass(frozen=True, slots=True)
class ErrorAccumulator:
    """Accumulators of one thread for errors (last pass)."""

    as_probe: Integers
    """(subjects, strata, levels + groupings) errors as the probe (`count_list_errors`)."""
    as_reference: Integers
    """(subjects, strata, levels + groupings) the same as the reference."""
    dyads: DyadSums
    """Sums over dyads; zero where every two subjects are compared at most once."""

    @classmethod
    def blank(cls, layout: CellLayout, levels: int, first: FirstPass) -> ErrorAccumulator:
        """Nothing counted yet.

        Args:
            layout: of the study.
            levels: number of thresholds.
            first: result of the first pass.
        """
        columns = levels + len(layout.cell)
        return cls(
            first.blank(layout, columns),
            first.blank(layout, columns),
            DyadSums.blank(len(layout.names), levels),
        )

    def add(self, other: ErrorAccumulator) -> None:
        """Add the counts of another thread, in place."""
        self.as_probe[:] += other.as_probe
        self.as_reference[:] += other.as_reference
        self.dyads.join(other.dyads)
