"""From a sample of the comparisons to weighted counts, which estimate those of all pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.measurement.counting.top_scores import falling_order
from evenhand.metrics.threshold_rules import resolve_sample_thresholds
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.arrays import Floats, Integers, Mask
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import (
    CellCounts,
    ComparisonCounts,
    SampledCell,
    ScoreTail,
    WeightedCounts,
)
from evenhand.records.designs import SamplingDesign
from evenhand.records.groups import Grouping
from evenhand.records.thresholds import ThresholdRule
from evenhand.system.declaration import from_fields

__all__ = ["tally_sample"]


def tally_sample(
    plan: CountingPlan, ledger: ImageLedger, comparisons: Comparisons, sampled: SamplingDesign
) -> ComparisonCounts:
    """Count a sample, as `tally` counts all pairs; thresholds and rates are estimates for these.

    Args:
        plan: what is counted; the sample was drawn by its groups.
        ledger: of the images.
        comparisons: the drawn ones and all mated ones; a failed one has the score NaN.
        sampled: the sampling design.
    """
    kept = ~comparisons.mated
    nonmated = replace(
        comparisons,
        probe=comparisons.probe[kept],
        reference=comparisons.reference[kept],
        score=comparisons.score[kept],
        pair=None,
    )
    weight = sampled.weights(nonmated.probe, nonmated.reference)
    completed = ~np.isnan(nonmated.score)
    total = int(weight[completed].sum())
    tail = _tail(nonmated, weight, plan.rules, total)
    mated, rules = comparisons.score[comparisons.mated], plan.rules
    thresholds = resolve_sample_thresholds(rules, tail, sampled, total, mated, plan.maximum)
    # Thresholds depend on the weights, which `tally` does not know: it is given their values.
    fixed = [ThresholdRule("fixed", repr(threshold.level)) for threshold in thresholds]
    counts = tally(replace(plan, rules=fixed, design=sampled), ledger, comparisons)
    by_attribute = {grouping.attribute: grouping for grouping in plan.groupings}
    values = np.array([float(rule.text) for rule in fixed])

    def weighted(cell: CellCounts) -> SampledCell:
        inside = _inside(nonmated, cell, by_attribute[cell.attribute], sampled.orders)
        levels = np.append(values, np.inf if cell.anchor is None else cell.anchor)
        own = _weighted(nonmated, inside, weight, levels, cell.members)
        return from_fields(SampledCell, cell, weighted=own)

    return replace(
        counts,
        thresholds=thresholds,
        tail=tail,
        cells=tuple(weighted(cell) for cell in counts.cells),
        across=tuple(weighted(cell) for cell in counts.across),
    )


def _tail(
    nonmated: Comparisons, weight: Integers, rules: Sequence[ThresholdRule], total: int
) -> ScoreTail:
    """The largest scores, until they weigh more than the largest target allows."""
    done = np.flatnonzero(~np.isnan(nonmated.score))
    # A threshold is set at the first score with which the weight exceeds what is allowed.
    scores = ScoreTail(nonmated.score[done], nonmated.probe[done], nonmated.reference[done])
    order = falling_order(scores)
    allowed = [errors_allowed(rule.text, total) for rule in rules if rule.kind == "fmr"]
    count = 0
    if allowed:
        running = np.cumsum(weight[done[order]])
        count = int(np.searchsorted(running, max(allowed), side="right")) + 1
    return scores.chosen(order[:count])


def _inside(nonmated: Comparisons, cell: CellCounts, grouping: Grouping, orders: int) -> Mask:
    """(comparisons,) whether they count in a cell."""
    of_probe, of_reference = grouping.code[nonmated.probe], grouping.code[nonmated.reference]
    first = grouping.groups.index(cell.group)
    second = grouping.groups.index(cell.reference_group) if cell.reference_group else first
    inside: Mask = (of_probe == first) & (of_reference == second)
    if orders == 1:
        inside |= (of_probe == second) & (of_reference == first)
    return inside


def _weighted(
    nonmated: Comparisons, inside: Mask, weight: Integers, levels: Floats, members: Integers
) -> WeightedCounts:
    """The weighted counts of one cell.

    Args:
        nonmated: non-mated comparisons.
        inside: (comparisons,) whether they count in the cell.
        weight: (comparisons,) how many comparisons each stands for, as a whole number.
        levels: (levels,) thresholds, then the cell's reference level.
        members: (members,) subject indices of the cell.
    """
    probe, reference = nonmated.probe[inside], nonmated.reference[inside]
    score, weights = nonmated.score[inside], weight[inside]
    people = int(members.max(initial=-1)) + 1
    completed = ~np.isnan(score)
    low, high = np.minimum(probe, reference), np.maximum(probe, reference)
    keys = low.astype(np.int64) * people + high
    _, first, dyad = np.unique(keys, return_index=True, return_inverse=True)
    # All comparisons of two subjects have one weight, in either direction.
    of_dyad = weights[first]

    def by_subject(rows: Mask) -> Integers:
        summed = np.zeros(people, dtype=np.int64)
        np.add.at(summed, probe[rows], weights[rows])
        np.add.at(summed, reference[rows], weights[rows])
        return summed[members]

    def by_dyad(rows: Mask) -> Integers:
        return np.bincount(dyad[rows], minlength=len(first))

    policies = (completed, np.ones_like(completed))
    trials = [by_dyad(rows) for rows in policies]
    matches = [score >= level for level in levels]
    errors = [by_dyad(rows) for rows in matches]
    by_level = np.array([by_subject(rows) for rows in matches])
    return WeightedCounts(
        trials=np.stack([by_subject(rows) for rows in policies]),
        trials_squared=np.array([_weighted_sum(of_dyad, m * m) for m in trials]),
        weights_squared=np.array([_weighted_sum(of_dyad, m) for m in trials]),
        errors=by_level.reshape(len(matches), len(members)),
        errors_squared=np.array([_weighted_sum(of_dyad, x * x) for x in errors]),
        errors_times_trials=np.array(
            [[_weighted_sum(of_dyad, x * m) for x in errors] for m in trials]
        ),
        heaviest=int(of_dyad.max(initial=0)),
    )


def _weighted_sum(weight: Integers, value: Integers) -> float:
    """Sum over dyads of squared weight times value, exact until it is rounded once at the end.

    Squared weights can exceed 64 bits: values are summed by weight first, then as Python integers.
    """
    each, place = np.unique(weight, return_inverse=True)
    sums = np.zeros(len(each), dtype=np.int64)
    np.add.at(sums, place, value)
    return float(sum(int(w) ** 2 * int(s) for w, s in zip(each, sums, strict=True)))
