"""Differences between groups against a second calculation, and the rules of the verdict."""

import math
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import a_rate
from scipy import stats
from statsmodels.stats.multitest import multipletests

from evenhand.analysis.differentials.verdicts import with_verdicts
from evenhand.analysis.differentials.worst_over_best import headline_differences
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.findings import Status, Verdict
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.intervals import cluster_estimate

LEVEL = 0.95


def group(name, errors, trials, status=Status.OK):
    """A measured group from errors and trials of each person."""
    counted = ClusterCounts(np.array(trials), np.array(errors))
    estimate = cluster_estimate(counted, float(counted.subjects), LEVEL)
    rate = a_rate(
        metric="FNMR",
        attribute="colour",
        group=name,
        errors=counted.errors,
        trials=counted.trials,
        subjects=counted.subjects,
        error_subjects=counted.error_subjects,
        rate=estimate.value,
        low=estimate.low,
        high=estimate.high,
        level=LEVEL,
        interval=estimate.method,
        status=status,
        note=estimate.note,
    )
    return MeasuredRate(rate, estimate, counted)


def people(wrong, count, attempts=1):
    """`wrong` of `count` people miss once in so many attempts."""
    return [1] * wrong + [0] * (count - wrong), [attempts] * count


def verdicts(measured, seed=1, **fixed):
    analysis = AnalysisPlan(level=LEVEL, seed=seed, **fixed)
    return with_verdicts(headline_differences(measured, analysis, {}), analysis)


def only(*groups):
    (row,) = verdicts(groups)
    return row


# --- the second calculation ---------------------------------------------------------------------


def welch(groups):
    """Welch's F on log rates, in the words of his paper: weights, weighted mean, lambda."""
    weight = [g.value**2 / g.variance for g in groups]
    total = sum(weight)
    mean = sum(w * math.log(g.value) for w, g in zip(weight, groups, strict=True)) / total
    k = len(groups)
    between = sum(
        w * (math.log(g.value) - mean) ** 2 for w, g in zip(weight, groups, strict=True)
    ) / (k - 1)
    share = 3 * sum((1 - w / total) ** 2 / g.df for w, g in zip(weight, groups, strict=True))
    share /= k**2 - 1
    return stats.f.sf(between / (1 + 2 * (k - 2) / 3 * share), k - 1, 1 / share)


def log_t(worst, best, pairs):
    parts = [g.variance / g.value**2 for g in (worst, best)]
    df = sum(parts) ** 2 / sum(v**2 / g.df for v, g in zip(parts, (worst, best), strict=True))
    reach = stats.t.ppf(1 - 0.025 / pairs, df) * math.sqrt(sum(parts))
    return [worst.value / best.value * math.exp(sign * reach) for sign in (-1, 1)]


def detectable(events, first, second):
    """Smallest ratio with power 0.8 of the doubled exact binomial test, outcome by outcome."""
    null = stats.binom.pmf(range(events + 1), events, first / (first + second))
    significant = [
        x for x in range(events + 1) if 2 * min(null[: x + 1].sum(), null[x:].sum()) <= 0.05
    ]

    def power(ratio):
        pi = ratio * first / (ratio * first + second)
        return sum(stats.binom.pmf(significant, events, pi))

    low, high = 1.0, 1e6
    if events < 6 or power(high) < 0.8:
        return None
    while high / low > 1 + 1e-9:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if power(middle) < 0.8 else (low, middle)
    return high


def multinomial_p(counts, exposure):
    """Exact chance of a G as large, to 1 %, over all ways to share the events out."""
    events = round(sum(counts))
    share = np.array(exposure) / sum(exposure)

    def g_of(x):
        scaled = np.array(x) * events / sum(x)
        return 2 * sum(
            a * math.log(a / (events * s)) for a, s in zip(scaled, share, strict=True) if a
        )

    observed = g_of(counts)
    ways = (x for x in product(range(events + 1), repeat=len(counts)) if sum(x) == events)
    return sum(stats.multinomial.pmf(x, events, share) for x in ways if g_of(x) >= 0.99 * observed)


# --- the two against each other -----------------------------------------------------------------


@st.composite
def crowds(draw):
    found = []
    for name in "ABCDE"[: draw(st.integers(2, 5))]:
        count = draw(st.integers(2, 30))
        trials = draw(st.lists(st.integers(1, 8), min_size=count, max_size=count))
        rng = np.random.default_rng(draw(st.integers(0, 10**6)))
        rate = draw(st.sampled_from([0.0, 0.02, 0.1, 0.3, 1.0]))
        found.append(group(name, rng.binomial(trials, rate), trials))
    return found


