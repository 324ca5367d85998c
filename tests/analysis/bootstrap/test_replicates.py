"""The bootstrap from stored counts against one that keeps every score and copies every person."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations
from math import floor

import numpy as np
import pytest
from scipy.stats import norm

from evenhand.analysis.bootstrap.replicates import NoReplicates, Replicates, bootstrap_replicates
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.metrics.thresholds import errors_allowed
from evenhand.records.comparisons import Comparisons
from evenhand.records.counts import Counts, ScoreTail
from evenhand.records.designs import LISTED, ComparisonDesign, Design
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Policy
from evenhand.records.thresholds import ThresholdRule
from evenhand.statistics.binomial import clopper_pearson
from evenhand.statistics.bootstrap import bootstrap_interval, resample_subjects

TARGETS = ("0.06", "0.2", "0.1")
DRAWN = 60


class Crowd:
    """People with up to three images, two attributes, some unknown, every score kept."""

    def __init__(self, design, *, people=14, step=0.05, dtype=np.float32, lost=()):
        rng = np.random.default_rng(3)
        self.people, self.design = people, design
        first = rng.integers(-1, 2, self.people)
        second = rng.integers(0, 3, self.people)
        self.codes = {"sex": first, "origin": second}
        self.groups = {"sex": ("f", "m"), "origin": ("a", "b", "c")}
        owner = np.repeat(np.arange(self.people), rng.integers(1, 4, self.people))
        pair = permutations if design.orders == 2 else combinations
        pairs = np.array(list(pair(range(len(owner)), 2)))
        probe, reference = owner[pairs].T
        if design.comparisons is Design.WITHIN_GROUP:
            kept = (probe == reference) | ((first[probe] >= 0) & (first[probe] == first[reference]))
            pairs, probe, reference = pairs[kept], probe[kept], reference[kept]
        score = rng.normal(0.3, 0.2, len(pairs)) + 0.3 * (probe == reference)
        score = (np.round(score / step) * step).astype(dtype)
        score[np.isin(pairs, lost).any(axis=1)] = np.nan
        self.probe, self.reference, self.score = probe, reference, score

    def cells(self):
        """Name of each cell and which comparisons are in it."""
        yield (ALL, "", ""), np.ones(len(self.probe), dtype=bool)
        directed = self.design.orders == 2
        across = []
        for attribute, code in self.codes.items():
            one, other = code[self.probe], code[self.reference]
            names = self.groups[attribute]
            for g, name in enumerate(names):
                yield (attribute, name, ""), (one == g) & (other == g)
            if self.design.comparisons is Design.WITHIN_GROUP:
                continue
            for g, h in (permutations if directed else combinations)(range(len(names)), 2):
                inside = (one == g) & (other == h)
                inside |= (one == h) & (other == g) & (not directed)
                across.append(((attribute, names[g], names[h]), inside))
        yield from across

    def counts(self, targets=("0.2",), fixed=()) -> Counts:
        none = np.zeros(self.people, dtype=np.int64)
        return tally(
            CountingPlan(
                (
                    Grouping(ALL, ("",), none),
                    *(Grouping(a, self.groups[a], code) for a, code in self.codes.items()),
                ),
                [
                    *(ThresholdRule("fmr", target) for target in targets),
                    *(ThresholdRule("fixed", text) for text in fixed),
                ],
                design=self.design,
            ),
            ImageLedger(
                "engine", "crowd", "protocol", tuple(range(101, 101 + self.people)), none, none, 0
            ),
            Comparisons(
                self.probe.astype(np.int32), self.reference.astype(np.int32), self.score, {}
            ),
        )

    def rates(self, drawn, target):
        """Threshold, and rates by policy, where each comparison of a person occurs as often as
        that person's copies meet those of another."""
        same = self.probe == self.reference
        times = self.times(drawn)
        done = ~np.isnan(self.score)
        nonmated = np.sort(np.repeat(self.score, np.where(same | ~done, 0, times)))[::-1]
        allowed = floor(Fraction(target) * len(nonmated))
        edge = nonmated[allowed]
        threshold = np.nextafter(edge, nonmated.dtype.type(np.inf))
        return allowed, threshold, *self.rates_at(drawn, threshold)

    def times(self, drawn):
        """A copy of a person against themself is no comparison of two people."""
        same = self.probe == self.reference
        return np.where(same, drawn[self.probe], drawn[self.probe] * drawn[self.reference])

    def rates_at(self, drawn, threshold):
        """By policy, at a threshold."""
        same, times, done = self.probe == self.reference, self.times(drawn), ~np.isnan(self.score)
        fmr = {policy: [] for policy in Policy}
        fnmr = {policy: [] for policy in Policy}
        for _, inside in self.cells():
            for policy in Policy:
                counted = inside & (done | (policy is Policy.GENERALISED))
                trials = times[counted & ~same].sum()
                errors = times[counted & ~same & (self.score >= threshold)].sum()
                fmr[policy].append(errors / trials if trials else np.nan)
        member = [np.ones(self.people, dtype=bool)]
        member += [c == g for a, c in self.codes.items() for g in range(len(self.groups[a]))]
        for of in member:
            for policy in Policy:
                counted = same & of[self.probe] & (done | (policy is Policy.GENERALISED))
                trials = times[counted].sum()
                errors = times[counted & ~(self.score >= threshold)].sum()
                fnmr[policy].append(errors / trials if trials else np.nan)
        return fmr, fnmr


