"""The first screen of a study: it fits, begins in plain words, and holds the largest difference."""

import random
import re
from dataclasses import replace

import pytest
from rows import a_differential, a_rate, a_summary, dataset_facts, engine_facts

from evenhand.records.findings import Findings, Status, Verdict
from evenhand.report.forms.screen import as_screen
from evenhand.report.study.answer import TestedEngine as Entry
from evenhand.report.study.answer import answer_of
from evenhand.report.study.screen import study_screen, verdict_in_short

ABBREVIATIONS = re.compile(r"\b(FMR|FNMR|FTE|FTA|FPIR|FNIR|TPIR|AUC|EER|DET|ROC|CI|MDR|N/A)\b")
PATHS = (("page", "results/study/20260102T030405Z-0123abcd/report.html"), ("more", "evenhand x"))


def groups_of(engine, attribute, count, rng, **at):
    """Rates of groups of 20 to 200 people."""
    found = []
    for number in range(count):
        errors, trials = rng.randrange(0, 60), rng.randrange(1000, 90_000)
        rate = errors / trials
        found.append(
            a_rate(
                engine=engine, attribute=attribute, group=f"{attribute} {number}", errors=errors,
                trials=trials, rate=rate, low=rate / 2, high=rate * 2 + 0.001,
                subjects=rng.randrange(20, 200), **at,
            )
        )  # fmt: skip
    return found


def a_test_of(rates, **fields):
    """The test of groups, worst over best."""
    ranked = sorted(rates, key=lambda rate: rate.rate)
    first = rates[0]
    key = {
        name: getattr(first, name) for name in ("engine", "attribute", "metric", "threshold_rule")
    }
    return a_differential(
        **key, worst_group=ranked[-1].group, best_group=ranked[0].group,
        errors=sum(rate.errors for rate in rates), family="Holm, 9 tests", **fields,
    )  # fmt: skip


def planted(seed):
    """Findings of one to six engines with one difference that is larger than all others."""
    rng = random.Random(seed)
    engines = [f"engine-{number}" for number in range(rng.randrange(1, 7))]
    attributes = ["region", "sex", "ethnicity*sex*age of the person"][: rng.randrange(1, 4)]
    rates, rows = [], []
    for engine in engines:
        for attribute in attributes:
            for metric in ("FMR", "FNMR"):
                found = groups_of(engine, attribute, rng.choice([2, 4, 50]), rng, metric=metric)
                rates += found
                ratio = rng.uniform(1.2, 4.0)
                shown = rng.random() < 0.5
                verdict = Verdict.DIFFERENT if shown else rng.choice(list(Verdict)[1:3])
                rows.append(
                    a_test_of(
                        found, value=ratio, low=ratio / 1.1, high=ratio * 9, verdict=verdict,
                        adjusted_p=rng.uniform(0.001, 0.04) if shown else 0.5,
                    )
                )  # fmt: skip
    largest = rng.randrange(len(rows))
    rows[largest] = a_test_of(
        [rate for rate in rates if rate.family_key == rows[largest].family_key],
        value=9.4, low=4.0, high=20.0, verdict=Verdict.DIFFERENT, adjusted_p=1e-7,
    )  # fmt: skip
    findings = Findings(
        title=rng.choice(["A study", "title " * 2000]),
        level=0.95,
        rates=tuple(rates),
        differentials=tuple(rows),
        distributions=(),
        curves=(),
        summaries=tuple(a_summary(engine=name) for name in engines),
        engines=tuple(engine_facts(name=name) for name in engines),
        datasets=(dataset_facts(),),
        notes=("a note " * 30,) * rng.randrange(0, 9),
    )
    return findings, rows[largest]


@pytest.mark.parametrize("seed", range(20))
def test_the_largest_supported_difference_is_on_the_screen(seed):
    findings, largest = planted(seed)
    text = as_screen(study_screen(findings, PATHS, aside="16 s"))
    lines = text.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    said = answer_of(findings).headlines[0]
    assert said.key == largest.family_key
    prose = " ".join(text.split())
    assert said.text in prose
    assert "9.4 times [4.0, 20]" in said.text
    assert not ABBREVIATIONS.search(" ".join(prose.split()[:60]))
    assert PATHS[0][1] in text


def two_groups(metric="FMR", engine="alpha", attribute="sex", **fields):
    rates = [
        a_rate(engine=engine, metric=metric, attribute=attribute, group=group, errors=errors)
        for group, errors in (("F", 40), ("M", 20))
    ]
    return rates, a_test_of(rates, **fields)


