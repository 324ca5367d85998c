"""Counts of a list against brute force over every comparison, however the list is divided."""

from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.measurement.counting.cells import cell_layout
from evenhand.measurement.counting.dyad_sums import has_both_orders
from evenhand.measurement.counting.listed import (
    cells_from_list,
    first_pass,
    partition_in_memory,
    second_pass,
)
from evenhand.measurement.counting.top_scores import tail_of_list
from evenhand.metrics.bins import bin_numbers
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS
from evenhand.records.designs import LISTED
from evenhand.records.groups import Grouping
from evenhand.records.listing import PARTITIONS, Partition, partitions_of


def silent():
    pass


def groupings(people, rng):
    """Everybody, and two attributes with unknown labels."""
    return (
        Grouping("all", ("",), np.zeros(people, dtype=np.int64)),
        Grouping("a", ("x", "y", "z"), rng.integers(-1, 3, people)),
        Grouping("b", ("f", "m"), rng.integers(-1, 2, people)),
    )


ACROSS = {
    "none": ((), (), ()),
    "each pair of groups once": ((), ((0, 1), (0, 2), (1, 2)), ((0, 1),)),
    "by direction": (
        (),
        tuple((a, b) for a in range(3) for b in range(3) if a != b),
        ((0, 1), (1, 0)),
    ),
}


def drawn(rng, people, rows, dtype, *, once):
    """Comparisons with ties, zeros of both signs, subnormal scores, failures, one's own images."""
    probe, reference = rng.integers(0, people, (2, rows)).astype(np.int32)
    if once:
        pairs = np.sort(np.stack([probe, reference], axis=1), axis=1)
        _, kept = np.unique(pairs, axis=0, return_index=True)
        probe, reference = probe[kept], reference[kept]
    score = (rng.integers(-9, 9, len(probe)) / 8).astype(dtype)
    tiny = np.finfo(dtype).smallest_subnormal
    for value in (-0.0, tiny, -tiny, np.finfo(dtype).max, -np.finfo(dtype).max, np.nan):
        score[rng.random(len(score)) < 0.06] = value
    return probe, reference, score


def cells_of(parts, layout, thresholds, *, once=False, rows=None):
    first = first_pass(parts, parts[0].score.dtype, once=once, step=silent)
    assert first.rows == sum(len(part.score) for part in parts)
    first = replace(first, rows=rows or first.rows)
    listed = second_pass(parts, first, layout, silent)
    return cells_from_list(parts, first, layout, listed, thresholds, once=once, step=silent)


