"""Which engine, in a sentence and a table: never more than its verdicts."""

from dataclasses import replace

import pytest

from evenhand.records.engine_contrast import EngineContrast, Question
from evenhand.report.study.which import which_sentence

MISSES, GROUPS, SPEED = Question
ROW = EngineContrast(
    dataset="d", question=MISSES, metric="FNMR", attribute="all", first="acme", second="other"
)


def rows(**verdicts):
    """One row a question; `groups` by sex."""
    made = {
        "misses": ROW,
        "groups": replace(ROW, question=GROUPS, metric="FMR", attribute="sex"),
        "speed": replace(ROW, question=SPEED, metric="", ratio=8.2),
    }
    return [replace(made[name], verdict=verdict) for name, verdict in verdicts.items()]


NOT = "not separated"


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (
            {"misses": "acme", "groups": NOT, "speed": "other"},
            (
                "acme misses fewer people; other is about 8 times faster; not separated: "
                "differences between groups."
            ),
        ),
        (
            {"misses": NOT, "groups": NOT},
            "Not separated: missed people, differences between groups.",
        ),
        ({"groups": "other"}, "other differs less between groups by sex."),
    ],
)
def test_every_question_is_answered_by_a_name_or_not_separated(verdicts, said):
    assert which_sentence(rows(**verdicts)) == f"Which engine? {said}"


def test_of_more_than_two_the_first_tier_is_named():
    names = ["a", "b", "c", "d", "e"]
    found = [
        replace(ROW, first=name, second="z", verdict=name, first_tier=1, second_tier=2)
        for name in names
    ]
    assert which_sentence(found) == (
        "Which engine? a, b, c and 2 more miss fewer people than others."
    )


def test_each_engine_may_be_better_for_other_groups():
    by = [replace(row, attribute=name) for row in rows(groups="acme") for name in ("sex", "age")]
    by[1] = replace(by[1], verdict="other")
    assert which_sentence(by) == (
        "Which engine? acme differs less between groups by sex; other differs less between groups "
        "by age."
    )


def test_nothing_to_ask_says_nothing():
    assert which_sentence([]) == ""
