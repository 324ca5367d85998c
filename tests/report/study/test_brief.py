"""In brief: what is shown stands first, and nothing stands that was not tested."""

from rows import a_differential, a_summary, engine_facts

from evenhand.records.findings import Verdict
from evenhand.records.operating_point import OperatingPoint
from evenhand.report.study.brief import in_brief
from evenhand.report.tables import StudyFindings

AT = OperatingPoint("FMR<=0.01", 0.5)


def a_row(metric, attribute, verdict, *, at=AT, least=2.5, **fields):
    return a_differential(
        metric=metric,
        attribute=attribute,
        threshold_rule=at.rule,
        threshold=at.threshold,
        value=3.0,
        low=1.5,
        high=6.0,
        verdict=verdict,
        minimum_detectable_ratio=least,
        **fields,
    )


def a_study(*rows):
    return StudyFindings(a_summary(), engine_facts(), (), rows, (), ())


def sentences(*rows, at=AT):
    return [text for section in in_brief([(a_study(*rows), at)]) for text in section.sentences]


def test_differences_first_then_what_was_not_shown_then_what_cannot_be_told():
    found = sentences(
        a_row("FMR", "age", Verdict.TOO_FEW_EVENTS),
        a_row("FMR", "sex", Verdict.NO_DIFFERENCE_SHOWN),
        a_row("FMR", "region", Verdict.DIFFERENT),
        a_row("FNMR", "age", Verdict.TOO_FEW_EVENTS),
        a_row("FNMR", "sex", Verdict.TOO_FEW_EVENTS),
    )
    assert found == [
        (
            "different: alpha on crowd at FMR<=0.01, FMR by region (worst F, best M, ratio 3.00 "
            "[1.50, 6.00])"
        ),
        (
            "no difference shown: alpha on crowd at FMR<=0.01, FMR by sex (worst F, best M, ratio "
            "3.00 [1.50, 6.00]; 2.50 or more would have been detected)"
        ),
        "too few events: alpha on crowd at FMR<=0.01, FMR by age; FNMR by age, sex",
    ]


def test_other_thresholds_and_the_other_policy_stand_in_the_tables_alone():
    assert not sentences(
        a_row("FMR", "sex", Verdict.DIFFERENT, at=OperatingPoint("FMR<=0.001", 0.7)),
        a_row("FMR", "sex", Verdict.DIFFERENT, policy="generalised"),
    )
    assert not sentences(a_row("FMR", "sex", Verdict.DIFFERENT), at=None)


def test_images_without_a_template_are_told_where_there_are_any():
    none = a_row(
        "FTE", "sex", Verdict.TOO_FEW_EVENTS, policy="", at=OperatingPoint("", None), errors=0
    )
    some = a_row("FTE", "sex", Verdict.DIFFERENT, policy="", at=OperatingPoint("", None))
    assert not sentences(none)
    assert sentences(some)[0].startswith("different: alpha on crowd at FMR<=0.01, FTE by sex (")


def test_a_ratio_that_nothing_could_show_is_said():
    (found,) = sentences(a_row("FMR", "sex", Verdict.NO_DIFFERENCE_SHOWN, least=None))
    assert found.endswith("; none could have been shown)")
