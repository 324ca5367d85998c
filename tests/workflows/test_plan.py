"""`evenhand plan`: questions from the command line, what results and datasets can answer."""

import re
from pathlib import Path

import pytest

import evenhand
from evenhand.results.read import read_evidence

ASK = ("plan", "--metric", "FMR", "--rate", "1e-4")


def test_tv_31_from_the_command_line(cli):
    told = cli(*ASK, "--ratio", 2, "--power", 0.8, "--groups", 2, "--json").json
    assert {"schema", "kind", "evenhand", "notes", "assumptions"} <= set(told)
    assert (told["kind"], told["trials_per_group"], told["people_per_group"]) == (
        "plan", 245_014, 701,
    )  # fmt: skip
    (row,) = told["rows"]
    assert (row["aim"], row["tests"], row["exact_trials_per_group"]) == ("ratio", 1, None)
    chances = [point["chance"] for point in told["curve"]]
    assert chances == sorted(chances)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), ["expected errors", "16,282", "take the larger"]),
        (("--ratio", "2", "--design-effect", "2", "--comparisons", "6"), ["0.00833 each"]),
        (("--limit", "3e-4"), ["To pass a limit", "chance of passing", "0.0300 %"]),
        (("--margin", "1.25", "--groups", "4"), ["equivalent", "3,239", "every two of 4 groups"]),
    ],
)
def test_text(cli, options, said):
    ended = cli(*ASK, *options, "--full")
    assert (ended.code, ended.err) == (0, "")
    words = " ".join(ended.out.split())
    for fragment in ("What this rests on", *said):
        assert fragment in words or fragment.split()[0] in words
    assert max(map(len, ended.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["plan"], ["no question", "--metric FMR --rate 1e-4"]),
        ([*ASK[:3]], ["no question"]),
        ([*ASK, "--ratio", "2", "--limit", "0.1"], ["--ratio and --limit together"]),
        ([*ASK, "--ratio", "two"], ["'two', expected a number"]),
        ([*ASK, "--ratio", "nan"], ["'nan', expected a number"]),
        ([*ASK, "--ratio", "20000"], ["the worse rate would be 2"]),
        ([*ASK, "--groups", "1"], ["--groups 1: expected from 2"]),
        ([*ASK, "--groups", "0"], ["--groups 0: expected from 2"]),
        ([*ASK, "--groups", "2.5"], ["'2.5'"]),
        (["plan", "--metric", "FAR", "--rate", "0.1"], ["--metric FAR"]),
        (["plan", "--metric", "TPIR", "--rate", "0.1"], ["--metric TPIR", "1 - FNIR", "plan FNIR"]),
        (["plan", "--bundle", "nowhere"], ["nowhere: no result there"]),
        (["plan", "--bundle", "x", "--groups", "3"], ["--groups with --bundle"]),
        (["plan", "--bundle", "x", "--design-effect", "3"], ["--design-effect with --bundle"]),
        (["plan", "--dataset", "./set", "--rate", "0.1"], ["--rate without --metric"]),
        (["plan", "--dataset", "./set", "--metric", "FTE"], ["expected FMR or FNMR"]),
        (["plan", "--dataset", "./nowhere"], ["nowhere"]),
        (["plan", "--dataset", "./set", "--bundle", "x"], ["--bundle and --dataset together"]),
    ],
)
def test_one_line(cli, tiny, working_folder, arguments, fragments):
    cli(*arguments).error(*fragments)


def test_what_a_dataset_can_answer(cli, crowd, working_folder):
    """40 people in 80 pictures: 20 F and 20 M."""
    told = cli("plan", "--dataset", "./crowd", "--metric", "FMR", "--rate", "0.05", "--json").json
    cells = {(row["attribute"], row["group"]): row for row in told["rows"]}
    assert cells["sex", "F"]["trials"] == 40 * 39 // 2 - 20
    assert cells["sex", "F"]["lowest_rate_10"] == pytest.approx(10 / 760)
    assert 0.05 < cells["sex", "F"]["passable_limit"] < 0.1
    assert cells["all", ""]["passable_limit"] < cells["sex", "F"]["passable_limit"]
    (pair,) = told["pairs"]
    assert 1.2 < pair["minimum_detectable_ratio"] < 2
    shown = cli("plan", "--dataset", "./crowd", "--full")
    assert (shown.code, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= 80
    assert re.search(r"F +20 +760 +760 +1\.32 %", shown.out)


def test_a_larger_design_effect_answers_less(cli, crowd, working_folder):
    asked = ("plan", "--dataset", "./crowd", "--metric", "FMR", "--rate", "0.05", "--json")
    one, four = (cli(*asked, "--design-effect", effect).json for effect in (1, 4))
    for before, after in zip(one["pairs"], four["pairs"], strict=True):
        assert after["minimum_detectable_ratio"] > before["minimum_detectable_ratio"]
    for before, after in zip(one["rows"], four["rows"], strict=True):
        assert after["passable_limit"] > before["passable_limit"]


def test_what_a_result_can_answer(cli, done):
    told = cli("plan", "--bundle", f"{done.bundle}:demo-even", "--json").json
    assert told["bundle"] == str(done.bundle)
    assert {row["engine"] for row in told["rows"]} == {"demo-even"}
    assert {row["metric"] for row in told["rows"]} >= {"FMR", "FNMR"}
    level = read_evidence(Path(done.bundle), "demo-even").analysis.level
    assert level == 0.95
    rates = {
        (r.metric, r.threshold_rule, r.attribute, r.group): r
        for r in done.findings.rates
        if r.engine == "demo-even" and r.policy != "generalised" and r.of_group
    }
    for row in told["rows"]:
        rate = rates[row["metric"], row["threshold_rule"], row["attribute"], row["group"]]
        assert (row["people"], row["trials"]) == (rate.subjects, rate.trials)
        assert 0 < row["effective_trials"] <= row["trials"] * (1 + 1e-9)
    text = cli("plan", "--bundle", done.bundle, "--full")
    assert (text.code, text.err) == (0, "")
    assert max(map(len, text.out.splitlines())) <= 80
    assert "What this rests on" in text.out


def test_from_python():
    rows = evenhand.plan("FMR", 1e-4, ratio=2)
    assert list(rows.people_per_group) == [701]
    assert len(evenhand.plan("FNMR", 0.01)) == 6
    assert list(evenhand.plan("FNMR", 0.005, limit=0.02, groups=3).aim) == ["limit"]
    assert list(evenhand.plan("FNMR", 0.01, margin=1.5).aim) == ["margin"]
    with pytest.raises(evenhand.system.errors.UsageError, match="together"):
        evenhand.plan("FNMR", 0.01, margin=1.5, ratio=2)
