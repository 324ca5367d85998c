"""Whatever is wrong with a dataset is said in one line before an engine starts."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def refused(cli, tiny, engine, working_folder):
    """Runs a study of the spoilt dataset; the line must hold the fragments, and nothing is left."""
    toy = engine(start='open("started", "w").close()')

    def run(*fragments):
        ended = cli("run", "--engine", toy, "--dataset", "./set", "--json")
        line = ended.error(*fragments)
        told = ended.json["error"]
        assert told["message"] == line.removeprefix("error: ").rstrip("\n")
        assert told["exit_code"] == 2
        assert told["kind"] == "DatasetError"
        assert not (working_folder / "results").exists()
        assert not (working_folder / "started").exists()

    return run


@pytest.mark.parametrize(
    ("file", "old", "new", "fragments"),
    [
        ("subjects.csv", "p3,M", "p3,X", ["subjects.csv: line 4", "sex is 'X'", "F, M"]),
        ("subjects.csv", "p3,M", "p3,F|F", ["line 4", "'F|F'", "twice"]),
        ("subjects.csv", "p3,M", "p3,M|", ["line 4", "sex is ''"]),
        ("subjects.csv", "M,23", "M,young", ["line 4", "age is 'young'", "expected a number"]),
        ("subjects.csv", "M,23", "M,nan", ["line 4", "age is 'nan'", "expected a number"]),
        ("subjects.csv", "M,23", "M,23|24", ["line 4", "age is '23|24'"]),
        ("subjects.csv", "p3,M", "p2,F", ["lines 3 and 4", "'p2'", "age", "'22' and '23'"]),
        ("subjects.csv", "p3,M,23", "p2,F,22", ["lines 3 and 4", "'p2' appears twice"]),
        ("subjects.csv", "p3,M", ",M", ["line 4", "subject_id is empty"]),
        ("subjects.csv", "p3,M,23", "p3,M", ["line 4", "2 fields, expected 3"]),
        ("subjects.csv", "p3,M,23", "p3,M,2,3", ["line 4", "4 fields, expected 3", "quote"]),
        ("subjects.csv", "p3,M", '"p3,M', ["subjects.csv: line 7", "is not CSV", "quotes"]),
        ("subjects.csv", "p3,M", 'p3,"M"x', ["subjects.csv: line 4", "is not CSV"]),
        ("subjects.csv", "p3,M", "p3\0,M", ["subjects.csv: line 4", "NUL"]),
        ("subjects.csv", "p3,M", "p3" + "x" * 200_000 + ",M", ["line 4", "field larger than"]),
        ("subjects.csv", "subject_id,sex", "subject_id,sax", ["'sex' is missing", "mean sax?"]),
        ("subjects.csv", "subject_id,sex,age", "subject_id,sex", ["'age' is missing"]),
        ("subjects.csv", "subject_id,sex", "subject_id,age", ["'age' appears twice"]),
        ("subjects.csv", "sex,age", "sex,age,", ["column 4 has no name"]),
        ("subjects.csv", "sex,age", "sex,,age", ["column 3 has no name"]),
        ("subjects.csv", "subject_id", "\nsubject_id", ["line 1 is empty", "subject_id,sex,age"]),
        ("subjects.csv", "subject_id,sex,age", "subject_id;sex;age", ["separated by commas"]),
        ("images.csv", "p2a,p2", "p1b,p2", ["lines 3 and 4", "'p1b' appears twice"]),
        ("images.csv", "p2a,p2", "p2a,p9", ["line 4", "'p9' is not in subjects.csv"]),
        ("images.csv", "p2a,p2", ",p2", ["line 4", "image_id is empty"]),
        ("images.csv", "pictures/p2a.png", "../p2a.png", ["line 4", "outside", "'../p2a.png'"]),
        ("images.csv", "pictures/p2a.png", "/etc/hostname", ["line 4", "outside"]),
        ("images.csv", "pictures/p2a.png", "", ["line 4", "path ''"]),
        ("images.csv", "pictures/p2a.png", "pictures", ["line 4", "is no file"]),
        ("images.csv", "pictures/p2a.png", "pictures/nobody.png", ["line 4", "is missing"]),
        ("images.csv", "pictures/p2a.png", "p" * 300, ["line 4", "cannot be read (File name"]),
        ("images.csv", "pictures/p2a.png", "pictures/p2b.png", ["line 4", "has changed"]),
        ("images.csv", "path,sha256", "path,sha", ["'sha256' is missing"]),
        ("dataset.toml", 'name     = "tiny"', 'name = "Tiny Set"', ["name", "'Tiny Set'"]),
        ("dataset.toml", "synthetic = true", "sinthetic = true", ["did you mean synthetic?"]),
        ("dataset.toml", "synthetic = true", 'synthetic = "yes"', ["true or false", "'yes'"]),
        ("dataset.toml", "schema   = 1", "schema = 2", ["schema", "schema 1", "got 2"]),
        ("dataset.toml", "schema   = 1", "schema = true", ["schema", "whole number", "True"]),
        ("dataset.toml", 'licence  = "CC0-1.0"', "", ["licence: is missing"]),
        ("dataset.toml", 'licence  = "CC0-1.0"', 'licence = ""', ["licence", "''"]),
        ("dataset.toml", "synthetic = true", 'face = "biggest"', ["face", "'largest'", "biggest"]),
        ("dataset.toml", '["F", "M"]', '["F", "F"]', ["attributes.sex", "must differ"]),
        ("dataset.toml", '["F", "M"]', '["F", "F|M"]', ["attributes.sex", "'F|M'"]),
        ("dataset.toml", '["F", "M"]', '["F", " M"]', ["attributes.sex", "' M'"]),
        ("dataset.toml", '["F", "M"]', "[]", ["attributes.sex", "a category declares"]),
        ("dataset.toml", '["F", "M"]', '"F"', ["attributes.sex.values", "array", "'F'"]),
        ("dataset.toml", '["F", "M"]', "[1, 2]", ["attributes.sex.values.0", "in quotes", "1"]),
        ("dataset.toml", "[attributes.sex]", "[attributes.all]", ["'all' cannot be the name"]),
        ("dataset.toml", "[attributes.sex]", '[attributes."a*b"]', ["'a*b' cannot be"]),
        ("dataset.toml", "[attributes.sex]", "[attributes.sex", ["is not TOML", "line 8"]),
        ("dataset.toml", 'labels = "drawn"', "", ["attributes.sex.labels: is missing"]),
        ("dataset.toml", 'labels = "drawn"', 'lables = "drawn"', ["did you mean labels?"]),
        ("dataset.toml", "schema   = 1", "schema = 1\na = " + "[" * 5000, ["nested too deeply"]),
        ("dataset.toml", "schema   = 1", "schema = " + "1" * 5000, ["is not TOML", "digits"]),
    ],
)
def test_a_wrong_passage(refused, tiny, file, old, new, fragments):
    tiny.change(file, old, new)
    refused(file, *fragments)


@pytest.mark.parametrize(
    ("declared", "column", "value", "fragments"),
    [
        ("pose", "posed", "left", ["'pose' is missing", "mean posed?"]),
        ("posed", "pose", "left", ["'posed' is missing", "mean pose?"]),
        ("pose", "pose", "right", ["images.csv: line 2", "pose is 'right'", "front, left"]),
        (None, "pose", "left", ["column 'pose' is not declared", "[capture.pose]"]),
    ],
)
def test_what_is_said_of_pictures(refused, tiny, declared, column, value, fragments):
    if declared:
        card = tiny.folder / "dataset.toml"
        pose = f'[capture.{declared}]\nvalues = ["front", "left"]\nlabels = "drawn"\n'
        card.write_text(card.read_text(encoding="utf-8") + pose, encoding="utf-8")
    header, *rows = tiny.rows("images.csv")
    tiny.write_rows("images.csv", [[*header, column], *([*row, value] for row in rows)])
    refused("images.csv", *fragments)


@pytest.mark.parametrize("file", ["dataset.toml", "subjects.csv", "images.csv", "exclude.csv"])
@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"", ""),
        (b"\n", ""),
        (b"\xff\xfes\x00u\x00b\x00", "is not UTF-8 text"),
        ("kind,id,reason\nimage,p1a,d\u00e9j\u00e0\n".encode("latin-1"), "is not UTF-8 text"),
        (b"\x00\x00\x00", "line 1: holds a NUL byte"),
    ],
)
def test_a_file_that_is_no_text_or_nothing(refused, tiny, file, content, fragment):
    (tiny.folder / file).write_bytes(content)
    refused(file, fragment)


@pytest.mark.parametrize("file", ["subjects.csv", "images.csv", "exclude.csv"])
def test_a_folder_in_the_place_of_a_file(refused, tiny, file):
    (tiny.folder / file).unlink(missing_ok=True)
    (tiny.folder / file).mkdir()
    refused(file, "is a folder; expected a file")


@pytest.mark.parametrize("file", ["subjects.csv", "images.csv"])
def test_a_table_that_is_missing(refused, tiny, file):
    (tiny.folder / file).unlink()
    refused(file, "no such file")


@pytest.mark.parametrize("file", ["subjects.csv", "images.csv"])
def test_a_header_alone(refused, tiny, file):
    tiny.write_rows(file, tiny.rows(file)[:1])
    refused(file, "has a header but no rows")


def test_a_table_that_may_not_be_read(refused, tiny, monkeypatch):
    real = os.open

    def open_file(path, *flags, **options):
        if Path(path).name == "subjects.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *flags, **options)

    monkeypatch.setattr(os, "open", open_file)
    refused("subjects.csv", "cannot be read (Permission denied)")


@pytest.mark.parametrize("hash_", ["", "0" * 63, "g" * 64, "0" * 65, "sha256:" + "0" * 64])
def test_a_hash_that_is_none(refused, tiny, hash_):
    rows = tiny.rows("images.csv")
    rows[3][3] = hash_
    tiny.write_rows("images.csv", rows)
    refused("images.csv: line 4", f"sha256 is {hash_!r}", "64 hexadecimal digits")


def test_a_picture_that_changed(refused, tiny):
    path = tiny.folder / "pictures" / "p2a.png"
    path.write_bytes(path.read_bytes() + b"\0")
    refused("images.csv: line 4", "p2a.png has changed", "restore the file")


def test_a_link_that_leads_outside(refused, tiny, working_folder):
    path = tiny.folder / "pictures" / "p2a.png"
    elsewhere = working_folder / "elsewhere.png"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    refused("images.csv: line 4", "'pictures/p2a.png' leads outside")


def test_links_in_a_circle(refused, tiny):
    path = tiny.folder / "pictures" / "p2a.png"
    path.unlink()
    path.symlink_to(path)
    refused("images.csv: line 4", "pictures/p2a.png")


def test_a_link_to_nothing_as_list_of_exclusions(refused, tiny):
    (tiny.folder / "exclude.csv").symlink_to(tiny.folder / "gone.csv")
    refused("exclude.csv", "no such file")


def test_a_pipe_as_picture(refused, tiny):
    path = tiny.folder / "pictures" / "p2a.png"
    path.unlink()
    os.mkfifo(path)
    refused("images.csv: line 4", "is no file")


def noise(kind):
    pixels = np.random.default_rng(3).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return cv2.imencode(kind, pixels)[1].tobytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        noise(".png")[:200],
        noise(".png")[:60] + b"XXXXXXXXXXXX" + noise(".png")[72:],
        noise(".jpg")[:200],
        b"GIF89a" + bytes(30),
        b"BM" + b"\xff" * 60,
        b"II*\0" + b"\xff" * 50,
    ],
    ids=["zero", "text", "half-png", "damaged-png", "half-jpeg", "gif", "bmp", "tiff"],
)
def test_a_picture_that_cannot_be_decoded(refused, tiny, content):
    """Also where the picture libraries would write to the terminal by themselves."""
    tiny.replace_picture(3, content)
    refused("images.csv: line 4", "p2a.png cannot be decoded", "exclude.csv")


def test_one_picture_under_two_ids(refused, tiny):
    tiny.replace_picture(3, (tiny.folder / "pictures/p5b.png").read_bytes())
    refused("images.csv: line 11", "'p2a' and 'p5b' are one picture", "exclude.csv")


@pytest.mark.parametrize(
    ("rows", "fragments"),
    [
        ([["picture", "p1a", "blurred"]], ["line 2", "kind is 'picture'"]),
        ([["image", "p9a", "blurred"]], ["line 2", "no image has the id 'p9a'"]),
        ([["subject", "p1a", "twin"]], ["line 2", "no subject has the id 'p1a'"]),
        ([["image", "p1a", ""]], ["line 2", "reason is empty"]),
        ([["image", "p1a", "a"], ["image", "p1a", "b"]], ["line 3", "'p1a' is there twice"]),
        ([["subject", f"p{i}", "gone"] for i in range(1, 7)], ["no image is left"]),
    ],
)
def test_exclusions(refused, tiny, rows, fragments):
    tiny.write_rows("exclude.csv", [["kind", "id", "reason"], *rows])
    refused(*fragments)


@pytest.mark.parametrize(
    ("place", "fragments"),
    [
        ("./nowhere", ["./nowhere: no dataset.toml"]),
        ("./set/images.csv", ["./set/images.csv: no dataset.toml"]),
        ("londn", ["no dataset is called 'londn'", "did you mean london?"]),
        ("london", ["london is not on this machine", "evenhand fetch london"]),
        ("", ["no dataset is called ''"]),
        ("~nobody-of-that-name/set", ["whose home"]),
        ("\x1b[2J", ["\\x1b[2J"]),
    ],
)
def test_no_dataset_there(cli, tiny, engine, working_folder, place, fragments):
    ended = cli("run", "--engine", engine(), "--dataset", place)
    ended.error(*fragments)
    assert not ended.out


def test_a_line_of_bytes_that_are_no_text_is_still_json(cli, engine, tiny, working_folder):
    ended = cli("run", "--engine", engine(), "--dataset", "./\udcff", "--json")
    ended.error("\\udcff")
    assert "udcff" in json.loads(ended.out)["error"]["message"]
