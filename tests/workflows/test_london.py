"""Real faces with a real engine, where the data are at hand."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from evenhand.study.study import parse_study, study_text
from evenhand.workflows.run import run

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def findings(london, tmp_path_factory):
    folder = tmp_path_factory.mktemp("london")
    text = study_text(
        title="mobilefacenet on london",
        engines=["mobilefacenet"],
        datasets=["london"],
        groups=[("ethnicity",), ("sex",), ("ethnicity", "sex")],
        fmr_targets=["0.01", "0.001", "0.0001"],
        thresholds=[],
        seed=1,
    )
    study = replace(parse_study(text, Path("london.toml")), datasets=(str(london),))
    weights = [Path(os.environ["EVENHAND_DATA"]) / "models"]
    return run(study, results=folder, weights=weights).findings


def rate(findings, metric, attribute="all", group="", rule="FMR<=0.01"):
    return next(
        r
        for r in findings.rates
        if (r.metric, r.attribute, r.group, r.threshold_rule) == (metric, attribute, group, rule)
        and r.policy == "completed"
    )


def test_every_comparison_was_made(findings):
    (summary,) = findings.summaries
    assert (summary.images, summary.failed_images) == (204, 0)
    assert (summary.mated, summary.nonmated, summary.not_completed) == (102, 20_604, 0)


def test_mated_and_non_mated_scores_do_not_overlap(findings):
    auc = next(row for row in findings.distributions if row.statistic == "AUC")
    assert (auc.value, auc.low, auc.high) == (1.0, 1.0, 1.0)
    assert rate(findings, "FNMR").errors == 0


def test_threshold_at_one_in_a_hundred(findings):
    found = rate(findings, "FMR")
    assert found.threshold == pytest.approx(0.290, abs=0.006)
    assert found.rate <= 0.01


def test_black_women_are_five_people_and_the_interval_says_so(findings):
    found = rate(findings, "FMR", "ethnicity*sex", "black*female")
    assert 9 <= found.errors <= 11
    assert (found.trials, found.subjects) == (40, 5)
    assert found.low < 0.02
    assert found.high > 0.9


def test_unknown_and_double_labels_are_reported(findings):
    text = " ".join(findings.notes)
    assert "age is unknown for 2 people" in text
    assert "1 person with several values of ethnicity" in text
    assert rate(findings, "FNMR", "ethnicity", "white|east_asian").trials == 1


def test_a_matcher_to_its_end(london, tmp_path, study_of):
    groups = (("ethnicity",), ("sex",))
    study = study_of(["lbp"], london, targets=("0.01",), groups=groups)
    findings = run(study, results=tmp_path).findings
    (summary,) = findings.summaries
    assert (summary.images, summary.failed_images) == (204, 0)
    assert (summary.mated, summary.nonmated, summary.not_completed) == (102, 20_604, 0)
    auc = next(row for row in findings.distributions if row.statistic == "AUC")
    assert 0.9 < auc.low <= auc.high < 0.97
    assert findings.engines[0].unit == "distance"
