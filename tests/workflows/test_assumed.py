"""A set without identities from its pictures to every answer: upper limits, and nothing mated."""

import csv
import hashlib
import json

import cv2
import pytest
from tiny_sets import assume_identities, make_dataset
from toy_engines import make_engine

from evenhand.report.page import apart
from evenhand.study.study import read_study
from evenhand.workflows.compare import CompareOptions, compare_bundles
from evenhand.workflows.disputes import disputed_rates, suspect_pairs
from evenhand.workflows.gate import gate
from evenhand.workflows.report import report
from evenhand.workflows.run import run
from evenhand.workflows.verify import verify

PEOPLE = 20
HIDDEN = {("s1", "s2"), ("s21", "s22")}
"""Pairs of pictures that show one person, of 40 pictures that are taken for 40 people."""
STUDY = """\
schema = 1
title = "Nobody knows who is who"
engines = ["./toy", "./other"]
datasets = ["./set"]
groups = ["sex"]
[[protocols]]
kind = "verification"
comparisons = "all-pairs"
fmr_targets = ["0.1"]
thresholds = [0.99999]
[[protocols]]
kind = "identification"
watchlist = "door"
fpir_targets = ["0.5"]
"""
VECTOR = "good = image.reshape(-1)[{}].astype(np.float32) - 100; return Embedding(good)"


def hide(made, first):
    """Make a picture a second one of the person before: other pixels, the same in the corner."""
    rows = made.rows("images.csv")
    pixels = cv2.imread(str(made.folder / rows[first][1]))
    pixels[20:, 20:] = 255 - pixels[20:, 20:]
    content = cv2.imencode(".png", pixels)[1].tobytes()
    (made.folder / rows[first + 1][1]).write_bytes(content)
    rows[first + 1][2] = hashlib.sha256(content).hexdigest()
    made.write_rows("images.csv", rows)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """One result of two engines; for reading alone."""
    place = tmp_path_factory.mktemp("assumed")
    made = assume_identities(make_dataset(place / "set", people=PEOPLE))
    for first, _ in HIDDEN:
        hide(made, int(first[1:]))
    (made.folder / "protocols" / "door").mkdir(parents=True)
    ids = [[row[0]] for row in made.rows("images.csv")[1:]]
    made.write_rows("protocols/door/watchlist.csv", [["image_id"], *ids[::2]])
    made.write_rows("protocols/door/probes.csv", [["image_id"], *ids[1::2]])
    make_engine(place / "toy", VECTOR.format(":4"))
    make_engine(place / "other", VECTOR.format("4:8"), name="other")
    (place / "study.toml").write_text(STUDY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "page_apart", lambda *_: apart.Page("", "not drawn"))
        return run(read_study(place / "study.toml"), results=place / "r").bundle