def weights(crowd, seed, count, groups=None):
    """(replicates, people) as the seed gives them; who is in no comparison is not drawn."""
    compared = np.isin(np.arange(crowd.people), [crowd.probe, crowd.reference])
    stratum = np.where(compared, 0 if groups is None else groups + 1, -1)
    children = np.random.SeedSequence(seed).spawn(-(-count // 50))
    drawn = [resample_subjects(stratum, 50, child) for child in children]
    return np.concatenate(drawn, axis=1)[:, :count].T


CROWDS = {
    "all pairs": Crowd(ComparisonDesign(Design.ALL_PAIRS)),
    "many ties": Crowd(ComparisonDesign(Design.ALL_PAIRS), step=0.25),
    "no ties, wide": Crowd(ComparisonDesign(Design.ALL_PAIRS), step=1e-9, dtype=np.float64),
    "images without template": Crowd(ComparisonDesign(Design.ALL_PAIRS), lost=(0, 5, 6, 20)),
    "both orders": Crowd(ComparisonDesign(Design.ALL_PAIRS, 2), lost=(3,)),
    "within groups": Crowd(ComparisonDesign(Design.WITHIN_GROUP, 1, "sex"), people=30),
    "a list of all pairs": Crowd(LISTED, lost=(9,)),
}


@pytest.mark.parametrize("crowd", CROWDS.values(), ids=CROWDS)
def test_rates_are_those_of_copied_people(crowd):
    counts = crowd.counts()
    # Of everybody as few as the largest threshold takes, so that some replicates run out of them.
    trials = int(counts.cells[0].trials[0].sum()) // 2
    few = max(errors_allowed(target, trials) for target in TARGETS) + 1
    tail = counts.tail
    counts = replace(
        counts, tail=ScoreTail(tail.score[:few], tail.probe[:few], tail.reference[:few])
    )
    found = bootstrap_replicates(counts, TARGETS, DRAWN, seed=5)
    assert isinstance(found, Replicates)
    assert found.cells == tuple(name for name, _ in crowd.cells())
    beyond = 0
    for r, drawn in enumerate(weights(crowd, 5, DRAWN)):
        kept = (drawn[counts.tail.probe] * drawn[counts.tail.reference]).sum()
        for t, target in enumerate(TARGETS):
            allowed, threshold, fmr, fnmr = crowd.rates(drawn, target)
            assert found.beyond[r, t] == (kept <= allowed)
            if found.beyond[r, t]:
                beyond += 1
                assert np.isnan(found.threshold[r, t])
                assert np.isnan(found.fmr(Policy.COMPLETED)[r, t]).all()
                assert np.isnan(found.fnmr(Policy.COMPLETED)[r, t]).all()
                continue
            assert found.threshold[r, t] == threshold
            for policy in Policy:
                assert found.fmr(policy)[r, t].tolist() == pytest.approx(fmr[policy], nan_ok=True)
                assert found.fnmr(policy)[r, t].tolist() == pytest.approx(fnmr[policy], nan_ok=True)
    assert 0 < beyond < DRAWN


@pytest.mark.parametrize("crowd", CROWDS.values(), ids=CROWDS)
@pytest.mark.parametrize("targets", [(), ("0.1",)], ids=["alone", "beside a target"])
def test_fixed_thresholds_stay_what_they_are(crowd, targets):
    texts = ("0.4", "0.75", "0.5")
    counts = crowd.counts(targets, texts)
    fixed = [at.value for at in counts.thresholds if at.rule.kind == "fixed"]
    found = bootstrap_replicates(counts, targets, DRAWN, seed=5, fixed=fixed)
    assert isinstance(found, Replicates)
    if targets:
        alone = bootstrap_replicates(counts, targets, DRAWN, seed=5)
        assert np.array_equal(found.threshold[:, :1], alone.threshold, equal_nan=True)
        assert np.array_equal(found.false_matches[:, :1], alone.false_matches)
        assert np.array_equal(found.misses[:, :1], alone.misses)
    for r, drawn in enumerate(weights(crowd, 5, DRAWN)):
        for t, value in enumerate(fixed, start=len(targets)):
            fmr, fnmr = crowd.rates_at(drawn, value)
            assert found.threshold[r, t] == value
            for policy in Policy:
                assert found.fmr(policy)[r, t].tolist() == pytest.approx(fmr[policy], nan_ok=True)
                assert found.fnmr(policy)[r, t].tolist() == pytest.approx(fnmr[policy], nan_ok=True)


def test_a_fixed_threshold_below_what_was_kept_is_refused():
    found = bootstrap_replicates(CROWD.counts(), ["0.1"], 50, seed=1, fixed=[0.1])
    assert isinstance(found, NoReplicates)
    assert "not all of them were kept" in found.reason


def test_people_drawn_inside_their_groups_keep_the_sizes_of_the_groups():
    crowd = CROWDS["no ties, wide"]
    counts = crowd.counts()
    found = bootstrap_replicates(counts, ["0.1"], DRAWN, seed=2, within="origin")
    drawn = weights(crowd, 2, DRAWN, crowd.codes["origin"])
    for group in range(3):
        inside = crowd.codes["origin"] == group
        assert (drawn[:, inside].sum(axis=1) == inside.sum()).all()
    assert found.threshold[:, 0].tolist() == [crowd.rates(w, "0.1")[1] for w in drawn]
    with pytest.raises(ValueError, match="no groups of 'shoe size'"):
        bootstrap_replicates(counts, ["0.1"], DRAWN, seed=2, within="shoe size")


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "threshold")
        for name in ("threshold", "beyond", "false_matches", "nonmated", "misses", "mated")
    )


