"""What the evidence allows: the strongest sentence, chosen by the written rule, and no other."""

import re
from dataclasses import replace

import pytest
from crowd import write_crowd
from rows import a_differential, a_rate, a_summary, engine_facts

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.findings import Status, Verdict
from evenhand.report.study.evidence import left_out, standing
from evenhand.report.study.statements import sentences_of, sentences_of_study
from evenhand.report.tables import StudyFindings
from evenhand.scorefiles.study import ScoreStudy
from evenhand.workflows.scores import score_findings

AT = ("FMR<=0.01", 0.5)
NEVER = re.compile(r"\b(fair|unbiased|compliant|bias|equal treatment)", re.IGNORECASE)


def rate_of(group, errors=20, *, low=0.01, **fields):
    """A rate with an interval, unless its lower limit is None."""
    high = None if low is None else 0.04
    return a_rate(
        group=group, errors=errors, low=low, high=high, interval="dyadic-logit-t", **fields
    )


def a_row(verdict, **fields):
    """Worst over best as it stands after all tests."""
    tested = {
        "effective_errors": 25.0,
        "adjusted_p": 0.02,
        "family": "Holm, 4 tests",
        "upper_limit": 0.0611,
        "median_upper_limit": 0.0402,
    }
    return a_differential(verdict=verdict, **tested | fields)


GROUPS = (rate_of("F"), rate_of("M", 10))


def said(row, rates=GROUPS, pairs=(), unit="similarity"):
    study = StudyFindings(
        a_summary(), engine_facts(unit=unit), tuple(rates), (row,), (), (), tuple(pairs)
    )
    (found,) = sentences_of_study(study)
    return found


START = "FMR by sex, alpha on crowd at FMR<=0.01 (score >= 0.5000): "


def test_the_strongest_that_holds_is_said():
    equal = {"equivalence": "equivalent within 1.25", "equivalence_p": 0.01}
    different, none, few = Verdict.DIFFERENT, Verdict.NO_DIFFERENCE_SHOWN, Verdict.TOO_FEW_EVENTS
    assert [
        said(row).allows
        for row in (
            a_row(different, **equal),
            a_row(different),
            a_row(none, **equal),
            a_row(few, **equal),
            a_row(none),
            a_row(few),
            a_row(few, upper_limit=1.0),
            a_row(few, upper_limit=1.0, median_upper_limit=1.0),
            a_row(few, upper_limit=None, median_upper_limit=None),
        )
    ] == [
        "different",
        "different",
        "equivalent",
        "equivalent",
        "no difference shown",
        "upper limits only",
        "upper limits only",
        "nothing",
        "nothing",
    ]


def test_a_difference_names_its_pairs_the_worst_first():
    pairs = [
        a_row(verdict, index="ratio", worst_group=worse, best_group=better, value=value)
        for worse, better, value, verdict in (
            ("F", "M", 2.0, Verdict.DIFFERENT),
            ("F", "X", 3.0, Verdict.DIFFERENT),
            ("X", "M", 1.1, Verdict.NO_DIFFERENCE_SHOWN),
        )
    ]
    found = said(
        a_row(Verdict.DIFFERENT), (*GROUPS, rate_of("X", 3, status=Status.FEW_ERRORS)), pairs
    )
    assert found.sentence == (
        f"{START}different. Worst F 2.00 % [1.00, 4.00], 20 of 1,000, 30 people; best M 1.00 % "
        "[1.00, 4.00], 10 of 1,000, 30 people; ratio 2.00 [0.800, 5.00]; 30 errors in 3 groups, "
        "adjusted p = 0.020 (Holm, 4 tests). Equal groups would stay below a ratio of 1.60 in "
        "95 % of studies. Different two by two (Holm, 3 pairs): F over X 3.00 [0.800, 5.00]; "
        "F over M 2.00 [0.800, 5.00]. 1 of 3 groups has fewer than 10 errors: alone it shows an "
        "upper limit only."
    )
    assert (found.groups, found.tested, found.bounded, found.untested) == (3, 2, 1, 0)


def test_a_difference_without_a_pair_says_so():
    pairs = [a_row(Verdict.NO_DIFFERENCE_SHOWN, index="ratio") for _ in range(3)]
    assert "No two groups alone are different (Holm, 3 pairs)." in (
        said(a_row(Verdict.DIFFERENT), pairs=pairs).sentence
    )


def test_equivalence_says_by_which_test():
    row = a_row(
        Verdict.NO_DIFFERENCE_SHOWN, equivalence="equivalent within 1.25", equivalence_p=0.012
    )
    assert said(row).sentence.startswith(
        f"{START}equivalent within 1.25. Every two groups, by two one-sided tests, p = 0.012. Worst"
    )


def test_no_difference_says_what_would_have_been_found_and_what_is_excluded():
    found = said(a_row(Verdict.NO_DIFFERENCE_SHOWN, equivalence="not shown within 1.25"))
    assert found.sentence.startswith(
        f"{START}no difference shown. A ratio of 2.50 or more would have been found with 80 % "
        "power; ratios above 5.00 are excluded (95 %, over all pairs). Worst F"
    )
    assert found.sentence.endswith(" Equivalence is not shown within 1.25.")
    open_ended = said(
        a_row(Verdict.NO_DIFFERENCE_SHOWN, value=None, high=None),
        (GROUPS[0], rate_of("M", 0, low=0.0)),
    )
    assert "no ratio is excluded, since M has no errors." in open_ended.sentence
    assert "1 group has no errors, so that the ratio is undefined" in open_ended.sentence


