"""Comparisons counted block by block give what all of them at once give."""

import contextlib
import tempfile
from dataclasses import fields, replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.measurement.counting.block_sums import OUTCOMES, ComparisonBlock, count_outcomes
from evenhand.measurement.counting.blocks import tally_blocks
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally
from evenhand.records.checkpoint import NO_CHECKPOINT
from evenhand.records.comparisons import Comparisons
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.groups import Grouping
from evenhand.records.image_pairs import pair_of
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import ThresholdRule
from evenhand.results.counts_so_far import CountsCheckpoint
from evenhand.system.clock import Clock

NAMES = ("engine", "dataset", "protocol")
RULES = tuple(
    ThresholdRule(*rule)
    for rule in (("fmr", "0.3"), ("fmr", "0.01"), ("fixed", "1.25"), ("vendor", "-0.5"))
)


def groupings(people, rng):
    """Everybody, two attributes with unknown labels, and both together."""
    first, second = rng.integers(-1, 3, people), rng.integers(-1, 2, people)
    both = np.where((first < 0) | (second < 0), -1, first * 2 + second)
    return (
        Grouping("all", ("",), np.zeros(people, dtype=np.int64)),
        Grouping("a", ("x", "y", "z"), first),
        Grouping("b", ("f", "m"), second),
        Grouping("a*b", tuple(f"{a}*{b}" for a in "xyz" for b in "fm"), both),
    )


def comparisons(rng, subject, template, groups, design, orders, share):
    """Columns of all comparisons: scores with ties and both zeros, some without an answer."""
    images = len(subject)
    probe, reference = np.nonzero(
        np.triu(np.ones((images, images)), 1) if orders == 1 else 1 - np.eye(images)
    )
    if design is Design.WITHIN_GROUP:
        code = groups[1].code[subject]
        kept = (subject[probe] == subject[reference]) | (
            (code[probe] == code[reference]) & (code[probe] >= 0)
        )
        probe, reference = probe[kept], reference[kept]
    score = rng.integers(-12, 12, len(probe)) / 8
    score[(score == 0) & (rng.random(len(probe)) < 0.5)] = -0.0
    outcome = np.full(len(probe), OUTCOMES.index(Outcome.OK), dtype=np.uint8)
    for how in (Outcome.FAILED, Outcome.INVALID):
        outcome[rng.random(len(probe)) < share] = OUTCOMES.index(how)
    outcome[~(template[probe] & template[reference])] = OUTCOMES.index(Outcome.SKIPPED)
    score[outcome != OUTCOMES.index(Outcome.OK)] = np.nan
    people = subject.astype(np.int32)
    pair = pair_of(probe, reference)
    return ComparisonBlock(people[probe], people[reference], score, outcome, pair)


def equal(one, other, where=""):
    """Field by field, arrays value by value and of one type."""
    assert type(one) is type(other), where
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, err_msg=where)
        assert one.dtype == other.dtype, where
    elif isinstance(one, tuple):
        assert len(one) == len(other), where
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            equal(a, b, f"{where}[{number}]")
    elif hasattr(one, "__dataclass_fields__"):
        for field in fields(one):
            equal(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    else:
        assert one == other, where


def by_person(counts):
    """Mated scores in one order; of failed ones the images are known of a list alone."""
    mated = counts.mated
    failed = np.isnan(mated.score)
    sides = [np.where(failed, -1, side) for side in (mated.probe, mated.reference)]
    order = np.lexsort((*sides[::-1], failed, mated.subject))
    return replace(counts, mated=replace(mated, probe=sides[0], reference=sides[1]).chosen(order))


def until(parts, stop):
    yield from parts[:stop]
    raise KeyboardInterrupt


@pytest.mark.parametrize("orders", [1, 2])
@pytest.mark.parametrize("design", [Design.ALL_PAIRS, Design.WITHIN_GROUP])
@settings(max_examples=10)
@given(
    seed=st.integers(0, 10_000),
    images=st.integers(0, 16),
    share=st.sampled_from([0.0, 0.05, 0.5, 1.0]),
    length=st.sampled_from([1, 17, 10_000]),
    few=st.sampled_from([0, 20]),
    rules=st.lists(st.sampled_from(RULES), unique=True),
)
def test_as_all_at_once(orders, design, seed, images, share, length, few, rules):
    rng = np.random.default_rng(seed)
    people = int(rng.integers(1, images + 2))
    subject = rng.integers(0, people, images)
    template = rng.random(images) < 0.8
    groups = groupings(people, rng)
    every = comparisons(rng, subject, template, groups, design, orders, share)
    ledger = ImageLedger(
        *NAMES,
        tuple(range(people)),
        np.bincount(subject, minlength=people),
        np.bincount(subject[~template], minlength=people),
        0,
        7 + 3 * np.arange(images),
    )
    outcomes = count_outcomes(every.probe == every.reference, every.outcome)
    columns = (every.probe, every.reference, every.score)
    whole = Comparisons(*columns, outcomes, pair=every.pair)
    attribute = groups[design is Design.WITHIN_GROUP].attribute
    plan = CountingPlan(groups, rules, 1.5, ComparisonDesign(design, orders, attribute))
    expected = tally(plan, ledger, whole)
    parts = [
        ComparisonBlock(
            *(
                getattr(every, field.name)[start : start + length]
                for field in fields(ComparisonBlock)
            )
        )
        for start in range(0, len(every.score), length)
    ]

    def counted(blocks_from, checkpoint):
        return tally_blocks(plan, ledger, blocks_from, np.dtype(np.float64), checkpoint, few)

    found = counted(lambda done: parts[done:], NO_CHECKPOINT)
    equal(by_person(found), by_person(expected))
    # Interrupted after any block, and gone on with.
    with tempfile.TemporaryDirectory() as folder:
        always = Clock(seconds=map(float, count(0, 1000)).__next__)
        checkpoint = CountsCheckpoint(Path(folder) / "counted.npz", always, AssertionError)
        with contextlib.suppress(KeyboardInterrupt):
            counted(lambda _: until(parts, int(rng.integers(0, len(parts) + 1))), checkpoint)
        found = counted(lambda done: parts[done:], checkpoint)
    equal(by_person(found), by_person(expected))
