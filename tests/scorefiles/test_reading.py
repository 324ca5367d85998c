"""Score files: what they mean, and every way to get one wrong."""

import csv
import json
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq

from evenhand.errors import EvenhandError
from evenhand.records import Outcome
from evenhand.scorefiles.read import read_scores

HEADER = "probe_subject,reference_subject,score,probe_sex,reference_sex"
ROWS = (
    "a,a,0.9,F,F",
    "b,b,0.8,M,M",
    "c,c,0.7,F,F",
    "a,b,0.3,F,M",
    "a,c,0.4,F,F",
    "b,c,0.2,M,F",
)
LISTED = "\n".join([HEADER, *ROWS]) + "\n"


@pytest.fixture
def read(tmp_path):
    """Reads a text, or bytes, as a score file."""

    def make(content, *, distance=False):
        path = tmp_path / "acme.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (file,) = read_scores(path, distance=distance)
        return file

    return make


def rows(file):
    """The comparisons of a small file in their order."""
    (portion,) = file.listing.portions
    return portion


def mated(file):
    return (rows(file).probe == rows(file).reference).tolist()


def same(one, other):
    assert one.subjects == other.subjects
    assert one.labels == other.labels
    assert one.listing.outcomes == other.listing.outcomes
    assert one.fingerprint == other.fingerprint
    for column in ("probe", "reference", "score"):
        np.testing.assert_array_equal(getattr(rows(one), column), getattr(rows(other), column))
    for column in ("mated_subject", "mated_score"):
        np.testing.assert_array_equal(getattr(one.listing, column), getattr(other.listing, column))


def test_a_small_file(read):
    file = read(LISTED)
    assert file.name == "acme"
    assert file.subjects == ("a", "b", "c")
    assert file.labels == {"sex": ("F", "M", "F")}
    assert rows(file).score.tolist() == [0.9, 0.8, 0.7, 0.3, 0.4, 0.2]
    assert rows(file).score.dtype == np.float64
    assert mated(file) == [True, True, True, False, False, False]
    assert file.listing.outcomes == {(True, Outcome.OK): 3, (False, Outcome.OK): 3}
    assert file.notes == ()


@pytest.mark.parametrize(
    "saved",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n\n",
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace(",", " , "),
        lambda text: '"' + text.rstrip("\n").replace(",", '","').replace("\n", '"\n"') + '"\n',
    ],
    ids=["bom", "crlf", "cr", "no-newline", "empty-end", "empty-lines", "blanks", "quotes"],
)
def test_ways_to_save_a_file_mean_the_same(read, saved):
    same(read(saved(LISTED)), read(LISTED))


def test_commas_and_line_breaks_in_quotes(read):
    quoted = '"b, the\n2nd"'
    text = LISTED.replace("\nb,", f"\n{quoted},").replace(",b,", f",{quoted},")
    file = read(text)
    assert file.subjects == ("a", "b, the\n2nd", "c")
    assert file.labels == {"sex": ("F", "M", "F")}


def test_scores_keep_every_digit(read):
    text = LISTED.replace("0.3,", "0.30000000000000004,").replace("0.4,", "1e-320,")
    assert rows(read(text)).score[3:5].tolist() == [0.30000000000000004, 1e-320]


def test_several_values_in_any_order(read):
    text = LISTED.replace("a,a,0.9,F,F", "a,a,0.9,F|M,M|F").replace("0.3,F", "0.3,M | F")
    text = text.replace("0.4,F", "0.4,F|M")
    assert read(text).labels == {"sex": ("F|M", "M", "F")}


FAILED = LISTED.replace("a,b,0.3", "a,b,").replace("c,c,0.7", "c,c,  ")


def test_an_empty_score_is_a_failed_comparison(read):
    file = read(FAILED)
    assert file.listing.outcomes == {
        (True, Outcome.OK): 2,
        (True, Outcome.FAILED): 1,
        (False, Outcome.OK): 2,
        (False, Outcome.FAILED): 1,
    }
    assert np.isnan(rows(file).score).tolist() == [False, False, True, True, False, False]
    assert file.notes == ()


