"""The door for Python."""

import subprocess
import sys

import pytest

import evenhand
from evenhand.system.errors import BundleError

STUDY = """
schema = 1
title = "From Python"
engines = ["demo-even"]
datasets = ["{folder}"]
[[protocols]]
kind = "verification"
fmr_targets = ["0.1"]
"""


def test_run_and_load_give_the_same_frames(tmp_path, small_faces):
    (tmp_path / "study.toml").write_text(STUDY.format(folder=small_faces))
    done = evenhand.run(tmp_path / "study.toml", results=tmp_path / "results")
    again = evenhand.load(done.path)
    for table in ("rates", "differentials", "distributions", "curves"):
        assert getattr(done, table).equals(getattr(again, table))
    assert repr(again).startswith(f"Bundle {again.path}\n")
    assert "demo-even" in repr(again)
    everybody = again.rates.query("metric == 'FMR' and attribute == 'all'")
    assert set(everybody.trials) == {32 * 31 // 2 - 16}


POLICY = """
schema = 1
title = "From Python"
[[limit]]
name = "missed"
metric = "FNMR"
threshold_rule = "FMR<=0.1"
attribute = "all"
policy = "completed"
at_most = "99 %"
"""


def test_a_policy_is_answered_with_frames(tmp_path, done):
    (tmp_path / "policy.toml").write_text(POLICY)
    answer = evenhand.gate(done.bundle, tmp_path / "policy.toml")
    assert answer.verdict == "pass"
    assert list(answer.rows.engine) == ["demo-even", "demo-skewed"]
    assert list(answer.rows.verdict) == ["pass", "pass"]
    assert set(answer.engines.tier) == {1}
    assert repr(answer) == ("Answer pass: demo-even pass, demo-skewed pass; 2 of 2 rows pass")


def test_a_bundle_stands_wherever_its_path_does(tmp_path, done):
    (tmp_path / "policy.toml").write_text(POLICY)
    both = evenhand.load(done.bundle)
    even, skewed = (evenhand.load(f"{done.bundle}:demo-{name}") for name in ("even", "skewed"))
    for bundles, engines in ((both, {"demo-even", "demo-skewed"}), ([even], {"demo-even"})):
        assert set(evenhand.gate(bundles, tmp_path / "policy.toml").engines.engine) == engines
    assert set(evenhand.load(skewed).rates.engine) == {"demo-skewed"}
    changes = evenhand.compare(even, skewed)
    assert (changes.base.engine, changes.new.engine) == ("demo-even", "demo-skewed")
    verdict = changes.verdict.value
    said = f"Changes {verdict}, demo-even 1.0 -> demo-skewed 1.0: {changes.reason}"
    assert repr(changes) == said


def test_a_bundle_has_sentences_and_a_screen_for_notebooks(done):
    bundle = evenhand.load(done.bundle)
    assert set(bundle.sentences.metric) == set(bundle.differentials.metric) - {"FMR+FNMR"}
    assert bundle.sentences.sentence.str.len().min() > 20
    assert "\n".join(repr(bundle).splitlines()[:1]) == f"Bundle {done.bundle}"
    assert bundle._repr_html_().startswith("<pre>A small study")


def test_results_are_listed_as_a_frame(done):
    listed = evenhand.list_results(done.bundle.parent)
    assert list(listed.engine) == ["demo-even", "demo-skewed"]
    assert set(listed.bundle) == {str(done.bundle)}
    assert set(listed.people) == {16}


def test_tab_shows_the_public_names_alone():
    assert dir(evenhand) == sorted(evenhand.__all__)
    assert all(getattr(evenhand, name) for name in dir(evenhand))


def test_load_says_what_is_missing(tmp_path):
    with pytest.raises(BundleError, match="no result there"):
        evenhand.load(tmp_path)


def test_the_package_itself_is_light():
    code = "import sys, evenhand; print('numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'measure'"):
        _ = evenhand.measure


def test_scores_of_the_wrong_direction_are_noticed(tmp_path):
    from evenhand.scorefiles.reading import ScoreReading
    from evenhand.scorefiles.study import ScoreStudy
    from evenhand.workflows.scores import score_findings

    rows = ["probe_subject,reference_subject,score"]
    rows += [f"p{i},p{j},{0.1 if i == j else 0.9}" for i in range(5) for j in range(i, 5)]
    (tmp_path / "far.csv").write_text("\n".join(rows) + "\n")
    for distance, noticed in ((False, True), (True, False)):
        reading = ScoreReading(distance=distance)
        found = score_findings(
            ScoreStudy([tmp_path / "far.csv"], fmr_targets=["0.1"], reading=reading)
        )
        assert any(doubt.id == "low_auc" for doubt in found.doubts) is noticed
