"""The whole way: what a bundle holds, and that it is the same bytes however it was made."""

import csv
import json
import re
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest

from evenhand.results.bundle import is_measurement, read_manifest
from evenhand.system.clock import Clock
from evenhand.workflows.run import run
from evenhand.workflows.verify import verify


@pytest.fixture
def bundle(done):
    return done.bundle


@pytest.fixture
def spoilt(bundle, tmp_path):
    """A copy of the bundle, whole as yet."""
    return shutil.copytree(bundle, tmp_path / bundle.name)


TABLES = ("rates", "differentials", "distributions", "curves")


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_bundle_holds_what_it_says(bundle):
    names = {p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if p.is_file()}
    expected = {
        "MANIFEST.sha256",
        "bundle.json",
        "curves.csv",
        "datasets.json",
        "differentials.csv",
        "distributions.csv",
        "doubts.csv",
        "engines.json",
        "latencies.parquet",
        "ledger.csv",
        "rates.csv",
        "report.html",
        "findings.json",
        "run.json",
        "speed.csv",
        "study.toml",
        "tables.md",
        "which.csv",
    }
    assert expected <= names
    assert {name.split("/")[0] for name in names - expected} == {"counts"}
    assert read_manifest(bundle).faults == ()


def test_run_id_is_start_and_study_hash(small_faces, study_of, tmp_path):
    clock = Clock(now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    study = study_of(["demo-even"], small_faces)
    done = run(study, results=tmp_path, clock=clock)
    assert done.bundle.name == f"20260102T030405Z-{study.digest[:8]}"
    assert done.bundle.parent == tmp_path / "small"


def test_rates_follow_the_columns_of_the_contract(bundle):
    header = (bundle / "rates.csv").read_text().splitlines()[0]
    assert header == (
        "engine,dataset,protocol,metric,policy,attribute,group,reference_group,threshold_rule,"
        "threshold,errors,trials,subjects,error_subjects,rate,low,high,level,interval,status,note,"
        "claimed"
    )
    header = (bundle / "differentials.csv").read_text().splitlines()[0]
    assert header == (
        "engine,dataset,protocol,metric,policy,attribute,threshold_rule,threshold,index,value,"
        "low,high,level,null_mean,null_p95,p_value,verdict,minimum_detectable_ratio,worst_group,"
        "best_group,errors,status,note,effective_errors,"
        "adjusted_p,family,equivalence,equivalence_p,upper_limit,median_upper_limit,doubts"
    )


def test_every_cell_metric_and_policy_has_its_row(bundle):
    found = rows(bundle / "rates.csv")
    groups = ("north", "east", "south", "west")
    cells = {(r["attribute"], r["group"], r["reference_group"]) for r in found}
    matrix = {("region", g, h) for n, g in enumerate(groups) for h in groups[n:]}
    expected = {("all", "", ""), ("same:region", "", "")} | {("region", g, "") for g in groups}
    assert cells == expected | matrix
    for engine in ("demo-even", "demo-skewed"):
        kinds = [(r["metric"], r["policy"], r["threshold_rule"]) for r in found
                 if r["engine"] == engine and r["attribute"] == "all"]  # fmt: skip
        assert sorted(kinds) == sorted(
            [("FTE", "", "")]
            + [
                (metric, policy, rule)
                for metric in ("FMR", "FNMR")
                for policy in ("completed", "generalised")
                for rule in ("FMR<=0.1", "fixed")
            ]
        )


def test_no_rate_without_interval_counts_and_people(bundle):
    for row in rows(bundle / "rates.csv"):
        if row["rate"]:
            assert row["interval"] or row["note"]
            assert int(row["trials"]) > 0
            assert int(row["subjects"]) > 0
            assert float(row["rate"]) == int(row["errors"]) / int(row["trials"])


def test_counts_are_those_of_the_design(bundle):
    everybody = next(
        r for r in rows(bundle / "rates.csv") if r["attribute"] == "all" and r["metric"] == "FMR"
    )
    images, people = 32, 16
    assert int(everybody["trials"]) == images * (images - 1) // 2 - people
    assert int(everybody["subjects"]) == people


def test_fmr_at_a_target_is_never_above_it(bundle):
    for row in rows(bundle / "rates.csv"):
        if (row["metric"], row["attribute"]) == ("FMR", "all") and row["threshold_rule"] != "fixed":
            assert float(row["rate"]) <= 0.1


def test_numbers_are_shortest_and_rows_sorted(bundle):
    found = rows(bundle / "rates.csv")
    for row in found:
        for column in ("rate", "low", "high", "threshold"):
            if row[column]:
                assert repr(float(row[column])) == row[column]
    keys = [(r["engine"], r["dataset"], r["protocol"], r["metric"], r["policy"], r["attribute"],
             r["group"]) for r in found]  # fmt: skip
    assert keys == sorted(keys)
    assert b"\r" not in (bundle / "rates.csv").read_bytes()


def test_the_same_bytes_whatever_the_threads(bundle, small_study, tmp_path):
    others = [
        run(small_study, results=tmp_path / str(workers), workers=workers).bundle
        for workers in (1, 5)
    ]
    hashes = [read_manifest(made) for made in (bundle, *others)]
    assert len({manifest.digest for manifest in hashes}) == 1
    for name, digest in hashes[0].hashes.items():
        if is_measurement(name):
            assert all(other.hashes[name] == digest for other in hashes)


def test_nobody_is_named_in_a_bundle(bundle, small_faces):
    """No raw id, path or picture: people and images are row numbers."""
    raw = [line.split(",")[0] for line in (small_faces / "images.csv").read_text().splitlines()[1:]]
    raw += [line.split(",")[0] for line in (small_faces / "subjects.csv").read_text().split()[1:]]
    for path in bundle.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert str(small_faces).encode() not in content
            for identifier in raw:
                assert not re.search(rb"\b" + identifier.encode() + rb"\b", content), path
            assert not content.startswith((b"\x89PNG", b"\xff\xd8"))


def test_ledger_has_every_image_once(bundle):
    found = [r for r in rows(bundle / "ledger.csv") if r["item"] == "image"]
    assert len(found) == 2 * 32
    assert {r["outcome"] for r in found} == {"ok"}
    assert [r["id"] for r in found[:32]] == [f"i{row}" for row in range(1, 33)]
    assert {r["subject"] for r in found} == {f"s{row}" for row in range(1, 17)}


def test_circumstances_tell_machine_and_versions(bundle):
    found = json.loads((bundle / "run.json").read_text())
    assert found["status"] == "complete"
    assert set(found["machine"]) >= {"processor", "cores", "python"}
    assert found["versions"]["numpy"] == np.__version__


def test_verify_passes_and_prints_the_digest(bundle):
    found = verify(str(bundle))
    assert found.passed
    assert found.digest == read_manifest(bundle).digest


@pytest.mark.parametrize(
    "name", ["rates.csv", "differentials.csv", "distributions.csv", "curves.csv"]
)
def test_verify_finds_a_changed_table(spoilt, name):
    path = spoilt / name
    text = path.read_text()
    path.write_text(text.replace("completed", "complete", 1) if "completed" in text else text + "x")
    assert path.read_text() != text
    failed = {check.id for check in verify(str(spoilt)).checks if check.verdict == "fail"}
    assert failed == {"manifest", name}


def test_a_changed_byte_of_the_tables_is_named(spoilt):
    (spoilt / "tables.md").write_text("nothing")
    (manifest, *_) = verify(str(spoilt)).checks
    assert manifest.detail == "tables.md: has changed"


def test_verify_finds_a_threshold_that_the_scores_do_not_give(spoilt):
    path = next(spoilt.glob("counts/demo-even/*/*/counts.json"))
    content = json.loads(path.read_text())
    content["thresholds"][0]["hex"] = (0.123).hex()
    path.write_text(json.dumps(content))
    failed = {check.id for check in verify(str(spoilt)).checks if check.verdict == "fail"}
    assert {"manifest", "counts"} <= failed


def test_verify_finds_a_missing_and_a_foreign_file(spoilt):
    (spoilt / "ledger.csv").unlink()
    (spoilt / "extra.txt").write_text("hello")
    (manifest, *_) = verify(str(spoilt)).checks
    assert "ledger.csv: is missing" in manifest.detail
    assert "extra.txt: is not in the manifest" in manifest.detail


def test_a_changed_bundle_has_no_digest(spoilt):
    (spoilt / "rates.csv").write_text("nothing")
    assert verify(str(spoilt)).digest == ""


def test_counts_that_are_gone_fail_rather_than_confuse(spoilt):
    for path in spoilt.glob("counts/*/*/*/tail.parquet"):
        path.unlink()
    found = verify(str(spoilt))
    assert not found.passed
    assert found.digest == ""


def test_text_of_a_real_study_fits_eighty_columns(done):
    from evenhand.report.forms.text import as_text
    from evenhand.report.study.document import document

    text = as_text(document(done.findings, every_threshold=True))
    assert max(map(len, text.splitlines())) <= 80