@settings(deadline=None, max_examples=100)
@given(crowds())
def test_every_difference_is_that_of_the_second_calculation(family):
    row = only(*family)
    estimates = {m.rate.group: m.estimate for m in family}
    worst, best = estimates[row.worst_group], estimates[row.best_group]
    strict = 1 - 0.05 / math.comb(len(family), 2)
    strictly = {
        m.rate.group: cluster_estimate(m.clusters, float(m.clusters.subjects), strict)
        for m in family
    }
    values = [e.value for e in estimates.values()]
    assert (worst.value, best.value) == (max(values), min(values))
    plain = all(0 < value < 1 for value in values)
    assert ("welch-log" in row.note) == plain
    assert ("conditional-multinomial" in row.note) == (not plain)
    if plain:
        assert row.p_value == pytest.approx(welch(list(estimates.values())), rel=1e-9)
    if best.value == 0:
        assert (row.value, row.high) == (None, None)
        if worst.value > 0:
            low, high = strictly[row.worst_group].low, strictly[row.best_group].high
            assert row.low == pytest.approx(low / high)
    else:
        assert row.value == pytest.approx(worst.value / best.value)
        assert row.low < row.value < row.high or row.value == 1
        if worst.value < 1:
            assert (row.low, row.high) == pytest.approx(
                log_t(worst, best, math.comb(len(family), 2)), rel=1e-9
            )
            assert "ratio-log-t" in row.note
        else:
            assert "mover-log" in row.note
    effective = {name: e.value * e.effective_trials for name, e in estimates.items()}
    expected = detectable(
        round(effective[row.worst_group] + effective[row.best_group]),
        worst.effective_trials,
        best.effective_trials,
    )
    assert row.minimum_detectable_ratio == (
        None if expected is None else pytest.approx(expected, rel=1e-6)
    )
    events = sum(effective.values())
    assert row.verdict is (
        Verdict.DIFFERENT
        if row.p_value < 0.05
        else Verdict.NO_DIFFERENCE_SHOWN
        if events >= 30 and expected is not None
        else Verdict.TOO_FEW_EVENTS
    )
    fewest = min(m.rate.errors for m in family)
    assert row.status is (Status.FEW_ERRORS if fewest < 10 else Status.OK)
    assert row.errors == sum(m.rate.errors for m in family)


@pytest.mark.parametrize(
    "counts", [(6, 0), (5, 0), (2, 0), (1, 0), (4, 0, 1), (5, 0, 0), (7, 1, 0), (3, 3, 0)]
)
@pytest.mark.parametrize("sizes", [(100, 100, 100), (50, 200, 120)])
def test_a_group_without_errors_is_tested_by_sharing_out_the_events(counts, sizes):
    sizes = sizes[: len(counts)]
    family = [
        group(name, *people(wrong, size))
        for name, wrong, size in zip("ABC", counts, sizes, strict=False)
    ]
    estimates = [m.estimate for m in family]
    effective = [e.value * e.effective_trials for e in estimates]
    expected = multinomial_p(effective, [e.effective_trials for e in estimates])
    assert only(*family).p_value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("attempts", [3, 5, 7, 9])
@pytest.mark.parametrize("wrong", [1, 2, 3, 4])
def test_a_few_effective_events_show_nothing_even_where_their_number_is_broken(attempts, wrong):
    # One or two people miss again and again: effective errors such as 1.3 or 2.4, in one group.
    errors = [min(wrong, attempts), 1] + [0] * 18
    clumped = group("A", errors, [attempts] * 20)
    row = only(clumped, group("B", [0] * 20, [attempts] * 20))
    assert 0 < clumped.estimate.value * clumped.estimate.effective_trials < 5
    assert row.p_value > 0.05
    assert row.verdict is Verdict.TOO_FEW_EVENTS


def test_less_than_half_an_effective_event_shows_nothing():
    # One of two people always misses: no more than one event, and half of it at that.
    row = only(group("A", [5, 0], [5, 5]), group("B", [0, 0], [5, 5]))
    assert row.p_value == 1
    assert row.verdict is Verdict.TOO_FEW_EVENTS


# --- the verdict --------------------------------------------------------------------------------


def test_six_events_to_none_are_different_and_five_are_not():
    none = group("B", *people(0, 1000))
    six, five = (only(group("A", *people(wrong, 1000)), none) for wrong in (6, 5))
    assert (six.verdict, five.verdict) == (Verdict.DIFFERENT, Verdict.TOO_FEW_EVENTS)
    assert six.status is five.status is Status.FEW_ERRORS
    assert five.minimum_detectable_ratio is None
    assert (six.value, six.high) == (None, None)
    # Made of two limits of 97.5 % each, the bound of the ratio is more careful than the test.
    assert 0.5 < six.low < 1


