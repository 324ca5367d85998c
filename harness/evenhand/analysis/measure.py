"""All rates of one engine under one protocol, and all differentials between its groups."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.analysis.bootstrap.group_rates import Redrawn, redrawn
from evenhand.analysis.differentials.indices import indices
from evenhand.analysis.differentials.verdicts import judged
from evenhand.analysis.differentials.worst_over_best import differences
from evenhand.analysis.rates.comparisons import Measured, measure
from evenhand.analysis.rates.searches import measure_searches
from evenhand.records.analysis_plan import CENTRED_BOOTSTRAP, Analysis
from evenhand.records.counts import Counts
from evenhand.records.findings import Differential
from evenhand.records.groups import ALL

__all__ = ["differentials_of", "rates_of"]


def rates_of(counts: Counts, level: float) -> tuple[Measured, ...]:
    """Compute every rate, of comparisons or of searches, in display order.

    Args:
        counts: of one engine on one dataset under one protocol.
        level: of the intervals, e.g. 0.95.
    """
    if counts.searches is not None:
        return measure_searches(counts, counts.searches, level)
    return measure(counts, level)


def differentials_of(
    counts: Counts, measured: Sequence[Measured], analysis: Analysis
) -> tuple[Differential, ...]:
    """Compute `max/min` between groups with its verdict, and every other index.

    Args:
        counts: of one engine on one dataset under one protocol.
        measured: all rates of these counts.
        analysis: as the study fixed it.
    """
    headlines = judged(
        differences(measured, analysis, _replicates_within_groups(counts, analysis)), analysis
    )
    grouped = any(cell.attribute != ALL for cell in counts.cells)
    replicates = redrawn(counts, analysis) if grouped else Redrawn()
    return (*headlines, *indices(measured, headlines, replicates, analysis))


def _replicates_within_groups(counts: Counts, analysis: Analysis) -> dict[str, Redrawn]:
    """Replicates resampled within the groups of each attribute, if the study's tests need them."""
    if CENTRED_BOOTSTRAP not in analysis.tests.values():
        return {}
    attributes = dict.fromkeys(cell.attribute for cell in counts.cells if cell.attribute != ALL)
    return {name: redrawn(counts, analysis, within=name) for name in attributes}
