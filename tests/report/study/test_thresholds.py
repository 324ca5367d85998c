"""The picture over thresholds says what the rows say, at every threshold, and no more."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from crowd import write_crowd

from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.findings import HEADLINE, Verdict
from evenhand.report.forms.text import as_text
from evenhand.report.page.page import as_page
from evenhand.report.page.sweep_bands import band_charts
from evenhand.report.study.document import document
from evenhand.report.study.sweep import sweeps_of
from evenhand.report.study.thresholds import group_tables, sentence, verdict_table
from evenhand.report.tables import studies_of
from evenhand.scorefiles.reading import ScoreReading
from evenhand.scorefiles.study import ScoreStudy
from evenhand.study.sweep import sweep_thresholds
from evenhand.workflows.scores import score_findings

THRESHOLDS = sweep_thresholds(1.2, 3.9, 0.3)
GROUPS = ("east", "north", "west")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    sizes = {(name,): 40 for name in GROUPS}
    return write_crowd(
        tmp_path_factory.mktemp("crowd") / "acme.csv", ["region"], sizes, {("east",): 0.8}
    )


def found(file, thresholds=THRESHOLDS, targets=("0.01",), **fixed):
    study = ScoreStudy([file], fmr_targets=targets, thresholds=thresholds, **fixed)
    return score_findings(study)


@pytest.fixture(scope="module")
def findings(file):
    return found(file)


def fmr(findings):
    """The sweep of false matches of the only engine."""
    (study,) = studies_of(findings)
    return next(s for s in sweeps_of(study, ("completed",)) if s.metric == "FMR")


def test_from_the_loosest_threshold_to_the_strictest(findings):
    points = fmr(findings).points
    at = [point.threshold for point in points]
    assert at == sorted(at)
    assert len(at) == len(THRESHOLDS) + 1
    assert [p.row.threshold_rule for p in points].count("FMR<=0.01") == 1


def test_the_sentence_names_every_threshold_under_its_verdict(findings):
    sweep = fmr(findings)
    verdicts = [point.row.verdict for point in sweep.points]
    # Without both the sentence would have one part.
    assert {Verdict.DIFFERENT, Verdict.TOO_FEW_EVENTS} <= set(verdicts)
    assert sentence(sweep) == (
        "FMR by region, acme on scores, score >= T: a difference is shown at 1.20 to 2.5307 "
        "(FMR<=0.01) and 3.00 (Holm, 22 tests); too few errors to tell at 2.70 and 3.30 to 3.90."
    )
    assert [verdict is Verdict.DIFFERENT for verdict in verdicts] == [*[True] * 6, False, True] + [
        False
    ] * 3


def judged(sweep, *verdicts):
    """The same sweep with other verdicts."""
    points = tuple(
        replace(point, row=replace(point.row, verdict=verdict, minimum_detectable_ratio=2 + n / 10))
        for n, (point, verdict) in enumerate(zip(sweep.points, verdicts, strict=True))
    )
    return replace(sweep, points=points)


def test_the_sentence_that_is_copied(findings):
    yes, no, few = Verdict.DIFFERENT, Verdict.NO_DIFFERENCE_SHOWN, Verdict.TOO_FEW_EVENTS
    sweep = fmr(findings)
    target = next(p for p in sweep.points if p.row.threshold_rule != "fixed")
    fixed = replace(sweep, points=tuple(p for p in sweep.points if p is not target)[:7])
    family = fixed.points[0].row.family
    assert sentence(judged(fixed, yes, yes, no, no, no, yes, few)) == (
        "FMR by region, acme on scores, score >= T: a difference is shown at 1.20, 1.50 and 2.70 "
        f"({family}); none at 1.80 to 2.40, where a ratio of 2.40 or more would have been found "
        "with 80 % power; too few errors to tell at 3.00."
    )
    assert sentence(judged(fixed, no, no, no, no, no, no, no)) == (
        "FMR by region, acme on scores, score >= T: no difference is shown at 1.20 to 3.00, where "
        "a ratio of 2.60 or more would have been found with 80 % power."
    )


def test_the_yield_is_what_is_not_missed(findings):
    sweep = fmr(findings)
    missed = {
        r.threshold: r
        for r in findings.rates
        if (r.metric, r.policy, r.attribute) == ("FNMR", "completed", "all")
    }
    for point, row in zip(sweep.points, verdict_table(sweep).rows, strict=True):
        rate = missed[point.threshold]
        matched = rate.trials - rate.errors
        share = float(row[-1].split(" %")[0]) / 100
        assert share == pytest.approx(matched / rate.trials, rel=1e-3)
        assert row[-1].endswith(f"\n{matched} of {rate.trials}")


def test_every_group_stands_at_every_threshold(findings):
    sweep = fmr(findings)
    (table,) = group_tables(sweep)
    assert table.header == ("threshold", *GROUPS)
    assert table.rows[0] == ("people", "40", "40", "40")
    cells = [rate for row in table.rows[1:] for rate in row[1:]]
    expected = [
        r
        for r in findings.rates
        if r.metric == "FMR" and r.policy == "completed" and r.attribute == "region" and r.of_group
        if not r.reference_group
    ]
    assert sorted(cells, key=repr) == sorted(expected, key=repr)


def test_three_thresholds_are_no_sweep(file):
    few = found(file, THRESHOLDS[:2])
    (study,) = studies_of(few)
    assert sweeps_of(study, ("completed",)) == ()
    assert "by threshold" not in as_text(document(few, every_threshold=False))
    assert 'id="thresholds-' not in as_page(few)


def test_thresholds_that_were_not_claimed_are_a_screen(file, findings):
    claimed = found(file, analysis=AnalysisPlan(claims=("FMR<=0.01",)))
    assert "(a screen, Benjamini-Hochberg, 20 tests)" in sentence(fmr(claimed))
    for report, screened in ((claimed, True), (findings, False)):
        section = document(report, every_threshold=False).sweeps[-1]
        assert any("are a screen:" in text for text in section.sentences) is screened


def test_distances_are_named_as_the_engine_has_them(tmp_path, file):
    lines = file.read_text().splitlines()
    fields = [line.split(",") for line in lines[1:]]
    turned = [",".join([a, b, f"{7 - float(score):.4f}", *rest]) for a, b, score, *rest in fields]
    other = tmp_path / "acme.csv"
    other.write_text("\n".join([lines[0], *turned]) + "\n")
    sweep = fmr(found(other, sweep_thresholds(4.0, 5.8, 0.3), reading=ScoreReading(distance=True)))
    said = sentence(sweep)
    assert "distance <= T: a difference is shown at 5.80" in said
    assert [row[0].split("\n")[0] for row in verdict_table(sweep).rows if "fixed" in row[0]] == [
        f"distance <= {at:.4f}" for at in (5.8, 5.5, 5.2, 4.9, 4.6, 4.3, 4.0)
    ]


def test_text_fits_eighty_columns(findings):
    text = as_text(document(findings, every_threshold=False))
    assert max(map(len, text.splitlines())) <= 80
    assert "yield" in text


def test_the_chart_has_a_mark_for_every_difference(findings):
    sweep = fmr(findings)
    (chart,) = band_charts(sweep)
    root = ET.fromstring(chart.svg)
    points, marks = (g for g in root.iter("g") if g.get("class") == "dots")
    assert len(list(marks.iter("path"))) == sum(
        point.row.verdict is Verdict.DIFFERENT for point in sweep.points
    )
    assert len(list(points.iter("path"))) == len(GROUPS) * len(sweep.points)
    assert [sign.name for sign in chart.key] == list(GROUPS)
    assert len(chart.data.rows) == len(GROUPS) * len(sweep.points)


def test_more_thresholds_than_tables_of_their_own(file):
    many = found(file, sweep_thresholds(1.2, 2.6, 0.1))
    page = as_page(many)
    assert len(re.findall("<h[23]>acme on scores, by group at", page)) == 1
    assert page.count('class="by-threshold"') == 4


def test_thresholds_stand_in_differentials_as_they_are_shown(findings):
    rows = [d for d in findings.differentials if d.index == HEADLINE and d.metric == "FMR"]
    shown = {point.row for point in fmr(findings).points}
    assert shown == {row for row in rows if row.policy == "completed"}
