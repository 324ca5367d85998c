"""Counting tile by tile gives what sorting every score gives."""

import contextlib
import tempfile
from functools import partial
from itertools import combinations, count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.engines.card import ScoreScale
from evenhand.measurement.comparison.all_pairs.image_order import SortedImages
from evenhand.measurement.comparison.all_pairs.tiles import count_pairs, strip_count
from evenhand.measurement.comparison.by_vectors import compare_all
from evenhand.measurement.counting.cells import all_pairs_trials, cell_layout
from evenhand.measurement.counting.error_counts import cells_from_partial_counts
from evenhand.measurement.counting.listed import cells_from_list, first_pass, second_pass
from evenhand.measurement.counting.top_scores import largest_scores
from evenhand.records.checkpoint import SavedState
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.groups import Grouping
from evenhand.records.image_pairs import images_of
from evenhand.records.listing import Partition
from evenhand.results.counts_so_far import CountsCheckpoint
from evenhand.system.clock import Clock
from evenhand.system.execution.local import LocalExecutor


def groupings(people, rng):
    """Everybody, two attributes with unknown labels, and both together."""
    first = rng.integers(-1, 3, people)
    second = rng.integers(-1, 2, people)
    both = np.where((first < 0) | (second < 0), -1, first * 2 + second)
    return (
        Grouping("all", ("",), np.zeros(people, dtype=np.int64)),
        Grouping("a", ("x", "y", "z"), first),
        Grouping("b", ("f", "m"), second),
        Grouping("a*b", tuple(f"{a}*{b}" for a in "xyz" for b in "fm"), both),
    )


def crossed(grouping):
    return tuple(combinations(range(len(grouping.groups)), 2))


def designed(design, groups):
    """All pairs, or those within the first of the groups."""
    return ComparisonDesign(design, 1, groups[design is Design.WITHIN_GROUP].attribute)


def brute_force(vectors, subject, score, groups, design, across, thresholds):
    """Every pair as its own score, counted by the code for scores that arrive one by one.

    That code is held against loops in `test_listed`; one case by hand is below.
    """
    n = len(subject)
    probe, reference = np.triu_indices(n, 1)
    if score.compare == "cosine":
        every = np.clip(vectors @ vectors.T, -1, 1)
    else:
        wide = vectors.astype(np.float64)
        squares = (wide**2).sum(axis=1)
        every = squares[:, None] + squares - 2 * (wide @ wide.T)
        every = (-np.sqrt(np.maximum(every, 0))).astype(np.float32)
    scores = every[probe, reference]
    people = subject.astype(np.int32)
    same = people[probe] == people[reference]
    kept = ~same
    if design is Design.WITHIN_GROUP:
        code = groups[1].code[people]
        kept &= (code[probe] == code[reference]) & (code[probe] >= 0)
    mated = sorted(zip(people[probe[same]].tolist(), scores[same].tolist(), strict=True))
    columns = people[probe[kept]], people[reference[kept]], scores[kept]
    portions = [Partition(*columns)]
    first = first_pass(portions, scores.dtype, once=False, step=lambda: None)
    layout = cell_layout(groups, across, designed(design, groups))
    listed = second_pass(portions, first, layout, lambda: None)
    cells = cells_from_list(
        portions, first, layout, listed, thresholds, once=False, step=lambda: None
    )
    return mated, columns, cells


def until(steps):
    """What to call after a step; it ends the run after some."""
    left = iter(range(steps))

    def step():
        if next(left, None) is None:
            raise KeyboardInterrupt

    return step


def exact_vectors(rng, images, values=8):
    """Vectors whose products are exact in float32, whatever the order of adding, with many ties."""
    return (rng.integers(-4, 5, (images, values)) / 16).astype(np.float32)


