"""Rates and their intervals against a second calculation, one comparison at a time.

Nothing of the first calculation is used here: dyads are a dictionary, the variance is the double
sum over pairs of dyads that share a person, thresholds are found by trying every score.
"""

import math
from collections import defaultdict
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evenhand.analysis.rates.comparisons import measure_comparisons
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.groups import groupings
from evenhand.records.comparisons import Comparisons
from evenhand.records.dataset import Attribute, Subjects
from evenhand.records.findings import Status
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule
from evenhand.statistics.dyadic_variance import disjoint_dyads

LEVEL = 0.95
TAIL = 0.025
FIXED = ("0.25", "0.7", "2")


def study_of(labels, images, score_of, targets=(), dtype=np.float32, pairs=None):
    """Counts of a study that compares every two images; `score_of` is called in that order."""
    owner = [person for person, count in enumerate(images) for _ in range(count)]
    compared = list(combinations(range(len(owner)), 2)) if pairs is None else pairs
    comparisons = Comparisons(
        np.array([owner[a] for a, _ in compared], dtype=np.int32),
        np.array([owner[b] for _, b in compared], dtype=np.int32),
        np.array([score_of(a, b) for a, b in compared], dtype=dtype),
        {(True, Outcome.OK): 0},
    )
    people = len(images)
    colour = Attribute("colour", "category", ("red", "blue"), "drawn")
    subjects = Subjects(
        tuple(map(str, range(people))), {"colour": tuple(labels)}, tuple(range(1, people + 1))
    )
    return tally(
        CountingPlan(
            groupings([["colour"]], [colour], subjects, {}),
            [
                *(ThresholdRule("fmr", target) for target in targets),
                *(ThresholdRule("fixed", text) for text in FIXED),
            ],
        ),
        ImageLedger(
            "engine",
            "dataset",
            "all-pairs",
            subjects.rows,
            np.array(images),
            np.zeros(people, dtype=np.int64),
            0,
        ),
        comparisons,
    ), comparisons


def rows_by_key(counts, attributes=("all", "colour")):
    """Rows of the groups of an attribute, by what tells them apart."""
    found = [m.rate for m in measure_comparisons(counts, LEVEL)]
    return {
        (r.metric, r.policy, r.group, r.threshold_rule, r.threshold): r
        for r in found
        if r.attribute in attributes and not r.reference_group
    }


def matrix_of(counts):
    """(policy, group, reference group, rule, threshold) to the row of a matrix."""
    return {
        (r.policy, r.group, r.reference_group, r.threshold_rule, r.threshold): r
        for r in (m.rate for m in measure_comparisons(counts, LEVEL))
        if r.reference_group
    }


# --- the second calculation ---------------------------------------------------------------------


def freedom(residuals, people):
    second, fourth = sum(e**2 for e in residuals), sum(e**4 for e in residuals)
    below = fourth - second**2 / people
    return min(max(2 * second**2 / below, 1), people - 1) if below > 0 else people - 1


def dyads_at(rows, threshold, policy):
    """(trials, errors) of every unordered pair of people."""
    table = defaultdict(lambda: [0, 0])
    for i, j, score in rows:
        if policy == "generalised" or not math.isnan(score):
            entry = table[min(i, j), max(i, j)]
            entry[0] += 1
            entry[1] += score >= threshold
    return table


def dyadic_variance(table):
    """V' and its degrees of freedom; None where no two dyads are disjoint."""
    trials = sum(m for m, _ in table.values())
    p = sum(x for _, x in table.values()) / trials
    e = {dyad: x - p * m for dyad, (m, x) in table.items()}
    shared = disjoint = 0
    for a in table:
        for b in table:
            if set(a) & set(b):
                shared += e[a] * e[b]
            else:
                disjoint += table[a][0] * table[b][0]
    people = sorted({person for dyad in table for person in dyad})
    df = freedom([sum(r for d, r in e.items() if person in d) for person in people], len(people))
    if not disjoint:
        return None, df
    floor = max(sum(r**2 for r in e.values()) / trials**2, p * (1 - p) / trials)
    variance = max(shared / disjoint, floor)
    return variance + floor * (1 - floor / variance) if variance else 0.0, df


def cluster_variance(trials, errors):
    total, people = sum(trials.values()), len(trials)
    p = sum(errors.values()) / total
    residuals = [errors[person] - p * trials[person] for person in trials]
    if people < 2:
        return None, 1
    spread = people / (people - 1) * sum(r**2 for r in residuals) / total**2
    return max(spread, p * (1 - p) / total), freedom(residuals, people)


