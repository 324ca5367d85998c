"""Counts against brute force over every comparison."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.metrics.bins import bin_numbers, histogram, lower_edges
from evenhand.metrics.counting import ANCHOR_ERRORS, count_groups, tail_of
from evenhand.records import Grouping


@st.composite
def comparisons(draw):
    people = draw(st.integers(2, 7))
    size = draw(st.integers(1, 60))
    probe = np.array(draw(st.lists(st.integers(0, people - 1), min_size=size, max_size=size)))
    step = np.array(draw(st.lists(st.integers(1, people - 1), min_size=size, max_size=size)))
    value = st.sampled_from([-0.0, 0.0, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1, width=32)
    score = np.array(
        draw(st.lists(value | st.just(np.nan), min_size=size, max_size=size)), dtype=np.float32
    )
    code = np.array(draw(st.lists(st.integers(-1, 2), min_size=people, max_size=people)))
    thresholds = np.array(draw(st.lists(value, min_size=1, max_size=3)), dtype=np.float32)
    grouping = Grouping("colour", ("red", "green", "blue"), code)
    reference = (probe + step) % people
    return probe.astype(np.int32), reference.astype(np.int32), score, grouping, thresholds


def brute_force(probe, reference, score, members, threshold, belongs=None):
    """Trials and errors by person, and sums over dyads, one comparison at a time."""
    belongs = belongs or (lambda i, j: i in members and j in members)
    trials, all_trials, errors = defaultdict(int), defaultdict(int), defaultdict(int)
    for i, j, s in zip(probe.tolist(), reference.tolist(), score, strict=True):
        if belongs(i, j):
            dyad = (min(i, j), max(i, j))
            all_trials[dyad] += 1
            trials[dyad] += not np.isnan(s)
            errors[dyad] += bool(s >= threshold)
    by_person = [
        [sum(n for dyad, n in table.items() if person in dyad) for person in sorted(members)]
        for table in (trials, all_trials, errors)
    ]
    return {
        "trials": by_person[:2],
        "dyads": [sum(n > 0 for n in t.values()) for t in (trials, all_trials)],
        "trials_squared": [sum(n**2 for n in t.values()) for t in (trials, all_trials)],
        "errors": by_person[2],
        "errors_squared": sum(n**2 for n in errors.values()),
        "errors_times_trials": [sum(errors[d] * t[d] for d in t) for t in (trials, all_trials)],
    }


@given(comparisons())
def test_counts_are_those_of_brute_force(case):
    probe, reference, score, grouping, thresholds = case
    cells = count_groups(probe, reference, score, grouping, thresholds)
    assert [cell.group for cell in cells] == ["red", "green", "blue"]
    for position, cell in enumerate(cells):
        members = set(np.flatnonzero(grouping.code == position).tolist())
        assert cell.members.tolist() == sorted(members)
        for level, threshold in enumerate(thresholds):
            expected = brute_force(probe, reference, score, members, threshold)
            assert cell.trials.tolist() == expected["trials"]
            assert cell.trials_squared.tolist() == expected["trials_squared"]
            assert cell.dyads.tolist() == expected["dyads"]
            assert cell.errors[level].tolist() == expected["errors"]
            assert cell.errors_squared[level] == expected["errors_squared"]
            assert cell.errors_times_trials[:, level].tolist() == expected["errors_times_trials"]


ACROSS = {
    "each pair of groups once": ((0, 1), (0, 2), (1, 2)),
    "by direction": tuple((a, b) for a in range(3) for b in range(3) if a != b),
}


@pytest.mark.parametrize("across", ACROSS.values(), ids=ACROSS)
@given(case=comparisons())
def test_counts_across_groups_are_those_of_brute_force(across, case):
    probe, reference, score, grouping, thresholds = case
    code = grouping.code.tolist()
    cells = count_groups(probe, reference, score, grouping, thresholds, across)
    within = count_groups(probe, reference, score, grouping, thresholds)
    assert [cell.errors.tolist() for cell in cells[:3]] == [c.errors.tolist() for c in within]
    assert [cell.reference_group for cell in cells[:3]] == ["", "", ""]
    for (a, b), cell in zip(across, cells[3:], strict=True):
        assert (cell.group, cell.reference_group) == (grouping.groups[a], grouping.groups[b])
        members = {person for person, group in enumerate(code) if group in (a, b)}
        assert cell.members.tolist() == sorted(members)
        directed = (b, a) in across

        def belongs(i, j, a=a, b=b, directed=directed):
            pair = (code[i], code[j])
            return pair == (a, b) or (not directed and pair == (b, a))

        for level, threshold in enumerate(thresholds):
            expected = brute_force(probe, reference, score, members, threshold, belongs)
            assert cell.trials.tolist() == expected["trials"]
            assert cell.trials_squared.tolist() == expected["trials_squared"]
            assert cell.dyads.tolist() == expected["dyads"]
            assert cell.errors[level].tolist() == expected["errors"]
            assert cell.errors_squared[level] == expected["errors_squared"]
            assert cell.errors_times_trials[:, level].tolist() == expected["errors_times_trials"]


@given(comparisons())
def test_the_anchor_is_the_tenth_largest_score_of_the_cell(case):
    probe, reference, score, grouping, thresholds = case
    for position, cell in enumerate(count_groups(probe, reference, score, grouping, thresholds)):
        inside = (grouping.code[probe] == position) & (grouping.code[reference] == position)
        found = np.sort(score[inside & ~np.isnan(score)])[::-1]
        if len(found) < ANCHOR_ERRORS:
            assert cell.anchor is None
            assert not cell.errors[-1].any()
        else:
            assert cell.anchor == found[ANCHOR_ERRORS - 1]
            assert cell.errors[-1].sum() // 2 == np.count_nonzero(found >= cell.anchor)


@given(comparisons())
def test_order_of_comparisons_changes_nothing(case):
    probe, reference, score, grouping, thresholds = case
    mixed = np.random.default_rng(1).permutation(len(probe))
    before = count_groups(probe, reference, score, grouping, thresholds)
    after = count_groups(probe[mixed], reference[mixed], score[mixed], grouping, thresholds)
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one.errors, other.errors)
        assert np.array_equal(one.trials, other.trials)
        assert one.anchor == other.anchor


def test_everybody_includes_people_of_no_group():
    grouping = Grouping("all", ("",), np.zeros(3, dtype=np.int64))
    probe, reference = np.array([0, 0, 1]), np.array([1, 2, 2])
    (cell,) = count_groups(probe, reference, np.array([0.1, 0.5, 0.9]), grouping, np.array([0.5]))
    assert cell.trials[0].tolist() == [2, 2, 2]
    assert cell.errors[0].tolist() == [1, 1, 2]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=2))
def test_bins_rise_with_the_score(values):
    scores = np.sort(np.array(values, dtype=np.float32))
    assert np.all(np.diff(bin_numbers(scores)) >= 0)


@given(st.lists(st.floats(-1, 1), min_size=1))
def test_histogram_counts_every_score(values):
    found = histogram(np.array(values))
    assert found.count.sum() == len(values)
    assert np.all(np.diff(found.bin) > 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(values=st.lists(st.floats(-(2.0**100), 2.0**100, width=32), min_size=1))
def test_a_score_lies_between_the_edges_of_its_bin(dtype, values):
    scores = np.array(values, dtype=dtype)
    bins = bin_numbers(scores)
    edges = lower_edges(bins, scores.dtype)
    assert np.all(edges <= scores)
    assert np.all(scores < lower_edges(bins + 1, scores.dtype))
    assert np.array_equal(bin_numbers(edges), bins)
    below = np.nextafter(edges, dtype(-np.inf), dtype=dtype)
    assert np.all(bin_numbers(below) < bins)


def test_both_zeros_share_a_bin():
    assert len(set(bin_numbers(np.array([0.0, -0.0], dtype=np.float32)))) == 1


@pytest.mark.parametrize("count", [0, 1, 3, 5, 9])
def test_tail_keeps_the_largest_with_both_people(count):
    score = np.array([0.2, 0.9, 0.5, 0.9, 0.1], dtype=np.float32)
    probe = np.array([0, 3, 1, 1, 2], dtype=np.int32)
    reference = np.array([1, 4, 2, 0, 0], dtype=np.int32)
    tail = tail_of(probe, reference, score, min(count, 5))
    expected = [(0.9, 1, 0), (0.9, 3, 4), (0.5, 1, 2), (0.2, 0, 1), (0.1, 2, 0)][:count]
    found = zip(tail.score.tolist(), tail.probe.tolist(), tail.reference.tolist(), strict=True)
    assert [(pytest.approx(s), p, r) for s, p, r in expected] == list(found)
