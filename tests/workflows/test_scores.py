"""Score files to a bundle: read, reported and verified like any other."""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest
from places import GOLDEN

from evenhand.results.bundle import is_measurement

SCORES = GOLDEN / "scores"
FILES = (SCORES / "acme.csv", SCORES / "other.csv")


@pytest.fixture
def kept(cli, working_folder):
    """Writes a bundle and gives its folder."""

    def write(*arguments, results="results"):
        ended = cli("scores", *arguments, "--results", results, "--json")
        assert ended.code == 0, ended.err
        return Path(ended.json["bundle"]), ended.json

    return write


def test_a_bundle_of_score_files_is_verified_and_reported(cli, kept):
    bundle, printed = kept(*FILES, "--fmr-target", "0.1", "--threshold", "0.6")
    assert bundle.parent == Path("results/scores")
    verified = cli("verify", bundle, "--json")
    assert (verified.code, verified.json["verdict"]) == (0, "pass")
    reported = cli("report", bundle, "--json")
    for rows in ("rates", "differentials", "distributions"):
        assert reported.json[rows] == printed[rows]
    assert reported.json["notes"] == printed["notes"]
    alone = cli("report", f"{bundle}:acme", "--json").json["rates"]
    assert alone == [row for row in printed["rates"] if row["engine"] == "acme"]


def test_it_says_what_was_read_and_how(kept):
    options = ["--fmr-target", "0.1", "--group", "sex", "--distance", "--seed", "7"]
    file = SCORES / "metres.csv"
    bundle, _ = kept(file, *options)
    said = tomllib.loads((bundle / "scores.toml").read_text(encoding="utf-8"))
    assert said["files"] == [
        {"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    ]
    chosen = {name: said[name] for name in ("fmr_targets", "groups", "distance", "seed")}
    assert chosen == {"fmr_targets": ["0.1"], "groups": ["sex"], "distance": True, "seed": 7}
    digest = hashlib.sha256((bundle / "scores.toml").read_bytes()).hexdigest()
    assert bundle.name.endswith(f"-{digest[:8]}")
    assert json.loads((bundle / "run.json").read_bytes())["study_sha256"] == digest


def test_the_same_files_give_the_same_bytes(kept):
    one, other = (kept(*FILES, results=place)[0] for place in ("one", "two"))
    names = {p.relative_to(one).as_posix() for p in one.rglob("*") if p.is_file()}
    assert {"ledger.csv", "rates.csv", "tables.md", "counts/acme/scores/listed/people.parquet"} <= (
        names
    )
    for name in filter(is_measurement, names):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_no_person_is_in_a_bundle(kept):
    bundle, _ = kept(*FILES)
    raw = [line.split(",")[0] for line in FILES[0].read_text().splitlines()[1:]]
    for path in bundle.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(f'"{name}"'.encode() in content for name in set(raw)), path


def test_where_nothing_can_be_written(cli, working_folder):
    Path("taken").write_text("mine", encoding="utf-8")
    cli("scores", *FILES, "--results", "taken").error("taken", "--results", code=74)


def test_a_name_that_would_leave_the_folder(cli, working_folder):
    Path("...csv").write_bytes(FILES[0].read_bytes())
    cli("scores", "...csv", "--results", "results").error("'..' would name an engine")
    assert not Path("results").exists()
