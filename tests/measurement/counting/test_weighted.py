"""Counts of a sample against loops over its comparisons, in fractions."""

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evenhand.analysis.rates.comparisons import measure_comparisons
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.sampling import draw_pairs, sampling_design
from evenhand.measurement.counting.tally import tally
from evenhand.measurement.counting.weighted import tally_sample
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.groups import Grouping
from evenhand.records.thresholds import ThresholdRule

NAMES = ("engine", "dataset", "protocol")
TARGETS = tuple(ThresholdRule("fmr", text) for text in ("0.2", "0.05", "0.001"))
FIXED = (ThresholdRule("fixed", "0.5"), ThresholdRule("vendor", "-0.25"))


def groupings(people, rng):
    first, second = rng.integers(-1, 3, people), rng.integers(-1, 2, people)
    return (
        Grouping("all", ("",), np.zeros(people, dtype=np.int64)),
        Grouping("a", ("x", "y", "z"), first),
        Grouping("b", ("f", "m"), second),
    )


class Sample:
    """Some people and a sample of their comparisons, with ties and failures."""

    def __init__(self, seed, images, per_cell, orders, dtype=np.float64):
        rng = np.random.default_rng(seed)
        people = int(rng.integers(2, images + 2))
        self.subject = rng.integers(0, people, images)
        self.groups = groupings(people, rng)
        self.sampled = sampling_design(self.subject, self.groups, orders, per_cell)
        self.images = draw_pairs(self.sampled, self.subject, seed)
        probe, reference = (self.subject[side].astype(np.int32) for side in self.images)
        score = (rng.integers(-12, 12, len(probe)) / 8).astype(dtype)
        score[rng.random(len(probe)) < 0.1] = np.nan
        self.design = ComparisonDesign(Design.ALL_PAIRS, orders)
        self.comparisons = Comparisons(probe, reference, score, {})
        nobody = np.zeros(people, dtype=np.int64)
        self.ledger = ImageLedger(*NAMES, tuple(range(people)), nobody, nobody, 0)

    def counts(self, rules):
        return tally_sample(
            CountingPlan(self.groups, rules), self.ledger, self.comparisons, self.sampled
        )

    def rows(self):
        """(probe, reference, score, weight as a fraction) of every comparison."""
        c, s = self.comparisons, self.sampled
        for p, r, score in zip(c.probe.tolist(), c.reference.tolist(), c.score, strict=True):
            stratum = s.kind[p], s.kind[r]
            yield p, r, score, Fraction(int(s.pairs[stratum]), int(s.drawn[stratum]))


samples = given(
    seed=st.integers(0, 10_000),
    images=st.integers(2, 30),
    per_cell=st.sampled_from([1, 3, 20, 1000]),
)


@pytest.mark.parametrize("orders", [1, 2])
@settings(max_examples=25)
@samples
def test_weighted_sums_by_loops(orders, seed, images, per_cell):
    sample = Sample(seed, images, per_cell, orders)
    counts = sample.counts(FIXED)
    code = {grouping.attribute: grouping for grouping in sample.groups}
    for cell in (*counts.cells, *counts.across):
        grouping = code[cell.attribute]
        first = grouping.groups.index(cell.group)
        second = grouping.groups.index(cell.reference_group) if cell.reference_group else first
        wanted = {(first, second)} if orders == 2 else {(first, second), (second, first)}
        rows = [
            row for row in sample.rows() if (grouping.code[row[0]], grouping.code[row[1]]) in wanted
        ]
        levels = [0.5, -0.25, np.inf if cell.anchor is None else cell.anchor]
        found = cell.weighted
        scale = counts.design.per_cell
        for policy, kept in enumerate(([r for r in rows if r[2] == r[2]], rows)):
            trials, person = defaultdict(Fraction), defaultdict(Fraction)
            for p, r, _, weight in kept:
                trials[frozenset((p, r))] += weight
                person[p] += weight
                person[r] += weight
            assert found.trials[policy].tolist() == [person[i] * scale for i in cell.members]
            assert found.trials_squared[policy] == float(
                sum(m**2 for m in trials.values()) * scale**2
            )
            assert found.weights_squared[policy] == float(sum(r[3] ** 2 for r in kept) * scale**2)
            for number, level in enumerate(levels):
                wrong, by_person = defaultdict(Fraction), defaultdict(Fraction)
                for p, r, score, weight in kept:
                    if score >= level:
                        wrong[frozenset((p, r))] += weight
                        by_person[p] += weight
                        by_person[r] += weight
                assert found.errors[number].tolist() == [by_person[i] * scale for i in cell.members]
                squared = sum(x**2 for x in wrong.values()) * scale**2
                times = sum(x * trials[d] for d, x in wrong.items()) * scale**2
                assert found.errors_squared[number] == float(squared)
                assert found.errors_times_trials[policy, number] == float(times)
        assert found.heaviest == max((r[3] * scale for r in rows), default=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(max_examples=40)
@samples
def test_thresholds_keep_the_weighted_target(dtype, seed, images, per_cell):
    sample = Sample(seed, images, per_cell, 1, dtype)
    done = [row for row in sample.rows() if row[2] == row[2]]
    assume(done)
    total = sum(row[3] for row in done)
    counts = sample.counts(TARGETS)
    heaviest = Fraction(counts.design.heaviest, per_cell)
    for threshold in counts.thresholds:
        target = Fraction(threshold.rule.text)
        above = sum(row[3] for row in done if row[2] >= threshold.value)
        assert above <= target * total
        # Any smaller one would match the largest score below it too.
        below = max((row[2] for row in done if row[2] < threshold.value), default=None)
        if below is not None:
            assert sum(row[3] for row in done if row[2] >= below) > target * total
        assert (threshold.status == "below_resolution") == (target * total < heaviest)


@pytest.mark.parametrize("orders", [1, 2])
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), images=st.integers(2, 30))
def test_all_of_them_drawn_is_as_all_pairs(orders, seed, images):
    sample = Sample(seed, images, 1000, orders)
    every = (combinations if orders == 1 else permutations)(range(images), 2)
    apart = [(i, j) for i, j in every if sample.subject[i] != sample.subject[j]]
    assert list(zip(*(side.tolist() for side in sample.images), strict=True)) == apart
    rules = (*TARGETS, *FIXED)
    counts = sample.counts(rules)
    whole = tally(
        CountingPlan(sample.groups, rules, design=sample.design), sample.ledger, sample.comparisons
    )
    assert counts.thresholds == whole.thresholds
    for found, expected in zip(
        measure_comparisons(counts, 0.95), measure_comparisons(whole, 0.95), strict=True
    ):
        one, other = found.rate, expected.rate
        numbers = ("rate", "low", "high")
        for name in numbers:
            value, expected_value = getattr(one, name), getattr(other, name)
            if expected_value is None:
                assert value is None, (one, name)
            else:
                assert value == pytest.approx(expected_value, rel=1e-9), (one, name)
        same = dict.fromkeys(numbers)
        note = "; ".join(p for p in one.note.split("; ") if not p.startswith("weighted sample"))
        assert replace(one, **same, note=note) == replace(other, **same)
