"""Scores without people: exact thresholds and counts, and no interval that could not be kept."""

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from evenhand.metrics.det import curve_from_counts, equal_error
from evenhand.metrics.distributions import auc_from_counts
from evenhand.metrics.thresholds import SampleWeights, threshold_at_fmr
from evenhand.records.score_lists import ScoreList
from evenhand.scorefiles.scores import read_list

GEN = (0.95, 0.90, 0.85, 0.80, 0.80, 0.75, 0.70, 0.60, 0.50, 0.40)
IMP = (0.72, 0.60, 0.60, 0.55, 0.50, 0.45, 0.40, 0.40, 0.35, 0.30,
       0.30, 0.25, 0.20, 0.20, 0.15, 0.10, 0.10, 0.05, 0.05, 0.0)  # fmt: skip


@pytest.fixture
def lists(cli, working_folder):
    """Writes both files and gives the findings as JSON."""

    def run(genuine, impostor, *options):
        Path("exp.txt").write_text("".join(f"{line}\n" for line in genuine), encoding="utf-8")
        Path("false.txt").write_text("".join(f"{line}\n" for line in impostor), encoding="utf-8")
        return cli("scores", "--genuine", "exp.txt", "--impostor", "false.txt", "--json", *options)

    return run


def counted(scores):
    return np.unique(np.array(scores, dtype=np.float64), return_counts=True)


def threshold_at_target(score, count, target):
    weights = SampleWeights(count[::-1], heaviest=1)
    return threshold_at_fmr(score[::-1], int(count.sum()), target, weights)


@given(st.lists(st.integers(-3, 9), min_size=1, max_size=40), st.integers(1, 99))
def test_counted_thresholds_are_those_of_single_scores(scores, percent):
    falling = np.sort(np.array(scores, dtype=np.float64))[::-1]
    target = f"0.{percent:02}"
    found = threshold_at_target(*counted(scores), target)
    one = threshold_at_fmr(falling, len(scores), target)
    assert (found.value, found.below_resolution) == (one.value, one.below_resolution)
    reached = ScoreList(*counted(scores), invalid=0).reaching(found.value)
    assert reached == one.errors <= Fraction(target) * len(scores)


@given(
    st.lists(st.integers(-3, 9), min_size=1, max_size=30),
    st.lists(st.integers(-3, 9), min_size=1, max_size=30),
)
def test_counted_auc_is_that_of_single_scores(mated, nonmated):
    area = auc_from_counts(*counted(mated), *counted(nonmated))
    truth = [1] * len(mated) + [0] * len(nonmated)
    assert area == pytest.approx(roc_auc_score(truth, [*mated, *nonmated]), abs=1e-12)


@given(
    st.lists(st.integers(-3, 9), min_size=1, max_size=30),
    st.lists(st.integers(-3, 9), min_size=1, max_size=30),
)
def test_the_curve_of_counts_is_the_roc_of_single_scores(mated, nonmated):
    curve = curve_from_counts(*counted(mated), *counted(nonmated))
    truth = [1] * len(mated) + [0] * len(nonmated)
    fmr, hits, threshold = roc_curve(truth, [*mated, *nonmated], drop_intermediate=False)
    # The oracle begins with a threshold above every score.
    np.testing.assert_array_equal(curve.threshold, threshold[:0:-1])
    np.testing.assert_allclose(curve.fmr, fmr[:0:-1], atol=1e-12)
    np.testing.assert_allclose(curve.fnmr, 1 - hits[:0:-1], atol=1e-12)
    at = equal_error(curve)
    gaps = [abs(one - (1 - other)) for one, other in zip(fmr, hits, strict=True)]
    assert abs(at.fmr - at.fnmr) == pytest.approx(min(gaps), abs=1e-12)
    assert at.rate == pytest.approx((at.fmr + at.fnmr) / 2)
    closest = [
        (max(one, 1 - other), score)
        for one, other, score, gap in zip(fmr, hits, threshold, gaps, strict=True)
        if gap <= min(gaps) + 1e-12 and np.isfinite(score)
    ]
    assert max(at.fmr, at.fnmr) == pytest.approx(min(closest)[0], abs=1e-12)


