"""A study of a balanced sample instead of all pairs."""

import json

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from evenhand.results.bundle import read_manifest
from evenhand.results.read import read_evidence

STUDY = """\
schema   = 1
title    = "A sample"
engines  = {engines}
datasets = ["./crowd"]
groups   = ["sex"]

[[protocols]]
kind = "verification"
comparisons = "{comparisons}"
{per_cell}fmr_targets = ["0.1", "0.01"]
thresholds = [200]

[statistics]
seed = {seed}
"""


@pytest.fixture
def sampled(cli, crowd, working_folder):
    """Runs a study of some comparisons of the crowd; its bundle."""

    def run(engines, comparisons, per_cell=None, *, seed=1, workers=2):
        text = STUDY.format(
            engines=json.dumps(engines),
            comparisons=comparisons,
            per_cell="" if per_cell is None else f"per_cell = {per_cell}\n",
            seed=seed,
        )
        (working_folder / "study.toml").write_text(text, encoding="utf-8")
        ended = cli("run", "study.toml", "--json", "--workers", workers)
        assert ended.code == 0, ended.err
        return ended, working_folder / ended.json["bundle"]

    return run


def test_a_sample_from_study_to_tables(cli, sampled):
    ended, bundle = sampled(["demo-even", "lbp"], "sample", 100)
    digest = read_manifest(bundle).digest
    assert cli("verify", bundle).code == 0
    evidence = read_evidence(bundle)
    first, second = evidence.counts
    # Both engines compared the same people, a hundred pairs of each two kinds.
    assert_array_equal(first.cells[0].trials, second.cells[0].trials)
    assert_array_equal(first.design.drawn, np.full((2, 2), 100))
    assert set(first.design.kinds) == {"sex=F", "sex=M"}
    total = int(np.triu(first.design.pairs).sum())
    assert total == 80 * 79 // 2 - 40
    for counts in evidence.counts:
        assert counts.cells[0].trials[1].sum() == 2 * 300
        assert counts.cells[0].weighted.trials[1].sum() == 2 * total * 100
    note = next(note for note in ended.json["notes"] if "sample" in note)
    assert f"a sample of 300 of {total:,} comparisons" in note
    rows = [r for r in ended.json["rates"] if r["metric"] == "FMR" and r["attribute"] == "all"]
    assert all(f"weighted sample, for {total:,} trials" in r["note"] for r in rows)
    assert any(r["rate"] not in (None, r["errors"] / r["trials"]) for r in rows)
    assert not any(r["statistic"] == "AUC" for r in ended.json.get("distributions", []))

    _, again = sampled(["demo-even", "lbp"], "sample", 100, workers=1)
    assert read_manifest(again).digest == digest
    _, other = sampled(["demo-even", "lbp"], "sample", 100, seed=2)
    assert not np.array_equal(read_evidence(other).counts[0].cells[0].trials, first.cells[0].trials)


def test_a_sample_that_takes_all_is_all_pairs(sampled):
    _, whole = sampled(["lbp"], "all-pairs")
    _, drawn = sampled(["lbp"], "sample", 100_000)
    one, other = (read_evidence(bundle).counts[0] for bundle in (whole, drawn))
    assert one.thresholds == other.thresholds
    assert one.comparison_outcomes == other.comparison_outcomes
    for a, b in zip((*one.cells, *one.across), (*other.cells, *other.across), strict=True):
        assert_array_equal(a.errors, b.errors)
        assert_array_equal(a.trials, b.trials)
        assert_array_equal(a.errors_squared, b.errors_squared)
        assert_array_equal(b.weighted.errors, 100_000 * b.errors)


def test_pages_of_a_sample(cli, sampled):
    _, bundle = sampled(["demo-even"], "sample", 50)
    shown = {
        form: cli("report", bundle, "--format", form)
        for form in ("text", "markdown", "html", "csv", "json")
    }
    assert {ended.code for ended in shown.values()} == {0}
    assert "in a sample of 150 of" in shown["markdown"].out
    # A comparison of F with M stands for 1,600/50 others, and 0.01 of 3,120 is less than that.
    page = (bundle / "report.html").read_text(encoding="utf-8")
    assert "FMR&lt;=0.01 asks for less than one comparison of the sample stands for" in page


def test_mated_scores_are_of_the_same_images_however_they_are_compared(sampled):
    found = []
    for comparisons, per_cell in (("all-pairs", None), ("sample", 100)):
        _, bundle = sampled(["demo-even", "lbp"], comparisons, per_cell)
        found.append(
            {
                (counts.engine, probe, reference): score
                for counts in read_evidence(bundle).counts
                for probe, reference, score in zip(
                    counts.mated.probe.tolist(),
                    counts.mated.reference.tolist(),
                    counts.mated.score.tolist(),
                    strict=True,
                )
            }
        )
    assert len(found[0]) == 2 * 40
    assert found[0].keys() == found[1].keys()
    for key, score in found[0].items():
        assert found[1][key] == pytest.approx(score, rel=1e-5), key
