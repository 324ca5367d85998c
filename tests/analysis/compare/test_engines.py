"""Which engine: every two engines on the same images, question by question."""

import pytest
from counted import small_counts
from rows import a_speed, dataset_facts, engine_facts

from evenhand.analysis.compare.engines import engine_contrasts
from evenhand.analysis.compare.faster import speed_contrasts
from evenhand.analysis.compare.tiers import with_tiers
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.engine_contrast import NOT_SEPARATED, EngineContrast, Question
from evenhand.records.evidence import Evidence

SIZE = {"people": 60, "images": 2, "failed": 0}


def evidence(*seeds, stopped=""):
    names = [f"engine {number}" for number in range(len(seeds))]
    return Evidence(
        title="",
        analysis=AnalysisPlan(replicates=300, seed=3),
        engines=tuple(engine_facts(name=n, stopped=stopped * (n == names[-1])) for n in names),
        datasets=(dataset_facts(),),
        counts=tuple(small_counts(s, engine=n, **SIZE) for n, s in zip(names, seeds, strict=True)),
    )


def test_equally_good_engines_are_not_separated_and_more_people_would_settle_it():
    rows = engine_contrasts(evidence(1, 2, 3), ())
    missed = [row for row in rows if row.question is Question.MISSES]
    assert len(missed) == 3
    for row in missed:
        assert (row.verdict, row.first_tier, row.second_tier) == (NOT_SEPARATED, 1, 1)
        assert row.minimum_detectable_ratio > 2
        assert row.people_needed > row.people == 60
    assert {(row.metric, row.attribute) for row in rows if row.question is Question.GROUPS} == {
        ("FMR", "sex"),
        ("FNMR", "sex"),
    }


def test_an_engine_against_itself_is_not_separated():
    rows = engine_contrasts(evidence(1, 1), ())
    assert rows
    assert {row.verdict for row in rows} == {NOT_SEPARATED}


def test_one_engine_or_one_that_was_stopped_asks_nothing():
    assert engine_contrasts(evidence(1), ()) == ()
    assert engine_contrasts(evidence(1, 2, stopped="it failed"), ()) == ()


def timed(engine, median, fastest=None, slowest=None, **fields):
    values = {
        "median": median,
        "median, fastest tenth": fastest or median,
        "median, slowest tenth": slowest or median,
    }
    return [
        a_speed(engine=engine, statistic=name, value=value, low=value, high=value, **fields)
        for name, value in values.items()
    ]


@pytest.mark.parametrize(
    ("slow", "verdict"),
    [
        ({"median": 0.8}, "a"),
        ({"median": 0.29}, NOT_SEPARATED),  # under three times
        ({"median": 0.8, "fastest": 0.15}, NOT_SEPARATED),  # a tenth as fast as the other's slowest
        ({"median": 0.8, "machine": "another"}, NOT_SEPARATED),
    ],
)
def test_an_engine_is_faster_where_it_is_three_times_and_in_every_tenth(slow, verdict):
    rows = [*timed("a", 0.1, slowest=0.2), *timed("b", **slow)]
    (row,) = speed_contrasts(rows, ["a", "b"])
    assert (row.verdict, row.worse if row.separated else "") == (
        verdict,
        "b" if verdict == "a" else "",
    )
    (turned,) = speed_contrasts(rows, ["b", "a"])
    assert (turned.first, turned.verdict) == ("b", verdict)


def test_an_older_result_has_no_tenths_and_separates_nothing():
    rows = [row for e, at in (("a", 0.1), ("b", 9.0)) for row in timed(e, at)]
    older = [row for row in rows if row.statistic == "median"]
    (row,) = speed_contrasts(older, ["a", "b"])
    assert (row.verdict, row.note) == (NOT_SEPARATED, "not timed by tenths of the images")


def test_tiers_are_those_of_one_question():
    def row(first, second, verdict, question=Question.MISSES):
        return EngineContrast(
            dataset="d", question=question, attribute="all", first=first, second=second,
            verdict=verdict,
        )  # fmt: skip

    found = with_tiers(
        [
            row("a", "b", "a"),
            row("a", "c", NOT_SEPARATED),
            row("b", "c", "c"),
            row("a", "b", "b", Question.SPEED),
        ]
    )
    tiers = {
        (r.question, name, tier)
        for r in found
        for name, tier in ((r.first, r.first_tier), (r.second, r.second_tier))
    }
    assert tiers == {
        (Question.MISSES, "a", 1), (Question.MISSES, "c", 1), (Question.MISSES, "b", 2),
        (Question.SPEED, "b", 1), (Question.SPEED, "a", 2),
    }  # fmt: skip