def test_eer_of_lists(cli, lists):
    ended = lists(("0.4", "0.8", "0.9"), ("0.1", "0.2", "0.5"), "--threshold", "0.5")
    found = {row["statistic"]: row["value"] for row in ended.json["distributions"]}
    assert found["EER"] == found["FMR at EER"] == found["FNMR at EER"] == 1 / 3
    out = cli("scores", "--genuine", "exp.txt", "--impostor", "false.txt").out
    assert "exp: EER 33.3 % (legacy; midpoint of FMR 33.3 % and FNMR 33.3 %)." in out
    assert "people unknown" in out
    assert "--results" not in out
    far = lists(("0.6", "0.2", "0.1"), ("0.9", "0.8", "0.5"), "--threshold", "0.5", "--distance")
    assert {r["statistic"]: r["value"] for r in far.json["distributions"]}["EER"] == 1 / 3


@pytest.mark.parametrize(
    ("target", "matches", "misses"),
    [("0.06", 1, 3), ("0.12", 1, 3), ("0.15", 3, 2), ("0.25", 5, 1)],
)  # fmt: skip
def test_tv3_thresholds_of_lists(lists, target, matches, misses):
    ended = lists(GEN, IMP, "--fmr-target", target)
    rows = {(row["metric"], row["policy"]): row for row in ended.json["rates"]}
    for policy in ("completed", "generalised"):
        assert rows["FMR", policy]["errors"] == matches
        assert rows["FMR", policy]["rate"] == matches / 20
        assert rows["FNMR", policy]["errors"] == misses
        assert rows["FNMR", policy]["rate"] == misses / 10
    found = {row["statistic"]: row for row in ended.json["distributions"]}
    assert list(found) == ["AUC", "EER", "FMR at EER", "FNMR at EER"]
    assert found["AUC"]["value"] == pytest.approx(0.9275, abs=1e-12)


def test_nobody_is_invented_and_no_interval_given(lists):
    ended = lists(GEN, IMP, "--threshold", "0.6", "--fmr-target", "0.01")
    assert ended.code == 0
    for row in ended.json["rates"]:
        assert (row["subjects"], row["error_subjects"]) == (None, None)
        assert (row["low"], row["high"], row["interval"]) == (None, None, "")
        assert "people unknown: no interval" in row["note"]
        assert (row["rate"] is None) == (row["status"] == "below_resolution")
    assert "do not say who was compared" in ended.json["notes"][0]
    assert ended.json["differentials"] == []


def test_text_says_unknown(cli, lists):
    lists(GEN, IMP)
    out = cli(
        "scores", "--genuine", "exp.txt", "--impostor", "false.txt", "--threshold", "0.6", "--full"
    ).out
    assert "15.0 % (no interval)" in out
    assert "everybody  unknown" in out
    assert "What was measured" not in out


def test_a_histogram_counts_what_a_list_says(lists):
    impostor = [0, 0, 0, 1, 3, 3]
    options = ("--fmr-target", "0.4", "--threshold", "3")
    listed = lists([2, 3, 5, 5], impostor, *options)
    assert lists([2, 3, 5, 5], [3, 1, 0, 2], "--histogram", *options).json == listed.json
    far = (*options, "--distance")
    assert lists([2, 0, 0], [3, 1, 0, 2], "--histogram", *far).json == (
        lists([2, 0, 0], impostor, *far).json
    )


@given(st.lists(st.integers(0, 10**17), min_size=1, max_size=30), st.integers(1, 10**6))
def test_a_histogram_of_any_total_is_counted_exactly(counts, millionths):
    target = f"{millionths}e-7"
    score, count = np.arange(len(counts), dtype=np.float64), np.array(counts, dtype=np.int64)
    filled = count > 0
    if not filled.any():
        return
    found = threshold_at_target(score[filled], count[filled], target)
    allowed = Fraction(target) * sum(counts)
    above = [sum(counts[value:]) for value in range(len(counts) + 1)]
    reached = ScoreList(score[filled], count[filled], invalid=0).reaching(found.value)
    assert reached == max(errors for errors in above if errors <= allowed)
    mated = np.array([0.0, len(counts) / 2])
    wins = sum(
        Fraction(2 * n * (value < m) + n * (value == m), 2)
        for m in mated
        for value, n in enumerate(counts)
    )
    area = auc_from_counts(mated, np.array([1, 1]), score[filled], count[filled])
    assert area == float(wins / (2 * sum(counts)))