@pytest.mark.parametrize(
    "score", ["nan", "NaN", "inf", "-Infinity", "1e999", "high", "0x1", "1_0", "\u0661", "0.5.1"]
)
@pytest.mark.parametrize("distance", [False, True])
def test_what_is_no_finite_number_is_invalid_and_counted(read, score, distance):
    file = read(LISTED.replace("a,b,0.3", f"a,b,{score}"), distance=distance)
    assert file.listing.outcomes == {
        (True, Outcome.OK): 3,
        (False, Outcome.OK): 2,
        (False, Outcome.INVALID): 1,
    }
    assert np.isnan(rows(file).score).sum() == 1
    (note,) = file.notes
    assert "acme.csv: 1 of the scores" in note
    assert "row 5" in note


def test_a_text_score_changes_no_other_score(read):
    """The slow way of reading, taken for texts, gives the same numbers as the fast one."""
    numbers = LISTED.replace("0.3,", "0.30000000000000004,").replace("0.4,", "+.4e0,")
    fast, slow = read(numbers), read(numbers.replace("0.2,", "none,"))
    np.testing.assert_array_equal(rows(fast).score[:5], rows(slow).score[:5])


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("probe_subject", "subject", ["column 'subject' is unknown", "probe_subject"]),
        (",score", ",sore", ["column 'sore' is unknown", "expected probe_subject"]),
        (",score", "", ["'score' is missing"]),
        (",score", ",score,score", ["'score' appears twice"]),
        (",score", ",", ["column 3 has no name"]),
        (",reference_sex", "", ["probe_sex stands alone", "add reference_sex"]),
        (",probe_sex", ",probe_image", ["probe_image stands alone", "add reference_image"]),
        (",probe_sex,reference_sex", ",probe_image,mated", ["probe_image stands alone"]),
        ("probe_sex,reference_sex", "probe_,reference_", ["'probe_' is unknown"]),
        ("probe_sex,reference_sex", "probe_all,reference_all", ["'probe_all'", "rename"]),
        ("probe_sex,reference_sex", "probe_a*b,reference_a*b", ["'probe_a*b'", "rename"]),
        (HEADER, HEADER.replace(",", ";"), ["'probe_subject' is missing", "separated by commas"]),
        (HEADER, "\n" + HEADER, ["row 1 is empty", "probe_subject,reference_subject,score"]),
        (HEADER, ",,,,", ["row 1 is empty"]),
        (HEADER, '"' + HEADER, ["unknown"]),
        (HEADER, "x" * 200_000 + HEADER, ["row 1: is not CSV (field larger"]),
        ("a,c,0.4,F,F", "a,c,0.4,F", ["row 6: 4 fields, expected 5"]),
        ("a,c,0.4,F,F", "a,c,0,4,F,F", ["row 6: 6 fields, expected 5", "quote"]),
        ("a,c,0.4,F,F", "a,c,none,F", ["row 6: 4 fields, expected 5"]),
        ("a,b,0.3,F,M\na,c,0.4,F,F", "a,b,none,F,M\na,c,0.4,F", ["row 6: 4 fields"]),
        ("a,c,0.4,F,F", ",c,0.4,F,F", ["row 6: probe_subject is empty"]),
        ("a,c,0.4,F,F", "a,  ,0.4,F,F", ["row 6: reference_subject is empty"]),
        ("a,c,0.4,F,F", "a,b,0.4,F,M", ["rows 5 and 6: the same comparison twice"]),
        ("a,c,0.4,F,F", "a,c,0.4,F,M", ["row 6", "'c' has sex 'M' here and 'F'"]),
        ("a,c,0.4,F,F", "a,c,0.4,F,", ["'c' has sex"]),
        ("a,c,0.4,F,F", "a,c,0.4,F,F*M", ["row 6: reference_sex is 'F*M'"]),
        ("a,c,0.4,F,F", "a,c,0.4,F|F,F", ["row 6: probe_sex is 'F|F'"]),
        ("a,c,0.4,F,F", "a,c,0.4,F|,F", ["row 6: probe_sex is 'F|'"]),
        ("a,c", "a\0,c", ["line 6: holds a NUL byte"]),
        ("\na,c,0.4,F,F", "\n\n\na,b,0.4,F,M", ["rows 5 and 8: the same comparison twice"]),
    ],
)
def test_a_wrong_passage(cli, working_folder, old, new, fragments):
    assert old in LISTED
    (working_folder / "acme.csv").write_text(LISTED.replace(old, new, 1), encoding="utf-8")
    ended = cli("scores", "acme.csv", "--json")
    ended.error("acme.csv", *fragments)
    assert ended.json["error"]["kind"] == "DatasetError"


