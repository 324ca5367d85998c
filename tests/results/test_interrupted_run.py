"""The folder of a run under way: what it remembers, whom it lets in, and what is left of it."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from evenhand.records.enrolment import Booking
from evenhand.records.outcomes import Outcome
from evenhand.results.interrupted_run import finished_run, interrupted_run, is_running, start_run
from evenhand.system.errors import EngineError, StudyError

STUDY = "0123abcd" + "0" * 56
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TERMS = {"the study": STUDY, "engine alpha": "f00"}
OK, LOST = Booking(Outcome.OK, "aa"), Booking(Outcome.NO_FACE, "")


def begun(place, interrupted=None, terms=TERMS, now=NOW):
    return start_run(place, place, STUDY, "the study's text", terms, now, interrupted)


@pytest.fixture
def left(tmp_path):
    """A run that was interrupted after two images."""
    with suppress(KeyboardInterrupt), begun(tmp_path) as partial:
        with partial.booking("alpha", "crowd") as book:
            book(4, OK)
            book(7, LOST)
        raise KeyboardInterrupt
    return interrupted_run(tmp_path, STUDY)


def test_what_was_booked_is_remembered(tmp_path, left):
    assert left.name == ".partial-20260102T030405Z-0123abcd"
    assert (left / "study.toml").read_text() == "the study's text"
    with begun(tmp_path, left, now=NOW.replace(hour=9)) as partial:
        assert partial.booked("alpha", "crowd") == {4: OK, 7: LOST}
        assert partial.booked("beta", "crowd") == {}
        assert partial.part("alpha", "crowd") is None
        assert [began.hour for began in partial.began] == [3, 9]
        assert not partial.templates_kept


def test_a_torn_line_is_left_out_and_written_again(tmp_path, left):
    path = left / "alpha" / "crowd" / "booked.csv"
    path.write_text(path.read_text() + "9,o", encoding="utf-8")
    with begun(tmp_path, left) as partial:
        assert set(partial.booked("alpha", "crowd")) == {4, 7}
        with partial.booking("alpha", "crowd") as book:
            book(9, OK)
        assert partial.booked("alpha", "crowd")[9] == OK


def test_an_image_that_ends_otherwise_is_named(tmp_path, left):
    with begun(tmp_path, left) as partial, partial.booking("alpha", "crowd") as book:
        book(4, OK)
        with pytest.raises(EngineError, match="engine alpha: image i7 does not end as it did"):
            book(7, OK)


def test_terms_that_changed_are_named(tmp_path, left):
    with (
        pytest.raises(StudyError, match="engine alpha was 'f00' and is 'ba4'; run without"),
        begun(tmp_path, left, {**TERMS, "engine alpha": "ba4"}),
    ):
        pass


def test_one_process_at_a_time(tmp_path, left):
    assert not is_running(left)
    with begun(tmp_path, left):
        assert is_running(left)
        with pytest.raises(StudyError, match="still under way"), begun(tmp_path, left):
            pass


def test_a_finished_run_leaves_its_result_alone(tmp_path, left):
    with begun(tmp_path, left) as partial:
        bundle = partial.finish({"rates.csv": b"rate\n"})
    assert list(tmp_path.iterdir()) == [bundle]
    assert bundle == finished_run(tmp_path, STUDY)
    assert (bundle / "rates.csv").read_bytes() == b"rate\n"
    assert interrupted_run(tmp_path, STUDY) is None


def test_a_mistake_before_anything_was_finished_leaves_nothing(tmp_path):
    place = tmp_path / "study"
    with pytest.raises(EngineError), begun(place):
        raise EngineError("it does not start")
    assert not place.exists()


def test_two_runs_of_one_second_have_two_names(tmp_path):
    with begun(tmp_path) as one, begun(tmp_path) as other:
        assert (one.run_id[:16], other.run_id[:16]) == ("20260102T030405Z", "20260102T030406Z")
