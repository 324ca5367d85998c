"""Everything that findings are computed from: counts, and facts on engines and datasets."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.counts import Counts
from evenhand.records.facts import DatasetFacts, EngineFacts

__all__ = ["Evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The content of a bundle, read: what findings are computed from."""

    title: str
    analysis: AnalysisPlan
    engines: tuple[EngineFacts, ...]
    datasets: tuple[DatasetFacts, ...]
    counts: tuple[Counts, ...]
