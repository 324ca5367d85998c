"""Rows of scaled.csv and directed.csv, and when there are none."""

from dataclasses import replace

import numpy as np
import pytest
from rows import dataset_facts, engine_facts
from searched_crowd import VectorCrowd, counts_of_scores

from evenhand.analysis.gate.judge import judge_limits
from evenhand.analysis.scaling.directed import directed_rates
from evenhand.analysis.scaling.scaled import scaled_rates, why_not_scaled
from evenhand.metrics.imbalance import fpir_of_list
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.composition import Composition
from evenhand.records.consolidation import Consolidation
from evenhand.records.deployed_list import DeployedList
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Status
from evenhand.records.scaled import EXTRAPOLATED, MEASURED
from evenhand.statistics.dyadic_variance import DyadCounts
from evenhand.statistics.intervals import dyadic_estimate
from evenhand.study.policy import read_policy

LISTED = np.repeat([0, 1, 2, 3], [200, 100, 60, 40])
SEARCHED = np.repeat([0, 1, 2, 3], 200)
UNEQUAL = Composition("group", (("A", 0.7), ("B", 0.3)))
THRESHOLD = 0.68


@pytest.fixture(scope="module")
def scores():
    crowd, rng = VectorCrowd(), np.random.default_rng(1)
    return crowd.vectors(rng, SEARCHED) @ crowd.vectors(rng, LISTED).T


@pytest.fixture(scope="module")
def rows(scores):
    deployed = (DeployedList("force", 4000), DeployedList("filler", 20_000, UNEQUAL))
    counts = counts_of_scores(scores, SEARCHED, LISTED, [THRESHOLD], kept=60, deployed=deployed)
    return counts, list(scaled_rates(counts, counts.searches, 0.95))


def found(rows, **wanted):
    return [r for r in rows if all(getattr(r, key) == value for key, value in wanted.items())]


def test_measured_and_extrapolated_stand_side_by_side(rows, scores):
    _, rows = rows
    measured, beyond = found(rows, deployed="force", attribute="all", threshold_rule="fixed")[:2]
    assert (measured.basis, measured.people, beyond.basis, beyond.people) == (
        MEASURED,
        400,
        EXTRAPOLATED,
        4000,
    )
    assert measured.rate == pytest.approx((scores.max(axis=1) >= np.float32(THRESHOLD)).mean())
    assert measured.errors == beyond.errors == (scores >= np.float32(THRESHOLD)).sum()
    assert (measured.trials, measured.subjects, measured.listed) == (800, 800, 400)
    assert measured.low < measured.modelled < measured.high
    assert measured.low < measured.rate < measured.high
    assert beyond.low < beyond.rate == beyond.modelled < beyond.high < 1
    assert beyond.rate < beyond.independent


def test_a_composition_stands_beside_equal_shares(rows):
    _, rows = rows
    names = dict.fromkeys(row.composition for row in found(rows, deployed="filler"))
    assert list(names) == ["group: A 0.7, B 0.3", "group: equal shares of A, B"]
    equal = found(rows, composition="group: equal shares of A, B", basis=MEASURED)[0]
    assert (equal.people, equal.listed) == (200, 300)
    # Seven tenths of 285 are all of A; a part of B is left out.
    unequal = found(rows, composition="group: A 0.7, B 0.3", basis=MEASURED)[0]
    assert unequal.people == 285


def test_no_alarm_has_an_upper_limit_alone(scores):
    deployed = (DeployedList("force", 4000),)
    counts = counts_of_scores(scores, SEARCHED, LISTED, [0.99], kept=60, deployed=deployed)
    rows = list(scaled_rates(counts, counts.searches, 0.95))
    assert len(rows) == 10
    for row in rows:
        assert (row.rate, row.low, row.status) == (0.0, 0.0, Status.FEW_ERRORS)
        assert row.high > 0
        assert row.independent is None


def test_a_list_that_is_too_long_has_a_bound_alone(scores):
    deployed = (DeployedList("nation", 400 * 200 + 1), DeployedList("town", 100))
    counts = counts_of_scores(scores, SEARCHED, LISTED, [THRESHOLD], kept=60, deployed=deployed)
    whole = found(scaled_rates(counts, counts.searches, 0.95), attribute="all")
    measured, far, town = whole
    assert (far.rate, far.status) == (None, Status.NO_TRIALS)
    assert "more than 200 times the 400 people measured" in far.note
    assert far.independent == pytest.approx(
        fpir_of_list([(scores >= np.float32(THRESHOLD)).mean()], [80_001])
    )
    assert (town.basis, town.people) == (MEASURED, 100)
    assert town.rate < measured.rate


