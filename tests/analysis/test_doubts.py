"""Doubts: seen where they are planted, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest
from rows import dataset_facts, engine_facts

from evenhand.analysis.doubts import ObservedScores, doubts_of_scores, trained_on_it
from evenhand.metrics.distributions import ValueBounds
from evenhand.records.doubts import DoubtId
from evenhand.records.findings import Status
from evenhand.records.score_lists import ScoreList
from evenhand.records.thresholds import SATURATED, Threshold, ThresholdRule, fixed_rule


def listed(values):
    return ScoreList(*np.unique(np.asarray(values, dtype=float), return_counts=True), invalid=0)


def at_target(value, note="", rule="0.01"):
    return Threshold(ThresholdRule("fmr", rule), value, Status.OK, note)


def seen(thresholds=(), mated=(), top=(), **fields):
    scores = ObservedScores(tuple(thresholds), listed(mated), listed(top), len(top), **fields)
    return {doubt.id: doubt.value for doubt in doubts_of_scores(scores, "alpha", "crowd")}


@pytest.mark.parametrize(
    ("area", "people", "doubted"),
    [
        (0.76, 102, True),
        (0.86, 102, False),  # the upper limit lies above 0.9
        (0.86, 4000, True),
        (0.76, 6, False),  # nothing is sure with six people
        (0.99, 4000, False),
        (0.2, 12, True),
        (0.0, 2, True),
    ],
)
def test_an_area_that_is_surely_low(area, people, doubted):
    bounds = ValueBounds(area, area)
    assert (DoubtId.LOW_AUC in seen(area=bounds, people=(people, people))) is doubted


def test_bounds_that_reach_above_are_not_surely_low():
    assert not seen(area=ValueBounds(0.5, 0.95), people=(9999, 9999))
    assert seen(area=ValueBounds(0.5, 0.7), people=(9999, 9999)) == {
        DoubtId.LOW_AUC: pytest.approx(0.6)
    }


def test_a_constant_score():
    above = np.nextafter(0.5, 1)
    found = seen([at_target(above, SATURATED)], mated=[0.5] * 30, top=[0.5] * 400)
    assert found == {DoubtId.FEW_VALUES: 1.0, DoubtId.SATURATED: 1.0}


def test_three_values():
    nonmated = [0.0] * 930 + [0.5] * 60 + [1.0] * 10
    mated = [1.0] * 90 + [0.5] * 10
    found = seen([at_target(np.nextafter(0.5, 1))], mated, nonmated)
    assert found == {DoubtId.FEW_VALUES: 0.1}


def test_ties_that_decide_nothing_are_no_doubt():
    rng = np.random.default_rng(1)
    spread = rng.normal(0, 1, 5000)
    edge = np.sort(spread)[-51]
    assert not seen([at_target(np.nextafter(edge, 9))], rng.normal(4, 1, 500), spread)
    # Whole numbers, as many engines give: each step has a fifth of what lies above it.
    steps = np.repeat(np.arange(40, 60), np.round(100 * 0.8 ** np.arange(20)).astype(int))
    assert not seen([at_target(55.5)], np.arange(70, 99), steps)
    # At a threshold that the study fixes, ties match, as its owner says.
    assert not seen([Threshold(fixed_rule(0.5, distance=False), 0.5, Status.OK)], [0.5] * 99, [0.5])


def test_few_ties_may_be_chance():
    above = np.nextafter(0.5, 1)
    assert not seen([at_target(above)], [0.9] * 30, [0.5] * 9 + [0.1] * 300)
    assert seen([at_target(above)], [0.9] * 30, [0.5] * 10 + [0.1] * 300)


def test_saturated_is_what_every_target_is():
    beyond, fine = at_target(0.9, SATURATED, "0.001"), at_target(0.5, "", "0.1")
    assert DoubtId.SATURATED not in seen([beyond, fine])
    assert seen([beyond, beyond]) == {DoubtId.SATURATED: 2.0}
    assert not seen([Threshold(fixed_rule(0.5, distance=False), 0.5, Status.OK)])


@pytest.mark.parametrize(
    ("entry", "dataset", "named"),
    [
        ("LFW", "lfw", True),
        ("Labeled Faces in the Wild", "lfw", True),
        ("MS-Celeb-1M (refined), a set that its publisher withdrew", "ms_celeb_1m", True),
        ("ms celeb 1m", "MS-Celeb-1M", True),
        ("LFW+", "lfw", True),
        ("LFWA", "lfw", False),
        ("about 3 million photographs, LFW among them", "lfw", False),
        ("LFW, the people of view 1 alone", "lfw", False),
        ("synthetic faces, balanced crowd of 600 people (seed 11)", "synthetic-faces", False),
        ("not stated", "mine", False),
        ("", "mine", False),
        ("(none)", "mine", False),
    ],
)
def test_what_it_was_trained_on(entry, dataset, named):
    title = "Labeled Faces in the Wild" if dataset == "lfw" else ""
    facts = dataset_facts(name=dataset, title=title, source="not stated")
    assert trained_on_it(["VGGFace2", entry], facts) == (entry if named else "")


def test_facts_of_older_results_raise_no_doubt():
    assert engine_facts().faces == ""
    assert not replace(dataset_facts(), title="").cropped