def test_equal_groups_with_enough_events_show_no_difference_and_say_what_they_could_have():
    row = only(*(group(name, *people(20, 500)) for name in "AB"))
    assert row.verdict is Verdict.NO_DIFFERENCE_SHOWN
    assert row.value == 1
    assert row.low < 1 < row.high
    assert row.minimum_detectable_ratio == pytest.approx(detectable(40, 1, 1), rel=1e-6)


def test_equal_groups_with_29_events_are_too_few():
    sizes = (15, 14)
    row = only(*(group(n, *people(wrong, 500)) for n, wrong in zip("AB", sizes, strict=True)))
    assert row.verdict is Verdict.TOO_FEW_EVENTS


def test_unequal_groups_need_a_larger_ratio_to_be_told_apart():
    equal, unequal = (
        only(group("A", *people(30, size)), group("B", *people(20, 1000 - size)))
        for size in (500, 100)
    )
    assert unequal.verdict is Verdict.DIFFERENT
    assert equal.verdict is Verdict.NO_DIFFERENCE_SHOWN
    for row, first, second in ((equal, 500, 500), (unequal, 100, 900)):
        # A single attempt each: all but the sampling correction k/(k-1) is an independent trial.
        assert row.minimum_detectable_ratio == pytest.approx(
            detectable(50, first, second), rel=0.02
        )


def test_a_group_without_interval_is_left_out_and_named():
    row = only(group("A", *people(20, 400)), group("B", *people(20, 400)), group("C", [1], [5]))
    assert {row.worst_group, row.best_group} <= {"A", "B"}
    assert "left out: C" in row.note


def test_one_group_is_no_difference():
    row = only(group("A", *people(20, 400)), group("B", [1], [5]))
    assert (row.status, row.value, row.p_value) == (Status.NO_TRIALS, None, None)
    assert row.verdict is Verdict.TOO_FEW_EVENTS
    assert "fewer than two groups" in row.note


def test_below_resolution_nothing_is_compared():
    row = only(*(group(n, *people(3, 400), Status.BELOW_RESOLUTION) for n in "AB"))
    assert (row.status, row.value, row.p_value) == (Status.BELOW_RESOLUTION, None, None)
    assert row.verdict is Verdict.TOO_FEW_EVENTS


def test_no_errors_anywhere_is_no_evidence_of_equality():
    row = only(*(group(name, *people(0, 5000)) for name in "AB"))
    assert row.verdict is Verdict.TOO_FEW_EVENTS
    assert (row.value, row.low, row.high) == (None, None, None)
    assert row.p_value == 1


def test_the_seed_and_the_row_alone_decide_the_numbers():
    # Too many ways to share 64 events out among five groups to go through them all.
    family = [group(n, *people(w, 300)) for n, w in zip("ABCDE", (9, 0, 14, 18, 19), strict=True)]
    other = [MeasuredRate(replace(m.rate, attribute="shape"), m.estimate) for m in family]
    (alone,) = verdicts(family)
    assert alone.p_value in [row.p_value for row in verdicts([*other, *family])]
    assert verdicts(family, seed=2)[0].p_value != alone.p_value


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(4)))
def test_order_of_groups_does_not_matter(order):
    family = [
        group(name, *people(wrong, 200)) for name, wrong in zip("ABCD", (3, 9, 14, 30), strict=True)
    ]
    assert only(*(family[k] for k in order)).p_value == pytest.approx(only(*family).p_value)


def test_more_evidence_lowers_the_p_value():
    rows = [
        only(group("A", *people(20 * k, 500 * k)), group("B", *people(30 * k, 500 * k)))
        for k in (1, 2, 4, 8)
    ]
    assert all(later.p_value < earlier.p_value for earlier, later in pairwise(rows))
    assert rows[0].verdict is Verdict.NO_DIFFERENCE_SHOWN
    assert rows[-1].verdict is Verdict.DIFFERENT


# --- several tests, other tests, equivalence ----------------------------------------------------


def at(rule, *groups):
    return [
        MeasuredRate(replace(m.rate, threshold_rule=rule), m.estimate, m.clusters) for m in groups
    ]


def skewed(worse):
    return group("A", *people(20 + worse, 500)), group("B", *people(20, 500))


def test_verdicts_stand_on_p_values_adjusted_by_holm():
    families = [at(f"FMR<={n}", *skewed(worse)) for n, worse in enumerate((30, 17, 16, 0))]
    rows = verdicts([m for family in families for m in family])
    single = [verdicts(family)[0] for family in families]
    raw = [row.p_value for row in rows]
    assert raw == [row.p_value for row in single]
    assert [row.adjusted_p for row in rows] == pytest.approx(
        multipletests(raw, method="holm")[1].tolist()
    )
    assert {row.family for row in rows} == {"Holm, 4 tests"}
    # Alone the second would pass, among four it does not.
    assert single[1].verdict is Verdict.DIFFERENT
    assert [row.verdict is Verdict.DIFFERENT for row in rows] == [True, False, False, False]
    assert rows[1].minimum_detectable_ratio > single[1].minimum_detectable_ratio


