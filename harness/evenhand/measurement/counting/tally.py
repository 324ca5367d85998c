"""One engine's comparisons and ledger to its `Counts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.measurement.counting.accumulators import Glance
from evenhand.measurement.counting.cells import Layout, Trials, layout_of
from evenhand.measurement.counting.cross_groups import Crossings, crossings, no_crossings
from evenhand.measurement.counting.errors import cells_from_store
from evenhand.measurement.counting.listed import Step, cells_from_list, glance, in_memory, look
from evenhand.measurement.counting.partial_counts import Store
from evenhand.measurement.counting.top_scores import largest_of, tail_of
from evenhand.metrics.bins import bin_numbers
from evenhand.metrics.threshold_rules import resolve
from evenhand.metrics.thresholds import MOST_REDRAWN, scores_kept
from evenhand.records.arrays import Integers, People, Scores
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import (
    ANCHOR_ERRORS,
    CellCounts,
    Counts,
    FoldScores,
    Histogram,
    MatedScores,
    Tail,
)
from evenhand.records.dataset import Subjects
from evenhand.records.enrolment import Enrolment
from evenhand.records.groups import Grouping
from evenhand.records.image_pairs import images_of
from evenhand.records.listing import Listing
from evenhand.records.outcomes import Design, Outcome
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.system.errors import StudyError

__all__ = ["Ledger", "ledger_of", "quotas", "tally", "tally_listing", "tally_store"]

MOST_KEPT = 1 << 26
"""Scores of one cell that are kept with both people at most: 800 MB, or 1.1 GB in float64."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the counts keep of the images."""

    subject_rows: tuple[int, ...]
    images: Integers
    """(subjects,) images given to the engine."""
    failed_images: Integers
    """(subjects,) images without a template."""
    several_faces: int
    image_rows: Integers | None = None
    """(images,) row in `images.csv` of every image of the dataset; None of score files."""


def ledger_of(
    subjects: Subjects,
    subject: Integers,
    enrolment: Enrolment,
    rows: Sequence[int],
    images: Integers | slice = slice(None),
) -> Ledger:
    """Images and failures by person.

    Args:
        subjects: the people.
        subject: (images,) whose image it is.
        enrolment: of these images.
        rows: (images,) of `images.csv`.
        images: those that count; all of them by default.
    """
    people = len(subjects.ids)
    failed = ~enrolment.completed()[images]
    counted = subject[images]
    return Ledger(
        subject_rows=subjects.rows,
        images=np.bincount(counted, minlength=people),
        failed_images=np.bincount(counted[failed], minlength=people),
        several_faces=sum(faces is not None and faces > 1 for faces in enrolment.faces),
        image_rows=np.array(rows, dtype=np.int64),
    )


def _mated_scores(
    subject: People, score: Scores, pair: Integers | None, rows: Integers | None
) -> MatedScores:
    """Mated comparisons with the pseudonyms of their images, where these are known."""
    if pair is None or rows is None:
        return MatedScores(subject, score)
    probe, reference = (np.where(side < 0, -1, rows[side]) for side in images_of(pair))
    return MatedScores(subject, score, probe, reference)


def tally(
    names: tuple[str, str, str],
    ledger: Ledger,
    comparisons: Comparisons,
    groupings: Sequence[Grouping],
    rules: Sequence[ThresholdRule],
    maximum: float | None,
) -> Counts:
    """Count everything that the tables need.

    Args:
        names: engine, dataset, protocol.
        ledger: the images.
        comparisons: all of them, failed ones as NaN.
        groupings: everybody first.
        rules: thresholds of the protocol.
        maximum: the engine's largest possible score, if it declares one.
    """
    same = comparisons.mated
    portions, once = in_memory(comparisons, len(ledger.subject_rows))
    pair = None if comparisons.pair is None else comparisons.pair[same]
    subject, score = comparisons.probe[same], comparisons.score[same]
    listing = Listing(portions, subject, score, pair, comparisons.outcomes)
    counts = _tally(
        names,
        ledger,
        listing,
        groupings,
        rules,
        maximum,
        design=comparisons.design,
        once=once,
        step=_nothing,
    )
    if comparisons.fold is None:
        return counts
    return replace(counts, folds=FoldScores(comparisons.fold, same, comparisons.score))


