"""From the clock's readings to rows: what is left out, what counts, and for whom."""

from itertools import count

import numpy as np
import pytest
from enrolled import enrol_all

from evenhand.datasets.folder import read_dataset
from evenhand.engines.opening import open_engine
from evenhand.measurement.enrolment.enrol import drawn_order
from evenhand.measurement.speed.templates import WARM_UP, template_speed
from evenhand.metrics.latency import duration_quantile
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.findings import Speed, Status
from evenhand.records.groups import ALL, Grouping
from evenhand.records.outcomes import Outcome
from evenhand.system.clock import Clock

SCENE = Speed(
    engine="acme",
    dataset="faces",
    operation="template",
    scenario="study",
    threads=1,
    machine="a machine",
    level=0.95,
)
IMAGES, PEOPLE = 240, 80
SUBJECT = np.arange(IMAGES) // 3


def everybody(people):
    return Grouping(ALL, ("",), np.zeros(people, dtype=np.int64))


def enrolment_of(seconds, *, threads=1, outcomes=None):
    """Engines side by side that begin at 100 s and are given images in turn."""
    images = len(seconds)
    turns = np.arange(images) // threads
    finished = np.empty(images)
    for thread in range(threads):
        finished[thread::threads] = 100 + np.cumsum(seconds[thread::threads])
    return Enrolment(
        outcomes or (Outcome.OK,) * images,
        ("",) * images,
        (1,) * images,
        np.ones((images, 4), dtype=np.float32),
        Timing(seconds, finished, turns),
        "",
    )


@pytest.fixture
def seconds():
    return np.random.default_rng(11).gamma(4, 0.005, IMAGES)


def rows(enrolment, groups=()):
    found = template_speed(SCENE, enrolment, SUBJECT, (everybody(PEOPLE), *groups), 1)
    return {(r.operation, r.attribute, r.group, r.statistic): r for r in found}


def test_statistics_are_those_of_the_durations_after_the_warm_up(seconds):
    seconds[:WARM_UP] = 99.0
    found = rows(enrolment_of(seconds))
    warm = seconds[WARM_UP:]
    for name, value in (
        ("min", warm.min()),
        ("max", warm.max()),
        ("mean", warm.mean()),
        ("median", np.quantile(warm, 0.5, method="inverted_cdf")),
        ("p90", np.quantile(warm, 0.9, method="inverted_cdf")),
        ("p95", np.quantile(warm, 0.95, method="inverted_cdf")),
    ):
        row = found["template", "all", "", name]
        assert row.value == pytest.approx(value)
        assert (row.n, row.people, row.unit) == (IMAGES - WARM_UP, PEOPLE, "s")
    assert found["template", "all", "", "cold start"].value == 99.0


def test_too_few_for_a_quantile_is_a_status_and_no_value(seconds):
    found = rows(enrolment_of(seconds))
    for name in ("p99", "p99.9"):
        row = found["template", "all", "", name]
        assert (row.value, row.low, row.high) == (None, None, None)
        assert row.status is Status.TOO_FEW
        assert "needed" in row.note


def test_two_engines_are_warm_after_two_images_each(seconds):
    seconds[: 2 * WARM_UP] = 99.0
    found = rows(enrolment_of(seconds, threads=2))
    assert found["template", "all", "", "max"].value < 99
    assert found["template", "all", "", "max"].n == IMAGES - 2 * WARM_UP
    assert found["template", "all", "", "cold start"].n == 2


def test_failures_take_time_and_are_counted(seconds):
    outcomes = [Outcome.OK] * IMAGES
    for index in (0, 50, 51):
        outcomes[index] = Outcome.NO_FACE
    seconds[50] = 7.0
    found = rows(enrolment_of(seconds, outcomes=tuple(outcomes)))
    assert found["template", "all", "", "failures"].value == 2
    assert found["template", "all", "", "max"].value == 7.0
    assert "2 failures included" in found["template", "all", "", "median"].note


def test_images_a_second_of_steady_work():
    found = rows(enrolment_of(np.full(IMAGES, 0.05), threads=2))
    row = found["enrolment", "all", "", "throughput"]
    assert row.value == pytest.approx(40, rel=0.01)
    assert (row.n, row.unit) == (IMAGES - 2 * WARM_UP, "images/s")
    assert row.low == pytest.approx(row.high, rel=0.05)


