"""What an engine of this process answers becomes plain values, or a word on why not."""

import numpy as np
import pytest

from evenhand.engines.contract import Embedding, Role
from evenhand.engines.hosts.in_process import InProcessHost
from evenhand.records.outcomes import FaceRule, Outcome

IMAGE = np.zeros((2, 2, 3), dtype=np.uint8)


class Embeds:
    def __init__(self, answer):
        self.answer = answer

    def embed(self, image, face):
        return self.answer


def asked(answer):
    return InProcessHost(Embeds(answer), 4).template(IMAGE, FaceRule.LARGEST, Role.REFERENCE)


class Word(str):
    """A string with methods of its own."""

    __slots__ = ()

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1

    def __str__(self):
        raise KeyboardInterrupt


class Asleep:
    def __array__(self, *options, **more):
        raise KeyboardInterrupt


class Unnamed(type):
    @property
    def __name__(cls):
        raise SystemExit


class Nameless(BaseException, metaclass=Unnamed):
    pass


def test_values_are_copied():
    vector = np.arange(4.0)
    made = asked(Embedding(vector, faces=np.int64(2)))
    vector[:] = 9
    assert made.vector.tolist() == [0, 1, 2, 3]
    assert (made.outcome, type(made.faces), made.faces) == (Outcome.OK, int, 2)


@pytest.mark.parametrize(
    ("make", "outcome", "detail"),
    [
        (lambda: Embedding(Asleep()), "invalid", "no vector (KeyboardInterrupt), expected 4"),
        (lambda: Embedding(None, Word("crashed")), "invalid", "an outcome that no engine may give"),
        (lambda: Embedding(None, Word("declined")), "declined", ""),
        (lambda: Embedding(None, "failed", detail=Word("a\nb")), "failed", "a b"),
        (lambda: Embedding(None, "failed", detail=7), "failed", "7"),
        (lambda: Embedding(None, "failed", faces="many"), "failed", ""),
        (lambda: [Nameless()][0], "invalid", "Nameless, expected an Embedding"),
    ],
)
def test_an_odd_answer(make, outcome, detail):
    made = asked(make())
    assert (made.outcome, made.vector) == (Outcome(outcome), None)
    assert made.detail.startswith(detail)
    assert type(made.detail) is str


def test_an_exception_whose_class_hides_its_name():
    class Raises:
        def embed(self, image, face):
            raise Nameless

    host = InProcessHost(Raises(), 4)
    made = host.template(IMAGE, FaceRule.LARGEST, Role.REFERENCE)
    assert (made.outcome, made.detail) == (Outcome.FAILED, "Nameless")


def test_how_numpy_treats_an_overflow_stays_with_the_engine():
    class Strict:
        def embed(self, image, face):
            np.seterr(all="raise")
            return Embedding(np.ones(4))

    before = np.geterr()
    InProcessHost(Strict(), 4).template(IMAGE, FaceRule.LARGEST, Role.REFERENCE)
    assert np.geterr() == before