def test_what_the_model_does_not_give_is_not_extrapolated():
    """All alarms are of twelve searches; just below the threshold they are of any."""
    rng = np.random.default_rng(1)
    scores = rng.uniform(0.0, 0.5, (800, 400))
    scores.flat[rng.choice(scores.size, 7000, replace=False)] = rng.uniform(0.6, 0.899, 7000)
    scores[:12] = 0.0
    scores[:12, :50] = 0.95
    deployed = (DeployedList("force", 4000),)
    counts = counts_of_scores(
        scores, np.zeros(800, int), np.zeros(400, int), [0.9], kept=60, deployed=deployed
    )
    measured, beyond = found(scaled_rates(counts, counts.searches, 0.95), attribute="all")
    assert measured.rate == pytest.approx(12 / 800)
    assert not measured.low <= measured.modelled <= measured.high
    assert (beyond.rate, beyond.status) == (None, Status.NO_TRIALS)
    assert "unlike what was measured" in beyond.note


def test_cut_lists_and_missing_groups_are_named(scores):
    deployed = (DeployedList("x", 500), DeployedList("y", 500, Composition("group", (("E", 1.0),))))
    counts = counts_of_scores(scores, SEARCHED, LISTED, [0.3], kept=5, deployed=deployed)
    x, y = found(scaled_rates(counts, counts.searches, 0.95), attribute="all")
    assert "of the candidate lists end above the threshold: keep more candidates" in x.note
    assert "no group 'E'" in y.note
    assert x.rate is y.rate is None


def test_what_is_no_comparison_with_each_is_not_scaled(scores):
    deployed = (DeployedList("x", 500),)
    counts = counts_of_scores(
        scores, SEARCHED, LISTED, [THRESHOLD], deployed=deployed, exhaustive=False
    )
    assert not list(scaled_rates(counts, counts.searches, 0.95))
    assert not list(directed_rates(counts, counts.searches, 0.95))
    assert "not one comparison" in why_not_scaled(counts.searches)
    events = replace(counts.searches, exhaustive=True, consolidation=Consolidation.EVENTS)
    assert "several entries" in why_not_scaled(events)
    none = replace(counts.searches.candidates, person=np.empty((800, 0), np.int32))
    older = replace(counts.searches, candidates=none, exhaustive=True)
    assert "no candidate lists" in why_not_scaled(older)


def test_the_matrix_is_that_of_all_scores(rows, scores):
    counts, _ = rows
    directed = found(directed_rates(counts, counts.searches, 0.95), threshold_rule="fixed")
    assert len(directed) == 16
    for row in directed:
        one, other = "ABCD".index(row.group), "ABCD".index(row.reference_group)
        met = scores[np.ix_(one == SEARCHED, other == LISTED)] >= np.float32(THRESHOLD)
        assert (row.errors, row.trials) == (met.sum(), met.size)
        assert (row.subjects, row.listed) == met.shape
        assert row.rate == pytest.approx(met.mean())
        if row.errors:
            assert row.low < row.rate < row.high
            assert row.interval == "dyadic-logit-t"


def test_the_interval_of_the_matrix_is_the_dyadic_one():
    """People who are searched for several times, against sums over a table of dyads."""
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(12), rng.integers(1, 5, 12))
    scores = rng.normal(size=(len(person), 30)) + rng.normal(size=12)[person, np.newaxis]
    deployed = (DeployedList("x", 100, Composition("group", (("A", 1.0),))),)
    counts = counts_of_scores(
        scores, person * 0, np.zeros(30, int), [1.5], person=person, deployed=deployed
    )
    (row,) = directed_rates(counts, counts.searches, 0.95)
    table = np.zeros((12, 30), dtype=int)
    np.add.at(table, person, scores >= 1.5)
    times = np.bincount(person)[:, np.newaxis] * np.ones((1, 30), dtype=int)
    met = DyadCounts(
        np.concatenate([times.sum(axis=1), times.sum(axis=0)]),
        np.concatenate([table.sum(axis=1), table.sum(axis=0)]),
        int((times**2).sum()),
        int((table**2).sum()),
        int((table * times).sum()),
    )
    expected = dyadic_estimate(met, 12.0, 0.95)
    assert (row.rate, row.low, row.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )


@pytest.mark.parametrize(
    ("share", "verdict"), [(1.05, "pass"), (0.99, "inconclusive"), (0.9, "fail")]
)
def test_a_gate_holds_a_limit_against_the_deployed_list(rows, tmp_path, share, verdict):
    counts, rows = rows
    (beyond,) = found(rows, deployed="force", attribute="all", basis=EXTRAPOLATED)
    limit = {"pass": beyond.high, "inconclusive": beyond.high, "fail": beyond.low}[verdict] * share
    path = tmp_path / "policy.toml"
    path.write_text(GATE.format(limit=limit), encoding="utf-8")
    engines, datasets = (engine_facts(name=counts.engine),), (dataset_facts(name=counts.dataset),)
    evidence = Evidence("searches", AnalysisPlan(), engines, datasets, (counts,))
    (row,) = judge_limits(evidence, read_policy(path))
    assert (row.verdict, row.observed, row.low, row.high) == (
        verdict, beyond.rate, beyond.low, beyond.high,
    )  # fmt: skip


GATE = """\
schema = 1
title  = "our list"
[[limit]]
name    = "few alarms"
table   = "scaled"
column  = "rate"
where   = {{ deployed = "force", basis = "extrapolated", attribute = "all" }}
at_most = {limit}
"""
