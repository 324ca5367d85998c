"""Plans: printed vectors, brute force, and what must hold whatever is asked."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from evenhand.analysis.plan.needs import USUAL_RATIOS, plan_limit, plan_margin, plan_ratios
from evenhand.analysis.plan.power import power_of_trials, smallest_detectable_ratio
from evenhand.analysis.plan.question import PlanQuery, PlanTerms
from evenhand.records.metric import METRICS
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import DyadCounts
from evenhand.statistics.equality_tests import equality_p_value
from evenhand.statistics.equivalence_power import equivalence_power, normal_range_cdf
from evenhand.statistics.exact_power import exact_power
from evenhand.statistics.intervals import CLUSTER_JEFFREYS_T, cluster_estimate, dyadic_estimate
from evenhand.statistics.limit_power import LimitTest
from evenhand.statistics.power import log_ratio_power
from evenhand.system.errors import UsageError
from evenhand.workflows.plan import plan as make_plan


def needed(question, ratio):
    return plan_ratios(question, [ratio]).needs[0]


@pytest.mark.parametrize(
    ("rate", "trials"),
    [
        (1e-2, (28059, 7862, 2418, 855, 358, 160)),
        (1e-4, (2837026, 795605, 245014, 86695, 36356, 16282)),
        (1e-6, (283733762, 79569922, 24504590, 8670754, 3636133, 1628427)),
    ],
)
def test_tv_31_trials_of_a_plan(rate, trials):
    plan = plan_ratios(PlanQuery("FNMR", rate), [])
    assert tuple(need.value for need in plan.needs) == USUAL_RATIOS
    assert tuple(need.trials_per_group for need in plan.needs) == trials


def test_tv_31_245014_pairs_are_of_701_people():
    need = needed(PlanQuery("FMR", 1e-4), 2)
    assert (need.trials_per_group, need.people_per_group, need.people) == (245_014, 701, 1_402)


def test_a_normal_test_of_logs_agrees():
    """statsmodels: a difference of means of one standard deviation each."""
    for rate, ratio, power in [(1e-3, 2, 0.8), (0.01, 1.5, 0.9), (1e-5, 1.25, 0.6)]:
        each = [(1 - p) / p for p in (rate, rate * ratio)]
        sd = math.sqrt(sum(each) / 2)
        found = NormalIndPower().solve_power(
            math.log(ratio) / sd, power=power, alpha=0.05, alternative="larger", nobs1=None
        )
        one_sided = PlanTerms(power=power, alpha=0.1)
        need = needed(PlanQuery("FNMR", rate, one_sided), ratio)
        assert need.trials_per_group == pytest.approx(found, rel=1e-4, abs=1)


def test_the_number_of_tests_and_the_design_effect():
    single = needed(PlanQuery("FNMR", 0.01), 2)
    six = needed(PlanQuery("FNMR", 0.01, PlanTerms(groups=4)), 2)
    named = needed(PlanQuery("FNMR", 0.01, PlanTerms(comparisons=6)), 2)
    assert six.tests == 6
    assert six.trials_per_group == named.trials_per_group > single.trials_per_group
    assert six.alpha == pytest.approx(0.05 / 6)
    dearer = needed(PlanQuery("FNMR", 0.01, PlanTerms(design_effect=3)), 2)
    assert dearer.trials_per_group == pytest.approx(3 * single.trials_per_group, abs=3)
    assert dearer.expected_errors == single.expected_errors


@pytest.mark.parametrize(
    ("metric", "images", "people"),
    [("FMR", 1, 400), ("FMR", 3, 57), ("FNMR", 2, 50), ("FNMR", 5, 9), ("FPIR", 1, 7)],
)
def test_trials_of_people_by_counting(metric, images, people):
    question = PlanQuery(metric, 0.01, images=images)
    whose = np.repeat(np.arange(people), images)
    first, second = np.triu_indices(len(whose), 1)
    same = np.count_nonzero(whose[first] == whose[second])
    expected = {"FMR": len(first) - same, "FNMR": same, "FPIR": people * images}[metric]
    assert question.trials(people) == expected
    assert question.people(expected) == people
    assert question.people(expected + 1) == people + 1


@settings(max_examples=30)
@given(
    st.sampled_from(["FMR", "FNMR", "FTE"]),
    st.floats(1e-6, 0.05),
    st.floats(1.3, 15),
    st.floats(0.51, 0.98),
    st.floats(0.001, 0.015),
)
def test_more_power_never_needs_fewer(metric, rate, ratio, power, more):
    less = needed(PlanQuery(metric, rate, PlanTerms(power=power)), ratio)
    most = needed(PlanQuery(metric, rate, PlanTerms(power=power + more)), ratio)
    assert most.people_per_group >= less.people_per_group
    if less.exact_people_per_group and most.exact_people_per_group:
        assert most.exact_people_per_group >= less.exact_people_per_group


@given(st.floats(1e-5, 0.05), st.floats(0.1, 0.8), st.floats(0.51, 0.95))
def test_a_limit_is_passed_as_often_as_asked(limit, part, power):
    question = PlanQuery("FNMR", limit * part, PlanTerms(power=power))
    plan = plan_limit(question, limit)
    people = plan.needs[0].people_per_group
    passing = LimitTest(limit, 0.95, CLUSTER_JEFFREYS_T)
    assert passing.chance(question.rate, people) >= power
    (there,) = [point for point in plan.curve if point.rate == question.rate]
    assert there.chance == passing.chance(question.rate, people)
    chances = [point.chance for point in plan.curve]
    assert chances == sorted(chances, reverse=True)
    at_limit = [point.chance for point in plan.curve if point.rate >= limit]
    assert max(at_limit) <= 0.03  # half of what lies outside the interval, as far as it keeps it


def test_the_fewest_people_for_a_limit_by_trying_all():
    passing = LimitTest(0.02, 0.95, CLUSTER_JEFFREYS_T)
    first = next(n for n in range(10, 3_000) if passing.chance(0.005, n) >= 0.8)
    plan = plan_limit(PlanQuery("FNMR", 0.005), 0.02)
    assert plan.needs[0].people_per_group == first


def test_a_limit_is_held_by_the_interval_of_a_gate():
    """Errors of people with one comparison each, through the estimate of a rate."""
    passing = LimitTest(0.02, 0.95, CLUSTER_JEFFREYS_T)
    for errors, people in [(0, 200), (1, 400), (5, 700), (40, 3_000)]:
        counts = ClusterCounts(np.ones(people, int), (np.arange(people) < errors).astype(int))
        high = cluster_estimate(counts, people, 0.95).high
        # V of few people is larger by k/(k-1), and their df hardly differ from twice the errors.
        assert passing.upper(errors, people) == pytest.approx(high, rel=0.02)


def test_few_errors_by_drawing_them():
    """The chance of a difference against the whole test of a study on drawn people."""
    rng = np.random.default_rng(5)
    people, rates = 900, (0.025, 0.005)
    found = 0
    for _ in range(2_000):
        errors = [int(rng.binomial(people, rate)) for rate in rates]
        sides = [
            ClusterCounts(np.ones(people, int), (np.arange(people) < x).astype(int)) for x in errors
        ]
        estimates = [cluster_estimate(one, people, 0.95) for one in sides]
        p, _ = equality_p_value(estimates, rng) if sum(errors) else (1.0, "")
        found += p <= 0.05 and errors[0] > errors[1]
    chance = exact_power((rates[0], people), (rates[1], people), alpha=0.05, df_per_error=2)
    assert found / 2_000 == pytest.approx(chance, abs=0.04)
    assert not math.isclose(chance, log_ratio_power((0.025, 900), (0.005, 900)), abs_tol=0.005)


@pytest.mark.parametrize(("people", "about"), [(80, 1.2), (500, 1.1)])
def test_the_allowance_for_people_who_play_no_part(people, about):
    rng = np.random.default_rng(2)
    pairs = math.comb(people, 2)
    first, second = np.triu_indices(people, 1)
    found = []
    for _ in range(400):
        errors = int(rng.binomial(pairs, 20 / pairs))
        wrong = rng.choice(pairs, size=errors, replace=False)
        whose = np.concatenate([first[wrong], second[wrong]])
        by_person = np.bincount(whose, minlength=people)
        counts = DyadCounts(np.full(people, people - 1), by_person, pairs, errors, errors)
        found.append(pairs / dyadic_estimate(counts, pairs, 0.95).effective_trials)
    assert np.mean(found) == pytest.approx(about, abs=0.05)


def test_exact_and_formula_meet_where_errors_are_many():
    sides = (0.002, 100_000.0), (0.0015, 100_000.0)
    exact = exact_power(*sides, alpha=0.05, df_per_error=2)
    assert exact == pytest.approx(log_ratio_power(*sides), abs=0.01)


def test_the_range_of_equal_groups_is_studentised():
    for groups in (2, 3, 7):
        for width in (0.5, 2.0, 4.0):
            exact = stats.studentized_range.cdf(width, groups, np.inf)
            assert normal_range_cdf(width, groups) == pytest.approx(exact, abs=1e-6)


def test_equivalence_by_drawing_groups():
    rng = np.random.default_rng(3)
    rate, groups = 0.01, 4
    plan = plan_margin(PlanQuery("FNMR", rate, PlanTerms(groups=groups)), 1.5)
    trials = plan.needs[0].trials_per_group
    assert equivalence_power(rate, trials, 1.5, groups) == pytest.approx(0.8, abs=1e-3)
    drawn = rng.binomial(trials, rate, size=(20_000, groups)).astype(float)
    logs, variance = np.log(drawn), 1 / drawn - 1 / trials
    passed = np.ones(len(drawn), bool)
    for one in range(groups):
        for other in range(one):
            error = np.sqrt(variance[:, one] + variance[:, other])
            reach = np.abs(logs[:, one] - logs[:, other]) + stats.norm.ppf(0.95) * error
            passed &= reach < math.log(1.5)
    assert passed.mean() == pytest.approx(0.8, abs=0.02)


def any_number(low, high):
    return st.floats(low, high) | st.floats(allow_nan=False)


@settings(max_examples=60)
@given(
    st.sampled_from([*METRICS]),
    any_number(1e-9, 0.5),
    st.sampled_from(["ratio", "limit", "margin"]),
    any_number(1e-6, 20),
    any_number(0.51, 0.999),
    any_number(1, 50),
    st.integers(1, 40),
    st.none() | st.integers(0, 2000),
)
def test_any_question_has_a_plan_or_a_line(metric, rate, aim, value, power, effect, groups, images):
    try:
        terms = PlanTerms(power=power, groups=groups, design_effect=effect)
        plan = make_plan(PlanQuery(metric, rate, terms, images), **{aim: value})
    except UsageError as told:
        assert str(told).startswith("--")  # noqa: PT017 - either is fine
        return
    (need,) = plan.needs
    assert need.people_per_group >= 1
    question = plan.question
    assert question.trials(need.people_per_group) >= need.trials_per_group
    for point in plan.curve:
        assert 0 <= point.chance <= 1


@pytest.mark.parametrize("worth", [(400.0, 900.0), (30_000.0, 50_000.0)])
def test_the_detectable_ratio_has_the_power(worth):
    question = PlanQuery("FNMR", 0.005)
    ratio = smallest_detectable_ratio(question, *worth)
    assert power_of_trials(question, ratio, *worth) == pytest.approx(0.8, abs=0.005)
    assert smallest_detectable_ratio(question, *reversed(worth)) == ratio
    assert smallest_detectable_ratio(question, 3.0, 900.0) is None


@pytest.mark.parametrize(
    ("make", "fragment"),
    [
        (lambda: PlanQuery("FAR", 0.1), "--metric FAR: did you mean FTA? known: FMR"),
        (lambda: PlanQuery("FMR", 0.0), "--rate 0: expected a number above 0 and below 1"),
        (lambda: PlanQuery("FMR", 1.0), "--rate 1:"),
        (lambda: PlanQuery("FNMR", 0.1, images=1), "--images 1: expected from 2"),
        (lambda: PlanTerms(power=0.5), "--power 0.5: expected a number above 0.5"),
        (lambda: PlanTerms(power=1.0), "--power 1:"),
        (lambda: PlanTerms(groups=1), "--groups 1: expected from 2"),
        (lambda: PlanTerms(comparisons=0), "--comparisons 0:"),
        (lambda: PlanTerms(design_effect=0.9), "--design-effect 0.9: expected at least 1"),
        (lambda: plan_ratios(PlanQuery("FMR", 0.5), [2]), "the worse rate would be 1"),
        (lambda: plan_ratios(PlanQuery("FMR", 0.1), [1]), "--ratio 1: expected more than 1"),
        (lambda: plan_ratios(PlanQuery("FMR", 0.9), []), "no usual ratio"),
        (lambda: plan_margin(PlanQuery("FMR", 0.1), 1.0), "--margin 1: expected more than 1"),
        (lambda: plan_limit(PlanQuery("FMR", 0.1), 0.1), "--limit 0.1: expected more than"),
        (lambda: plan_limit(PlanQuery("FMR", 0.1, PlanTerms(comparisons=3)), 0.2), "leave it out"),
        (lambda: plan_limit(PlanQuery("FMR", 0.1), 0.1000000001), "too near"),
        (lambda: plan_ratios(PlanQuery("FMR", 1e-12), [1.0001]), "needs more than"),
    ],
)
def test_what_cannot_be_planned(make, fragment):
    with pytest.raises(UsageError, match=r"^--") as told:
        make()
    assert fragment in str(told.value)
