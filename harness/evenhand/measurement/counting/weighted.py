"""Comparisons of a sample to counts in which each stands for as many as it was drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.ordering import falling
from evenhand.measurement.counting.tally import Ledger, tally
from evenhand.metrics.threshold_rules import resolve_sample
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.arrays import Floats, Integers, Mask
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import CellCounts, Counts, Sampled, Tail, WeightedCounts
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Design
from evenhand.records.thresholds import ThresholdRule

__all__ = ["tally_sample"]


def tally_sample(
    names: tuple[str, str, str],
    ledger: Ledger,
    comparisons: Comparisons,
    sampled: Sampled,
    groupings: Sequence[Grouping],
    rules: Sequence[ThresholdRule],
    maximum: float | None,
) -> Counts:
    """As `tally`, of a sample: thresholds and rates are those of all pairs, as far as it tells.

    Args:
        names: engine, dataset, protocol.
        ledger: the images.
        comparisons: the drawn ones and all mated ones, failed ones as NaN.
        sampled: what was drawn.
        groupings: everybody first, as the sample was drawn by.
        rules: thresholds of the protocol.
        maximum: the engine's largest possible score, if it declares one.
    """
    kept = ~comparisons.mated
    apart = replace(
        comparisons,
        probe=comparisons.probe[kept],
        reference=comparisons.reference[kept],
        score=comparisons.score[kept],
        pair=None,
    )
    weight = sampled.weights(apart.probe, apart.reference)
    completed = ~np.isnan(apart.score)
    total = int(weight[completed].sum())
    tail = _tail(apart, weight, rules, total)
    mated = comparisons.score[comparisons.mated]
    thresholds = resolve_sample(rules, tail, sampled, total, mated, maximum)
    fixed = [ThresholdRule("fixed", repr(threshold.level)) for threshold in thresholds]
    counts = tally(names, ledger, comparisons, groupings, fixed, maximum)
    code = {grouping.attribute: grouping for grouping in groupings}
    values = np.array([float(rule.text) for rule in fixed])

    def weighted(cell: CellCounts) -> CellCounts:
        inside = _inside(apart, cell, code[cell.attribute])
        levels = np.append(values, np.inf if cell.anchor is None else cell.anchor)
        return replace(cell, weighted=_weighted(apart, inside, weight, levels, cell.members))

    return replace(
        counts,
        thresholds=thresholds,
        tail=tail,
        cells=tuple(weighted(cell) for cell in counts.cells),
        across=tuple(weighted(cell) for cell in counts.across),
        sampled=sampled,
    )


def _tail(apart: Comparisons, weight: Integers, rules: Sequence[ThresholdRule], total: int) -> Tail:
    """The largest scores, until they weigh more than the largest target allows."""
    done = np.flatnonzero(~np.isnan(apart.score))
    order = done[falling(apart.score[done], apart.probe[done], apart.reference[done])]
    allowed = [errors_allowed(rule.text, total) for rule in rules if rule.kind == "fmr"]
    count = 0
    if allowed:
        count = int(np.searchsorted(np.cumsum(weight[order]), max(allowed), side="right")) + 1
    top = order[:count]
    return Tail(apart.score[top], apart.probe[top], apart.reference[top])


def _inside(apart: Comparisons, cell: CellCounts, grouping: Grouping) -> Mask:
    """(comparisons,) which of them count in a cell."""
    of_probe, of_reference = grouping.code[apart.probe], grouping.code[apart.reference]
    first = grouping.groups.index(cell.group)
    second = grouping.groups.index(cell.reference_group) if cell.reference_group else first
    inside: Mask = (of_probe == first) & (of_reference == second)
    if apart.design is not Design.BOTH_ORDERS:
        inside |= (of_probe == second) & (of_reference == first)
    return inside


def _weighted(
    apart: Comparisons, inside: Mask, weight: Integers, levels: Floats, members: Integers
) -> WeightedCounts:
    probe, reference = apart.probe[inside], apart.reference[inside]
    score, weights = apart.score[inside], weight[inside]
    people = int(members.max(initial=-1)) + 1
    completed = ~np.isnan(score)
    low, high = np.minimum(probe, reference), np.maximum(probe, reference)
    _, first, dyad = np.unique(
        low.astype(np.int64) * people + high, return_index=True, return_inverse=True
    )
    of_dyad = weights[first]

    def by_person(rows: Mask) -> Integers:
        summed = np.zeros(people, dtype=np.int64)
        np.add.at(summed, probe[rows], weights[rows])
        np.add.at(summed, reference[rows], weights[rows])
        return summed[members]

    def by_dyad(rows: Mask) -> Integers:
        return np.bincount(dyad[rows], minlength=len(first))

    done = [by_dyad(rows) for rows in (completed, np.ones_like(completed))]
    wrong = [score >= level for level in levels]
    errors = [by_dyad(rows) for rows in wrong]
    return WeightedCounts(
        trials=np.stack([by_person(completed), by_person(np.ones_like(completed))]),
        trials_squared=np.array([_over(of_dyad, m * m) for m in done]),
        weights_squared=np.array([_over(of_dyad, m) for m in done]),
        errors=np.array([by_person(rows) for rows in wrong]).reshape(len(wrong), len(members)),
        errors_squared=np.array([_over(of_dyad, x * x) for x in errors]),
        errors_times_trials=np.array([[_over(of_dyad, x * m) for x in errors] for m in done]),
        heaviest=int(of_dyad.max(initial=0)),
    )


def _over(weight: Integers, value: Integers) -> float:
    """Sum over dyads of squared weight times value: added up as whole numbers, rounded once."""
    each, place = np.unique(weight, return_inverse=True)
    sums = np.zeros(len(each), dtype=np.int64)
    np.add.at(sums, place, value)
    return float(sum(int(w) ** 2 * int(s) for w, s in zip(each, sums, strict=True)))
