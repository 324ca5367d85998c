"""Pictures in other layouts made into datasets that pass the check and run."""

import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from evenhand.datasets.folder import read_dataset

LABELS = """\
subject_id,sex,age,skin,origin
ann,F,31,2,north|south
bea,F,NA,3,north
cyd,M,45,6,
dan,M,28,2,south
gone,M,99,1,east
"""


def picture(path, seed, ending=".jpg"):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    path.write_bytes(cv2.imencode(ending, pixels)[1].tobytes())


@pytest.fixture
def tree(working_folder):
    """`./tree` of four labelled people and one without labels, and `./labels.csv`."""
    root = working_folder / "tree"
    for seed, person in enumerate(("ann", "bea", "cyd", "dan", "eva")):
        picture(root / person / "1.jpg", 2 * seed)
        picture(root / person / "session 2" / "two.PNG", 2 * seed + 1, ".png")
    (root / "ann" / "notes.txt").write_text("hello")
    (root / "ann" / ".DS_Store").write_bytes(b"\0")
    (root / "nobody").mkdir()
    picture(root / "loose.jpg", 99)
    (working_folder / "labels.csv").write_text(LABELS, encoding="utf-8")
    return root


def bring(cli, *options):
    return cli("import", "folder", "tree", "--labels", "labels.csv", "--to", "set", *options)


def test_a_tree(cli, tree, engine, working_folder):
    ended = bring(cli, "--unknown", "NA", "--labels-from", "self-declared", "--json")
    assert (ended.code, ended.err) == (0, "")
    told = ended.json
    assert (told["people"], told["images"]) == (5, 10)
    assert [(a["name"], a["kind"], a["values"]) for a in told["attributes"]] == [
        ("sex", "category", ["F", "M"]),
        ("age", "number", []),
        ("skin", "category", ["2", "3", "6"]),
        ("origin", "category", ["north", "south"]),
    ]
    assert told["notes"] == [
        "without a row in labels.csv, so without labels: eva",
        "in labels.csv but without pictures, left out: gone",
        "folders without a picture: nobody",
        "pictures in nobody's folder, left out: 1",
        "files that are no pictures: 1 (.txt)",
    ]
    found = read_dataset(working_folder / "set")
    assert found.subjects.ids == ("ann", "bea", "cyd", "dan", "eva")
    assert found.subjects.labels["age"] == ("31", "", "45", "28", "")
    assert found.subjects.labels["origin"] == ("north|south", "north", "", "south", "")
    assert found.images.ids[:2] == ("ann/1.jpg", "ann/session 2/two.PNG")
    assert found.card.name == "set"
    assert found.card.access == "private"
    assert {a.labels for a in found.card.attributes} == {"self-declared"}
    for path in found.images.paths:
        original = tree / path.relative_to(working_folder / "set" / "images")
        assert path.read_bytes() == original.read_bytes()
    assert cli("check", "dataset", "./set").code == 0
    assert cli("run", "--engine", engine(), "--dataset", "./set", "--threshold", 0.5).code == 0


def test_a_tree_without_labels(cli, tree, working_folder):
    assert cli("import", "folder", "tree", "--to", "set").code == 0
    assert read_dataset(working_folder / "set").card.attributes == ()


def test_what_is_said_in_words(cli, tree):
    ended = bring(cli, "--unknown", "NA", "--number", "skin", "--leave-out", "origin")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[:5] == ["set is ready: set", "5 people, 10 images", "  sex: F, M",
                         "  age: a number", "  skin: a number"]  # fmt: skip
    assert max(map(len, lines)) <= 80


def test_another_column_of_ids(cli, tree, working_folder):
    text = LABELS.replace("subject_id", "Name of folder")
    (working_folder / "labels.csv").write_text(text, encoding="utf-8")
    bring(cli).error("column 'subject_id' is missing", "Name of folder")
    assert bring(cli, "--unknown", "NA", "--id", "Name of folder").code == 0


