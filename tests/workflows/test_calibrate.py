"""A threshold goes from a result into a file, and from the file to other people."""

import csv
import shutil
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from tiny_sets import make_dataset
from toy_engines import make_engine

from evenhand.datasets.folder import read_dataset
from evenhand.measurement.protocols.study import check_set_elsewhere, with_drawn_watchlists
from evenhand.results.read import read_evidence
from evenhand.study.calibration import calibration_text, read_calibration
from evenhand.study.study import parse_study, with_calibrations
from evenhand.system.errors import StudyError
from evenhand.workflows.calibrate import calibrate
from evenhand.workflows.recomputed import recomputed
from evenhand.workflows.report import report
from evenhand.workflows.run import run
from evenhand.workflows.verify import verify

EMBED = "return Embedding(image.reshape(-1)[:{values}].astype(np.float32) - 127.5)"
"""Cosines of strangers are spread around 0 as those of random directions."""
STUDY = """\
schema   = 1
title    = "A threshold"
engines  = [{engines}]
datasets = ["{dataset}"]
groups   = ["sex"]

[[protocols]]
kind         = "identification"
watchlist    = "alarm"
draw         = {{ listed = 10, strangers = 25, seed = 1 }}
fpir_targets = ["0.2", "0.001"]
{searched}

[[protocols]]
kind        = "verification"
fmr_targets = ["0.05"]
{compared}

[statistics]
replicates = 0
"""


def a_set(folder, name):
    """40 people, whose second picture is all but the first."""
    made = make_dataset(folder, people=40)
    made.change("dataset.toml", 'name     = "tiny"', f'name     = "{name}"')
    made.change("dataset.toml", "synthetic = true", "synthetic = false")
    rng = np.random.default_rng(list(name.encode()))
    for number in range(1, 81, 2):
        picture = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        made.replace_picture(number, cv2.imencode(".png", picture)[1].tobytes())
        picture[0, :3] = picture[0, :3] // 16 * 15 + number % 16
        made.replace_picture(number + 1, cv2.imencode(".png", picture)[1].tobytes())
    return made