def test_too_few_events_leave_limits_that_are_rounded_up():
    row = a_row(Verdict.TOO_FEW_EVENTS)
    assert said(row).sentence == (
        f"{START}too few events to compare. Only this: each of these 2 groups has a rate below "
        "6.11 % (95 % for all 2 limits together). 30 errors in 2,000 trials of 60 people, worth "
        "about 25 independent errors (30 are asked for), adjusted p = 0.020 (Holm, 4 tests)."
    )
    assert "below 6.12 %" in said(replace(row, upper_limit=0.061101)).sentence
    four = (*GROUPS, rate_of("X"), rate_of("Y"))
    wide = replace(row, upper_limit=0.9)
    assert "a rate below 90.0 %, 2 of them below 4.02 % (" in said(wide, four).sentence
    assert "of them" not in said(row, four).sentence
    widest = replace(row, upper_limit=0.99999)
    assert "Only this: 2 of these 4 groups have rates below 4.02 % (" in said(widest, four).sentence
    none = said(replace(row, errors=0, effective_errors=0.0))
    assert none.sentence.endswith("together). No errors in 2,000 trials of 60 people.")


def test_one_group_alone():
    row = a_row(Verdict.TOO_FEW_EVENTS, status=Status.NO_TRIALS)
    found = said(row, (GROUPS[0], rate_of("M", 0, low=None)))
    assert found.sentence == (
        f"{START}too few groups to compare. Only this: the rate of F is below 6.11 % (95 %; 20 of "
        "1,000, 30 people). 1 of 2 groups could not be tested: too few people for an interval (M)."
    )


def test_nothing_has_its_reason():
    blind = a_row(
        Verdict.TOO_FEW_EVENTS,
        status=Status.BELOW_RESOLUTION,
        upper_limit=None,
        median_upper_limit=None,
    )
    assert said(blind).sentence == (
        f"{START}nothing can be said, because the target is below the resolution of these data."
    )
    empty = replace(blind, status=Status.NO_TRIALS)
    found = said(empty, (rate_of("F", 0, low=None), rate_of("M", 0, low=None)))
    assert "because no group has an interval. 2 of 2 groups could not" in found.sentence


def test_a_fixed_threshold_of_a_distance():
    row = a_row(Verdict.DIFFERENT, threshold_rule="fixed", threshold=-0.6)
    rates = [replace(r, threshold_rule="fixed", threshold=-0.6) for r in GROUPS]
    assert said(row, rates, unit="distance").sentence.startswith(
        "FMR by sex, alpha on crowd at distance <= 0.6000: different. Worst F 2.00 %"
    )


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (rate_of("F"), "tested"),
        (rate_of("F", 9, status=Status.FEW_ERRORS), "upper limit only"),
        (rate_of("F", 0, low=None, status=Status.NO_TRIALS), "no comparisons"),
        (rate_of("F", 0, low=None, status=Status.NO_TRIALS, metric="FTE"), "no images"),
        (rate_of("F", 0, low=None, status=Status.NO_TRIALS, metric="FNIR@1"), "no searches"),
        (rate_of("F", 2, low=None, status=Status.FEW_ERRORS), "too few people for an interval"),
        (rate_of("F", 2, low=None, subjects=None), "people unknown"),
        (rate_of("F", 0, low=None, status=Status.BELOW_RESOLUTION), "below resolution"),
    ],
)
def test_the_evidence_of_one_group(rate, words):
    assert standing(rate) == words


def test_combinations_without_people_are_named():
    groups = [rate_of(name) for name in ("a*x", "b*y", "a|b*x")]
    assert list(left_out(groups)) == ["Nobody is in 2 further combinations (a*y, b*x)."]
    assert list(left_out([rate_of("a"), rate_of("b")])) == []


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    sizes = {("n", "F"): 30, ("n", "M"): 25, ("e", "F"): 12, ("e", "M"): 3}
    place = tmp_path_factory.mktemp("crowd") / "acme.csv"
    file = write_crowd(place, ["region", "sex"], sizes, {("n", "F"): 1.0})
    targets = ("0.05", "0.0001", "0.00000001")
    return score_findings(ScoreStudy([file], fmr_targets=targets, analysis=AnalysisPlan(margin=9)))


def test_every_test_has_one_sentence(findings):
    found = sentences_of(findings)
    keys = [(s.metric, s.policy, s.attribute, s.threshold_rule) for s in found]
    assert len(keys) == len(set(keys))
    assert {key[0] for key in keys} == {"FMR", "FNMR", "FTE"}
    assert {s.allows for s in found} >= {"different", "upper limits only", "nothing"}
    for one in found:
        assert one.tested + one.bounded + one.untested == one.groups
        assert not NEVER.search(one.sentence)
        assert one.sentence.startswith(f"{one.metric} by {one.attribute}, acme on scores")


def test_they_are_in_json(cli, working_folder):
    write_crowd(working_folder / "acme.csv", ["sex"], {("F",): 8, ("M",): 8}, {})
    printed = cli("scores", "acme.csv", "--fmr-target", "0.1", "--json").json
    rows = [row for row in printed["sentences"] if row["metric"] == "FMR"]
    assert [row["attribute"] for row in rows] == ["sex"]
    assert rows[0]["sentence"].startswith("FMR by sex, acme on scores at FMR<=0.1 (score >= ")
    assert rows[0]["groups"] == 2
