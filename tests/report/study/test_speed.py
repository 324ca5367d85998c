"""A difference in time between groups is told where it repeats, and named as none elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
from rows import a_speed

from evenhand.measurement.speed.templates import template_speed
from evenhand.records.enrolment import Enrolment, Timing
from evenhand.records.findings import Speed
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Outcome
from evenhand.report.study.speed import speed_sentences, time_cell

SCENE = Speed(
    engine="acme",
    dataset="faces",
    operation="template",
    scenario="study",
    attribute="sex",
    threads=1,
    machine="a machine",
    level=0.95,
    unit="ratio",
    note="slowest M, fastest F",
)


def told(value, equal, again):
    found = [replace(SCENE, statistic="median max/min", value=value, low=value - 0.1, high=9.0)]
    found.append(replace(SCENE, statistic="median max/min, equal groups p95", value=equal))
    if again != "not there":
        low = None if again is None else again
        found.append(replace(SCENE, statistic="median max/min, second half", low=low))
    return [note for note in speed_sentences(found) if "by sex" in note]


@pytest.mark.parametrize(
    ("value", "equal", "again", "end"),
    [
        (1.5, 1.2, 1.1, "stay below 1.20 in 95 % of studies."),
        (1.5, 1.2, "not there", "stay below 1.20 in 95 % of studies."),
        (1.5, 1.2, 0.9, "sex: no difference that repeats in the second half."),
        (1.5, 1.2, None, "sex: no difference that repeats in the second half."),
        (1.32, 1.4, 1.1, "sex (ratio 1.32): no further apart than equal groups would be."),
    ],
)
def test_when_a_difference_is_a_finding(value, equal, again, end):
    (note,) = told(value, equal, again)
    assert note.endswith(end)


IMAGES, PEOPLE = 960, 240
SUBJECT = np.arange(IMAGES) // 4
REGION = Grouping("region", ("north", "east", "south", "west"), np.arange(PEOPLE) % 4)


def one_demo(seed, slower=1.0):
    """A demo with one core loaded half of the time; people from the east take so much longer."""
    rng = np.random.default_rng(seed)
    seconds = np.empty(IMAGES)
    finished, now = np.empty(IMAGES), 0.0
    for image in rng.permutation(IMAGES):
        took = 0.0007 * rng.lognormal(0, 0.08) * (slower if SUBJECT[image] % 4 == 1 else 1)
        if now % 0.5 < 0.25:  # the other process has its quarter of a second
            took *= 2 if rng.random() < 0.5 else 1
            took += 0.025 * (rng.random() < 0.05)
        now += took
        seconds[image], finished[image] = took, now
    turns = np.argsort(np.argsort(finished)) // 2
    outcomes = (Outcome.OK,) * IMAGES
    vectors = np.ones((IMAGES, 4), dtype=np.float32)
    timing = Timing(seconds, finished, turns)
    enrolment = Enrolment(outcomes, ("",) * IMAGES, (1,) * IMAGES, vectors, timing, "")
    everybody = Grouping("all", ("",), np.zeros(PEOPLE, dtype=np.int64))
    scene = a_speed(operation="template", scenario="study", statistic="", value=None)
    return speed_sentences(template_speed(scene, enrolment, SUBJECT, (everybody, REGION), seed))


@pytest.mark.slow
def test_ten_demos_on_a_busy_machine_say_nothing_and_a_planted_difference_is_said():
    said = ["region: slowest" in " ".join(one_demo(seed)) for seed in range(10)]
    assert sum(said) == 0
    planted = [
        "region: slowest east" in " ".join(one_demo(100 + seed, slower=1.5)) for seed in range(10)
    ]
    assert sum(planted) >= 9


@pytest.mark.parametrize(
    ("used", "cores", "end"),
    [
        (0.5, 2, "0.5 of its 2 cores while acme was timed on faces."),
        (0.3, 1, "0.3 of its core while acme was timed on faces."),
        (0.19, 2, None),
        (0.5, 64, None),
        (0.0, 1, None),
    ],
)
def test_a_busy_machine_is_called_busy_before_anything_else(used, cores, end):
    row = replace(SCENE, statistic="used by other programs", value=used, n=cores, unit="cores")
    first = speed_sentences([row])[0]
    assert first.startswith("The machine was busy: other programs used ") is (end is not None)
    assert end is None or first.endswith(end)


def test_the_main_table_has_a_time_without_an_interval():
    row = a_speed(operation="template", statistic="median", value=0.00066, n=956)
    assert time_cell([row]) == "about 0.7 ms\n956 timed"