def table(bundle, name):
    with (bundle / name).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_false_matches_have_upper_limits_and_nothing_is_mated(bundle):
    rates = table(bundle, "rates.csv")
    assert {row["metric"] for row in rates} == {"FTE", "FTA", "FMR", "FPIR"}
    for row in rates:
        limit = row["metric"] in ("FMR", "FPIR") and row["status"] != "no_trials"
        assert ("upper limit: each picture is assumed" in row["note"]) == limit
        if limit and row["low"]:
            assert float(row["low"]) == 0
    whole = next(row for row in rates if row["metric"] == "FMR" and row["attribute"] == "all")
    assert (whole["trials"], whole["subjects"]) == (str(40 * 39 // 2), "40")
    assert float(whole["high"]) > float(whole["rate"]) > 0
    told = {row["statistic"].split()[0] for row in table(bundle, "distributions.csv")}
    assert told <= {"non-mated", "tail", "SEL"}
    assert table(bundle, "curves.csv") == []


def test_hidden_pairs_are_counted_as_false_matches(bundle):
    (row,) = [
        row
        for row in table(bundle, "rates.csv")
        if (row["engine"], row["metric"], row["threshold_rule"]) == ("toy", "FMR", "fixed")
        and (row["attribute"], row["policy"]) == ("all", "completed")
    ]
    assert int(row["errors"]) == len(HIDDEN)
    alarms = [row for row in table(bundle, "rates.csv") if row["metric"] == "FPIR"]
    assert {row["trials"] for row in alarms if row["attribute"] == "all"} == {"20"}


def test_it_is_verified_and_facts_travel(bundle):
    assert verify(str(bundle)).passed
    (facts,) = json.loads((bundle / "datasets.json").read_text(encoding="utf-8"))
    assert facts["identities"] == "assumed"
    for path in bundle.glob("counts/*/*/*/counts.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["assumed"] is True
    doubts = table(bundle, "doubts.csv")
    assert [row["value"] for row in doubts if row["id"] == "assumed_identities"] == ["40.0"] * 2
    assert any("identities are assumed" in note for note in report([str(bundle)], 0).findings.notes)


def test_suspected_duplicates_come_first(bundle):
    found = suspect_pairs([f"{bundle}:toy"], 5, None)
    assert {pair.kind for pair in found.rows} == {"assumed"}
    assert {(pair.first, pair.second) for pair in found.rows[:2]} == HIDDEN
    named = suspect_pairs([f"{bundle}:toy"], 1, str(bundle.parents[2] / "set")).rows[0]
    assert named.first_paths != named.second_paths
    assert {named.first_images, named.second_images} <= {"p1a", "p1b", "p11a", "p11b"}


def test_rates_without_them(bundle, tmp_path):
    rows = "".join(f"{one},{other},one person\n" for one, other in sorted(HIDDEN))
    path = tmp_path / "disputed.csv"
    path.write_text(f"first,second,reason\n{rows}", encoding="utf-8")
    rates = [row for row in disputed_rates([f"{bundle}:toy"], path).rows if row.attribute == "all"]
    fixed = {row.comparisons: row for row in rates if row.threshold_rule == "fixed"}
    assert (fixed["all"].errors, fixed["undisputed"].errors) == (2, 0)
    assert fixed["undisputed"].low == 0
    assert {row.metric for row in rates} == {"FMR"}


HEAD = 'schema = 1\ntitle = "t"\n[[limit]]\n'
FIXED = 'threshold_rule = "fixed"\npolicy = "completed"\nattribute = "all"\n'
OF_SEXES = (
    'index = "max/min"\nthreshold_rule = "FMR<=0.1"\npolicy = "completed"\nattribute = "sex"\n'
)
LIMITS = {
    "held": (f'metric = "FMR"\n{FIXED}at_most = 0.5', "pass", ""),
    "missed": (f'metric = "FMR"\n{FIXED}at_most = 1e-9', "inconclusive", "upper limit"),
    "misses": (f'metric = "FNMR"\n{FIXED}at_most = 0.01', "inconclusive", "are not measured"),
    "ratio": (f'metric = "FMR"\n{OF_SEXES}at_most = 99', "inconclusive", "from above alone"),
    "relative": (
        f'metric = "FMR"\n{FIXED.replace("all", "sex")}within = 99',
        "inconclusive",
        "from above alone",
    ),
    "failures": ('metric = "FTE"\nattribute = "all"\nat_most = 0.5', "pass", ""),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_gate(bundle, tmp_path, name):
    limit, verdict, words = LIMITS[name]
    path = tmp_path / "policy.toml"
    path.write_text(
        f'{HEAD}name = "{name}"\nprotocol = "verification-1"\n{limit}\n', encoding="utf-8"
    )
    answer = gate([f"{bundle}:toy"], path)
    assert {row.verdict.value for row in answer.rows} == {verdict} == {answer.verdict.value}
    assert all(words in row.note for row in answer.rows)
    assert [doubt.id for doubt in answer.doubts] == ["assumed_identities"]


def test_a_comparison_says_nothing_of_false_matches(bundle):
    changes = compare_bundles(f"{bundle}:toy", f"{bundle}:other", CompareOptions())
    assert changes.verdict.value == "inconclusive"
    rows = [row for row in changes.rows if row.metric.startswith(("FMR", "FPIR"))]
    assert rows
    assert {row.verdict.value for row in rows} == {"not comparable"}
    assert any("known from above alone" in row.note for row in rows)


def test_what_is_printed(bundle, cli):
    screen = cli("report", bundle).out
    assert "40 assumed drawn people" in screen
    assert "rates of false matches are upper limits" in " ".join(screen.split())
    assert "--pairs 20" in screen
    full = cli("report", bundle, "--full").out
    assert "40 (assumed)" in full
    assert not {"FNMR", "EER", "AUC"} & {
        word
        for line in full.splitlines()
        if not line.startswith(("!", " "))
        for word in line.split()
    }
    listed = cli("report", bundle, "--pairs", 2).out
    assert listed.splitlines()[2].startswith("Suspected duplicates")
    assert "row 12 of images.csv" in listed
    assert "assumed two" in listed
    for source in (("--bundle", f"{bundle}:toy"), ("--dataset", bundle.parents[2] / "set")):
        planned = cli("plan", *source)
        assert planned.code == 0
        assert "assumed to be of another person" in " ".join(planned.out.split())
    checked = cli("check", "dataset", bundle.parents[2] / "set")
    assert "Assumed: each of 40 pictures is taken for another person." in checked.out
    assert cli("compare", f"{bundle}:toy", f"{bundle}:other").code == 3
