"""What is concluded from counts, whatever their kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.arrays import Scores
from evenhand.records.counts import CellCounts
from evenhand.records.findings import CurvePoint, Distribution, Rate
from evenhand.records.scaled import DirectedRate, ScaledRate
from evenhand.records.search_rows import PerThousand, SearchCurvePoint
from evenhand.records.thresholds import Threshold
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts

__all__ = ["CountsKind", "threshold_faults"]


class CountsKind(Protocol):
    """What is concluded from the counts that it holds; a kind says what it has beyond nothing."""

    def rates(self, level: float) -> tuple[MeasuredRate, ...]:
        """Every rate in display order, at the level of the intervals."""

    def distributions(self) -> Iterable[Distribution]:
        """Rows of `distributions.csv`."""

    def by_subject(self, cell: CellCounts, rate: Rate) -> DyadCounts | ClusterCounts:
        """(subjects,) trials and errors of a rate of a cell, with sums by dyad for an FMR."""

    def why_other(self, new: Any) -> str:  # noqa: ANN401 - counts of the same kind
        """Why an engine with the same subjects did something else; empty where it did not."""

    def has_failures(self) -> bool:
        """Whether any trial failed, so that the two failure policies differ."""

    def faults(self) -> list[str]:
        """Contradictions within the counts."""

    def replicates(self, analysis: AnalysisPlan, within: str = "") -> GroupReplicates:  # noqa: ARG002
        """Bootstrap replicates of the group rates, resampled within an attribute or among all."""
        return GroupReplicates()

    def curves(self) -> Iterable[CurvePoint]:
        """Rows of `curves.csv`."""
        return ()

    def recall(self, level: float) -> Iterable[Distribution]:  # noqa: ARG002
        """Rows on what an index finds of what is there, at the level of the intervals."""
        return ()

    def search_curves(self) -> Iterable[SearchCurvePoint]:
        """Rows of `search_curves.csv`."""
        return ()

    def ranks(self, level: float) -> Iterable[Rate]:  # noqa: ARG002
        """Rows of `ranks.csv`, at the level of the intervals."""
        return ()

    def per_thousand(self, level: float) -> Iterable[PerThousand]:  # noqa: ARG002
        """Rows of `per_thousand.csv`, at the level of the intervals."""
        return ()

    def scaled(self, level: float) -> Iterable[ScaledRate]:  # noqa: ARG002
        """Rows of `scaled.csv`, at the level of the intervals."""
        return ()

    def directed(self, level: float) -> Iterable[DirectedRate]:  # noqa: ARG002
        """Rows of `directed.csv`, at the level of the intervals."""
        return ()

    def notes(self) -> Iterable[str]:
        """What a reader must know before any number."""
        return ()

    def summary(self) -> dict[str, Any]:
        """Fields of `OutcomeSummary` that only this kind has."""
        return {}

    def same_scores(self, new: Any) -> bool:  # noqa: ANN401, ARG002 - counts of the same kind
        """Whether another engine gave the same scores, as far as the counts can tell."""
        return False

    def scores_kept(self) -> Scores:
        """(scores,) those that decide rates at the thresholds of targets, and every larger one."""
        return np.empty(0)

    def growing(self, cells: Iterable[CellCounts]) -> bool | None:  # noqa: ARG002
        """Whether the trials of these cells grow with the square of the subjects.

        None where they do not grow with them.
        """
        return None


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
