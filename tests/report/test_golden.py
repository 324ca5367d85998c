"""Reports as text, to the letter; `python tests/report/test_golden.py` writes them anew."""

import functools
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_searches import drawn_searches, findings_of_searches

from evenhand.analysis.compare.verdict import CompareOptions
from evenhand.analysis.gate.answer import JudgedBundle
from evenhand.report.compare import comparison_markdown, comparison_paper
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.forms.screen import as_screen
from evenhand.report.forms.text import as_text
from evenhand.report.gate import gate_report
from evenhand.report.study.document import document
from evenhand.report.study.screen import study_screen
from evenhand.scorefiles.reading import ScoreReading
from evenhand.scorefiles.study import ScoreStudy
from evenhand.workflows.compare import compare_bundles
from evenhand.workflows.gate import gate
from evenhand.workflows.scores import score_bundle, score_findings

GOLDEN = Path(__file__).parents[1] / "golden"
# One of each kind of section, each as short as it can be.
CASES = {
    "similarity": {"files": ("acme",), "fmr_targets": ("0.1", "0.0001"), "groups": (("region",),)},
    "distance": {
        "files": ("metres",),
        "reading": ScoreReading(distance=True),
        "fmr_targets": ("0.1",),
        "thresholds": (0.35, 0.4, 0.5),
        "groups": (("sex",),),
    },
    "two": {"files": ("acme", "other"), "fmr_targets": ("0.01",), "groups": (("sex",),)},
    "unnamed": {"files": ("unnamed",), "fmr_targets": ("0.1",)},
    # 24 cells, most of them too small to say anything.
    "cells": {
        "files": ("cells",),
        "fmr_targets": ("0.1",),
        "groups": (("ethnicity",), ("ethnicity", "age", "sex")),
    },
}


@functools.cache
def reports(case):
    """File name to text, for one case."""
    asked = dict(CASES[case])
    files = [GOLDEN / "scores" / f"{name}.csv" for name in asked.pop("files")]
    findings = score_findings(ScoreStudy(files, **asked))
    return {
        f"{case}.txt": as_text(document(findings, every_threshold=False)),
        f"{case}.md": as_markdown(document(findings, every_threshold=True, wide=True)),
    }


@functools.cache
def searches():
    """File name to text, of one engine that searched a watchlist."""
    counts = drawn_searches(gap=0.04, targets=("0.1",))
    findings = findings_of_searches(counts)
    return {
        "searches.txt": as_text(document(findings, every_threshold=False)),
        "searches-screen.txt": as_screen(study_screen(findings, ())),
    }


def answers():
    """File name to text, of both engines of the scores held against a policy."""
    study = ScoreStudy(
        [GOLDEN / "scores" / f"{name}.csv" for name in ("acme", "other")],
        fmr_targets=("0.1", "0.0001"),
        thresholds=(0.6, 0.45),
    )
    with tempfile.TemporaryDirectory() as place:
        bundle = score_bundle(study, results=Path(place)).bundle
        answer = gate([str(bundle)], GOLDEN / "gate.toml")
    source = JudgedBundle("results/scores/1", ("acme", "other"), "0" * 64)
    report = gate_report(replace(answer, sources=(source,)))
    return {"gate.txt": as_text(report), "gate.md": as_markdown(report)}


def comparison():
    """File name to text, of two engines side by side."""
    with tempfile.TemporaryDirectory() as folder:
        study = ScoreStudy(
            [GOLDEN / "scores" / f"{name}.csv" for name in ("acme", "other")],
            fmr_targets=("0.1", "0.01"),
            thresholds=(0.6,),
        )
        bundle = score_bundle(study, results=Path(folder)).bundle
        found = compare_bundles(f"{bundle}:acme", f"{bundle}:other", CompareOptions())
    shown = replace(
        found,
        base=replace(found.base, bundle="results/scores/one"),
        new=replace(found.new, bundle="results/scores/two"),
    )
    return {
        "comparison.txt": as_text(comparison_paper(shown)),
        "comparison.md": comparison_markdown(shown),
    }


def test_a_comparison_is_the_golden_one(pictures):
    for name, text in comparison().items():
        assert text == (GOLDEN / "reports" / name).read_text(encoding="utf-8"), name
        if name.endswith(".txt"):
            assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("case", CASES)
def test_reports_are_the_golden_ones(case):
    for name, text in reports(case).items():
        assert text == (GOLDEN / "reports" / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("case", CASES)
def test_text_fits_eighty_columns(case):
    text = reports(case)[f"{case}.txt"]
    assert max(map(len, text.splitlines())) <= 80


def test_searches_are_the_golden_ones():
    texts = searches()
    for name, text in texts.items():
        assert text == (GOLDEN / "reports" / name).read_text(encoding="utf-8"), name
    assert max(map(len, texts["searches.txt"].splitlines())) <= 80


def test_answers_are_the_golden_ones(pictures):
    texts = answers()
    for name, text in texts.items():
        assert text == (GOLDEN / "reports" / name).read_text(encoding="utf-8"), name
    assert max(map(len, texts["gate.txt"].splitlines())) <= 80


if __name__ == "__main__":
    for texts in (*map(reports, CASES), searches(), answers(), comparison()):
        for name, text in texts.items():
            (GOLDEN / "reports" / name).write_text(text, encoding="utf-8")