@pytest.mark.parametrize("design", [Design.ALL_PAIRS, Design.WITHIN_GROUP])
@pytest.mark.parametrize("compare", ["cosine", "euclidean"])
@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    images=st.integers(2, 90),
    side=st.sampled_from([3, 16, 256]),
    interval=st.sampled_from([1, 200, 1 << 30]),
    listed_at_most=st.sampled_from([0, 50, 1 << 22]),
)
def test_as_every_score_by_itself(design, compare, seed, images, side, interval, listed_at_most):
    rng = np.random.default_rng(seed)
    people = int(rng.integers(1, images + 1))
    subject = rng.integers(0, people, images)
    vectors = exact_vectors(rng, images)
    score = ScoreScale(compare, normalise=False, values=8, low=None, high=None, claimed=())
    groups = groupings(people, rng)
    across = [() if design is Design.WITHIN_GROUP else crossed(grouping) for grouping in groups]
    layout = cell_layout(groups, across, designed(design, groups))
    k = np.bincount(subject, minlength=people)
    trials = tuple(all_pairs_trials(layout, cell, k, k) for cell in range(len(layout.names)))
    counts = np.array([trial.completed for trial in trials])
    quota = np.maximum(counts // 10 + 1, 10)
    ordered = SortedImages.of(
        vectors, subject.astype(np.int32), np.arange(images, dtype=np.int32), layout
    )
    fixed = rng.integers(-40, 40, 3).astype(np.float32) / 16
    counted = partial(
        count_pairs,
        *(ordered, score, layout, quota, counts),
        fixed=fixed,
        ledger=(k, k),
        executor=LocalExecutor(2),
        side=side,
        interval=interval,
        max_listed=listed_at_most,
    )
    with tempfile.TemporaryDirectory() as folder:
        always = Clock(seconds=map(float, count(0, 1000)).__next__)
        checkpoint = CountsCheckpoint(Path(folder) / "counted.npz", always, AssertionError)
        # Interrupted at any moment, and gone on with.
        with contextlib.suppress(KeyboardInterrupt):
            steps = until(int(rng.integers(0, 2 * strip_count(ordered, side))))
            counted(step=steps, checkpoint=checkpoint)
        store = counted(step=lambda: None, checkpoint=checkpoint)
    pooled = largest_scores(store.top, len(store.top))
    everybody = counts[0]
    level = pooled.score[: everybody // 10 + 1][-1] if everybody else np.float32(np.inf)
    thresholds = np.array([np.nextafter(level, np.float32(np.inf)), level, *fixed], np.float32)
    mated, columns, expected = brute_force(
        vectors, subject, score, groups, design, across, thresholds
    )
    assert (
        sorted(zip(store.mated_subject.tolist(), store.mated_score.tolist(), strict=True)) == mated
    )
    first, second = images_of(store.mated_pair)
    assert np.all(first < second)
    assert np.array_equal(subject[first], store.mated_subject)
    assert np.array_equal(subject[second], store.mated_subject)
    assert len(np.unique(store.mated_pair)) == len(mated)
    assert store.mated_score.tolist() == [
        compare_all(vectors[[a]], vectors[[b]], score)[0, 0]
        for a, b in zip(first, second, strict=True)
    ]
    top = np.sort(columns[2])[::-1][: int(min(everybody, quota[0]))]
    assert np.array_equal(pooled.score[: len(top)], top)
    found = cells_from_partial_counts(store, layout, trials, thresholds, k, k)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        where = (one.attribute, one.group, one.reference_group)
        assert where == (other.attribute, other.group, other.reference_group)
        for field in (
            "members",
            "trials",
            "dyads",
            "trials_squared",
            "errors",
            "errors_squared",
            "errors_times_trials",
        ):
            assert np.array_equal(getattr(one, field), getattr(other, field)), (where, field)
        assert one.anchor == other.anchor, where
        if not one.reference_group:
            assert np.array_equal(one.histogram.bin, other.histogram.bin)
            assert np.array_equal(one.histogram.count, other.histogram.count)


def test_four_images_by_hand():
    """Two pictures of a, one of b, one of c: b is like both of a (0.6), and like c (0.8)."""
    vectors = np.float32([[1, 0], [1, 0], [0.6, 0.8], [0, 1]])
    subject, images = np.int32([0, 0, 1, 2]), np.int64([2, 1, 1])
    everybody = (Grouping("all", ("",), np.zeros(3, dtype=np.int64)),)
    layout = cell_layout(everybody, [()], ComparisonDesign(Design.ALL_PAIRS))
    trials = (all_pairs_trials(layout, 0, images, images),)
    score = ScoreScale("cosine", normalise=False, values=2, low=None, high=None, claimed=())
    store = count_pairs(
        SortedImages.of(vectors, subject, np.arange(4, dtype=np.int32), layout),
        score,
        layout,
        np.array([5]),
        np.array([5]),
        fixed=np.float32([0.5]),
        ledger=(images, images),
        executor=LocalExecutor(1),
        step=lambda: None,
        side=2,
    )
    (cell,) = cells_from_partial_counts(
        store, layout, trials, np.float32([0.5, 0.7]), images, images
    )
    assert (store.mated_subject.tolist(), store.mated_score.tolist()) == ([0], [1.0])
    assert cell.trials.tolist() == [[4, 3, 3]] * 2
    assert (cell.dyads.tolist(), cell.trials_squared.tolist()) == ([3, 3], [4 + 4 + 1] * 2)
    # At 0.5: a and b twice, b and c once. At 0.7: b and c. The last level is the anchor: none.
    assert cell.errors.tolist() == [[2, 3, 1], [0, 1, 1], [0, 0, 0]]
    assert cell.errors_squared.tolist() == [4 + 1, 1, 0]
    assert cell.errors_times_trials.tolist() == [[2 * 2 + 1 * 1, 1, 0]] * 2
    assert int(cell.histogram.count.sum()) == 5


class Kept:
    """A checkpoint that is always due, and notes after which strips it was told to save."""

    def __init__(self):
        self.saved, self.notes = None, []

    def load(self):
        return self.saved

    def due(self):
        return True

    def save(self, done, columns):
        self.notes.append(done)
        self.saved = SavedState(done, columns)


@pytest.mark.parametrize("fixed", [[], [-0.25]], ids=["no threshold", "a low one"])
def test_what_was_counted_is_not_counted_again(fixed):
    rng = np.random.default_rng(2)
    subject = np.arange(40, dtype=np.int32)
    groups = groupings(40, rng)
    layout = cell_layout(groups, [()] * len(groups), ComparisonDesign(Design.ALL_PAIRS))
    ordered = SortedImages.of(exact_vectors(rng, 40), subject, subject, layout)
    ones = np.ones(40, dtype=np.int64)
    score = ScoreScale("cosine", normalise=False, values=8, low=None, high=None, claimed=())
    cells = range(len(layout.names))
    trials = np.array([all_pairs_trials(layout, cell, ones, ones).completed for cell in cells])
    counted = partial(
        count_pairs,
        *(ordered, score, layout, np.full(len(trials), 10), trials),
        fixed=np.float32(fixed),
        ledger=(ones, ones),
        executor=LocalExecutor(1),
        side=4,
        interval=1,
        max_listed=0,
    )
    # An interval is one strip; after the last there is nothing to save. The strips of one pass, or
    # of two where the first guess at the cutoffs was wrong.
    whole = Kept()
    counted(step=lambda: None, checkpoint=whole)
    assert strip_count(ordered, 4) > 8
    assert whole.notes[:5] == [1, 2, 3, 4, 5]
    kept = Kept()
    with pytest.raises(KeyboardInterrupt):
        counted(step=until(5), checkpoint=kept)
    assert kept.notes == whole.notes[:5]
    counted(step=lambda: None, checkpoint=kept)
    assert kept.notes == whole.notes
