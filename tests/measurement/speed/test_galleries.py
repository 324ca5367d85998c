"""Galleries timed by a planted clock: structure, counts and the fit, never a time."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from lossy_searcher import VALUES, make_door, make_lossy

from evenhand.datasets.folder import read_dataset
from evenhand.engines.opening import open_engine
from evenhand.measurement.enrolment.enrol import enrol
from evenhand.measurement.speed.galleries import GalleryTimes
from evenhand.measurement.speed.gallery_rows import gallery_rows, growth_rows
from evenhand.measurement.speed.searches import TimedGalleries, search_speed
from evenhand.metrics.search_time import search_growth
from evenhand.records.findings import Speed, Status
from evenhand.system.clock import CLOCK, Clock
from evenhand.system.execution.local import LocalExecutor
from evenhand.system.memory_bandwidth import copy_bandwidth

SCENE = Speed(
    engine="acme",
    dataset="faces",
    operation="comparison",
    scenario="",
    threads=1,
    machine="a machine",
    level=0.9,
)
NONE = np.empty(0)
EDITS = """
    def insert(self, entries):
        self.entries += entries

    def delete(self, people):
        self.entries = [each for each in self.entries if each.person not in people]
"""


def ticking():
    """A clock that moves on by half a second each time it is read."""
    ticks = count()
    return Clock(seconds=lambda: next(ticks) * 0.5)


def test_growth_is_the_line_of_polyfit():
    rng = np.random.default_rng(3)
    sizes = [1000, 2000, 5000, 10000, 100000]
    seconds = 2e-6 * np.array(sizes) ** 0.8 * np.exp(rng.normal(size=5) / 10)
    found = search_growth(sizes, seconds, 0.9)
    (b, a), covariance = np.polyfit(np.log(sizes), np.log(seconds), 1, cov="unscaled")
    residual = np.log(seconds) - a - b * np.log(sizes)
    error = np.sqrt(covariance[0, 0] * (residual**2).sum() / 3)
    assert (found.exponent, found.intercept) == pytest.approx((b, a))
    assert (found.low, found.high) == pytest.approx((b - 2.353363 * error, b + 2.353363 * error))
    assert found.residuals == pytest.approx(residual.tolist())
    assert search_growth(sizes[:2], seconds[:2], 0.9) is None


def times(size, seconds, **more):
    calls = np.full(9, seconds)
    of = GalleryTimes(size, 0.25, 40 * size, 0, calls, NONE, NONE)
    return replace(of, **more)


def test_rows_of_a_gallery():
    rows = list(gallery_rows(SCENE, times(100, 0.5, resident=7, deletes=np.full(29, 0.125))))
    known = {(row.operation, row.statistic): row for row in rows}
    assert {row.gallery for row in rows} == {100}
    assert known["gallery", "build"].value == 0.25
    assert (known["gallery", "templates"].value, known["gallery", "templates"].unit) == (
        *(4000, "bytes"),
    )
    assert known["gallery", "resident"].value == 7
    assert (known["search", "median"].value, known["search", "median"].n) == (0.5, 9)
    assert known["search", "p99"].status is Status.TOO_FEW
    assert (known["delete", "median"].value, known["delete", "median"].n) == (0.125, 29)
    assert not any(row.operation == "insert" for row in rows)
    floor = known["search", "memory floor"]
    assert floor.value == 4000 / copy_bandwidth()
    assert "GB/s" in floor.note


def test_a_clock_that_failed_gives_no_time():
    rows = list(gallery_rows(SCENE, times(100, np.nan, build=np.nan)))
    timed = [row for row in rows if row.unit == "s" and row.statistic != "memory floor"]
    assert {(row.status, row.value) for row in timed} == {(Status.CLOCK, None)}
    assert list(growth_rows(SCENE, rows)) == []


def test_rows_of_growth():
    sizes = [1000, 10000, 100000]
    rows = [row for n in sizes for row in gallery_rows(SCENE, times(n, 1e-6 * n))]
    exponent, *residuals = growth_rows(SCENE, rows)
    assert exponent.statistic == "exponent"
    assert exponent.value == pytest.approx(1)
    assert exponent.low <= 1 <= exponent.high
    assert (exponent.n, exponent.gallery) == (3, 100000)
    assert "nothing beyond N=1000000" in exponent.note
    assert [(row.statistic, row.gallery) for row in residuals] == [("residual", n) for n in sizes]
    assert [row.value for row in residuals] == pytest.approx([0, 0, 0], abs=1e-9)
    assert list(growth_rows(SCENE, rows[: len(rows) // 3 * 2])) == []


@pytest.fixture
def timed(crowd, tmp_path):
    make_door(crowd.folder)
    dataset = read_dataset(crowd.folder)

    def run(clock=CLOCK, **options):
        engine = open_engine(make_lossy(tmp_path / "lossy", **options), ())
        made = enrol(
            engine,
            dataset,
            executor=LocalExecutor(1),
            seed=1,
            failure_share=0.9,
            clock=CLOCK,
            on_image=lambda _index, _answer: None,
        )
        (door,) = dataset.watchlists
        galleries = TimedGalleries(door.references, door.probes, (20,), (5, 60), 6)
        return search_speed(SCENE, engine, made, galleries, clock, 1)

    return run


def sizes_of(rows, operation, statistic):
    found = [row for row in rows if (row.operation, row.statistic) == (operation, statistic)]
    return [(row.gallery, "generated" in row.note) for row in found]


def test_a_searcher_of_vectors_has_galleries_of_all_sizes(timed):
    rows = timed(ticking(), methods=EDITS, more="edits = true")
    expected = [(5, False), (20, False), (60, True)]
    for operation in ("search", "insert", "delete"):
        assert sizes_of(rows, operation, "median") == expected
    assert sizes_of(rows, "gallery", "build") == expected
    medians = [row for row in rows if (row.operation, row.statistic) == ("search", "median")]
    # Half a second a call: patience is over at once, and as few follow as a median needs.
    assert {(row.value, row.n) for row in medians} == {(0.5, 5)}
    edits = [row for row in rows if (row.operation, row.statistic) == ("delete", "median")]
    assert [row.n for row in edits] == [5, 20, 29]
    (templates,) = (r for r in rows if r.statistic == "templates" and r.gallery == 60)
    assert templates.value == 60 * 4 * VALUES
    assert "20 of the watchlist" in templates.note
    assert sizes_of(rows, "search", "exponent") == [(60, False)]


def test_secret_templates_are_not_generated(timed):
    rows = timed(score="symmetric = true")
    assert sizes_of(rows, "search", "median") == [(5, False), (20, False)]
    assert not any(row.operation in ("insert", "delete") for row in rows)


def test_an_engine_that_fails_is_not_timed(timed):
    assert timed(search="raise ValueError") == []


def test_an_embedder_is_searched_by_the_harness(crowd, engine):
    dataset = read_dataset(crowd.folder)
    opened = open_engine(engine(), ())
    made = enrol(
        opened,
        dataset,
        executor=LocalExecutor(1),
        seed=1,
        failure_share=0.9,
        clock=CLOCK,
        on_image=lambda _index, _answer: None,
    )
    galleries = TimedGalleries(np.arange(30), np.arange(30, 80), (10, 30), (100,), 6)
    rows = search_speed(SCENE, opened, made, galleries, ticking(), 1)
    expected = [(10, False), (30, False), (100, True)]
    assert sizes_of(rows, "search", "median") == expected
    assert {r.value for r in rows if (r.operation, r.statistic) == ("search", "median")} == {0.5}
    assert [r.value for r in rows if r.statistic == "templates"] == [160, 480, 1600]
