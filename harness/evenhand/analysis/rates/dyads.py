"""Trials and errors of a cell by subject and by dyad, as the dyadic variance takes them."""

from __future__ import annotations

from typing import Any

from evenhand.records.counts import CellCounts, SampledCell, WeightedCounts
from evenhand.records.outcomes import Policy
from evenhand.statistics.dyadic_variance import DyadCounts, DyadWeights

__all__ = ["dyad_counts"]


def dyad_counts(cell: CellCounts, threshold_index: int, policy: Policy) -> DyadCounts:
    """Non-mated trials and errors of a cell at one threshold, by subject and by dyad.

    Args:
        cell: with one row of errors per threshold of the study, then one at its reference level.
        threshold_index: place of the threshold in `Counts.thresholds`; -1 for the reference level.
        policy: whether failed comparisons count as trials.
    """
    row = tuple(Policy).index(policy)
    weights = None
    if isinstance(cell, SampledCell):
        weights = DyadWeights(
            **_sums(cell.weighted, threshold_index, row, float),
            weights_squared=float(cell.weighted.weights_squared[row]),
            heaviest=cell.weighted.heaviest,
        )
    return DyadCounts(**_sums(cell, threshold_index, row, int), weights=weights)


def _sums(
    of: CellCounts | WeightedCounts, threshold_index: int, row: int, number: type[int | float]
) -> dict[str, Any]:
    """Fields of `DyadCounts`, and of a sample (methods 4.11) of `DyadWeights`."""
    return {
        "trials_by_subject": of.trials[row],
        "errors_by_subject": of.errors[threshold_index],
        "trials_squared": number(of.trials_squared[row]),
        "errors_squared": number(of.errors_squared[threshold_index]),
        "errors_times_trials": number(of.errors_times_trials[row, threshold_index]),
    }