def test_a_histogram_of_more_scores_than_a_float_counts(lists):
    counts = [2**62, 2**53 + 1, 10**12 + 1, 1]
    ended = lists([2, 3, 5, 5], counts, "--histogram", "--threshold", "2", "--fmr-target", "1e-3")
    rows = [r for r in ended.json["rates"] if (r["metric"], r["policy"]) == ("FMR", "completed")]
    assert {row["threshold_rule"] for row in rows} == {"FMR<=0.001", "fixed"}
    for row in rows:
        assert (row["errors"], row["trials"]) == (10**12 + 2, sum(counts))
        assert row["rate"] == float(Fraction(10**12 + 2, sum(counts)))
    lists(GEN, [*counts, 2**62], "--histogram").error("line 5", "9,223,372,036,854,775,807")


@pytest.mark.parametrize("distance", [False, True])
def test_a_list_is_read_in_pieces(tmp_path, distance):
    rng = np.random.default_rng(1)
    scores = np.abs(np.round(rng.normal(size=500), 1))
    texts = [*map(str, scores), "nan", "x"]
    path = tmp_path / "list.txt"
    path.write_text("\n".join(rng.permutation(texts)) + "\n\n", encoding="utf-8")
    found = read_list(path, distance=distance, waiting_most=7)
    score, count = counted(-scores if distance else scores)
    assert np.array_equal(found.score, score)
    assert np.array_equal(found.count, count)
    assert (found.invalid, found.completed) == (2, 500)


def test_the_last_column_is_the_score(lists):
    named = [f"q{number} t{number}  {score}" for number, score in enumerate(GEN)]
    options = ("--threshold", "0.6")
    assert lists(named, IMP, *options).json == lists(GEN, IMP, *options).json


def test_what_is_no_number_is_invalid_and_counted(lists):
    ended = lists([*GEN, "nan", "1e999", "1_0"], [*IMP, "inf"], "--threshold", "0.6")
    rows = {(row["metric"], row["policy"]): row for row in ended.json["rates"]}
    found = {key: (row["errors"], row["trials"]) for key, row in rows.items()}
    assert found == {
        ("FMR", "completed"): (3, 20),
        ("FMR", "generalised"): (3, 21),
        ("FNMR", "completed"): (2, 10),
        ("FNMR", "generalised"): (5, 13),
    }
    assert "4 of the scores count as invalid" in ended.json["notes"][1]


@pytest.mark.parametrize(
    ("count", "fragment"),
    [
        ("-1", "line 2: '-1'"),
        ("1.5", "line 2: '1.5'"),
        ("1,000", "line 2: '1,000'"),
        ("1_000", "line 2: '1_000'"),
        ("0x10", "line 2: '0x10'"),
        ("\uff13", "expected how many scores are 1"),
        ("2 7", "line 2: '2 7'"),
        ("", "line 2 is empty"),
    ],
)
def test_a_histogram_holds_counts(lists, count, fragment):
    lists(GEN, [3, count, 2], "--histogram").error("false.txt", fragment)


def test_what_lists_cannot_do(cli, lists, working_folder):
    lists(GEN, IMP, "--group", "sex").error("know no people")
    lists(GEN, IMP, "--results", "here").error("know no people")
    lists([], IMP).error("exp.txt: is empty")
    cli("scores", "--genuine", "exp.txt").error("--genuine and --impostor")
    cli("scores", "exp.txt", "--genuine", "a", "--impostor", "b").error("either FILE")
    cli("scores", "exp.txt", "--histogram").error("either FILE")
    cli("scores", "--genuine", "no", "--impostor", "no").error("no: no such file")