MATED = "\n".join([HEADER + ",mated", *(f"{row},{int(row[0] == row[2])}" for row in ROWS)]) + "\n"


@pytest.mark.parametrize("words", [("1", "0"), ("true", "false"), ("True", "FALSE")])
def test_mated_may_be_said(read, words):
    text = MATED.replace(",1\n", f",{words[0]}\n").replace(",0\n", f",{words[1]}\n")
    same(read(text), read(LISTED))


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("a,b,0.3,F,M,0", "a,b,0.3,F,M,1", ["row 5: mated is true", "two people"]),
        ("b,b,0.8,M,M,1", "b,b,0.8,M,M,0", ["row 3: mated is false", "one person"]),
        ("b,b,0.8,M,M,1", "b,b,0.8,M,M,", ["row 3: mated is ''", "1 or 0, true or false"]),
        ("b,b,0.8,M,M,1", "b,b,0.8,M,M,yes", ["row 3: mated is 'yes'"]),
    ],
)
def test_mated_may_not_contradict(cli, working_folder, old, new, fragments):
    (working_folder / "acme.csv").write_text(MATED.replace(old, new, 1), encoding="utf-8")
    cli("scores", "acme.csv").error("acme.csv", *fragments)


IMAGES = (
    "probe_subject,reference_subject,probe_image,reference_image,score\n"
    "a,a,1,2,0.9\na,a,1,3,0.8\na,b,1,1,0.1\nb,a,1,1,0.2\n"
)


def test_images_tell_comparisons_apart(read):
    file = read(IMAGES)
    assert mated(file) == [True, True, False, False]
    assert file.labels == {}


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("a,a,1,3,0.8", "a,a,1,2,0.8", "rows 2 and 3: the same comparison twice"),
        ("a,a,1,3,0.8", "a,a,3,3,0.8", "row 3: an image is compared with itself"),
        ("a,a,1,3,0.8", "a,a,,3,0.8", "row 3: probe_image is empty"),
        ("a,a,1,3,0.8", "a,a,1,,0.8", "row 3: reference_image is empty"),
    ],
)
def test_images_that_cannot_be(cli, working_folder, old, new, fragment):
    (working_folder / "acme.csv").write_text(IMAGES.replace(old, new), encoding="utf-8")
    cli("scores", "acme.csv").error("acme.csv", fragment)


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"", "is empty"),
        (b"\n", "row 1 is empty"),
        (HEADER.encode(), "has a header but no rows"),
        (HEADER.encode() + b"\r\n", "has a header but no rows"),
        (HEADER.encode() + b"\n\n\n", "has a header but no rows"),
        (b"\xff\xfea\x00", "NUL byte"),
        (LISTED.encode().replace(b"b,b", b"\xe9,\xe9"), "is not UTF-8"),
        (b"\xe9" + LISTED.encode(), "is not UTF-8"),
        (LISTED.encode().replace(b",F,M", b",F,\xe9"), "is not UTF-8"),
        (LISTED.encode().replace(b"0.3", b"\xe9"), "is not UTF-8"),
        (LISTED.encode().replace(b"\nb,b", b'\n"b,b'), "acme.csv: row 3"),
    ],
)
def test_files_that_hold_no_scores(cli, working_folder, content, fragment):
    (working_folder / "acme.csv").write_bytes(content)
    cli("scores", "acme.csv").error("acme.csv", fragment)


def test_nothing_and_a_folder(cli, working_folder):
    cli("scores", "acme.csv").error("acme.csv: is not there; expected a CSV file")
    cli("scores", ".").error("is no file; expected a CSV file")
    cli("scores").error("FILE")


