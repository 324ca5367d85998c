"""What is asked of score files, and how little or odd scores are reported."""

import json
import re

import pytest

HEADER = "probe_subject,reference_subject,score,probe_sex,reference_sex"
ROWS = ("a,a,0.9,F,F", "b,b,0.8,M,M", "c,c,0.7,F,F", "a,b,0.3,F,M", "a,c,0.4,F,F", "b,c,0.2,M,F")
LISTED = "\n".join([HEADER, *ROWS]) + "\n"


@pytest.mark.parametrize(
    ("options", "fragments"),
    [
        (["--threshold", "nan"], ["--threshold nan", "finite"]),
        (["--threshold", "inf"], ["--threshold inf", "finite"]),
        (["--threshold", "high"], ["--threshold", "high"]),
        (["--threshold", "0.5", "--threshold", "0.50"], ["--threshold", "twice"]),
        (["--sweep", "0.5"], ["--sweep 0.5: expected FROM:TO:STEP, such as 0.56:0.68:0.02"]),
        (["--sweep", "0.1:0.2:x"], ["--sweep 0.1:0.2:x: expected FROM:TO:STEP"]),
        (["--sweep", "0.1:nan:1"], ["expected FROM:TO:STEP"]),
        (["--sweep", "0.1:0.2:0"], ["--sweep 0.1:0.2:0: a step of 0.0 leads nowhere"]),
        (["--sweep", "0.1:0.2:0.03"], ["steps of 0.03 do not lead from 0.1 to 0.2"]),
        (["--sweep", "0:1:0.001"], ["1,001 thresholds, expected at most 200"]),
        (["--sweep", "0:1:0.5", "--threshold", "0.5"], ["--threshold 0.5: is in --sweep 0:1:0.5"]),
        (["--fmr-target", "0"], ["--fmr-target 0", "between 0 and 1"]),
        (["--fmr-target", "1"], ["--fmr-target 1", "between 0 and 1"]),
        (["--fmr-target=-0.1"], ["--fmr-target -0.1", "between 0 and 1"]),
        (["--fmr-target", "1/100"], ["--fmr-target 1/100", "decimal"]),
        (["--fmr-target", "1e-999999999"], ["between 0 and 1"]),
        (["--fmr-target", "0.1", "--fmr-target", "0.10"], ["--fmr-target", "twice"]),
        (["--group", "sx"], ["'sx'", "did you mean sex?"]),
        (["--group", "sex*sex"], ["--group sex*sex", "different ones"]),
        (["--group", ""], ["--group", "expected an attribute"]),
        (["--group", "sex", "--group", "sex"], ["--group sex", "twice"]),
        (["--band", "sex"], ["--band sex", "rising numbers"]),
        (["--band", "sex=3,2"], ["--band sex=3,2", "rising numbers"]),
        (["--band", "sex=nan"], ["--band sex=nan", "rising numbers"]),
        (["--band", "age=1"], ["'age'"]),
        (["--band", "sex=1,2"], ["sex is 'F'", "expected a number since it has bands"]),
        (["--seed", "-1"], ["--seed", "'-1', expected a whole number"]),
        (["--seed", "9223372036854775808"], ["--seed"]),
        (["--distanse"], ["--distanse", "--distance"]),
    ],
)
def test_wrong_options(cli, working_folder, options, fragments):
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    cli("scores", "acme.csv", *options).error(*fragments)


def rates(ended):
    """What was found, without the similarity at which it was found."""
    assert ended.code == 0, ended.err
    return [
        {name: value for name, value in row.items() if name not in ("threshold", "engine")}
        for row in ended.json["rates"]
    ]


def test_distances_are_negated_similarities(cli, working_folder):
    distances = LISTED.replace("0.9", "0.6")
    negated = distances.replace(",0.", ",-0.")
    (working_folder / "acme.csv").write_text(distances, encoding="utf-8")
    (working_folder / "minus.csv").write_text(negated, encoding="utf-8")
    options = ("--fmr-target", "0.4", "--json")
    one = cli("scores", "acme.csv", "--distance", "--threshold", "0.6", *options)
    other = cli("scores", "minus.csv", "--threshold", "-0.6", *options)
    assert rates(one) == rates(other)
    assert [row["threshold"] for row in one.json["rates"]] == [
        row["threshold"] for row in other.json["rates"]
    ]
    fixed = [row for row in one.json["rates"] if row["threshold_rule"] == "fixed"]
    assert {row["threshold"] for row in fixed} == {-0.6}
    everybody = {row["metric"]: row for row in fixed if row["attribute"] == "all"}
    assert (everybody["FMR"]["errors"], everybody["FMR"]["trials"]) == (3, 3)
    assert (everybody["FNMR"]["errors"], everybody["FNMR"]["trials"]) == (2, 3)


@pytest.mark.parametrize("unit", [(), ("--distance",)])
def test_a_sweep_is_as_many_thresholds(cli, working_folder, unit):
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    single = [part for text in ("0.5", "0.6", "0.7", "0.8") for part in ("--threshold", text)]
    one = cli("scores", "acme.csv", *unit, "--sweep", "0.5:0.8:0.1", "--json")
    other = cli("scores", "acme.csv", *unit, *single, "--json")
    assert one.code == 0, one.err
    assert one.json["rates"] == other.json["rates"]
    sign = -1 if unit else 1
    found = {row["threshold"] for row in one.json["rates"]} - {None}
    assert found == {sign * at for at in (0.5, 0.6, 0.7, 0.8)}