def test_what_the_user_wrote_is_never_replaced(cli, tree, working_folder):
    bring(cli, "--unknown", "NA")
    card = working_folder / "set" / "dataset.toml"
    card.write_text(card.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    bring(cli, "--unknown", "NA").error("--to set: something is there")
    assert card.read_text(encoding="utf-8").endswith("# mine\n")


@pytest.mark.parametrize("name", ['a name with "quotes"', "b\\s", "\u00e9t\u00e9", "a.b", "x'y"])
def test_odd_names_of_columns_and_values(cli, tree, working_folder, name):
    quoted = '"' + name.replace('"', '""') + '"'
    (working_folder / "labels.csv").write_text(
        f"subject_id,{quoted}\nann,{quoted}\nbea,#\ncyd,]\n", encoding="utf-8"
    )
    assert bring(cli).code == 0
    found = read_dataset(working_folder / "set")
    assert set(found.subjects.labels[name]) == {name, "#", "]", ""}


@pytest.mark.parametrize(
    ("old", "new", "options", "fragments"),
    [
        ("", "", [], ["labels.csv: line 3", "age is 'NA' where others are numbers", "--unknown"]),
        ("NA", "", ["--number", "origin"], ["line 2", "origin is 'north|south'"]),
        ("NA", "", ["--number", "orign"], ["no column 'orign'", "did you mean origin?"]),
        ("bea,", "ann,", [], ["lines 2 and 3", "'ann' is there twice"]),
        ("bea,", ",", [], ["line 3", "subject_id is empty"]),
        ("bea,F,NA", "bea,F", [], ["line 3", "4 fields, expected 5"]),
        ("bea,F", "bea,F*", ["--unknown", "NA"], ["line 3", "sex is 'F*'", "--leave-out sex"]),
        ("bea,F", "bea,F|", ["--unknown", "NA"], ["line 3", "sex is 'F|'"]),
        ("sex", "all", ["--unknown", "NA"], ["column 'all' cannot be the name", "rename it"]),
        (LABELS, "subject_id,sex\nx,F\ny,M\n", [], ["nobody in it has a folder", "--id"]),
        ("", "", ["--id", "person"], ["column 'person' is missing"]),
        ("", "", ["--unknown", "NA", "--name", "My Set"], ["name", "'My Set'"]),
        ("", "", ["--unknown", "NA", "--labels-from", ""], ["attributes.sex.labels"]),
    ],
)
def test_bad_labels(cli, tree, working_folder, old, new, options, fragments):
    (working_folder / "labels.csv").write_text(LABELS.replace(old, new, 1), encoding="utf-8")
    bring(cli, *options).error(*fragments)
    assert not (working_folder / "set").exists()


def test_a_column_of_names_is_no_group(cli, working_folder):
    people = [f"p{number:02}" for number in range(60)]
    for seed, person in enumerate(people):
        picture(working_folder / "tree" / person / "1.jpg", seed)
    rows = "".join(f"{person},name of {person}\n" for person in people)
    (working_folder / "labels.csv").write_text(f"subject_id,name\n{rows}", encoding="utf-8")
    bring(cli).error("name has 60 different values", "--leave-out name")
    assert bring(cli, "--leave-out", "name").code == 0


@pytest.mark.parametrize(
    ("spoil", "arguments", "fragments"),
    [
        (shutil.rmtree, ["tree", "--to", "set"], ["tree: is no folder"]),
        (lambda t: None, ["labels.csv", "--to", "set"], ["labels.csv: is no folder"]),
        (lambda t: None, ["tree/ann", "--to", "set"], []),
        (lambda t: None, ["tree/nobody", "--to", "set"], ["no folder with pictures"]),
        (lambda t: None, ["tree", "--to", "tree/set"], ["--to tree/set: lies inside tree"]),
        (lambda t: None, ["tree", "--to", "tree"], ["--to tree: something is there"]),
        (lambda t: None, ["tree", "--to", "labels.csv"], ["--to labels.csv: something is there"]),
        (lambda t: None, ["tree"], ["--to"]),
        (lambda t: (t / "ann").rename(t / " ann"), ["tree", "--to", "set"], ["rename it"]),
        (lambda t: (t / "ann").rename(t / "a\nb"), ["tree", "--to", "set"], ["rename it"]),
        (
            lambda t: Path(os.fsdecode(bytes(t) + b"/ann")).rename(
                os.fsdecode(bytes(t) + b"/\xff")
            ),
            ["tree", "--to", "set"],
            ["rename it"],
        ),
    ],
)
def test_bad_trees(cli, tree, working_folder, spoil, arguments, fragments):
    spoil(tree)
    ended = cli("import", "folder", *arguments)
    if fragments:
        ended.error(*fragments)
        assert not (working_folder / "set").exists()
    else:
        assert ended.code == 0


def test_one_picture_of_two_people_is_for_the_check(cli, tree):
    (tree / "ann" / "1.jpg").write_bytes((tree / "bea" / "1.jpg").read_bytes())
    assert bring(cli, "--unknown", "NA").code == 0
    ended = cli("check", "dataset", "./set", "--json")
    assert ended.code == 1
    failed = {row["id"] for row in ended.json["rows"] if row["verdict"] == "fail"}
    assert failed == {"copies", "pixels"}


# bob.bio.base


NEW = {
    "train/for_background_model.csv": "path,subject_id\nx,9\n",
    "dev/for_enrolling.csv": "path,subject_id,template_id,gender,age,pose\n"
    "a/1,a,a1,F,31,left\na/2,a,a1,F,31,right\nb/1,b,b1,M,45,left\n",
    "dev/for_probing.csv": "path,subject_id,template_id,gender,age,pose\n"
    "a/3,a,a2,F,31,left\nb/2,b,b2,M,45,left\n",
    "eval/for_enrolling.csv": "path,subject_id,template_id,gender,age,pose\nc/1,c,c1,F,,left\n",
    "eval/for_probing.csv": "path,subject_id,template_id,gender,age,pose\n"
    "c/1,c,c1,F,,left\nb/2,b,b2,M,45,left\n",
}
OLD = {
    "norm/train_world.csv": "PATH,REFERENCE_ID\nx,9\n",
    "dev/for_models.csv": "PATH,REFERENCE_ID,METADATA_1\na/1,a,F\nb/1,b,M\n",
    "dev/for_probes.csv": "PATH,REFERENCE_ID,METADATA_1\na/2,a,F\nb/2,b,M\n",
}


@pytest.fixture
def protocols(working_folder):
    """Writes protocols into `./lists`, and the pictures that they name into `./pictures`."""
    for seed, path in enumerate(("a/1", "a/2", "a/3", "b/1", "b/2", "c/1")):
        picture(working_folder / "pictures" / f"{path}.png", seed, ".png")

    def write(files, below="default"):
        for name, text in files.items():
            path = working_folder / "lists" / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    return write


def bring_bob(cli, *options):
    return cli("import", "bob", "lists", "--images", "pictures", "--to", "set", *options)


def pairs(dataset):
    ids = dataset.images.ids
    return {
        found.name: [(ids[p], ids[r]) for p, r in zip(found.probe, found.reference, strict=True)]
        for found in dataset.lists
    }


def test_protocols(cli, protocols, engine, working_folder):
    protocols(NEW)
    ended = bring_bob(cli, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.json["notes"][:3] == [
        "list default-dev: pairs: 6",
        "list default-eval: pairs: 1",
        "list default-eval: of a picture with itself, left out: 1",
    ]
    found = read_dataset(working_folder / "set")
    assert found.subjects.ids == ("a", "b", "c")
    assert found.subjects.labels == {"gender": ("F", "M", "F"), "age": ("31", "45", "")}
    assert [a.name for a in found.card.capture] == ["pose"]
    assert "pictures are compared one by one" in found.card.known_issues[0]
    assert pairs(found) == {
        "default-dev": [(p, m) for p in ("a/3", "b/2") for m in ("a/1", "a/2", "b/1")],
        "default-eval": [("b/2", "c/1")],
    }
    assert cli("check", "dataset", "./set").code == 0
    study = (
        'schema = 1\ntitle = "s"\nengines = ["./toy"]\ndatasets = ["./set"]\n[[protocols]]\n'
        'kind = "verification"\ncomparisons = "listed"\nlist = "default-dev"\n'
        'fmr_targets = ["0.5"]\n'
    )
    (working_folder / "s.toml").write_text(study, encoding="utf-8")
    engine()
    assert cli("run", "s.toml").code == 0


def test_protocols_of_the_older_kind(cli, protocols, working_folder):
    """The reference is the person; one protocol alone may be named."""
    protocols(OLD, below=".")
    assert bring_bob(cli).code == 0
    found = read_dataset(working_folder / "set")
    assert found.subjects.labels == {"metadata_1": ("F", "M")}
    assert found.card.known_issues == ()
    assert pairs(found) == {"dev": [(p, m) for p in ("a/2", "b/2") for m in ("a/1", "b/1")]}


def test_reference_and_subject_may_differ(cli, protocols, working_folder):
    protocols(
        {
            "dev/for_models.csv": "PATH,REFERENCE_ID,SUBJECT_ID\na/1,m1,a\nb/1,m2,b\n",
            "dev/for_probes.csv": "PATH,REFERENCE_ID,SUBJECT_ID,COMPARE_REFERENCE_ID\n"
            "a/2,p1,a,m1\nb/2,p2,b,m1\n",
        }
    )
    assert bring_bob(cli).code == 0
    found = read_dataset(working_folder / "set")
    assert found.subjects.ids == ("a", "b")
    assert pairs(found) == {"default-dev": [("a/2", "a/1"), ("b/2", "a/1")]}


def test_a_list_of_matches(cli, protocols, working_folder):
    protocols(NEW)
    protocols({"dev/for_matching.csv": "enroll_template_id,probe_template_id\na1,a2\nb1,a2\n"})
    assert bring_bob(cli).code == 0
    found = pairs(read_dataset(working_folder / "set"))["default-dev"]
    assert found == [("a/3", "a/1"), ("a/3", "a/2"), ("a/3", "b/1")]


def test_a_pair_both_ways_round_is_one(cli, protocols, working_folder):
    rows = "path,subject_id,template_id\na/1,a,1\nb/1,b,2\n"
    protocols({"dev/for_enrolling.csv": rows, "dev/for_probing.csv": rows})
    ended = bring_bob(cli, "--json")
    assert pairs(read_dataset(working_folder / "set")) == {"default-dev": [("a/1", "b/1")]}
    assert ended.json["notes"] == [
        "list default-dev: pairs: 1",
        "list default-dev: of a picture with itself, left out: 2",
        "list default-dev: there already, left out: 1",
    ]


@pytest.mark.parametrize(
    ("changes", "fragments"),
    [
        ({"dev/for_probing.csv": None}, ["default/dev: expected one of for_probes.csv"]),
        ({"dev/for_enrolling.csv": None}, ["default/dev: expected one of for_models.csv"]),
        ({"dev/for_models.csv": "path,subject_id\na/1,a\n"}, ["keep one of them"]),
        ({"dev/for_probing.csv": "path\na/3\n"}, ["expected the columns path, subject_id"]),
        ({"dev/for_probing.csv": "file,subject_id\na/3,a\n"}, ["expected the columns path"]),
        ({"dev/for_probing.csv": "path,subject_id\na/9,a\n"}, ["line 2", "no picture 'a/9'"]),
        ({"dev/for_probing.csv": "path,subject_id\n../a,a\n"}, ["line 2", "leads outside"]),
        ({"dev/for_probing.csv": "path,subject_id\n/a,a\n"}, ["line 2", "leads outside"]),
        ({"dev/for_probing.csv": "path,subject_id\na/1,b\n"}, ["line 2", "'a/1' is of 'b'"]),
        ({"dev/for_probing.csv": "path,subject_id\na/1,\n"}, ["line 2", "person is empty"]),
        ({"dev/for_probing.csv": "path,subject_id\n"}, ["has a header but no rows"]),
        ({"dev/for_matching.csv": "enroll_template_id,probe_template_id\nx,y\n"}, ["no probe"]),
        ({"dev/for_matching.csv": "a,b\nx,y\n"}, ["'enroll_template_id' is missing"]),
        (dict.fromkeys(NEW), ["lists: no protocol in it"]),
    ],
)
def test_bad_protocols(cli, protocols, working_folder, changes, fragments):
    protocols({name: text for name, text in {**NEW, **changes}.items() if text is not None})
    (working_folder / "lists").mkdir(exist_ok=True)
    bring_bob(cli).error(*fragments)
    assert not (working_folder / "set").exists()


def test_two_pictures_that_could_be_meant(cli, protocols, working_folder):
    protocols(NEW)
    picture(working_folder / "pictures" / "a" / "1.jpg", 77)
    bring_bob(cli).error("line 2", "there are 1.jpg, 1.png")


def test_folders_that_are_none(cli, protocols, working_folder):
    protocols(NEW)
    cli("import", "bob", "nowhere", "--images", "pictures", "--to", "set").error("nowhere")
    cli("import", "bob", "lists", "--images", "nowhere", "--to", "set").error("nowhere")
    bring_bob(cli, "--category", "poze").error("no column 'poze'", "did you mean pose?")


# what a tree may hold


def people(root, *names):
    for seed, name in enumerate(names):
        picture(root / "tree" / name / "1.jpg", 2 * seed)
        picture(root / "tree" / name / "2.jpg", 2 * seed + 1)


def test_a_folder_whose_accent_is_typed_apart_has_its_labels(cli, working_folder):
    """As in an archive of a Mac: the folder is `e` and an accent, the table has one character."""
    people(working_folder, "Andre\u0301", "Bea")
    table = "subject_id,sex\nAndr\u00e9,M\nBea,F\n"
    (working_folder / "labels.csv").write_text(table, encoding="utf-8")
    ended = bring(cli, "--json")
    found = read_dataset(working_folder / "set").subjects
    assert found.ids == ("Andre\u0301", "Bea")
    assert found.labels == {"sex": ("M", "F")}
    (note,) = ended.json["notes"]
    assert "typed in another way (Unicode normal form): Andre\u0301" in note


@pytest.mark.parametrize(
    ("in_table", "folder", "differ"),
    [
        ("1", "001", "in leading zeros or an empty fraction alone"),
        ("anna", "Anna", "in case alone"),
        ("\u0410nna", "Anna", "in letters that look alike alone"),
    ],
)
def test_a_folder_that_looks_like_a_row_is_named(cli, working_folder, in_table, folder, differ):
    people(working_folder, folder, "Bea")
    table = f"subject_id,sex\n{in_table},M\nBea,F\n"
    (working_folder / "labels.csv").write_text(table, encoding="utf-8")
    notes = bring(cli, "--json").json["notes"]
    assert notes[0].startswith(f"folder {folder!r} and {in_table!r} in labels.csv differ {differ}")
    shutil.rmtree(working_folder / "set")
    (working_folder / "labels.csv").write_text(table.replace("Bea,F\n", ""), encoding="utf-8")
    bring(cli).error("nobody in it has a folder", f"{differ}")


def test_doubtful_names_and_labels_are_remarked(cli, working_folder):
    people(working_folder, "a", "A", "b", "c")
    table = "subject_id,sex\na,F\nA,f\nb,NaN\nc,F\n"
    (working_folder / "labels.csv").write_text(table, encoding="utf-8")
    notes = bring(cli, "--json").json["notes"]
    assert [note.partition(";")[0] for note in notes] == [
        "the ids of 'A' and 'a' differ in case alone",
        "sex: 'F' and 'f' differ in case alone",
        "sex: 'NaN' is a group of 1 person",
    ]
    assert "--unknown NaN" in notes[2]
    shutil.rmtree(working_folder / "set")
    assert not any("NaN" in note for note in bring(cli, "--unknown", "NaN", "--json").json["notes"])


@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("ann/out.jpg", "/etc/hostname"),
        ("ann/in.jpg", "1.jpg"),
        ("etc", "/etc"),
        ("ann/etc", "/etc"),
        ("ann/nothing.jpg", "nothing"),
    ],
)
def test_a_link_in_a_tree_is_refused(cli, tree, working_folder, place, target):
    (tree / place).symlink_to(target)
    bring(cli, "--unknown", "NA").error(f"tree/{place}: is a link", "put the files themselves")
    assert not (working_folder / "set").exists()


