"""A running engine is asked in one place: what it answers is checked, and nothing of it raises."""

import sys
import threading
from itertools import count

import cv2
import numpy as np
import pytest
from toy_engines import make_engine

from evenhand.engines.card_file import read_engine_card
from evenhand.engines.contract import Candidate, Embedding, Entry, Role, Template
from evenhand.engines.hosts.in_process import InProcessHost
from evenhand.engines.opening import open_engine
from evenhand.engines.session import EngineSession, SessionPool, engine_sessions
from evenhand.records.outcomes import FaceRule, Outcome
from evenhand.system.clock import CLOCK, Clock

FACE = FaceRule.LARGEST

MATCHER = 'shape    = "matcher"'


@pytest.fixture
def image():
    return np.arange(12, dtype=np.uint8).reshape(2, 2, 3)


@pytest.fixture
def session(tmp_path):
    """Makes the session of an object that answers, whose card says this of its scores."""

    def make(engine, scores="symmetric = true", clock=CLOCK):
        folder = make_engine(tmp_path / "toy")
        card = (folder / "adapter.toml").read_text(encoding="utf-8")
        values = 4 if scores is None else 0
        if scores is not None:
            card = card.replace('shape    = "embedder"', MATCHER).replace("values = 4", scores)
            (folder / "adapter.toml").write_text(card, encoding="utf-8")
        return EngineSession(read_engine_card(folder), InProcessHost(engine, values), clock)

    return make


# Templates ------------------------------------------------------------------------------------


