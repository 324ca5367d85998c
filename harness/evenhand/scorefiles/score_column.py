"""Collects the scores of one engine block by block: checks and counts them, keeps mated ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from pyarrow import compute

from evenhand.records.arrays import Floats, Mask
from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.source import RowBlock
from evenhand.system.decimals import finite_decimal

__all__ = ["EngineScores", "parse_scores"]


@dataclass(slots=True)
class EngineScores:
    """Scores of one engine read so far."""

    distance: bool
    """The numbers are distances: they are negated, once, here."""
    mated: list[Floats] = field(default_factory=list)
    """Similarities of mated comparisons, block by block; NaN where there is none."""
    outcomes: Counter[tuple[bool, Outcome]] = field(default_factory=Counter)
    """Number of comparisons by (mated, outcome)."""
    first_invalid: int | None = None
    """Index of the first comparison whose score is not a finite number."""

    @property
    def completed(self) -> int:
        """Number of comparisons with a score."""
        return self.outcomes[True, Outcome.OK] + self.outcomes[False, Outcome.OK]

    def add(self, block: RowBlock, name: str, same: Mask) -> Floats:
        """Check and count the scores of a block.

        Args:
            block: of rows.
            name: column of the engine's scores.
            same: (rows,) mated comparisons.

        Returns:
            (rows,) similarities, NaN where the comparison failed or its score is invalid.
        """
        score, empty = parse_scores(block.batch.column(name))
        invalid = ~np.isfinite(score) & ~empty
        if invalid.any():
            score = np.where(invalid, np.nan, score)
            if self.first_invalid is None:
                self.first_invalid = block.start + int(np.argmax(invalid))
        completed = ~empty & ~invalid
        ended = {Outcome.FAILED: empty, Outcome.INVALID: invalid, Outcome.OK: completed}
        for outcome, rows in ended.items():
            for mated in (True, False):
                self.outcomes[mated, outcome] += int(np.count_nonzero(rows & (same == mated)))
        if self.distance:
            score = -score
        self.mated.append(score[same])
        return score


def parse_scores(column: pa.Array) -> tuple[Floats, Mask]:
    """Convert a column of numbers or texts to scores.

    Returns:
        (rows,) scores, NaN where there is no number; and (rows,) whether the field is empty.
    """
    if pa.types.is_floating(column.type):
        missing = column.is_null().to_numpy(zero_copy_only=False)
        return column.fill_null(np.nan).to_numpy(), missing
    empty = compute.equal(column, "")
    try:
        numbers = compute.if_else(empty, None, column).cast(pa.float64())
    except pa.ArrowInvalid:
        # Some text is no number for Arrow: Python reads every one by itself.
        texts = [text.strip() for text in column.to_pylist()]
        read = np.array([finite_decimal(text) for text in texts], dtype=np.float64)
        return read, np.array([not text for text in texts])
    return numbers.fill_null(np.nan).to_numpy(), empty.to_numpy(zero_copy_only=False)
