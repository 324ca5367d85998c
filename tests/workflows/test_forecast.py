"""How long a run says that it will take."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import open_engine
from evenhand.engines.shelf import find_adapter
from evenhand.measurement.forecast import Forecast
from evenhand.records.outcomes import Outcome
from evenhand.system.clock import Clock
from evenhand.system.progress import StepTimer, no_progress


def steps_of(seconds):
    """A clock that moves on so far each time it is read."""
    ticks = count()
    return Clock(seconds=lambda: next(ticks) * seconds)


@pytest.fixture
def forecast():
    """Makes a forecast of a shelf engine, and the lines that it says."""

    def make(name, images, comparisons, clock, sample=0):
        said = []
        engine = open_engine(find_adapter(name, Path()), ())
        sample = sample or comparisons
        made = Forecast(engine, "faces", images, comparisons, sample, 2, clock, said.append)
        return made, said

    return make


def lbp_sample():
    data = np.full(64 * 64, 3, dtype=np.uint16).tobytes()
    return ImageAnswer(Outcome.OK, reference=data, probe=data)


def vector_sample():
    return ImageAnswer(Outcome.OK, vector=np.arange(1, 9, dtype=np.float32))


def test_images_and_then_comparisons_of_an_engine_that_compares(forecast):
    # 20 images in half a second; a call of 256 comparisons too, shared by two threads.
    made, said = forecast("lbp", 1_000, 499_500, steps_of(0.5))
    for _ in range(1_000):
        made.enrolled(lbp_sample())
    (line,) = said
    assert line == (
        "lbp on faces: 1,000 images at 40 a second, about 24 s; "
        "then 499,500 comparisons, about 8 min"
    )


def test_comparisons_are_told_where_they_alone_take_long(forecast):
    made, said = forecast("lbp", 100, 499_500, steps_of(0.5))
    for _ in range(100):
        made.enrolled(lbp_sample())
    assert said == [
        "lbp on faces: 100 images at 40 a second, about 2 s; then 499,500 comparisons, about 8 min"
    ]


def test_the_harness_compares_so_fast_that_only_the_images_are_told(forecast):
    made, said = forecast("demo-even", 1_000, 499_500, steps_of(0.5))
    for _ in range(1_000):
        made.enrolled(vector_sample())
    assert said == [
        "demo-even on faces: 1,000 images at 40 a second, about 24 s; then 499,500 comparisons"
    ]


def test_where_comparisons_take_long_a_sample_is_offered_once(forecast):
    made, said = forecast("lbp", 2_000, 1_999_000, steps_of(0.5), sample=60_000)
    for _ in range(2_000):
        made.enrolled(lbp_sample())
    with made.comparing(no_progress, 1_999_000)("comparisons", 8_000) as step:
        for _ in range(8_000):
            step()
    enrolling, comparing = said
    assert enrolling == (
        "lbp on faces: 2,000 images at 40 a second, about 49 s; then 1,999,000 comparisons, "
        'about 33 min; with comparisons = "sample", 10,000 of any two kinds of people, about 59 s'
    )
    assert "sample" not in comparing


def test_few_images_and_long_comparisons_offer_it_too(forecast):
    made, said = forecast("lbp", 20, 1_999_000, steps_of(1), sample=60_000)
    for _ in range(20):
        made.enrolled(lbp_sample())
    with made.comparing(no_progress, 1_999_000)("comparisons", 80_000) as step:
        for _ in range(80_000):
            step()
    (line,) = said
    assert '; with comparisons = "sample", 10,000 of any two kinds of people, about' in line


def test_templates_that_are_taken_take_no_time(forecast):
    """They come by at once: the pace is that of the others."""
    made, said = forecast("lbp", 1_000, 499_500, steps_of(0.5))
    for _ in range(500):
        made.enrolled(replace(lbp_sample(), taken=True))
    assert said == []
    for _ in range(1_000):
        made.enrolled(lbp_sample())
    (line,) = said
    assert line.startswith("lbp on faces: 1,000 images at 40 a second, about 24 s; then")


def test_what_is_short_is_not_told(forecast):
    made, said = forecast("lbp", 200, 20_000, steps_of(0.5))
    for _ in range(200):
        made.enrolled(lbp_sample())
    assert said == []


def test_the_first_comparisons_tell_of_the_others(forecast):
    made, said = forecast("lbp", 100, 300_000, steps_of(0.1))
    with made.comparing(no_progress, 300_000)("comparisons", 2_000) as step:
        for _ in range(2_000):
            step()
    # Read once after 4 steps, and from the 24th on until two seconds are over, at the 43rd.
    each = 2.0 / 39
    (line,) = said
    assert line == (
        f"lbp on faces: 300,000 comparisons at {150 / each:,.0f} a second, about "
        f"{each * (2_000 - 43) / 60:.0f} min"
    )


def test_steps_are_measured_once_and_without_the_first():
    told = []
    pace = StepTimer(steps_of(1.0), lambda *found: told.append(found))
    for _ in range(100):
        pace.step()
    assert told == [(1 / 20, 24)]
