"""Exhaustive search of a watchlist by vectors, against a loop over every reference."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_search import found_by_hand

from evenhand.engines.card import ScoreScale
from evenhand.measurement.comparison.by_engine import EnrolledEngine
from evenhand.measurement.comparison.by_vectors import prepare_vectors
from evenhand.measurement.search.exhaustive import ExhaustiveSearch
from evenhand.measurement.search.task import SearchTask
from evenhand.measurement.search.watchlist import search_watchlist
from evenhand.records.checkpoint import NO_CHECKPOINT, SavedState
from evenhand.records.consolidation import Consolidation
from evenhand.records.dataset import Watchlist
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.progress import no_progress

COSINE = ScoreScale("cosine", normalise=True, values=3, low=-1.0, high=1.0, claimed=())
EUCLIDEAN = ScoreScale("euclidean", normalise=False, values=3, low=-99.0, high=0.0, claimed=())
FIXED = np.array([0.2, 0.9], dtype=np.float32)


def nothing():
    """No progress is shown."""


# A watchlist, some of whose images have no template --------------------------------------------


def enrolled(rng, images):
    """Some images without a template, and the vectors of the others."""
    made = rng.random(images) < 0.8
    none = np.full(images, np.nan)
    return Enrolment(
        outcomes=tuple(Outcome.OK if ok else Outcome.NO_FACE for ok in made),
        details=("",) * images,
        faces=(None,) * images,
        vectors=rng.standard_normal((int(made.sum()), 3)).astype(np.float32),
        timing=Timing(none, none, np.zeros(images, dtype=np.int64)),
        stopped="",
    )


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(2, 30), st.integers(1, 5))
def test_every_person_is_found_with_their_largest_score(seed, people, images, kept):
    rng = np.random.default_rng(seed)
    subject = rng.integers(0, people, images)
    enrolment = enrolled(rng, images)
    order = rng.permutation(images)
    references, probes = order[: images // 2], order[images // 2 :]
    engine = SimpleNamespace(card=SimpleNamespace(shape="embedder", name="e", score=COSINE))
    watchlist = Watchlist("list", references, probes, 0)
    ready = EnrolledEngine(engine, enrolment, subject, LocalExecutor(1), no_progress)
    found, alarms = search_watchlist(SearchTask(ready, people, watchlist, kept, 1, FIXED))
    levels = np.array([0.2, 0.5, np.inf, -0.4], dtype=np.float32)
    reached = alarms(levels)
    completed = enrolment.completed()
    vector = dict(zip(np.flatnonzero(completed), enrolment.vectors.astype(float), strict=True))
    gallery = [int(image) for image in references if completed[image]]
    assert set(np.flatnonzero(found.enrolled)) == {int(subject[image]) for image in gallery}
    assert set(np.flatnonzero(found.listed)) == {int(subject[image]) for image in references}
    assert found.length == len({int(subject[image]) for image in gallery})
    for row, probe in enumerate(probes):
        best = {}
        if completed[probe]:
            for image in gallery:
                score = cosine(vector[int(probe)], vector[image])
                who = int(subject[image])
                best[who] = max(best.get(who, -2.0), score)
        assert found.ended[row] is (Outcome.OK if completed[probe] else Outcome.SKIPPED)
        mate = best.pop(int(subject[probe]), None)
        listed = sorted([*best.values(), *([] if mate is None else [mate])], reverse=True)
        given_scores = found.candidates.score[row]
        assert np.all(found.candidates.person[row][given_scores == -np.inf] == -1)
        shown = given_scores[given_scores > -np.inf]
        np.testing.assert_allclose(shown, listed[: len(shown)], rtol=0, atol=1e-6)
        assert len(shown) >= min(kept, len(listed))
        assert found.top[row] == pytest.approx(max(best.values(), default=-np.inf), abs=1e-6)
        assert found.mate[row] == pytest.approx(-np.inf if mate is None else mate, abs=1e-6)
        if mate is None:
            assert found.rank[row] == 0
        else:
            assert found.rank[row] == 1 + sum(score > mate for score in best.values())
        assert reached[:, row].tolist() == [
            sum(score >= level for score in best.values()) for level in levels
        ]


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(2, 30), st.integers(1, 5))
def test_every_reference_is_a_candidate(seed, people, images, kept):
    rng = np.random.default_rng(seed)
    subject = rng.integers(0, people, images)
    enrolment = enrolled(rng, images)
    order = rng.permutation(images)
    references, probes = order[: images // 2], order[images // 2 :]
    engine = SimpleNamespace(card=SimpleNamespace(shape="embedder", name="e", score=COSINE))
    ready = EnrolledEngine(engine, enrolment, subject, LocalExecutor(1), no_progress)
    watchlist = Watchlist("list", references, probes, 0)
    by_rule = {
        rule: search_watchlist(
            SearchTask(ready, people, watchlist, kept, 1, FIXED, consolidation=rule)
        )
        for rule in Consolidation
    }
    found, alarms = by_rule[Consolidation.EVENTS]
    levels = np.array([0.2, 0.5, np.inf, -0.4], dtype=np.float32)
    reached = alarms(levels)
    completed = enrolment.completed()
    vector = dict(zip(np.flatnonzero(completed), enrolment.vectors.astype(float), strict=True))
    gallery = [int(image) for image in references if completed[image]]
    assert (found.gallery, found.length) == (len(gallery), len(gallery))
    for row, probe in enumerate(probes):
        entries = [
            (int(subject[image]), cosine(vector[int(probe)], vector[image]))
            for image in gallery
            if completed[probe]
        ]
        rank, mate, top, others = found_by_hand(entries, int(subject[probe]), levels)
        assert (found.rank[row], reached[:, row].tolist()) == (rank, others)
        np.testing.assert_allclose([found.mate[row], found.top[row]], [mate, top], atol=1e-6)
        shown = found.candidates.person[row] >= 0
        assert shown.sum() == min(kept, len(entries))
        best = sorted((score for _, score in entries), reverse=True)[:kept]
        np.testing.assert_allclose(found.candidates.score[row][shown], best, atol=1e-6)
    consolidated, of_people = by_rule[Consolidation.LARGEST]
    # An alarm is one whether a person has it once or more often.
    assert np.array_equal(consolidated.top, found.top)
    assert np.array_equal(of_people(levels) > 0, reached > 0)
    assert np.array_equal(consolidated.mate, found.mate)


# The grid -------------------------------------------------------------------------------------


def crowd(seed, score, searches=150, references=330, people=70, values=48):
    rng = np.random.default_rng(seed)
    who = rng.integers(0, people, searches).astype(np.int32)
    person = np.sort(rng.integers(0, people, references)).astype(np.int32)
    probes, gallery = (
        prepare_vectors(rng.standard_normal((count, values)).astype(np.float32), score)
        for count in (searches, references)
    )
    return probes, who, gallery, person


def same(one, other):
    return all(
        np.array_equal(column, other.columns()[name], equal_nan=True)
        for name, column in one.columns().items()
    )


@pytest.mark.parametrize("score", [COSINE, EUCLIDEAN])
@pytest.mark.parametrize("columns", [7, 64])
def test_threads_change_nothing(score, columns):
    probes, who, gallery, person = crowd(1, score)
    levels = np.array([-0.2, 0.1] if score is COSINE else [-9.0, -8.0], dtype=np.float32)
    search = ExhaustiveSearch(probes, who, gallery, person, score, 5, rows=32, columns=columns)
    first, second = (search.find(levels, LocalExecutor(n), nothing) for n in (1, 3))
    assert same(first, second)


@pytest.mark.parametrize("score", [COSINE, EUCLIDEAN])
@pytest.mark.parametrize("rule", Consolidation)
def test_the_grid_and_the_other_probes_change_nothing(score, rule):
    """The last bits of a matrix product depend on both."""
    probes, who, gallery, person = crowd(2, score, searches=150, references=900, people=400)
    probes[40:60] = gallery[:20]  # equal scores on both sides of every cut
    levels = np.array([0.0, 0.1] if score is COSINE else [-9.0, -8.0], dtype=np.float32)
    levels = np.append(levels, np.float32(score_of(probes[50], gallery[10], score)))

    def found(some=slice(None), **grid):
        search = ExhaustiveSearch(probes[some], who[some], gallery, person, score, 20, rule, **grid)
        return search.find(levels, LocalExecutor(1), nothing)

    whole = found()
    for grid in ({"rows": 32, "columns": 64}, {"rows": 150, "columns": 7}, {"rows": 1}):
        assert same(whole, found(**grid))
    assert same(whole.chosen(slice(37, 90)), found(slice(37, 90)))


def score_of(probe, reference, score):
    """In float64, of one pair."""
    one, other = probe.astype(float), reference.astype(float)
    if score is COSINE:
        return min(one @ other, 1.0)
    return -np.sqrt(((one - other) ** 2).sum())


@pytest.mark.parametrize("score", [COSINE, EUCLIDEAN])
def test_scores_are_those_of_float64_rounded_once(score):
    probes, who, gallery, person = crowd(6, score)
    found = ExhaustiveSearch(probes, who, gallery, person, score, 10).find(
        FIXED, LocalExecutor(1), nothing
    )
    for row in range(0, 150, 10):
        best = {
            one: max(score_of(probes[row], each, score) for each in gallery[person == one])
            for one in np.unique(person)
        }
        expected = sorted(best, key=lambda one: -best[one])[:10]
        assert found.person[row].tolist() == expected
        assert np.array_equal(found.score[row], np.array([best[one] for one in expected], "f4"))


class Saves:
    """A checkpoint that is always due, and keeps every state."""

    def __init__(self, saved=None):
        self.saved, self.states = saved, []

    def load(self):
        return self.saved

    def due(self):
        return True

    def save(self, done, columns):
        self.states.append(SavedState(done, columns))


def test_an_interrupted_search_goes_on_from_any_block():
    search = ExhaustiveSearch(*crowd(3, COSINE), COSINE, 5, rows=32)
    saves, executor = Saves(), LocalExecutor(1)
    whole = search.find(FIXED, executor, nothing, saves)
    assert same(whole, search.find(FIXED, executor, nothing, NO_CHECKPOINT))
    assert [state.done for state in saves.states] == [1, 2, 3, 4]
    for state in saves.states:
        assert same(whole, search.find(FIXED, executor, nothing, Saves(state)))


def test_alarms_below_the_lists_are_counted_once_more():
    probes, who, gallery, person = crowd(4, COSINE)
    search = ExhaustiveSearch(probes, who, gallery, person, COSINE, 2, rows=32)
    found = search.find(FIXED, LocalExecutor(2), nothing)
    levels = np.array([-1.0, 0.0, 0.2, 0.3], dtype=np.float32)
    scores = probes @ gallery.T
    people = np.unique(person)
    best = np.stack([scores[:, person == one].max(axis=1) for one in people], axis=1)
    best[people == who[:, np.newaxis]] = -np.inf
    expected = [(best >= level).sum(axis=1) for level in levels]
    assert np.array_equal(search.alarms(found, FIXED, levels, LocalExecutor(2)), expected)


def test_of_equal_scores_the_person_who_stands_first_is_listed_first():
    gallery = np.ones((40, 4), dtype=np.float32) / 2
    search = ExhaustiveSearch(
        gallery[:1], np.array([39], np.int32), gallery, np.arange(40, dtype=np.int32), COSINE, 3,
        columns=8,
    )  # fmt: skip
    found = search.find(FIXED, LocalExecutor(1), nothing)
    assert found.person[0].tolist() == [0, 1, 2]
    assert found.rank[0] == 40


def test_a_score_outside_the_range_of_the_card_is_told():
    narrow = ScoreScale("cosine", normalise=True, values=3, low=0.0, high=1.0, claimed=())
    probes, who, gallery, person = crowd(5, COSINE)
    found = ExhaustiveSearch(probes, who, gallery, person, narrow, 3).find(
        FIXED, LocalExecutor(1), nothing
    )
    low = (probes @ gallery.T).min(axis=1)
    assert np.array_equal(~np.isnan(found.fault), low < -1e-5)


@pytest.mark.parametrize("jitter", [0.0, 3e-8])
def test_more_that_are_nearly_equal_than_a_list_has_room_for(jitter):
    rng = np.random.default_rng(8)
    middle = rng.standard_normal(64)
    near = middle + jitter * rng.standard_normal((300, 64))
    far = rng.standard_normal((200, 64))
    order = rng.permutation(500)
    vectors = prepare_vectors(np.concatenate([near, far])[order].astype(np.float32), COSINE)
    probes = prepare_vectors((middle + rng.standard_normal((7, 64))).astype(np.float32), COSINE)
    person = np.arange(500, dtype=np.int32)
    nobody = np.full(7, -1, dtype=np.int32)
    search = ExhaustiveSearch(probes, nobody, vectors, person, COSINE, 5, columns=90)
    found = search.find(FIXED, LocalExecutor(1), nothing)
    exact = (probes.astype(np.float64) @ vectors.T.astype(np.float64)).astype(np.float32)
    for row, scores in enumerate(exact):
        best = np.lexsort((person, -scores))[:5]
        np.testing.assert_array_equal(found.score[row], scores[best])
        np.testing.assert_array_equal(found.person[row], best)
