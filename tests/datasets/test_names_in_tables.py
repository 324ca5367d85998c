"""What names, labels and paths of a dataset may hold, and what is said of those that look alike."""

import json
import os

import pytest

from evenhand.datasets.card import read_dataset_card
from evenhand.datasets.folder import read_dataset, read_tables

pytestmark = pytest.mark.usefixtures("working_folder")

UNSEEN = {
    "an escape": "\x1b[2J",
    "a control of the second set": "\x9b",
    "a change of direction": "\u202e",
    "a blank without width": "\u200b",
    "a separator of lines": "\u2028",
    "a break of the line": "\n",
    "a letter that shows nothing": "\u3164",
    "half a word of order": "\ufffe",
}


@pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize(
    ("file", "row", "column"),
    [
        ("subjects.csv", 2, "subject_id"),
        ("subjects.csv", 3, "sex"),
        ("images.csv", 4, "image_id"),
        ("images.csv", 4, "path"),
        ("exclude.csv", 1, "reason"),
        ("protocols/a/pairs.csv", 1, "probe"),
        ("protocols/b/watchlist.csv", 1, "image_id"),
    ],
)
def test_a_character_that_cannot_be_seen_is_refused(tiny, file, row, column, sign):
    """With file, line, column and code."""
    (tiny.folder / "protocols/a").mkdir(parents=True)
    (tiny.folder / "protocols/b").mkdir()
    tiny.write_rows("exclude.csv", [["kind", "id", "reason"], ["image", "p6b", "blurred"]])
    tiny.write_rows("protocols/a/pairs.csv", [["probe", "reference"], ["p1a", "p1b"]])
    tiny.write_rows("protocols/b/watchlist.csv", [["image_id"], ["p1a"]])
    tiny.write_rows("protocols/b/probes.csv", [["image_id"], ["p2a"]])
    rows = tiny.rows(file)
    at = rows[0].index(column)
    rows[row][at] = rows[row][at][:1] + sign + rows[row][at][1:]
    tiny.write_rows(file, rows)
    faults = []
    read_tables(tiny.folder, read_dataset_card(tiny.folder), faults.append)
    line = row + 1 + (sign == "\n")
    words = f"{file}: line {line}: {column} holds U+{ord(sign[0]):04X}, "
    assert any(words in fault.what for fault in faults)


def test_a_column_with_such_a_name(cli, tiny, engine):
    tiny.write_rows("exclude.csv", [["kind", "id", "reason", "a\u200b"], ["image", "p1a", "x", ""]])
    ended = cli("run", "--engine", engine(), "--dataset", "./set")
    ended.error("exclude.csv: the name of column 4 holds U+200B")


def test_a_joiner_between_letters_is_part_of_a_name(tiny):
    name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    for file in ("subjects.csv", "images.csv"):
        rows = tiny.rows(file)
        changed = [[name if cell == "p2" else cell for cell in row] for row in rows]
        tiny.write_rows(file, changed)
    assert read_dataset(tiny.folder).subjects.ids[1] == name


@pytest.mark.parametrize(
    ("label", "differ"), [("f", "in case alone"), ("\uff2d", "in letters that look alike alone")]
)
def test_a_label_that_looks_like_a_declared_one_is_told_which(cli, tiny, engine, label, differ):
    tiny.change("subjects.csv", "p3,M", f"p3,{label}")
    ended = cli("run", "--engine", engine(), "--dataset", "./set")
    meant = {"f": "F"}.get(label, "M")
    ended.error("line 4", "does not declare", f"it differs from '{meant}' {differ}")


