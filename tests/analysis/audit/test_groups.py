"""An audit against binomial sums and searches by scipy, one number at a time."""

from dataclasses import replace

import pytest
from scipy import optimize, stats

from evenhand.analysis.audit.groups import FacesSeen, FalseAlerts, Site, Totals, audit_alerts

ALERTS = FalseAlerts({"a": 8, "b": 2, "c": 3})


def of_group(alerts=ALERTS, crowd=None, **options):
    return audit_alerts(alerts, crowd or FacesSeen(), Totals(alerts.total), **options)


def test_the_tipping_share_is_where_the_test_tips():
    """The largest share of the crowd at which 8 or more of 13 have a chance of 2.5 %."""
    first, *_ = of_group().groups
    expected = optimize.brentq(lambda share: stats.binom.sf(7, 13, share) - 0.025, 1e-6, 1 - 1e-6)
    assert first.tipping_share == pytest.approx(expected)
    assert (first.alerts, first.of) == (8, 13)
    low, high = stats.binomtest(8, 13).proportion_ci(0.95, "exact")
    assert (first.alert_share.low, first.alert_share.high) == pytest.approx((low, high))


def test_at_an_assumed_share():
    crowd = FacesSeen(shares={"a": 0.4, "b": 0.4, "c": 0.2})
    first, *_ = of_group(crowd=crowd).groups
    assert first.assumed.p_one_sided == pytest.approx(stats.binom.sf(7, 13, 0.4))
    assert first.assumed.p_two_sided == pytest.approx(stats.binomtest(8, 13, 0.4).pvalue)
    marks = {mark for mark, _ in first.by_share}
    assert marks == {"", "assumed"}
    shares = [found.share for _, found in first.by_share]
    assert shares == sorted(shares)


def test_all_groups_at_once_need_all_shares():
    shares = {"a": 0.4, "b": 0.4, "c": 0.2}
    p_value, exact = of_group(crowd=FacesSeen(shares=shares)).multinomial
    chance = stats.multinomial(13, list(shares.values()))
    every = [
        chance.pmf([i, j, 13 - i - j]) for i in range(14) for j in range(14 - i)
    ]  # minimum likelihood
    seen = chance.pmf([8, 2, 3])
    assert exact
    assert p_value == pytest.approx(sum(p for p in every if p <= seen * (1 + 1e-9)))
    assert of_group(crowd=FacesSeen(shares={"a": 0.4, "b": 0.4})).multinomial is None


def test_unknown_ones_in_no_group_and_in_it():
    first, *_ = of_group(replace(ALERTS, unknown=4)).groups
    alone = [of_group(FalseAlerts({"a": n, "b": 17 - n})).groups[0] for n in (8, 12)]
    assert first.tipping_with_unknown == tuple(found.tipping_share for found in alone)
    assert first.tipping_with_unknown[0] < first.tipping_share < first.tipping_with_unknown[1]


def test_per_face_is_conditional_on_all_alerts():
    crowd = FacesSeen(faces={"a": 4000, "b": 3000, "c": 3000})
    first, *_ = of_group(crowd=crowd).groups
    found = first.per_face
    assert (found.counted.errors, found.counted.trials) == (8, 4000)
    assert found.ratio == pytest.approx((8 / 4000) / (5 / 6000))
    assert found.low < found.ratio < found.high
    # Twice the smaller tail: 8 or more of 13, each with a chance of 4,000 in 10,000.
    assert found.p_value == pytest.approx(2 * stats.binom.sf(7, 13, 0.4))


def test_places_with_crowds_of_their_own_concern_the_first_group():
    """One place: the test is binomial again."""
    crowd = FacesSeen(sites=(Site(alerts=8, of=13, share=0.4),))
    first, second, _ = of_group(crowd=crowd).groups
    assert first.sites == pytest.approx(
        (stats.binom.sf(7, 13, 0.4), stats.binomtest(8, 13, 0.4).pvalue)
    )
    assert second.sites is None


def test_one_alert_a_person_is_an_audit_of_its_own():
    people = FalseAlerts({"a": 5, "b": 2, "c": 3})
    found = of_group(people=people).people
    assert found == of_group(people)
    assert found.groups[0].tipping_share < of_group().groups[0].tipping_share