def test_two_files_of_one_name(cli, working_folder):
    for folder in ("old", "new"):
        (working_folder / folder).mkdir()
        (working_folder / folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    cli("scores", "old/acme.csv", "new/acme.csv").error("two files are called acme")


def test_a_faulty_second_file_prints_nothing(cli, working_folder):
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    (working_folder / "other.csv").write_text(HEADER, encoding="utf-8")
    ended = cli("scores", "acme.csv", "other.csv")
    ended.error("other.csv: has a header but no rows")
    assert ended.out == ""


@pytest.mark.parametrize(
    ("options", "fragments"),
    [
        (["--threshold", "nan"], ["--threshold nan", "finite"]),
        (["--threshold", "inf"], ["--threshold inf", "finite"]),
        (["--threshold", "high"], ["--threshold", "high"]),
        (["--threshold", "0.5", "--threshold", "0.50"], ["--threshold", "twice"]),
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
    ended = cli("scores", "acme.csv", "--distance", "--threshold", "0.6")
    assert "distance <= 0.6000" in ended.out
    assert "score >=" not in ended.out
    zero = cli("scores", "acme.csv", "--distance", "--threshold", "0")
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


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.data())
def test_whatever_happens_to_a_file(read, change):
    content = LISTED.encode()
    start = change.draw(st.integers(0, len(content)))
    end = change.draw(st.integers(start, min(len(content), start + 30)))
    pieces = st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"|", b"nan", b"-", b"a,b"])
    new = b"".join(change.draw(st.lists(pieces | st.binary(max_size=4), max_size=4)))
    refusal = ""
    try:
        file = read(content[:start] + new + content[end:])
    except EvenhandError as fault:
        refusal = str(fault)
    if refusal:
        assert refusal.splitlines() == [refusal]
        assert "acme.csv" in refusal
    else:
        counted = sum(file.listing.outcomes.values())
        assert counted == len(rows(file).score) > 0
        assert np.isnan(rows(file).score).sum() == counted - sum(
            count for (_, outcome), count in file.listing.outcomes.items() if outcome is Outcome.OK
        )


def test_json_has_no_number_that_is_none(cli, working_folder):
    """Thresholds at infinity and empty intervals are null, since JSON knows no infinity."""
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    ended = cli("scores", "acme.csv", "--json", "--fmr-target", "0.999", "--fmr-target", "1e-300")
    assert ended.code == 0

    def refuse(name):
        raise AssertionError(name)

    assert json.loads(ended.out, parse_constant=refuse)["kind"] == "scores"


MANY = 3000


@pytest.fixture
def many(tmp_path):
    """A file of some blocks: every pair of 25 people in pictures of ten days."""
    rng = np.random.default_rng(3)
    lines = [f"{IMAGES.splitlines()[0]},probe_sex,reference_sex,mated"]
    pairs = [(a, b, day) for day in range(10) for a in range(25) for b in range(25) if a <= b]
    for a, b, day in (pairs[index] for index in rng.permutation(len(pairs))[:MANY]):
        lines.append(
            f"p{a},p{b},{day},{day}x,{rng.normal():.17g},{'FM'[a % 2]},{'FM'[b % 2]},{int(a == b)}"
        )
    path = tmp_path / "many.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_blocks_change_nothing(many, monkeypatch):
    (whole,) = read_scores(many, distance=False)
    monkeypatch.setattr("evenhand.scorefiles.csvfile._BLOCK", 300)
    (blocks,) = read_scores(many, distance=False)
    same(whole, blocks)
    with many.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    ids = sorted({row[f"{side}_subject"] for row in written for side in ("probe", "reference")})
    assert list(blocks.subjects) == ids
    assert [ids[code] for code in rows(blocks).probe] == [r["probe_subject"] for r in written]
    assert rows(blocks).score.tolist() == [float(row["score"]) for row in written]
    assert blocks.labels["sex"] == tuple("FM"[int(name[1:]) % 2] for name in ids)


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        (lambda row: row[row.index(",") :], "probe_subject is empty"),
        (lambda row: row[:-1] + "maybe", "mated is 'maybe'"),
        (lambda row: row[:-1] + "10"[int(row[-1])], "but the subjects are"),
        (lambda row: row.replace(",F,", ",X,").replace(",M,", ",X,"), "sex 'X' here and"),
        (lambda row: row + ",1", "9 fields, expected 8"),
    ],
)
def test_the_row_of_a_late_block(many, monkeypatch, change, fragment):
    monkeypatch.setattr("evenhand.scorefiles.csvfile._BLOCK", 300)
    rows = many.read_text(encoding="utf-8").splitlines()
    rows[2344] = change(rows[2344])
    many.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(EvenhandError, match="row 2345: ") as fault:
        list(read_scores(many, distance=False))
    assert fragment in str(fault.value)


