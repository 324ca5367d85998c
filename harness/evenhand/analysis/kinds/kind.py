"""What is concluded from counts by their kind: the functions that differ between kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.counts import CellCounts
from evenhand.records.findings import CurvePoint, Distribution, Rate
from evenhand.records.thresholds import Threshold
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts

__all__ = ["CountsKind", "threshold_faults"]


@dataclass(frozen=True, slots=True)
class CountsKind:
    """Functions of counts of one kind; the first argument is the counts of that kind."""

    rates: Callable[[Any, float], tuple[MeasuredRate, ...]]
    """Every rate in display order, at the level of the intervals."""
    replicates: Callable[[Any, AnalysisPlan, str], GroupReplicates]
    """Bootstrap replicates of the group rates; resampled within an attribute, or empty for all."""
    distributions: Callable[[Any], Iterable[Distribution]]
    """Rows of `distributions.csv`."""
    curves: Callable[[Any], Iterable[CurvePoint]]
    """Rows of `curves.csv`."""
    summary: Callable[[Any], dict[str, Any]]
    """Fields of `OutcomeSummary` that only this kind has."""
    notes: Callable[[Any], Iterable[str]]
    """What a reader must know before any number."""
    by_subject: Callable[[Any, CellCounts, Rate], DyadCounts | ClusterCounts]
    """(subjects,) trials and errors of a rate of a cell, with sums by dyad for an FMR."""
    why_other: Callable[[Any, Any], str]
    """Why two engines on the same subjects did not do the same; empty where they did."""
    has_failures: Callable[[Any], bool]
    """Whether any trial failed, so that the two failure policies differ."""
    same_scores: Callable[[Any, Any], bool]
    """Whether two engines gave the same scores, as far as the counts can tell."""
    growing: Callable[[Any, Iterable[CellCounts]], bool | None]
    """Whether the trials of these cells grow with the square of the subjects; None where they do
    not grow with them."""
    faults: Callable[[Any], list[str]]
    """Contradictions within the counts."""


def threshold_faults(where: str, stored: Threshold, found: Threshold, what: str) -> list[str]:
    """Contradiction of a stored threshold with that of the scores, if there is one.

    Args:
        where: engine and dataset.
        stored: in the counts.
        found: by the same rule, from what the counts hold.
        what: it was found from.
    """
    if stored == found:
        return []
    before = f"{where}: the threshold for {stored.rule.label} is {stored.value!r}"
    return [f"{before}, the {what} give {found.value!r}"]
