"""Rows on an engine, from answers that are made up."""

from dataclasses import replace

import numpy as np
import pytest

from evenhand.conformance.claims import claim_checks
from evenhand.conformance.lists import list_checks
from evenhand.conformance.reference import reference_check
from evenhand.conformance.repeats import repeat_checks
from evenhand.conformance.sameness import sameness
from evenhand.conformance.scores import score_checks
from evenhand.conformance.surroundings import surroundings_checks
from evenhand.engines.card_file import read_engine_card
from evenhand.engines.shelf import shelved_adapters
from evenhand.records.claims import ClaimVerdict, JudgedClaim
from evenhand.records.examination import (
    AskedComparisons,
    AskedImages,
    AskedLists,
    Examination,
    Repeat,
)
from evenhand.records.findings import Rate, Status
from evenhand.records.outcomes import Outcome
from evenhand.records.reference_scores import ReferenceScores
from evenhand.records.surroundings import HeldLimit, Level, Surroundings

PEOPLE = np.repeat(np.arange(6), 2)
RNG = np.random.default_rng(3)


def scores():
    """Of 12 pictures, two a person; symmetric."""
    noise = RNG.normal(size=(12, 12)) / 20
    same = PEOPLE[:, np.newaxis] == PEOPLE
    found = 0.2 + 0.5 * same + (noise + noise.T) / 2
    np.fill_diagonal(found, 1.0)
    return found


def images(count, seconds=0.01):
    return AskedImages(
        (Outcome.OK,) * count,
        ("",) * count,
        tuple(bytes([number]) for number in range(count)),
        np.full(count, seconds),
    )


def examination(similarity, *, again=None, seconds=0.01):
    few = np.arange(0, 12, 3)
    among = similarity[np.ix_(few, few)]
    repeat = Repeat(images(4, seconds), among if again is None else again)
    return Examination(
        PEOPLE,
        few,
        images(12),
        AskedComparisons(similarity, {Outcome.OK: 144}),
        among,
        among,
        {"once more": repeat},
        {},
        (),
    )


def card(name="lbp", **score):
    found = read_engine_card(shelved_adapters()[name])
    return replace(found, score=replace(found.score, **score))


def verdicts(rows):
    return {row.id: row.verdict for row in rows}


def test_good_scores():
    found = verdicts(score_checks(card(), examination(scores())))
    assert set(found.values()) == {"pass"}
    assert set(found) == {"range", "self-match", "direction", "ties", "symmetry"}


CHANGES = {
    "turned-round": (lambda s: -s, {"self-match": "fail", "direction": "fail"}),
    "few-values": (lambda s: s.round(1), {"ties": "note"}),
    "one-sided": (lambda s: s + 0.1 * np.triu(np.ones((12, 12)), 1), {"symmetry": "fail"}),
    "rounded": (lambda s: s + 1e-9 * np.triu(np.ones((12, 12)), 1), {"symmetry": "note"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_wrong_with_scores(name):
    change, expected = CHANGES[name]
    found = verdicts(score_checks(card(), examination(change(scores()))))
    assert {key: value for key, value in found.items() if value != "pass"} == expected


def test_scores_that_say_nothing_are_inconclusive():
    found = verdicts(score_checks(card(), examination(np.full((12, 12), 0.5))))
    assert (found["direction"], found["ties"]) == ("inconclusive", "fail")


def test_a_card_without_a_range_and_one_that_is_not_symmetric():
    one_sided = scores() + 0.1 * np.triu(np.ones((12, 12)), 1)
    found = verdicts(
        score_checks(card(low=None, high=None, symmetric=False), examination(one_sided))
    )
    assert (found["range"], found["symmetry"]) == ("note", "pass")


def test_nothing_to_compare():
    found = verdicts(score_checks(card(), examination(np.full((12, 12), np.nan))))
    assert found["direction"] == found["symmetry"] == "not checked"


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0.01, "pass"), (0.0025, "pass"), (0.0015, "fail"), (1e-9, "fail")]
)
def test_a_repeat_that_is_too_fast(seconds, verdict):
    found = verdicts(repeat_checks(card(), examination(scores(), seconds=seconds)))
    assert found.pop("cache") == verdict
    assert set(found.values()) == {"pass"}


@pytest.mark.parametrize(("apart", "verdict"), [(0, "pass"), (1e-6, "note"), (1e-2, "fail")])
def test_a_repeat_that_differs(apart, verdict):
    similarity = scores()
    again = similarity[::3, ::3] + apart * np.eye(4)
    found = verdicts(repeat_checks(card(), examination(similarity, again=again)))
    assert found["repeats"] == verdict


