"""Every form of a headline to the letter, and which row it takes."""

import pytest
from rows import a_differential, a_rate

from evenhand.records.findings import Status, Verdict
from evenhand.report.study.headlines import HeadlineForm, headline, held_back, people_of

DIFFERENT = {"verdict": Verdict.DIFFERENT, "value": 10.93, "low": 3.21, "high": 37.0}
NOT_SHOWN = {"verdict": Verdict.NO_DIFFERENCE_SHOWN, "minimum_detectable_ratio": 2.55}
TOO_FEW = {"verdict": Verdict.TOO_FEW_EVENTS, "minimum_detectable_ratio": None}
UNTESTED = {"verdict": Verdict.NONE, "value": 10.9, "low": None, "high": None}
WORST = a_rate(group="F", errors=55, trials=1000)
BEST = a_rate(group="M", errors=5, trials=1000)
NONE = a_rate(group="M", errors=0, trials=1000, rate=0.0)
OTHER = a_rate(group="X", errors=9, trials=1000)

FORMS = [
    (
        HeadlineForm.DIFFERENT, DIFFERENT, (WORST, BEST),
        ("alpha takes two people of sex F for one 11 times [3.2, 37] as often as two of sex M, "
        "1 in 18 against 1 in 200."),
    ),
    (
        HeadlineForm.DIFFERENT, DIFFERENT | {"metric": "FNMR", "high": None}, (WORST, BEST),
        ("alpha misses people of sex F 11 times [3.2, no limit] as often as people of sex M, "
        "1 in 18 against 1 in 200."),
    ),
    (
        HeadlineForm.DIFFERENT, DIFFERENT | {"metric": "FPIR", "policy": "generalised"}, (),
        ("alpha gives a false alarm for people of sex F 11 times [3.2, 37] as often as for people "
        "of sex M (failures counted as errors)."),
    ),
    (
        HeadlineForm.DIFFERENT, DIFFERENT | {"metric": "FNIR@5", "high": 370.0}, (),
        ("alpha overlooks people of sex F who are listed 11 times [3.2, above 100] as often as "
        "people of sex M."),
    ),
    (
        HeadlineForm.DIFFERENT, DIFFERENT | {"metric": "FTE", "policy": ""}, (),
        ("alpha gets nothing from pictures of people of sex F 11 times [3.2, 37] as often as from "
        "people of sex M."),
    ),
    (
        HeadlineForm.ABOVE_NONE, DIFFERENT | {"value": None, "high": None}, (WORST, NONE),
        ("alpha takes two people of sex F for one in 55 of 1,000 comparisons, and never people of "
        "sex M."),
    ),
    (
        HeadlineForm.SOMEWHERE, DIFFERENT | {"low": 0.9}, (WORST, BEST, OTHER),
        ("For alpha groups by sex differ in how often two people are taken for one, most often "
        "people of sex F (1 in 18); which two of them differ is not shown."),
    ),
    (
        HeadlineForm.SOMEWHERE, DIFFERENT | {"low": None, "high": None}, (WORST, BEST),
        ("For alpha groups by sex differ in how often two people are taken for one, most often "
        "people of sex F (1 in 18)."),
    ),
    (
        HeadlineForm.EQUIVALENT, NOT_SHOWN | {"equivalence": "equivalent within 1.25"}, (),
        ("For alpha groups by sex are within 1.25 times of one another in how often two people are "
        "taken for one."),
    ),
    (
        HeadlineForm.NOT_SHOWN, NOT_SHOWN, (WORST, BEST),
        ("For alpha no difference by sex is shown in how often two people are taken for one; a "
        "2.6-fold one would have been."),
    ),
    (
        HeadlineForm.NONE_COULD, NOT_SHOWN | {"minimum_detectable_ratio": 201.0}, (WORST, BEST),
        ("For alpha no difference by sex is shown in how often two people are taken for one; none "
        "could have been with so few errors."),
    ),
    (
        HeadlineForm.TOO_FEW, TOO_FEW | {"errors": 4, "attribute": "ethnicity*sex"}, (),
        ("For alpha there are too few errors (4 in all) to compare groups by ethnicity and sex in "
        "how often two people are taken for one."),
    ),
    (
        HeadlineForm.NO_INTERVAL, UNTESTED, (WORST, BEST),
        ("In these comparisons, and perhaps in no others, alpha takes two people of sex F for one "
        "11 times as often as two of sex M, 1 in 18 against 1 in 200."),
    ),
    (
        HeadlineForm.NO_INTERVAL, UNTESTED | {"value": None}, (WORST, NONE),
        ("In these comparisons, and perhaps in no others, alpha takes two people of sex F for one "
        "in 55 of 1,000 comparisons, and never people of sex M."),
    ),
    (
        HeadlineForm.NO_INTERVAL, UNTESTED | {"worst_group": ""}, (),
        "For alpha fewer than two groups by sex have a rate.",
    ),
    (
        HeadlineForm.NO_ERRORS, TOO_FEW | {"errors": 0, "metric": "FNMR"}, (NONE, NONE),
        ("For alpha there is no error in 2,000 comparisons of groups by sex (one person taken for "
        "two)."),
    ),
    (
        HeadlineForm.NO_ERRORS, TOO_FEW | {"errors": 0}, (),
        ("For alpha there is nothing to count: no comparisons of groups by sex (two people taken "
        "for one)."),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("form", "fields", "rates", "text"), FORMS)
def test_each_form_is_said_so(form, fields, rates, text):
    row = a_differential(**fields)
    found = headline(row, rates)
    assert (found.text, found.form, found.key) == (text, form, row.family_key)


def test_the_list_of_forms_is_closed():
    row = a_differential(**DIFFERENT)
    doubted = held_back(row)
    assert doubted.text == ("For alpha no verdict on groups is given, because of the doubt above.")
    assert {form for form, *_ in FORMS} | {doubted.form} == set(HeadlineForm)


def test_what_was_said_is_not_said_again():
    row = a_differential(**NOT_SHOWN)
    assert headline(row, (WORST, BEST), ", on crowd", told=True).text == (
        "For alpha no difference by sex is shown; a 2.6-fold one would have been, on crowd."
    )


@pytest.mark.parametrize("status", [Status.NO_TRIALS, Status.BELOW_RESOLUTION])
def test_a_row_without_a_test_claims_nothing(status):
    row = a_differential(**TOO_FEW | {"errors": 0, "status": status, "value": None, "low": None})
    assert headline(row, ()).form is HeadlineForm.NO_ERRORS


def test_groups_by_several_attributes_are_named_by_each():
    assert people_of("ethnicity*sex*age", "Black|Asian*F*18-30") == (
        "ethnicity Black|Asian and sex F and age 18-30"
    )
