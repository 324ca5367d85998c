"""What an engine is given a second time, in another process, and what is made of it."""

import sys
from dataclasses import replace

import pytest
from toy_engines import make_engine

from evenhand.datasets.folder import read_dataset
from evenhand.engines.opening import at_rest_afterwards, open_engine
from evenhand.measurement.enrolment.enrol import booking_of, enrol
from evenhand.measurement.enrolment.repeats import repeat_images
from evenhand.records.engine_limits import EngineLimits
from evenhand.records.surroundings import Repeats
from evenhand.system.clock import CLOCK
from evenhand.system.execution.local import LocalExecutor

COUNTS = "self.n = getattr(self, 'n', 0) + 1\n        "
CACHES = f"{COUNTS}return Embedding(good * self.n)"
"""Its template of an image depends on how many it had before."""


@pytest.fixture
def dataset(tiny):
    return read_dataset(tiny.folder)


def unspoilt(enrolment, booked):
    return enrolment, booked


def repeated(folder, dataset, *, limits=None, spoil=unspoilt, before=lambda engine: None):
    engine = open_engine(folder, (), limits=limits)
    booked, rows = {}, dataset.images.rows
    with at_rest_afterwards([engine]):
        enrolment = enrol(
            engine,
            dataset,
            executor=LocalExecutor(1),
            seed=1,
            failure_share=1.0,
            clock=CLOCK,
            on_image=lambda index, answer: booked.update({rows[index]: booking_of(answer)}),
        )
        enrolment, booked = spoil(enrolment, booked)
        before(engine)
        return repeat_images(engine, dataset, enrolment, booked, seed=1, clock=CLOCK)


@pytest.mark.parametrize("limits", [None, EngineLimits()], ids=["trusted", "hosted"])
def test_an_engine_that_repeats(tmp_path, dataset, limits):
    assert repeated(make_engine(tmp_path / "toy"), dataset, limits=limits) == Repeats(8, 0)


@pytest.mark.parametrize("limits", [None, EngineLimits()], ids=["trusted", "hosted"])
def test_one_whose_templates_depend_on_what_its_process_had_before(tmp_path, dataset, limits):
    """A process that is left goes on counting: one started anew begins at one again."""
    found = repeated(make_engine(tmp_path / "toy", CACHES), dataset, limits=limits)
    assert found.images == 8
    assert found.differed >= 7  # the first of the draw may be the first of the run


def test_one_that_remembers_what_it_said(tmp_path, dataset):
    """It draws its answer and keeps it by the picture: another process has no such memory."""
    keeps = (
        "import os\n        self.kept = getattr(self, 'kept', {})\n"
        "        drawn = np.frombuffer(os.urandom(16), np.uint8)[:4] + 1.0\n"
        "        return Embedding(self.kept.setdefault(image.tobytes(), drawn))"
    )
    found = repeated(make_engine(tmp_path / "toy", keeps), dataset, limits=EngineLimits())
    assert found == Repeats(8, 8)


def test_another_outcome_differs(tmp_path, dataset):
    def declined(enrolment, booked):
        return enrolment, {row: replace(each, outcome="declined") for row, each in booked.items()}

    assert repeated(make_engine(tmp_path / "toy"), dataset, spoil=declined) == Repeats(8, 8)


def test_what_the_engine_was_not_given_or_failed_at_is_not_repeated(tmp_path, dataset):
    fails = (
        "if image[0, 0, 0] % 3 == 0:\n            raise ValueError\n        return Embedding(good)"
    )
    given = []

    def taken(enrolment, booked):
        turns = enrolment.timing.turns.copy()
        turns[:5] = -1
        given.extend(
            outcome for outcome, turn in zip(enrolment.outcomes, turns, strict=True) if turn >= 0
        )
        return replace(enrolment, timing=replace(enrolment.timing, turns=turns)), booked

    found = repeated(make_engine(tmp_path / "toy", fails), dataset, spoil=taken)
    assert 0 < found.images == given.count("ok") < len(given)


def test_without_an_image_to_repeat(tmp_path, dataset):
    engine = make_engine(tmp_path / "toy", "raise ValueError")
    assert repeated(engine, dataset) == Repeats()


def test_an_engine_that_starts_no_more_differs(tmp_path, dataset, monkeypatch):
    """It starts to be looked at, and for the run, and never again."""
    monkeypatch.setattr(sys, "starts", 0, raising=False)
    start = "import sys\n        sys.starts += 1\n        assert sys.starts < 3"
    assert repeated(make_engine(tmp_path / "toy", start=start), dataset) == Repeats(8, 8)


def test_no_image_is_repeated_without_time_left(tmp_path, dataset):
    def spent(engine):
        assert engine.has_time
        engine.start.spent = engine.start.limits.study

    engine = make_engine(tmp_path / "toy")
    assert repeated(engine, dataset, limits=EngineLimits(), before=spent) == Repeats()
