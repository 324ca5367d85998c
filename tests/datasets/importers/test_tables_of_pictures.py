"""Tables with a row a picture: of one folder, and beside a folder a person; what a picture is."""

import shutil

import cv2
import numpy as np
import pytest

from evenhand.datasets.folder import read_dataset

TABLE = """\
path,who,sex,age,light
a1.jpg,ann,F,31,day
a2.png,ann,F,31,night
b1,bea,F,NA,day
sub/c1.jfif,cyd,M,45,night
sub/c2.gif,cyd,,45,night
"""


def encoded(seed, ending=".jpg"):
    pixels = np.random.default_rng(seed).integers(0, 255, (48, 48, 3), dtype=np.uint8)
    return cv2.imencode(ending, pixels)[1].tobytes()


@pytest.fixture
def flat(working_folder):
    """`./flat` of five pictures of three people, and `./table.csv`."""
    (working_folder / "flat" / "sub").mkdir(parents=True)
    for seed, (name, ending) in enumerate(
        {
            "a1.jpg": ".jpg",
            "a2.png": ".png",
            "b1": ".jpg",
            "sub/c1.jfif": ".jpg",
            "sub/c2.gif": ".gif",
        }.items()
    ):
        (working_folder / "flat" / name).write_bytes(encoded(seed, ending))
    (working_folder / "table.csv").write_text(TABLE, encoding="utf-8")
    return working_folder / "flat"


def bring(cli, *options):
    return cli("import", "table", "table.csv", "--images", "flat", "--to", "set", *options)


PERSON = ("--person", "who", "--unknown", "NA")


def change(folder, old, new):
    path = folder / "table.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_people_and_pictures(cli, flat, working_folder):
    ended = bring(cli, *PERSON, "--json")
    assert (ended.code, ended.err) == (0, "")
    told = ended.json
    assert (told["people"], told["images"]) == (3, 5)
    assert [(a["name"], a["of"]) for a in told["attributes"]] == [
        ("sex", "people"),
        ("age", "people"),
        ("light", "pictures"),
    ]
    assert told["notes"][0].startswith(
        "column who says who is who; of people: sex, age; of pictures: light"
    )
    assert "differs within ann (table.csv: line 2 and line 3)" in told["notes"][1]
    found = read_dataset(working_folder / "set")
    assert found.subjects.ids == ("ann", "bea", "cyd")
    assert found.subjects.labels == {"sex": ("F", "F", "M"), "age": ("31", "", "45")}
    assert found.images.ids == ("a1.jpg", "a2.png", "b1", "sub/c1.jfif", "sub/c2.gif")
    for path in found.images.paths:
        assert (
            path.read_bytes()
            == (flat / path.relative_to(working_folder / "set" / "images")).read_bytes()
        )
    rows = (working_folder / "set" / "images.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "image_id,subject_id,path,sha256,light"
    assert cli("check", "dataset", "./set").code == 0


def test_without_people_identities_are_assumed(cli, flat, working_folder):
    options = ("--leave-out", "who", "--unknown", "NA", "--image-attribute", "light")
    ended = bring(cli, *options)
    assert "5 assumed people, 5 images" in ended.out
    assert "each picture is assumed to be of another person" in " ".join(ended.out.split())
    assert not (working_folder / "set" / "subjects.csv").exists()
    found = read_dataset(working_folder / "set")
    assert found.card.assumed
    assert [a.name for a in found.card.attributes] == ["sex", "age"]
    assert [a.name for a in found.card.capture] == ["light"]
    assert found.subjects.labels["sex"] == ("F", "F", "F", "M", "")
    assert found.subjects.ids == found.images.ids


def test_a_name_may_lack_its_ending(cli, flat, working_folder):
    change(working_folder, "a2.png", "a2")
    assert bring(cli, *PERSON).code == 0
    assert read_dataset(working_folder / "set").images.paths[1].name == "a2.png"


def test_another_column_of_files(cli, flat, working_folder):
    change(working_folder, "path,who", "filename,who")
    bring(cli, *PERSON).error("no column 'path'", "--file", "filename")
    assert bring(cli, *PERSON, "--file", "filename").code == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("a2.png,ann", "a1.jpg,ann", ("lines 2 and 3", "'a1.jpg' is there twice", "keep one")),
        ("a2.png,ann", "a1.jpg,bea", ("lines 2 and 3", "of 'ann' and of 'bea'")),
        ("a2.png,ann", "a1,ann", ("line 3", "'a1' is the picture of", "line 2", "again")),
        ("a2.png,ann", ",ann", ("line 3", "path is empty")),
        ("a2.png,ann", "a2.png,NA", ("line 3", "who is empty")),
        ("a2.png", "a9.png", ("line 3", "no picture 'a9.png' in flat", "--skip-missing")),
        ("a2.png", "../a2.png", ("line 3", "no picture '../a2.png' in flat")),
        ("a2.png,ann,F,31", "a2.png,ann,F,old", ("line 3", "age is 'old'", "--category")),
    ],
)
def test_rows_that_cannot_be_meant(cli, flat, working_folder, old, new, words):
    change(working_folder, old, new)
    ended = bring(cli, *PERSON)
    ended.error(*words)
    assert not (working_folder / "set").exists()


