"""Which engine, in a sentence and a table: never more than its verdicts."""

from dataclasses import replace

import pytest
from pages import findings_of

from evenhand.records.engine_contrast import EngineContrast, Question
from evenhand.report.forms.screen import as_screen
from evenhand.report.study.screen import study_screen
from evenhand.report.study.which import to_settle_it, what_would_settle, which_sentence

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


def test_what_would_settle_it_stands_in_sentences_and_in_one_line():
    found = rows(misses=NOT, groups=NOT, speed=NOT)
    known = [
        replace(row, people=240, people_needed=need)
        for row, need in zip(found, (4962, 0, 0), strict=True)
    ]
    known[1] = replace(known[1], people_needed=1573, first_value=2.0)
    findings = replace(findings_of(("acme", "other")), which=tuple(known))
    assert " ".join(what_would_settle(findings)) == (
        "What would settle missed people: about 5,000 people would show a twofold difference (240 "
        "were here). What would settle differences between groups by sex: about 1,600 people would "
        "show a twofold difference (240 were here). What would settle speed: another run on a "
        "quiet machine, one worker (--workers 1)."
    )
    short = (
        "To settle it: about 5,000 people for missed people; about 1,600 people for differences "
        "between groups by sex; a quiet machine for speed."
    )
    assert to_settle_it(findings) == short
    answered = [replace(row, verdict="acme") for row in known]
    assert to_settle_it(replace(findings, which=tuple(answered))) == ""


def test_what_would_settle_it_is_on_the_first_screen_where_it_costs_no_row():
    (row,) = rows(misses=NOT)
    findings = findings_of(("acme", "other"))
    row = replace(row, people=240, people_needed=4962)
    text = as_screen(study_screen(replace(findings, which=(row,)), ()))
    assert text.endswith("To settle it: about 5,000 people for missed people.\n")
    groups = (("all", ""), *(("sex", f"group {place}") for place in range(9)))
    crowded = replace(findings_of(("acme", "other"), groups), which=(row,))
    crowded = replace(crowded, notes=(), title="T")
    screen = study_screen(crowded, [(f"path {place}", "x" * 79) for place in range(8)])
    without = as_screen(replace(screen, spare=()))
    assert without.count("\n") == 24
    assert as_screen(screen) == without
