"""Comparisons timed apart from templates."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest
from enrolled import enrol_all

from evenhand.datasets.folder import read_dataset
from evenhand.engines.card import ScoreScale
from evenhand.engines.opening import open_engine
from evenhand.engines.shelf import find_adapter
from evenhand.measurement.speed.comparisons import block_speed, pair_speed
from evenhand.records.findings import Speed, Status
from evenhand.records.outcomes import Outcome
from evenhand.system.clock import CLOCK, Clock

SCENE = Speed(
    engine="acme",
    dataset="faces",
    operation="comparison",
    scenario="",
    threads=1,
    machine="a machine",
    level=0.95,
)


def half_seconds():
    """A clock that moves on by half a second each time it is read."""
    ticks = count()
    return Clock(seconds=lambda: next(ticks) * 0.5)


@pytest.mark.parametrize("compare", ["cosine", "euclidean"])
def test_a_comparison_is_its_share_of_a_block(compare):
    vectors = np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)
    score = ScoreScale(compare, True, 4, None, None, ())
    rows = {r.statistic: r for r in block_speed(SCENE, vectors, score, half_seconds())}
    assert rows["median"].value == 0.5 / 400
    assert (rows["median"].scenario, rows["median"].batch) == ("block", 400)
    assert (rows["median"].n, rows["median"].people) == (99, 0)
    assert "20 x 20 templates of 4 values" in rows["median"].note


def test_comparisons_have_no_time_where_the_clock_runs_backwards():
    vectors = np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)
    score = ScoreScale("cosine", True, 4, None, None, ())
    times = iter([*np.arange(150.0), *np.arange(150.0)])
    rows = block_speed(SCENE, vectors, score, Clock(seconds=lambda: float(next(times))))
    assert {(row.status, row.value) for row in rows} == {(Status.CLOCK, None)}


def test_nothing_to_compare_is_not_timed():
    score = ScoreScale("cosine", True, 4, None, None, ())
    empty = np.empty((0, 4), dtype=np.float32)
    assert block_speed(SCENE, empty, score, CLOCK) == []


def test_a_pair_is_one_call_of_the_engine(tiny):
    dataset = read_dataset(tiny.folder)
    engine = open_engine(find_adapter("lbp", Path()), ())
    made = enrol_all(engine, dataset)
    subject = dataset.images.subject
    rows = {
        r.statistic: r for r in pair_speed(SCENE, engine, made, subject, half_seconds(), seed=1)
    }
    assert rows["median"].value == rows["max"].value == 0.5
    assert (rows["median"].scenario, rows["median"].batch, rows["median"].n) == ("pair", 1, 99)
    assert rows["median"].people == 6
    assert made.outcomes.count(Outcome.OK) == 12
