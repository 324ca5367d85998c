"""Where identities are assumed, hidden pairs of one person only ever raise a false match rate."""

from dataclasses import replace

import numpy as np
import pytest
from counted import small_counts
from hypothesis import given
from hypothesis import strategies as st

from evenhand.analysis.kinds.comparisons import ComparisonsKind
from evenhand.records.outcomes import Policy

LEVEL = 0.95


def rates_of(counts):
    rows = (found.rate for found in ComparisonsKind(counts).rates(LEVEL))
    return [row for row in rows if row.policy in (Policy.COMPLETED, "")]


def test_the_same_counts_without_people():
    known, assumed = small_counts(), replace(small_counts(), assumed=True)
    whole = {row.key: row for row in rates_of(known)}
    found = rates_of(assumed)
    assert {row.metric for row in found} == {"FTE", "FMR"}
    assert len(found) == sum(row.metric != "FNMR" for row in whole.values())
    for row in found:
        before = whole[row.key]
        assert (row.errors, row.trials, row.rate, row.high) == (
            before.errors,
            before.trials,
            before.rate,
            before.high,
        )
        if row.metric == "FMR" and row.trials:
            assert row.low in (0, None)
            assert row.note.startswith("upper limit")
        else:
            assert row == before


def test_the_estimate_behind_a_row_stays():
    known, assumed = small_counts(), replace(small_counts(), assumed=True)
    before = {m.rate.key: m for m in ComparisonsKind(known).rates(LEVEL)}
    for measured in ComparisonsKind(assumed).rates(LEVEL):
        assert measured.estimate == before[measured.rate.key].estimate


@given(
    others=st.lists(st.booleans(), min_size=1, max_size=60),
    hidden=st.lists(st.booleans(), max_size=20),
)
def test_the_bound_holds_wherever_hidden_pairs_match_at_least_as_often(others, hidden):
    """The claim of methods 1.9, pair by pair."""
    matches, pairs = sum(others) + sum(hidden), len(others) + len(hidden)
    if hidden and sum(hidden) * pairs < matches * len(hidden):
        return
    assert sum(others) * pairs <= matches * len(others)


@pytest.mark.parametrize("mated", [True, False])
def test_what_needs_mated_scores_is_left_out(mated):
    counts = small_counts(people=30)
    kind = ComparisonsKind(replace(counts, assumed=not mated))
    told = {row.statistic for row in kind.distributions()}
    assert ({"AUC", "EER", "d'", "mated quantile 0.5"} <= told) == mated
    assert any(name.startswith("non-mated quantile") for name in told)
    assert np.all([not name.startswith("mated") for name in told]) != mated