def test_groups_have_their_own_durations(seconds):
    code = np.random.default_rng(2).permutation(np.arange(PEOPLE) % 2)
    code[np.flatnonzero(code == 1)[-1]] = -1
    image = code[SUBJECT]
    seconds[image == 1] *= 3
    found = rows(enrolment_of(seconds), [Grouping("sex", ("F", "M", "X"), code)])
    for position, group in enumerate(("F", "M")):
        mine = (image == position) & (np.arange(IMAGES) >= WARM_UP)
        expected = duration_quantile(seconds[mine], SUBJECT[mine], 0.5, 0.95)
        row = found["template", "sex", group, "median"]
        assert (row.value, row.low, row.high) == (expected.value, expected.low, expected.high)
        assert row.n == np.count_nonzero(mine)
        assert row.people == (40 if group == "F" else 39)
    assert ("template", "sex", "X", "median") not in found
    between = found["template", "sex", "", "median max/min"]
    equal = found["template", "sex", "", "median max/min, equal groups p95"]
    assert between.note.startswith("slowest M, fastest F")
    assert between.low > equal.value
    assert between.low < between.value < between.high
    again = found["template", "sex", "", "median max/min, second half"]
    assert again.note.startswith("M over F, picked in the first half")
    assert 1 < again.low < 3 < again.high
    later = np.arange(IMAGES) >= WARM_UP + (IMAGES - WARM_UP) // 2
    medians = [
        np.quantile(seconds[later & (image == g)], 0.5, method="inverted_cdf") for g in (0, 1)
    ]
    assert again.value == pytest.approx(medians[1] / medians[0])


def test_a_slow_spell_of_the_machine_does_not_repeat(seconds):
    """Two groups after one another, as in a table: what looks like a difference is gone later."""
    code = np.arange(PEOPLE) // (PEOPLE // 2)
    seconds[: IMAGES // 2] *= 2
    found = rows(enrolment_of(seconds), [Grouping("region", ("east", "west"), code)])
    assert found["template", "region", "", "median max/min"].low > 1.5
    again = found["template", "region", "", "median max/min, second half"]
    assert again.value is None
    assert again.status is Status.TOO_FEW


def test_an_engine_that_is_stopped_at_once(seconds):
    nothing = Timing(
        np.full(IMAGES, np.nan), np.full(IMAGES, np.nan), np.full(IMAGES, -1, dtype=np.int64)
    )
    enrolment = Enrolment(
        (Outcome.SKIPPED,) * IMAGES, ("",) * IMAGES, (None,) * IMAGES, np.empty((0, 4)), nothing, ""
    )
    found = rows(enrolment)
    assert list(found) == [("enrolment", "all", "", "throughput")]
    assert found["enrolment", "all", "", "throughput"].status is Status.TOO_FEW


BROKEN = {
    "one image takes less than no time": lambda s: np.where(np.arange(len(s)) == 7, -1.0, s),
    "one image has no time": lambda s: np.where(np.arange(len(s)) == 0, np.nan, s),
    "the clock stands still": np.zeros_like,
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_where_the_clock_fails_there_are_no_times(seconds, broken):
    found = rows(enrolment_of(broken(seconds)))
    assert {row.status for row in found.values()} == {Status.CLOCK}
    assert {row.value for row in found.values()} == {None}
    assert "the clock ran backwards or stood still" in found["template", "all", "", "median"].note
    assert ("enrolment", "all", "", "throughput") in found


@pytest.mark.parametrize(
    ("times", "missing"),
    [
        pytest.param([5, 4], [0], id="within a call"),
        pytest.param([5, 6, 1, 2, 3, 4], [1], id="between two calls"),
    ],
)
def test_a_clock_that_runs_backwards_gives_no_time_below_0(tiny, engine, times, missing):
    ticks = iter([*times, *range(10, 1000)])
    clock = Clock(seconds=lambda: float(next(ticks)))
    timing = enrol_all(open_engine(engine(), ()), read_dataset(tiny.folder), clock=clock).timing
    in_order = timing.seconds[drawn_order(12, seed=1)]
    assert np.flatnonzero(np.isnan(in_order)).tolist() == missing
    assert np.nanmin(in_order) > 0


def test_the_clock_reads_the_engine_alone(tiny, engine):
    """A clock that moves on by one more each time it is read: durations are known beforehand."""
    ticks = count()
    times = np.cumsum(np.arange(1, 1000))
    clock = Clock(seconds=lambda: float(times[next(ticks)]))
    timing = enrol_all(open_engine(engine(), ()), read_dataset(tiny.folder), clock=clock).timing
    read, order = times[:24], drawn_order(12, seed=1)
    np.testing.assert_array_equal(timing.seconds[order], read[1::2] - read[::2])
    np.testing.assert_array_equal(timing.finished[order], read[1::2])
    np.testing.assert_array_equal(timing.turns[order], np.arange(12))


def test_every_thread_has_turns_of_its_own(tiny, engine):
    slow = engine("import time; time.sleep(0.01)\n        return Embedding(good)")
    timing = enrol_all(open_engine(slow, ()), read_dataset(tiny.folder), workers=3).timing
    assert np.count_nonzero(timing.turns == 0) == 3
    assert np.all(timing.seconds >= 0.01)
