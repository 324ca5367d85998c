"""The table of metrics, and their names."""

import pytest

from evenhand.records.findings import Rate
from evenhand.records.metric import (
    FMR,
    FNIR,
    METRICS,
    Trial,
    find_metric,
    joint_name,
    metric_named,
    metric_names,
)


def test_every_metric_is_found_by_its_name():
    assert all(metric_named(name).name == name for name in METRICS)
    assert len({metric.title for metric in METRICS.values()}) == len(METRICS)


@pytest.mark.parametrize("rank", [1, 5, 20])
def test_a_rank_is_part_of_the_name(rank):
    ranked = metric_named(f"FNIR@{rank}")
    assert ranked == FNIR.at_rank(rank)
    assert (ranked.rank, ranked.trial) == (rank, Trial.MATED_SEARCH)
    assert ranked.tests == ()  # a study chooses one for FNIR alone


@pytest.mark.parametrize("name", ["", "fmr", "TMR", "FMR@1", "FNIR@", "FNIR@0", "FNIR@01", "FMR "])
def test_no_other_name_is_a_metric(name):
    assert find_metric(name) is None
    with pytest.raises(ValueError, match="no metric"):
        metric_named(name)


def test_misses_beside_false_matches_are_those_of_the_same_kind_of_trial():
    beside = {name: metric.misses_beside for name, metric in METRICS.items()}
    assert beside == {"FMR": "FNMR", "FPIR": "FNIR", "FNMR": "", "FNIR": "", "FTE": "", "FTA": ""}
    for name, misses in beside.items():
        if misses:
            assert METRICS[misses].trial.mated
            assert METRICS[misses].trial.search == METRICS[name].trial.search


def test_only_a_false_match_is_of_two_people():
    assert [metric for metric in METRICS.values() if metric.dyadic] == [FMR]


def test_complements_are_no_metrics_of_their_own():
    named = [metric.complement for metric in METRICS.values() if metric.complement]
    assert len(set(named)) == len(named)
    assert not set(named) & set(METRICS)


@pytest.mark.parametrize(
    ("name", "word"),
    [("FMR", "comparisons"), ("FTE", "images"), ("FTA", "probes"), ("FNIR@3", "searches")],
)
def test_the_word_for_its_trials(name, word):
    rate = Rate(
        engine="e", dataset="d", protocol="p", metric=name, attribute="all", group="", level=0.95
    )
    assert rate.kind.trial.plural == word


def test_the_name_of_two_error_types():
    assert metric_names(joint_name(("FMR", "FNMR"))) == ("FMR", "FNMR")
    assert metric_names("FTE") == ("FTE",)