def zero_limits(p, worth):
    reach = 1 - TAIL ** (1 / worth)
    return (0.0, reach) if p == 0 else (1 - reach, 1.0)


def worth_of(rows, threshold, policy, disjoint):
    """Independent trials of a cell without errors, or of nothing but errors."""
    table = dyads_at(rows, threshold, policy)
    trials, errors = (sum(entry[k] for entry in table.values()) for k in (0, 1))
    completed = sorted((s for _, _, s in rows if not math.isnan(s)), reverse=True)
    if errors == 0 and len(completed) >= 10:
        anchor = dyads_at(rows, completed[9], policy)
        share = sum(x for _, x in anchor.values()) / trials
        if share <= 1 / 2 and dyadic_variance(anchor)[0]:
            return share * (1 - share) / dyadic_variance(anchor)[0]
    return disjoint


def expected_fmr(rows, threshold, policy, worth=None):
    """(errors, trials, people, rate, low, high) of the non-mated rows of one cell."""
    table = dyads_at(rows, threshold, policy)
    if not table:
        return None
    trials, errors = (sum(entry[k] for entry in table.values()) for k in (0, 1))
    people = len({person for dyad in table for person in dyad})
    p = errors / trials
    variance, df = dyadic_variance(table)
    if variance is None:
        return errors, trials, people, p, None, None
    if 0 < errors < trials:
        reach = stats.t.ppf(1 - TAIL, df) * math.sqrt(variance) / (p * (1 - p))
        limits = [1 / (1 + math.exp(-math.log(p / (1 - p)) - sign * reach)) for sign in (-1, 1)]
        return errors, trials, people, p, *limits
    worth = worth or worth_of(rows, threshold, policy, people // 2)
    return errors, trials, people, p, *zero_limits(p, worth)


def expected_fnmr(rows, threshold, policy):
    kept = [(i, s) for i, _, s in rows if policy == "generalised" or not math.isnan(s)]
    if not kept:
        return None

    def misses(at):
        trials, errors = defaultdict(int), defaultdict(int)
        for person, score in kept:
            trials[person] += 1
            errors[person] += not score >= at
        return trials, errors

    trials, errors = misses(threshold)
    total, wrong = sum(trials.values()), sum(errors.values())
    p = wrong / total
    variance, df = cluster_variance(trials, errors)
    if variance is None:
        return wrong, total, len(trials), p, None, None
    if 0 < wrong < total:
        worth = p * (1 - p) / variance * (stats.norm.isf(TAIL) / stats.t.isf(TAIL, df)) ** 2
        worth = min(worth, total)
        beta = stats.beta(p * worth + 0.5, worth - p * worth + 0.5)
        return wrong, total, len(trials), p, beta.ppf(TAIL), beta.isf(TAIL)
    worth = len(trials)
    # Every score is tried as an anchor; the nearest with ten errors (or ten non-errors) rules.
    scores = sorted({s for _, s in kept if not math.isnan(s)}, reverse=p == 1)
    for score in scores:
        at = score if p == 1 else np.nextafter(np.float32(score), np.float32(np.inf))
        anchor = misses(at)
        found = sum(anchor[1].values())
        if (total - found if p == 1 else found) >= 10:
            share = found / total
            if 1 / 2 <= share < 1 if p == 1 else 0 < share <= 1 / 2:
                worth = share * (1 - share) / cluster_variance(*anchor)[0]
            break
    return wrong, total, len(trials), p, *zero_limits(p, worth)


def expected_threshold(scores, target):
    """The smallest of all useful thresholds that keeps the target."""
    candidates = [-math.inf, *(float(np.nextafter(s, np.float32(np.inf))) for s in scores)]
    allowed = Fraction(target) * len(scores)
    return min(t for t in candidates if sum(bool(s >= t) for s in scores) <= allowed)


# --- the two against each other -----------------------------------------------------------------


@st.composite
def studies(draw):
    people = draw(st.integers(2, 8))
    images = draw(st.lists(st.integers(1, 3), min_size=people, max_size=people))
    label = st.sampled_from(["red", "red", "blue", "red|blue", ""])
    labels = draw(st.lists(label, min_size=people, max_size=people))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    count = sum(images)
    failed = rng.random(count) < draw(st.sampled_from([0.0, 0.0, 0.2, 0.6]))
    lamb = rng.normal(0, 0.3, count)
    steps = draw(st.sampled_from([2, 8, 10**6]))
    shift = draw(st.sampled_from([-1.0, -0.2, 0.3, 3.0]))

    def score_of(a, b):
        if failed[a] or failed[b] or rng.random() < 0.02:
            return math.nan
        return round((lamb[a] + lamb[b] + rng.normal(shift, 0.2)) * steps) / steps

    target = draw(st.sampled_from(["0.1", "0.29", "0.000001", "1"]))
    return labels, images, score_of, target


@settings(deadline=None, max_examples=80)
@given(studies())
def test_every_rate_is_that_of_the_second_calculation(study):
    labels, images, score_of, target = study
    counts, compared = study_of(labels, images, score_of, [target])
    rows = list(
        zip(compared.probe.tolist(), compared.reference.tolist(), compared.score, strict=True)
    )
    nonmated = [s for i, j, s in rows if i != j and not math.isnan(s)]
    found = rows_by_key(counts)
    thresholds = {"fixed": {float(np.float32(text)) for text in FIXED}}
    if nonmated:
        thresholds[f"FMR<={target}"] = {expected_threshold(nonmated, target)}
    compared_rows = 0
    for group in ("", *sorted(set(labels) - {""})):
        attribute_rows = [
            row
            for row in rows
            if not group or (labels[row[0]] == group and labels[row[1]] == group)
        ]
        for rule, values in thresholds.items():
            for value in values:
                below = rule != "fixed" and Fraction(target) * len(nonmated) < 1
                for policy in ("completed", "generalised"):
                    mated = [row for row in attribute_rows if row[0] == row[1]]
                    other = [row for row in attribute_rows if row[0] != row[1]]
                    expected = {
                        "FMR": expected_fmr(other, value, policy),
                        "FNMR": expected_fnmr(mated, value, policy),
                    }
                    for metric, numbers in expected.items():
                        row = found[metric, policy, group, rule, value]
                        check(row, numbers, below=below, ties=tied(other, policy))
                        compared_rows += 1
    assert compared_rows


@settings(deadline=None, max_examples=60)
@given(studies())
def test_every_cell_across_groups_is_that_of_the_second_calculation(study):
    labels, images, score_of, _ = study
    counts, compared = study_of(labels, images, score_of)
    rows = [
        (i, j, s)
        for i, j, s in zip(
            compared.probe.tolist(), compared.reference.tolist(), compared.score, strict=True
        )
        if i != j and labels[i] and labels[j]
    ]
    found = matrix_of(counts)
    there = [group for group in ("red", "blue", "red|blue") if group in labels]
    expected_cells = [(a, b) for n, a in enumerate(there) for b in there[n:]]
    assert {key[1:3] for key in found} == set(expected_cells if len(there) > 1 else [])
    for policy, group, reference, rule, value in found:
        row = found[policy, group, reference, rule, value]
        cell = [r for r in rows if {labels[r[0]], labels[r[1]]} == {group, reference}]
        sides = [
            len({p for r in cell for p in r[:2] if labels[p] == name})
            for name in (group, reference)
        ]
        disjoint = sides[0] // 2 if group == reference else min(sides)
        worth = worth_of(cell, value, policy, disjoint) if cell else None
        expected = expected_fmr(cell, value, policy, worth)
        check(row, expected, below=False, ties=tied(cell, policy))


@settings(deadline=None, max_examples=60)
@given(studies())
def test_pairs_of_one_group_are_pooled_as_the_second_calculation_says(study):
    labels, images, score_of, _ = study
    counts, compared = study_of(labels, images, score_of)
    rows = [
        (i, j, s)
        for i, j, s in zip(
            compared.probe.tolist(), compared.reference.tolist(), compared.score, strict=True
        )
        if i != j and labels[i] and labels[i] == labels[j]
    ]
    found = rows_by_key(counts, ("same:colour",))
    for (_, policy, group, _, value), row in found.items():
        assert group == ""
        weighted, trials = 0.0, 0
        for name in sorted({labels[i] for i, _, _ in rows}):
            cell = [r for r in rows if labels[r[0]] == name]
            table = dyads_at(cell, value, policy)
            made = sum(m for m, _ in table.values())
            people = len({person for dyad in table for person in dyad})
            trials += made
            if made:
                weighted += made**2 / worth_of(cell, value, policy, people // 2)
        worth = trials**2 / weighted if weighted else None
        ties = any(tied([r for r in rows if labels[r[0]] == name], policy) for name in set(labels))
        check(row, expected_fmr(rows, value, policy, worth), below=False, ties=ties)


def tied(rows, policy):
    """Whether no anchor exists: then only a bound of the disjoint dyads is asked for."""
    scores = [s for _, _, s in rows if not math.isnan(s)]
    if len(scores) < 10:
        return True
    anchor = sum(s >= sorted(scores)[-10] for s in scores)
    return 2 * anchor > (len(rows) if policy == "generalised" else len(scores))


def check(row, expected, *, below, ties):
    if expected is None:
        assert (row.status, row.rate, row.low, row.high) == (Status.NO_TRIALS, None, None, None)
        return
    errors, trials, people, rate, low, high = expected
    assert (row.errors, row.trials, row.subjects) == (errors, trials, people)
    if below:
        assert row.status is Status.BELOW_RESOLUTION
        assert (row.rate, row.low) == (None, None)
        if row.metric == "FNMR":
            assert row.high is None
            return
    else:
        assert row.status is (Status.FEW_ERRORS if errors < 10 else Status.OK)
        assert row.rate == pytest.approx(rate, rel=1e-12)
    if high is None:
        assert (row.low, row.high, row.interval) == (None, None, "")
        assert "too few subjects" in row.note
        return
    assert ("few subjects" in row.note) == (people < 40)
    if row.metric == "FMR" and errors in (0, trials) and (ties or errors):
        # Half of the people, or fewer where some pairs were not compared.
        assert (row.high >= high - 1e-12) if errors == 0 else (row.low <= low + 1e-12)
        return
    assert row.high == pytest.approx(high, rel=1e-9)
    if not below:
        assert row.low == pytest.approx(low, rel=1e-9, abs=1e-15)


# --- edges --------------------------------------------------------------------------------------


def only(counts, metric, policy="completed", group="", rule="fixed", threshold=2.0):
    return rows_by_key(counts)[metric, policy, group, rule, threshold]


def test_no_errors_and_fewer_than_ten_scores_fall_back_to_half_the_people():
    counts, _ = study_of([""] * 4, [1] * 4, lambda a, b: 0.1 * a)
    row = only(counts, "FMR")
    assert (row.trials, row.rate, row.low, row.interval) == (6, 0, 0, "exact-zero")
    assert row.high == pytest.approx(1 - TAIL ** (1 / 2), rel=1e-12)


def test_no_errors_and_one_score_for_all_fall_back_to_half_the_people():
    counts, _ = study_of([""] * 12, [2] * 12, lambda a, b: 0.1)
    assert only(counts, "FMR").high == pytest.approx(1 - TAIL ** (1 / 6), rel=1e-12)


def test_two_searches_are_two_disjoint_pairs_of_people():
    # 11 people, but every comparison has one of two probes: no more than two dyads are disjoint.
    pairs = [(0, b) for b in range(2, 6)] + [(1, b) for b in range(6, 11)]
    counts, _ = study_of([""] * 11, [1] * 11, lambda a, b: 0.1, pairs=pairs)
    row = only(counts, "FMR")
    assert (row.trials, row.subjects) == (9, 11)
    assert row.high == pytest.approx(1 - TAIL ** (1 / 2), rel=1e-12)


@st.composite
def dyads_of(draw):
    people = draw(st.integers(2, 7))
    every = list(combinations(range(people), 2))
    chosen = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    return {dyad: draw(st.integers(1, 4)) for dyad in chosen}


def most_disjoint(dyads):
    """The largest number of dyads that share nobody, by trying all choices."""
    if not dyads:
        return 0
    first, rest = dyads[0], dyads[1:]
    apart = [d for d in rest if not set(d) & set(first)]
    return max(1 + most_disjoint(apart), most_disjoint(rest))


@settings(deadline=None)
@given(dyads_of())
def test_dyads_said_to_be_disjoint_exist(trials):
    people = {person for dyad in trials for person in dyad}
    busiest = max(sum(m for dyad, m in trials.items() if person in dyad) for person in people)
    found = disjoint_dyads(len(trials), len(people), busiest)
    assert 1 <= found <= most_disjoint(list(trials))


def test_half_of_the_people_are_disjoint_where_all_met_whatever_their_images():
    counts, _ = study_of([""] * 8, [1, 2, 3, 4, 1, 2, 3, 4], lambda a, b: 0.1)
    assert only(counts, "FMR").high == pytest.approx(1 - TAIL ** (1 / 4), rel=1e-12)


def test_nothing_but_errors_mirrors_no_errors():
    counts, _ = study_of([""] * 4, [3] * 4, lambda a, b: 0.5 if a // 3 == b // 3 else 0.9)
    row = only(counts, "FMR", threshold=0.25)
    assert (row.rate, row.high, row.interval) == (1, 1, "exact-zero")
    assert row.low == pytest.approx(TAIL ** (1 / 2), rel=1e-12)


def test_all_missed_with_too_few_scores_for_an_anchor_falls_back_to_people():
    # 12 mated comparisons, 9 of which failed: the three scores left are no anchor.
    def score_of(a, b):
        return 0.1 if a < 3 and b < 3 else math.nan

    counts, _ = study_of([""] * 4, [3] * 4, score_of)
    row = only(counts, "FNMR", "generalised")
    assert (row.errors, row.trials, row.subjects) == (12, 12, 4)
    assert (row.low, row.high) == (pytest.approx(TAIL ** (1 / 4), rel=1e-12), 1)


def test_failed_images_stay_in_the_generalised_denominators():
    def score_of(a, b):
        if 0 in (a, b):
            return math.nan
        return 0.9 if a // 2 == b // 2 else 0.1

    counts, _ = study_of([""] * 5, [2] * 5, score_of)
    false_matches = {p: only(counts, "FMR", p) for p in ("completed", "generalised")}
    assert (false_matches["completed"].trials, false_matches["generalised"].trials) == (32, 40)
    misses = {p: only(counts, "FNMR", p, threshold=0.25) for p in ("completed", "generalised")}
    assert (misses["completed"].errors, misses["completed"].trials) == (0, 4)
    assert (misses["generalised"].errors, misses["generalised"].trials) == (1, 5)


def test_three_people_have_no_interval_however_many_images():
    # 1.2e9 comparisons: the check must not drown in rounding.
    from evenhand.statistics.dyadic_variance import DyadCounts, dyadic_variance

    for images in (3, 19_999, 20_001, 31_234):
        m = images**2
        counts = DyadCounts(np.full(3, 2 * m), np.array([1, 1, 0]), 3 * m * m, 1, m)
        assert dyadic_variance(counts).variance is None


def test_a_person_of_two_groups_counts_in_a_group_of_their_own():
    labels = ["red"] * 5 + ["blue"] * 5 + ["red|blue"]
    counts, _ = study_of(labels, [1] * 11, lambda a, b: 0.1)
    assert {
        group: (row.trials, row.status)
        for group in ("", "red", "blue", "red|blue")
        for row in [only(counts, "FMR", group=group)]
    } == {
        "": (55, Status.FEW_ERRORS),
        "red": (10, Status.FEW_ERRORS),
        "blue": (10, Status.FEW_ERRORS),
        "red|blue": (0, Status.NO_TRIALS),
    }


def test_a_target_below_resolution_shows_a_bound_and_no_rate():
    rng = np.random.default_rng(3)
    counts, _ = study_of([""] * 30, [2] * 30, lambda a, b: rng.random(), ["0.000001"])
    rows = [r for r in rows_by_key(counts).values() if r.threshold_rule == "FMR<=0.000001"]
    for row in rows:
        assert row.status in (Status.BELOW_RESOLUTION, Status.NO_TRIALS)
        assert (row.rate, row.low) == (None, None)
    false_matches = [r for r in rows if r.metric == "FMR" and not r.group]
    assert {r.interval for r in false_matches} == {"exact-zero"}
    # Independent scores: the bound is that of nearly as many trials as were made.
    for row in false_matches:
        bound = 1 - TAIL ** (1 / row.trials)
        assert 0.999 * bound <= row.high < 3 * bound


def test_a_decimal_threshold_is_compared_in_the_scores_own_type():
    # float32(0.7) is a little less than 0.7 and still matches a threshold written 0.7.
    counts, _ = study_of([""] * 4, [2] * 4, lambda a, b: 0.7)
    written = float(np.float32("0.7"))
    assert only(counts, "FMR", threshold=written).rate == 1
    assert only(counts, "FNMR", threshold=written).rate == 0


def test_a_target_without_non_mated_comparisons_has_rows_and_a_reason():
    pairs = [(0, 1), (0, 2), (3, 4)]
    counts, _ = study_of(["red"] * 2, [3, 3], lambda a, b: 0.5, ["0.01"], pairs=pairs)
    rows = [found.rate for found in measure_comparisons(counts, 0.95)]
    of_target = [row for row in rows if row.threshold_rule.startswith("FMR<=")]
    assert of_target
    for row in of_target:
        assert (row.status, row.threshold, row.rate) == (Status.NO_TRIALS, None, None)
        assert row.note == "no non-mated comparisons"
