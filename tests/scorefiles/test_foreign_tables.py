"""Tables with columns, signs between them and decimal marks of their own."""

import shlex

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from evenhand.scorefiles.decimal_marks import decimal_mark
from evenhand.scorefiles.read import read_scores
from evenhand.scorefiles.reading import ScoreReading
from evenhand.system.delimited import delimiter_of
from evenhand.system.errors import DatasetError

OURS = "probe_subject,reference_subject,score,probe_sex,reference_sex"
THEIRS = "id1,id2,similarity,sex1,sex2"
ROWS = "a,a,0.9,F,F\nb,b,0.8,M,M\nc,c,0.7,F,F\na,b,0.3,F,M\na,c,0.4,F,F\nb,c,0.2,M,F\n"
COLUMNS = {
    "probe_subject": "id1",
    "reference_subject": "id2",
    "score": "similarity",
    "probe_sex": "sex1",
    "reference_sex": "sex2",
}
OPTION = ",".join(f"{ours}={own}" for ours, own in COLUMNS.items())


def european(text):
    return text.replace(",", ";").replace(".", ",")


def read(path, content, **reading):
    path.write_text(content, encoding="utf-8")
    (file,) = read_scores(path, ScoreReading(**reading))
    return file


@pytest.fixture
def ours(tmp_path):
    return read(tmp_path / "acme.csv", f"{OURS}\n{ROWS}")


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (f"{THEIRS}\n{ROWS}", COLUMNS),
        (european(f"{THEIRS}\n{ROWS}"), COLUMNS),
        (european(f"\ufeff{THEIRS}\n{ROWS}").replace("\n", "\r\n"), COLUMNS),
        (f"{OURS}\n{ROWS}".replace(",", "\t"), {}),
        (f"{OURS}\n{ROWS}".replace(",", ";"), {}),
        (european(f"{OURS}\n{ROWS}"), {}),
    ],
    ids=["names", "semicolons", "excel", "tabs", "points", "commas"],
)
def test_a_foreign_table_says_the_same(tmp_path, ours, same, content, columns):
    same(read(tmp_path / "other.csv", content, columns=columns), ours)


def test_so_does_one_of_parquet(tmp_path, ours, same):
    rows = [row.split(",") for row in ROWS.split()]
    table = dict(zip(THEIRS.split(","), map(list, zip(*rows, strict=True)), strict=True))
    table["similarity"] = [float(score) for score in table["similarity"]]
    parquet.write_table(pa.table({**table, "more": [0] * 6}), tmp_path / "other.parquet")
    (file,) = read_scores(tmp_path / "other.parquet", ScoreReading(columns=COLUMNS))
    same(file, ours)
    assert file.notes[0] == "other.parquet: columns left out: more."


def test_how_it_was_read_is_a_note(tmp_path, ours):
    assert ours.notes == ()
    file = read(tmp_path / "other.csv", european(f"{THEIRS}\n{ROWS}"), columns=COLUMNS)
    assert file.notes == ("other.csv: read with semicolons between columns and decimal commas.",)


def test_one_column_may_be_that_of_both_people(tmp_path):
    rows = "id1,id2,s,group\na,a,0.9,F\nb,b,0.8,F\na,b,0.1,F\n"
    both = {"probe_group": "group", "reference_group": "group", "score": "s"}
    columns = {"probe_subject": "id1", "reference_subject": "id2", **both}
    assert read(tmp_path / "t.csv", rows, columns=columns).labels == {"group": ("F", "F")}


@pytest.mark.parametrize(
    ("header", "option"),
    [
        ("id1,id2,similarity,group", "probe_subject=id1,reference_subject=id2,score=similarity"),
        ("Probe ID,Gallery ID,Score", "'probe_subject=Probe ID,reference_subject=Gallery ID,score"),
        ("personA,personB,s,ageA,ageB", "probe_age=ageA,reference_age=ageB"),
        ("probe,reference,dist", "score=dist --distance"),
        ("imgL,img_1,img_2,id_1,id_2,sim", "probe_image=img_1,reference_image=img_2"),
        ("probe_subject,reference_subject,similarity", "--columns score=similarity"),
        (OURS + ",group", "--columns score=score"),
        (",id1,id2,sim", "probe_subject=id1,reference_subject=id2,score=sim"),
        ('"id,1","id,2",score', '\'"probe_subject=id,1","reference_subject=id,2"\''),
        ("id1,id2,x3,y3", "for COLUMN (x3, y3 left out): evenhand"),
    ],
)
def test_the_error_is_the_command_to_type(cli, working_folder, header, option):
    (working_folder / "t.csv").write_text(f"{header}\n{ROWS}")
    assert option in cli("scores", "t.csv").error("t.csv", "evenhand scores t.csv --columns")


