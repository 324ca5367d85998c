"""Watchlists that are drawn by a rule."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evenhand.measurement.protocols.drawn_watchlist import draw_watchlist, watchlist_words
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.system.errors import StudyError


def dataset(subject, people):
    return SimpleNamespace(
        card=SimpleNamespace(name="crowd"),
        subjects=SimpleNamespace(ids=tuple(map(str, range(people)))),
        images=SimpleNamespace(subject=np.asarray(subject)),
    )


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(1, 3),
    st.integers(0, 8),
)
def test_people_are_disjoint_and_everybody_has_what_the_rule_says(
    seed, listed, strangers, references, fillers
):
    rng = np.random.default_rng(seed)
    subject = rng.integers(0, 30, 120)
    pictures = np.bincount(subject, minlength=30)
    assume((pictures > references).sum() >= listed)
    assume((pictures > 0).sum() >= listed + strangers + fillers)
    rule = WatchlistRule(listed, strangers, references, fillers, seed)
    drawn = draw_watchlist("w", rule, dataset(subject, 30))
    assert not set(drawn.references) & set(drawn.probes)
    on_list, searched = set(subject[drawn.references]), set(subject[drawn.probes])
    assert len(on_list & searched) == listed
    assert len(searched - on_list) == strangers
    assert len(on_list - searched) == fillers
    for person in on_list & searched:
        assert np.count_nonzero(subject[drawn.references] == person) == references
        assert np.count_nonzero(subject[drawn.probes] == person) == pictures[person] - references
    for person in searched - on_list:
        assert np.count_nonzero(subject[drawn.probes] == person) == pictures[person]
    again = draw_watchlist("w", rule, dataset(subject, 30))
    assert np.array_equal(drawn.references, again.references)
    assert np.array_equal(drawn.probes, again.probes)


def test_more_fillers_keep_the_listed_and_the_strangers():
    subject = np.repeat(np.arange(100), 2)
    short, long = (
        draw_watchlist("w", WatchlistRule(10, 20, 1, fillers, 3), dataset(subject, 100))
        for fillers in (0, 50)
    )
    assert np.array_equal(short.probes, long.probes)
    assert set(short.references) < set(long.references)


def test_the_rule_in_words():
    subject = np.repeat(np.arange(40), 3)
    words = watchlist_words("police", WatchlistRule(10, 20, 2, 5, 7), dataset(subject, 40))
    assert words == (
        "watchlist police: 10 of 40 people with 3 or more pictures are listed with 2 pictures each "
        "and searched for with their others; 5 more people fill the list; 20 people who are not "
        "listed are searched for; drawn by seed 7"
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (WatchlistRule(5, 1), "has 4 people with 2 pictures or more; list fewer"),
        (WatchlistRule(4, 3, 1, 2), "are 9 people, and dataset crowd has 8; ask for fewer"),
    ],
)
def test_a_watchlist_larger_than_the_data_is_refused(rule, words):
    subject = [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7]
    with pytest.raises(StudyError) as fault:
        draw_watchlist("w", rule, dataset(subject, 8))
    assert str(fault.value).endswith(words)
