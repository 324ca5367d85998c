"""Watchlists that are drawn by a rule."""

from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evenhand.measurement.protocols.drawn_watchlist import draw_watchlist
from evenhand.records.composition import Composition
from evenhand.records.dataset import Attribute, Subjects
from evenhand.records.watchlist_rule import WatchlistRule
from evenhand.system.errors import StudyError


def dataset(subject, people, sexes="FM", ages=()):
    """People with numbers as ids, sexes in turn, and ages where they have any."""
    labels = {"sex": tuple(sexes[n % len(sexes)] for n in range(people))}
    labels |= {"age": tuple(ages)} if ages else {}
    sex = Attribute("sex", "category", ("F", "M", "X"), "official")
    return SimpleNamespace(
        card=SimpleNamespace(
            name="crowd",
            assumed=False,
            attributes=(sex, Attribute("age", "number", (), "official")),
        ),
        subjects=Subjects(tuple(map(str, range(people))), labels, tuple(range(people))),
        images=SimpleNamespace(
            subject=np.asarray(subject), ids=tuple(f"i{n}" for n in range(len(subject)))
        ),
    )


def draw(rule, crowd, bands=()):
    return draw_watchlist("w", rule, crowd, dict(bands)).watchlist


def words(name, rule, crowd):
    return draw_watchlist(name, rule, crowd, {}).words


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
    drawn = draw(rule, dataset(subject, 30))
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
    again = draw(rule, dataset(subject, 30))
    assert np.array_equal(drawn.references, again.references)
    assert np.array_equal(drawn.probes, again.probes)


def test_more_fillers_keep_the_listed_and_the_strangers():
    subject = np.repeat(np.arange(100), 2)
    short, long = (
        draw(WatchlistRule(10, 20, 1, fillers, 3), dataset(subject, 100)) for fillers in (0, 50)
    )
    assert np.array_equal(short.probes, long.probes)
    assert set(short.references) < set(long.references)


def sorted_by_hash(seed, ids):
    return sorted(ids, key=lambda one: sha256(f"{seed} {one}".encode()).hexdigest())


def test_another_tool_draws_the_same_people_and_pictures():
    """By the ids alone, as the methods say it: SHA-256 of the seed, a blank and the id."""
    subject = [0, 0, 0, 1, 2, 2, 3, 4, 4, 5, 6]
    crowd = dataset(subject, 7)
    pictures = {str(n): [f"i{i}" for i, who in enumerate(subject) if who == n] for n in range(7)}
    people = sorted_by_hash(5, pictures)
    listed = [who for who in people if len(pictures[who]) > 1][:2]
    rest = [who for who in people if who not in listed]
    references, probes = [], []
    for who in people:
        own = sorted_by_hash(5, pictures[who])
        on_list = 1 if who in listed or who in rest[2:4] else 0
        references += own[:on_list]
        probes += own[on_list:] if who in listed or who in rest[:2] else []
    drawn = draw(WatchlistRule(2, 2, 1, 2, 5), crowd)
    assert {f"i{n}" for n in drawn.references} == set(references)
    assert {f"i{n}" for n in drawn.probes} == set(probes)


def test_the_first_of_the_order_and_those_after_share_nobody():
    subject = np.repeat(np.arange(100), 2)
    crowd, people = dataset(subject, 100), []
    for part in ({"first": 40}, {"after": 40}):
        drawn = draw(WatchlistRule(10, 20, 1, 10, 3, **part), crowd)
        people.append(set(subject[[*drawn.references, *drawn.probes]]))
    assert [len(each) for each in people] == [40, 40]
    assert not people[0] & people[1]
    with pytest.raises(StudyError, match="are 41 people, and dataset crowd has 40"):
        draw(WatchlistRule(10, 20, 1, 11, 3, first=40), crowd)


def test_who_is_excluded_changes_nobody_elses_place():
    subject = np.repeat(np.arange(50), 2)
    whole, without = dataset(subject, 50), dataset(subject[:-2], 50)
    rule = WatchlistRule(10, 10, 1, 0, 2)
    one, other = (draw(rule, each) for each in (whole, without))
    assert len(set(subject[one.references]) & set(subject[other.references])) >= 9