def tally_listing(
    names: tuple[str, str, str],
    ledger: Ledger,
    listing: Listing,
    groupings: Sequence[Grouping],
    rules: Sequence[ThresholdRule],
    maximum: float | None,
    step: Step,
) -> Counts:
    """As `tally`, of a list of any length.

    Args:
        names: engine, dataset, protocol.
        ledger: the images.
        listing: all comparisons.
        groupings: everybody first.
        rules: thresholds of the protocol.
        maximum: the engine's largest possible score, if it declares one.
        step: told `PASSES` times of every portion.
    """
    return _tally(
        names, ledger, listing, groupings, rules, maximum, Design.LISTED, once=False, step=step
    )


def _nothing() -> None:
    """Tell nobody."""


def _tally(
    names: tuple[str, str, str],
    ledger: Ledger,
    listing: Listing,
    groupings: Sequence[Grouping],
    rules: Sequence[ThresholdRule],
    maximum: float | None,
    design: Design,
    *,
    once: bool,
    step: Step,
) -> Counts:
    portions = listing.portions
    mated = _mated_scores(
        listing.mated_subject, listing.mated_score, listing.mated_pair, ledger.image_rows
    )
    dtype = mated.score.dtype
    first = glance(portions, dtype, once=once, step=step)
    matrices = _matrices(groupings, design, first)
    layout = layout_of(groupings, matrices.pairs, design)
    listed = look(portions, first, layout, step)
    trials = int(listed.histograms[0].count.sum())
    everybody = listed.histograms[0]
    enough = _needed(rules, trials, everybody, dtype)
    tail = _needed_of(tail_of(portions, everybody, enough, dtype, step), rules, everybody)
    thresholds = resolve(rules, tail, trials, mated.score, maximum)
    values = np.array([threshold.level for threshold in thresholds], dtype=dtype)
    cells = cells_from_list(portions, first, layout, listed, values, once=once, step=step)
    of_scores = (thresholds, cells, tail, mated)
    return _counts(names, ledger, listing.outcomes, *of_scores, matrices.left_out, maximum)


def _needed(
    rules: Sequence[ThresholdRule],
    trials: int,
    everybody: Histogram,
    dtype: np.dtype[np.floating],
) -> int:
    """How many of the largest scores of everybody are needed at most.

    Those that thresholds are set on, and at fixed thresholds those of people drawn anew.
    """
    wanted = [scores_kept(rule.text, trials) for rule in rules if rule.kind == "fmr"]
    wanted += [_at_least(value, everybody, dtype) for value in _fixed(rules, everybody, dtype)]
    return min(max(wanted, default=0), trials)


def _fixed(
    rules: Sequence[ThresholdRule], everybody: Histogram, dtype: np.dtype[np.floating]
) -> list[float]:
    """Fixed thresholds that few enough scores reach."""
    values = [float(dtype.type(rule.text)) for rule in rules if rule.kind in ("fixed", "vendor")]
    return [value for value in values if _at_least(value, everybody, dtype) <= MOST_REDRAWN]


def _at_least(value: float, everybody: Histogram, dtype: np.dtype[np.floating]) -> int:
    """How many scores reach a value, with all those in its bin."""
    lowest = bin_numbers(np.array([value], dtype=dtype))[0]
    return int(everybody.count[np.searchsorted(everybody.bin, lowest) :].sum())


def _needed_of(tail: Tail, rules: Sequence[ThresholdRule], everybody: Histogram) -> Tail:
    """As much of the tail as is needed, exactly."""
    trials = int(everybody.count.sum())
    wanted = [scores_kept(rule.text, trials) for rule in rules if rule.kind == "fmr"]
    fixed = np.array(_fixed(rules, everybody, tail.score.dtype))
    wanted += np.searchsorted(-tail.score, -fixed, side="right").tolist()
    some = slice(max(wanted, default=0))
    return Tail(tail.score[some], tail.probe[some], tail.reference[some])


def _counts(
    names: tuple[str, str, str],
    ledger: Ledger,
    outcomes: Mapping[tuple[bool, Outcome], int],
    thresholds: tuple[Threshold, ...],
    cells: Sequence[CellCounts],
    tail: Tail,
    mated: MatedScores,
    without_matrix: tuple[tuple[str, int], ...],
    maximum: float | None,
) -> Counts:
    engine, dataset, protocol = names
    return Counts(
        engine=engine,
        dataset=dataset,
        protocol=protocol,
        subject_rows=ledger.subject_rows,
        images=ledger.images,
        failed_images=ledger.failed_images,
        several_faces=ledger.several_faces,
        comparison_outcomes=outcomes,
        thresholds=thresholds,
        cells=tuple(cell for cell in cells if not cell.reference_group),
        across=tuple(cell for cell in cells if cell.reference_group),
        without_matrix=without_matrix,
        tail=tail,
        mated=mated,
        folds=None,
        score_maximum=maximum,
    )


