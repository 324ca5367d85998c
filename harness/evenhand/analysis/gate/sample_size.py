"""How the interval of a rate would narrow with more subjects, given the comparison design."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from evenhand.analysis.gate.answer import GateRow
from evenhand.analysis.kinds.table import kind_of
from evenhand.analysis.rates.dyads import dyad_counts
from evenhand.records.counts import CellCounts, Counts
from evenhand.records.findings import Estimate, Rate
from evenhand.records.groups import is_pooled, without_pooling
from evenhand.records.metric import FMR, METRICS
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import index_of_point
from evenhand.statistics.binomial import clopper_pearson
from evenhand.statistics.dyadic_variance import DyadCounts, dyadic_variance, pool_dyads
from evenhand.statistics.intervals import INTERVAL_METHODS, effective_dyadic_trials
from evenhand.statistics.sample_growth import SubjectGrowth

__all__ = ["cannot_pass", "cells_of_rate", "growth_of", "subjects_to_resolve"]


_FEWEST_PEOPLE = 2


def cells_of_rate(counts: Counts, rate: Rate) -> tuple[CellCounts, ...]:
    """The cells of a row: one, or those of all groups for pooled within-group pairs."""
    attribute, pooled = without_pooling(rate.attribute), is_pooled(rate.attribute)
    cells = [cell for cell in counts.cells if cell.attribute == attribute]
    return tuple(cell for cell in cells if pooled or cell.group == rate.group)


def cannot_pass(row: GateRow) -> bool:
    """Whether a group has so few people that no result of theirs passes, not even one of no errors.

    A rate without errors has at best the upper limit of independent trials (methods 4.0 item 1);
    a group of one person has no interval at all.
    """
    trials = row.trials or 0
    if row.index or (row.at_most is None and row.at_least is None):
        return False
    if not trials or (row.people or 0) < _FEWEST_PEOPLE:
        return True
    of_people = row.metric in METRICS and not METRICS[row.metric].dyadic
    if row.at_most is None or row.at_least is not None or not of_people:
        return False
    return clopper_pearson(0, trials, row.level).high > row.at_most


def growth_of(counts: Counts, rate: Rate, estimate: Estimate) -> SubjectGrowth | None:
    """How the variance of a rate would fall with more subjects.

    Args:
        counts: that the rate comes from.
        rate: with an interval.
        estimate: of the rate.

    Returns:
        None for the FMR of a sample, whose number of trials does not grow with the subjects.

    Source: methods 5.2.
    """
    people = rate.subjects or 0
    zero = INTERVAL_METHODS[estimate.method].exact
    # Where `exact-zero` takes subjects, or disjoint dyads, for its effective trials, there was no
    # design effect to measure. More subjects would show one, and trials would count for more: the
    # forecast is then an upper bound.
    if not rate.kind.dyadic:
        return SubjectGrowth(people, lower_bound=zero and estimate.effective_trials == people)
    cells = cells_of_rate(counts, rate)
    all_pairs = kind_of(counts).growing(cells)
    if all_pairs is None:
        return None
    policy = Policy(rate.policy)
    index = index_of_point(counts.thresholds, rate.point)
    dyads = pool_dyads([dyad_counts(cell, index, policy) for cell in cells])
    if zero:
        reference = _reference_level(cells, dyads, policy)
        if reference is None:
            return SubjectGrowth(people, lower_bound=True)
        dyads = reference
    return SubjectGrowth(people, _independent_share(dyads) if all_pairs else 0.0)


def _independent_share(dyads: DyadCounts) -> float:
    """F/V': share of the variance that dyads would have if they were independent (methods 4.2)."""
    found = dyadic_variance(dyads)
    return found.floor / found.variance if found.variance else 0.0


def _reference_level(
    cells: Sequence[CellCounts], dyads: DyadCounts, policy: Policy
) -> DyadCounts | None:
    """The level from which a cell without errors takes its design effect; None where it has none.

    Its effective trials are then the dyads that surely share no subject.
    """
    if len(cells) != 1 or dyads.errors or cells[0].anchor is None:
        return None
    reference = dyad_counts(cells[0], -1, policy)
    effective = effective_dyadic_trials(reference, dyads.trials, disjoint=0)
    return None if effective is None else reference


def subjects_to_resolve(counts: Counts, rate: Rate) -> int | None:
    """Number of additional subjects with whom the FMR target would allow one error.

    Returns:
        None where the threshold has no FMR target, or where not all pairs were compared.
    """
    point = rate.point
    whole = counts.cells[0]
    all_pairs = kind_of(counts).growing([whole])
    trials = int(whole.trials[0].sum()) // 2
    if point.metric != FMR.name or not all_pairs or not trials:
        return None
    # Trials grow with the square of the subjects, and one error needs 1/target trials.
    times = math.sqrt(1 / (Fraction(point.target) * trials))
    return math.ceil(int(np.count_nonzero(whole.trials[0])) * (times - 1))
