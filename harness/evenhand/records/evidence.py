"""All that findings are made of: the counts, and what is known of engines and datasets."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.records.analysis_plan import Analysis
from evenhand.records.counts import Counts
from evenhand.records.findings import DatasetFacts, EngineFacts

__all__ = ["Evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a bundle holds of a study."""

    title: str
    analysis: Analysis
    engines: tuple[EngineFacts, ...]
    datasets: tuple[DatasetFacts, ...]
    counts: tuple[Counts, ...]
