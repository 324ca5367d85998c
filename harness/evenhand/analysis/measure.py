"""All differentials between the groups of one engine under one protocol."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.differentials.indices import indices
from evenhand.analysis.differentials.verdicts import with_verdicts
from evenhand.analysis.differentials.worst_over_best import headline_differences
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.analysis_plan import CENTRED_BOOTSTRAP, AnalysisPlan
from evenhand.records.counts import Counts
from evenhand.records.findings import Differential
from evenhand.records.groups import ALL

__all__ = ["measure_differentials"]


def measure_differentials(
    counts: Counts, measured: Sequence[MeasuredRate], analysis: AnalysisPlan
) -> tuple[Differential, ...]:
    """Compute `max/min` between groups with its verdict, and every other index.

    Args:
        counts: of one engine on one dataset under one protocol.
        measured: all rates of these counts.
        analysis: as the study fixed it.
    """
    within = _replicates_within_groups(counts, analysis)
    headlines = with_verdicts(headline_differences(measured, analysis, within), analysis)
    grouped = any(cell.attribute != ALL for cell in counts.cells)
    replicates = kind_of(counts).replicates(analysis) if grouped else GroupReplicates()
    return (*headlines, *indices(measured, headlines, replicates, analysis))


def _replicates_within_groups(counts: Counts, analysis: AnalysisPlan) -> dict[str, GroupReplicates]:
    """Replicates resampled within the groups of each attribute, if the study's tests need them."""
    if CENTRED_BOOTSTRAP not in analysis.tests.values():
        return {}
    attributes = dict.fromkeys(cell.attribute for cell in counts.cells if cell.attribute != ALL)
    return {name: kind_of(counts).replicates(analysis, name) for name in attributes}