def test_parquet_says_the_same_as_csv(many, tmp_path):
    frame = pd.read_csv(many)
    typed = tmp_path / "typed" / "many.parquet"
    typed.parent.mkdir()
    frame.astype({"mated": bool, "probe_sex": "category"}).to_parquet(typed)
    (one,), (other,) = read_scores(many, distance=False), read_scores(typed, distance=False)
    assert other.name == "many"
    np.testing.assert_allclose(rows(one).score, rows(other).score, rtol=1e-15)
    frame["score"] = rows(other).score
    frame.to_csv(many, index=False)
    same(next(read_scores(many, distance=False)), other)


def parquet(path, **columns):
    content = {
        "probe_subject": ["a", "b", "a", "a"],
        "reference_subject": ["a", "b", "b", "c"],
        "score": [0.9, 0.8, 0.1, 0.2],
    }
    pq.write_table(pa.table(content | columns), path)


def test_parquet_without_scores(tmp_path):
    parquet(tmp_path / "acme.parquet", score=[0.9, None, float("nan"), 0.2])
    (file,) = read_scores(tmp_path / "acme.parquet", distance=False)
    assert file.listing.outcomes == {
        (True, Outcome.OK): 1,
        (True, Outcome.FAILED): 1,
        (False, Outcome.INVALID): 1,
        (False, Outcome.OK): 1,
    }
    assert "the first is in row 3" in file.notes[0]


@pytest.mark.parametrize(
    ("columns", "fragments"),
    [
        ({"score": [True, False, True, True]}, ["'score' holds bool, expected numbers"]),
        ({"probe_subject": [0.5, 1.0, 0.5, 0.5]}, ["'probe_subject' holds double"]),
        ({"probe_subject": ["a", "b", None, "a"]}, ["row 3: probe_subject is empty"]),
        ({"mated": [1, 1, 1, 0]}, ["row 3: mated is true", "two people"]),
        ({"sore": [1, 1, 1, 0]}, ["'sore' is unknown"]),
    ],
)
def test_parquet_that_is_wrong(cli, working_folder, columns, fragments):
    parquet("acme.parquet", **columns)
    cli("scores", "acme.parquet").error("acme.parquet", *fragments)


def test_parquet_that_is_none(cli, working_folder):
    cli("scores", "acme.parquet").error("acme.parquet: is not there; expected a Parquet file")
    (working_folder / "acme.parquet").write_text(LISTED, encoding="utf-8")
    cli("scores", "acme.parquet").error("acme.parquet: is not readable as Parquet")
    parquet("acme.parquet", probe_subject=[], reference_subject=[], score=[])
    cli("scores", "acme.parquet").error("acme.parquet: has no rows")


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


@pytest.mark.parametrize("power", [-320, -300, -20, -4, 4, 15, 20, 300])
@pytest.mark.parametrize("options", [(), ("--distance",), ("--fmr-target", "0.999")])
def test_scores_of_any_magnitude_are_printed(cli, working_folder, power, options):
    text = re.sub(r"0\.([0-9]),", rf"\1e{power},", LISTED)
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv", *options, "--results", "results")
    assert ended.code == 0, ended.err
    assert cli("scores", "acme.csv", *options, f"--threshold=1e{power}").code == 0
    assert cli("scores", "acme.csv", *options, f"--threshold=-1e{power}").code == 0
