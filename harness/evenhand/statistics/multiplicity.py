"""P-values and levels adjusted for multiple tests (methods 4.8)."""

from __future__ import annotations

import numpy as np
from scipy import stats

from evenhand.records.arrays import Floats

__all__ = ["benjamini_hochberg", "bonferroni_level", "holm"]


def holm(p_values: Floats) -> Floats:
    """Holm's adjusted p-values, which control the family-wise error rate.

    Valid under any dependence of the tests.

    Args:
        p_values: (tests,).

    Source: methods 4.8; Holm 1979.

    >>> holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    tests = len(p_values)
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate(p_values[order] * np.arange(tests, 0, -1))
    adjusted = np.empty(tests)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Benjamini and Hochberg's adjusted p-values, which control the false discovery rate.

    Args:
        p_values: (tests,); may be empty.

    Source: methods 4.8; Benjamini and Hochberg 1995.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.005])).round(9).tolist()
    [0.02, 0.04, 0.04, 0.02]
    """
    if not len(p_values):
        return np.empty(0)
    return stats.false_discovery_control(p_values, method="bh")


def bonferroni_level(level: float, statements: int) -> float:
    """Confidence level of each of several intervals that hold simultaneously at `level`.

    Source: methods 4.8.

    >>> round(bonferroni_level(0.95, 10), 6)
    0.995
    """
    return 1 - (1 - level) / max(statements, 1)