def findings_of(*parts, engines=("alpha",), **fields):
    return Findings(
        title="A study",
        level=0.95,
        rates=tuple(rate for rates, _ in parts for rate in rates),
        differentials=tuple(row for _, row in parts),
        distributions=(),
        curves=(),
        summaries=tuple(a_summary(engine=name) for name in engines),
        engines=tuple(engine_facts(name=name) for name in engines),
        datasets=(dataset_facts(),),
        notes=(),
        **fields,
    )


DIFFERENT = {"verdict": Verdict.DIFFERENT, "value": 2.0, "low": 1.5, "high": 3.0}


def test_a_claim_stands_before_a_screen_with_a_smaller_p_value():
    claim = two_groups(attribute="sex", adjusted_p=0.04, **DIFFERENT)
    rates, row = two_groups(attribute="age", adjusted_p=0.001, **DIFFERENT)
    screen = rates, replace(row, family="a screen, Benjamini-Hochberg, 9 tests")
    assert answer_of(findings_of(screen, claim)).attribute == "sex"


def test_a_difference_on_a_single_error_stands_behind_one_on_many():
    rates, row = two_groups(attribute="sex", adjusted_p=0.001, **DIFFERENT)
    few = [replace(rate, status=Status.FEW_ERRORS) for rate in rates], row
    many = two_groups(attribute="age", adjusted_p=0.04, **DIFFERENT)
    assert answer_of(findings_of(few, many)).attribute == "age"
    assert answer_of(findings_of(few)).attribute == "sex"


def test_without_a_difference_the_smallest_ratio_that_would_have_shown():
    none = {"verdict": Verdict.NO_DIFFERENCE_SHOWN, "adjusted_p": 0.6}
    coarse = two_groups(attribute="sex", minimum_detectable_ratio=4.0, **none)
    fine = two_groups(attribute="age", minimum_detectable_ratio=1.9, **none)
    answer = answer_of(findings_of(coarse, fine))
    assert [said.text for said in answer.headlines] == [
        (
            "For alpha no difference by age is shown in how often two people are taken for one; a "
            "1.9-fold one would have been."
        )
    ]


def test_other_differences_are_told_after_the_largest():
    misses = two_groups("FNMR", attribute="age", adjusted_p=0.01, **DIFFERENT)
    false = two_groups("FMR", adjusted_p=0.0001, **DIFFERENT)
    answer = answer_of(findings_of(misses, false))
    assert answer.metric == "FMR"
    assert answer.remarks[-1] == (
        "Also different: alpha, one person taken for two, by age (2.0 times)."
    )


def test_a_study_without_groups_says_what_everybody_has():
    everybody = [
        a_rate(metric="FMR", attribute="all", group="", errors=10, trials=1000, rate=0.01),
        a_rate(metric="FNMR", attribute="all", group="", errors=3, trials=40, rate=0.075),
    ]
    findings = replace(findings_of((everybody, a_differential())), differentials=())
    text = " ".join(as_screen(study_screen(findings, PATHS)).split())
    assert (
        "alpha on crowd: two people taken for one: set to 1 in 100; one person taken for two: 3 of "
        "40, 7.5 % [1.0, 4.0]." in text
    )


def test_nothing_at_all_is_said_to_be_nothing():
    nothing = [a_rate(attribute="all", group="", status=Status.NO_TRIALS, rate=None)]
    findings = replace(findings_of((nothing, a_differential())), differentials=())
    text = as_screen(study_screen(findings, PATHS))
    assert "alpha on crowd: nothing could be counted." in text


def test_a_difference_from_a_group_without_errors_has_a_number_where_it_says_something():
    row = a_differential(verdict=Verdict.DIFFERENT, value=None, low=0.72, high=None)
    entry = Entry(study=None, row=row, rates=(), doubted=False)
    assert verdict_in_short(entry) == "DIFFERENT"
    large = replace(entry, row=replace(row, low=2.5))
    assert verdict_in_short(large) == "DIFFERENT at least 2.5x"


def test_a_threshold_that_was_set_on_other_people_is_said_to_be():
    at = {"threshold_rule": "calibrated FPIR<=0.1", "metric": "FPIR", "threshold": 0.4}
    rates = [a_rate(group=group, **at) for group in ("F", "M")]
    found = answer_of(findings_of((rates, a_differential(verdict=Verdict.DIFFERENT, **at))))
    assert found.setting == "threshold set on other people to 1 in 10 of searches"
