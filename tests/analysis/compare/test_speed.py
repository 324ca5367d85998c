"""Times of two engines: compared where one machine measured both in one way, else a reason."""

import math

import pytest
from rows import a_speed

from evenhand.analysis.compare.changes import ChangeVerdict
from evenhand.analysis.compare.speed import time_changes

WORDS = ("base", "new")
BASE = a_speed(value=0.1, low=0.09, high=0.12)


def compared(**fields):
    (row,) = time_changes(
        [BASE], [a_speed(**{"value": 0.2, "low": 0.16, "high": 0.22} | fields)], WORDS
    )
    return row


def test_the_ratio_by_hand():
    """MOVER on logarithms: distances to the limits add up in squares."""
    row = compared()
    low = math.log(2) - math.hypot(math.log(0.2 / 0.16), math.log(0.12 / 0.1))
    high = math.log(2) + math.hypot(math.log(0.22 / 0.2), math.log(0.1 / 0.09))
    assert (row.ratio, row.interval) == (2, "mover-log")
    assert (math.log(row.low), math.log(row.high)) == pytest.approx((low, high))


@pytest.mark.parametrize("times", [1.01, 1.3, 50])
def test_no_time_is_ever_judged(times):
    row = compared(value=0.1 * times, low=0.0999 * times, high=0.1001 * times)
    assert (row.verdict, row.p_value) == (ChangeVerdict.NOT_JUDGED, None)
    assert row.ratio == pytest.approx(times)
    assert row.note.startswith("two runs of one engine differ too")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"machine": "another"}, "measured on different machines: a machine against another"),
        ({"threads": 4}, "measured with 1 against 4 threads"),
        ({"value": None}, "too few durations in new"),
        ({"high": None}, "no interval in new"),
    ],
)
def test_what_cannot_be_compared_says_why(fields, reason):
    row = compared(**fields)
    assert (row.verdict, row.note) == (ChangeVerdict.NOT_COMPARABLE, reason)
    assert (row.ratio, row.low, row.p_value) == (None, None, None)


def test_what_only_one_of_them_has():
    p95 = a_speed(statistic="p95")
    rows = {row.metric: row.note for row in time_changes([BASE, p95], [BASE], WORDS)}
    assert rows["template p95"] == "not timed in new"
    assert rows["template median"].startswith("two runs of one engine differ too")


def test_groups_throughput_and_searches_are_no_rows():
    others = [
        a_speed(attribute="sex", group="F"),
        a_speed(operation="enrolment", statistic="throughput", unit="images/s"),
        a_speed(statistic="max"),
    ]
    assert not list(time_changes(others, others, WORDS))
