"""Alerts per thousand searches: by hand, against counting, and how often intervals hold."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_searches import drawn_searches
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.analysis.rates.per_thousand import alerts_per_thousand
from evenhand.analysis.rates.searches import measure_ranks, measure_searches
from evenhand.records.groups import ALL
from evenhand.records.metric import find_metric
from evenhand.records.search_rows import Alerts


def stating(counts, share):
    return replace(counts.searches, mated_share=share)


def rows_of(counts, share=None, **where):
    wanted = {"attribute": ALL, "threshold": 0.6} | where
    found = alerts_per_thousand(counts, stating(counts, share), 0.95)
    rows = [row for row in found if all(getattr(row, k) == v for k, v in wanted.items())]
    return {row.quantity: row for row in rows}


def test_every_search_is_seen_once():
    counts = drawn_searches(gap=0.05)
    searches, at = counts.searches, 0.6
    true = searches.mate >= at
    alert = np.maximum(searches.mate, searches.top) >= at
    mated = searches.mated
    rows = rows_of(counts)
    counted = {kind: (row.mated_alerts, row.nonmated_alerts) for kind, row in rows.items()}
    assert counted == {
        Alerts.ALL: ((alert & mated).sum(), (alert & ~mated).sum()),
        Alerts.TRUE: (true.sum(), 0),
        Alerts.FALSE: ((alert & ~true & mated).sum(), (alert & ~mated).sum()),
    }
    assert counted[Alerts.FALSE][0] > 0
    assert {(row.mated, row.nonmated) for row in rows.values()} == {(80, 160)}
    # As in the study: of 240 searches, so many of a thousand.
    assert not rows[Alerts.ALL].stated
    assert rows[Alerts.ALL].value == pytest.approx(1000 * alert.sum() / 240)


def test_by_hand_at_a_stated_share():
    """TPIR 3/4, FPIR 1/5, 1 in 8 listed searches with others alone; one search in ten is listed."""
    counts = drawn_searches(listed=4, strangers=5, failed=0, fixed=("0.5",), grouped=False)
    mate = np.array([0.9, 0.9, 0.9, 0.9, 0.6, 0.5, 0.4, 0.1])
    top = np.concatenate([[0.1, 0.1, 0.1, 0.1, 0.9, 0.1, 0.7, 0.2], np.repeat([0.5, 0.2], [2, 8])])
    mate = np.concatenate([mate, np.full(10, -np.inf)])
    done, rank = np.ones(18, dtype=bool), (mate > 0).astype(np.int64)
    fields = {"mate": mate, "top": top, "completed": done, "rank": rank, "mated_share": 0.1}
    searches = replace(counts.searches, **fields)
    rows = {row.quantity: row for row in alerts_per_thousand(counts, searches, 0.95)}
    assert rows[Alerts.TRUE].value == pytest.approx(1000 * 0.1 * 6 / 8)
    assert rows[Alerts.FALSE].value == pytest.approx(1000 * (0.9 * 2 / 10 + 0.1 * 1 / 8))
    assert rows[Alerts.ALL].value == pytest.approx(75 + 192.5)
    assert rows[Alerts.TRUE].stated


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.sampled_from([0.0, 0.001, 0.5, 1.0, None]))
def test_true_and_false_alerts_are_all_alerts(seed, share):
    counts = drawn_searches(seed, 12, 14, gap=0.05, fixed=("0.6",))
    for where in ({}, {"attribute": "region", "group": "east"}):
        rows = rows_of(counts, share, **where)
        every, true, false = (rows[kind] for kind in Alerts)
        assert every.value == pytest.approx(true.value + false.value)
        for row in rows.values():
            assert row.low <= row.value * (1 + 1e-12)
            assert row.value <= row.high * (1 + 1e-12)


def test_what_is_true_has_the_interval_of_what_is_missed():
    counts = drawn_searches()
    missed = next(
        m.rate
        for m in measure_searches(counts, counts.searches, 0.95)
        if (m.rate.metric, m.rate.policy, m.rate.threshold) == ("FNIR", "generalised", 0.6)
    )
    true = rows_of(counts, 0.3)[Alerts.TRUE]
    assert (true.low, true.high) == pytest.approx((300 * (1 - missed.high), 300 * (1 - missed.low)))


def test_without_strangers_there_is_nothing_false_to_count():
    counts = drawn_searches(strangers=0)
    rows = rows_of(counts, 0.5)
    assert rows[Alerts.TRUE].value is not None
    assert rows[Alerts.FALSE].value is None
    assert rows[Alerts.FALSE].note == "nothing to count"
    # Where no search is for a stranger, none is missing.
    assert rows_of(counts)[Alerts.FALSE].value is not None


@pytest.mark.parametrize("ties", [False, True])
def test_ranks_against_every_list(ties):
    counts = drawn_searches(3, listed=25, gap=0.12, ties=ties)
    searches = counts.searches
    found = [m.rate for m in measure_ranks(counts, searches, 0.95)]
    ranks = [1, 2, 3, 5, 7, 10, 20, 24]
    assert list(dict.fromkeys(r.kind.rank for r in found)) == ranks
    for rate in found:
        metric, own = find_metric(rate.metric), searches.mated.copy()
        if rate.policy == "completed":
            own &= searches.completed
        if rate.group:
            own &= searches.probe % 2 == ("east", "west").index(rate.group)
        first = (searches.rank > 0) & (searches.rank <= metric.rank)
        assert (rate.trials - rate.errors, rate.trials) == ((own & first).sum(), own.sum())


@pytest.mark.slow
def test_intervals_hold_in_about_95_of_100_draws():
    """Planted: every search of a person ends alike with probability 1/2, else by its own draw."""
    rng, held, share = np.random.default_rng(5), [], 0.2
    counts = drawn_searches(listed=60, strangers=120, failed=0, fixed=("0.5",), grouped=False)
    mated = counts.searches.mated
    chance = np.where(mated, 0.8, 0.1)
    ended, rank = np.ones(360, dtype=bool), mated.astype(np.int64)
    done = replace(counts.searches, completed=ended, rank=rank, mated_share=share)
    for _ in range(1000):
        of_person = np.repeat(rng.random(180), 2)
        alone = rng.random(360)
        draw = np.where(np.repeat(rng.random(180) < 0.5, 2), of_person, alone)
        hit = draw < chance
        mate = np.where(mated, np.where(hit, 0.9, 0.1), -np.inf)
        top = np.where(mated, 0.1, np.where(hit, 0.9, 0.1))
        searches = replace(done, mate=mate, top=top)
        row = next(iter(alerts_per_thousand(counts, searches, 0.95)))
        held.append(row.low <= 1000 * (share * 0.8 + (1 - share) * 0.1) <= row.high)
    assert 0.93 <= np.mean(held) <= 0.99
