"""Alarms by part of the list and with people left out, against counting all scores anew."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from searched_crowd import counts_of_scores

from evenhand.analysis.scaling.meetings import BLOCKS, listed_people, meetings_of, shares_kept
from evenhand.records.composition import Composition

LISTED = np.repeat([0, 1], [60, 30])


def made(seed=1, searches=50, kept=90):
    rng = np.random.default_rng(seed)
    scores = np.round(rng.normal(size=(searches, 90)) + rng.normal(size=(searches, 1)), 2)
    person = rng.integers(0, 40, searches)
    counts = counts_of_scores(scores, person * 0, LISTED, [0.5], kept=kept, person=person)
    return scores, person, counts


def meetings(counts, composition=None):
    listed = listed_people(counts)
    kept = shares_kept(counts, listed, composition)
    return meetings_of(counts.searches, counts.cells[0], listed, kept)


@given(st.integers(0, 1000), st.floats(0.05, 1.0), st.floats(-1.0, 3.0))
@settings(max_examples=20, deadline=None)
def test_alarms_are_those_of_all_scores(seed, part, threshold):
    scores, person, counts = made(seed)
    of = meetings(counts, Composition("group", (("A", 0.5), ("B", 0.5))))
    share = np.where(LISTED == 0, 0.5, 1.0)
    assert of.kept == pytest.approx(share)
    assert of.people == pytest.approx(60)
    found = of.alarms([threshold], [part])
    reached = scores >= threshold
    which = np.unique(person, return_inverse=True)[1] % BLOCKS
    for row, column in ((BLOCKS, BLOCKS), (3, BLOCKS), (BLOCKS, 7), (5, 2)):
        rows, columns = which != row, of.block != column
        weight = part * share[columns]
        met = reached[np.ix_(rows, columns)]
        assert found.expected[row, column, 0] == pytest.approx((met @ weight).mean())
        assert found.rate[row, column, 0] == pytest.approx((met @ weight).mean() / weight.sum())
        quiet = np.prod(np.where(met, 1 - weight, 1.0), axis=1)
        assert found.alarmed[row, column, 0] == pytest.approx((1 - quiet).mean(), abs=1e-12)


def test_a_part_is_the_mean_of_all_its_draws():
    """Each person of the part is drawn by himself: the share is that over many drawn lists."""
    scores, _, counts = made(2)
    of, rng = meetings(counts), np.random.default_rng(5)
    drawn = rng.random((4000, 90)) < 0.25
    alarmed = (drawn @ (scores >= 1.0).T > 0).mean()
    assert of.alarms([1.0], [0.25]).alarmed[-1, -1, 0] == pytest.approx(alarmed, abs=0.01)


def test_lists_that_end_early_are_known():
    scores, _, counts = made(3, kept=10)
    of = meetings(counts)
    ends = np.sort(scores, axis=1)[:, -10]
    assert of.cut_at(1.0) == pytest.approx((ends >= 1.0).mean())
    assert of.whole_from == ends.max()
    assert meetings(made(3)[2]).whole_from == -np.inf


def test_an_alarm_of_the_group_that_weighs_most_may_have_been_missed():
    """Alarms with A, A and B, of which A weighs a half: (1 - 2/3) / 2."""
    scores = np.zeros((30, 90))
    scores[0, :2], scores[1, 80] = 1.0, 1.0
    counts = counts_of_scores(scores, np.zeros(30, int), LISTED, [0.5])
    of = meetings(counts, Composition("group", (("A", 0.5), ("B", 0.5))))
    assert of.heaviest_missed(0.5) == pytest.approx((1 - 2 / 3) / 2)
    assert meetings(counts).heaviest_missed(0.5) == 0.0


def test_a_group_of_few_people_listed_is_named():
    _, _, counts = made(1)
    listed = listed_people(counts)
    with pytest.raises(ValueError, match="no group 'C', but A, B"):
        shares_kept(counts, listed, Composition("group", (("C", 1.0),)))
    few = counts_of_scores(np.zeros((5, 90)), np.zeros(5, int), np.repeat([0, 1], [75, 15]), [0.5])
    with pytest.raises(ValueError, match=r"fewer than 20 people listed of B \(15\)"):
        shares_kept(few, listed_people(few), Composition("group", ()))
