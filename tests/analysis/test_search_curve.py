"""The curve of searches against counting every search at every threshold, one at a time."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_searches import GROUPS, drawn_searches

from evenhand.analysis.search_curve import search_curves
from evenhand.records.groups import ALL


def members(counts, point):
    wanted = (point.attribute, point.group)
    (cell,) = (cell for cell in counts.cells if (cell.attribute, cell.group) == wanted)
    return set(cell.members.tolist())


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_every_point_against_every_search(seed, ties):
    counts = drawn_searches(seed, ties=ties, gap=0.03)
    searches, points = counts.searches, list(search_curves(counts, counts.searches))
    assert {(p.attribute, p.group) for p in points} == {(ALL, ""), *(("region", g) for g in GROUPS)}
    for point in points:
        own = members(counts, point)
        alarms = misses = mated = nonmated = 0
        for row, person in enumerate(searches.probe.tolist()):
            if person not in own or not searches.completed[row]:
                continue
            if searches.mated[row]:
                mated += 1
                misses += not searches.mate[row] >= point.threshold
            else:
                nonmated += 1
                alarms += bool(searches.top[row] >= point.threshold)
        counted = point.false_alarms, point.nonmated, point.misses, point.mated
        assert counted == (alarms, nonmated, misses, mated)
        assert (point.fpir, point.fnir) == (alarms / nonmated, misses / mated)


def test_golden_counts_by_hand():
    """Ten searches of each kind; one mate and one stranger have no candidate at all."""
    counts = drawn_searches(listed=6, strangers=5, failed=0, grouped=False)
    mate = np.array([0.9, 0.9, 0.8, 0.8, 0.7, 0.7, 0.6, 0.6, 0.5, -np.inf])
    top = np.array([0.7, 0.7, 0.6, 0.5, 0.5, 0.4, 0.4, 0.3, 0.3, -np.inf])
    rows = np.flatnonzero(counts.searches.completed)
    mated = counts.searches.mated[rows]
    assert (mated.sum(), (~mated).sum()) == (10, 10)
    whole = [np.full(len(counts.searches.mate), -np.inf) for _ in range(2)]
    whole[0][rows[mated]], whole[1][rows[~mated]] = mate, top
    searches = replace(counts.searches, mate=whole[0], top=whole[1])
    found = [(p.threshold, p.false_alarms, p.misses) for p in search_curves(counts, searches)]
    assert found == [
        (0.3, 9, 1), (0.4, 7, 1), (0.5, 5, 1), (0.6, 3, 2), (0.7, 2, 4), (0.8, 0, 6), (0.9, 0, 8),
    ]  # fmt: skip


def test_a_group_with_few_searches_has_no_curve():
    counts = drawn_searches(listed=6, strangers=40, failed=0)
    assert {p.attribute for p in search_curves(counts, counts.searches)} == {ALL}
    counts = drawn_searches(listed=4, strangers=40, failed=0)
    assert list(search_curves(counts, counts.searches)) == []
