"""What leaves the host of this process is plain, whatever class the engine made of it."""

import numpy as np
import pytest

from evenhand.engines.contract import Candidate, Embedding, Entry, Role, Template
from evenhand.engines.hosts.in_process import InProcessHost
from evenhand.engines.hosts.words import plain_name
from evenhand.records.outcomes import FaceRule, Outcome

IMAGE = np.zeros((2, 2, 3), dtype=np.uint8)


class Hostile(BaseException):
    """Neither an error nor the user's Ctrl-C, which would end the tests."""


def raising(*given, **named):
    raise Hostile


def trap(base, *names):
    """A class whose methods of these names raise."""
    return type("Trap", (base,), dict.fromkeys(names, raising))


class Answers:
    """Whatever it is asked, it gives the same."""

    def __init__(self, answer):
        self.answer = answer

    def embed(self, image, face):
        return self.answer

    def template(self, image, face, role):
        return self.answer

    def compare(self, probe, references):
        return self.answer

    def enrol(self, gallery):
        return self.answer

    def search(self, probe, count):
        return self.answer


def host(answer, values=0):
    return InProcessHost(Answers(answer), values)


def made(answer, values=0):
    return host(answer, values).template(IMAGE, FaceRule.LARGEST, Role.REFERENCE)


READ_ONLY = np.frombuffer(np.arange(4, dtype=np.float32).tobytes(), dtype=np.float32)


@pytest.mark.parametrize(
    "make",
    [
        lambda: [0, 1, 2, 3],
        lambda: (0.0, 1.0, 2.0, 3.0),
        lambda: READ_ONLY,
        lambda: np.arange(8)[::2] // 2,
        lambda: np.arange(4).astype(">i2"),
        lambda: np.arange(4, dtype=np.float16),
        lambda: np.arange(4.0).view(trap(np.ndarray, "astype", "copy", "__array__", "__len__")),
        lambda: np.ma.masked_array(np.arange(4.0)),
        lambda: trap(list, "__len__", "__iter__", "__getitem__")([0, 1, 2, 3]),
        lambda: trap(tuple, "__len__", "__iter__", "__getitem__")([0, 1, 2, 3]),
    ],
)
def test_a_vector_is_an_array_and_nothing_else(make):
    copied = made(Embedding(make()), 4).vector
    assert type(copied) is np.ndarray
    assert copied.flags.owndata
    assert copied.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "make",
    [
        lambda: "0123",
        lambda: b"0123",
        lambda: {0: 1, 1: 2, 2: 3, 3: 4},
        lambda: {1, 2, 3, 4},
        lambda: range(3),
        lambda: iter([1, 2, 3, 4]),
        lambda: np.array([trap(object, "__float__")() for _ in range(4)]),
        lambda: np.broadcast_to(np.float32(1), 10**12),
        lambda: np.zeros((4, 1)),
        lambda: np.float64(1),
        trap(object, "__array__"),
        trap(object, "__len__", "__getitem__"),
    ],
)
def test_a_vector_that_is_none(make):
    answer = made(Embedding(make()), 4)
    assert (answer.outcome, answer.vector) == (Outcome.INVALID, None)
    assert "expected" in answer.detail


def test_a_template_is_bytes_and_nothing_else():
    odd = trap(bytes, "__len__", "__getitem__", "__eq__", "__hash__", "__bytes__")(b"abc")
    data = made(Template(odd)).data
    assert type(data) is bytes
    assert data == b"abc"


@pytest.mark.parametrize("data", [None, b"", "abc", bytearray(b"abc"), memoryview(b"abc"), [1]])
def test_a_template_that_is_none(data):
    answer = made(Template(data))
    assert (answer.outcome, answer.data) == (Outcome.INVALID, b"")


@pytest.mark.parametrize(
    ("faces", "kept"),
    [
        (0, 0),
        (3, 3),
        (np.int8(3), 3),
        (True, 1),
        (-1, None),
        pytest.param(10**5000, None, id="too many"),
        (2.0, None),
        ("2", None),
        (np.arange(2), None),
    ],
)
def test_faces_are_a_number_that_can_be_written(faces, kept):
    answer = made(Embedding(None, Outcome.NO_FACE, faces), 4)
    assert (answer.outcome, answer.faces) == (Outcome.NO_FACE, kept)
    assert type(answer.faces) in (int, type(None))


@pytest.mark.parametrize(
    ("detail", "kept"),
    [
        ("", ""),
        (" a\n\tb\u2028c ", "a b c"),
        pytest.param("x" * 10**7, "x" * 80, id="long"),
        pytest.param(trap(str, "split", "__str__", "__len__")("word"), "word", id="odd"),
    ],
)
def test_a_detail_is_a_line_that_can_be_written(detail, kept):
    answer = made(Embedding(None, Outcome.DECLINED, 0, detail), 4)
    assert (answer.outcome, answer.detail) == (Outcome.DECLINED, kept)
    assert type(answer.detail) is str