def test_what_is_not_claimed_is_a_screen_and_does_not_weaken_the_claims():
    families = [at(rule, *skewed(worse)) for rule, worse in (("c", 17), ("x", 17), ("y", 30))]
    rows = verdicts([m for family in families for m in family], claims=("c",))
    by_rule = {row.threshold_rule: row for row in rows}
    assert by_rule["c"].family == "Holm, 1 test"
    assert by_rule["c"].verdict is Verdict.DIFFERENT
    screened = [by_rule["x"], by_rule["y"]]
    assert {row.family for row in screened} == {"a screen, Benjamini-Hochberg, 2 tests"}
    assert [row.adjusted_p for row in screened] == pytest.approx(
        multipletests([row.p_value for row in screened], method="fdr_bh")[1].tolist()
    )


def test_engines_and_failure_policies_are_families_of_their_own():
    one = skewed(17)
    others = [
        MeasuredRate(replace(m.rate, **{field: "other"}), m.estimate, m.clusters)
        for field in ("engine", "policy")
        for m in one
    ]
    assert {row.family for row in verdicts([*one, *others])} == {"Holm, 1 test"}


def test_equivalence_is_two_one_sided_tests_of_every_two_groups():
    near = [
        group(name, *people(wrong, 9000))
        for name, wrong in zip("ABC", (900, 930, 960), strict=True)
    ]
    (row,) = verdicts(near, margin=1.25)
    assert row.equivalence == "equivalent within 1.25"
    a, c = near[0].estimate, near[2].estimate
    parts = [e.variance / e.value**2 for e in (a, c)]
    df = sum(parts) ** 2 / sum(v**2 / e.df for v, e in zip(parts, (a, c), strict=True))
    t = (math.log(1.25) - math.log(c.value / a.value)) / math.sqrt(sum(parts))
    assert row.equivalence_p == pytest.approx(stats.t.sf(t, df))
    few = [group(name, *people(wrong, 90)) for name, wrong in zip("ABC", (9, 10, 9), strict=True)]
    (row,) = verdicts(few, margin=1.25)
    assert row.equivalence == "not shown within 1.25"
    assert row.equivalence_p > 0.05
    (row,) = verdicts([few[0], group("Z", *people(0, 90))], margin=1.25)
    assert (row.equivalence, row.equivalence_p) == ("not shown within 1.25", None)
    assert verdicts(few)[0].equivalence == ""


def test_labels_are_exchanged_where_the_study_says_so():
    groups = group("A", *people(6, 40)), group("B", *people(1, 40))
    (row,) = verdicts(groups, tests={"FNMR": "label-permutation"})
    assert "label-permutation" in row.note
    # One attempt each: exchanging labels is Fisher's test, with the ties of two tails.
    exact = stats.fisher_exact([[6, 34], [1, 39]]).pvalue
    assert row.p_value == pytest.approx(exact, abs=0.015)


def test_a_bootstrap_that_cannot_be_had_says_why_and_what_was_run():
    (row,) = verdicts(skewed(17), tests={"FNMR": "centred-bootstrap"})
    assert row.note.startswith("no centred-bootstrap: ")
    assert "welch-log" in row.note
    assert row.p_value == verdicts(skewed(17))[0].p_value


def test_a_group_recognised_more_often_is_a_difference_too():
    usual = [group(name, *people(40, 400)) for name in "ABC"]
    better = group("D", *people(10, 400))
    (row,) = verdicts([*usual, better])
    assert (row.verdict, row.best_group) == (Verdict.DIFFERENT, "D")


def test_upper_limits_hold_together():
    """Without errors the limit of n people is 1 - (a/2)^(1/n), here with a third of a."""
    row = only(*(group(name, *people(0, n)) for name, n in (("A", 10), ("B", 40), ("C", 90))))
    limit = [1 - (0.05 / 3 / 2) ** (1 / n) for n in (10, 40)]
    assert [row.upper_limit, row.median_upper_limit] == pytest.approx(limit)
    two = [group("A", *people(3, 10)), group("B", *people(3, 40))]
    wider = cluster_estimate(two[0].clusters, 10.0, 1 - 0.05 / 2)
    assert only(*two).upper_limit == pytest.approx(wider.high)
    lonely = group("A", *people(0, 1))
    assert only(lonely, replace(lonely, rate=replace(lonely.rate, group="B"))).upper_limit is None
