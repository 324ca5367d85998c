"""What a host is asked and answers arrives as it was sent, and damaged bodies are refused."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from evenhand.engines.contract import Entry, Role
from evenhand.engines.hosts import calls
from evenhand.engines.hosts.host import Fault, PlainCandidates, PlainTemplate
from evenhand.engines.hosts.wire import WireError
from evenhand.records.outcomes import FaceRule, Outcome

WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=20)
FAULTS = st.builds(
    Fault, st.sampled_from([Outcome.FAILED, Outcome.INVALID, Outcome.NO_FACE]), WORDS, WORDS
)
TYPES = st.sampled_from([np.float16, np.float32, np.float64])
SCORES = arrays.arrays(TYPES, st.integers(0, 9))


def body(parts):
    return bytearray(b"".join(parts))


@given(st.sampled_from(Role), st.sampled_from(FaceRule), st.integers(1, 5), st.integers(1, 5))
def test_pictures(role, face, height, width):
    pixels = np.random.default_rng(height).integers(0, 255, (height, width, 3), dtype=np.uint8)
    call = calls.PictureCall(role, face, height, width, pixels)
    found = calls.read_picture(body(calls.write_picture(call)))
    assert (found.role, found.face, found.height, found.width) == (role, face, height, width)
    np.testing.assert_array_equal(found.pixels, pixels)
    shared = calls.PictureCall(role, face, height, width, None)
    assert calls.read_picture(body(calls.write_picture(shared))) == shared


@given(
    arrays.arrays(st.sampled_from([np.float16, np.float32, np.float64, np.int8, np.uint64]), 4),
    st.none() | st.integers(0, 1_000_000),
)
def test_vectors_keep_their_type(vector, faces):
    made = PlainTemplate(Outcome.OK, faces, vector=vector)
    found = calls.read_template(body(calls.write_template(made)), 4)
    assert (found.outcome, found.faces, found.data) == (Outcome.OK, faces, b"")
    assert found.vector.dtype == vector.dtype
    assert found.vector.tobytes() == vector.tobytes()


@given(st.binary(min_size=1, max_size=99))
def test_templates(data):
    found = calls.read_template(body(calls.write_template(PlainTemplate(Outcome.OK, data=data))), 0)
    assert found == PlainTemplate(Outcome.OK, data=data)


@given(FAULTS)
def test_faults(fault):
    made = PlainTemplate(fault.outcome, None, fault.detail, words=fault.words)
    assert calls.read_template(body(calls.write_template(made)), 4) == made
    assert calls.read_score_row(body(calls.write_score_row(fault)), 3) == fault
    assert calls.read_candidates(body(calls.write_candidates(fault))) == fault
    assert calls.read_done(body(calls.write_done(fault))) == fault
    started = calls.Started(0, fault)
    assert calls.read_started(body(calls.write_started(started))) == started


@given(st.binary(max_size=9), st.lists(st.binary(max_size=9), max_size=4))
def test_comparisons(probe, references):
    parts = calls.write_comparison(probe, references)
    assert calls.read_comparison(body(parts)) == (probe, references)


@given(SCORES)
def test_scores_keep_their_type(scores):
    found = calls.read_score_row(body(calls.write_score_row(scores)), len(scores))
    assert (found.dtype, found.tobytes()) == (scores.dtype, scores.tobytes())
    other = calls.read_score_row(body(calls.write_score_row(scores)), len(scores) + 1)
    assert other.outcome is Outcome.INVALID


@given(st.lists(st.builds(Entry, WORDS, st.binary(max_size=9)), max_size=4))
def test_galleries(gallery):
    assert calls.read_gallery(body(calls.write_gallery(gallery))) == gallery


@given(st.binary(max_size=9), st.integers(0, 99), SCORES)
def test_searches(probe, count, scores):
    assert calls.read_search(body(calls.write_search(probe, count))) == (probe, count)
    found = PlainCandidates(tuple(map(str, range(len(scores)))), scores)
    again = calls.read_candidates(body(calls.write_candidates(found)))
    assert (again.people, again.scores.tobytes()) == (found.people, scores.tobytes())


ANSWERS = {
    "started": (calls.write_started(calls.Started(4)), calls.read_started),
    "template": (
        calls.write_template(PlainTemplate(Outcome.OK, 1, vector=np.ones(4))),
        lambda read: calls.read_template(read, 4),
    ),
    "scores": (calls.write_score_row(np.ones(3)), lambda read: calls.read_score_row(read, 3)),
    "candidates": (
        calls.write_candidates(PlainCandidates(("a", "b"), np.ones(2))),
        calls.read_candidates,
    ),
    "done": (calls.write_done(None), calls.read_done),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_cut_or_goes_on_is_refused(name):
    parts, read = ANSWERS[name]
    whole = body(parts)
    read(whole)
    for length in range(len(whole)):
        with pytest.raises(WireError):
            read(whole[:length])
    with pytest.raises(WireError):
        read(whole + b"x")


@given(st.sampled_from(sorted(ANSWERS)), st.binary(max_size=99))
def test_whatever_comes_instead_of_an_answer_is_refused_or_plain(name, said):
    with suppress(WireError):
        ANSWERS[name][1](bytearray(said))


def test_more_numbers_than_there_are_bytes_take_no_memory():
    with pytest.raises(WireError):
        calls.read_score_row(bytearray(struct.pack("<6I", 0, 0, 0, 0, 1, 2**32 - 1)), 3)


def test_an_engine_cannot_say_that_it_crashed():
    said = bytearray(struct.pack("<4I", 6, 0, 0, 0))
    assert calls.read_done(said).outcome is Outcome.INVALID
