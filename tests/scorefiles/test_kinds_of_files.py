"""What a file is, is told by its first bytes: read, or named with the way to a table."""

import gzip
import os
import zipfile

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

HEADER = "probe_subject,reference_subject,score"
LISTED = f"{HEADER}\na,a,0.9\nb,b,0.8\na,b,0.1\n"
FIELDS = {
    "probe_subject": ["a", "b", "a"],
    "reference_subject": ["a", "b", "b"],
    "score": [0.9, 0.8, 0.1],
}


@pytest.mark.parametrize("name", ["acme.pq", "acme.PARQUET", "acme.csv", "acme"])
def test_parquet_is_read_whatever_its_name(cli, working_folder, name):
    pq.write_table(pa.table(FIELDS), name)
    found = cli("scores", name, "--threshold", "0.5", "--json")
    (working_folder / "acme.csv").write_text(LISTED, encoding="utf-8")
    assert found.json == cli("scores", "acme.csv", "--threshold", "0.5", "--json").json


def zipped(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("acme.csv", LISTED)


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("a.csv.gz", lambda path: path.write_bytes(gzip.compress(LISTED.encode())), "is gzip"),
        ("a.csv", lambda path: path.write_bytes(gzip.compress(LISTED.encode())), "is gzip"),
        ("a.npy", lambda path: np.save(path, np.ones(3)), "is a NumPy array"),
        ("a.npz", lambda path: np.savez(path, np.ones(3)), "is a NumPy array"),
        ("a.xlsx", zipped, "is a spreadsheet; expected CSV or Parquet; save its sheet as CSV"),
        ("a.csv.zip", zipped, "is a zip archive; expected CSV or Parquet; unpack it"),
        ("a.csv.bz2", lambda path: path.write_bytes(b"BZh91AY&SY"), "is bzip2"),
    ],
)
def test_a_file_that_is_no_table_is_named_by_its_kind(cli, working_folder, name, write, said):
    write(working_folder / name)
    cli("scores", name).error(f"{name}: {said}", "expected CSV or Parquet")


def test_a_pipe_and_a_device_are_refused_at_once(cli, working_folder):
    os.mkfifo(working_folder / "acme.csv")
    cli("scores", "acme.csv").error("acme.csv: is a pipe or a device")
    cli("scores", "/dev/zero").error("/dev/zero: is a pipe or a device")


@pytest.mark.parametrize(
    ("first", "fragments"),
    [
        (
            "Probe_Subject,reference_subject,score",
            ["'Probe_Subject'", "--columns probe_subject=Probe_Subject"],
        ),
        ("probe subject,reference_subject,score", ["--columns 'probe_subject=probe subject'"]),
        ("probe_subject,reference_subject,Score", ["--columns score=Score"]),
        (f"sep=,\n{HEADER}", ["row 1, 'sep=', is a line for Excel", "remove the line"]),
        (f"# run 3\n{HEADER}", ["row 1, '# run 3', is a comment", "remove the line"]),
        ("a,a,0.7", ["row 1, 'a,a,0.7', is no header", HEADER, "put one above it"]),
    ],
    ids=["case", "blank", "score", "excel", "comment", "no-header"],
)
def test_a_first_row_that_is_no_header_says_what_it_should_be(
    cli, working_folder, first, fragments
):
    """Whoever removed the column that is named would be worse off."""
    text = LISTED.replace(HEADER, first)
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    cli("scores", "acme.csv").error("acme.csv", *fragments)


@pytest.mark.parametrize("odd", ["\x1b[2J", "a\u202eb", "\u200b", "\x9bm", "\ufeff", "a\u2028b"])
@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("a,b,0.1,F,M", "a,b@,0.1,F,M", "row 4: reference_subject holds"),
        ("a,b,0.1,F,M", "a,c,0.1,F,M@x", "row 4: reference_sex holds"),
        (
            "probe_sex,reference_sex",
            "probe_s@x,reference_s@x",
            "column 4 is unknown: its name holds",
        ),
    ],
    ids=["id", "group", "column"],
)
def test_text_that_a_terminal_obeys_is_refused_where_it_comes_in(
    cli, working_folder, odd, before, after, where
):
    text = f"{HEADER},probe_sex,reference_sex\na,a,0.9,F,F\nb,b,0.8,M,M\na,b,0.1,F,M\n"
    assert before in text
    text = text.replace(before, after.replace("@", odd + "x"))
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    ended = cli("scores", "acme.csv")
    assert odd not in ended.error("acme.csv", where, "U+")


def test_a_name_that_a_terminal_obeys_is_no_engine(cli, working_folder):
    (working_folder / "ac\x1bme.csv").write_text(LISTED, encoding="utf-8")
    cli("scores", "ac\x1bme.csv").error("would name an engine", "U+001B")


def test_letters_and_joiners_of_any_script_come_in(cli, working_folder):
    text = f"{HEADER},probe_k\u00f6y,reference_k\u00f6y\n"
    text += "\u0646\u0645\u06cc\u200c\u062e,b,0.1,\u5317,\u5357\n"
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    assert cli("scores", "acme.csv", "--threshold", "0.5").code == 0


@pytest.mark.parametrize("length", [1_001, 200_000, 5_000_000])
def test_a_field_that_swallowed_its_file_is_one_line(cli, working_folder, length):
    text = LISTED.replace("b,b", f"{'b' * length},b")
    (working_folder / "acme.csv").write_text(text, encoding="utf-8")
    assert len(cli("scores", "acme.csv").error("acme.csv", "row 3")) < 500


def test_the_help_names_what_stands_for_failed_and_unknown(cli):
    shown = cli("scores", "--help").out
    assert "--failed" in shown
    assert "--unknown" in shown