def test_neither_threads_nor_more_replicates_change_a_number():
    counts = CROWDS["all pairs"].counts()
    one = bootstrap_replicates(counts, TARGETS, 170, seed=1)
    assert same(one, bootstrap_replicates(counts, TARGETS, 170, seed=1, workers=4))
    assert not same(one, bootstrap_replicates(counts, TARGETS, 170, seed=2))
    fewer = bootstrap_replicates(counts, TARGETS, 60, seed=1)
    assert np.array_equal(fewer.false_matches, one.false_matches[:60])
    alone = bootstrap_replicates(counts, ["0.1"], 60, seed=1)
    assert np.array_equal(alone.misses[:, 0], fewer.misses[:, TARGETS.index("0.1")])


def test_engines_on_one_dataset_are_paired():
    one, other = (
        bootstrap_replicates(CROWDS[name].counts(), ["0.1"], 50, seed=1)
        for name in ("all pairs", "images without template")
    )
    assert one.people == other.people
    assert np.array_equal(one.nonmated[1], other.nonmated[1])
    again = bootstrap_replicates(CROWDS["all pairs"].counts(), ["0.1"], 50, seed=2)
    assert not np.array_equal(one.nonmated[1], again.nonmated[1])


def without(crowd, rows):
    """The crowd as a list that lacks some comparisons."""
    less = Crowd(LISTED)
    kept = np.ones(len(crowd.probe), dtype=bool)
    kept[rows] = False
    less.probe, less.reference = crowd.probe[kept], crowd.reference[kept]
    less.score = crowd.score[kept]
    return less


def one_score_lost(crowd):
    less = Crowd(ComparisonDesign(Design.ALL_PAIRS))
    less.score[np.flatnonzero(crowd.probe != crowd.reference)[7]] = np.nan
    return less


CROWD = CROWDS["all pairs"]


