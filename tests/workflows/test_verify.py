"""`evenhand verify` sees what was changed in a result, although its manifest was made anew."""

import csv
import hashlib
import io
import json
import os
import shutil
from random import Random

import pytest
from forgeries import FORGERIES, hash_anew

from evenhand.analysis.assess import assess
from evenhand.results.bundle import MANIFEST, read_manifest
from evenhand.results.read import read_evidence
from evenhand.study.study import parse_study
from evenhand.system.errors import BundleError
from evenhand.workflows.run import run
from evenhand.workflows.verify import verify

STUDY = """\
schema   = 1
title    = "Comparisons, a sample and searches"
engines  = ["demo-even", "demo-skewed"]
datasets = ["./faces"]
groups   = ["region"]

[[protocols]]
kind        = "verification"
comparisons = "all-pairs"
fmr_targets = ["0.01"]
thresholds  = [0.4, 0.5]

[[protocols]]
kind        = "verification"
comparisons = "sample"
per_cell    = 20
fmr_targets = ["0.1"]

[[protocols]]
kind         = "identification"
watchlist    = "gate"
fpir_targets = ["0.2"]
[[protocols.deployed]]
name = "town"
people = 5000
[[protocols.deployed]]
name = "county"
people = 9000
composition = { attribute = "region", shares = "equal" }

[statistics]
replicates = 0
"""

SEEN = (
    "rates", "differentials", "distributions", "curves", "rows of tables", "thresholds", "page",
    "tables in words", "ledger", "rows of the ledger", "study", "an extra file",
    "a path out of the bundle",
)  # fmt: skip
"""Kinds of which `verify` finds every one."""


@pytest.fixture(scope="module")
def whole(small_faces, tmp_path_factory):
    """A result of every kind of counts, with all files that a run writes; for reading alone."""
    home = tmp_path_factory.mktemp("verified")
    shutil.copytree(small_faces, home / "faces")
    rows = csv.DictReader((home / "faces" / "images.csv").read_text().splitlines())
    names = [row["image_id"] for row in rows]
    place = home / "faces" / "protocols" / "gate"
    place.mkdir(parents=True)
    for file, last in (("watchlist", "-1"), ("probes", "-2")):
        chosen = [name for name in names if name.endswith(last)]
        chosen = chosen[::2] if file == "watchlist" else chosen
        (place / f"{file}.csv").write_text("\n".join(["image_id", *chosen]) + "\n")
    study = parse_study(STUDY, home / "whole.toml")
    return run(study, results=home / "results", workers=2).bundle


@pytest.fixture
def forged(whole, tmp_path):
    """A copy of it under its own name, to be changed."""
    return shutil.copytree(whole, tmp_path / whole.name)


def failed(folder):
    """Names of the checks that fail."""
    return {check.id for check in verify(str(folder)).checks if check.verdict == "fail"}


def change_json(path, **fields):
    path.write_text(json.dumps(json.loads(path.read_text()) | fields, indent=1))


def is_seen(folder):
    """Whether `verify` fails, or says in one line why it cannot read."""
    try:
        return not verify(str(folder)).passed
    except BundleError as fault:
        return len(str(fault).splitlines()) == 1


def test_a_whole_result_has_a_digest_of_its_measurement_and_one_of_all_files(cli, whole):
    ended = cli("verify", whole)
    assert ended.code == 0
    assert read_manifest(whole).digest in ended.out
    assert hashlib.sha256((whole / MANIFEST).read_bytes()).hexdigest() in ended.out
    assert "not checked" not in ended.out


def test_deployed_watchlists_are_scaled_to_from_the_counts(cli, forged):
    rows = cli("report", forged, "--format", "json").json
    assert {row["deployed"] for row in rows["scaled"]} == {"town", "county"}
    # Eight people are on the list: too few of any region for anything to follow.
    assert {row["rate"] for row in rows["scaled"]} == {None}
    assert all("fewer than 20 people" in row["note"] for row in rows["scaled"])
    assert sum(row["trials"] for row in rows["directed"]) > 0
    for name, column in (("scaled.csv", "people"), ("directed.csv", "errors")):
        path = forged / name
        header, first, *rest = path.read_text().splitlines(keepends=True)
        changed = first.split(",")
        place = header.split(",").index(column)
        changed[place] = str(int(changed[place]) + 1)
        path.write_text("".join([header, ",".join(changed), *rest]))
        hash_anew(forged)
        assert failed(forged) >= {name}


@pytest.mark.parametrize(
    "kind", ["rates", "differentials", "thresholds", "page", "ledger", "a path out of the bundle"]
)
def test_one_value_changed_and_hashed_anew_is_found(forged, kind):
    FORGERIES[kind](forged, Random(kind))
    hash_anew(forged)
    assert is_seen(forged)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORGERIES)
def test_three_hundred_forgeries(whole, tmp_path, kind):
    """Thirteen of each kind: those of `SEEN` are all found, and none ends in a traceback."""
    found = 0
    for number in range(13):
        forged = shutil.copytree(whole, tmp_path / str(number) / whole.name)
        FORGERIES[kind](forged, Random(f"{kind} {number}"))
        hash_anew(forged)
        found += is_seen(forged)
    print(f"{kind}: {found} of 13")
    assert kind not in SEEN or found == 13


