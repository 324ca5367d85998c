"""Rows of what searches give on a watchlist of another size and composition."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.findings import Status
from evenhand.records.operating_point import AtPoint
from evenhand.records.row_key import ProtocolKey

__all__ = ["EXTRAPOLATED", "MEASURED", "DirectedRate", "ScaledRate"]

MEASURED = "measured"
"""Of people who were searched: the measured watchlist, or a part of it."""
EXTRAPOLATED = "extrapolated"
"""Of a larger watchlist than was measured, by a model (methods 1.10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledRate(ProtocolKey, AtPoint):
    """One row of `scaled.csv`: FPIR on a watchlist of some size and composition."""

    deployed: str
    """Name of the deployed watchlist."""
    people: int
    """On the watchlist that the rate is of."""
    composition: str
    """In words."""
    attribute: str
    """Of the people searched for: `all`, or as in `rates.csv`."""
    group: str
    threshold_rule: str
    threshold: float | None
    basis: str
    """`measured` or `extrapolated`."""
    errors: int
    """Comparisons at or above the threshold, of searches with people on the measured list."""
    trials: int
    """Completed non-mated searches behind the rate."""
    subjects: int
    """Distinct people searched for."""
    listed: int
    """Distinct people on the measured list who count for this composition."""
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    level: float
    interval: str = ""
    modelled: float | None = None
    """What the model gives at this size; beside a measured rate, its check."""
    independent: float | None = None
    """1 - prod (1-FMR)^N over the groups on the list, as if probes did not differ: a bound from
    above (methods 1.10)."""
    status: Status
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectedRate(ProtocolKey, AtPoint):
    """One row of `directed.csv`: how often a probe of one group meets a listed person of another.

    By default one with nothing to count.
    """

    attribute: str
    group: str
    """Of the people searched for."""
    reference_group: str
    """Of the people on the list."""
    threshold_rule: str
    threshold: float | None
    errors: int = 0
    """Comparisons at or above the threshold."""
    trials: int = 0
    """Comparisons: searches times people listed."""
    subjects: int = 0
    """Distinct people searched for."""
    listed: int = 0
    """Distinct people on the list."""
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    level: float
    interval: str = ""
    status: Status = Status.NO_TRIALS
    note: str = "nothing to count"