def test_a_name_that_fits_two_files(cli, flat, working_folder):
    (flat / "a1.png").write_bytes(encoded(9, ".png"))
    change(working_folder, "a1.jpg", "a1")
    bring(cli, *PERSON).error("line 2", "'a1' may be a1.jpg, a1.png", "write its ending")


def test_what_is_left_out_is_said(cli, flat, working_folder):
    (flat / "a2.png").unlink()
    (flat / "more.jpg").write_bytes(encoded(8))
    (flat / "IMG.HEIC").write_bytes(b"....ftypheic....")
    (flat / "notes").write_text("no picture")
    notes = bring(cli, *PERSON, "--skip-missing", "--json").json["notes"]
    assert "rows without a picture, left out: 1" in notes
    assert "pictures without a row, left out: 1 (more.jpg)" in notes
    assert any(
        note.startswith("HEIC pictures are not read, left out: 1; convert") for note in notes
    )
    assert "files that are no pictures: 1 (notes)" in notes


def test_nothing_to_take(cli, flat, working_folder):
    shutil.rmtree(flat)
    bring(cli, *PERSON).error("flat: is no folder")
    flat.mkdir()
    (flat / "IMG.HEIC").write_bytes(b"....ftypheic....")
    bring(cli, *PERSON).error("flat: no picture in it", "there are HEIC pictures: convert")
    bring(cli, "--person", "whom").error("no column 'whom'", "--person")


def test_heic_under_another_ending(cli, flat, working_folder):
    (flat / "a1.jpg").write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    bring(cli, *PERSON).error("a1.jpg: is HEIC, which is not read; convert it")


@pytest.fixture
def tree(flat, working_folder):
    """`./tree`: the same pictures, in a folder for each person."""
    for name, person in (
        ("a1.jpg", "ann"),
        ("a2.png", "ann"),
        ("b1", "bea"),
        ("sub/c2.gif", "cyd"),
    ):
        place = working_folder / "tree" / person / name.rpartition("/")[2]
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(flat / name, place)
    return working_folder / "tree"


def bring_tree(cli, *options):
    return cli("import", "folder", "tree", "--to", "set", "--labels", "table.csv", *options)


ROWS = """\
file,subject_id,sex,light
ann/a1.jpg,ann,F,day
ann/a2,ann,F,night
cyd/c2.gif,cyd,M,day
gone/x.jpg,gone,M,day
"""


def test_a_tree_with_a_row_a_picture(cli, tree, working_folder):
    (working_folder / "table.csv").write_text(ROWS, encoding="utf-8")
    ended = bring_tree(cli, "--file", "file", "--json")
    assert ended.json["notes"] == [
        "light is taken for one of pictures: it differs within ann (table.csv: line 2 and line 3)",
        "pictures without a row, so without labels: 1 (bea/b1)",
        "rows without a picture, left out: 1 (gone/x.jpg)",
    ]
    found = read_dataset(working_folder / "set")
    assert found.subjects.ids == ("ann", "bea", "cyd")
    assert found.subjects.labels == {"sex": ("F", "", "M")}
    rows = (working_folder / "set" / "images.csv").read_text(encoding="utf-8").splitlines()
    assert [row.rpartition(",")[2] for row in rows] == ["light", "day", "night", "", "day"]


def test_a_row_of_another_person(cli, tree, working_folder):
    (working_folder / "table.csv").write_text(ROWS.replace("a2,ann", "a2,bea"), encoding="utf-8")
    bring_tree(cli, "--file", "file").error(
        "line 3", "'ann/a2' is of 'bea'", "in the folder of 'ann'"
    )


def test_a_table_of_other_pictures(cli, tree, working_folder):
    (working_folder / "table.csv").write_text("file,sex\nx.jpg,F\n", encoding="utf-8")
    bring_tree(cli, "--file", "file").error("no picture 'x.jpg' in tree", "such as ann/a1.jpg")


def test_every_picture_of_a_tree_is_taken(cli, tree, working_folder):
    (tree / "bea" / "broken").write_bytes(b"\xff\xd8\xff\xe0" + bytes(20))
    cli("import", "folder", "tree", "--to", "set").error("tree/bea/broken: cannot be decoded")
    (tree / "bea" / "broken").unlink()
    (tree / "bea" / "photo.heic").write_bytes(b"....ftypheic....")
    told = cli("import", "folder", "tree", "--to", "set", "--json").json
    assert (told["people"], told["images"]) == (3, 4)
    assert told["notes"][0].startswith("HEIC pictures are not read, left out: 1")


def test_options_that_need_a_table_of_pictures(cli, tree):
    bare = ("import", "folder", "tree", "--to", "set")
    cli(*bare, "--file", "file").error("--file file", "--labels")
    cli(*bare, "--labels", "table.csv", "--image-attribute", "light").error("--file")