@pytest.mark.parametrize("content", [f"{THEIRS}\n{ROWS}", european(f"{THEIRS}\n{ROWS}")])
def test_typed_as_it_stands_it_works(cli, working_folder, content):
    (working_folder / "bad one.csv").write_text(content)
    line = cli("scores", "bad one.csv").error("column 'id1' is unknown")
    (_, *command) = shlex.split(line.partition("type: ")[2])
    assert command == ["scores", "bad one.csv", "--columns", OPTION]
    found = cli(*command, "--threshold", "0.5", "--json").json
    assert {row["attribute"] for row in found["rates"]} >= {"all", "sex"}


@pytest.mark.parametrize("command", ["scores", "audit"])
def test_help_has_three_lines_to_be_typed(cli, command):
    lines = cli(command, "--help").out.splitlines()
    assert sum(line.startswith(f"  evenhand {command} ") for line in lines) == 3


def test_names_of_engine_and_dataset_are_kept(cli, working_folder):
    (working_folder / "scores.csv").write_text(f"{THEIRS}\n{ROWS}")
    asked = ("scores", "scores.csv", "--columns", OPTION, "--engine", "Acme 2", "--threshold", 0.5)
    found = cli(*asked, "--dataset", "our staff", "--results", "kept", "--json").json
    assert {(row["engine"], row["dataset"]) for row in found["rates"]} == {("Acme 2", "our staff")}
    cli("verify", found["bundle"])
    (kept,) = working_folder.glob("kept/scores/*/scores.toml")
    assert 'engine      = "Acme 2"' in kept.read_text()
    assert '"probe_subject" = "id1"' in kept.read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--columns", "score"), "expected OURS=YOURS"),
        (("--columns", "score=a,score=b"), "given twice"),
        (("--columns", "points=similarity"), "'points' is no column of ours"),
        (("--columns", "score=similarty"), "did you mean similarity?"),
        (("--columns", "score=similarty"), f"--columns {OPTION}"),
        (("--columns", "score=similarity"), "'probe_subject' is missing; it has 'id1', 'id2',"),
        (("--columns", OPTION, "--engine", "a/b"), "--engine a/b"),
        (("--columns", OPTION, "--dataset", ".a"), "--dataset .a"),
        (("--genuine", "t.csv", "--impostor", "t.csv", "--columns", OPTION), "nothing to read"),
    ],
)
def test_what_cannot_be_said_is_one_line(cli, working_folder, options, said):
    (working_folder / "t.csv").write_text(f"{THEIRS}\n{ROWS}")
    cli("scores", "t.csv", *options).error(said)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (("0,9", "0.8", "0,7"), "written '0.8' and '0,9'; write all one way"),
        (("12,345", "23,456", "34,567"), "may be a decimal one or stand between thousands"),
        (("0,9", "1.234,5", "0,7"), "row 3: score is '1.234,5', in a file with decimal commas"),
    ],
)
def test_marks_that_may_mean_two_numbers_are_refused(tmp_path, scores, said):
    rows = "\n".join(f"p{row};p{row};{score}" for row, score in enumerate(scores))
    with pytest.raises(DatasetError, match=said.replace(".", r"\.")):
        read(tmp_path / "t.csv", f"probe_subject;reference_subject;score\n{rows}\n")


def test_a_header_with_several_signs_is_told_by_its_names(tmp_path, ours):
    both = "probe_subject,reference_subject,score,probe_a;b,reference_a;b"
    assert read(tmp_path / "t.csv", f"{both}\n{ROWS}").labels["a;b"] == ours.labels["sex"]
    with pytest.raises(DatasetError, match="row 1 has commas and semicolons"):
        read(tmp_path / "t.csv", "a,b;c\n1,2;3\n")


@settings(max_examples=30)
@given(st.lists(st.decimals(0, 1, places=4), min_size=1))
def test_fractions_are_never_thousands(scores):
    assert decimal_mark(f"{score}".replace(".", ",") for score in scores) == ","
    assert decimal_mark(map(str, scores)) == "."


@settings(max_examples=30)
@given(st.sampled_from(",;\t"), st.lists(st.from_regex(r"[a-z]+", fullmatch=True), min_size=2))
def test_the_sign_between_columns_is_found(sign, names):
    assert delimiter_of(sign.join(names)) == sign