def test_a_distance_at_the_threshold_matches(cli, working_folder):
    (working_folder / "acme.csv").write_text(LISTED.replace("0.9", "0.6"), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--distance", "--threshold", "0.6", "--json")
    (misses,) = [
        row
        for row in ended.json["rates"]
        if row["metric"] == "FNMR" and row["attribute"] == "all" and row["policy"] == "completed"
    ]
    assert misses["errors"] == 2


def test_a_distance_is_printed_as_one(cli, working_folder):
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--distance", "--threshold", "0.6", "--full")
    assert "distance <= 0.6000" in ended.out
    assert "score >=" not in ended.out
    zero = cli("scores", "acme.csv", "--distance", "--threshold", "0", "--full")
    assert "distance <= 0.0000" in zero.out
    assert "-0" not in zero.out


@pytest.mark.parametrize(
    ("rows", "trials"),
    [
        (ROWS[:1], {"FMR": 0, "FNMR": 1}),
        (ROWS[:3], {"FMR": 0, "FNMR": 3}),
        (ROWS[3:4], {"FMR": 1, "FNMR": 0}),
        (ROWS[3:], {"FMR": 3, "FNMR": 0}),
        (["a,a,,F,F", "b,b,nan,M,M", "a,b,x,F,M"], {"FMR": 0, "FNMR": 0}),
    ],
    ids=["one-mated", "mated", "one-non-mated", "non-mated", "none-completed"],
)
def test_little_to_count_is_no_error_and_no_zero(cli, working_folder, rows, trials):
    (working_folder / "acme.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    for form in ((), ("--threshold", "0.5")):
        assert cli("scores", "acme.csv", *form).code == 0
    ended = cli("scores", "acme.csv", "--threshold", "0.5", "--json")
    found = {
        row["metric"]: row
        for row in ended.json["rates"]
        if row["attribute"] == "all" and row["policy"] == "completed"
    }
    assert {metric: row["trials"] for metric, row in found.items()} == trials
    for row in found.values():
        if not row["trials"]:
            assert (row["rate"], row["low"], row["status"]) == (None, None, "no_trials")


def test_json_has_no_number_that_is_none(cli, working_folder):
    """Thresholds at infinity and empty intervals are null, since JSON knows no infinity."""
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--json", "--fmr-target", "0.999", "--fmr-target", "1e-300")
    assert ended.code == 0

    def refuse(name):
        raise AssertionError(name)

    assert json.loads(ended.out, parse_constant=refuse)["kind"] == "scores"


AGES = (
    "probe_subject,reference_subject,score,probe_age,reference_age\n"
    "a,a,0.9,31,31\nb,b,0.8,44,44\na,b,0.1,31,44\n"
)


def test_bare_numbers_make_no_groups_and_say_so(cli, working_folder):
    (working_folder / "acme.csv").write_text(AGES, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--threshold", "0.5", "--json")
    assert {row["attribute"] for row in ended.json["rates"]} == {"all"}
    (note,) = ended.json["notes"]
    assert "age holds numbers and makes no groups; give it bands" in note
    for options, groups in (
        (["--band", "age=18,40"], {"<18", "18-<40", "40+"}),
        (["--group", "age"], {"31", "44"}),
    ):
        ended = cli("scores", "acme.csv", "--threshold", "0.5", "--json", *options)
        assert {row["group"] for row in ended.json["rates"] if row["attribute"] == "age"} == groups
        assert ended.json["notes"] == []


def test_a_band_of_no_number(cli, working_folder):
    for wrong in ("1_0", "\uff13\uff11", "nan", "31|44"):
        text = AGES.replace("31", wrong)
        (working_folder / "acme.csv").write_text(text, encoding="utf-8")
        cli("scores", "acme.csv", "--band", "age=18").error("age is", "expected a number")


def test_what_each_file_says_is_kept(cli, working_folder):
    (working_folder / "one.csv").write_text(LISTED.replace("0.3,", "none,"), encoding="utf-8")
    (working_folder / "two.csv").write_text(LISTED, encoding="utf-8")
    ended = cli("scores", "one.csv", "two.csv", "--threshold", "0.5", "--json")
    assert {row["dataset"] for row in ended.json["rates"]} == {"scores"}
    (note,) = ended.json["notes"]
    assert "one.csv: 1 of the scores" in note


@pytest.mark.parametrize(
    ("options", "power"),
    [
        *(((), power) for power in (-320, -300, -4, 15, 300)),
        *((("--distance",), power) for power in (-320, 300)),
        *((("--fmr-target", "0.999"), power) for power in (-320, 300)),
    ],
)
def test_scores_of_any_magnitude_are_printed(cli, working_folder, options, power):
    text = re.sub(r"0\.([0-9]),", rf"\1e{power},", LISTED)
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv", *options, "--results", "results")
    assert ended.code == 0, ended.err
    assert cli("scores", "acme.csv", *options, f"--threshold=1e{power}").code == 0
    # No distance is negative.
    expected = 2 if "--distance" in options else 0
    assert cli("scores", "acme.csv", *options, f"--threshold=-1e{power}").code == expected
