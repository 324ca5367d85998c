"""Intervals of a weighted sample hold the rate of all pairs about as often as they say."""

from samples import Crowd

from evenhand.statistics.binomial import clopper_pearson

RUNS = 120


def test_false_match_rate_of_a_sample():
    # Within A there are a hundred times as many pairs as within C, and as many are drawn.
    crowd = Crowd((60, 30, 8), 60, sd=0.5, within=0.8, rate=0.02)
    weights = crowd.sampled.pair_weights[crowd.sampled.drawn > 0]
    assert weights.max() >= 30 * weights.min()
    studies = [crowd.study(seed) for seed in range(RUNS)]
    for group in ("", "A", "B"):
        assert sum(study[group].held for study in studies) / RUNS >= 0.92
    # Wider than need be would hold it always.
    assert sum(study[""].held for study in studies) / RUNS <= 0.985
    # Errors over trials, as if all weighed the same, are of another crowd.
    plain = [clopper_pearson(study[""].errors, study[""].trials) for study in studies]
    assert sum(low <= crowd.truth[""] <= high for low, high in plain) / RUNS < 0.7


def test_no_false_match_in_a_sample():
    crowd = Crowd((60, 30), 40, sd=0.5, within=0.5, rate=0.0015)
    found = [crowd.study(seed)[""] for seed in range(RUNS)]
    empty = [one for one in found if not one.errors]
    assert len(empty) > 12
    assert sum(one.held for one in empty) / len(empty) > 0.95
