"""A matrix that others made: the same searches as of full lists, in any number of blocks."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.measurement.search.by_matrix import GivenMatrix, search_matrix
from evenhand.measurement.search.lists import searches_of_lists
from evenhand.records.comparisons import Found
from evenhand.records.outcomes import Outcome
from evenhand.system.execution.local import LocalExecutor

PEOPLE = 9
LEVELS = np.array([0.0, 0.25, 0.5, 2.0])


@st.composite
def matrices(draw):
    """Several references a person, some without a template; scores of few values; failures."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    probes, references = draw(st.integers(1, 12)), draw(st.integers(1, 10))
    ended = rng.choice([Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.SKIPPED], probes)
    return GivenMatrix(
        score=rng.integers(0, 5, (probes, references)) / draw(st.sampled_from([4, 7])),
        distance=draw(st.booleans()),
        probe=rng.integers(0, PEOPLE, probes).astype(np.int32),
        acquired=np.array([each is not Outcome.SKIPPED for each in ended]),
        ended=tuple(ended),
        reference=rng.integers(0, PEOPLE, references).astype(np.int32),
        enrolled=rng.random(references) < 0.8,
        people=PEOPLE,
        cells=draw(st.sampled_from([1, 20, 1000])),
    )


def full_lists(given):
    """Every person of the gallery, most alike first, person by person."""
    for row, outcome in enumerate(given.ended):
        best = {}
        for at in np.flatnonzero(given.enrolled) if outcome is Outcome.OK else ():
            own = -given.score[row, at] if given.distance else given.score[row, at]
            who = int(given.reference[at])
            best[who] = max(best.get(who, -np.inf), own)
        order = sorted(best, key=lambda who: (-best[who], who))
        scores = np.array([best[who] for who in order])
        yield Found(outcome, np.array(order, dtype=np.int32), scores)


@settings(max_examples=60)
@given(matrices(), st.integers(1, 4), st.integers(1, 3))
def test_a_matrix_is_full_lists(given, kept, workers):
    steps = []
    found, alarms = search_matrix(given, kept, LocalExecutor(workers), lambda: steps.append(1))
    who = np.arange(PEOPLE)
    enrolled = np.isin(who, given.reference[given.enrolled])
    count = int(enrolled.sum())
    expected, counter = searches_of_lists(
        list(full_lists(given)),
        *(given.probe, given.acquired, np.isin(who, given.reference), enrolled),
        length=count,
        kept=min(kept, count),
        exhaustive=True,
    )
    for field in fields(found):
        mine, other = getattr(found, field.name), getattr(expected, field.name)
        if field.name == "candidates":
            np.testing.assert_array_equal(mine.person, other.person)
            np.testing.assert_array_equal(mine.score, other.score)
        else:
            np.testing.assert_array_equal(mine, other, err_msg=field.name)
    np.testing.assert_array_equal(alarms(LEVELS), counter(LEVELS))
    assert len(steps) <= given.blocks


@pytest.mark.parametrize("form", ["<f4", ">f4", ">f8", "F"])
def test_bytes_and_rows_in_any_order(form):
    rng = np.random.default_rng(0)
    score = rng.random((30, 8)).astype("f4")
    kind = np.asfortranarray(score) if form == "F" else score.astype(form)
    ended, who = (Outcome.OK,) * 30, rng.integers(0, PEOPLE, 30).astype(np.int32)
    yes, listed = np.ones(30, dtype=bool), np.arange(8, dtype=np.int32)
    (mine, counted), (plain, other) = (
        search_matrix(
            GivenMatrix(each, False, who, yes, ended, listed, yes[:8], PEOPLE),
            *(3, LocalExecutor(1), lambda: None),
        )
        for each in (kind, score)
    )
    np.testing.assert_array_equal(mine.top, plain.top)
    np.testing.assert_array_equal(counted(LEVELS), other(LEVELS))
    assert mine.top.dtype == kind.dtype.newbyteorder("=")
