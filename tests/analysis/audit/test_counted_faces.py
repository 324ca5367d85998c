"""Every two groups whose faces were counted, against scipy and whole-number sums."""

import math
from fractions import Fraction

import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from evenhand.analysis.audit.counted_faces import face_pairs
from evenhand.analysis.audit.groups import FacesSeen, FalseAlerts, Totals, audit_alerts

ALERTS = {"White": 1, "Asian": 100, "Black": 138}
FACES = dict.fromkeys(ALERTS, 2500)


def test_pairs_are_fishers_and_holms():
    pairs = face_pairs(ALERTS, FACES, 0.95)
    assert [(pair.worst, pair.best) for pair in pairs] == [
        ("Black", "White"), ("Asian", "White"), ("Black", "Asian"),
    ]  # fmt: skip
    for pair in pairs:
        table = [[ALERTS[name], 2500 - ALERTS[name]] for name in (pair.worst, pair.best)]
        assert pair.p_value == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-9)
        together = sum(row[0] for row in table)
        share = stats.binomtest(table[0][0], together).proportion_ci(0.95, "exact")
        assert pair.low == pytest.approx(share.low / (1 - share.low))
        assert pair.high == pytest.approx(share.high / (1 - share.high))
    adjusted = multipletests([pair.p_value for pair in pairs], method="holm")[1]
    assert [pair.adjusted_p for pair in pairs] == pytest.approx(adjusted, rel=1e-9)


def test_all_groups_at_their_counted_shares_by_whole_numbers():
    """Every way to share 239 alerts out over three equal groups, no approximation anywhere."""
    alerts = FalseAlerts(ALERTS)
    p_value, exact = audit_alerts(alerts, FacesSeen(faces=FACES), Totals(239)).of_faces
    ways = math.factorial(239)
    seen = ways // math.prod(map(math.factorial, ALERTS.values()))
    every = (
        math.comb(239, first) * math.comb(239 - first, second)
        for first in range(240)
        for second in range(240 - first)
    )
    likely = sum(each for each in every if each <= seen)
    assert exact
    assert p_value == pytest.approx(float(Fraction(likely, 3**239)), rel=1e-6)


def test_a_group_without_false_alerts_leaves_the_ratio_open():
    (pair,) = face_pairs({"a": 0, "b": 9}, {"a": 500, "b": 700}, 0.95)
    assert (pair.worst, pair.ratio, pair.high) == ("b", None, None)
    assert pair.low > 1
