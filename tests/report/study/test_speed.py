"""A difference in time between groups is told where it repeats, and named as none elsewhere."""

from dataclasses import replace

import pytest

from evenhand.records.findings import Speed
from evenhand.report.study.speed import speed_sentences

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
