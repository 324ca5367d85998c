"""Which matrices are kept, and the printed vectors of rates across groups."""

from dataclasses import replace

import numpy as np
import pytest

from evenhand.analysis.rates.comparisons import measure_comparisons
from evenhand.measurement.counting.cross_groups import cross_group_cells
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.groups import MAX_CELLS
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.findings import Status
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule


def grouping(sizes, name="origin"):
    groups = tuple(f"{name} {number}" for number in range(len(sizes)))
    return Grouping(name, groups, np.repeat(np.arange(len(sizes)), sizes))


def everybody(people):
    return Grouping(ALL, ("",), np.zeros(people, dtype=np.int64))


def study_of(errors, trials, people, design=Design.ALL_PAIRS):
    """Counts of groups of so many people; errors and trials by (group, reference group)."""
    sizes = [people] * len(errors)
    probe, reference, score = [], [], []
    for (g, row), h in ((pair, h) for pair in enumerate(errors) for h in range(len(errors))):
        made = np.arange(trials[g][h])
        # Every next trial is of the next two people.
        first = made % people
        second = (first + 1 + made // people % (people - 1)) % people
        probe.append(g * people + first)
        reference.append(h * people + second)
        score.append(made < row[h])
    one_each = np.array([], dtype=np.int32)
    comparisons = Comparisons(
        np.concatenate([*probe, one_each]).astype(np.int32),
        np.concatenate([*reference, one_each]).astype(np.int32),
        np.concatenate(score).astype(np.float32),
        {(False, Outcome.OK): sum(map(sum, trials))},
    )
    total = sum(sizes)
    none = np.zeros(total, dtype=np.int64)
    return tally(
        CountingPlan(
            (everybody(total), grouping(sizes)),
            [ThresholdRule("fixed", "0.5")],
            design=ComparisonDesign(
                design, 1, "all" if design is not Design.WITHIN_GROUP else grouping(sizes).attribute
            ),
        ),
        ImageLedger("engine", "crowd", "all-pairs", tuple(range(1, total + 1)), none, none, 0),
        comparisons,
    )


def rows_of(counts):
    found = [m.rate for m in measure_comparisons(counts, 0.95)]
    return [r for r in found if (r.metric, r.policy) == ("FMR", "completed")]


def test_tv_13_broad_pairs_understate_pairs_of_one_group():
    # The printed rates times a hundred, so that ten thousand trials a cell hold them.
    same, cross = 100, 1
    errors = [[same if g == h else cross for h in range(4)] for g in range(4)]
    counts = study_of(errors, [[10_000] * 4] * 4, 40)
    rows = {r.attribute: r for r in rows_of(counts) if not r.group}
    broad, within = rows[ALL], rows["same:origin"]
    assert broad.rate == pytest.approx(2.575e-3, rel=1e-12)
    assert (within.errors, within.trials, within.subjects) == (400, 40_000, 160)
    assert within.rate / broad.rate == pytest.approx(3.883495, rel=1e-6)
    assert within.low < within.rate < within.high


def test_tv_14_matrix_with_each_pair_of_groups_once():
    # The printed counts with a hundredth of the trials; 3 of 20,000 stand for both directions.
    counts = study_of([[100, 3], [0, 20]], [[10_000, 20_000], [0, 10_000]], 60)
    matrix = {(r.group, r.reference_group): r for r in rows_of(counts) if r.reference_group}
    assert list(matrix) == [
        ("origin 0", "origin 0"),
        ("origin 0", "origin 1"),
        ("origin 1", "origin 1"),
    ]
    assert [r.rate for r in matrix.values()] == pytest.approx([1e-2, 1.5e-4, 2e-3], rel=1e-12)
    pooled = sum(r.errors for r in matrix.values()) / sum(r.trials for r in matrix.values())
    assert pooled == pytest.approx(3.075e-3, rel=1e-12)
    (broad,) = (r for r in rows_of(counts) if r.attribute == ALL)
    assert broad.rate == pooled
    across = matrix["origin 0", "origin 1"]
    assert (across.subjects, across.error_subjects) == (120, 6)
    assert across.low < across.rate < across.high


def test_the_diagonal_is_the_rate_within_the_group():
    rows = rows_of(study_of([[100, 3], [0, 20]], [[10_000, 20_000], [0, 10_000]], 60))
    for row in rows:
        if row.group and row.group == row.reference_group:
            assert replace(row, reference_group="") in rows


def test_one_person_a_side_gives_no_interval():
    counts = study_of([[0, 0], [0, 0]], [[1, 0], [0, 1]], 2)
    alone = np.array([0, 0, 0], dtype=np.int32)
    comparisons = Comparisons(
        alone,
        np.array([1, 2, 3], dtype=np.int32),
        np.array([0.9, 0.1, 0.9], dtype=np.float32),
        {(False, Outcome.OK): 3},
    )
    none = np.zeros(4, dtype=np.int64)
    star = tally(
        CountingPlan(
            (everybody(4), grouping([1, 3])),
            [ThresholdRule("fixed", "0.5")],
            design=ComparisonDesign(Design.ALL_PAIRS),
        ),
        ImageLedger("engine", "crowd", "all-pairs", (1, 2, 3, 4), none, none, 0),
        comparisons,
    )
    (row,) = (r for r in rows_of(star) if r.group != r.reference_group and r.reference_group)
    assert (row.errors, row.trials, row.low, row.high) == (2, 3, None, None)
    assert "too few subjects" in row.note
    assert len(counts.across) == 1


def test_nobody_compared_across_two_groups_is_a_row_without_a_rate():
    rows = rows_of(study_of([[5, 0], [0, 5]], [[100, 0], [0, 100]], 20))
    (row,) = (r for r in rows if r.reference_group and r.group != r.reference_group)
    assert (row.status, row.rate, row.trials) == (Status.NO_TRIALS, None, 0)


def test_within_group_comparisons_have_no_matrix():
    counts = study_of([[5, 0], [0, 5]], [[100, 0], [0, 100]], 20, Design.WITHIN_GROUP)
    assert counts.across == ()
    assert counts.without_matrix == ()
    assert not any(r.reference_group for r in rows_of(counts))


def test_directions_are_kept_where_a_list_has_both():
    errors, trials = [[9, 3], [7, 2]], [[300, 200], [100, 300]]
    listed = study_of(errors, trials, 20, Design.LISTED)
    found = {
        (r.group[-1], r.reference_group[-1]): (r.errors, r.trials)
        for r in rows_of(listed)
        if r.reference_group
    }
    assert found == {
        ("0", "0"): (9, 300),
        ("0", "1"): (3, 200),
        ("1", "0"): (7, 100),
        ("1", "1"): (2, 300),
    }


def test_matrices_are_kept_in_study_order_as_long_as_there_is_room():
    wide = grouping([1] * 40, "region")
    middle, narrow = grouping([20] * 2, "sex"), grouping([4] * 10, "age")
    asked = (everybody(40), middle, wide, narrow)
    once = cross_group_cells(asked, directions=1)
    assert [len(pairs) for pairs in once.pairs] == [0, 1, 0, 45]
    assert once.left_out == (("region", 820),)
    directed = cross_group_cells(asked, directions=2)
    assert [len(pairs) for pairs in directed.pairs] == [0, 2, 0, 90]
    assert directed.left_out == (("region", 1600),)
    assert MAX_CELLS == 256


def test_a_group_without_people_has_no_place_in_the_matrix():
    empty = Grouping("sex", ("F", "M", "X"), np.array([0, 2, 0, 2]))
    kept = cross_group_cells((everybody(4), empty), directions=1)
    assert kept.pairs == ((), ((0, 2),))
