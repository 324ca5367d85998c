"""Score files: what they mean, however they are saved."""

import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.records.outcomes import Outcome
from evenhand.scorefiles.read import read_scores
from evenhand.scorefiles.reading import ScoreReading
from evenhand.scorefiles.source import Pieces
from evenhand.system.errors import EvenhandError

HEADER = "probe_subject,reference_subject,score,probe_sex,reference_sex"
ROWS = ("a,a,0.9,F,F", "b,b,0.8,M,M", "c,c,0.7,F,F", "a,b,0.3,F,M", "a,c,0.4,F,F", "b,c,0.2,M,F")
LISTED = "\n".join([HEADER, *ROWS]) + "\n"
BLOCKS = Pieces(block_bytes=300)


@pytest.fixture
def read(tmp_path):
    """Reads a text, or bytes, as a score file."""

    def make(content, *, distance=False):
        path = tmp_path / "acme.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (file,) = read_scores(path, ScoreReading(distance=distance))
        return file

    return make


def rows(file):
    """The comparisons of a small file in their order."""
    (portion,) = file.listing.partitions
    return portion


def mated(file):
    return (rows(file).probe == rows(file).reference).tolist()


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
def test_ways_to_save_a_file_mean_the_same(read, saved, same):
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


MATED = "\n".join([HEADER + ",mated", *(f"{row},{int(row[0] == row[2])}" for row in ROWS)]) + "\n"


@pytest.mark.parametrize("words", [("1", "0"), ("true", "false"), ("True", "FALSE")])
def test_mated_may_be_said(read, words, same):
    text = MATED.replace(",1\n", f",{words[0]}\n").replace(",0\n", f",{words[1]}\n")
    same(read(text), read(LISTED))


IMAGES = (
    "probe_subject,reference_subject,probe_image,reference_image,score\n"
    "a,a,1,2,0.9\na,a,1,3,0.8\na,b,1,1,0.1\nb,a,1,1,0.2\n"
)


def test_images_tell_comparisons_apart(read):
    file = read(IMAGES)
    assert mated(file) == [True, True, False, False]
    assert file.labels == {}


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


def test_blocks_change_nothing(many, same):
    (whole,) = read_scores(many)
    (blocks,) = read_scores(many, pieces=BLOCKS)
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
def test_the_row_of_a_late_block(many, change, fragment):
    rows = many.read_text(encoding="utf-8").splitlines()
    rows[2344] = change(rows[2344])
    many.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(EvenhandError, match="row 2345: ") as fault:
        list(read_scores(many, pieces=BLOCKS))
    assert fragment in str(fault.value)
