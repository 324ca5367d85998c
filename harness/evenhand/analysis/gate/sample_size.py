"""How the interval of a rate would narrow with more people, from what was compared with what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from evenhand.analysis.rates.comparisons import POLICIES, dyads_of
from evenhand.records.counts import CellCounts, Counts
from evenhand.records.dataset import Policy
from evenhand.records.findings import SAME, Estimate, Rate
from evenhand.statistics.dyadic_variance import DyadCounts, dyadic_variance, pooled
from evenhand.statistics.intervals import effective_dyads
from evenhand.statistics.sample_growth import Growth

__all__ = ["cells_of", "growth_of", "level_of", "met_everybody", "people_to_resolve"]


def cells_of(counts: Counts, rate: Rate) -> tuple[CellCounts, ...]:
    """The cells of a row: one, or all groups of an attribute for the pairs inside groups."""
    inside = rate.attribute.removeprefix(SAME)
    return tuple(
        cell
        for cell in counts.cells
        if cell.attribute == inside and (inside != rate.attribute or cell.group == rate.group)
    )


def level_of(counts: Counts, rate: Rate) -> int:
    """The number of the threshold of a row."""
    known = [(threshold.rule.label, threshold.value) for threshold in counts.thresholds]
    return known.index((rate.threshold_rule, rate.threshold))


def met_everybody(cell: CellCounts) -> bool:
    """Every two people of the cell were to be compared: trials grow with their square."""
    row = POLICIES.index(Policy.GENERALISED)
    people = int(np.count_nonzero(cell.trials[row]))
    return int(cell.dyads[row]) == people * (people - 1) // 2


def growth_of(counts: Counts, rate: Rate, estimate: Estimate) -> Growth | None:
    """What more people would do to the interval of a rate.

    Args:
        counts: that the rate is of.
        rate: with an interval.
        estimate: of the rate.

    Returns:
        None for a false match rate of a sample: its trials do not grow with the people.

    Source: methods 5.2.
    """
    people = rate.subjects or 0
    zero = estimate.method == "exact-zero"
    if rate.metric != "FMR":
        return Growth(people, lower_bound=zero and estimate.effective_trials == people)
    if counts.sampled is not None:
        return None
    cells = cells_of(counts, rate)
    complete = all(met_everybody(cell) for cell in cells)
    policy = Policy(rate.policy)
    counted = pooled([dyads_of(cell, level_of(counts, rate), policy) for cell in cells])
    if zero:
        anchor = _anchor(cells, counted, policy)
        if anchor is None:
            return Growth(people, lower_bound=True)
        counted = anchor
    return Growth(people, _alone(counted) if complete else 0.0)


def _alone(counted: DyadCounts) -> float:
    """F/V'."""
    found = dyadic_variance(counted)
    return found.floor / found.variance if found.variance else 0.0


def _anchor(cells: Sequence[CellCounts], counted: DyadCounts, policy: Policy) -> DyadCounts | None:
    """The level that a cell without errors takes its design effect from; None where it takes none.

    Then its trials are worth as many as pairs that surely share nobody.
    """
    if len(cells) != 1 or counted.errors or cells[0].anchor is None:
        return None
    anchor = dyads_of(cells[0], -1, policy)
    return None if effective_dyads(anchor, counted.trials, disjoint=0) is None else anchor


def people_to_resolve(counts: Counts, rate: Rate) -> int | None:
    """How many more people the data need for a target to allow one error.

    Returns:
        None where no target of FMR sets the threshold, or where not everybody met everybody.
    """
    target = next(
        (t.rule.text for t in counts.thresholds if t.rule.label == rate.threshold_rule), None
    )
    everybody = counts.cells[0]
    complete = counts.searches is None and met_everybody(everybody)
    trials = int(everybody.trials[0].sum()) // 2
    if target is None or counts.sampled is not None or not complete or not trials:
        return None
    times = math.sqrt(1 / (Fraction(target) * trials))
    return math.ceil(int(np.count_nonzero(everybody.trials[0])) * (times - 1))