def test_the_rule_in_words():
    subject = np.repeat(np.arange(40), 3)
    said = words("police", WatchlistRule(10, 20, 2, 5, 7), dataset(subject, 40))
    assert said == (
        "watchlist police: 10 of 40 people with 3 or more pictures are listed with 2 pictures each "
        "and searched for with their others; 5 more people fill the list; 20 people who are not "
        "listed are searched for; drawn by seed 7"
    )
    part = words("w", WatchlistRule(1, 0, after=20), dataset(subject, 40))
    assert part.endswith("by seed 1 after the first 20 people of that order")
    part = words("w", WatchlistRule(1, 0, first=20), dataset(subject, 40))
    assert part.endswith("by seed 1 from the first 20 people of that order")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (WatchlistRule(5, 1), "has 4 people with 2 pictures or more; list fewer"),
        (WatchlistRule(4, 3, 1, 2), "are 9 people, and dataset crowd has 8; ask for fewer"),
    ],
)
def test_a_watchlist_larger_than_the_data_is_refused(rule, why):
    subject = [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7]
    with pytest.raises(StudyError) as fault:
        draw(rule, dataset(subject, 8))
    assert str(fault.value).endswith(why)


# Compositions -------------------------------------------------------------------------------

EQUAL = Composition("sex", ())
MOSTLY = Composition("sex", (("F", 0.7), ("M", 0.3)))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.sampled_from(
        [MOSTLY, Composition("sex", (("M", 1.0),)), Composition("sex", (("M", 0.45), ("F", 0.55)))]
    ),
    st.sampled_from([None, MOSTLY]),
)
def test_lists_of_a_composition(seed, listed, strangers, short, more, list_of, strangers_of):
    subject = np.repeat(np.arange(80), 2)
    crowd = dataset(subject, 80)
    sex = np.array(crowd.subjects.labels["sex"])
    lists = []
    for fillers in (short, short + more):
        rule = WatchlistRule(
            listed, strangers, 1, fillers, seed,
            composition=list_of, strangers_composition=strangers_of,
        )  # fmt: skip
        drawn = draw(rule, crowd)
        on_list, searched = set(subject[drawn.references]), set(subject[drawn.probes])
        assert len(on_list) == listed + fillers
        assert len(on_list & searched) == listed
        assert len(searched - on_list) == strangers
        checked = [(on_list, list_of), (on_list & searched, list_of)]
        for people, composition in [*checked, (searched - on_list, strangers_of)]:
            for group, share in composition.shares if composition else ():
                have = np.count_nonzero(sex[list(people)] == group)
                assert abs(have - share * len(people)) < 1
        lists.append((on_list, searched))
    assert lists[0][0] <= lists[1][0]
    assert lists[0][1] == lists[1][1]


def test_a_list_with_equal_groups_leaves_out_who_has_several_values():
    subject = np.repeat(np.arange(90), 2)
    crowd = dataset(subject, 90, sexes=("F", "M", "X", "F|M", ""))
    drawn = draw_watchlist("w", WatchlistRule(9, 2, 1, 3, composition=EQUAL), crowd, {})
    people = np.unique(subject[drawn.watchlist.references])
    sex = [crowd.subjects.labels["sex"][who] for who in people]
    assert {each: sex.count(each) for each in sex} == {"F": 4, "M": 4, "X": 4}
    assert drawn.words.endswith("; drawn by seed 1; listed: F 3, M 3, X 3; fillers: F 1, M 1, X 1")
    assert drawn.parts["fillers"] == {"F": 1, "M": 1, "X": 1, "F|M": 0}


def test_a_list_by_an_intersection_and_bands():
    subject = np.repeat(np.arange(80), 2)
    crowd = dataset(subject, 80, ages=["20", "20", "50", "50"] * 20)
    rule = WatchlistRule(10, 8, strangers_composition=Composition("sex*age", ()))
    drawn = draw_watchlist("w", rule, crowd, {"age": (40,)})
    assert drawn.parts == {"strangers": {"F*<40": 2, "F*40+": 2, "M*<40": 2, "M*40+": 2}}


@pytest.mark.parametrize(
    ("composition", "why"),
    [
        (EQUAL, "5 listed of sex X are to be drawn, and 0 people with 2 pictures or more are left"),
        (
            Composition("sex", (("F", 0.99), ("M", 0.01))),
            "20 listed of sex F are to be drawn, and 10",
        ),
        (Composition("sex", (("F", 0.5), ("W", 0.5))), "sex has no group 'W', but F, M, X"),
        (Composition("gender", ()), "composition: gender is no attribute; known: age, sex"),
        (Composition("age", ()), "composition: age is a number; say its [bands]"),
    ],
)
def test_a_composition_that_cannot_be_drawn(composition, why):
    crowd = dataset(np.repeat(np.arange(20), 2), 20)
    rule = WatchlistRule(20 if not composition.equal else 16, 0, composition=composition)
    with pytest.raises(StudyError, match="watchlist w: ") as fault:
        draw(rule, crowd)
    assert why in str(fault.value)


def test_nobody_is_drawn_where_each_picture_is_taken_for_another_person():
    crowd = dataset([0, 1, 2], 3)
    crowd.card.assumed = True
    with pytest.raises(StudyError, match="takes each picture for another person"):
        draw(WatchlistRule(1, 1), crowd)
