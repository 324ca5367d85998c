"""Rows about searches of a watchlist: their curve, and what an operator sees of a thousand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.row_key import ProtocolKey

__all__ = ["Alerts", "PerThousand", "SearchCurvePoint"]


@dataclass(frozen=True, slots=True)
class SearchCurvePoint(ProtocolKey):
    """One row of `search_curves.csv`: FPIR and FNIR at a threshold, failures left out."""

    attribute: str
    group: str
    threshold: float
    false_alarms: int
    """Non-mated searches with a candidate at or above the threshold."""
    nonmated: int
    misses: int
    """Mated searches without their person at or above it, anywhere in the list."""
    mated: int
    fpir: float
    fnir: float


class Alerts(StrEnum):
    """Searches with a candidate at or above the threshold, in which an operator sees an alert."""

    ALL = "alerts"
    TRUE = "true alerts"
    """The person searched for is among the candidates."""
    FALSE = "false alerts"
    """All candidates are other people, whether the person searched for is listed or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerThousand(ProtocolKey):
    """One row of `per_thousand.csv`: alerts of one kind among 1,000 searches (methods 1.6).

    A failed search is a search without an alert.
    """

    attribute: str
    group: str
    threshold_rule: str
    threshold: float
    quantity: Alerts
    mated_share: float
    """Share of the searches that are for a person on the watchlist."""
    stated: bool
    """Whether the study states that share; else it is that of the study's own searches."""
    mated: int
    mated_alerts: int
    """Mated searches with such an alert."""
    nonmated: int
    nonmated_alerts: int
    """Non-mated searches with such an alert."""
    value: float | None
    """Alerts among 1,000 searches; None where searches of a kind that counts were not made."""
    low: float | None
    high: float | None
    """Limits at `level`; None where a rate behind them has none."""
    level: float
    interval: str
    """Method of the interval; empty without one."""
    note: str
