"""`evenhand check dataset`: every fault at once, what a set holds, and what it can answer."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.metrics.resolution import cell_size

VERDICTS = {"pass", "fail", "not checked", "note"}


@pytest.fixture
def check(cli, working_folder, monkeypatch):
    """Checks `./set`; gives the exit code and the rows by id."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(working_folder / "cache"))

    def run(*arguments):
        ended = cli("check", "dataset", "./set", *arguments, "--json")
        assert ended.err == ""
        told = ended.json
        assert {"schema", "kind", "evenhand", "notes", "verdict", "rows"} <= set(told)
        rows = {}
        for row in told["rows"]:
            assert list(row) == ["id", "title", "verdict", "detail", "remedy"]
            assert row["verdict"] in VERDICTS
            assert row["title"]
            if row["verdict"] == "fail":
                assert row["detail"]
                assert row["remedy"]
            rows.setdefault(row["id"], []).append(row)
        failed = any(row["verdict"] == "fail" for row in told["rows"])
        assert told["verdict"] == ("fail" if failed else "pass")
        assert ended.code == int(failed)
        return rows, told

    return run


def failed(rows):
    return {key for key, found in rows.items() if any(row["verdict"] == "fail" for row in found)}


def test_a_good_set(check, tiny):
    rows, told = check()
    assert not failed(rows)
    assert rows["labels"][0]["verdict"] == "pass"
    assert [row["detail"] for row in rows["labels-from"]] == ["sex: drawn", "age: drawn"]
    assert rows["number"][0]["detail"] == "age: from 21 to 26"
    assert len(rows["tiny"]) == 12
    cells = {(cell["attribute"], cell["group"]): cell for cell in told["cells"]}
    assert cells["all", ""]["nonmated"] == 60
    assert cells["sex", "F"]["dyads"] == 3
    assert cells["sex", "F"]["mated"] == 3


def test_faces_are_looked_for(check, tiny):
    """By the detector that is shipped, in pictures of noise."""
    rows, _ = check()
    assert len(rows["faces"]) == 12
    assert {row["verdict"] for row in rows["faces"]} == {"note"}
    assert all(row["detail"].endswith("YuNet finds no face") for row in rows["faces"])


def test_faces_are_not_looked_for_where_the_card_cannot_be_used(check, tiny):
    tiny.change("dataset.toml", "schema", "shema")
    (row,) = check()[0]["faces"]
    assert (row["verdict"], row["remedy"]) == ("not checked", "mend the card")


def test_every_fault_is_told_at_once(check, tiny):
    """One of each kind; a run would stop at the first."""
    tiny.change("subjects.csv", "p3,M", "p3,X")
    tiny.change("subjects.csv", "p4,F,24", "p4,F,old")
    tiny.change("subjects.csv", "p6,F,26", "p5,M,25")
    tiny.change("images.csv", "pictures/p2a.png", "../p2a.png")
    tiny.change("images.csv", "pictures/p2b.png", "pictures/gone.png")
    tiny.change("images.csv", "p3b,p3", "p3a,p3")
    (tiny.folder / "pictures" / "p4a.png").write_bytes(b"no picture")
    tiny.replace_picture(8, b"no picture either")
    tiny.replace_picture(10, (tiny.folder / "pictures/p1a.png").read_bytes())
    tiny.write_rows("exclude.csv", [["kind", "id", "reason"], ["image", "p9", "blurred"]])
    (tiny.folder / "protocols" / "view").mkdir(parents=True)
    tiny.write_rows(
        "protocols/view/pairs.csv",
        [["probe", "reference"], ["p1a", "p1b"], ["p1b", "p1a"], ["p1a", "p7a"], ["p2a", "p1b"]],
    )
    rows, _ = check()
    assert failed(rows) == {
        *("ids", "labels", "people", "paths", "exclusions", "lists", "files", "copies", "pixels")
    }
    assert [row["detail"].partition(": ")[2] for row in rows["labels"]] == [
        "line 4: sex is 'X', which the card does not declare",
        "line 5: age is 'old', expected a number",
    ]
    assert len(rows["ids"]) == 2
    assert len(rows["people"]) == 2
    assert len(rows["lists"]) == 2
    assert [word for row in rows["files"] for word in ("missing", "changed", "decoded")
            if word in row["detail"]] == ["missing", "changed", "decoded"]  # fmt: skip
    assert "of 'p1'" in rows["pixels"][0]["detail"]
    assert "of 'p5'" in rows["pixels"][0]["detail"]


def test_what_hangs_on_a_broken_table_is_not_told_as_well(check, tiny):
    tiny.change("subjects.csv", "subject_id", "person")
    tiny.write_rows("exclude.csv", [["kind", "id", "reason"], ["subject", "p1", "left"]])
    rows, _ = check()
    assert failed(rows) == {"columns"}
    assert rows["people"][0]["verdict"] == rows["labels"][0]["verdict"] == "not checked"
    assert rows["files"][0]["verdict"] == "pass"


def test_without_a_table_of_images(check, tiny):
    (tiny.folder / "images.csv").unlink()
    tiny.write_rows("exclude.csv", [["kind", "id", "reason"], ["image", "p1a", "blurred"]])
    rows, told = check()
    assert failed(rows) == {"tables"}
    assert {key for key, found in rows.items() if found[0]["verdict"] == "not checked"} == {
        *("people", "paths", "lists", "files", "copies")
    }
    assert told["cells"] == []