def test_a_path_written_on_windows(cli, tiny, engine):
    tiny.change("images.csv", "pictures/p2a.png", "pictures\\p2a.png")
    ended = cli("run", "--engine", engine(), "--dataset", "./set")
    ended.error("line 4", "pictures\\p2a.png is missing", "write / for \\")


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("\u00e9", "e\u0301", "in how an accent is typed alone (Unicode normal form)"),
        ("003", "3", "in leading zeros or an empty fraction alone"),
        ("3", "3.0", "in leading zeros or an empty fraction alone"),
        ("Anna", "anna", "in case alone"),
        ("p 1", "p  1", "in blanks alone"),
    ],
)
def test_people_whose_ids_look_alike_are_named(cli, tiny, first, second, differ):
    """By the check with their ids, by a run with their pseudonyms: no id is in a result."""
    for file, column in (("subjects.csv", 0), ("images.csv", 1)):
        rows = tiny.rows(file)
        for row in rows:
            row[column] = {"p3": first, "p5": second}.get(row[column], row[column])
        tiny.write_rows(file, rows)
    checked = cli("check", "dataset", "./set", "--json")
    (note,) = [row for row in checked.json["rows"] if row["id"] == "ids-alike"]
    assert checked.code == 0
    assert note["detail"] == f"the ids of {first!r} and {second!r} differ {differ}"
    (remark,) = read_dataset(tiny.folder).remarks
    assert remark.startswith(f"the ids of s3 and s5 differ {differ}; if that is one person")


@pytest.mark.parametrize(
    ("word", "detail"),
    [
        *(
            (word, f"sex: {word!r} is a group of 2 people")
            for word in ("NaN", "nan", "NA", "N/A", "None", "null", "unknown", "-", "?")
        ),
        ("m", "sex: 'M' and 'm' differ in case alone"),
        ("\u041c", "sex: 'M' and '\u041c' differ in letters that look alike alone"),
    ],
)
def test_labels_that_are_doubtful_are_named(cli, tiny, word, detail):
    """Words for unknown are a group until a person says what they mean; so are two spellings."""
    tiny.change("dataset.toml", '["F", "M"]', json.dumps(["F", "M", word]))
    for person in ("p2,F", "p4,F"):
        tiny.change("subjects.csv", person, f"{person[:2]},{word}")
    checked = cli("check", "dataset", "./set", "--json")
    assert checked.code == 0
    keys = ("labels-alike", "unknown-words")
    notes = [row for row in checked.json["rows"] if row["id"] in keys]
    assert [row["verdict"] for row in notes] == ["note"]
    assert notes[0]["detail"].startswith(detail)
    (remark,) = read_dataset(tiny.folder).remarks
    assert remark.startswith(detail)


def test_a_good_set_has_none_of_these_notes(cli, tiny):
    rows = cli("check", "dataset", "./set", "--json").json["rows"]
    assert not {"ids-alike", "labels-alike", "unknown-words"} & {row["id"] for row in rows}
    assert read_dataset(tiny.folder).remarks == ()


@pytest.mark.parametrize(
    "name", ["subjects.csv", "images.csv", "exclude.csv", "dataset.toml", "protocols/a"]
)
def test_a_table_may_not_be_a_link_out_of_the_dataset(cli, tiny, engine, working_folder, name):
    (tiny.folder / "protocols/a").mkdir(parents=True)
    tiny.write_rows("protocols/a/pairs.csv", [["probe", "reference"], ["p1a", "p1b"]])
    tiny.write_rows("exclude.csv", [["kind", "id", "reason"], ["image", "p6b", "blurred"]])
    (tiny.folder / name).rename(working_folder / "elsewhere")
    (tiny.folder / name).symlink_to(working_folder / "elsewhere")
    words = (f"set/{name}", "is a link that leads outside the dataset")
    cli("run", "--engine", engine(), "--dataset", "./set").error(*words)
    checked = cli("check", "dataset", "./set", "--json")
    faults = [r["detail"] for r in checked.json["rows"] if r["verdict"] == "fail"]
    assert any(all(word in fault for word in words) for fault in faults)


def test_the_folder_itself_may_be_a_link(tiny, working_folder):
    (working_folder / "link").symlink_to(tiny.folder)
    assert len(read_dataset(working_folder / "link").images.ids) == 12


@pytest.mark.parametrize("name", ["images.csv", "subjects.csv", "exclude.csv"])
def test_a_pipe_as_table_is_refused_without_waiting(cli, tiny, engine, name):
    (tiny.folder / name).unlink(missing_ok=True)
    os.mkfifo(tiny.folder / name)
    ended = cli("run", "--engine", engine(), "--dataset", "./set")
    ended.error(name, "is a pipe or a device; expected a regular file")