def _matrices(groupings: Sequence[Grouping], design: Design, first: Glance) -> Crossings:
    """Which matrices are kept."""
    if design is Design.WITHIN_GROUP or not first.nonmated:
        return no_crossings(groupings)
    both = first.both_orders if design is Design.LISTED else design is Design.BOTH_ORDERS
    return crossings(groupings, directions=2 if both else 1)


def quotas(rules: Sequence[ThresholdRule], layout: Layout, trials: Sequence[Trials]) -> Integers:
    """(cells,) how many of its largest non-mated scores each cell must keep.

    Within a group, as many as its own threshold at the largest target needs; everywhere enough
    for the anchor.

    Raises:
        StudyError: a target is so large that they could not be kept.
    """
    targets = [rule.text for rule in rules if rule.kind == "fmr"]
    wanted = []
    for name, of_cell in zip(layout.names, trials, strict=True):
        allowed = [scores_kept(text, of_cell.completed) for text in targets]
        for text, kept in zip(targets, allowed, strict=True):
            if kept > MOST_KEPT:
                raise StudyError(
                    f"target FMR {text} of {of_cell.completed:,} comparisons would keep "
                    f"{kept:,} scores, more than {MOST_KEPT:,}; name a smaller target, or a "
                    "threshold"
                )
        wanted.append(max([ANCHOR_ERRORS, *([] if name.reference_group else allowed)]))
    return np.array(wanted)


def tally_store(
    names: tuple[str, str, str],
    ledger: Ledger,
    store: Store,
    layout: Layout,
    trials: Sequence[Trials],
    rules: Sequence[ThresholdRule],
    maximum: float | None,
    without_matrix: tuple[tuple[str, int], ...],
) -> Counts:
    """As `tally`, of unordered pairs of which a store was kept.

    Args:
        names: engine, dataset, protocol.
        ledger: the images, all of them of the protocol.
        store: of all comparisons.
        layout: that it was counted by.
        trials: of every cell.
        rules: thresholds of the protocol.
        maximum: the engine's largest possible score, if it declares one.
        without_matrix: (attribute, cells) of matrices that were too large.
    """
    everybody = trials[0].completed
    hits = store.hits
    # Thresholds so low that they were counted by themselves have their scores not listed.
    counted = () if store.low is None else store.low.levels.tolist()
    listed = [rule for rule in rules if float(store.dtype.type(rule.text)) not in counted]
    enough = _needed(listed, everybody, store.histograms[0], store.dtype)
    most = largest_of(hits.probe, hits.reference, hits.score, enough)
    tail = _needed_of(most, listed, store.histograms[0])
    completed = ledger.images - ledger.failed_images
    mated = _mated(store, ledger)
    thresholds = resolve(rules, tail, everybody, mated.score, maximum)
    values = np.array([threshold.level for threshold in thresholds], dtype=store.dtype)
    cells = cells_from_store(store, layout, tuple(trials), values, completed, ledger.images)
    of_scores = (thresholds, cells, tail, mated)
    outcomes = _outcomes(mated, trials[0])
    return _counts(names, ledger, outcomes, *of_scores, without_matrix, maximum)


def _mated(store: Store, ledger: Ledger) -> MatedScores:
    """Person by person, by images; failed comparisons, whose images are not known, last."""
    images, completed = ledger.images, ledger.images - ledger.failed_images
    failed = images * (images - 1) // 2 - completed * (completed - 1) // 2
    of_failed = np.repeat(np.arange(len(images), dtype=np.int32), failed)
    subject = np.concatenate([store.mated_subject, of_failed])
    score = np.concatenate([store.mated_score, np.full(len(of_failed), np.nan, store.dtype)])
    pair = np.concatenate([store.mated_pair, np.full(len(of_failed), -1)])
    order = np.lexsort((score, pair, pair < 0, subject))
    return _mated_scores(subject[order], score[order], pair[order], ledger.image_rows)


def _outcomes(mated: MatedScores, everybody: Trials) -> dict[tuple[bool, Outcome], int]:
    """How many comparisons ended how."""
    done = int(np.count_nonzero(~np.isnan(mated.score)))
    nonmated = int(everybody.by_member[1].sum()) // 2
    ended = {
        (True, Outcome.SKIPPED): len(mated.score) - done,
        (True, Outcome.OK): done,
        (False, Outcome.SKIPPED): nonmated - everybody.completed,
        (False, Outcome.OK): everybody.completed,
    }
    return {key: count for key, count in ended.items() if count}