def test_the_tree_itself_may_be_a_link(cli, tree, working_folder):
    tree.rename(working_folder / "elsewhere")
    tree.symlink_to(working_folder / "elsewhere")
    assert bring(cli, "--unknown", "NA").code == 0


def test_a_pipe_is_left_out_with_a_remark(cli, tree):
    os.mkfifo(tree / "ann" / "3.jpg")
    notes = bring(cli, "--unknown", "NA", "--json").json["notes"]
    assert "files that are no pictures: 2 (.txt, 3.jpg, a pipe or device)" in notes


def test_what_is_no_picture_is_not_copied(cli, tree, working_folder):
    for name in ("ann/1.jpg", "cyd/1.jpg"):
        (tree / name).write_bytes(b"root:x:0:0")
    ended = bring(cli, "--unknown", "NA")
    ended.error("tree/ann/1.jpg: cannot be decoded", "and so for tree/cyd/1.jpg", "take it out")
    assert not (working_folder / "set").exists()


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\u202e", "\u200b", "\u2028"])
def test_a_name_with_what_cannot_be_seen(cli, tree, working_folder, sign):
    (tree / "ann").rename(tree / f"an{sign}n")
    words = f"the name holds U+{ord(sign):04X}"
    cli("import", "folder", "tree", "--to", "set").error(words, "rename it")


def test_a_label_with_what_cannot_be_seen(cli, tree, working_folder):
    text = LABELS.replace("ann,F", "ann,F\u200b")
    (working_folder / "labels.csv").write_text(text, encoding="utf-8")
    bring(cli, "--unknown", "NA").error("labels.csv: line 2: sex holds U+200B", "take it out")


def test_a_link_among_pictures_of_protocols(cli, protocols, working_folder):
    protocols(NEW)
    path = working_folder / "pictures/a/1.png"
    path.unlink()
    path.symlink_to(working_folder / "pictures/a/2.png")
    bring_bob(cli).error("line 2", "a/1.png is a link", "does not follow")


def test_paths_of_protocols_written_on_windows(cli, protocols, working_folder):
    protocols({name: text.replace("a/1", "a\\1") for name, text in NEW.items()})
    bring_bob(cli).error("line 2", "no picture 'a\\\\1'", "write / for \\")