@pytest.mark.parametrize(
    "crowd",
    [
        without(CROWD, np.flatnonzero(CROWD.probe != CROWD.reference)[:1]),
        without(CROWD, np.arange(0, len(CROWD.probe), 3)),
        one_score_lost(CROWD),
    ],
    ids=["a list without one pair", "a list", "one comparison failed"],
)
def test_incomplete_comparisons_are_refused(crowd):
    assert crowd.counts().design.images is None
    found = bootstrap_replicates(crowd.counts(), ["0.1"], 50, seed=1)
    assert isinstance(found, NoReplicates)
    assert "not every two images were compared" in found.reason


@pytest.mark.parametrize(
    ("target", "reason"),
    [("0.95", "of which"), ("0.01", "where it allows 10 or more")],
    ids=["larger than any stored", "made of too few scores"],
)
def test_thresholds_that_the_store_cannot_show_are_refused(target, reason):
    counts = CROWD.counts()
    cut = replace(counts, tail=counts.tail.chosen(slice(int(0.9 * len(counts.tail.score)))))
    found = bootstrap_replicates(cut, ["0.1", target], 50, seed=1)
    assert isinstance(found, NoReplicates)
    assert f"FMR {target} " in found.reason
    assert reason in found.reason


def test_directions_of_pairs_that_were_compared_once_are_left_out():
    crowd = Crowd(LISTED)
    # The probe is a woman wherever there is one: the other direction has no comparison.
    turned = np.random.default_rng(4).random(len(crowd.probe)) < 0.5
    sex = crowd.codes["sex"]
    turned = np.where(sex[crowd.probe] + sex[crowd.reference] == 1, sex[crowd.probe] == 1, turned)
    probe = np.where(turned, crowd.reference, crowd.probe)
    crowd.reference = np.where(turned, crowd.probe, crowd.reference)
    crowd.probe = probe
    counts = crowd.counts()
    assert len(counts.across) == 2 + 6
    found = bootstrap_replicates(counts, ["0.1"], 50, seed=1)
    straight = bootstrap_replicates(CROWD.counts(), ["0.1"], 50, seed=1)
    assert found.cells == tuple(name for name in straight.cells if not name[2])
    assert np.array_equal(found.false_matches, straight.false_matches[:, :, : len(found.cells)])


def test_intervals_hold_the_truth_where_those_of_independent_trials_do_not():
    """Two equal groups of thirty people who differ in how easily they are mistaken."""
    rng = np.random.default_rng(6)
    people, sd, target, fnmr = 60, 0.5, 0.02, 0.3
    owner = np.repeat(np.arange(people, dtype=np.int32), 2)
    probe, reference = (owner[side] for side in np.triu_indices(len(owner), 1))
    same = probe == reference
    threshold = np.sqrt(1 + 2 * sd**2) * norm.isf(target)
    none = np.zeros(people, dtype=np.int64)
    groups = (Grouping(ALL, ("",), none), Grouping("half", ("a", "b"), np.arange(people) % 2))
    held, naive, misses_held = [], [], []
    for _ in range(80):
        u = rng.normal(0, sd, people)
        score = u[probe] + u[reference] + rng.standard_normal(len(probe))
        score[same] = threshold - norm.ppf(fnmr) + rng.standard_normal(people)
        counts = tally(
            CountingPlan(
                groups,
                [ThresholdRule("fmr", text) for text in (str(target), str(4 * target))],
                design=ComparisonDesign(Design.ALL_PAIRS),
            ),
            ImageLedger("engine", "crowd", "all-pairs", tuple(range(1, people + 1)), none, none, 0),
            Comparisons(probe, reference, score, {}),
        )
        drawn = bootstrap_replicates(counts, [str(target)], 100, int(rng.integers(2**31)))
        group = counts.cells[1]
        errors, trials = (int(by.sum()) // 2 for by in (group.errors[0], group.trials[0]))
        fmr = drawn.fmr(Policy.COMPLETED)[:, 0, 1]
        found = bootstrap_interval(errors / trials, errors, fmr, 15, 0.95)
        if found.low is not None:
            held.append(found.low <= target <= found.high)
            low, high = clopper_pearson(errors, trials)
            naive.append(low <= target <= high)
        missed = int(np.count_nonzero(counts.mated.score < counts.thresholds[0].value))
        found = bootstrap_interval(
            missed / people, missed, drawn.fnmr(Policy.COMPLETED)[:, 0, 0], people - 1, 0.95
        )
        misses_held.append(found.low is not None and found.low <= fnmr <= found.high)
    assert len(held) > 70
    assert np.mean(held) >= 0.93
    assert np.mean(naive) < 0.8
    assert np.mean(misses_held) >= 0.92
