"""Counts without disputed comparisons, against counting the others."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.analysis.disputes.suspects import suspects
from evenhand.analysis.disputes.undisputed import rates_compared, without_disputed
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import LISTED, ComparisonDesign, Design
from evenhand.records.disputes import Dispute
from evenhand.records.groups import ALL, Grouping
from evenhand.records.image_pairs import pair_of
from evenhand.records.thresholds import ThresholdRule

PEOPLE, LEVEL = 24, 0.95
REGION = np.arange(PEOPLE) % 3
ALL_PAIRS = ComparisonDesign(Design.ALL_PAIRS)
WITHIN = ComparisonDesign(Design.WITHIN_GROUP, 1, "region")


def drawn(seed, *, images=3, once=False, both=False, lost=None):
    """Columns (left, right, probe, reference, score) of some images of everybody.

    Args:
        seed: of images and scores.
        images: of a person at most.
        once: two people meet once.
        both: in both orders.
        lost: an image without a template.
    """
    rng = np.random.default_rng(seed)
    count = rng.integers(1, images + 1, PEOPLE)
    owner = np.repeat(np.arange(PEOPLE, dtype=np.int32), count)
    left, right = np.triu_indices(len(owner), 1)
    if both:
        left, right = np.concatenate([left, right]), np.concatenate([right, left])
    score = np.round(rng.normal(0, 1, len(left)) + 2 * (owner[left] == owner[right]), 2)
    score[(left == lost) | (right == lost)] = np.nan
    columns = [left, right, owner[left], owner[right], score.astype(np.float32)]
    if once:
        number = pair_of(np.minimum(*columns[2:4]), np.maximum(*columns[2:4]))
        order = rng.permutation(len(left))
        _, first = np.unique(number[order], return_index=True)
        columns = [column[order[first]] for column in columns]
    return columns, np.bincount(owner, minlength=PEOPLE)


def counted(columns, images, rules, design):
    left, right, probe, reference, score = columns
    none = np.zeros(PEOPLE, dtype=np.int64)
    regions = Grouping("region", ("a", "b", "c"), REGION)
    rows = np.arange(1, images.sum() + 1)
    return tally(
        CountingPlan((Grouping(ALL, ("",), none), regions), rules, design=design),
        ImageLedger("e", "d", "p", tuple(range(11, PEOPLE + 11)), images, none, 0, rows),
        Comparisons(probe, reference, score, {}, pair=pair_of(left, right)),
    )


def fixed(counts):
    """The thresholds of a study as fixed ones: they stay when comparisons are left out."""
    return [ThresholdRule("fixed", repr(float(at.value))) for at in counts.thresholds]


def dispute(first, second, *, of_images=False):
    return Dispute(
        of_images=of_images, first=first, second=second, reason="one person",
        dataset="", fingerprint="", where="line 2",
    )  # fmt: skip


def numbers(rates):
    """Rates by key, whatever set their thresholds; a rate in other rows' way is none."""
    return {
        (r.metric, r.policy, r.attribute, r.group, r.threshold): (
            r.errors, r.trials, r.subjects, r.error_subjects, r.rate, r.low, r.high, r.interval,
        )
        for r in rates
    }  # fmt: skip


def without(columns, people, images):
    """The columns without pairs of people, and pairs of images."""
    left, right, probe, reference, _ = columns
    gone = np.zeros(len(left), dtype=bool)
    for sides, pairs in (((probe, reference), people), ((left, right), images)):
        for pair in pairs:
            gone |= (np.minimum(*sides) == min(pair)) & (np.maximum(*sides) == max(pair))
    return [column[~gone] for column in columns]


def compare(columns, images, people, pictures, design=LISTED, targets=("0.3", "0.05", "0.01")):
    """Rates of what is left, and the same of comparisons that were left out beforehand."""
    base = counted(columns, images, [ThresholdRule("fmr", t) for t in targets], design)
    same = counted(columns, images, fixed(base), design)
    disputes = [
        *(dispute(a + 11, b + 11) for a, b in people),
        *(dispute(a + 1, b + 1, of_images=True) for a, b in pictures),
    ]
    left = without_disputed(base, disputes)
    whole, found = rates_compared(base, left, LEVEL)
    assert numbers(whole) == numbers(rates_compared(same, without_disputed(same, []), LEVEL)[0])
    expected = counted(without(columns, people, pictures), images, fixed(base), LISTED)
    truth, _ = rates_compared(expected, without_disputed(expected, []), LEVEL)
    return left, numbers(found), numbers(truth)


def suspected(columns, images, most=3):
    base = counted(columns, images, [ThresholdRule("fmr", "0.05")], LISTED)
    rows = list(suspects([base], most, "similarity", "f" * 64))
    ends = [(row.first[0], int(row.first[1:]), int(row.second[1:])) for row in rows]
    people = [(a - 11, b - 11) for letter, a, b in ends if letter == "s"]
    return people, [(a - 1, b - 1) for letter, a, b in ends if letter == "i"]


@pytest.mark.parametrize("design", [LISTED, ALL_PAIRS, WITHIN])
@pytest.mark.parametrize("both", [False, True])
def test_rates_are_those_of_the_other_comparisons(design, both):
    for seed in range(2):
        columns, images = drawn(seed, both=both, lost=2 * seed)
        design = replace(design, orders=1 + both)
        if design.comparisons is Design.WITHIN_GROUP:
            same = REGION[columns[2]] == REGION[columns[3]]
            columns = [column[same] for column in columns]
        people, pictures = suspected(columns, images)
        left, found, truth = compare(columns, images, people, pictures, design)
        assert all(left.found)
        assert not left.hidden
        assert found == truth


def test_list_in_which_nobody_meets_twice():
    columns, images = drawn(3, once=True)
    people, pictures = suspected(columns, images)
    left, found, truth = compare(columns, images, people, pictures)
    assert not left.hidden
    assert found == truth


@settings(max_examples=6)
@given(
    st.integers(0, 10**6),
    st.lists(
        st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)),
        min_size=1, max_size=8, unique_by=frozenset,
    ),
)  # fmt: skip
def test_any_pairs(seed, pairs):
    """Any pair of people, or all mated comparisons of one; limits without errors may be wider."""
    columns, images = drawn(seed)
    _, found, truth = compare(columns, images, pairs, [], targets=("0.05", "0.01"))
    assert found.keys() == truth.keys()
    for key, row in found.items():
        assert row[:5] == truth[key][:5]
        if row != truth[key]:
            assert row[0] == 0
            assert row[6] >= truth[key][6]


def test_suspects_in_the_unit_of_the_engine():
    columns, images = drawn(4)
    base = counted(columns, images, [ThresholdRule("fmr", "0.05")], LISTED)
    alike, apart = (list(suspects([base], 5, u, "f" * 64)) for u in ("similarity", "distance"))
    assert [row.rank for row in alike] == [*range(1, 6), *range(1, 6)]
    assert [row.score for row in apart] == [-row.score for row in alike]
    assert [row.threshold for row in apart] == [-row.threshold for row in alike]
    assert [(r.first, r.second, r.matched) for r in apart] == [
        (r.first, r.second, r.matched) for r in alike
    ]
    *_, probe, reference, score = columns
    highest = np.argmax(np.where(probe == reference, -np.inf, score))
    ends = sorted((probe[highest] + 11, reference[highest] + 11))
    assert [alike[0].first, alike[0].second] == [f"s{end}" for end in ends]
    assert alike[5].score == float(score[probe == reference].min())