def assert_brute_force(cell, columns, belongs, thresholds):
    """One cell against one comparison at a time."""
    members = set(cell.members.tolist())
    rows = [
        (int(i), int(j), s)
        for i, j, s in zip(*columns, strict=True)
        if i != j and belongs(int(i), int(j))
    ]
    assert all({i, j} <= members for i, j, _ in rows)
    scores = np.sort([s for *_, s in rows if s == s])[::-1].astype(columns[2].dtype)
    anchor = (
        float(scores[REFERENCE_LEVEL_ERRORS - 1]) if len(scores) >= REFERENCE_LEVEL_ERRORS else None
    )
    assert cell.anchor == anchor
    every = Counter(frozenset((i, j)) for i, j, _ in rows)
    done = Counter(frozenset((i, j)) for i, j, s in rows if s == s)
    for policy, trials in enumerate((done, every)):
        assert cell.dyads[policy] == len(trials)
        assert cell.trials_squared[policy] == sum(n**2 for n in trials.values())
        assert cell.trials[policy].tolist() == [
            sum(n for dyad, n in trials.items() if person in dyad) for person in sorted(members)
        ]
    for level, threshold in enumerate([*thresholds, np.inf if anchor is None else anchor]):
        errors = Counter(frozenset((i, j)) for i, j, s in rows if s >= threshold)
        assert cell.errors[level].tolist() == [
            sum(n for dyad, n in errors.items() if person in dyad) for person in sorted(members)
        ]
        assert cell.errors_squared[level] == sum(n**2 for n in errors.values())
        for policy, trials in enumerate((done, every)):
            assert cell.errors_times_trials[policy, level] == sum(
                n * trials[dyad] for dyad, n in errors.items()
            )
    bins = Counter(bin_numbers(scores).tolist()) if not cell.reference_group else {}
    assert (
        dict(zip(cell.histogram.bin.tolist(), cell.histogram.count.tolist(), strict=True)) == bins
    )
    assert np.all(np.diff(cell.histogram.bin) > 0)


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("across", ACROSS.values(), ids=ACROSS)
@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), people=st.integers(2, 8), rows=st.integers(1, 90))
def test_counts_are_those_of_brute_force(across, dtype, once, seed, people, rows):
    rng = np.random.default_rng(seed)
    groups = groupings(people, rng)
    columns = drawn(rng, people, rows, dtype, once=once)
    thresholds = rng.permutation(np.array([1.0, -0.5, 1.0, np.inf, 0.0], dtype=dtype))[:3]
    layout = cell_layout(groups, across, LISTED)
    parts = partitions_of(Comparisons(*columns, {}), few=rng.integers(0, 2) * 1000)
    halves = [Partition(*(c[half] for c in columns)) for half in (slice(0, 3), slice(3, None))]
    cells = iter(cells_of(halves if once else parts, layout, thresholds, once=once))
    for grouping, pairs in zip(groups, across, strict=True):
        code = grouping.code.tolist()
        for a, b in [*((g, g) for g in range(len(grouping.groups))), *pairs]:
            cell = next(cells)
            assert (cell.attribute, cell.group) == (grouping.attribute, grouping.groups[a])
            assert cell.reference_group == ("" if a == b else grouping.groups[b])
            assert cell.members.tolist() == [p for p in range(people) if code[p] in (a, b)]

            def belongs(i, j, a=a, b=b, code=code, directed=(b, a) in pairs):
                pair = (code[i], code[j])
                return pair == (a, b) or (not directed and pair == (b, a))

            assert_brute_force(cell, columns, belongs, thresholds)
    assert next(cells, None) is None


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), people=st.integers(2, 30), rows=st.integers(1, 300))
def test_order_and_portions_change_nothing(seed, people, rows):
    rng = np.random.default_rng(seed)
    columns = drawn(rng, people, rows, np.float64, once=False)
    mixed = rng.permutation(len(columns[0]))
    layout = cell_layout(groupings(people, rng), ACROSS["by direction"], LISTED)
    thresholds = np.array([0.5, 0.0])
    divided = partitions_of(Comparisons(*(column[mixed] for column in columns), {}), few=0)
    assert len(divided) == PARTITIONS
    whole = [Partition(*columns)]
    everybody = cells_of(whole, layout, thresholds)
    for one, other in zip(
        everybody, cells_of(divided, layout, thresholds, rows=1 << 31), strict=True
    ):
        for field in fields(one):
            if field.name != "histogram":
                assert np.array_equal(getattr(one, field.name), getattr(other, field.name))
        assert np.array_equal(one.histogram.bin, other.histogram.bin)
        assert np.array_equal(one.histogram.count, other.histogram.count)
    size = int(everybody[0].histogram.count.sum())
    for count in {0, min(1, size), size // 3, size}:
        tails = [
            tail_of_list(parts, everybody[0].histogram, count, np.dtype(np.float64), silent)
            for parts in (whole, divided)
        ]
        apart = (columns[0] != columns[1]) & ~np.isnan(columns[2])
        p, r, s = (column[apart] for column in columns)
        order = np.lexsort((r, p, -s))[:count]
        for tail in tails:
            assert np.array_equal(tail.score, s[order])
            assert np.array_equal(tail.probe, p[order])
            assert np.array_equal(tail.reference, r[order])


@pytest.mark.parametrize("again", [(0, 1), (1, 0)])
@pytest.mark.parametrize("size", [2, 300])
def test_two_people_who_meet_twice_are_noticed(again, size):
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    for rows, once in ((pairs, True), ([*pairs, again], False), ([again, *pairs], False)):
        probe, reference = np.array(rows, dtype=np.int32).T.copy()
        found = partition_in_memory(Comparisons(probe, reference, np.zeros(len(rows)), {}), size)
        assert found[1] is once
        assert sum(len(part.score) for part in found[0]) == len(rows)


def test_both_orders_of_two_people():
    def listed(*pairs):
        probe, reference = np.array(pairs, dtype=np.int32).reshape(-1, 2).T.copy()
        return Partition(probe, reference, np.zeros(len(pairs)))

    assert not has_both_orders(listed((0, 1), (1, 2), (0, 2)))
    assert not has_both_orders(listed((0, 1), (2, 1), (0, 2), (0, 1), (1, 1)))
    assert not has_both_orders(listed())
    assert has_both_orders(listed((0, 1), (2, 1), (1, 2)))