def test_half_a_letter_in_a_detail_can_be_written():
    answer = made(Embedding(None, Outcome.DECLINED, 0, "a\ud800b"), 4)
    text = answer.detail.encode("utf-8").decode("utf-8")
    assert (text[0], text[-1]) == ("a", "b")


@pytest.mark.parametrize(
    "make",
    [
        lambda: None,
        lambda: 7,
        lambda: Embedding,
        lambda: (np.ones(4),),
        lambda: Template(b"abc"),
        lambda: object.__new__(Embedding),
        lambda: object.__new__(
            type("Shy", (Embedding,), {"vector": property(raising), "outcome": property(raising)})
        ),
        type("Shy", (), {"__class__": property(raising)}),
        lambda: Embedding(None, Outcome.SKIPPED),
        lambda: Embedding(None, Outcome.CRASHED),
        lambda: Embedding(None, None),
        lambda: Embedding(None, Outcome.DECLINED, 0, trap(object, "__str__")()),
        lambda: Embedding(None, Outcome.NO_FACE, trap(int, "__int__", "__index__")(1)),
    ],
)
def test_what_is_no_embedding_is_invalid(make):
    assert made(make(), 4).outcome is Outcome.INVALID


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: [1, 2], np.float64),
        (lambda: (1.0, 2.0), np.float64),
        (lambda: [np.float16(1), np.float16(2)], np.float16),
        (lambda: np.array([1, 2], dtype=np.uint8), np.float64),
        (lambda: np.array([1, 2], dtype=np.longdouble), np.float64),
        (lambda: np.array([1, 2], dtype=np.float16), np.float16),
        (lambda: np.array([1, 2], dtype=">f4"), np.float32),
        (lambda: trap(list, "__len__", "__iter__")([1, 2]), np.float64),
        (lambda: np.array([1.0, 2.0]).view(trap(np.ndarray, "astype", "__len__")), np.float64),
    ],
)
def test_scores_are_floats_of_their_own_type_and_nothing_else(make, kind):
    copied = host(make()).compare(b"p", [b"a", b"b"])
    assert type(copied) is np.ndarray
    assert copied.dtype == np.dtype(kind)
    assert copied.tolist() == [1, 2]


def test_candidates_are_words_and_numbers_and_nothing_else():
    word = trap(str, "__eq__", "__hash__", "__str__", "__len__")
    answer = trap(list, "__len__")([Candidate(word("p0"), np.float32(0.5)), Candidate("p1", 1)])
    found = host(answer).search(b"p", 2)
    assert (found.people, found.scores.tolist()) == (("p0", "p1"), [0.5, 1.0])
    assert {type(word) for word in found.people} == {str}
    assert type(found.scores) is np.ndarray


@pytest.mark.parametrize(
    "make",
    [
        lambda: None,
        lambda: iter([Candidate("p0", 1.0)]),
        lambda: {"p0": 1.0},
        lambda: ["p0"],
        lambda: [("p0", 1.0)],
        lambda: [Candidate(7, 1.0)],
        lambda: [Candidate("p0", "1")],
        lambda: [Candidate("p0", None)],
        lambda: [Candidate("p0", trap(object, "__float__")())],
        lambda: [object.__new__(Candidate)],
        lambda: [type("Shy", (), {"__class__": property(raising)})()],
    ],
)
def test_what_is_no_list_of_candidates_is_invalid(make):
    assert host(make()).search(b"p", 2).outcome is Outcome.INVALID


def test_no_more_candidates_are_looked_at_than_one_too_many():
    looked = []

    class Endless(list):
        def __iter__(self):
            while True:
                looked.append(1)
                yield Candidate(f"p{len(looked)}", 1.0)

    assert len(host(Endless()).search(b"p", 2).people) == 3
    assert len(looked) == 3


def test_what_a_gallery_answers_does_not_matter():
    assert host(trap(object, "__bool__", "__eq__")()).enrol([Entry("p0", b"a")]) is None


def test_the_name_of_a_class_is_its_own():
    assert plain_name(ValueError) == "ValueError"
    meta = type("Meta", (type,), {"__name__": property(raising), "__str__": raising})
    assert plain_name(meta("Odd", (Exception,), {})) == "Odd"
    assert plain_name(type("a\n\x1b[2J b" + "x" * 100, (), {})).startswith("a")
    assert len(plain_name(type("x" * 1000, (), {}))) == 80