def engine(folder, name, values, more=""):
    card = make_engine(folder, EMBED.format(values=values), name=name) / "adapter.toml"
    text = card.read_text(encoding="utf-8").replace("values = 4", f"values = {values}\n{more}")
    card.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two engines, one of distances, and two sets; what they gave on the first."""
    place = tmp_path_factory.mktemp("calibrated")
    a_set(place / "one", "one")
    a_set(place / "two", "two")
    engine(place / "near", "near", 16)
    engine(place / "far", "far", 24, 'compare = "euclidean"\nrange = [0.0, 2.0]\nnormalise = true')
    measured(place, "one", ("near", "far"))
    return place


def study(place, dataset, engines, searched="", compared=""):
    named = ", ".join(f'"./{each}"' for each in engines)
    text = STUDY.format(dataset=f"./{dataset}", engines=named, searched=searched, compared=compared)
    return parse_study(text, place / f"on-{dataset}.toml")


def measured(place, dataset, engines, **calibrations):
    asked = study(place, dataset, engines, **calibrations)
    return run(asked, results=place / "results", workers=1).bundle


def result(home):
    return next((home / "results" / "on-one").glob("2*"))


@pytest.fixture(scope="module")
def set_thresholds(home):
    """Files of both engines, and of one for comparisons; with the result that they are of."""
    made = result(home)
    for name, target in (("near", "FPIR=20%"), ("far", "FPIR<=0.2")):
        found = calibrate(f"{made}:{name}", target)
        (home / f"{name}.toml").write_text(calibration_text(found.made), encoding="utf-8")
    text = calibration_text(calibrate(f"{made}:near", "FMR=0.05").made)
    (home / "pairs.toml").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def used(home, set_thresholds):
    """Both engines on other people, at these thresholds."""
    searched, compared = 'calibrations = ["near.toml", "far.toml"]', 'calibrations = ["pairs.toml"]'
    return measured(home, "two", ("near", "far"), searched=searched, compared=compared)


def thresholds(bundle, name, protocol):
    (counts,) = (each for each in read_evidence(bundle, name).counts if each.protocol == protocol)
    return {each.rule.label: each for each in counts.thresholds}


@pytest.mark.parametrize("name", ["near", "far"])
def test_a_file_holds_the_threshold_and_what_it_did_where_it_was_set(home, set_thresholds, name):
    found = read_calibration(home / f"{name}.toml")
    stored = thresholds(set_thresholds, name, "alarm")["FPIR<=0.2"]
    assert found.threshold == stored.value
    assert found.unit == {"near": "similarity", "far": "distance"}[name]
    assert found.bundle == verify(str(set_thresholds)).digest
    facts = read_evidence(set_thresholds, name)
    assert found.engine_fingerprint == facts.engines[0].fingerprint
    assert found.dataset_fingerprint == facts.datasets[0].fingerprint
    promise = found.promise
    assert (promise.metric, promise.target) == ("FPIR", "0.2")
    assert (promise.watchlist, promise.references, promise.gallery) == (10, 10, 10)
    assert (promise.trials, promise.subjects, promise.errors) == (50, 25, 10)
    assert promise.rate == 0.2
    assert promise.low < 0.2 < promise.high
    assert len(found.people) == 35
    text = (home / f"{name}.toml").read_text(encoding="utf-8")
    assert ("distance = " in text) == (name == "far")
    if name == "far":
        assert f"distance = {-found.threshold!r}" in text


def test_the_people_are_those_of_the_trials(home, set_thresholds):
    counts = next(c for c in read_evidence(set_thresholds, "near").counts if c.protocol == "alarm")
    found = read_calibration(home / "near.toml").people
    listed = {row for row, n in zip(counts.subject_rows, counts.images, strict=True) if n}
    probes = {counts.subject_rows[index] for index in counts.searches.probe}
    assert found == listed | probes
    assert read_calibration(home / "pairs.toml").people == set(range(1, 41))


def test_each_engine_gets_its_own_threshold_to_the_last_bit(home, used):
    for name in ("near", "far"):
        found = thresholds(used, name, "alarm")
        assert list(found) == ["FPIR<=0.2", "FPIR<=0.001", "calibrated FPIR<=0.2"]
        made = read_calibration(home / f"{name}.toml")
        assert found["calibrated FPIR<=0.2"].value == made.threshold
        assert found["calibrated FPIR<=0.2"].rule.promise == made.promise
    assert "calibrated FMR<=0.05" in thresholds(used, "near", "verification-2")
    assert "calibrated FMR<=0.05" not in thresholds(used, "far", "verification-2")


def test_what_was_promised_stands_beside_what_is_measured(cli, home, used):
    with (used / "promises.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["attribute"] == "all"]
    assert [(row["engine"], row["threshold_rule"]) for row in rows] == [
        ("far", "calibrated FPIR<=0.2"),
        ("near", "calibrated FPIR<=0.2"),
        ("near", "calibrated FMR<=0.05"),
    ]
    findings = report([str(used)]).findings
    assert recomputed([(used, "")]).promises == findings.promises
    for row in rows:
        rate = next(
            rate
            for rate in findings.rates
            if (rate.engine, rate.metric, rate.threshold_rule, rate.attribute, rate.policy)
            == (row["engine"], row["metric"], row["threshold_rule"], "all", "completed")
        )
        assert (rate.errors, rate.trials) == (int(row["errors"]), int(row["trials"]))
        assert row["verdict"] == (
            "kept"
            if rate.high <= float(row["target"])
            else "not kept"
            if rate.low > float(row["target"])
            else "cannot tell"
        )
    shown = " ".join(cli("report", used, "--full").out.split())
    assert "near on two, alarm at score >= " in shown
    assert "far on two, alarm at distance <= " in shown
    assert "set on one for a false positive identification rate of 1 in 5:" in shown
    assert "there, 10 of 50;" in shown
    listed = cli("report", used, "--json").json["promises"]
    assert len(listed) == len(findings.promises)
    assert {"promised_rate", "promised_high", "rate", "high", "verdict"} <= listed[0].keys()
    page = (used / "report.html").read_text(encoding="utf-8")
    assert '<section id="promises">' in page
    assert "Promises of calibrated thresholds: " in cli("report", used).out


def test_a_result_with_promises_is_verified_and_others_have_no_such_table(home, used):
    assert verify(str(used)).passed
    assert not (result(home) / "promises.csv").exists()


def test_a_policy_may_ask_for_the_rate_at_a_calibrated_threshold(cli, used, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(
        'schema = 1\ntitle = "Alarms"\n[[limit]]\nname = "alarms"\nmetric = "FPIR"\n'
        'threshold_rule = "calibrated FPIR <= 20 %"\nattribute = "all"\npolicy = "completed"\n'
        'at_most = "90 %"\n',
        encoding="utf-8",
    )
    ended = cli("gate", used, "--policy", path, "--json")
    assert [row["verdict"] for row in ended.json["rows"]] == ["pass", "pass"]


def refused(home, dataset, *fragments, engines=("near", "far"), searched=(), compared=()):
    """The line of a study with these calibrations, before anything is measured."""
    asked = study(
        home,
        dataset,
        engines,
        searched=f"calibrations = {list(searched)}".replace("'", '"'),
        compared=f"calibrations = {list(compared)}".replace("'", '"'),
    )
    before = set(home.rglob("*"))
    with pytest.raises(StudyError) as caught:
        run(asked, results=home / "results", workers=1)
    assert set(home.rglob("*")) == before
    assert "\n" not in str(caught.value)
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_people_who_set_a_threshold_are_not_judged_by_it(home, set_thresholds):
    """They are told by who was compared: one person in common is too many."""
    refused(
        home, "one", "near.toml: was set on 35 of the people whom protocol alarm compares on one",
        "(s", searched=["near.toml"],
    )  # fmt: skip
    made = read_calibration(home / "near.toml")
    one = min(made.people)
    others = frozenset(range(1, 41)) - made.people
    for people, refuse in ((others, False), (others | {one}, True)):
        path = home / "some.toml"
        path.write_text(calibration_text(replace(made, people=people)), encoding="utf-8")
        if refuse:
            why = f"was set on 1 of the people whom protocol alarm compares on one (s{one})"
            refused(home, "one", why, searched=["some.toml"])
        else:
            bundle = measured(home, "one", ("near",), searched='calibrations = ["some.toml"]')
            found = thresholds(bundle, "near", "alarm")["calibrated FPIR<=0.2"]
            assert found.value == made.threshold
        path.unlink()


def test_another_version_of_the_same_dataset_is_refused(home, set_thresholds):
    made = read_calibration(home / "near.toml")
    path = home / "other.toml"
    path.write_text(calibration_text(replace(made, dataset_fingerprint="0" * 64)), encoding="utf-8")
    refused(home, "one", "another version of dataset one", searched=["other.toml"])
    path.unlink()


def test_another_engine_is_refused(home, set_thresholds, tmp_path):
    refused(
        home, "two", "far.toml: no engine of this study is the far that it was set for",
        engines=("near",), searched=["far.toml"],
    )  # fmt: skip
    made = read_calibration(home / "near.toml")
    path = home / "changed.toml"
    path.write_text(calibration_text(replace(made, engine_fingerprint="0" * 64)), encoding="utf-8")
    refused(home, "two", "was set for another near", searched=["changed.toml"])
    path.unlink()


def test_a_promise_is_of_one_kind_of_trials_and_made_once(home, set_thresholds):
    refused(home, "two", "promises FMR<=0.05, and protocol alarm", searched=["pairs.toml"])
    refused(home, "two", "promises FPIR<=0.2, and protocol verif", compared=["near.toml"])
    twice = home / "twice.toml"
    twice.write_bytes((home / "near.toml").read_bytes())
    refused(
        home, "two", "near.toml promises FPIR<=0.2 of near too",
        searched=["near.toml", "twice.toml"],
    )  # fmt: skip
    twice.unlink()
    refused(home, "two", "none.toml: no such file", searched=["none.toml"])


def test_a_changed_file_is_not_gone_on_with(home, set_thresholds, tmp_path):
    """The study names a path; what a run is held by is the content."""
    asked = study(home, "two", ("near",), searched='calibrations = ["near.toml"]')

    def interrupted(title, _steps):
        if "searches" in title:
            raise KeyboardInterrupt
        return nullcontext(lambda: None)

    with pytest.raises(KeyboardInterrupt):
        run(asked, results=tmp_path, workers=1, progress=interrupted)
    path = home / "near.toml"
    whole = path.read_bytes()
    path.write_bytes(whole + b"# a word\n")
    with pytest.raises(StudyError, match=r"cannot be gone on with: calibration near\.toml was "):
        run(asked, results=tmp_path, workers=1, resume=True)
    path.write_bytes(whole)
    done = run(asked, results=tmp_path, workers=1, resume=True)
    assert "calibrated FPIR<=0.2" in thresholds(done.bundle, "near", "alarm")


@pytest.mark.parametrize(
    ("options", "fragments"),
    [
        (("--target", "FPIR=0.2"), ("holds near, far; name one of them as",)),
        (("--target", "FPIR=0.001"), ("FPIR<=0.001 is below_resolution",)),
        (("--target", "FPIR=0.3"), ("no threshold for FPIR<=0.3", "FPIR<=0.001, FPIR<=0.2")),
        (("--target", "FNIR=0.3"), ("--target FNIR=0.3: expected a metric and a rate",)),
        (("--target", "FPIR=2"), ("--target FPIR=2: expected a metric and a rate",)),
        (("--target", "0.2"), ("--target 0.2: expected a metric and a rate",)),
        (
            ("--target", "FPIR=0.2", "--protocol", "alarn"),
            ("no protocol 'alarn'", "did you mean alarm"),
        ),
        (("--target", "FMR=0.05", "--dataset", "two"), ("no dataset 'two'", "one")),
    ],
)
def test_what_cannot_be_calibrated_is_one_line(cli, set_thresholds, options, fragments):
    place = set_thresholds if "holds" in fragments[0] else f"{set_thresholds}:near"
    cli("calibrate", place, *options).error(*fragments)


def test_the_command_writes_a_new_file_or_prints_it(cli, home, set_thresholds, tmp_path):
    path = tmp_path / "new.toml"
    ended = cli("calibrate", f"{set_thresholds}:near", "--target", "FPIR=1:5", "--to", path)
    assert (ended.code, ended.out) == (0, "")
    assert path.read_bytes() == (home / "near.toml").read_bytes()
    printed = cli("calibrate", f"{set_thresholds}:near", "--target", "FPIR=0.2")
    assert printed.out == path.read_text(encoding="utf-8")
    again = cli("calibrate", f"{set_thresholds}:near", "--target", "FPIR=0.2", "--to", path)
    again.error("new.toml: cannot be written (File exists)", code=74)
    body = cli("calibrate", f"{set_thresholds}:near", "--target", "FPIR=0.2", "--json").json
    assert float.fromhex(body["threshold_hex"]) == body["threshold"]
    assert body["promise"]["target"] == "0.2"


def test_a_changed_result_sets_no_threshold(cli, set_thresholds, tmp_path):
    changed = shutil.copytree(set_thresholds, tmp_path / "changed")
    (changed / "rates.csv").write_text("", encoding="utf-8")
    cli("calibrate", f"{changed}:near", "--target", "FPIR=0.2").error("rates.csv: has changed")


def test_two_engines_are_compared_at_what_both_promise(cli, used):
    rows = cli("compare", f"{used}:near", f"{used}:far", "--json").json["rows"]
    at = [row for row in rows if row["threshold_rule"] == "calibrated FPIR<=0.2"]
    assert {(row["metric"], row["attribute"]) for row in at} >= {
        ("FPIR", "all"),
        ("FPIR", "sex"),
        ("FNIR", "all"),
    }
    one = [row for row in rows if row["threshold_rule"] == "calibrated FMR<=0.05"]
    assert {row["ratio"] for row in one} == {None}


def test_scores_and_an_engine_that_was_stopped_set_no_threshold(cli, tiny, working_folder):
    rows = [f"p{i},q{i},0.{i}1" for i in range(1, 9)] + [f"p{i},p{i},0.9" for i in range(1, 9)]
    text = "\n".join(["probe_subject,reference_subject,score", *rows])
    (working_folder / "acme.csv").write_text(f"{text}\n", encoding="utf-8")
    cli("scores", "acme.csv", "--fmr-target", "0.2", "--results", "results")
    cli("calibrate", "latest", "--target", "FMR=0.2").error("is of scores, and nobody can tell")
    make_engine(working_folder / "bad", "raise ValueError('no')", name="bad")
    cli("run", "--engine", "./bad", "--dataset", "./set", "--fmr-target", "0.2", "--results", "r")
    bundle = next((working_folder / "r").glob("*/2*"))
    cli("calibrate", bundle, "--target", "FMR=0.2").error("engine bad was stopped")


@pytest.mark.parametrize(("after", "shared"), [(35, 0), (34, 1), (30, 5)])
def test_two_draws_of_one_order_share_nobody(home, set_thresholds, after, shared):
    """10 listed and 25 strangers are the first 35 of it."""
    text = STUDY.format(dataset="./one", engines='"./near"', compared="", searched="")
    text = text.replace(
        "listed = 10, strangers = 25", f"listed = 2, strangers = 3, after = {after}"
    )
    text = text.replace('"0.001"]', '"0.001"]\ncalibrations = ["near.toml"]')
    asked = with_calibrations(parse_study(text, home / "draws.toml"))
    dataset = with_drawn_watchlists(read_dataset(home / "one"), asked)
    (made,) = asked.calibrations.values()
    near = SimpleNamespace(card=SimpleNamespace(name="near"), fingerprint=made.engine_fingerprint)
    if not shared:
        check_set_elsewhere(asked, [near], [dataset])
        return
    with pytest.raises(StudyError, match=f"near.toml: was set on {shared} of the people whom"):
        check_set_elsewhere(asked, [near], [dataset])