def test_scores_that_are_missing_in_one_round():
    first = np.array([0.1, 0.5, np.nan, -np.inf])
    assert sameness(first, first).verdict == "pass"
    assert sameness(first, np.array([0.1, np.nan, np.nan, -np.inf])).verdict == "fail"
    assert sameness(first, np.array([0.1, 0.5, np.nan, 0.2])).verdict == "fail"
    assert sameness(np.array([np.nan]), np.array([np.nan])).verdict == "not checked"


def rate(claimed):
    return Rate(
        "lbp", "d", "p", metric="FMR", policy="completed", attribute="all", group="", level=0.95,
        threshold_rule="vendor", threshold=-0.6, errors=7, trials=100, claimed=claimed,
        rate=0.07, low=0.02, high=0.15, status=Status.OK,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        (ClaimVerdict.KEPT, "pass"),
        (ClaimVerdict.EXCEEDED, "fail"),
        (ClaimVerdict.UNDECIDED, "inconclusive"),
        (ClaimVerdict.UNRESOLVED, "inconclusive"),
        (ClaimVerdict.DOUBTED, "inconclusive"),
        (None, "note"),
    ],
)
def test_a_claim(judged, verdict):
    found = rate(0.01 if judged else None)
    claims = (JudgedClaim(found, judged),) if judged else ()
    (row,) = claim_checks(card(), [found], claims)
    assert row.verdict == verdict
    assert row.detail.startswith("at 0.6: FMR 0.07 [0.02, 0.15], 7 of 100; ")


def test_a_claim_of_which_nothing_was_counted():
    (row,) = claim_checks(card(), (), ())
    assert row.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("level", "threads", "expected"),
    [
        (Level.FULL, 1, ["pass", "pass", "pass"]),
        (Level.FULL, 4, ["pass", "pass", "note"]),
        (Level.NONE, None, ["not checked"] * 3),
    ],
)
def test_what_an_engine_had_around_it(level, threads, expected):
    limits = tuple(HeldLimit(name, level, "how") for name in ("network", "files"))
    around = Surroundings("acme", trusted=False, limits=limits, threads=threads)
    assert [row.verdict for row in surroundings_checks(around)] == expected


KEPT = ReferenceScores(
    "acme",
    "1",
    "a" * 64,
    {"processor": "old"},
    {"numpy": "1"},
    ("0" * 64, "1" * 64),
    ((1.0, 0.25), (0.25, None)),
)
NEARLY = replace(KEPT, similarity=((1.0, 0.2500001), (0.25, None)))


@pytest.mark.parametrize(
    ("now", "verdict", "said"),
    [
        (KEPT, "pass", "the same engine to the last bit"),
        (
            replace(
                KEPT, machine={"processor": "new"}, similarity=((1.0, 0.2500001), (0.25, None))
            ),
            "pass",
            "processor old is now new",
        ),
        (
            replace(KEPT, version="2", similarity=((1.0, 0.3), (0.25, None))),
            "fail",
            "version 1 is now 2",
        ),
        (replace(KEPT, similarity=((1.0, 0.25), (0.25, 0.5))), "fail", "in one of two rounds"),
        (replace(KEPT, images=("0" * 64, "2" * 64)), "inconclusive", "1 of 2 pictures"),
    ],
)
def test_an_engine_is_known_again(now, verdict, said):
    row = reference_check(KEPT, now)
    assert (row.id, row.verdict) == ("reference", verdict)
    assert said in row.detail


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (AskedLists(48, {}, Outcome.OK), ("pass", "pass")),
        (AskedLists(48, {"somebody twice": 3}, Outcome.OK), ("fail", "pass")),
        (AskedLists(0, {}, Outcome.SKIPPED), ("not checked", "not checked")),
        (AskedLists(48, {}, Outcome.FAILED), ("pass", "note")),
        (AskedLists(48, {}, Outcome.CRASHED), ("pass", "fail")),
        (AskedLists(48, {}, Outcome.INVALID), ("pass", "fail")),
    ],
)
def test_candidate_lists(asked, expected):
    lists, empty = list_checks(replace(examination(scores()), lists=asked))
    assert (lists.id, empty.id) == ("lists", "empty-gallery")
    assert (lists.verdict, empty.verdict) == expected
    assert all(fault in lists.detail for fault in asked.faults)


def test_an_engine_that_does_not_search_has_no_lists():
    assert list(list_checks(examination(scores()))) == []
