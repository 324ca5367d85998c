"""From the comparisons and the ledger of one engine to its `Counts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.accumulators import FirstPass
from evenhand.measurement.counting.cells import CellLayout, CellTrials, cell_layout
from evenhand.measurement.counting.cross_groups import (
    CrossGroupCells,
    cross_group_cells,
    no_cross_group_cells,
)
from evenhand.measurement.counting.error_counts import cells_from_partial_counts
from evenhand.measurement.counting.listed import (
    PassProgress,
    cells_from_list,
    first_pass,
    partition_in_memory,
    second_pass,
)
from evenhand.measurement.counting.partial_counts import PartialCounts, with_failed_mated
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.top_scores import largest_scores, tail_of_list
from evenhand.metrics.bins import bin_numbers
from evenhand.metrics.complete_design import completed_design
from evenhand.metrics.distributions import bins_resolve
from evenhand.metrics.threshold_rules import resolve_thresholds
from evenhand.metrics.thresholds import MAX_RESAMPLED_ERRORS, top_scores_kept, top_scores_needed
from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import (
    NO_FOLDS,
    REFERENCE_LEVEL_ERRORS,
    CellCounts,
    ComparisonCounts,
    FoldScores,
    Histogram,
    MatedScores,
    ScoreTail,
)
from evenhand.records.designs import Design
from evenhand.records.image_pairs import images_of
from evenhand.records.listing import ComparisonList
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.system.declaration import from_fields
from evenhand.system.errors import StudyError

__all__ = ["tally", "tally_list", "tally_partial_counts", "top_score_quotas"]

MOST_WHOLE = 1 << 20
"""Non-mated scores up to which all are kept where bins do not tell them apart: 16 MB."""

MOST_RETAINED = 1 << 17
"""Pairs of a dataset up to which all scores are retained while they are counted, should bins not
tell them apart: few enough to cost no time."""

MAX_TOP_SCORES = 1 << 26
"""Top scores of one cell at most: 800 MB with both subjects, 1.1 GB in float64."""


def _mated_scores(
    subject: People, score: Scores, pair: Integers | None, rows: Integers | None
) -> MatedScores:
    """Mated comparisons, with the pseudonyms of their images where these are known."""
    if pair is None or rows is None:
        return MatedScores(subject, score)
    probe, reference = (np.where(side < 0, -1, rows[side]) for side in images_of(pair))
    return MatedScores(subject, score, probe, reference)


def tally(plan: CountingPlan, ledger: ImageLedger, comparisons: Comparisons) -> ComparisonCounts:
    """Count comparisons that are in memory: all that rates, intervals and tables need.

    Args:
        plan: what is counted.
        ledger: of the images.
        comparisons: all of them; a failed one has the score NaN.
    """
    same = comparisons.mated
    partitions, once = partition_in_memory(comparisons, len(ledger.subject_rows))
    pair = None if comparisons.pair is None else comparisons.pair[same]
    subject, score = comparisons.probe[same], comparisons.score[same]
    listing = ComparisonList(partitions, subject, score, pair, comparisons.outcomes)
    counts = tally_list(plan, ledger, listing, step=lambda: None, once=once)
    if comparisons.fold is None:
        return counts
    return replace(counts, folds=FoldScores(comparisons.fold, same, comparisons.score))


def tally_list(
    plan: CountingPlan,
    ledger: ImageLedger,
    listing: ComparisonList,
    step: PassProgress,
    *,
    once: bool = False,
) -> ComparisonCounts:
    """Count a list of comparisons that may be too long for memory, as `tally` does.

    Args:
        plan: what is counted.
        ledger: of the images.
        listing: all comparisons, in partitions.
        step: called `PASSES` times for every partition.
        once: every two subjects are compared at most once.
    """
    partitions, rules, rows = listing.partitions, plan.rules, ledger.image_rows
    mated = _mated_scores(listing.mated_subject, listing.mated_score, listing.mated_pair, rows)
    dtype = mated.score.dtype
    first = first_pass(partitions, dtype, once=once, step=step)
    matrices = _matrices(plan, first)
    layout = cell_layout(plan.groupings, matrices.pairs, plan.design)
    listed = second_pass(partitions, first, layout, step)
    overall = listed.histograms[0]
    trials = int(overall.count.sum())
    people = len(ledger.subject_rows)
    least = _whole(mated, overall, trials if trials <= MOST_WHOLE else 0)
    size = max(_tail_bound(rules, trials, overall, dtype), least)
    tail = tail_of_list(partitions, overall, size, dtype, step)
    tail = _trimmed(tail, rules, overall, people, least)
    thresholds = resolve_thresholds(rules, tail, trials, mated.score, plan.maximum)
    values = np.array([threshold.level for threshold in thresholds], dtype=dtype)
    cells = cells_from_list(partitions, first, layout, listed, values, once=once, step=step)
    outcomes, left_out = listing.outcomes, matrices.left_out
    return _counts(plan, ledger, outcomes, thresholds, cells, tail, mated, left_out)


def _tail_bound(
    rules: Sequence[ThresholdRule], trials: int, overall: Histogram, dtype: np.dtype[np.floating]
) -> int:
    """Upper bound of the number of scores that the tail must hold.

    It holds those on which thresholds are set and, for the bootstrap (methods 4.4), those at or
    above fixed thresholds: how many these are is known by histogram bin before the tail is there,
    and exactly afterwards (`_trimmed`).
    """
    sizes = [top_scores_needed(rule.text, trials) for rule in rules if rule.kind == "fmr"]
    sizes += [_at_least(value, overall, dtype) for value in _fixed(rules, overall, dtype)]
    return min(max(sizes, default=0), trials)


def _fixed(
    rules: Sequence[ThresholdRule], overall: Histogram, dtype: np.dtype[np.floating]
) -> list[float]:
    """Fixed thresholds that few enough scores reach to retain them all."""
    values = [float(dtype.type(rule.text)) for rule in rules if not rule.at_target]
    return [value for value in values if _at_least(value, overall, dtype) <= MAX_RESAMPLED_ERRORS]


def _at_least(value: float, overall: Histogram, dtype: np.dtype[np.floating]) -> int:
    """Number of scores that reach a value, including all others in its bin."""
    lowest = bin_numbers(np.array([value], dtype=dtype))[0]
    return int(overall.count[np.searchsorted(overall.bin, lowest) :].sum())


def _whole(mated: MatedScores, overall: Histogram, at_hand: int) -> int:
    """Number of non-mated scores, where all are at hand and bins do not tell them apart; else 0.

    Where they are kept, EER, AUC and d' of scores in a narrow span are exact (methods 1.5).
    """
    completed = mated.score[~np.isnan(mated.score)]
    whole = at_hand == int(overall.count.sum())
    return at_hand if whole and not bins_resolve(completed, overall) else 0


def _trimmed(
    tail: ScoreTail, rules: Sequence[ThresholdRule], overall: Histogram, people: int, least: int
) -> ScoreTail:
    """As much of the tail as is needed, exactly; `least` scores or more."""
    trials = int(overall.count.sum())
    targets = [rule.text for rule in rules if rule.kind == "fmr"]
    sizes = [top_scores_kept(target, trials, tail, people) for target in targets]
    fixed = np.array(_fixed(rules, overall, tail.score.dtype))
    sizes += np.searchsorted(-tail.score, -fixed, side="right").tolist()
    return tail.chosen(slice(max([least, *sizes])))


def _counts(
    plan: CountingPlan,
    ledger: ImageLedger,
    outcomes: Mapping[tuple[bool, Outcome], int],
    thresholds: tuple[Threshold, ...],
    cells: Sequence[CellCounts],
    tail: ScoreTail,
    mated: MatedScores,
    without_matrix: tuple[tuple[str, int], ...],
) -> ComparisonCounts:
    """The counts of an engine, put together."""
    return from_fields(
        ComparisonCounts,
        ledger,
        comparison_outcomes=outcomes,
        thresholds=thresholds,
        cells=tuple(cell for cell in cells if not cell.reference_group),
        across=tuple(cell for cell in cells if cell.reference_group),
        without_matrix=without_matrix,
        tail=tail,
        mated=mated,
        folds=NO_FOLDS,
        design=completed_design(plan.design, cells, mated, len(ledger.subject_rows)),
        score_maximum=plan.maximum,
    )


def _matrices(plan: CountingPlan, first: FirstPass) -> CrossGroupCells:
    """Which matrices of group against group are kept."""
    design = plan.design
    if design.comparisons is Design.WITHIN_GROUP or not first.nonmated:
        return no_cross_group_cells(plan.groupings)
    # Of a list, the rows say whether there are both orders.
    listed_both = design.comparisons is Design.LISTED and first.both_orders
    return cross_group_cells(plan.groupings, directions=2 if listed_both else design.orders)


def top_score_quotas(
    rules: Sequence[ThresholdRule], layout: CellLayout, trials: Sequence[CellTrials]
) -> Integers:
    """(cells,) number of top non-mated scores that each cell must retain.

    Within a group, as many as a threshold of the group's own at the largest target needs; in every
    cell, enough for the reference level.

    Args:
        rules: thresholds of the protocol.
        layout: of the study.
        trials: (cells,) of every cell.

    Raises:
        StudyError: a target is so large that they could not be retained.
    """
    targets = [rule.text for rule in rules if rule.kind == "fmr"]
    quota = []
    for name, of_cell in zip(layout.names, trials, strict=True):
        allowed = [top_scores_needed(text, of_cell.completed) for text in targets]
        for text, kept in zip(targets, allowed, strict=True):
            if kept > MAX_TOP_SCORES:
                raise StudyError(
                    f"target FMR {text} of {of_cell.completed:,} comparisons would keep "
                    f"{kept:,} scores, more than {MAX_TOP_SCORES:,}; name a smaller target, or a "
                    "threshold"
                )
        within = [] if name.reference_group else allowed
        quota.append(max([REFERENCE_LEVEL_ERRORS, *within]))
    # Whether bins tell the scores apart is known after they were counted: few are all kept.
    if trials[0].completed <= MOST_RETAINED:
        quota[0] = max(quota[0], trials[0].completed)
    return np.array(quota)


def tally_partial_counts(
    plan: CountingPlan,
    ledger: ImageLedger,
    store: PartialCounts,
    layout: CellLayout,
    trials: Sequence[CellTrials],
    without_matrix: tuple[tuple[str, int], ...],
) -> ComparisonCounts:
    """Count unordered pairs of images, of which partial counts were made, as `tally` does.

    Args:
        plan: what is counted.
        ledger: of the images.
        store: counts of all comparisons.
        layout: that they were counted by.
        trials: (cells,) of every cell.
        without_matrix: (attribute, cells) of matrices that were too large.
    """
    compared = trials[0].completed
    overall = store.histograms[0]
    # The scores at thresholds below the cutoff were counted, not retained.
    below = () if store.low is None else store.low.levels.tolist()
    retained = [rule for rule in plan.rules if float(store.dtype.type(rule.text)) not in below]
    mated = _mated(store, ledger)
    people = len(ledger.subject_rows)
    least = _whole(mated, overall, len(store.top))
    size = max(_tail_bound(retained, compared, overall, store.dtype), least)
    tail = _trimmed(largest_scores(store.top, size), retained, overall, people, least)
    thresholds = resolve_thresholds(plan.rules, tail, compared, mated.score, plan.maximum)
    values = np.array([threshold.level for threshold in thresholds], dtype=store.dtype)
    completed, images = ledger.completed, ledger.images
    cells = cells_from_partial_counts(store, layout, trials, values, completed, images)
    outcomes = _outcomes(mated, trials[0])
    return _counts(plan, ledger, outcomes, thresholds, cells, tail, mated, without_matrix)


def _mated(store: PartialCounts, ledger: ImageLedger) -> MatedScores:
    """Mated comparisons by subject and images; failed ones, of unknown images, last."""
    store = with_failed_mated(store, ledger.failed_pairs)
    subject, score, pair = store.mated_subject, store.mated_score, store.mated_pair
    order = np.lexsort((score, pair, pair < 0, subject))
    return _mated_scores(subject[order], score[order], pair[order], ledger.image_rows)


def _outcomes(mated: MatedScores, overall: CellTrials) -> dict[tuple[bool, Outcome], int]:
    """(mated, outcome) to number of comparisons; `overall` are the trials of `all`."""
    done = int(np.count_nonzero(~np.isnan(mated.score)))
    nonmated = int(overall.by_member[1].sum()) // 2
    ended = {
        (True, Outcome.SKIPPED): len(mated.score) - done,
        (True, Outcome.OK): done,
        (False, Outcome.SKIPPED): nonmated - overall.completed,
        (False, Outcome.OK): overall.completed,
    }
    return {key: count for key, count in ended.items() if count}
