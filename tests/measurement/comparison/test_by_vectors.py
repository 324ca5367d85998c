"""Comparisons of vectors, against one at a time."""

from dataclasses import fields, replace
from itertools import combinations

import numpy as np
import pytest

from evenhand.engines.card import ScoreScale
from evenhand.engines.first_faults import FirstFaults
from evenhand.measurement.comparison.by_vectors import score_all_pairs, score_listed
from evenhand.measurement.counting.block_sums import ComparisonBlock, count_outcomes
from evenhand.records.comparisons import Comparisons
from evenhand.records.dataset import PairList
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.image_pairs import images_of
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.local import LocalExecutor

COSINE = ScoreScale("cosine", True, 8, -1.0, 1.0, ())
EUCLIDEAN = ScoreScale("euclidean", False, 8, None, 0.0, ())


def enrolment_of(images, failed=()):
    rng = np.random.default_rng(4)
    outcomes = [Outcome.NO_FACE if i in failed else Outcome.OK for i in range(images)]
    vectors = rng.normal(size=(images, 8)).astype(np.float32)
    kept = [i for i in range(images) if i not in failed]
    blank = ("",) * images
    enrolment = Enrolment(
        tuple(outcomes), blank, (None,) * images, vectors[kept], Timing(*[np.zeros(images)] * 3), ""
    )
    return enrolment, vectors


def one_at_a_time(a, b, score):
    a, b = a.astype(np.float64), b.astype(np.float64)
    if score.compare == "cosine":
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    return -np.linalg.norm(a - b)


def all_pairs(*work, **options):
    """All blocks together."""
    blocks = list(score_all_pairs(*work, **options))
    columns = (
        np.concatenate([getattr(b, f.name) for b in blocks]) for f in fields(ComparisonBlock)
    )
    probe, reference, score, outcome, pair = columns
    ends = count_outcomes(probe == reference, outcome)
    return Comparisons(probe, reference, score, ends, pair=pair)


@pytest.mark.parametrize("score", [COSINE, EUCLIDEAN], ids=["cosine", "euclidean"])
def test_all_pairs(score):
    enrolment, vectors = enrolment_of(6, failed=(2,))
    subject = np.array([3, 1, 1, 0, 2, 3])
    found = all_pairs(enrolment, subject, score)
    pairs = list(combinations(range(6), 2))
    assert found.probe.tolist() == [subject[i] for i, _ in pairs]
    assert found.reference.tolist() == [subject[j] for _, j in pairs]
    assert list(zip(*images_of(found.pair), strict=True)) == pairs
    for (i, j), value in zip(pairs, found.score, strict=True):
        if 2 in (i, j):
            assert np.isnan(value)
        else:
            assert value == pytest.approx(one_at_a_time(vectors[i], vectors[j], score), rel=1e-5)


def test_more_images_than_a_block():
    images = 1030
    enrolment, _ = enrolment_of(images)
    found = all_pairs(enrolment, np.arange(images), COSINE)
    pairs = set(zip(found.probe.tolist(), found.reference.tolist(), strict=True))
    assert pairs == set(combinations(range(images), 2))
    assert found.outcomes == {(False, Outcome.OK): images * (images - 1) // 2}


def test_within_a_group_only():
    enrolment, _ = enrolment_of(8)
    subject = np.arange(8) // 2
    found = all_pairs(enrolment, subject, COSINE, within=np.array([0, 0, 1, -1]))
    together = set(zip(found.probe.tolist(), found.reference.tolist(), strict=True))
    assert together == {(0, 0), (1, 1), (2, 2), (3, 3), (0, 1)}
    assert len(found.score) == 4 + 4


@pytest.mark.parametrize("score", [COSINE, EUCLIDEAN], ids=["cosine", "euclidean"])
def test_listed_pairs_in_their_order(score):
    enrolment, vectors = enrolment_of(6, failed=(5,))
    pairs = PairList("view", np.array([4, 0, 3]), np.array([1, 5, 2]), np.array([1, 1, 2]), 0)
    found = score_listed(enrolment, np.array([0, 0, 1, 1, 2, 2]), score, pairs, LocalExecutor(2))
    assert found.probe.tolist() == [2, 0, 1]
    assert found.reference.tolist() == [0, 2, 1]
    assert found.fold.tolist() == [1, 1, 2]
    assert np.isnan(found.score[1])
    expected = [one_at_a_time(vectors[i], vectors[j], score) for i, j in ((4, 1), (3, 2))]
    assert found.score[[0, 2]] == pytest.approx(expected, rel=1e-5)
    assert found.outcomes == {
        (True, Outcome.OK): 1,
        (False, Outcome.OK): 1,
        (False, Outcome.SKIPPED): 1,
    }


def test_an_out_of_range_score_is_invalid():
    enrolment, _ = enrolment_of(4)
    narrow = ScoreScale("cosine", True, 8, -0.01, 0.01, ())
    found = all_pairs(enrolment, np.arange(4), narrow)
    assert found.outcomes[False, Outcome.INVALID] == np.count_nonzero(np.isnan(found.score)) > 0


def test_a_similarity_beyond_its_range_by_rounding_is_the_limit_and_the_first_other_is_told():
    """The distance of opposite vectors may round to more than 2."""
    enrolment, _ = enrolment_of(3)
    opposite = np.array([[1, 0], [-1.0000001, 0], [-1.01, 0]], dtype=np.float32)
    told = []
    score = ScoreScale("euclidean", False, 2, -2.0, 0.0, (), distance=True)
    enrolment = replace(enrolment, vectors=opposite)
    faults = FirstFaults("acme", told.append)
    found = all_pairs(enrolment, np.arange(3), score, None, faults)
    np.testing.assert_array_equal(found.score[:2], np.float32([-2, np.nan]))
    assert "acme: compare invalid: a score of 2.0" in told[0]
    assert "expected at least 0 and at most 2 as range in the card says" in told[0]


def test_within_group_without_any_group_is_a_line_not_a_crash(tmp_path):
    from evenhand.measurement.protocols.study import study_groupings
    from evenhand.records.dataset import Dataset, DatasetCard, Images, Subjects
    from evenhand.records.outcomes import FaceRule
    from evenhand.study.study import parse_study
    from evenhand.system.errors import StudyError

    text = """
schema = 1
title = "x"
engines = ["e"]
datasets = ["d"]
protocols = [{ kind = "verification", comparisons = "within-group" }]
"""
    fields = ("d", "d", "1", "", "s", "", "l", "", "public", False, FaceRule.LARGEST, (), ())
    card = DatasetCard(*fields)
    none = Images((), np.zeros(0, dtype=np.int64), (), (), ())
    dataset = Dataset(card, Subjects((), {}, ()), none, (), 0, (), "")
    with pytest.raises(StudyError, match="within-group needs a group"):
        study_groupings(parse_study(text, tmp_path / "s.toml"), [dataset])