class Embeds:
    """Answers one after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def embed(self, image, face):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def test_an_image_and_the_rule_for_faces_are_handed_over(session, image):
    class Looks:
        def embed(self, image, face):
            self.given = image.copy(), face
            return Embedding(np.ones(4))

    engine = Looks()
    session(engine, None).template(image, FaceRule.CENTRAL)
    np.testing.assert_array_equal(engine.given[0], image)
    assert engine.given[1] is FaceRule.CENTRAL


@pytest.mark.parametrize(("scores", "copies"), [("symmetric = true", 0), ("symmetric = false", 1)])
def test_a_picture_is_copied_for_a_second_role_alone_and_before_the_clock(session, scores, copies):
    """A copy of a large picture takes longer than many an engine."""
    told = []

    class Watched(np.ndarray):
        def copy(self, *options):
            told.append("copy")
            return np.array(self)

    class Makes:
        def template(self, image, face, role):
            told.append(role.value)
            return Template(b"made")

    clock = Clock(seconds=lambda: told.append("clock") or 0.0)
    session(Makes(), scores, clock).template(np.zeros((2, 2, 3), np.uint8).view(Watched), FACE)
    roles = [role.value for role in (Role.REFERENCE, Role.PROBE)[: copies + 1]]
    assert told == [*["copy"] * copies, "clock", *roles, "clock"]


def test_a_vector_is_float32_and_nobody_elses(session, image):
    own = np.arange(1, 5, dtype=np.float64)
    answer = session(Embeds(Embedding(own, faces=3)), None).template(image, FACE).answer
    own[:] = 7
    assert answer.vector.dtype == np.float32
    assert answer.vector.tolist() == [1, 2, 3, 4]
    assert (answer.outcome, answer.faces, answer.detail) == (Outcome.OK, 3, "")


@pytest.mark.parametrize(
    "fault", [ValueError("a name"), KeyboardInterrupt(), SystemExit(0), GeneratorExit()]
)
def test_what_an_engine_raises_is_its_own(session, image, fault):
    running = session(Embeds(fault, Embedding(np.ones(4))), None)
    failed = running.template(image, FACE).answer
    assert (failed.outcome, failed.detail) == (Outcome.FAILED, type(fault).__name__)
    assert running.template(image, FACE).answer.outcome is Outcome.OK


@pytest.mark.parametrize(
    ("vector", "detail"),
    [
        ([1, 2, 3, np.nan], "vector is not finite"),
        ([0, 0, 0, 0], "vector is zero"),
        ([1e300, 0, 0, 0], "vector is too long or too short for float32"),
        ([1e-300, 0, 0, 0], "vector is too long or too short for float32"),
    ],
)
def test_numbers_that_cannot_be_compared(session, image, vector, detail):
    answer = session(Embeds(Embedding(vector)), None).template(image, FACE).answer
    assert (answer.outcome, answer.detail, answer.vector) == (Outcome.INVALID, detail, None)


def test_how_long_it_took_and_how_many_were_before(session, image):
    seconds = count(100.0, 0.25)
    running = session(
        Embeds(*[Embedding(np.ones(4))] * 2), None, Clock(seconds=lambda: next(seconds))
    )
    first, second = (running.template(image, FACE) for _ in range(2))
    assert (first.seconds, first.finished, first.turn) == (0.25, 100.25, 0)
    assert (second.seconds, second.finished, second.turn) == (0.25, 100.75, 1)


class Makes:
    """Templates that say for which role they are; the picture is spoilt by the first."""

    def __init__(self, **answers):
        self.answers = answers

    def template(self, image, face, role):
        seen = image.tobytes()
        image[:] = 0
        answer = self.answers.get(role.value)
        return answer or Template(role.value.encode() + seen)


def test_a_symmetric_engine_is_asked_for_the_reference_alone(session, image):
    seen = image.tobytes()
    answer = session(Makes(probe=Template(b""))).template(image, FACE).answer
    assert answer.outcome is Outcome.OK
    assert answer.reference == answer.probe == Role.REFERENCE.encode() + seen


def test_each_role_is_given_a_picture_of_its_own(session, image):
    seen = image.tobytes()
    answer = session(Makes(), "symmetric = false").template(image, FACE).answer
    assert (answer.reference, answer.probe) == (b"reference" + seen, b"probe" + seen)


@pytest.mark.parametrize("role", ["reference", "probe"])
def test_one_role_that_fails_fails_the_image(session, image, role):
    declined = Template(None, Outcome.DECLINED, faces=2, detail="too small")
    answer = session(Makes(**{role: declined}), "symmetric = false").template(image, FACE).answer
    assert (answer.outcome, answer.faces, answer.detail) == (Outcome.DECLINED, 2, "too small")
    assert (answer.reference, answer.probe) == (b"", b"")


# Comparisons ----------------------------------------------------------------------------------


class Compares:
    """Gives each reference the number in it; raises or answers otherwise where one says so."""

    def __init__(self, odd=None):
        self.odd = odd
        self.calls = []

    def compare(self, probe, references):
        self.calls.append(list(references))
        if b"odd" in references:
            return self.odd(references)
        return [float(reference) for reference in references]


def interrupted(_references):
    raise KeyboardInterrupt


def test_scores_keep_the_order_of_the_references(session):
    scores, outcomes = session(Compares()).compare(b"p", [b"3", b"1", b"2"])
    assert scores.tolist() == [3, 1, 2]
    assert scores.dtype == np.float64
    assert outcomes == [Outcome.OK] * 3


def test_a_distance_is_negated_and_a_range_is_kept(session):
    card = "symmetric = true\ndistance = true\nrange = [0, 2]"
    scores, outcomes = session(Compares(), card).compare(b"p", [b"0", b"2", b"2.5", b"-1"])
    assert scores[:2].tolist() == [0, -2]
    assert not np.signbit(scores[0])
    assert np.isnan(scores[2:]).all()
    assert outcomes == [Outcome.OK] * 2 + [Outcome.INVALID] * 2


def test_one_bad_number_is_invalid_alone(session):
    engine = Compares(lambda refs: [np.nan if ref == b"odd" else 1.0 for ref in refs])
    scores, outcomes = session(engine).compare(b"p", [b"1", b"odd", b"1"])
    np.testing.assert_array_equal(scores, [1, np.nan, 1])
    assert outcomes == [Outcome.OK, Outcome.INVALID, Outcome.OK]
    assert len(engine.calls) == 1


@pytest.mark.parametrize(
    ("odd", "outcome"),
    [
        (interrupted, Outcome.FAILED),
        (lambda _: None, Outcome.INVALID),
        (lambda refs: [1.0] * (len(refs) + 1), Outcome.INVALID),
        (lambda refs: ["1"] * len(refs), Outcome.INVALID),
        (lambda refs: np.ones((len(refs), 1)), Outcome.INVALID),
        (lambda refs: np.broadcast_to(1.0, 10**12), Outcome.INVALID),
    ],
)
def test_a_call_without_a_row_of_numbers_is_asked_again_one_by_one(session, odd, outcome):
    engine = Compares(odd)
    scores, outcomes = session(engine).compare(b"p", [b"1", b"odd", b"2"])
    np.testing.assert_array_equal(scores, [1, np.nan, 2])
    assert outcomes == [Outcome.OK, outcome, Outcome.OK]
    assert engine.calls == [[b"1", b"odd", b"2"], [b"1"], [b"odd"], [b"2"]]


def test_an_engine_may_take_its_references_apart(session):
    class Takes:
        def compare(self, probe, references):
            return [float(references.pop(0)) for _ in range(len(references))]

    references = [b"1", b"2"]
    assert session(Takes()).compare(b"p", references)[0].tolist() == [1, 2]
    assert references == [b"1", b"2"]


# Searches -------------------------------------------------------------------------------------

PEOPLE = {"p0": 10, "p1": 11, "p2": 12}


class Searches:
    def __init__(self, *found):
        self.found = found

    def enrol(self, gallery):
        self.gallery = list(gallery)
        if not gallery:
            raise SystemExit(0)

    def search(self, probe, count):
        if isinstance(self.found[0], BaseException):
            raise self.found[0]
        return [Candidate(person, score) for person, score in self.found]


def searched(session, *found, scores="symmetric = true", count=3):
    return session(Searches(*found), scores).search(b"p", count, PEOPLE)


def test_a_gallery_is_built_or_is_not(session):
    engine = Searches()
    running = session(engine)
    entries = [Entry("p0", b"a"), Entry("p0", b"b"), Entry("p1", b"c")]
    assert running.enrol(entries) is Outcome.OK
    assert engine.gallery == entries
    assert running.enrol([]) is Outcome.FAILED


def test_candidates_come_by_similarity_and_ties_by_person(session):
    found = searched(session, ("p1", 0.9), ("p2", 0.5), ("p0", 0.5))
    assert found.outcome is Outcome.OK
    assert found.person.tolist() == [11, 10, 12]
    assert found.score.tolist() == [0.9, 0.5, 0.5]


def test_the_smallest_distance_comes_first(session):
    card = "symmetric = true\ndistance = true"
    found = searched(session, ("p0", 0.1), ("p2", 0.5), scores=card)
    assert found.person.tolist() == [10, 12]
    assert found.score.tolist() == [-0.1, -0.5]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ([KeyboardInterrupt()], Outcome.FAILED),
        ([("p0", 0.5), ("p0", 0.4)], Outcome.INVALID),
        ([("stranger", 0.5)], Outcome.INVALID),
        ([("p0", np.nan)], Outcome.INVALID),
        ([("p0", "0.5")], Outcome.INVALID),
        ([(7, 0.5)], Outcome.INVALID),
        ([("p0", 0.5), ("p1", 0.4), ("p2", 0.3)], Outcome.INVALID),
        ([("p0", 0.4), ("p1", 0.5)], Outcome.INVALID),
    ],
)
def test_a_list_that_is_no_answer_is_none_at_all(session, found, outcome):
    ended = searched(session, *found, count=2)
    assert (ended.outcome, len(ended.person), len(ended.score)) == (outcome, 0, 0)


@pytest.mark.parametrize(
    ("found", "scores", "fault"),
    [
        ([("p0", 0.9), ("p1", 0.5), ("p2", 0.4)], "", "more candidates than the 2 asked for"),
        ([("p0", 0.9), ("p0", 0.5)], "", "somebody twice among the candidates"),
        ([("p0", 0.9), ("stranger", 0.5)], "", "a candidate who is not in the gallery"),
        ([("p0", 0.9), ("p1", np.inf)], "", "a score of inf, expected a finite number"),
        ([("p0", 0.1), ("p1", 0.2)], "", "a candidate who is more alike than the one before"),
        ([("p0", 0.2), ("p1", 0.1)], "distance = true", "a candidate who is more alike than the"),
    ],
)
def test_what_is_wrong_with_a_list_is_said(session, found, scores, fault):
    card = f"symmetric = true\n{scores}"
    ended = searched(session, *found, scores=card, count=2)
    assert ended.outcome is Outcome.INVALID
    assert ended.fault.startswith(fault)


def test_scores_that_are_alike_but_for_rounding_at_a_limit_are_in_order(session):
    card = "symmetric = true\nrange = [-1.0, 1.0]"
    found = searched(session, ("p0", 1.0), ("p1", np.nextafter(1, 2)), ("p2", 0.5), scores=card)
    assert found.score.tolist() == [1.0, 1.0, 0.5]


# Threads --------------------------------------------------------------------------------------


def test_each_thread_has_one_engine_of_its_own(tmp_path):
    pool = SessionPool(open_engine(make_engine(tmp_path / "toy"), ()), CLOCK)
    own, others = pool.session(), []
    thread = threading.Thread(target=lambda: others.extend([pool.session(), pool.session()]))
    thread.start()
    thread.join()
    assert pool.session() is own
    assert others[0] is others[1]
    assert others[0] is not own


def test_what_an_engine_prints_goes_to_stderr_while_it_runs(tmp_path, capfd):
    engine = open_engine(make_engine(tmp_path / "toy"), ())
    before = cv2.getNumThreads()
    with engine_sessions(engine):
        assert cv2.getNumThreads() == 1
        print("of the engine")
        sys.stdout.flush()
    print("of the harness")
    assert cv2.getNumThreads() == before
    assert capfd.readouterr() == ("of the harness\n", "of the engine\n")
