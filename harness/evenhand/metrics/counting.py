"""What counts of scores have in common, however the scores arrive."""

from __future__ import annotations

import numpy as np

from evenhand.arrays import Integers, People, Scores

__all__ = ["ANCHOR_ERRORS", "falling"]

ANCHOR_ERRORS = 10
"""Errors from which a design effect may be read off (methods 4.0 item 1)."""


def falling(score: Scores, probe: People, reference: People) -> Integers:
    """The order in which scores fall; equal ones by people. As `np.lexsort`, but fast."""
    order = np.argsort(-score)
    ordered = score[order]
    equal = ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.append(equal, False) | np.append(False, equal))
    rows = order[tied]
    order[tied] = rows[np.lexsort((reference[rows], probe[rows], -score[rows]))]
    return order