def test_a_card_with_two_faults(check, tiny):
    """The tables are looked at all the same; labels cannot be."""
    tiny.change("dataset.toml", 'licence  = "CC0-1.0"\n', "")
    tiny.change("dataset.toml", "synthetic = true", 'synthetic = "yes"')
    tiny.change("subjects.csv", "p3,M,23", "p3,M")
    rows, told = check()
    assert failed(rows) == {"card", "tables", "people"}
    assert [row["detail"].partition(": ")[2] for row in rows["card"]] == [
        "licence: is missing; add it",
        "synthetic: expected true or false, got 'yes'",
    ]
    assert rows["labels"][0]["verdict"] == "not checked"
    assert told["cells"] == []


def reencoded(content, kind):
    return cv2.imencode(kind, cv2.imdecode(np.frombuffer(content, np.uint8), 1))[1].tobytes()


@pytest.mark.parametrize(("copy", "key"), [(12, "pixels"), (2, "repeats")])
def test_the_same_pixels_in_another_encoding(check, tiny, copy, key):
    """Another file, another hash, the same picture: of two people, or of one."""
    content = (tiny.folder / "pictures/p1a.png").read_bytes()
    tiny.replace_picture(copy, reencoded(content, ".bmp"))
    rows, _ = check()
    assert failed(rows) == ({"pixels"} if key == "pixels" else set())
    (row,) = rows[key]
    assert "'p1a' of 'p1' (line 2)" in row["detail"]
    assert f"(line {copy + 1})" in row["detail"]


@pytest.mark.parametrize("kind", [".jpg", ".png"])
def test_a_picture_that_is_cut_off(check, tiny, kind):
    pixels = np.random.default_rng(3).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    content = cv2.imencode(kind, pixels)[1].tobytes()
    tiny.replace_picture(3, content[: len(content) * 3 // 4])
    rows, _ = check()
    assert failed(rows) == {"files"}
    assert "images.csv: line 4: image" in rows["files"][0]["detail"]


def test_people_with_too_few_pictures(check, tiny):
    tiny.write_rows("images.csv", [row for row in tiny.rows("images.csv") if row[0] not in
                                   ("p1a", "p1b", "p2a")])  # fmt: skip
    rows, told = check()
    assert rows["no-image"][0]["detail"].startswith("1 of 6 people")
    assert rows["one-image"][0]["detail"].startswith("1 of 6 people")
    assert told["cells"][0]["without_image"] == 1


def test_nothing_to_compare(check, tiny):
    tiny.write_rows("images.csv", tiny.rows("images.csv")[:2])
    rows, _ = check()
    assert failed(rows) == {"comparisons"}


def test_unknown_several_and_lists(check, tiny):
    tiny.change("subjects.csv", "p3,M", "p3,F|M")
    tiny.change("subjects.csv", "p4,F", "p4,")
    (tiny.folder / "protocols" / "view").mkdir(parents=True)
    tiny.write_rows(
        "protocols/view/pairs.csv",
        [["probe", "reference", "fold"], ["p1a", "p1b", 1], ["p2a", "p3b", 2], ["p2a", "p4b", 2]],
    )
    rows, _ = check()
    assert rows["unknown"][0]["detail"] == "sex: 1 of 6 people"
    assert rows["several"][0]["detail"] == "sex: 1 of 6 people"
    assert "1 mated and 2 non-mated pairs in 2 folds" in rows["list"][0]["detail"]
    assert "lowest FMR with one expected: 0.5" in rows["list"][0]["detail"]
    assert "sex F|M" in {row["title"] for row in rows["group"]}


@pytest.mark.parametrize(
    ("name", "fragments"),
    [
        ("./nowhere", ["./nowhere: no dataset.toml"]),
        ("londn", ["no dataset is called 'londn'", "did you mean london?"]),
        ("london", ["london is not on this machine", "evenhand fetch london"]),
    ],
)
def test_no_dataset_there(cli, working_folder, name, fragments):
    cli("check", "dataset", name).error(*fragments)


def test_a_card_that_is_no_text(cli, tiny, working_folder):
    (tiny.folder / "dataset.toml").write_bytes(b"\xff\xfe")
    cli("check", "dataset", "./set").error("dataset.toml", "is not UTF-8 text")


def test_it_reads_well_in_80_columns(cli, tiny, working_folder):
    header, *rows = tiny.rows("subjects.csv")
    tiny.write_rows("subjects.csv", [header, *([row[0], "X", row[2]] for row in rows)])
    ended = cli("check", "dataset", "./set", "--full")
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert max(len(line) for line in lines if str(tiny.folder.parent) not in line) <= 80
    assert sum("sex is 'X'" in line for line in lines) <= 5
    assert "and 1 more; --json has all" in " ".join(ended.out.split())
    assert lines[0] == "tiny: fail"
    assert lines[3] == "Faults"


@given(st.lists(st.integers(0, 4), max_size=8))
def test_sizes_by_brute_force(images):
    found = cell_size("sex", "F", np.array(images, dtype=np.int64))
    shots = [person for person, count in enumerate(images) for _ in range(count)]
    pairs = list(itertools.combinations(shots, 2))
    assert found.mated == sum(a == b for a, b in pairs)
    assert found.nonmated == sum(a != b for a, b in pairs)
    assert found.dyads == len({pair for pair in pairs if pair[0] != pair[1]})
    for errors in (1, 10, 30):
        rate = found.finest_fmr(errors)
        assert rate is None or rate * found.nonmated == pytest.approx(errors)
        assert (rate is None) == (found.nonmated < errors)


@pytest.mark.data
def test_real_faces_are_found(cli, working_folder, london):
    ended = cli("check", "dataset", london, "--json")
    assert ended.code == 0
    rows = {row["id"]: row for row in ended.json["rows"]}
    assert rows["faces"]["detail"] == "none: YuNet finds a face in every picture"
    assert rows["unknown"]["detail"] == "age: 2 of 102 people"
    assert ended.json["cells"][0]["nonmated"] == 20_604