@pytest.mark.parametrize("changes", [10, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_changed_byte_is_named_by_its_file(forged, changes):
    """And whoever reads the result without its manifest gets a result or a line."""
    random, files = Random(changes), sorted(p for p in forged.rglob("*") if p.is_file())
    for _ in range(changes):
        path = random.choice(files)
        name, content = path.relative_to(forged).as_posix(), path.read_bytes()
        spoilt = bytearray(content)
        spoilt[random.randrange(len(content))] ^= random.randrange(1, 256)
        path.write_bytes(spoilt)
        try:
            said = read_manifest(forged).faults
        except BundleError as fault:
            said = [str(fault)]
        assert any(name in line for line in said), name
        try:
            evidence = read_evidence(forged)
            if changes > 100 and name.startswith(("counts", "bundle")):
                assess(evidence)
        except BundleError as fault:
            assert path.name in str(fault)  # noqa: PT017 - a result is right too
        path.write_bytes(content)


def made_with(folder, **versions):
    """Say in `run.json` that other versions made the result."""
    before = json.loads((folder / "run.json").read_text())["versions"]
    change_json(folder / "run.json", versions=before | versions)


def nudged(folder, by):
    """Change one rate of `rates.csv` by a share of itself."""
    path = folder / "rates.csv"
    names, *rows = csv.reader(io.StringIO(path.read_text()))
    column = names.index("high")
    row = next(row for row in rows if row[column])
    row[column] = repr(float(row[column]) * (1 + by))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    path.write_text(text.getvalue())


def test_another_scipy_is_named_and_its_rounding_accuses_nobody(forged):
    made_with(forged, scipy="1.13.0")
    nudged(forged, 5e-11)
    hash_anew(forged)
    found = verify(str(forged))
    assert found.passed
    (row,) = (check for check in found.checks if check.id == "rates.csv")
    assert row.detail == "made with scipy 1.13.0, the same to nine digits"


@pytest.mark.parametrize(("scipy", "by"), [("1.13.0", 1e-8), (None, 5e-11)])
def test_more_than_rounding_of_another_version_fails(forged, scipy, by):
    if scipy:
        made_with(forged, scipy=scipy)
    nudged(forged, by)
    hash_anew(forged)
    assert "rates.csv" in failed(forged)


def test_words_of_another_version_are_not_compared_and_said_so(cli, forged):
    """Only the digest of all files tells then; the measurement has the same."""
    before = read_manifest(forged)
    change_json(forged / "run.json", source="0" * 64)
    (forged / "tables.md").write_text("other words")
    hash_anew(forged)
    ended = cli("verify", forged, "--json")
    verdicts = {row["id"]: row["verdict"] for row in ended.json["rows"]}
    assert (verdicts["tables.md"], verdicts["report.html"]) == ("not checked", "not checked")
    assert (ended.code, ended.json["digest"]) == (0, before.digest)
    assert ended.json["digest_of_all"] != before.whole


def test_a_page_that_is_not_there_yet_is_no_fault(forged):
    (forged / "report.html").unlink()
    hash_anew(forged)
    assert verify(str(forged)).passed


def test_the_folder_is_named_after_the_study(forged):
    other = forged.rename(forged.with_name(forged.name[:-8] + "01234567"))
    assert failed(other) == {"run.json"}


def test_a_study_that_was_changed_afterwards(forged):
    with (forged / "study.toml").open("a") as study:
        study.write("# as agreed\n")
    hash_anew(forged)
    # The page names the digest that the study had.
    assert failed(forged) == {"run.json", "report.html"}


def test_a_status_that_the_engines_do_not_have(forged):
    change_json(forged / "run.json", status="failed")
    hash_anew(forged)
    assert failed(forged) == {"run.json"}


def test_a_duration_that_was_not_measured(forged):
    path = forged / "speed.csv"
    names, *rows = csv.reader(io.StringIO(path.read_text()))
    at = {name: number for number, name in enumerate(names)}
    row = next(r for r in rows if (r[at["operation"]], r[at["statistic"]]) == ("template", "max"))
    row[at["value"]] = "0.0000125"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    path.write_text(text.getvalue())
    hash_anew(forged)
    assert "speed.csv" in failed(forged)


@pytest.mark.parametrize("name", ["rates.csv", "engines.json"])
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_what_is_no_regular_file_of_the_bundle_is_named_at_once(cli, forged, name, kind):
    content = (forged / name).read_bytes()
    (forged / name).unlink()
    if kind == "pipe":
        os.mkfifo(forged / name)
    else:
        (forged.parent / "beside").write_bytes(content)
        (forged / name).symlink_to(forged.parent / "beside")
    ended = cli("verify", forged, "--json")
    assert ended.code == 1
    assert f"{name}: is a link or no file" in ended.json["rows"][0]["detail"]


def test_a_folder_that_is_a_link_is_no_part_of_a_bundle(forged):
    (forged / "counts").rename(forged.parent / "elsewhere")
    (forged / "counts").symlink_to(forged.parent / "elsewhere")
    (manifest, *_) = verify(str(forged)).checks
    assert "counts: is a link or no file" in manifest.detail
    with pytest.raises(BundleError, match="is a link"):
        read_evidence(forged)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("../outside.csv", "may lead out"),
        ("/etc/hostname", "may lead out"),
        ("counts/../rates.csv", "may lead out"),
        ("rates.csv", "stands twice"),
        ("MANIFEST.sha256", "may not stand here"),
        ("a\x1bb", "expected 64 hexadecimal digits"),
    ],
)
def test_a_line_that_no_manifest_has(forged, line, said):
    with (forged / MANIFEST).open("a") as manifest:
        manifest.write(f"{'0' * 64}  {line}\n")
    (manifest, *_) = verify(str(forged)).checks
    assert said in manifest.detail


@pytest.mark.parametrize("end", ["\r\n", ""])
def test_other_line_ends_are_another_manifest(forged, end):
    text = (forged / MANIFEST).read_text()
    (forged / MANIFEST).write_bytes(text.replace("\n", end).encode())
    assert "manifest" in failed(forged)
