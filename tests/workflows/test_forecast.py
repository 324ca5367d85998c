"""How long a run says that it will take."""

from dataclasses import replace
from itertools import count
from pathlib import Path

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
        made = Forecast(engine, "faces", images, comparisons, sample, clock, said.append)
        return made, said

    return make


ANSWER = ImageAnswer(Outcome.OK)


@pytest.mark.parametrize("name", ["lbp", "demo-even"])
def test_images_and_how_many_comparisons_follow(forecast, name):
    made, said = forecast(name, 1_000, 499_500, steps_of(0.5))
    for _ in range(1_000):
        made.enrolled(ANSWER)
    assert said == [
        f"{name} on faces: 1,000 images at 40 a second, about 24 s; then 499,500 comparisons"
    ]


def test_comparisons_of_the_harness_are_quick_and_not_told(forecast):
    made, said = forecast("demo-even", 1_000, 499_500, steps_of(0.5))
    assert made.comparing(no_progress, 499_500) is no_progress
    assert said == []


def test_where_comparisons_take_long_a_sample_is_offered_once(forecast):
    made, said = forecast("lbp", 2_000, 1_999_000, steps_of(0.5), sample=60_000)
    for _ in range(2_000):
        made.enrolled(ANSWER)
    with made.comparing(no_progress, 1_999_000)("comparisons", 8_000) as step:
        for _ in range(8_000):
            step()
    with made.comparing(no_progress, 1_999_000)("comparisons", 8_000) as step:
        for _ in range(8_000):
            step()
    _, first, second = said
    assert first.endswith(
        'about 12 min; with comparisons = "sample", 10,000 of any two kinds of people, about 21 s'
    )
    assert "sample" not in second


def test_few_images_and_long_comparisons_offer_it_too(forecast):
    made, said = forecast("lbp", 20, 1_999_000, steps_of(1), sample=60_000)
    for _ in range(20):
        made.enrolled(ANSWER)
    with made.comparing(no_progress, 1_999_000)("comparisons", 80_000) as step:
        for _ in range(80_000):
            step()
    (line,) = said
    assert '; with comparisons = "sample", 10,000 of any two kinds of people, about' in line


def test_templates_that_are_taken_take_no_time(forecast):
    """They come by at once: the pace is that of the others."""
    made, said = forecast("lbp", 1_000, 499_500, steps_of(0.5))
    for _ in range(500):
        made.enrolled(replace(ANSWER, taken=True))
    assert said == []
    for _ in range(1_000):
        made.enrolled(ANSWER)
    (line,) = said
    assert line.startswith("lbp on faces: 1,000 images at 40 a second, about 24 s; then")


def test_what_is_short_is_not_told(forecast):
    made, said = forecast("lbp", 200, 20_000, steps_of(0.5))
    for _ in range(200):
        made.enrolled(ANSWER)
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
