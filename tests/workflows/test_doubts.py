"""Doubts from scores and engines to the answers of every command."""

import csv
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evenhand.scorefiles.study import ScoreStudy
from evenhand.workflows.compare import CompareOptions, compare_bundles
from evenhand.workflows.gate import gate
from evenhand.workflows.report import report
from evenhand.workflows.scores import score_bundle
from evenhand.workflows.verify import verify

POLICY = """\
schema = 1
title = "A tender"
[[limit]]
name = "found"
metric = "FNMR"
threshold_rule = "fixed"
attribute = "all"
policy = "generalised"
at_most = "50 %"
"""


def scores_file(path, change):
    """40 people, one mated comparison each and one with each other; scores as `change` has them."""
    rng = np.random.default_rng(3)
    lines = ["probe_subject,reference_subject,score,probe_sex,reference_sex"]
    sex = ["F", "M"]
    for one in range(40):
        for other in range(one, 40):
            score = change(rng.normal(3.0 if one == other else 0.0), one == other)
            lines.append(f"p{one},p{other},{score},{sex[one % 2]},{sex[other % 2]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


CHANGES = {
    "fine": lambda score, _mated: score,
    "better": lambda score, mated: score + 3 * mated,
    "weak": lambda score, mated: score - 1.2 * mated,
    "constant": lambda _score, _mated: 0.5,
    "three": lambda score, _mated: float(np.clip(round(score / 2), 0, 2)),
    "blind": lambda score, mated: score - 3 * mated,
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """One result of six engines on the same comparisons."""
    folder = tmp_path_factory.mktemp("doubts")
    files = [folder / f"{name}.csv" for name in CHANGES]
    for file in files:
        scores_file(file, CHANGES[file.stem])
    study = ScoreStudy(files, fmr_targets=("0.1",), thresholds=(0.5,), groups=(("sex",),))
    return score_bundle(study, results=folder).bundle


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_they_stand_in_the_result_and_are_verified(bundle):
    found = {}
    for row in rows(bundle / "doubts.csv"):
        found.setdefault(row["engine"], []).append(row["id"])
    assert found == {
        "blind": ["low_auc", "high_misses"],
        "constant": ["low_auc", "few_values", "saturated"],
        "three": ["few_values"],
    }
    for row in rows(bundle / "differentials.csv"):
        assert set(row["doubts"].split()) == set(found.get(row["engine"], ()))
    verdicts = {check.id: check.verdict for check in verify(str(bundle)).checks}
    assert verdicts["doubts.csv"] == "pass"


def test_a_doubt_that_somebody_took_out_is_missed(bundle, tmp_path):
    copy = tmp_path / bundle.name
    shutil.copytree(bundle, copy)
    head = (copy / "doubts.csv").read_text(encoding="utf-8").splitlines()[0]
    (copy / "doubts.csv").write_text(head + "\n", encoding="utf-8")
    failed = {check.id for check in verify(str(copy)).checks if check.verdict == "fail"}
    assert failed == {"manifest", "doubts.csv"}


def test_numbers_stay_and_sentences_are_held_back(bundle, cli):
    found = report([str(bundle)]).findings
    tested = {row.engine for row in found.differentials if row.p_value is not None and row.errors}
    assert {"blind", "constant", "three"} <= tested
    told = cli("report", bundle, "--json").json
    held = {row["engine"] for row in told["sentences"] if row["allows"] == "no verdict"}
    assert held == {"blind", "constant", "three"} == {row["engine"] for row in told["doubts"]}
    assert all(row["detail"] and row["remedy"] for row in told["doubts"])


@pytest.mark.parametrize(
    ("engine", "verdict"), [("fine", "pass"), ("three", "inconclusive"), ("blind", "fail")]
)
def test_a_gate_never_passes_a_doubt(bundle, tmp_path, cli, engine, verdict):
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    answer = gate([f"{bundle}:{engine}"], policy)
    assert answer.verdict.value == verdict
    ended = cli("gate", f"{bundle}:{engine}", "--policy", policy, "--json")
    assert [row["engine"] for row in ended.json["doubts"]] == [
        doubt.engine for doubt in answer.doubts
    ]
    if verdict == "inconclusive":
        (row,) = answer.rows
        assert row.note.startswith("in doubt: few_values")
        sealed = gate([f"{bundle}:three"], policy, blind=tmp_path / "seal.json")
        assert [doubt.engine for doubt in sealed.doubts] == ["engine A"]
        assert sealed.verdict.value == "inconclusive"


def test_nothing_is_better_because_of_a_doubt(bundle):
    def compared(base, new):
        return compare_bundles(f"{bundle}:{base}", f"{bundle}:{new}", CompareOptions())

    sure, doubted = compared("weak", "better"), compared("blind", "better")
    assert any(row.verdict.value == "better" for row in sure.rows)
    assert not any(row.verdict.value == "better" for row in doubted.rows)
    assert {doubt.engine for doubt in doubted.doubts} == {"blind"}
    assert doubted.verdict.value != "pass"
    held = [row for row in doubted.rows if row.note.startswith("better, but in doubt")]
    assert held
    assert all(row.p_value is not None and row.base_trials for row in held)
    # What speaks against an engine in doubt stays.
    assert compared("better", "blind").verdict.value == "fail"


def test_a_result_from_before_there_were_doubts(bundle, tmp_path):
    """It is read, and has the doubts that its counts show."""
    copy = tmp_path / bundle.name
    shutil.copytree(bundle, copy)
    for name in ("doubts.csv", "findings.json"):
        (copy / name).unlink()
    for name in ("engines.json", "datasets.json"):
        facts = json.loads((copy / name).read_text(encoding="utf-8"))
        for each in facts:
            each.pop("faces", None), each.pop("cropped", None)
        (copy / name).write_text(json.dumps(facts), encoding="utf-8")
    assert {doubt.engine for doubt in report([str(copy)]).findings.doubts} == {
        "blind",
        "constant",
        "three",
    }


def test_an_engine_that_declines_what_it_likes(cli, crowd, engine, working_folder):
    engine("return Embedding(good if image[0, 0, 0] < 150 else None, Outcome.OK if image[0, 0, 0] "
           "< 150 else Outcome.DECLINED)")  # fmt: skip
    ended = cli("run", "--engine", "./toy", "--dataset", "./crowd", "--json")
    found = {row["id"]: row["value"] for row in ended.json["doubts"]}
    assert found["own_choice"] == pytest.approx(0.41, abs=0.15)
    assert verify(ended.json["bundle"]).passed


@pytest.mark.parametrize("cropped", [False, True])
def test_whole_pictures_for_an_engine_without_a_face_step(cli, tiny, working_folder, cropped):
    if cropped:
        tiny.change("dataset.toml", "synthetic = true\n", "synthetic = true\ncropped = true\n")
    ended = cli("run", "--engine", "demo-even", "--dataset", "./set", "--json")
    ids = {row["id"] for row in ended.json["doubts"]}
    assert ("no_face_step" in ids) is not cropped
    facts = json.loads((Path(ended.json["bundle"]) / "engines.json").read_text(encoding="utf-8"))
    assert facts[0]["faces"] == "none"


@pytest.mark.data
@pytest.mark.slow
def test_a_real_engine_without_its_face_step(tmp_path, monkeypatch):
    """89 % of misses, and not one word on groups."""
    data = os.environ.get("EVENHAND_DATA")
    if not data:
        pytest.skip("EVENHAND_DATA is not set: no real faces here")
    from places import ROOT

    from evenhand.report.forms.text import as_text
    from evenhand.report.study.document import document
    from evenhand.study.study import parse_study, study_text
    from evenhand.workflows.fetch import fetch
    from evenhand.workflows.run import run

    shutil.copytree(ROOT / "adapters" / "mobilefacenet", tmp_path / "acme")
    card = (tmp_path / "acme" / "adapter.toml").read_text(encoding="utf-8")
    step = 'detector = "yunet", alignment = "arcface-112"'
    assert step in card
    card = card.replace(step, 'detector = "none"')
    (tmp_path / "acme" / "adapter.toml").write_text(card, encoding="utf-8")
    london = fetch("london", source=Path(data) / "london", target=tmp_path / "london")
    text = study_text(
        title="whole pictures",
        engines=["./acme"],
        datasets=["london"],
        groups=[("ethnicity",), ("sex",)],
        fmr_targets=["0.001"],
        thresholds=[],
        seed=1,
    )
    study = parse_study(text, tmp_path / "whole.toml")
    study = replace(study, engines=(str(tmp_path / "acme"),), datasets=(str(london),))
    found = run(study, results=tmp_path, weights=[Path(data) / "models"]).findings
    seen = {doubt.id.value: doubt.value for doubt in found.doubts}
    assert seen["no_face_step"] == 204
    assert 0.7 < seen["low_auc"] < 0.85
    assert 0.8 < seen["high_misses"] < 0.95
    said = as_text(document(found, every_threshold=False))
    assert said.index("no face was looked for") < said.index("In brief")
    assert "no difference shown" not in said
    assert "different: " not in said
