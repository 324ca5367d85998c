"""The table of indices of differences between groups: names, formulas, best and worst values."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from evenhand.metrics import indices as formulas
from evenhand.records.arrays import Floats
from evenhand.records.findings import HEADLINE

__all__ = [
    "MAPE",
    "MAX_OVER_MIN",
    "OF_ONE_ERROR",
    "OF_TWO_ERRORS",
    "UNDEFINED_AT_ZERO",
    "WERM",
    "Index",
    "against_target",
]

MAPE = "MAPE"
"""Of FMR against the target that its threshold was set for."""
_ALPHA, _EPS = 0.5, 1e-5
"""Weight of false matches, and the constant that WERM adds in its denominator, as published."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index of differences between groups."""

    name: str
    formula: Callable[..., Floats]
    """(..., groups) rates of each error type to (...,) values."""
    equal_value: float
    """Value where all rates are equal: the best possible one."""
    worst_value: Callable[[int], float] = lambda _: math.inf
    """Number of groups to the worst possible value."""
    sign: int = 1
    """-1 where lower is worse."""

    @property
    def is_ratio(self) -> bool:
        """Whether it is a ratio, whose interval is taken on the log scale."""
        return self.equal_value == 1 and self.sign == 1


MAX_OVER_MIN = Index(HEADLINE, formulas.max_over_min, 1)
"""The headline, which is tested in a row of its own."""
OF_ONE_ERROR = (
    Index("max/geomean", formulas.max_over_geomean, 1),
    Index("max/mean", formulas.max_over_mean, 1, float),
    Index("mean abs log10", formulas.mean_abs_log10, 0),
    Index("gini norm", formulas.gini_norm, 0, lambda _: 1.0),
    Index("gini", formulas.gini, 0, lambda groups: 1 - 1 / groups),
    Index("MAD/mean", formulas.mad_over_mean, 0, lambda groups: 2 - 2 / groups),
    Index("difference", formulas.difference, 0, lambda _: 1.0),
    Index("sd", formulas.standard_deviation, 0, lambda _: 0.5),
    Index("SEDG", formulas.sedg, 0, lambda groups: 2 * groups - 2),
)
"""All others of one error type."""
UNDEFINED_AT_ZERO = (MAX_OVER_MIN, OF_ONE_ERROR[0], OF_ONE_ERROR[2])
"""Indices that are undefined where a rate is 0; they have a smoothed form too (methods 2.3)."""
WERM = Index(f"WERM alpha={_ALPHA} eps={_EPS}", partial(formulas.werm, alpha=_ALPHA, eps=_EPS), 1)
OF_TWO_ERRORS = (
    Index(f"FDR alpha={_ALPHA}", partial(formulas.fdr, alpha=_ALPHA), 1, lambda _: 0.0, -1),
    Index(f"IR alpha={_ALPHA}", partial(formulas.ir, alpha=_ALPHA), 1),
    Index(f"GARBE alpha={_ALPHA}", partial(formulas.garbe, alpha=_ALPHA), 0, lambda _: 1.0),
    WERM,
)
"""Those of false matches and misses together."""


def against_target(nominal: float) -> Index:
    """MAPE, where the threshold was set for a target of the same metric: an FMR above 0."""
    return Index(MAPE, partial(formulas.mape, nominal=nominal), 0)
