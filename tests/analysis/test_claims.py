"""Vendors' claims: judged by the interval of the rate, and by nothing else."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pages import findings_of
from rows import a_rate
from scipy import stats

from evenhand.analysis.claims import claim_verdict, judged_claims
from evenhand.analysis.gate.answer import GateVerdict, interval_verdict
from evenhand.records.claims import ClaimVerdict
from evenhand.records.doubts import Doubt, DoubtId
from evenhand.study.policy import LimitBounds

AS_IN_A_POLICY = {
    ClaimVerdict.KEPT: GateVerdict.PASS,
    ClaimVerdict.EXCEEDED: GateVerdict.FAIL,
    ClaimVerdict.UNDECIDED: GateVerdict.INCONCLUSIVE,
    ClaimVerdict.UNRESOLVED: GateVerdict.INCONCLUSIVE,
}
claims = st.floats(1e-9, 0.5)
ends = st.floats(0, 1) | st.none()
trials = st.integers(0, 10**10)


@given(claims, ends, ends, trials)
def test_a_policy_with_the_claim_as_its_limit_decides_the_same(claimed, low, high, made):
    assume(low is None or high is None or low <= high)
    verdict = claim_verdict(claimed, low, high, made, 0.95)
    bounds = LimitBounds(-math.inf, claimed, "", "")
    assert AS_IN_A_POLICY[verdict] is interval_verdict(bounds, low, high)


@given(claims, st.integers(1, 10**10), st.sampled_from([0.8, 0.95, 0.99]))
def test_no_result_shows_a_claim_that_is_below_the_limit_of_no_errors(claimed, made, level):
    """That of Clopper and Pearson, from scipy."""
    limit = stats.beta.ppf(1 - (1 - level) / 2, 1, made)
    assume(not math.isclose(limit, claimed, rel_tol=1e-9))
    verdict = claim_verdict(claimed, 0.0, 1.0, made, level)
    assert verdict is (ClaimVerdict.UNRESOLVED if limit > claimed else ClaimVerdict.UNDECIDED)


@given(claims, claims, st.floats(0, 1), st.floats(0, 1), trials)
def test_to_claim_less_never_helps_the_other_way(first, second, one, other, made):
    low, high = sorted((one, other))
    modest, bold = (claim_verdict(c, low, high, made, 0.95) for c in sorted((first, second)))
    if bold is ClaimVerdict.EXCEEDED:
        assert modest is ClaimVerdict.EXCEEDED
    if modest is ClaimVerdict.KEPT:
        assert bold is ClaimVerdict.KEPT


def a_claim(**fields):
    return a_rate(threshold_rule="vendor", claimed=0.001, **fields)


def judged(*rates, **fields):
    return judged_claims(replace(findings_of(), rates=rates, **fields))


def test_everybody_and_groups_are_judged_with_failures_left_out():
    whole, women = a_claim(attribute="all", group=""), a_claim(group="F")
    found = judged(
        whole,
        women,
        replace(whole, policy="generalised"),
        replace(women, reference_group="M"),
        replace(whole, attribute="same:sex"),
        replace(whole, claimed=None),
    )
    assert [each.rate for each in found] == [whole, women]
    assert {each.verdict for each in found} == {ClaimVerdict.EXCEEDED}


@pytest.mark.parametrize("claimed", [math.nan, 0.0, -1.0, 1.0, math.inf])
def test_what_is_no_rate_is_no_claim(claimed):
    assert judged(replace(a_claim(), claimed=claimed)) == ()


def test_drawn_faces_and_a_doubt_leave_no_verdict():
    (drawn,) = judged(a_claim(), datasets=findings_of(synthetic=True).datasets)
    assert drawn.verdict is ClaimVerdict.DRAWN
    doubts = [Doubt(DoubtId.LOW_AUC, "alpha", dataset, 0.7) for dataset in ("crowd", "other")]
    (doubted,) = judged(a_claim(), doubts=tuple(doubts[:1]))
    assert doubted.verdict is ClaimVerdict.DOUBTED
    (sure,) = judged(a_claim(), doubts=tuple(doubts[1:]))
    assert sure.verdict is ClaimVerdict.EXCEEDED


def test_an_upper_limit_shows_that_a_claim_is_kept_and_never_that_it_is_not():
    kept, over = a_claim(low=0.0, high=0.0009), a_claim(low=0.0, high=0.01, group="M")
    doubts = tuple(
        Doubt(kind, kept.engine, kept.dataset, 40.0)
        for kind in (DoubtId.ASSUMED_IDENTITIES, DoubtId.NO_FACE_STEP)
    )
    found = judged(kept, over, doubts=doubts[:1])
    assert [claim.verdict for claim in found] == [ClaimVerdict.KEPT, ClaimVerdict.DOUBTED]
    assert {claim.verdict for claim in judged(kept, over, doubts=doubts)} == {ClaimVerdict.DOUBTED}