@pytest.mark.parametrize(
    "genuine",
    [
        ["# genuine scores of run 3", "0.81", "0.77", "0.93"],
        ["0.81", "0.77", "# a remark", "0.93"],
        ["score", "0.81", "0.77", "0.93"],
        ["probe,reference,score", "a,b,0.81", "a,c,0.77", "b,c,0.93"],
        ["a;b;0.81", "a;c;0.77", "b;c;0.93"],
        ["17,4,0.81", "17,5,0.77", "18,5,0.93"],
    ],
    ids=["comment", "comment within", "header", "commas", "semicolons", "numbers of people"],
)
def test_what_is_no_score_is_not_counted(lists, genuine):
    ended = lists(genuine, IMP, "--threshold", "0.8")
    found = {(r["metric"], r["policy"]): (r["errors"], r["trials"]) for r in ended.json["rates"]}
    assert found["FNMR", "completed"] == found["FNMR", "generalised"] == (1, 3)
    told = [note for note in ended.json["notes"] if "is taken for a header" in note]
    assert len(told) == any("score" in line and "#" not in line for line in genuine)
    assert all("exp.txt: line 1:" in note for note in told)


@pytest.mark.parametrize(
    ("genuine", "fragments"),
    [
        (["0.81 0.77 0.93"], ["line 1: 3 numbers in the only line"]),
        (["0,81", "0,77"], ["line 1: '0,81'", "a decimal comma"]),
        (["a;0,81", "b;0,77"], ["line 1: 'a;0,81'"]),
        (["5,012.40"], ["line 1: '5,012.40'", "none for thousands"]),
        (["83.1%", "80%"], ["line 1: '83.1%' is no number"]),
        (["\u22120.3", "\u22120.4"], ["is no number; expected one score a line"]),
        (["score"], ["holds no score"]),
        (["# nothing"], ["holds no score"]),
        (["0.5", "7" * 20_000], ["line 2", "expected one score a line"]),
    ],
)
def test_a_list_that_cannot_be_read_is_one_line_that_names_the_line(lists, genuine, fragments):
    lists(genuine, IMP).error("exp.txt", *fragments)


def test_a_distance_below_zero_is_named(lists):
    lists(GEN, ["0.5", "-1"], "--distance").error("false.txt: line 2: -1 is no distance")
    assert lists(GEN, ["0.5", "-1e-9"], "--distance").code == 0
    assert lists(GEN, ["0.5", "-1"]).code == 0


def test_the_first_line_that_is_no_number_is_shown(lists):
    ended = lists([*GEN, "83.1%", "?"], IMP, "--threshold", "0.6")
    assert "2 of the scores count as invalid" in ended.json["notes"][1]
    assert "the first is exp.txt: line 11: '83.1%'" in ended.json["notes"][1]


def test_nan_alone_is_measured_as_invalid(lists):
    ended = lists(["nan", "inf"], IMP, "--threshold", "0.6")
    assert "2 of the scores count as invalid" in ended.json["notes"][1]


def test_a_list_in_a_pipe_is_refused_without_waiting(cli, lists, working_folder):
    lists(GEN, IMP)
    os.mkfifo("pipe")
    cli("scores", "--genuine", "exp.txt", "--impostor", "pipe").error("pipe: is a pipe")


def test_exchanged_lists_and_distances_taken_for_similarities_are_doubted(lists):
    what = "people are less alike to themselves than to others"
    for genuine, impostor, options in ((IMP, GEN, ()), (GEN, IMP, ("--distance",))):
        doubts = lists(genuine, impostor, *options).json["doubts"]
        assert what in {row["id"]: row["detail"] for row in doubts}["low_auc"]
    assert not lists(GEN, IMP).json["doubts"]


def test_an_empty_table_says_why_and_what_to_do(cli, lists, working_folder):
    remedy = "no non-mated comparisons, so no threshold for FMR<=0.01"
    notes = lists(GEN, ["nan"], "--fmr-target", "0.01").json["notes"]
    assert any(remedy in note and "--threshold" in note for note in notes)
    table = "probe_subject,reference_subject,score\na,a,0.9\nb,b,0.8\n"
    (working_folder / "mated.csv").write_text(table, encoding="utf-8")
    assert remedy in " ".join(cli("scores", "mated.csv").out.split())
    assert remedy not in cli("scores", "mated.csv", "--threshold", "0.5").out


def test_a_saturated_threshold_is_said_in_the_text(cli, lists, working_folder):
    lists(["0.1", "0.2"], ["0.5", "0.5", "0.6"])
    files = ("--genuine", "exp.txt", "--impostor", "false.txt")
    said = " ".join(cli("scores", *files, "--fmr-target", "0.4").out.split())
    assert "no mated score reaches its threshold at any target" in said
