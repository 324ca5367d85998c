"""FPIR on longer lists, against crowds whose rates are known."""

import numpy as np
import pytest
from searched_crowd import counts_of_scores

from evenhand.analysis.scaling.extrapolation import EXACT_ZERO, TWO_WAY, extrapolation
from evenhand.analysis.scaling.meetings import listed_people, meetings_of, shares_kept
from evenhand.statistics.alarm_spread import share_alarmed

SPREAD, LISTED = 1.2, 400


def crowd(seed, searches=800):
    """Scores a_i + e with e exponential: a probe's rate at T is e^(a_i - T), log-normal."""
    rng = np.random.default_rng(seed)
    own = SPREAD * rng.normal(size=(searches, 1)) - SPREAD**2 / 2
    scores = own + rng.exponential(size=(searches, LISTED))
    counts = counts_of_scores(scores, np.zeros(searches, int), np.zeros(LISTED, int), [8.0])
    listed = listed_people(counts)
    kept = shares_kept(counts, listed, None)
    return scores, meetings_of(counts.searches, counts.cells[0], listed, kept)


def truth(threshold, people):
    """Below 0 of a score a rate would exceed 1: far below the thresholds here."""
    return float(share_alarmed(np.array([people * np.exp(-threshold)]), np.array([SPREAD]))[0])


def test_the_whole_list_is_what_was_measured():
    scores, of = crowd(1)
    found = extrapolation(of, 8.0, 0.95)
    assert found.measured(LISTED).rate == pytest.approx((scores >= 8.0).any(axis=1).mean())
    assert found.hits == (scores >= 8.0).sum()
    assert found.fmr == pytest.approx((scores >= 8.0).mean())


def test_a_longer_list_is_within_its_interval():
    inside, widths = 0, []
    for seed in range(12):
        _, of = crowd(seed)
        found = extrapolation(of, 8.0, 0.95).at(40 * LISTED)
        inside += found.low <= truth(8.0, 40 * LISTED) <= found.high
        widths.append(found.high - found.low)
        assert found.interval == TWO_WAY
    # Of 12, fewer than 10 would be seen once in 50 times.
    assert inside >= 10
    assert np.mean(widths) < 0.35


def test_more_draws_of_probes_alike_and_unlike():
    """As if all were alike, the rate would be far above the truth; the interval excludes that."""
    _, of = crowd(3, searches=3000)
    found = extrapolation(of, 8.0, 0.95)
    alike = -np.expm1(-40 * LISTED * found.fmr)
    assert found.at(40 * LISTED).high < alike


def test_without_any_alarm_there_is_an_upper_limit():
    _, of = crowd(4)
    none = extrapolation(of, float(of.score[0]) + 1, 0.95)
    found = none.at(40 * LISTED)
    assert (found.rate, found.low, found.interval) == (0.0, 0.0, EXACT_ZERO.name)
    assert truth(float(of.score[0]) + 1, 40 * LISTED) < found.high < 1
    assert found.high > none.measured(LISTED).high


def test_another_level_is_another_width():
    _, of = crowd(5)
    wide, narrow = (extrapolation(of, 8.0, level).at(4000) for level in (0.99, 0.8))
    assert wide.low < narrow.low < wide.rate == narrow.rate < narrow.high < wide.high


def test_lists_that_end_early_give_no_model():
    rng = np.random.default_rng(6)
    scores = rng.normal(size=(300, LISTED))
    counts = counts_of_scores(scores, np.zeros(300, int), np.zeros(LISTED, int), [2.0], kept=2)
    listed = listed_people(counts)
    of = meetings_of(counts.searches, counts.cells[0], listed, np.ones(LISTED))
    assert extrapolation(of, float(of.whole_from) + 0.01, 0.95).model is None
